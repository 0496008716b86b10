"""Tables as people send them: every country's CSV, workbooks of other programs, and whatever else is no table."""

import datetime as dt
import io
import os
import re
import subprocess
import sys
import zipfile
from typing import Any

import openpyxl
import pytest

from menus import uploads
from menus.spreadsheets import MOST_COLUMNS, MOST_ROWS, RefusedTable, Row, as_csv, as_xlsx, read
from menus.uploads import Kind, RefusedFile
from tests.menus.dish_table.tables import workbook
from tests.menus.test_uploads import File, picture

HEADING = ["Key", "Name", "Price"]
ROWS = [("1", *HEADING), ("2", "soup", "Suppe; „scharf“, groß", "4,50"), ("4", "=1+1", "two\nlines", "")]


def rows(content: bytes, kind: Kind = Kind.CSV) -> list[tuple[str, ...]]:
    return [(str(row.number), *row.cells, *[""] * (3 - len(row.cells))) for row in read(content, kind)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_of_every_country(delimiter: str, mark: str, end: str) -> None:
    lines = [HEADING, ["soup", '"Suppe; „scharf“, groß"', '"4,50"'], ["", "", ""], ["'=1+1", '"two\nlines"', ""]]
    text = mark + end.join(delimiter.join(line) for line in lines)
    assert rows(text.encode()) == ROWS


def test_csv_that_tells_its_delimiter() -> None:
    assert rows(b"sep=|\r\nKey|Name, all|x\r\na|b|c\r\n") == [("2", "Key", "Name, all", "x"), ("3", "a", "b", "c")]


def test_what_is_written_is_read() -> None:
    lines: list[list[Any]] = [["soup", "Suppe; „scharf“, groß", "4,50"], ["=1+1", "two\nlines", None]]
    for content, kind in (
        (as_csv(HEADING, lines).encode(), Kind.CSV),
        (as_xlsx(HEADING, lines, {2: ("yes", "no")}), Kind.XLSX),
    ):
        assert [row[1:] for row in rows(content, kind)] == [row[1:] for row in ROWS]


def test_no_cell_of_a_workbook_is_a_formula() -> None:
    content = as_xlsx(["=a"], [["=1+1"], ["+1"], ["@x"]], {})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    assert [row[1] for row in rows(content, Kind.XLSX)] == ["=a", "=1+1", "+1", "@x"]


def test_cells_of_every_kind() -> None:
    line = [4.5, 4.0, 7, 7.9 * 1.1, True, "  x ", "#REF!", dt.datetime(2026, 2, 1), dt.time(8), None]
    _heading, row = read(workbook([["a"] * 10, line]), Kind.XLSX)
    assert row.cells == ("4.5", "4", "7", "8.69", "True", "  x ", "", "", "")
    assert [(index, text[:46]) for index, text in row.faults.items()] == [
        (6, "Your spreadsheet program shows an error here ("),
        (7, "Your spreadsheet program took this for a date "),
        (8, "Your spreadsheet program took this for a date "),
    ]


def test_rows_keep_the_numbers_of_their_program() -> None:
    content = workbook([["Key"], [], [None, " "], ["a"], [], ["b"]])
    assert [(row.number, row.cells) for row in read(content, Kind.XLSX)] == [(1, ("Key",)), (4, ("a",)), (6, ("b",))]


def hidden_sheet() -> bytes:
    book = openpyxl.Workbook()
    first: Any = book.active
    first.append(["not this"])
    first.sheet_state = "hidden"
    book.create_sheet().append(["this"])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_the_first_sheet_that_can_be_seen_is_read() -> None:
    assert read(hidden_sheet(), Kind.XLSX)[0].cells == ("this",)


def damaged(part: str, old: bytes, new: bytes) -> bytes:
    """Return a workbook in one of whose parts something is another."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([["a", "b"]]))) as archive,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for name in archive.namelist():
            content = archive.read(name)
            copy.writestr(name, content.replace(old, new) if name == part else content)
    return written.getvalue()


REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "The file is empty."),
    "only blank lines": (b"\r\n;;\r\n \r\n", "The table is empty."),
    "an empty sheet": (workbook([]), "The table is empty."),
    "a picture": (picture("PNG"), "The file is a picture."),
    "a photograph called .csv": (picture("JPEG"), "The file is a picture."),
    "a PDF": (b"%PDF-1.7", "The file is a PDF."),
    "an old or locked workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1", "has a password or is an old one"),
    "CSV as German Excel saves it": ("Schlüssel;Käse".encode("cp1252"), "save it as an Excel workbook (.xlsx) or as"),
    "CSV in UTF-16": ("Key,Name".encode("utf-16"), "no CSV in UTF-8"),
    "a quotation mark that is not closed": (b'Key,Name\r\na,"b\r\nc,d\r\n', "Line 3 of the file cannot be read"),
    "too many rows": (b"Key\r\n" + b"a\r\n" * (MOST_ROWS + 1), "more than 2,000 rows"),
    "too many rows in a workbook": (workbook([["Key"]] * (MOST_ROWS + 2)), "more than 2,000 rows"),
    "too many columns": (b"," * MOST_COLUMNS + b"Key\r\n", "more than 100 columns"),
    "too many columns in a workbook": (workbook([["Key"] * 101]), "more than 100 columns"),
    "too many bytes": (b"x" * (5 * 1_048_576 + 1), "it may have 5 MB"),
    "a bomb": (damaged("xl/worksheets/sheet1.xml", b"</sheetData>", b" " * 30_000_000 + b"</sheetData>"), "far more"),
    "entities": (
        damaged("xl/worksheets/sheet1.xml", b"<worksheet", b"<!DOCTYPE w [<!ENTITY a 'b'>]><worksheet"), "entities"),
    "merged cells": (workbook([["Key", "Name"], ["a", "b"]], merge="B2:B4"), "The cells B2:B4 are merged."),
    "no sheet to be seen": (damaged("xl/workbook.xml", b'"visible"', b'"hidden"'), "no sheet that can be seen"),
    "broken XML": (damaged("xl/worksheets/sheet1.xml", b"</row>", b"</r>"), "The workbook is damaged."),
    "a part that is missing": (
        damaged("xl/_rels/workbook.xml.rels", b"worksheets/sheet1.xml", b"x.xml"), "no sheet that can be seen"),
}  # fmt: skip


def sent(content: bytes) -> list[Row]:
    kind, read_content = uploads.read_table(File(content))
    return read(read_content, kind)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_is_refused_with_a_sentence(name: str) -> None:
    content, sentence = REFUSED[name]
    with pytest.raises((RefusedFile, RefusedTable), match=re.escape(sentence)):
        sent(content)


def test_entities_in_another_encoding_expand_to_nothing() -> None:
    """The search for their names does not see UTF-16; the parser itself refuses them."""
    assert openpyxl.DEFUSEDXML
    sheet = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE w [<!ENTITY a "bbbbbbbb">]><worksheet>&a;</worksheet>'
    content = damaged("xl/worksheets/sheet1.xml", b"", b"")
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(written, "w") as copy:
        for name in archive.namelist():
            copy.writestr(name, sheet.encode("utf-16") if name.endswith("sheet1.xml") else archive.read(name))
    with pytest.raises(RefusedTable, match="damaged"):
        sent(written.getvalue())


def test_a_sheet_of_a_million_empty_rows_ends() -> None:
    last = b'<row r="1048576"><c r="A1048576"/></row></sheetData>'
    assert len(sent(damaged("xl/worksheets/sheet1.xml", b"</sheetData>", last))) == 1


def test_serving_guests_does_not_load_the_workbooks_library() -> None:
    code = "import django, sys; django.setup(); import config.asgi; print('openpyxl' in sys.modules)"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
