"""The page of dishes as a table: downloaded, sent back, looked at, taken in, and known to the very next guest."""

import csv
import io
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guestchat import turns
from guestchat.models import Conversation, Passage
from menus import carried, content, dish_table
from menus.models import Hotel, ItemAllergen, MenuItem, MenuSection
from tests.guestchat.guest.chatting import make_hotel
from tests.guestchat.staff.people import browser_of, person
from tests.menus.dish_table.tables import Sheet
from tests.menus.test_uploads import picture

PAGE = "/staff/small/dishes/"
DOWNLOAD = "/staff/small/dishes/download/"
NEW = {"Venue": "Corner café", "Section": "Cakes", "Name (en)": "Quince tart", "Price (EUR)": "6.20"}


def sheet_of(hotel: Hotel) -> Sheet:
    found = content.load(hotel.pk)
    assert found is not None
    return Sheet(found)


def send(browser: Client, table: bytes, name: str = "dishes.csv") -> Any:
    return browser.post(PAGE, {"file": SimpleUploadedFile(name, table)})


def take_in(browser: Client, looked: Any, **more: str) -> Any:
    return browser.post(PAGE, {"carried": looked.context["carried"], **more})


def ask(hotel: Hotel, question: str) -> Any:
    talk = Conversation.objects.create(hotel=hotel, place=hotel.places.first(), language="en")
    turn = turns.begin(talk.pk, question, uuid.uuid4())
    return turns.finish(turn, turns.answer_turn(turn))


def test_what_is_taken_in_is_in_the_next_answer(hotel: Hotel, cook: Client) -> None:
    assert "6.20" not in ask(hotel, "How much is the quince tart?").text
    sheet = sheet_of(hotel)
    sheet.add(**NEW, Milk="contains")
    looked = send(cook, sheet.csv(";"))
    page = looked.content.decode()
    assert ("Quince tart" in page, "row 3" in page, "Take in 1 dish" in page) == (True, True, True)
    assert MenuItem.objects.filter(hotel=hotel).count() == 1
    done = take_in(cook, looked, checked="on")
    assert (done.status_code, done["Location"]) == (302, PAGE)
    assert "1 dish is new." in cook.get(PAGE).content.decode()
    assert "6.20" in ask(hotel, "How much is the quince tart?").text
    assert Passage.objects.filter(hotel=hotel, source_key="quince-tart").exists()
    answer = ask(hotel, "Does the quince tart contain milk or eggs?")
    assert {each["allergen"]: each["status"] for each in answer.claims} == {"milk": "contains", "eggs": "unknown"}


def test_changed_allergens_ask_for_a_word(hotel: Hotel, cook: Client) -> None:
    sheet = sheet_of(hotel)
    sheet["plum-cake"].update({"Gluten": "free", "Diets": "vegan"})
    looked = send(cook, sheet.csv())
    page = looked.content.decode()
    assert page.count("less of a warning than now") == 2
    assert 'name="checked" required' in page
    refused = take_in(cook, looked)
    assert refused.status_code == 400
    assert "please tick first" in refused.content.decode()
    assert ItemAllergen.objects.get(item__hotel=hotel).status == "contains"
    assert take_in(cook, refused, checked="on").status_code == 302
    assert ItemAllergen.objects.get(item__hotel=hotel).status == "free"


def test_the_good_rows_alone_are_taken_in(hotel: Hotel, cook: Client) -> None:
    sheet = sheet_of(hotel)
    sheet["plum-cake"]["Price (EUR)"] = "5"
    sheet.add(**NEW, Fish="x")
    sheet.add(**{**NEW, "Venue": "Roof"})
    looked = send(cook, sheet.csv())
    page = looked.content.decode()
    for part in ("Take in the 1 good row", "Rows 3–4 are left out", "There is no venue “Roof”", "<td>Fish</td>"):
        assert part in page, part
    take_in(cook, looked)
    assert [(each.key, str(each.price)) for each in MenuItem.objects.filter(hotel=hotel)] == [("plum-cake", "5.000")]


def test_a_colleague_was_quicker(hotel: Hotel, cook: Client) -> None:
    sheet = sheet_of(hotel)
    sheet["plum-cake"]["Price (EUR)"] = "5"
    looked = send(cook, sheet.csv())
    MenuItem.objects.filter(hotel=hotel).update(price=7)
    again = take_in(cook, looked)
    assert again.status_code == 409
    assert "the dishes have changed since you looked" in again.content.decode()
    assert "7.00" in again.content.decode()
    assert MenuItem.objects.get(hotel=hotel).price == 7
    take_in(cook, again)
    assert MenuItem.objects.get(hotel=hotel).price == 5


