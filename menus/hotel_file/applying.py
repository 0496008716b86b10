"""Owns making a hotel's rows equal to a content, all or nothing; hotels are matched by slug, things by key.

A thing keeps its row wherever it moves. What has no key is matched by what it is (a section's name, an allergen's code)
or by its turn (hours), and counts as a change of the thing that it belongs to.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import Model

from menus import models, signals
from menus.allergens import Declaration
from menus.content import Content, Item, Menu, Section, Venue
from menus.hotel_file import columns
from menus.hotel_file.problems import HotelFileError, Problem
from menus.hotel_file.table import Columns, Counts, Table


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What an import did, by the kind of thing, and how many passages it embedded."""

    things: Mapping[str, Counts]
    embedded: int

    @property
    def total(self) -> Counts:
        """The counts over all kinds."""
        return sum(self.things.values(), Counts())


def apply(content: Content) -> Changes:
    """Make the hotel equal to the content in one transaction, and return what changed.

    Imports of one hotel wait for one another. Raises django.db.Error where the database refuses a row.
    """
    with transaction.atomic():
        hotel, counts = _lock_hotel(content)
        rows = _Rows(hotel)
        rows.put(content)
        rows.remove()
        answers: list[tuple[Any, Any]] = signals.hotel_replaced.send(sender=models.Hotel, hotel_id=hotel.pk)
        embedded = sum(answer for _receiver, answer in answers if isinstance(answer, int))
    return Changes(things={"hotel": counts, **rows.counts()}, embedded=embedded)


def put(content: Content, *, keep: bool) -> Changes:
    """Apply a content, or only try it out. Raises HotelFileError, nothing changed, where the database refuses it."""
    try:
        with transaction.atomic():
            changes = apply(content)
            transaction.set_rollback(not keep)
    except DatabaseError as error:
        # What reading let pass and the database did not, a deadlock, a lost connection: nothing was kept in any case.
        cause = " ".join(str(error).split("\n", 1)[0].split())
        sentence = f"The database refused this file, nothing was changed: {cause}."
        raise HotelFileError([Problem(pointer="", sentence=sentence)]) from error
    return changes


def _lock_hotel(content: Content) -> tuple[models.Hotel, Counts]:
    """Return the hotel's row with its own columns written; locked, but guests may still refer to it meanwhile."""
    wanted = columns.of_hotel(content)
    locked = models.Hotel.objects.select_for_update(no_key=True)
    hotel, created = locked.get_or_create(slug=content.slug, defaults=wanted)
    if created:
        return hotel, Counts(created=1)
    different = [name for name, value in wanted.items() if getattr(hotel, name) != value]
    if not different:
        return hotel, Counts(unchanged=1)
    for name in different:
        setattr(hotel, name, wanted[name])
    hotel.save(update_fields=different)
    return hotel, Counts(updated=1)


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


_Row = TypeVar("_Row", bound=Model)
_Thing = TypeVar("_Thing", bound=_Keyed)


