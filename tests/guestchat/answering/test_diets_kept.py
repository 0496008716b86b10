"""What somebody lives on holds for the lists that follow, until it is denied or asked for somebody else."""

import pytest

from tests.conftest import Ask as AskTheDemo
from tests.guestchat.answering.conftest import talk

MEAT = "linden-burger"


def test_a_diet_stated_holds_for_the_next_list_and_says_so(ask: AskTheDemo) -> None:
    answer = talk(ask, "I'm vegan", "what mains?")[-1]
    assert answer.items
    assert MEAT not in answer.items
    assert "Only dishes marked vegan are listed" in answer.text


@pytest.mark.parametrize(
    "texts", [("I'm not vegan",), ("I'm vegan", "actually I'm not vegan"), ("is the burger vegan?",)]
)
def test_a_diet_denied_or_asked_for_holds_for_nothing(ask: AskTheDemo, texts: tuple[str, ...]) -> None:
    assert MEAT in talk(ask, *texts, "what mains do you have?")[-1].items


def test_the_diet_of_another_holds_for_them_and_not_for_the_guest(ask: AskTheDemo) -> None:
    first, for_me = talk(ask, "my wife is vegan, what mains can she have", "and what mains can I have?")
    assert MEAT not in first.items
    assert MEAT in for_me.items


def test_an_order_says_what_is_not_marked_for_the_guest(ask: AskTheDemo) -> None:
    assert "has not marked Linden burger as vegan" in talk(ask, "I'm vegan", "order the linden burger")[-1].text


def test_a_diet_is_never_promised_with_an_option(ask: AskTheDemo) -> None:
    answer = ask("is the chickpea curry with naan vegan?")
    assert "not marked so with this option" in answer.text
