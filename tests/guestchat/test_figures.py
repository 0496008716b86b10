"""The figures: counted from the rows, by the hotel's own days, and honest where there are few."""

import datetime as dt
import uuid
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guestchat import figures, turns
from guestchat.models import Conversation, Message, Rating, ServiceRequest
from menus.models import Hotel, User
from tests.guestchat.guest.chatting import PARKING, make_hotel

BERLIN = ZoneInfo("Europe/Berlin")
# A Tuesday evening in Berlin.
NOW = dt.datetime(2026, 11, 24, 20, 30, tzinfo=BERLIN)


@pytest.fixture
def hotel(db: None) -> Hotel:
    return make_hotel()


def answer(
    hotel: Hotel, at: dt.datetime, outcome: str = "answered", took_s: float | None = 0.5, **more: Any
) -> Message:
    """Make an answer of a chat of its own, asked for at a moment."""
    talk = more.pop("conversation", None) or Conversation.objects.create(hotel=hotel, language="en")
    message = Message.objects.create(
        hotel=hotel,
        conversation=talk,
        seq=Message.objects.filter(conversation=talk).count() * 2 + 2,
        role="assistant",
        outcome=outcome,
        finished_at=None if took_s is None else at + dt.timedelta(seconds=took_s),
        **more,
    )
    Message.objects.filter(pk=message.pk).update(created_at=at)
    return message


def wish(hotel: Hotel, at: dt.datetime, status: str = "new", took_min: int = 0, **more: Any) -> ServiceRequest:
    talk = Conversation.objects.create(hotel=hotel, language="en")
    made = ServiceRequest.objects.create(hotel=hotel, conversation=talk, seq=2, kind="taxi", status=status, **more)
    then = at + dt.timedelta(minutes=took_min)
    ServiceRequest.objects.filter(pk=made.pk).update(created_at=at, updated_at=then)
    return made


# --- when it was finished -------------------------------------------------------------
def test_an_answer_knows_when_it_was_finished(hotel: Hotel) -> None:
    """Both ways of writing one: the usual, and the careful one of a call for a person."""
    talk = Conversation.objects.create(hotel=hotel, place=hotel.places.first(), language="en")
    for text in (PARKING, "I want to talk to a person"):
        before = timezone.now()
        turn = turns.begin(talk.pk, text, uuid.uuid4())
        assert Message.objects.get(conversation=talk, seq=turn.answer_seq).finished_at is None
        turns.finish(turn, turns.answer_turn(turn))
        finished = Message.objects.get(conversation=talk, seq=turn.answer_seq).finished_at
        assert finished is not None
        assert before < finished <= timezone.now()


# --- days ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("zone", "period", "begin"),
    [
        ("Europe/Berlin", "day", "2026-11-23T23:00+00:00"),
        ("Europe/Berlin", "week", "2026-11-17T23:00+00:00"),
        ("Pacific/Auckland", "day", "2026-11-24T11:00+00:00"),
        ("America/Los_Angeles", "month", "2026-10-26T07:00+00:00"),  # before the clocks went back
    ],
)
def test_a_period_begins_at_the_hotels_midnight(hotel: Hotel, zone: str, period: str, begin: str) -> None:
    hotel.timezone = zone
    assert figures.begins(hotel, period, NOW) == dt.datetime.fromisoformat(begin)


def test_what_was_asked_is_in_the_hour_and_the_day_of_the_hotel(hotel: Hotel) -> None:
    # Half past midnight in Berlin is the day before in London.
    night = dt.datetime(2026, 11, 24, 0, 30, tzinfo=BERLIN)
    answer(hotel, night)
    answer(hotel, night - dt.timedelta(hours=1), "unanswered")
    day, week = (figures.chats(hotel, period, NOW).buckets for period in ("day", "week"))
    assert [(each.begins.hour, each.questions) for each in day if each.questions] == [(0, 1)]
    assert [each.begins.day for each in week] == [18, 19, 20, 21, 22, 23, 24]
    assert [dict(each.fates) for each in week[-2:]] == [{"unanswered": 1}, {"answered": 1}]


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_a_day_on_which_the_clocks_change_loses_no_question(hotel: Hotel, day: str) -> None:
    midnight = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(), BERLIN).astimezone(dt.UTC)
    for hours in range(23):
        answer(hotel, midnight + dt.timedelta(hours=hours, minutes=30))
    now = midnight + dt.timedelta(hours=22, minutes=45)
    for period in figures.PERIODS:
        assert figures.chats(hotel, period, now).questions == 23
    assert len(figures.chats(hotel, "day", now).buckets) == 24