class _Rows:
    """Everything below one hotel, written from the top down, because a new row's children need its primary key."""

    def __init__(self, hotel: models.Hotel) -> None:
        self.venues = Table(models.Venue, hotel)
        self.hours = Table(models.OpeningHours, hotel)
        self.menus = Table(models.Menu, hotel)
        self.served = Table(models.ServingTime, hotel)
        self.sections = Table(models.MenuSection, hotel)
        self.items = Table(models.MenuItem, hotel)
        self.item_allergens = Table(models.ItemAllergen, hotel)
        self.options = Table(models.Option, hotel)
        self.option_allergens = Table(models.OptionAllergen, hotel)
        self.articles = Table(models.Article, hotel)
        self.places = Table(models.Place, hotel)

    def put(self, content: Content) -> None:
        """Write every row that the content has and that differs."""
        venues = _put(self.venues, [({}, content.venues)], columns.of_venue)
        menus = self._put_menus(venues)
        items = self._put_items(self._put_sections(menus))
        self._put_options(items)
        _put(self.articles, [({}, content.articles)], columns.of_article)
        venue_ids = {venue.key: row.pk for row, venue in venues}
        _put(
            self.places,
            [({}, content.places)],
            lambda place: {**columns.of_place(place), "venue_id": venue_ids.get(place.venue or "")},
        )

    def remove(self) -> None:
        """Delete every row that the content does not have, from the bottom up: what moved away is not taken along."""
        bottom_up: list[Table[Any]] = [
            *(self.option_allergens, self.options, self.item_allergens, self.items),
            *(self.sections, self.served, self.menus, self.hours),
            *(self.places, self.articles, self.venues),
        ]
        for table in bottom_up:
            table.remove()

    def counts(self) -> dict[str, Counts]:
        """Return what became of each kind of thing."""
        return {
            "venues": self.venues.counts(),
            "menus": self.menus.counts(),
            "items": self.items.counts(),
            "options": self.options.counts(),
            "articles": self.articles.counts(),
            "places": self.places.counts(),
        }

    def _put_menus(self, venues: Sequence[tuple[models.Venue, Venue]]) -> list[tuple[models.Menu, Menu]]:
        before = self.hours.by_above()
        for row, venue in venues:
            wanted = [{**columns.of_hours(each), "venue_id": row.pk} for each in venue.opening_hours]
            if _put_in_turn(self.hours, before[row.pk], wanted):
                self.venues.touch(row)
        self.hours.write()
        return _put(self.menus, [({"venue_id": row.pk}, venue.menus) for row, venue in venues], columns.of_menu)

    def _put_sections(self, menus: Sequence[tuple[models.Menu, Menu]]) -> list[tuple[models.MenuSection, Section]]:
        served_before, before = self.served.by_above(), self.sections.by_above()
        sections: list[tuple[models.MenuSection, Section]] = []
        for row, menu in menus:
            served = [{**columns.of_served(each), "menu_id": row.pk} for each in menu.served]
            wanted = [{**columns.of_section(each), "menu_id": row.pk} for each in menu.sections]
            matched = _match_by_name(before[row.pk], menu.sections)
            rows, differs = self.sections.put_siblings(list(zip(matched, wanted, strict=True)))
            differs |= len(before[row.pk]) > len(wanted)
            if _put_in_turn(self.served, served_before[row.pk], served) or differs:
                self.menus.touch(row)
            sections += zip(rows, menu.sections, strict=True)
        self.served.write()
        self.sections.write()
        return sections

    def _put_items(self, sections: Sequence[tuple[models.MenuSection, Section]]) -> list[tuple[models.MenuItem, Item]]:
        groups = [({"section_id": row.pk}, section.items) for row, section in sections]
        items = _put(self.items, groups, columns.of_item)
        self._declare(self.items, self.item_allergens, "item_id", [(row, item.declaration) for row, item in items])
        return items

    def _put_options(self, items: Sequence[tuple[models.MenuItem, Item]]) -> None:
        options = _put(self.options, [({"item_id": row.pk}, item.options) for row, item in items], columns.of_option)
        declared = [(row, option.declaration) for row, option in options]
        self._declare(self.options, self.option_allergens, "option_id", declared)

    def _declare(
        self,
        things: Table[_Row],
        allergens: Table[Any],
        owner: str,
        declared: Iterable[tuple[_Row, Declaration]],
    ) -> None:
        before = allergens.by_above()
        for row, declaration in declared:
            by_code = {each.code: each for each in before[row.pk]}
            differs = not by_code.keys() <= declaration.statuses.keys()
            for code, status in declaration.statuses.items():
                wanted = {owner: row.pk, "code": code, "status": status.value}
                differs |= allergens.put(by_code.get(code), wanted)[1]
            if differs:
                things.touch(row)
        allergens.write()


def _put(
    table: Table[_Row],
    groups: Iterable[tuple[Columns, Sequence[_Thing]]],
    columns_of: Callable[[_Thing], Columns],
) -> list[tuple[_Row, _Thing]]:
    """Put and write keyed things, given as siblings with the column that says what they are below."""
    by_key = table.by_key()
    put: list[tuple[_Row, _Thing]] = []
    for above, things in groups:
        rows, _differs = table.put_siblings([(by_key.get(each.key), {**columns_of(each), **above}) for each in things])
        put += zip(rows, things, strict=True)
    table.write()
    return put


def _put_in_turn(table: Table[_Row], before: Sequence[_Row], wanted: Sequence[Columns]) -> bool:
    """Put siblings that have no key, each in the row whose turn it is; return whether anything differs."""
    rows = [*before[: len(wanted)], *[None] * (len(wanted) - len(before))]
    _rows, differs = table.put_siblings(list(zip(rows, wanted, strict=True)))
    return differs or len(before) > len(wanted)


def _match_by_name(
    before: Sequence[models.MenuSection], sections: Sequence[Section]
) -> list[models.MenuSection | None]:
    """Return a row for each section: the one of its name, else one that nobody's name claims (a rename), else none.

    Without it a section put in at the top would move every dish of the menu by one row.
    """
    left = list(before)
    matched: list[models.MenuSection | None] = []
    for section in sections:
        named = next((row for row in left if row.name == section.name), None)
        if named is not None:
            left.remove(named)
        matched.append(named)
    return [row if row is not None or not left else left.pop(0) for row in matched]
