"""No cell of a table that a hotel downloads can calculate something where it is opened."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menus.spreadsheets import as_csv, neutral

FORMULAS = [
    "=1+1",
    "=HYPERLINK(\"http://evil.example\",\"x\")",
    "+1",
    "-1+cmd|' /C calc'!A0",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "\N{NO-BREAK SPACE}=1",
    "\ufeff=1",
    "＝1+1",
    "＠x",
]  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_becomes_a_text(formula: str) -> None:
    assert neutral(formula) == f"'{formula}"


@pytest.mark.parametrize("text", ["", "Soup", "Soup = good", "4.50", "'n Broodje", "1-2 people", "a@b.example"])
def test_a_text_stays_as_it_is(text: str) -> None:
    assert neutral(text) == text


@given(st.lists(st.lists(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00")), min_size=1)))
def test_no_cell_of_a_table_begins_a_formula(rows: list[list[str]]) -> None:
    written = as_csv(["=a"], rows).removeprefix("\ufeff")
    read = list(csv.reader(io.StringIO(written, newline="")))
    assert read[0] == ["'=a"]
    assert [[each.removeprefix("'") if each not in row else each for each in got] for got, row in
            zip(read[1:], rows, strict=True)] == rows  # fmt: skip
    for row in read:
        assert not any(each.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for each in row)
