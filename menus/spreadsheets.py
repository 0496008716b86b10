"""Owns tables for spreadsheet programs: no text in them can act as a formula there; pure."""

import csv
import io
from collections.abc import Iterable, Sequence

# What a spreadsheet program takes for the beginning of a formula, also in the full width of East Asian keyboards.
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
# Excel reads UTF-8 only where it is told.
_UTF_8 = "\ufeff"


def neutral(text: str) -> str:
    """Return a text that a spreadsheet shows as it is: one that it would calculate gets an apostrophe before it."""
    begins = text.lstrip(" \N{NO-BREAK SPACE}\N{ZERO WIDTH SPACE}\ufeff")
    return f"'{text}" if begins.startswith(_BEGINS_A_FORMULA) or text.startswith(_BEGINS_A_FORMULA) else text


def as_csv(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV (RFC 4180), every cell quoted; None is empty, texts are neutral, numbers stay numbers."""
    lines = io.StringIO()
    writer = csv.writer(lines, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([neutral(each) for each in heading])
    for row in rows:
        writer.writerow([neutral(each) if isinstance(each, str) else "" if each is None else each for each in row])
    return _UTF_8 + lines.getvalue()
