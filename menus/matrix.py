"""Owns the allergen matrix: dishes by the fourteen groups, read and saved many at once. Changes only what was touched.

A group of which a cereal or a nut is named is not changed here: a single state would hide the name. What is changed
without being confirmed is confirmed by nobody any more.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import QuerySet

from menus.allergens import CHILDREN, GROUPS, Declaration, Status, contradictions
from menus.models import Hotel, ItemAllergen, MenuItem, User

CONFIRMED = "Confirmed the allergens."
DECLARED = "Declared allergens."
UNDECLARED = ""
STATES: tuple[str, ...] = (UNDECLARED, Status.CONTAINS.value, Status.MAY_CONTAIN.value, Status.FREE.value)
_LETTERS = dict(zip(STATES, "-cmf", strict=True))


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """What is declared of one group in one dish; `named`: its cereals or nuts that are declared by name."""

    code: str
    state: str
    named: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One dish of the matrix."""

    dish: MenuItem
    cells: tuple[Cell, ...]
    confirmed_by: User | None = None

    @property
    def statuses(self) -> dict[str, Status]:
        """What is declared, by code."""
        named = {code: Status(state) for cell in self.cells for code, state in cell.named}
        return {cell.code: Status(cell.state) for cell in self.cells if cell.state} | named

    @property
    def warnings(self) -> list[str]:
        """Each way in which the declaration contradicts itself."""
        dish = self.dish
        return contradictions(
            Declaration(statuses=self.statuses, complete=dish.allergens_complete, diets=tuple(dish.diets))
        )

    @property
    def was(self) -> str:
        """What the page remembers of the row, to know what was touched, and whether a colleague was quicker."""
        shown = "".join(_LETTERS[cell.state] for cell in self.cells) + "01"[self.dish.allergens_complete]
        everything = f"{sorted(self.statuses.items())}{self.dish.allergens_complete}"
        return f"{shown}.{hashlib.sha256(everything.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What somebody left in a row: `was` as the row told it, states by group, and whether they have checked it all."""

    key: str
    was: str
    states: Mapping[str, str]
    complete: bool
    confirmed: bool

    def is_touched(self) -> bool:
        """Return whether anything is another than what the page had shown."""
        shown = self.was.partition(".")[0]
        before = dict(zip((*GROUPS, "complete"), shown, strict=False))
        now = {code: _LETTERS[state] for code, state in self.states.items()}
        return before.get("complete") != "01"[self.complete] or any(before.get(code) != now[code] for code in now)


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """What came of saving: the dishes that were changed or confirmed, and those that a colleague had just changed."""

    changed: tuple[MenuItem, ...]
    refused: tuple[MenuItem, ...]


def rows(dishes: Sequence[MenuItem]) -> list[Row]:
    """Return the matrix of these dishes, with who confirmed each; two queries."""
    declared: dict[int, dict[str, str]] = {}
    found = ItemAllergen.objects.filter(item__in=dishes).values_list("item", "code", "status")
    for item, code, status in found:
        declared.setdefault(item, {})[code] = status
    people = _confirmed_by(dishes)
    return [
        Row(dish=dish, cells=_cells(declared.get(dish.pk, {})), confirmed_by=people.get(dish.pk)) for dish in dishes
    ]


def _cells(declared: Mapping[str, str]) -> tuple[Cell, ...]:
    return tuple(
        Cell(
            code=code,
            state=declared.get(code, UNDECLARED),
            named=tuple((child, declared[child]) for child in CHILDREN.get(code, ()) if child in declared),
        )
        for code in GROUPS
    )


def _confirmed_by(dishes: Sequence[MenuItem]) -> dict[int, User]:
    kind = ContentType.objects.get_for_model(MenuItem)
    noted = LogEntry.objects.filter(
        content_type=kind, object_id__in=[str(dish.pk) for dish in dishes], change_message=CONFIRMED
    )
    last = noted.order_by("object_id", "-action_time", "-pk").distinct("object_id").select_related("user")
    return {int(each.object_id or 0): each.user for each in last}


def save(hotel: Hotel, changes: Sequence[Change], person: User) -> Saved:
    """Save what was touched and confirmed, all dishes in one transaction; what a colleague has changed stays."""
    wanted = {each.key: each for each in changes if each.confirmed or each.is_touched()}
    changed, refused = [], []
    with transaction.atomic():
        locked: QuerySet[MenuItem] = MenuItem.objects.filter(hotel=hotel, key__in=wanted).order_by("pk")
        for row in rows(list(locked.select_for_update())):
            change = wanted[row.dish.key]
            if row.was != change.was:
                refused.append(row.dish)
                continue
            _write(hotel, row, change)
            changed.append(row.dish)
            note = CONFIRMED if change.confirmed else DECLARED
            LogEntry.objects.log_actions(person.pk, [row.dish], CHANGE, change_message=note, single_object=True)
    return Saved(changed=tuple(changed), refused=tuple(refused))


def _write(hotel: Hotel, row: Row, change: Change) -> None:
    dish = row.dish
    states = {cell.code: change.states.get(cell.code, cell.state) for cell in row.cells if not cell.named}
    new = {cell.code: states[cell.code] for cell in row.cells if states.get(cell.code, cell.state) != cell.state}
    ItemAllergen.objects.filter(item=dish, code__in=new).delete()
    ItemAllergen.objects.bulk_create(
        ItemAllergen(hotel=hotel, item=dish, code=code, status=state) for code, state in new.items() if state
    )
    today = hotel.today()
    MenuItem.objects.filter(pk=dish.pk).update(
        allergens_complete=change.complete, allergens_confirmed_on=today if change.confirmed else None
    )
