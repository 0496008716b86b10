"""Owns making the plan of a dish table: each row against the dish that it names; pure.

Rows are matched by their key. A dish that the table does not have stays as it is, and so does what a column is missing
for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from menus.allergens import Declaration, Status, contradictions
from menus.content import Content, Item, Menu, Offer, Section
from menus.dish_table.cells import Reader
from menus.dish_table.columns import COMPLETE, WHERE, Column, columns
from menus.dish_table.declaring import declare, eases
from menus.dish_table.plan import Change, Entry, Fault, Plan
from menus.dish_table.standing import Spot, Standing
from menus.dish_table.told import Told, match
from menus.dish_table.words import NO, STATUS_WORDS, shown, squeeze
from menus.keys import first_free, stem
from menus.spreadsheets import RefusedTable, Row
from menus.texts import pick

MOST_FAULTS = 300
CHECKED = "Checked"


def plan(content: Content, table: Sequence[Row]) -> Plan:
    """Return what a table would do to a hotel; raises RefusedTable where its heading is none."""
    return _Planning(content, table[0]).plan(table[1:])


class _Planning:
    """One table being read against one hotel."""

    def __init__(self, content: Content, heading: Row) -> None:
        self._content = content
        self._columns = columns(content)
        self._at, self._unread = match(self._columns, heading)
        self._reader = Reader(content)
        self._standing = Standing(content=content)
        self._faults: list[Fault] = []
        self._unchanged = 0
        self._rows: dict[str, int] = {}
        self._entries: list[Entry] = []
        # What good rows change, by the dish's key.
        self._items: dict[str, Item] = {}
        self._spots: dict[str, Spot] = {}
        self._taken = set(content.offers)
        # The dishes of a section by their names, for sections that get a new one; by identity, two may be equal.
        self._names: dict[int, dict[str, str]] = {}

    def plan(self, rows: Sequence[Row]) -> Plan:
        """Read the rows, and return what they would do."""
        for row in rows:
            self._read(row)
            if len(self._faults) > MOST_FAULTS:
                first = self._faults[0]
                raise RefusedTable(
                    f"More than {MOST_FAULTS} cells cannot be read. The first is in row {first.row}, {first.heading}:"
                    f" {first.sentence} Is this the right file?"
                )
        return Plan(
            content=self._merged(),
            entries=tuple(self._entries),
            unchanged=self._unchanged,
            faults=tuple(self._faults),
            unread=self._unread,
            sections=tuple(self._standing.new_sections()),
        )

    def _read(self, row: Row) -> None:
        told = Told(row, self._at, self._columns)
        key = told.ask(self._reader.key, "key") or ""
        if key in self._rows:
            told.refuse("key", f"Row {self._rows[key]} has this key as well.")
        before = self._content.offers.get(key)
        if key and before is None and not told.cell("name", self._content.default_language):
            told.refuse("key", f"There is no dish with the key {shown(key)}, and a new one needs a name.")
            self._faults += told.faults
            return
        spot = self._standing.find(told, before)
        item = self._item(told, key, before)
        if not key and spot is not None and not told.faults:
            item = replace(item, key=self._new_key(told, item, spot))
        self._faults += told.faults
        if spot is not None and not told.faults:
            self._rows[item.key] = row.number
            self._take(row.number, before, item, spot)

    def _take(self, row: int, before: Offer | None, item: Item, spot: Spot) -> None:
        after = Offer(item=item, section=spot.section, menu=spot.menu, venue=spot.venue)
        changes = tuple(self._changes(before, after))
        if not changes:
            self._unchanged += 1
            return
        self._standing.keep(spot)
        self._items[item.key], self._spots[item.key] = item, spot
        self._taken.add(item.key)
        self._names_in(spot).update({squeeze(name): item.key for name in item.name.values()})
        self._entries.append(
            Entry(
                row=row,
                key=item.key,
                name=pick(item.name, self._content.default_language),
                where=self._standing.called(spot),
                is_new=before is None,
                changes=changes,
                contradictions=tuple(contradictions(item.declaration)),
            )
        )

    def _item(self, told: Told, key: str, before: Offer | None) -> Item:
        base = before.item if before else Item(key=key, name={})
        values: dict[str, Any] = {
            code: told.texts(self._reader.text, code, getattr(base, code), before) for code in ("name", "description")
        }
        if self._content.default_language not in values["name"]:
            told.refuse("name", "A dish needs a name in the hotel's language.")
        for code in ("price", "portion", "spiciness", "calories"):
            values[code] = told.value(getattr(self._reader, code), code, getattr(base, code), before)
        values["available"] = told.value(self._reader.flag, "available", base.available, before, is_kept=True)
        old, new = base.declaration, declare(told, self._reader, before)
        # As in the matrix: what was checked is not what stands there now.
        is_as_checked = (old.statuses, old.complete) == (new.statuses, new.complete)
        values["allergens_confirmed_on"] = base.allergens_confirmed_on if is_as_checked else None
        return replace(base, declaration=new, **values)

    def _new_key(self, told: Told, item: Item, spot: Spot) -> str:
        name = item.name[self._content.default_language]
        twin = self._names_in(spot).get(squeeze(name))
        if twin is not None and twin not in self._content.offers:
            told.refuse("key", f"Row {self._rows[twin]} has a dish of this name in this section already.")
        elif twin is not None:
            told.refuse("key", f"This section has a dish of this name: to change it, write its key, {twin}.")
        return first_free(stem(name, "dish"), self._taken)

    def _names_in(self, spot: Spot) -> dict[str, str]:
        """Return the keys of the dishes in a section by what they are called, in every language."""
        found = self._names.get(id(spot.section))
        if found is None:
            found = {squeeze(name): each.key for each in spot.section.items for name in each.name.values()}
            self._names[id(spot.section)] = found
        return found

    def _changes(self, before: Offer | None, after: Offer) -> Iterator[Change]:
        old = before.item.declaration if before else Declaration()
        for column in self._columns:
            was, now = column.show(before) if before else "", column.show(after)
            if was == now or (before is None and _goes_without_saying(column, now)):
                continue
            yield Change(
                heading=column.heading,
                old=was,
                new=now,
                is_safety=column.is_safety,
                eases=column.is_safety and eases(column, old, after.item.declaration),
            )
        checked = before.item.allergens_confirmed_on if before else None
        if checked and after.item.allergens_confirmed_on is None:
            yield Change(heading=CHECKED, old=checked.isoformat(), new="nobody any more", is_safety=True)

    def _merged(self) -> Content:
        """Return the hotel with what the good rows say; what no row names stays as and where it is."""
        coming: dict[tuple[str, int], list[Item]] = {}
        leaving = set()
        for key, spot in self._spots.items():
            stands = self._standing.spots.get(key)
            if stands is not spot:
                coming.setdefault((spot.menu.key, spot.turn), []).append(self._items[key])
                leaving.add(key)

        def section(menu: Menu, turn: int, old: Section) -> Section:
            staying = (self._items.get(each.key, each) for each in old.items if each.key not in leaving)
            return replace(old, items=(*staying, *coming.get((menu.key, turn), ())))

        def menu(old: Menu) -> Menu:
            sections = (*old.sections, *self._standing.added.get(old.key, ()))
            return replace(old, sections=tuple(section(old, turn, each) for turn, each in enumerate(sections)))

        venues = tuple(replace(each, menus=tuple(map(menu, each.menus))) for each in self._content.venues)
        return replace(self._content, venues=venues)


def _goes_without_saying(column: Column, cell: str) -> bool:
    """Return whether a new dish's cell says no more than an empty one, or where the dish stands."""
    nothing = {"", STATUS_WORDS[Status.UNKNOWN]} if column.code != COMPLETE else {NO}
    return column.code in {*WHERE, "key"} or cell in nothing
