"""The set-up of a new hotel: each step is done by its rows and nothing else, and leads to the form that makes them."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guestchat.models import Conversation, Deletion
from guestchat.staff.door import enter
from guestchat.staff.start import ENOUGH_ARTICLES, steps
from menus import models
from menus.models import Hotel
from tests.guestchat.guest.chatting import PARKING, make_hotel
from tests.guestchat.staff.people import browser_of, person

HERE = "/staff/small/start/"


@pytest.fixture
def empty(db: None) -> Hotel:
    return Hotel.objects.create(slug="small", name="The small")


def state(hotel: Hotel, role: str = "manager", name: str = "jonas") -> dict[str, Any]:
    user = models.User.objects.filter(username=name).first() or person(hotel, role, name)
    desk = enter(user, hotel.slug)
    assert desk is not None
    return {each.key: each for each in steps(desk)}


def details(hotel: Hotel) -> None:
    Hotel.objects.filter(pk=hotel.pk).update(
        address="Main street 1",
        phone="+49 30 1",
        check_in=dt.time(15),
        check_out=dt.time(11),
        description={"en": "A small house."},
    )


def venue(hotel: Hotel, kind: str = "cafe") -> models.Venue:
    return models.Venue.objects.create(hotel=hotel, key=f"a-{kind}", kind=kind, name={"en": f"The {kind}"})


def hours(hotel: Hotel) -> None:
    for each in hotel.venues.all():
        models.OpeningHours.objects.create(venue=each, days=["mon"], opens=dt.time(8), closes=dt.time(18))


def dish(hotel: Hotel) -> None:
    menu = models.Menu.objects.create(venue=hotel.venues.get(), key="card", name={"en": "Card"})
    section = models.MenuSection.objects.create(menu=menu, name={"en": "Cakes"})
    models.MenuItem.objects.create(section=section, key="cake", name={"en": "Cake"})


def declared(hotel: Hotel) -> None:
    models.ItemAllergen.objects.create(item=models.MenuItem.objects.get(hotel=hotel), code="milk", status="contains")


def answers(hotel: Hotel) -> None:
    for number in range(ENOUGH_ARTICLES):
        models.Article.objects.create(
            hotel=hotel, key=f"a-{number}", question={"en": f"Question {number}?"}, answer={"en": "Yes."}
        )


def asked(hotel: Hotel) -> None:
    browser_of(person(hotel, "manager", "another")).post("/staff/small/ask/", {"text": PARKING})


# In their order: each does its own step and no other.
DEEDS: dict[str, Callable[[Hotel], Any]] = {
    "details": details,
    "languages": lambda hotel: Hotel.objects.filter(pk=hotel.pk).update(languages=["en", "de"]),
    "places": lambda hotel: models.Place.objects.create(hotel=hotel, key="room-1", kind="room", label="1"),
    "venue": venue,
    "hours": hours,
    "menu": dish,
    "allergens": declared,
    "answers": answers,
    "ask": asked,
    "published": lambda hotel: Conversation.objects.create(hotel=hotel, language="en"),
}


def test_each_step_is_done_by_its_rows_and_no_other(empty: Hotel) -> None:
    done: list[str] = []
    assert list(state(empty)) == list(DEEDS)
    for step, deed in DEEDS.items():
        assert [key for key, each in state(empty).items() if each.is_done] == done
        deed(empty)
        done.append(step)
    assert all(each.is_done for each in state(empty).values())


def test_every_step_leads_to_a_page_that_is_there(empty: Hotel) -> None:
    browser = browser_of(person(empty, "manager", "jonas"))
    for deed in (None, *DEEDS.values()):
        if deed:
            deed(empty)
        for each in state(empty).values():
            if each.address:
                assert browser.get(each.address).status_code == 200, each
    # Allergens have no dish, hours and the menu no venue to lead to at the beginning; nothing else is without a way.
    other = Hotel.objects.create(slug="other", name="Other")
    nowhere = [key for key, each in state(other, "owner", "helga").items() if not each.address]
    assert nowhere == ["hours", "menu", "allergens"]


def test_reception_is_led_nowhere_where_it_may_not_write(empty: Hotel) -> None:
    venue(empty)
    dish(empty)
    found = state(empty, "reception", "anna")
    assert [found[key].address for key in ("details", "languages", "allergens")] == ["", "", ""]


def test_what_is_missing_is_named(empty: Hotel) -> None:
    assert state(empty)["details"].told == "Missing: address, phone, check-in +2"
    venue(empty)
    venue(empty, "bar")
    assert state(empty)["hours"].told == "Missing: The cafe, The bar"


def test_one_undeclared_dish_keeps_the_step_open(empty: Hotel) -> None:
    venue(empty)
    dish(empty)
    declared(empty)
    section = models.MenuSection.objects.get(hotel=empty)
    silent = models.MenuItem.objects.create(section=section, key="tart", name={"en": "Tart"})
    assert not state(empty)["allergens"].is_done
    assert "1 dish nothing is declared" in state(empty)["allergens"].told
    models.MenuItem.objects.filter(pk=silent.pk).update(allergens_complete=True)
    assert state(empty)["allergens"].is_done


def test_a_house_without_a_kitchen_needs_no_menu(empty: Hotel) -> None:
    venue(empty, "spa")
    found = state(empty)
    assert (found["menu"].is_done, found["allergens"].is_done) == (True, True)
    assert "none is needed" in found["menu"].told


def test_guests_whose_chats_are_deleted_have_come_all_the_same(empty: Hotel) -> None:
    Deletion.objects.create(hotel=empty, reason="retention", conversations=1)
    assert state(empty)["published"].is_done


def test_another_hotels_rows_do_no_step(empty: Hotel) -> None:
    Conversation.objects.create(hotel=make_hotel("other"), language="en")
    assert not any(each.is_done for each in state(empty).values())


# --- the first page -------------------------------------------------------------------
def test_whoever_leads_a_new_hotel_begins_there_until_a_guest_has_come(empty: Hotel) -> None:
    boss, anna = browser_of(person(empty, "owner", "helga")), browser_of(person(empty))
    assert boss.get("/staff/")["Location"] == HERE
    assert anna.get("/staff/")["Location"] == "/staff/small/"
    page = boss.get(HERE).content.decode()
    assert "0 of 10 done" in page
    assert page.count("is-next") == 1
    Conversation.objects.create(hotel=empty, language="en")
    assert boss.get("/staff/")["Location"] == "/staff/small/"


def test_of_several_hotels_the_new_ones_are_marked_for_those_who_lead_them(empty: Hotel) -> None:
    other, third = make_hotel("other"), make_hotel("third")
    Conversation.objects.create(hotel=third, language="en")
    both = person(empty, "kitchen", "both")
    for hotel in (other, third):
        models.Membership.objects.create(user=both, hotel=hotel, role="owner")
    page = browser_of(both).get("/staff/").content.decode()
    assert 'href="/staff/other/start/"' in page
    assert ('href="/staff/small/"' in page, 'href="/staff/third/"' in page) == (True, True)


def test_a_hotel_that_was_just_made_leads_to_its_set_up(db: None) -> None:
    root = models.User.objects.create_superuser("root")
    form = {"name": "The small", "slug": "small", "default_language": "en", "languages": ["en"], "currency": "EUR"}
    more = {
        "timezone": "Europe/Berlin",
        "retention_days": 30,
        "escalate_after_minutes": 10,
        "second_factor": "optional",
    }
    made = browser_of(root).post("/admin/menus/hotel/add/", {**form, **more})
    assert (made.status_code, made.headers.get("Location")) == (302, HERE), made.content.decode()[-3000:]


def test_the_page_grows_without_more_queries(empty: Hotel) -> None:
    for deed in DEEDS.values():
        deed(empty)
    browser, numbers = browser_of(person(empty, "manager", "jonas")), set()
    for number in range(3):
        section = models.MenuSection.objects.get(hotel=empty)
        models.MenuItem.objects.create(section=section, key=f"tart-{number}", name={"en": "Tart"})
        models.Venue.objects.create(hotel=empty, key=f"bar-{number}", kind="bar", name={"en": "Bar"})
        with CaptureQueriesContext(connection) as queries:
            browser.get(HERE)
        numbers.add(len(queries))
    assert len(numbers) == 1, numbers
