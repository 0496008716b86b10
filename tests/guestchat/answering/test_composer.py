"""Who answers: rows where they tell all that is asked, an article where it tells what they leave out."""

from collections.abc import Callable, Mapping

import pytest

from guestchat.answering.answer import Outcome
from tests.guestchat.answering.conftest import Ask

ARTICLES = {
    "towels": ("When are towels changed?", "Fresh towels come on Tuesdays and Fridays."),
    "refund": ("When do I get my deposit back?", "The deposit is paid back within five days."),
}


@pytest.fixture
def ask(house: Callable[[str, Mapping[str, tuple[str, str]]], Ask]) -> Ask:
    return house("linen", ARTICLES)


@pytest.mark.django_db
def test_an_article_tells_before_anybody_is_sent(ask: Ask) -> None:
    answer = ask("which days can I get fresh towels")
    assert answer.outcome is Outcome.ANSWERED
    assert [source.key for source in answer.sources] == ["towels"]
    assert ask("can I get two fresh towels").outcome is Outcome.REQUEST


@pytest.mark.django_db
def test_a_complaint_that_asks_why_is_passed_on(ask: Ask) -> None:
    assert ask("why are there no towels, this is unacceptable").outcome is Outcome.HANDOVER
