"""Who answers: rows where they tell all that is asked, an article where it tells what they leave out."""

from collections.abc import Callable, Mapping

import pytest

from guestchat.answering.answer import Outcome
from tests.conftest import Ask as AskTheDemo
from tests.guestchat.answering.conftest import Ask

ARTICLES = {
    "towels": ("When are towels changed?", "Fresh towels come on Tuesdays and Fridays."),
    "refund": ("When do I get my deposit back?", "The deposit is paid back within five days."),
}


@pytest.fixture
def linen(house: Callable[[str, Mapping[str, tuple[str, str]]], Ask]) -> Ask:
    return house("linen", ARTICLES)


@pytest.mark.django_db
def test_an_article_tells_before_anybody_is_sent(linen: Ask) -> None:
    answer = linen("which days can I get fresh towels")
    assert answer.outcome is Outcome.ANSWERED
    assert [source.key for source in answer.sources] == ["towels"]
    assert linen("can I get two fresh towels").outcome is Outcome.REQUEST


@pytest.mark.django_db
def test_a_complaint_that_asks_why_is_passed_on(linen: Ask) -> None:
    assert linen("why are there no towels, this is unacceptable").outcome is Outcome.HANDOVER


def test_an_allergen_asked_after_a_dish_is_asked_of_it_for_however_many(ask: AskTheDemo) -> None:
    salad = ask("Does the Caesar salad contain fish?")
    eggs = ask("Quick question: And eggs, it is for 12 guests?", context=salad.context)
    assert eggs.outcome is Outcome.ANSWERED
    assert {(claim.item, claim.allergen) for claim in eggs.claims} == {("caesar-salad", "eggs")}
