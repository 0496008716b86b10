"""Owns making one model's rows in one hotel equal to what is wanted; knows no model by name.

Rows are compared before they are written, so that a hotel which is equal already is not touched by any statement.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Generic, TypeVar

from django.db.models import Model

from menus.models import Hotel

BATCH = 200
_KEY = attrgetter("key")
_POSITION = attrgetter("position")
Row = TypeVar("Row", bound=Model)
Columns = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What became of the things of one kind, or of all."""

    created: int = 0
    updated: int = 0
    removed: int = 0
    unchanged: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            created=self.created + other.created,
            updated=self.updated + other.updated,
            removed=self.removed + other.removed,
            unchanged=self.unchanged + other.unchanged,
        )


class Table(Generic[Row]):
    """One model's rows in one hotel. Rows are put, then written; those that were not put are removed at the end."""

    def __init__(self, model: type[Row], hotel: Hotel) -> None:
        """Read the rows, one query."""
        self._model = model
        self._hotel = hotel
        self._above = f"{getattr(model, 'above', 'hotel')}_id"
        self._rows: list[Row] = list(model._default_manager.filter(hotel=hotel))
        self._created: list[Row] = []
        self._changed: dict[Any, Row] = {}
        self._names: set[str] = set()
        self._kept: set[Any] = set()
        self._touched: set[Any] = set()

    def by_key(self) -> dict[str, Row]:
        """Return the rows that stood here by their key."""
        return {_KEY(row): row for row in self._rows}

    def by_above(self) -> dict[Any, list[Row]]:
        """Return the rows that stood here by the primary key of the row above them, in their order."""
        found: dict[Any, list[Row]] = defaultdict(list)
        for row in self._rows:
            found[getattr(row, self._above)].append(row)
        return found

    def put(self, row: Row | None, columns: Columns, *, moved: bool = False) -> tuple[Row, bool]:
        """Give a row, or a new one, these columns; return it, and whether it differs from what stood here.

        A position alone does not make a row an updated one, `moved` does: a dish is not another one because a dish
        was put in before it.
        """
        if row is None:
            row = self._model(hotel=self._hotel, **columns)
            self._created.append(row)
            return row, True
        different = {name for name, value in columns.items() if getattr(row, name) != value}
        for name in different:
            setattr(row, name, columns[name])
        self._kept.add(row.pk)
        if different:
            self._changed[row.pk] = row
            self._names |= different
        if moved or different - {"position"}:
            self.touch(row)
        return row, bool(different)

    def put_siblings(self, wanted: Sequence[tuple[Row | None, Columns]]) -> tuple[list[Row], bool]:
        """Put all rows below one row in this order; return them, and whether any differs.

        Rows whose positions are in this order already keep them.
        """
        standing = [self._standing(row, columns) for row, columns in wanted]
        moved = _out_of_order(standing)
        settled = None not in standing and not moved
        rows, differs = [], False
        for index, (row, columns) in enumerate(wanted):
            place = standing[index]
            position = place[0] if settled and place else index
            put, different = self.put(row, {**columns, "position": position}, moved=index in moved)
            rows.append(put)
            differs |= different
        return rows, differs

    def touch(self, row: Row) -> None:
        """Count a row as updated, also where only something below it changed; a new row stays a created one."""
        if row.pk in self._kept:
            self._touched.add(row.pk)

    def write(self) -> None:
        """Insert the new rows and update the different ones; new rows have a primary key afterwards."""
        if self._created:
            self._model._default_manager.bulk_create(self._created, BATCH)
        if self._changed:
            self._model._default_manager.bulk_update(self._changed.values(), sorted(self._names), BATCH)

    def remove(self) -> None:
        """Delete the rows that were not put."""
        gone = [row.pk for row in self._rows if row.pk not in self._kept]
        if gone:
            self._model._default_manager.filter(pk__in=gone).delete()

    def counts(self) -> Counts:
        """Return what became of the rows."""
        return Counts(
            created=len(self._created),
            updated=len(self._touched),
            removed=len(self._rows) - len(self._kept),
            unchanged=len(self._kept) - len(self._touched),
        )

    def _standing(self, row: Row | None, columns: Columns) -> tuple[int, int] | None:
        """Return what a row is ordered by below the row that it shall be below, or None where it is not there yet."""
        if row is None or (self._above in columns and getattr(row, self._above) != columns[self._above]):
            return None
        return _POSITION(row), row.pk


def _out_of_order(standing: Sequence[tuple[int, int] | None]) -> set[int]:
    """Return the fewest indexes that have to move so that the rest is increasing; `None`s are no part of the order."""
    tails: list[tuple[int, int]] = []  # the lowest end of an increasing run of each length
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for index, place in enumerate(standing):
        if place is None:
            continue
        length = bisect_left(tails, place)
        before[index] = ends[length - 1] if length else None
        tails[length:] = [place] if length == len(tails) else [place, *tails[length + 1 :]]
        ends[length:] = [index] if length == len(ends) else [index, *ends[length + 1 :]]
    staying = set()
    last = ends[-1] if ends else None
    while last is not None:
        staying.add(last)
        last = before[last]
    return before.keys() - staying
