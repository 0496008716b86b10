"""Owns writing tables, as CSV and as a workbook; pure."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from menus.spreadsheets.formulas import clean, neutral

# Excel reads UTF-8 only where it is told.
_UTF_8 = "\ufeff"
_MOST_CELL_CHARS = 32_767
_NARROW, _WIDE, _WIDEST = 9, 14, 32


def as_csv(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV (RFC 4180), every cell quoted; None is empty, texts are neutral, numbers stay numbers."""
    lines = io.StringIO()
    writer = csv.writer(lines, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([neutral(each) for each in heading])
    for row in rows:
        writer.writerow([neutral(each) if isinstance(each, str) else "" if each is None else each for each in row])
    return _UTF_8 + lines.getvalue()


def as_xlsx(
    heading: Sequence[str],
    rows: Iterable[Sequence[str | Decimal | None]],
    choices: Mapping[int, Sequence[str]],
    *,
    stays: int = 0,
) -> bytes:
    """Return a table as a workbook of one sheet; `choices` by column are offered in its cells, and others let pass.

    The heading and the first `stays` columns stay in sight. Texts are neutral, and texts to the program as well.
    """
    # Most processes never write or read a workbook; those that serve guests start without it.
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet("Dishes")
    sheet.freeze_panes = f"{get_column_letter(stays + 1)}2"
    for index, called in enumerate(heading):
        width = _NARROW if index in choices else min(_WIDEST, max(_WIDE, len(called) + 2))
        sheet.column_dimensions[get_column_letter(index + 1)].width = width

    def cell(value: str | Decimal | None, *, bold: bool = False) -> Any:
        text: Any = neutral(clean(value))[:_MOST_CELL_CHARS] if isinstance(value, str) else value
        made: Any = WriteOnlyCell(sheet, value=text)
        if isinstance(value, str):
            made.data_type = "s"  # what looks like a formula would else be one
        elif value is not None and value != value.to_integral_value():
            made.number_format = "0.00" if value == round(value, 2) else "0.000"
        if bold:
            made.font = Font(bold=True)
        return made

    sheet.append([cell(each, bold=True) for each in heading])
    for row in rows:
        sheet.append([cell(each) for each in row])
    for index, offered in choices.items():
        column = get_column_letter(index + 1)
        offer = DataValidation(type="list", formula1=f'"{",".join(offered)}"', allow_blank=True, showErrorMessage=False)
        offer.add(f"{column}2:{column}1048576")
        sheet.data_validations.append(offer)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()