# --- chats ------------------------------------------------------------------------------
def test_what_became_of_the_questions(hotel: Hotel) -> None:
    at = NOW - dt.timedelta(hours=1)
    talk = answer(hotel, at).conversation
    for outcome in ("answered", "clarify", "request", "handover", "unanswered", "smalltalk"):
        answer(hotel, at, outcome, conversation=talk)
    answer(hotel, at, "", status="pending", took_s=None)
    answer(hotel, NOW - dt.timedelta(days=8))
    answer(make_hotel("other"), at)
    found = figures.chats(hotel, "week", NOW)
    assert found.fates == {"answered": 2, "asked_back": 1, "requested": 1, "handed_over": 1, "unanswered": 1}
    assert (found.questions, found.conversations) == (6, 2)


def test_thumbs_count_where_the_answer_was(hotel: Hotel) -> None:
    for value, back in ((1, 1), (1, 2), (-1, 3), (-1, 9)):
        Rating.objects.create(message=answer(hotel, NOW - dt.timedelta(days=back)), value=value)
    found = figures.chats(hotel, "week", NOW)
    assert (found.liked, found.disliked, found.questions) == (2, 1, 3)


def test_the_time_of_an_answer_is_one_that_was_measured(hotel: Hotel) -> None:
    for tenths in range(1, 101):
        answer(hotel, NOW - dt.timedelta(hours=2), took_s=tenths / 10)
    # Neither what was passed on to a colleague, nor what was broken off or has no time, says how quick it is.
    answer(hotel, NOW - dt.timedelta(hours=2), "handover", took_s=900, status="passed_on")
    answer(hotel, NOW - dt.timedelta(hours=2), "", took_s=900, status="stopped")
    answer(hotel, NOW - dt.timedelta(hours=2), took_s=None)
    found = figures.chats(hotel, "day", NOW).answers
    assert (found.count, found.p50, found.p95) == (100, dt.timedelta(seconds=5), dt.timedelta(seconds=9.5))


def test_nothing_is_nothing(hotel: Hotel) -> None:
    found, wanted = figures.chats(hotel, "month", NOW), figures.requests(hotel, "month", NOW)
    assert (found.questions, found.conversations, found.answers.p50, len(found.buckets)) == (0, 0, None, 30)
    assert (wanted.open, wanted.oldest_at, wanted.done.p95) == (0, None, None)


# --- requests ---------------------------------------------------------------------------
def test_requests_open_now_and_how_long_the_others_took(hotel: Hotel) -> None:
    anna = User.objects.create(username="anna")
    old, lately = NOW - dt.timedelta(days=12), NOW - dt.timedelta(hours=3)
    wish(hotel, old)
    wish(hotel, lately, "acknowledged")
    for minutes in (10, 20, 60):
        wish(hotel, lately, "done", minutes, owner=anna)
    wish(hotel, lately, "cancelled", owner=anna)
    wish(hotel, lately, "cancelled")  # the guest put it aside
    wish(hotel, lately, "proposed")
    wish(hotel, lately, "new", is_call=True)
    wish(hotel, lately, "done", 500, is_call=True)
    wish(make_hotel("other"), lately)
    found = figures.requests(hotel, "week", NOW)
    assert (found.open, found.open_calls, found.oldest_at, found.asked, found.cancelled) == (2, 1, old, 5, 1)
    assert (found.done.count, found.done.p50, found.done.p95) == (
        3,
        dt.timedelta(minutes=20),
        dt.timedelta(minutes=60),
    )


def test_many_rows_ask_no_more_queries(hotel: Hotel) -> None:
    asked = []
    for _more in range(2):
        for number in range(15):
            answer(hotel, NOW - dt.timedelta(hours=number))
            wish(hotel, NOW - dt.timedelta(hours=number), "done", 5)
        with CaptureQueriesContext(connection) as queries:
            figures.chats(hotel, "month", NOW)
            figures.requests(hotel, "month", NOW)
        asked.append(len(queries))
    assert asked == [3, 3]
    assert Message.objects.filter(created_at__lt=F("finished_at")).count() == 30
