"""Sheets of QR codes: which places are on them, and that what comes out of a printer is read by a phone."""

import io
import os
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from menus import qr
from menus.models import Hotel, Place
from tests.guestchat.guest.chatting import make_hotel
from tests.guestchat.guest.conftest import Hotel as Running
from tests.guestchat.staff.conftest import OpenScreen
from tests.guestchat.staff.people import browser_of, person

pdfium = pytest.importorskip("pypdfium2")
zxing = pytest.importorskip("zxingcpp")
SHEET = "/staff/small/codes/sheet/"
A4_IN_POINTS = (595, 842)
SHOTS = os.environ.get("GUESTCHAT_SCREENSHOTS")
# How many pages four places take.
PAGES = {"a4": 4, "a6": 1, "tent": 4}


@pytest.fixture
def desk(hotel: Hotel) -> Client:
    return browser_of(person(hotel))


def test_the_chosen_places_and_no_others_are_on_the_sheet(hotel: Hotel, desk: Client) -> None:
    room, table = (Place.objects.get(hotel=hotel, key=key) for key in ("room-7", "table-1"))
    page = desk.get(SHEET, {"form": "a6", "place": ["room-7"]}).content.decode()
    assert (qr.guest_link(room) in page, qr.guest_link(table) in page) == (True, False)
    for part in ("The small", "Room 7", "Cannot scan?", "Scannen geht nicht?", "<svg"):
        assert part in page


def test_a_revoked_code_is_not_printed_nor_another_hotels(hotel: Hotel, desk: Client) -> None:
    foreign = make_hotel("other").places.get(key="room-7")
    Place.objects.filter(hotel=hotel, key="room-7").update(revoked_at=timezone.now())
    page = desk.get(SHEET, {"form": "a4", "place": ["room-7"]}).content.decode()
    assert "No place was chosen." in page
    assert foreign.code not in page
    assert "room-7" not in desk.get("/staff/small/codes/").content.decode()


@pytest.mark.parametrize("query", ["", "?form=a3", "?form=a4&place=a%00b", "?form=a4&place=nowhere"])
def test_what_there_is_not_is_no_error(desk: Client, query: str) -> None:
    assert desk.get(f"{SHEET}{query}").status_code == (200 if "form=a4" in query else 404)


def test_who_cannot_scan_is_told_the_houses_number(hotel: Hotel, desk: Client) -> None:
    page = desk.get(SHEET, {"form": "a4", "place": "room-7"}).content.decode()
    assert "come to reception" in page
    Hotel.objects.update(phone="+49 1 <b>")
    page = desk.get(SHEET, {"form": "a4", "place": "room-7"}).content.decode()
    assert "or call +49 1 &lt;b&gt;." in page


def test_more_places_ask_no_more_of_the_database_and_a_sheet_has_an_end(hotel: Hotel, desk: Client) -> None:
    counts = set()
    for number in (3, 150):
        Place.objects.bulk_create(
            Place(hotel=hotel, key=f"p-{number}-{n}", kind="room", label=str(n)) for n in range(number)
        )
        chosen = list(Place.objects.filter(hotel=hotel).values_list("key", flat=True))
        for url, data in (("/staff/small/codes/", {}), (SHEET, {"form": "a6", "place": chosen})):
            with CaptureQueriesContext(connection) as asked:
                page = desk.get(url, data)
            counts.add((url, len(asked)))
    assert len(counts) == 2
    assert page.content.decode().count("<svg") == 120


def printed(page: Any) -> list[Any]:
    """Return the pages of a PDF as a printer at 150 dots an inch would draw them."""
    document = pdfium.PdfDocument(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert {tuple(round(each) for each in one.get_size()) for one in document} == {A4_IN_POINTS}
    return [one.render(scale=150 / 72).to_pil() for one in document]


@pytest.mark.parametrize("form", PAGES)
def test_a_printed_sheet_is_read_by_a_phone(open_screen: OpenScreen, running_hotel: Running, form: str) -> None:
    wanted = [each for each in running_hotel.places() if each["kind"] in {"room", "table"}][:4]
    desk, watch = open_screen("reception")
    desk.goto("/staff/lindenhof/codes/")
    for box in desk.locator("[name=place]").all():
        box.set_checked(box.get_attribute("value") in {each["key"] for each in wanted})
    desk.locator(f"[name=form][value={form}]").check()
    desk.get_by_role("button", name="Show the sheets").click()
    desk.locator(".card").first.wait_for()
    desk.wait_for_load_state()  # its style sheet, too: the cards are there before the paper's size is
    pages = printed(desk)
    if SHOTS and form == "a6":
        pages[0].save(Path(SHOTS, "staff-cards.png"))
    assert len(pages) == PAGES[form]
    # Another phone's reader than what drew them; a tent has its code on both halves.
    read = [found.text for page in pages for found in zxing.read_barcodes(page)]
    times = 2 if form == "tent" else 1
    assert sorted(read) == sorted([each["url"] for each in wanted] * times)
    assert watch.complaints == []
