"""The fault suite, short: what it would see, and a few kinds of fault against the real product."""

import asyncio
import random
import uuid
from typing import Any

import pytest

from benchmarks.chaos import guests
from benchmarks.chaos.faults import FAULTS
from benchmarks.chaos.guests import Conversation, Manner, Question, Tab
from benchmarks.chaos.trials import Series, try_all
from benchmarks.figures import slope_per_10_min

ONE, TWO = str(uuid.UUID(int=1)), str(uuid.UUID(int=2))
Row = tuple[Any, ...]


async def nothing(name: str, door: int) -> None:
    return


def rows() -> list[Row]:
    """Two questions and their answers, as the database gives them."""
    return [
        (1, "guest", "complete", ONE, None, "Hello"),
        (2, "assistant", "complete", None, 1, "Good day"),
        (3, "guest", "complete", TWO, None, "Thanks"),
        (4, "assistant", "complete", None, 3, "A pleasure"),
    ]


def told(kept: list[Row]) -> Conversation:
    """A guest who asked both, was acknowledged both, and has seen what is kept."""
    conversation = Conversation("", "", Manner())
    asked = [Question(id=ONE, text="Hello"), Question(id=TWO, text="Thanks")]
    tab = Tab(conversation, [1], asked, random.Random(1), nothing)
    conversation.tabs.append(tab)
    for seq, role, status, id, _answers, text in kept:
        tab.note({"type": "message", "seq": seq, "role": role, "status": status, "id": id, "text": text})
    return conversation


def test_what_is_as_promised_is_not_blamed() -> None:
    conversation = told(rows())
    assert conversation.is_done
    assert guests.judge(conversation, rows()) == {}


@pytest.mark.parametrize(
    ("kept", "broken"),
    [
        (rows()[:2], {"lost": 1, "shown otherwise": 1}),
        ([*rows()[:3], (4, "assistant", "pending", None, 3, "")], {"not answered once": 1, "shown otherwise": 1}),
        ([*rows()[:3], (4, "assistant", "complete", None, 3, "")], {"not answered once": 1, "shown otherwise": 1}),
        ([*rows(), (5, "assistant", "complete", None, 3, "Again")], {"not answered once": 1, "shown otherwise": 1}),
        (
            [*rows(), (5, "guest", "complete", TWO, None, "Thanks"), (6, "assistant", "complete", None, 5, "Again")],
            {"doubled": 1, "lost": 1, "shown otherwise": 1},
        ),
        ([*rows()[:3], (5, "assistant", "complete", None, 3, "A pleasure")], {"out of order": 1, "shown otherwise": 1}),
    ],
)
def test_what_the_database_lacks_is_seen(kept: list[Row], broken: dict[str, int]) -> None:
    assert guests.judge(told(rows()), kept) == broken


def test_questions_that_change_places_are_seen() -> None:
    kept = [
        (1, "guest", "complete", TWO, None, "Thanks"),
        (2, "assistant", "complete", None, 1, "A pleasure"),
        (3, "guest", "complete", ONE, None, "Hello"),
        (4, "assistant", "complete", None, 3, "Good day"),
    ]
    assert guests.judge(told(kept), kept) == {"out of order": 1}


def test_a_tab_that_misses_something_is_seen() -> None:
    assert guests.judge(told(rows()[:3]), rows()) == {"not arrived in time": 1}


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "message", "seq": 5, "role": "guest", "id": ONE, "text": "Hello"},
        {"type": "message", "seq": 1, "role": "guest", "id": ONE, "text": "Hallo"},
        {"type": "answer.finished", "seq": 2, "status": "complete", "text": "Good evening"},
    ],
)
def test_a_frame_that_contradicts_an_earlier_one_is_seen(frame: dict[str, Any]) -> None:
    conversation = told(rows())
    conversation.tabs[0].note(frame)
    assert guests.judge(conversation, rows())["contradicted"] >= 1


def test_a_slope_is_the_growth_in_ten_minutes() -> None:
    samples = [{"at_s": 60.0 * minute, "rss_mb": 200 + 0.5 * minute, "tasks": 7.0} for minute in range(30)]
    assert slope_per_10_min(samples, "rss_mb") == 5.0
    assert slope_per_10_min(samples, "tasks") == 0.0
    assert slope_per_10_min(samples[:1], "rss_mb") == 0.0


def test_there_are_kinds_enough() -> None:
    assert len(FAULTS) >= 20


# One that kills at the worst moment, one of the network, one of what joins the processes. One stack: it starts slowly.
def test_faults_break_no_promise() -> None:
    names = ["app killed between commit and ack", "acknowledgement lost", "Redis killed and away"]
    tallies = asyncio.run(try_all(Series(runs=3, conversations=3, names=names), lambda line: None))
    for name, tally in tallies.items():
        assert tally.broken == {}, tally.examples
        assert tally.hits, name
        assert tally.acknowledged == tally.answers == 27
