"""The page of opening hours: written as on a door, refused at the cell, and true in the very next answer."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from guestchat import catalogue, turns
from guestchat.understanding.query import Context
from menus import models
from menus.models import DAYS, OpeningHours
from tests.conftest import TUESDAY_NOON
from tests.guestchat.staff.conftest import OpenScreen
from tests.guestchat.staff.people import browser_of, person

PAGE = "/staff/small/hours/"


def form(page: Any, **changes: str) -> dict[str, str]:
    """Return what a browser would send back from a page, with some fields changed; dots are written as __."""
    table = page.context["table"]
    fields = [field for row in [*table.lines, *table.dates] for field in (*row.fields, row.label_field) if field]
    there = {field.name: field.value for field in fields}
    sent = {name.replace("__", "."): value for name, value in changes.items()}
    assert set(sent) <= set(there), set(sent) - set(there)
    return {**there, **sent, "venue": page.context["chosen"].key, "was": page.context["was"]}


def hours_of(hotel: models.Hotel) -> list[str]:
    return [str(row) for row in OpeningHours.objects.filter(venue__hotel=hotel, venue__key="cafe")]


def said(hotel: models.Hotel, text: str) -> str:
    here = catalogue.current(hotel.pk)
    assert here is not None
    return turns.answer(here, text, context=Context(), language="en", at=TUESDAY_NOON).text


def test_a_week_is_changed_and_the_next_guest_hears_it(hotel: models.Hotel, anna: Client) -> None:
    assert "18:00" in said(hotel, "When does the corner café close?")
    page = anna.get(PAGE)
    assert page.context["chosen"].key == "cafe"
    sent = form(page, line__0__tue="8–12, 14:30–20", line__0__sun="closed", date__0="2026-12-24", date__0__cell="9-12")
    assert anna.post(PAGE, sent).status_code == 302
    assert hours_of(hotel) == [
        "mon, wed, thu, fri, sat: 08:00–18:00",
        "tue: 08:00–12:00",
        "tue: 14:30–20:00",
        "sun: closed",
        "2026-12-24: 09:00–12:00",
    ]
    assert "20:00" in said(hotel, "When does the corner café close?")


def test_a_page_that_is_sent_back_untouched_changes_nothing(hotel: models.Hotel, anna: Client) -> None:
    before = list(OpeningHours.objects.values_list("pk", flat=True))
    assert anna.post(PAGE, form(anna.get(PAGE))).status_code == 302
    assert list(OpeningHours.objects.values_list("pk", flat=True)) == before


def test_no_line_of_many_is_lost(hotel: models.Hotel, anna: Client) -> None:
    cafe = hotel.venues.get(key="cafe")
    OpeningHours.objects.bulk_create(
        OpeningHours(
            hotel=hotel,
            venue=cafe,
            days=["mon"],
            opens=dt.time(8),
            closes=dt.time(9),
            label={"en": f"Course {number}"},
            position=number,
        )
        for number in range(1, 61)
    )
    assert anna.post(PAGE, form(anna.get(PAGE), line__0__sun="closed")).status_code == 302
    assert OpeningHours.objects.filter(venue=cafe, label__has_key="en").count() == 60


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"line__0__mon": "eight"}, "is no time"),
        ({"line__0__mon": "8–12, 11–13"}, "overlap"),
        ({"line__0__mon": "25–26"}, "no time of a day"),
        ({"date__0": "24.12.", "date__0__cell": "9-12"}, "Write the day as"),
        ({"date__0": "2026-12-24"}, "Write the hours of this day"),
        ({"date__0__cell": "9-12"}, "Write the day as"),
        ({"line__1__mon": "closed", "line__1__label": "Breakfast"}, "closed in one line and open in another"),
    ],
)
def test_a_mistake_is_told_where_it_is_and_nothing_is_saved(
    hotel: models.Hotel, anna: Client, changes: dict[str, str], sentence: str
) -> None:
    before = hours_of(hotel)
    page = anna.post(PAGE, form(anna.get(PAGE), **changes))
    assert page.status_code == 409
    shown = page.content.decode()
    assert sentence in shown
    for text in changes.values():
        assert text in shown  # nothing has to be typed again
    assert hours_of(hotel) == before


def test_a_new_line_has_a_name_of_its_own(hotel: models.Hotel, anna: Client) -> None:
    week = {f"line__1__{day}": "8–10:30" for day in DAYS}
    assert anna.post(PAGE, form(anna.get(PAGE), line__1__label="Breakfast", **week)).status_code == 302
    made = OpeningHours.objects.get(label={"en": "Breakfast"})
    assert (made.days, made.opens, made.closes) == (list(DAYS), dt.time(8), dt.time(10, 30))


def test_who_was_slower_is_told_and_overwrites_nothing(hotel: models.Hotel, anna: Client) -> None:
    sent = form(anna.get(PAGE), line__0__mon="9–10")
    colleague = browser_of(person(hotel, name="ben"))
    colleague.post(PAGE, form(colleague.get(PAGE), line__0__mon="11–12"))
    page = anna.post(PAGE, sent)
    assert (page.status_code, "A colleague has just changed" in page.content.decode()) == (409, True)
    assert "mon: 11:00–12:00" in hours_of(hotel)


@pytest.mark.parametrize("query", ["?venue=nowhere", "?venue=a%00b", "?venue=bar"])
def test_an_address_of_no_venue_is_no_error(anna: Client, query: str) -> None:
    assert anna.get(f"{PAGE}{query}").status_code == 200


def test_a_hotel_without_venues_is_told_where_to_make_one(hotel: models.Hotel, anna: Client) -> None:
    hotel.venues.all().delete()
    page = anna.get(PAGE)
    assert "There is no venue yet" in page.content.decode()
    assert anna.post(PAGE, {"venue": "cafe"}).status_code == 200


def test_the_week_is_written_on_a_phone(open_screen: OpenScreen) -> None:
    page, watch = open_screen("reception", "phone")
    page.goto("/staff/lindenhof/hours/?venue=wintergarten")
    line = page.locator(".week-line").last
    line.get_by_placeholder("Another line…").fill("Story hour")
    line.locator(".week-cell input").first.fill("15–16")
    line.get_by_role("button", name="Every day the same").click()
    assert line.locator(".week-cell input").last.input_value() == "15–16"
    page.get_by_role("button", name="Save the hours").click()
    page.get_by_text("Saved.").wait_for()
    assert page.locator(".week-line").nth(-2).locator(".week-cell input").last.input_value() == "15:00–16:00"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for cell in page.locator(".week-line").nth(-2).locator(".week-cell input").all():
        cell.fill("")
    page.get_by_role("button", name="Save the hours").click()
    page.get_by_text("Saved.").wait_for()
    assert page.locator(".week-line").count() == 2
    assert watch.complaints == []