def test_the_database_refuses(hotel: Hotel, cook: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = sheet_of(hotel)
    sheet["plum-cake"]["Price (EUR)"] = "5"
    looked = send(cook, sheet.csv())

    def deadlock(*arguments: object) -> None:
        raise DatabaseError("deadlock detected")

    with monkeypatch.context() as patched:
        patched.setattr(dish_table, "put", deadlock)
        refused = take_in(cook, looked)
    assert refused.status_code == 409
    assert "somebody else was saving" in refused.content.decode()
    assert take_in(cook, refused).status_code == 302


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (b"", "The file is empty."),
        (picture("PNG"), "The file is a picture."),
        (b"PK\x03\x04", "no XLSX workbook"),
        ("Käse;".encode("cp1252"), "CSV UTF-8"),
        (b"Dish,Cost\r\na,b\r\n", "The first row does not name the columns"),
    ],
)
def test_what_is_no_table_of_dishes_is_told(cook: Client, table: bytes, sentence: str) -> None:
    refused = send(cook, table)
    assert refused.status_code == 400
    assert sentence in refused.content.decode()
    assert "Nothing was changed." in refused.content.decode()


def test_no_file_is_told(cook: Client) -> None:
    assert "Choose a file first." in cook.post(PAGE).content.decode()


def test_a_table_that_changes_nothing_offers_nothing(hotel: Hotel, cook: Client) -> None:
    looked = send(cook, sheet_of(hotel).csv())
    assert "The table changes nothing" in looked.content.decode()
    assert looked.context["carried"] == ""


def test_what_a_page_cannot_carry_is_told(hotel: Hotel, cook: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carried, "MOST_CHARS", 100)
    sheet = sheet_of(hotel)
    sheet["plum-cake"]["Price (EUR)"] = "5"
    looked = send(cook, sheet.csv())
    assert looked.status_code == 400
    assert "Please send it in several files." in looked.content.decode()


def test_only_what_was_looked_at_by_the_same_person_for_the_same_hotel(hotel: Hotel, cook: Client) -> None:
    other = make_hotel("other")
    boss = person(hotel, "owner", "olga")
    person(other, "owner", "olga")
    sheet = sheet_of(hotel)
    sheet["plum-cake"]["Price (EUR)"] = "5"
    looked = send(browser_of(boss), sheet.csv())
    value = looked.context["carried"]
    for browser, address, sent in (
        (cook, PAGE, value),
        (browser_of(boss), "/staff/other/dishes/", value),
        (browser_of(boss), PAGE, value[:-1] + "x"),
        (browser_of(boss), PAGE, ""),
    ):
        refused = browser.post(address, {"carried": sent})
        assert refused.status_code == 400
        assert "Choose" in refused.content.decode()
    assert set(MenuItem.objects.values_list("price", flat=True)) >= {4.5}
    assert not MenuItem.objects.filter(price=5, hotel__in=[hotel, other]).exists()


def test_a_table_of_another_hotel_touches_nothing_there(hotel: Hotel, cook: Client) -> None:
    other = make_hotel("other")
    sheet = sheet_of(other)
    sheet["plum-cake"]["Price (EUR)"] = "1"
    take_in(cook, send(cook, sheet.csv()))
    prices = dict(MenuItem.objects.filter(hotel__in=[hotel, other]).values_list("hotel__slug", "price"))
    assert {slug: str(price) for slug, price in prices.items()} == {"small": "1.000", "other": "4.500"}


# --- downloading ---------------------------------------------------------------------------
def test_the_download(hotel: Hotel, cook: Client) -> None:
    answer = cook.get(DOWNLOAD)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="dishes-small-2')
    assert answer.content.startswith(b"\xef\xbb\xbf")
    heading, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    told = dict(zip(heading, row, strict=True))
    assert (told["Key"], told["Name (de)"], told["Gluten"], told["Milk"]) == (
        "plum-cake", "Pflaumenkuchen", "wheat: contains", "unknown",
    )  # fmt: skip


@pytest.mark.parametrize("query", ["?as=xlsx", "?as=xlsx&venue=cafe", "", "?venue=cafe"])
def test_what_is_downloaded_is_taken_back(hotel: Hotel, cook: Client, query: str) -> None:
    looked = send(cook, cook.get(DOWNLOAD + query).content)
    assert looked.context["plan"].unchanged == 1


def test_one_venue_alone(hotel: Hotel, cook: Client) -> None:
    assert len(cook.get(f"{DOWNLOAD}?venue=bar").content.decode().splitlines()) == 1
    for venue in ("roof", "a%00b", "../x"):
        assert cook.get(f"{DOWNLOAD}?venue={venue}").status_code == 404


def test_a_long_menu_asks_no_more_of_the_database(hotel: Hotel, cook: Client) -> None:
    section, counts = MenuSection.objects.get(hotel=hotel), set()
    for number in (5, 60):
        MenuItem.objects.bulk_create(
            MenuItem(hotel=hotel, section=section, key=f"dish-{number}-{n}", name={"en": f"D {n}"})
            for n in range(number)
        )
        sheet = sheet_of(hotel)
        for row in sheet.rows:
            row["Portion"] = f"{number} g"
        with CaptureQueriesContext(connection) as asked:
            assert cook.get(PAGE).status_code == 200
            assert cook.get(DOWNLOAD).status_code == 200
            assert send(cook, sheet.csv()).status_code == 200
        counts.add(len(asked))
    assert len(counts) == 1
