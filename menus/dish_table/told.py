"""Owns what one row of a dish table says: its cells by column, and what is wrong with them; pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from menus.content import Offer
from menus.dish_table.columns import Column
from menus.dish_table.plan import Fault
from menus.dish_table.words import Unclear, shown
from menus.spreadsheets import RefusedTable, Row, clean

# Where each column stands, by its code and part.
Places = Mapping[tuple[str, str], int]


class Told:
    """What one row says, by column, and what is wrong with it."""

    def __init__(self, row: Row, at: Places, known: Sequence[Column]) -> None:
        self._row = row
        self._at = at
        self._columns = {(each.code, each.part): each for each in known}
        self.faults = [
            Fault(row=row.number, heading=self._columns[where].heading, sentence=row.faults[index])
            for where, index in at.items()
            if index in row.faults
        ]

    def has(self, code: str, part: str = "") -> bool:
        """Return whether the table has the column."""
        return (code, part) in self._at

    def cell(self, code: str, part: str = "") -> str:
        """Return what stands in a cell, without the spaces around it; nothing where there is no such column."""
        index = self._at.get((code, part))
        return self._row.cells[index].strip() if index is not None and index < len(self._row.cells) else ""

    def refuse(self, code: str, sentence: str, part: str = "") -> None:
        """Note what is wrong with a cell."""
        column = self._columns.get((code, part)) or next(each for each in self._columns.values() if each.code == code)
        fault = Fault(row=self._row.number, heading=column.heading, sentence=sentence)
        if all(each.heading != fault.heading for each in self.faults):  # the first thing to mend is enough
            self.faults.append(fault)

    def says(self, before: Offer | None, code: str, part: str = "") -> bool:
        """Return whether a cell says something else than the dish's own would."""
        cell = self.cell(code, part)
        return bool(cell) and (before is None or cell != _as_read(self._columns[code, part].show(before)))

    def differs(self, before: Offer | None, code: str) -> bool:
        """Return whether any cell of a kind says something else, or nothing, where the dish's own says something."""
        return any(
            before is None or self.cell(*where) != _as_read(self._columns[where].show(before))
            for where in self._at
            if where[0] == code
        )

    def ask(self, read: Callable[[str], Any], code: str, part: str = "") -> Any:
        """Return what a cell that is not empty says, None where it says nothing or is not understood."""
        cell = self.cell(code, part)
        if not cell:
            return None
        try:
            return read(cell)
        except Unclear as unclear:
            self.refuse(code, str(unclear), part)
            return None

    def value(
        self,
        read: Callable[[str], Any],
        code: str,
        old: Any,
        before: Offer | None,
        *,
        part: str = "",
        is_kept: bool = False,
    ) -> Any:
        """Return what a cell says; what is there where it says the same, or where there is no such column.

        An empty cell empties, or keeps what is there where a dish cannot be without it.
        """
        if not self.has(code, part):
            return old
        cell = self.cell(code, part)
        if before is not None and cell == _as_read(self._columns[code, part].show(before)):
            return old
        if not cell and is_kept:
            return old
        read_value = self.ask(read, code, part)
        empty: Any = "" if isinstance(old, str) else None
        return empty if read_value is None else read_value

    def texts(
        self, read: Callable[[str], Any], code: str, old: Mapping[str, str], before: Offer | None
    ) -> dict[str, str]:
        """Return a text in all its languages, those that have a column as told there."""
        found = dict(old)
        for where in self._at:
            if where[0] != code:
                continue
            text = self.value(read, code, old.get(where[1], ""), before, part=where[1])
            if text:
                found[where[1]] = text
            else:
                found.pop(where[1], None)
        return found


def _as_read(said: str) -> str:
    """Return what a cell that says this comes back as."""
    return clean(said).strip()


def match(known: Sequence[Column], heading: Row) -> tuple[Places, tuple[str, ...]]:
    """Return where each column stands, and the headings that mean none; refuses a heading that cannot be meant."""
    at: dict[tuple[str, str], int] = {}
    unread = []
    for index, called in enumerate(heading.cells):
        if not called.strip():
            continue
        found = next((each for each in known if each.is_called(called)), None)
        if found is None:
            unread.append(" ".join(called.split())[:60])
        elif (found.code, found.part) in at:
            raise RefusedTable(f"Two columns are called {shown(called)}: take one of them away.")
        else:
            at[found.code, found.part] = index
    if ("key", "") not in at and ("name", next(each.part for each in known if each.code == "name")) not in at:
        raise RefusedTable(
            "The first row does not name the columns: there is neither “Key” nor the dish's name. Download the table"
            " here, and write into that one."
        )
    return at, tuple(unread)
