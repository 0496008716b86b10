"""Owns reading tables that people send, row by row with the numbers that their program shows; pure.

`menus.uploads` has looked at the file before. What a cell says is not understood here.
"""

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from menus.spreadsheets.formulas import clean, plain
from menus.uploads import Kind

# So many new dishes are embedded well within the minute that a proxy waits.
MOST_ROWS = 2_000
MOST_COLUMNS = 100
_DELIMITERS = ",;\t"
_SAYS_DELIMITER = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_ERROR = re.compile(r"#(?:REF|N/A|NV|VALUE|WERT|NAME|DIV/0|NUM|ZAHL|NULL|BEZUG|SPILL|CALC)[!?]?", re.IGNORECASE)
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')


class RefusedTable(Exception):
    """A table that is not read any further; the message is for whoever sent it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A row that has anything in it: its number, its texts, and by column what no text could be read from."""

    number: int
    cells: Sequence[str]
    faults: Mapping[int, str] = field(default_factory=dict)


def read(content: bytes, kind: Kind) -> list[Row]:
    """Return the rows of a table, the heading first; raises RefusedTable with a sentence."""
    found: list[Row] = []
    for number, values in enumerate(_workbook(content) if kind is Kind.XLSX else _csv(content), start=1):
        row = _row(number, values)
        if row is None:
            continue
        if len(row.cells) > MOST_COLUMNS:
            raise RefusedTable(f"The table has more than {MOST_COLUMNS} columns. Is this the right file?")
        if len(found) > MOST_ROWS:
            raise RefusedTable(f"The table has more than {MOST_ROWS:,} rows. Please send it in several files.")
        found.append(row)
    if not found:
        raise RefusedTable("The table is empty.")
    return found


def _row(number: int, values: Sequence[object]) -> Row | None:
    """Return a row without the empty cells at its end, or None where there is nothing in it."""
    if values.count(None) == len(values):  # a sheet may have a million of them
        return None
    cells, faults = [], {}
    for index, value in enumerate(values):
        text, fault = _text(value)
        cells.append(text)
        if fault:
            faults[index] = fault
    while cells and not cells[-1].strip() and len(cells) - 1 not in faults:
        cells.pop()
    return Row(number=number, cells=tuple(cells), faults=faults) if cells else None


def _text(value: object) -> tuple[str, str]:
    """Return what a cell says as a text, and what is wrong with it, if anything."""
    if value is None:
        return "", ""
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return (
            "",
            "Your spreadsheet program took this for a date or a time. Format the cell as text and write it again.",
        )
    # What was calculated carries the rounding of its program.
    text = f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else clean(plain(str(value)))
    if _ERROR.fullmatch(text.strip()):
        return "", f"Your spreadsheet program shows an error here ({text.strip()}). Write the value itself."
    return text, ""


# --- CSV -----------------------------------------------------------------------
def _csv(content: bytes) -> Iterator[Sequence[object]]:
    text = content.decode("utf-8-sig")
    told = _SAYS_DELIMITER.match(text)
    lines = io.StringIO(text[told.end() :] if told else text, newline="")
    if told:
        yield ()
    delimiter = told[1] if told else _delimiter(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error:
        raise RefusedTable(
            f"Line {reader.line_num} of the file cannot be read: a quotation mark is not closed, or stands where none"
            " may be."
        ) from None


def _delimiter(text: str) -> str:
    """Return what parts the cells of the first line that has any: Excel's own depends on the country."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=lambda each: len(next(csv.reader([first], delimiter=each), [])))


# --- workbooks -----------------------------------------------------------------
def _workbook(content: bytes) -> Iterator[Sequence[object]]:
    from openpyxl import load_workbook  # by those alone who read a workbook

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheets: list[Any] = [each for each in book.worksheets if each.sheet_state == "visible"]
        if not sheets:
            raise RefusedTable("The workbook has no sheet that can be seen.")
        sheet = sheets[0]
        if merged := _merged(content, sheet._worksheet_path):
            raise RefusedTable(
                f"The cells {merged} are merged. Please unmerge them and write into each row what belongs to it."
            )
        sheet.reset_dimensions()  # what a file says of its own size may be wrong
        yield from sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1)
    except RefusedTable:
        raise
    except Exception:  # the reader raises whatever a damaged part leads it to
        raise RefusedTable("The workbook is damaged. Open it, save it again, and send that.") from None


def _merged(content: bytes, part: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = _MERGED.search(archive.read(part))
    return found[1].decode() if found else ""
