"""An order is what the guest's last word leaves of it: another dish instead, one less, none at all, or a plain yes."""

import pytest

from guestchat.answering.answer import Answer, Outcome
from tests.conftest import Ask as AskTheDemo
from tests.guestchat.answering.conftest import talk


def items(answer: Answer) -> list[str]:
    return [source.key for source in answer.sources if source.type == "item"]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "the plant burger and a cola please", ["rs-plant-burger", "cola"]),
        ("de", "bitte noch 2 Cola auf Zimmer 104", ["cola"]),
    ],
)
def test_dishes_with_a_please_are_an_order(ask: AskTheDemo, language: str, text: str, expected: list[str]) -> None:
    answer = ask(text, language=language)
    assert answer.outcome is Outcome.REQUEST
    assert set(expected) <= set(items(answer))


@pytest.mark.parametrize(
    "text",
    [
        "the wine list please",
        "price of the Linden burger please",
        "the plant burger please?",
        "menu please",
        "no onions please",
    ],
)
def test_a_please_alone_orders_nothing(ask: AskTheDemo, text: str) -> None:
    assert ask(text).outcome is not Outcome.REQUEST


@pytest.mark.parametrize(
    ("order", "change", "expected"),
    [
        ("order a cola", "instead of the cola the plant burger", ["rs-plant-burger"]),
        ("order a cola", "make it the plant burger instead", ["rs-plant-burger"]),
        ("order two colas and a linden burger", "cancel the cola", ["linden-burger"]),
        ("order the linden burger with bacon", "no onions please", ["linden-burger"]),
        ("order the linden burger", "leave it at room 104", ["linden-burger"]),
    ],
)
def test_an_order_is_changed(ask: AskTheDemo, order: str, change: str, expected: list[str]) -> None:
    *_, changed, accepted = talk(ask, order, change, "yes")
    assert items(changed) == expected
    assert accepted.outcome is Outcome.REQUEST
    assert accepted.request is not None
    assert change in accepted.request.details


@pytest.mark.parametrize("change", ["not the burger", "nah cancel that, I'll survive", "forget it"])
def test_an_order_of_which_nothing_is_left_is_given_up(ask: AskTheDemo, change: str) -> None:
    assert talk(ask, "order the linden burger", change)[-1].outcome is Outcome.SMALLTALK


@pytest.mark.parametrize("said", ["rather the soup", "make it the apple cake instead"])
def test_what_may_be_several_dishes_is_not_ordered(ask: AskTheDemo, said: str) -> None:
    *_, asked, yes = talk(ask, "order a cola", said, "yes")
    assert asked.request is None
    assert yes.request is None


def test_a_yes_that_names_the_wish_settles_it_after_other_answers(ask: AskTheDemo) -> None:
    *_, settled = talk(
        ask, "wake up call at 7 please, room 104", "what time is breakfast", "perfect, so yes to the call"
    )
    assert settled.outcome is Outcome.REQUEST
    assert settled.settlement is not None


def test_an_option_ordered_counts_for_an_allergy_stated_later(ask: AskTheDemo) -> None:
    *_, asked = talk(ask, "order the vegan curry with naan", "my friend can't have milk, is there any in it?")
    assert ("vegan-curry", "milk", "contains") in {
        (each.item, each.allergen, str(each.status)) for each in asked.claims
    }


def test_the_option_that_was_not_understood_is_warned_of(ask: AskTheDemo) -> None:
    *_, asked = talk(ask, "I'm allergic to soy", "order the cappuccino with oat milk", "with soy milk")
    assert "soy milk instead of milk”: contains soya" in asked.text


def test_who_complained_may_add_the_room(ask: AskTheDemo) -> None:
    answers = talk(ask, "people next door are so loud", "just send someone up", "room 118")
    assert [each.outcome for each in answers] == [Outcome.HANDOVER] * 3
    assert talk(ask, "the food was awful", "we are 12 people")[-1].outcome is not Outcome.HANDOVER
