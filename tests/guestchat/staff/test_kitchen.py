"""The kitchen's page: one tap, and the next guest's answer knows."""

import uuid

from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guestchat import turns
from guestchat.models import Conversation
from menus.models import Hotel, MenuItem, MenuSection
from tests.guestchat.guest.chatting import make_hotel
from tests.guestchat.staff.test_pages import HTMX

ADDRESS = "/staff/small/kitchen/"


def answer(hotel: Hotel) -> str:
    talk = Conversation.objects.create(hotel=hotel, place=hotel.places.first(), language="en")
    turn = turns.begin(talk.pk, "Is the plum cake available?", uuid.uuid4())
    return turns.finish(turn, turns.answer_turn(turn)).text


def more_dishes(hotel: Hotel, number: int) -> None:
    section = MenuSection.objects.get(hotel=hotel)
    for n in range(number):
        key = f"dish-{MenuItem.objects.count()}-{n}"
        MenuItem.objects.create(section=section, key=key, name={"en": f"Tart {n}"}, available=n % 2 == 0)


def test_a_tap_is_in_the_next_answer_and_so_is_the_way_back(hotel: Hotel, cook: Client) -> None:
    assert "sold out" not in answer(hotel)
    done = cook.post(f"{ADDRESS}plum-cake/", {"available": "0", "menu": "card"})
    assert (done.status_code, done["Location"]) == (302, f"{ADDRESS}?menu=card")
    assert "sold out" in answer(hotel)
    cook.post(f"{ADDRESS}plum-cake/", {"available": "1"})
    assert "sold out" not in answer(hotel)
    noted = LogEntry.objects.order_by("pk").values_list("user__username", "change_message")
    assert list(noted) == [("anna", "Sold out."), ("anna", "There again.")]


def test_the_same_tap_of_two_cooks_is_one(hotel: Hotel, cook: Client) -> None:
    for _twice in range(2):
        cook.post(f"{ADDRESS}plum-cake/", {"available": "0"})
    assert (MenuItem.objects.get(hotel=hotel).available, LogEntry.objects.count()) == (False, 1)


def test_the_page_comes_back_as_it_was(hotel: Hotel, cook: Client) -> None:
    part = cook.post(f"{ADDRESS}plum-cake/", {"available": "0", "q": "plum"}, headers=HTMX).content.decode()
    assert ("<html" in part, "There again" in part, "“plum”" in part) == (False, True, True)


def test_a_dish_is_found_by_its_name_in_any_language(hotel: Hotel, cook: Client) -> None:
    for query, there in (("PFLAUM", True), ("plum", True), ("soup", False), ("%", False), ("a\0b", False)):
        page = cook.get(ADDRESS, {"q": query})
        assert (page.status_code, "Plum cake" in page.content.decode()) == (200, there), query


def test_another_hotels_dish_is_not_there(hotel: Hotel, cook: Client) -> None:
    other = make_hotel("other")
    MenuItem.objects.filter(hotel=other).update(key="foreign", name={"en": "Foreign pie"})
    assert "Foreign pie" not in cook.get(ADDRESS, {"q": "pie"}).content.decode()
    assert cook.post(f"{ADDRESS}foreign/", {"available": "0"}).status_code == 404
    assert cook.post("/staff/other/kitchen/foreign/", {"available": "0"}).status_code == 404
    assert MenuItem.objects.get(key="foreign").available


def test_a_hotel_without_menus_has_a_page_too(cook: Client, hotel: Hotel) -> None:
    hotel.venues.all().delete()
    assert "No dish here." in cook.get(ADDRESS).content.decode()


def test_more_dishes_ask_no_more_of_the_database_and_too_many_are_cut(hotel: Hotel, cook: Client) -> None:
    counts = set()
    for number in (3, 30):
        more_dishes(hotel, number)
        with CaptureQueriesContext(connection) as asked:
            cook.get(ADDRESS)
        counts.add(len(asked))
    assert len(counts) == 1
    section = MenuSection.objects.get(hotel=hotel)
    MenuItem.objects.bulk_create(
        MenuItem(hotel=hotel, section=section, key=f"bulk-{n}", name={"en": f"Bulk {n}"}) for n in range(210)
    )
    page = cook.get(ADDRESS).content.decode()
    assert ("Look for a dish by its name" in page, "Bulk 209" in page) == (True, False)
