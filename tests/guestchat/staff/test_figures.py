"""The page of figures: what it tells whom, in whose days, and that it stays silent where there is too little."""

import datetime as dt
import re
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from menus.models import Hotel, User
from tests.guestchat.guest.chatting import PARKING
from tests.guestchat.staff.people import browser_of, person
from tests.guestchat.staff.test_pages import talk
from tests.guestchat.test_figures import answer, wish
from tests.guestchat.test_gaps import PIANO

HTMX = {"HX-Request": "true"}


def shown(browser: Client, query: str = "") -> str:
    """Return the page's text, as it is read."""
    page = browser.get(f"/staff/small/figures/{query}").content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition("<main")[2]))


def many(hotel: Hotel, number: int, outcome: str = "answered", **more: Any) -> None:
    for _one in range(number):
        answer(hotel, timezone.now(), outcome, **more)


def test_shares_are_told_from_twenty_questions_on(hotel: Hotel, boss: Client) -> None:
    many(hotel, 15)
    many(hotel, 4, "unanswered")
    few = shown(boss)
    assert "Questions 19" in few
    assert "Answered 15 Asked back 0" in few
    assert "Fewer than 20 questions are too few" in few
    assert "Too few answers to say (19)" in few
    many(hotel, 1, "unanswered")
    enough = shown(boss)
    assert "Answered 15 75 %" in enough
    assert "No answer 5 25 %" in enough
    assert "there within 0.5 s , 95 of 100 within 0.5 s" in enough
    assert "too few" not in enough.split("Requests")[0].lower()


def test_the_slowest_of_a_hundred_is_told_from_a_hundred_on(hotel: Hotel, boss: Client) -> None:
    many(hotel, 99)
    assert "95 of 100 within" in shown(boss)
    many(hotel, 1)
    assert "there within 0.5 s , 99 of 100 within 0.5 s" in shown(boss)


def test_how_long_the_team_took_is_for_the_house_alone(hotel: Hotel, boss: Client) -> None:
    many(hotel, 1)
    anna = User.objects.create(username="anna")
    for minutes in range(1, 21):
        wish(hotel, timezone.now() - dt.timedelta(hours=2), "done", minutes, owner=anna)
    wish(hotel, timezone.now() - dt.timedelta(minutes=95))
    for browser, is_told in ((boss, True), (browser_of(person(hotel, "reception", "ben")), False)):
        text = shown(browser)
        assert ("Of 20 that are done, half took up to 10 min , 95 of 100 up to 19 min" in text) == is_told
        assert "Open now 1 The oldest 1 h" in text


def test_nobody_has_asked(hotel: Hotel, boss: Client) -> None:
    for period in ("day", "week", "month"):
        assert "No guest has asked anything in this time." in shown(boss, f"?of={period}")
    assert boss.get("/staff/small/figures/?of=year").status_code == 404


def test_what_was_deleted_is_said_not_to_be_counted(hotel: Hotel, boss: Client) -> None:
    Hotel.objects.filter(pk=hotel.pk).update(retention_days=14)
    assert "deleted after 14 days here" in shown(boss, "?of=month")
    assert "deleted after" not in shown(boss, "?of=week")


def test_the_chart_is_drawn_without_style_or_script(hotel: Hotel, boss: Client) -> None:
    """The page's policy lets neither through."""
    many(hotel, 3)
    many(hotel, 1, "unanswered")
    page = boss.get("/staff/small/figures/").content.decode()
    chart = page[page.index('<svg class="chart-bars"') : page.index("</svg>")]
    assert re.findall(r'class="is-(\w+)" x="61" y="([\d.]+)" width="8" height="([\d.]+)"', chart) == [
        ("answered", "25.0", "75.0"),
        ("unanswered", "0.0", "25.0"),
    ]
    assert "style" not in chart
    assert len(re.findall("<script", page)) == len(re.findall('<script[^>]* src="/static/', page))


def test_the_only_words_of_guests_are_the_open_gaps(hotel: Hotel, boss: Client) -> None:
    conversation = talk(hotel, PIANO[0])
    talk(hotel, PARKING)
    page = boss.get("/staff/small/figures/").content.decode()
    assert (PIANO[0] in page, PARKING in page) == (False, False)
    part = boss.get("/staff/small/figures/", headers=HTMX).content.decode()
    assert f"/staff/small/gaps/{conversation.pk}/1/" in part
    assert part.count(PIANO[0]) == 1
    assert re.search(r"1×</span> <span[^>]*>Where can I park\?</span>", part)  # as the hotel has written it


def test_the_page_grows_without_more_queries(hotel: Hotel, boss: Client) -> None:
    asked = []
    for _round in range(2):
        talk(hotel, PIANO[0], PARKING)
        many(hotel, 5)
        wish(hotel, timezone.now())
        with CaptureQueriesContext(connection) as queries:
            boss.get("/staff/small/figures/?of=month")
            boss.get("/staff/small/figures/?of=month", headers=HTMX)
        asked.append(len(queries))
    assert asked[0] == asked[1], asked
