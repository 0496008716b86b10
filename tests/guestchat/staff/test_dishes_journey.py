"""A table with three bad rows: downloaded, edited, looked at, the good rows taken in, and the next guest told."""

import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.guestchat.guest.conftest import Hotel
from tests.guestchat.guest.test_page_with_staff import OpenPhone, write
from tests.guestchat.staff.conftest import OpenScreen

expect = pytest.importorskip("playwright.sync_api").expect
PAGE = "/staff/lindenhof/dishes/"
NEW = {
    "Venue": "Restaurant Linden",
    "Menu": "Dinner menu",
    "Section": "Desserts",
    "Price (EUR)": 9.5,
    "Gluten": "wheat: contains",
    "Milk": "contains",
    "Peanut": "free",
}


def edited_table(
    page: Any,
    *,
    new: str = "Quince crumble",
    german: str = "Quittenstreusel",
    price: float = 8.4,
    milk: str = "may contain",
) -> Any:
    """Download the table as the page offers it, edit it as a cook would, and return the file to send."""
    with page.expect_download() as downloading:
        page.get_by_role("link", name=re.compile("Excel.*All dishes")).click()
    book = openpyxl.load_workbook(io.BytesIO(Path(downloading.value.path()).read_bytes()))
    sheet: Any = book.active
    columns = {cell.value: cell.column for cell in sheet[1]}
    rows = {row[columns["Key"] - 1].value: row[0].row for row in sheet.iter_rows(min_row=2)}

    def say(row: int, **cells: Any) -> None:
        for heading, value in cells.items():
            sheet.cell(row, columns[heading], value)

    say(rows["flaedle-soup"], **{"Price (EUR)": price})
    say(rows["linden-burger"], Milk=milk)
    say(rows["wiener-schnitzel"], **{"Price (EUR)": "on request"})
    say(rows["pancakes"], Egg="x")
    last = sheet.max_row
    say(last + 1, **{**NEW, "Name (en)": new, "Name (de)": german})
    say(last + 2, **{**NEW, "Name (en)": "Walnut parfait", "Venue": "Restaurant Lindn"})
    written = io.BytesIO()
    book.save(written)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": "dishes.xlsx", "mimeType": kind, "buffer": written.getvalue()}


def test_an_import_with_three_bad_rows(open_phone: OpenPhone, open_screen: OpenScreen, running_hotel: Hotel) -> None:
    guest, guest_watch = open_phone()
    guest.goto(running_hotel.guest_link)
    answers = guest.locator('[data-role="assistant"] .body')
    write(guest, "How much is the quince crumble?")
    expect(answers.last).not_to_contain_text("9.50")

    cook, watch = open_screen("kitchen")
    cook.goto("/staff/lindenhof/kitchen/")
    cook.get_by_role("link", name="All dishes as a table").click()
    cook.get_by_label("Excel workbook").set_input_files(edited_table(cook))
    cook.get_by_role("button", name="Look at it").click()
    faults = cook.locator(".faults tbody tr")
    expect(faults).to_have_count(3)
    expect(faults.filter(has_text="Price (EUR)")).to_contain_text("“on request” is no price")
    expect(faults.filter(has_text="Egg")).to_contain_text(
        "“x” is not understood here: write one of contains, may contain"
    )
    expect(faults.filter(has_text="Venue")).to_contain_text("There is no venue “Restaurant Lindn”")
    expect(cook.locator(".safety .is-easing")).to_contain_text(["contains → becomes may contain"])
    take_in = cook.get_by_role("button", name="Take in the 3 good rows")
    take_in.click()  # without the tick the browser keeps it
    expect(take_in).to_be_visible()
    cook.get_by_label("I have looked at every change").check()
    take_in.click()
    expect(cook.get_by_text("1 dish is new. 2 dishes were changed.")).to_be_visible()

    write(guest, "How much is the quince crumble?")
    expect(answers.last).to_contain_text("9.50")
    write(guest, "Does the quince crumble contain milk?")
    expect(answers.last).to_contain_text("contains milk")
    assert (guest_watch.complaints, watch.complaints) == ([], [])
