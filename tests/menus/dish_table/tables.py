"""Owns what tests of dish tables share: a hotel's table as somebody edits it in a spreadsheet, and workbooks of it."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import openpyxl

from menus import dish_table, spreadsheets
from menus.content import Content
from menus.spreadsheets import Row
from menus.uploads import Kind


class Sheet:
    """A downloaded table being edited: rows by their keys, cells by their headings."""

    def __init__(self, content: Content) -> None:
        self.heading, *rows = csv.reader(io.StringIO(dish_table.as_csv(content).removeprefix("\ufeff"), newline=""))
        self.rows = [dict(zip(self.heading, row, strict=True)) for row in rows]

    def __getitem__(self, key: str) -> dict[str, str]:
        return next(row for row in self.rows if row["Key"] == key)

    def add(self, **cells: str) -> dict[str, str]:
        """Add a row whose cells are empty but for these."""
        self.rows.append({**dict.fromkeys(self.heading, ""), **cells})
        return self.rows[-1]

    def without(self, *headings: str) -> "Sheet":
        """Take columns away."""
        self.heading = [each for each in self.heading if each not in headings]
        return self

    def table(self) -> list[list[str]]:
        return [self.heading, *([row[each] for each in self.heading] for row in self.rows)]

    def csv(self, delimiter: str = ",") -> bytes:
        """Return it as a spreadsheet program saves it."""
        written = io.StringIO()
        csv.writer(written, delimiter=delimiter, lineterminator="\r\n").writerows(self.table())
        return written.getvalue().encode()

    def read(self) -> list[Row]:
        return spreadsheets.read(self.csv(), Kind.CSV)

    def plan(self, content: Content) -> dish_table.Plan:
        return dish_table.plan(content, self.read())


def workbook(rows: Sequence[Sequence[Any]], *, merge: str = "") -> bytes:
    """Return a workbook of these rows, as a spreadsheet program would save it."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(row)
    if merge:
        sheet.merge_cells(merge)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def told(entry: dish_table.Entry) -> dict[str, tuple[str, str]]:
    """Return what changes, by heading."""
    return {each.heading: (each.old, each.new) for each in entry.changes}


def faults(plan: dish_table.Plan) -> dict[tuple[int, str], str]:
    """Return what is wrong, by row and heading."""
    return {(each.row, each.heading): each.sentence for each in plan.faults}
