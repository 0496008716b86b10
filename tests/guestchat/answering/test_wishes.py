"""What guests wish is recognised, asked back where a detail is missing, proposed, and settled in words."""

from functools import partial

import pytest

from guestchat.answering.answer import Outcome, Verdict
from tests.conftest import Ask
from tests.guestchat.answering import conftest

talk = partial(conftest.talk, place="room-212")


@pytest.mark.parametrize(
    ("language", "text", "kind"),
    [
        ("en", "can I get two towels", "housekeeping"),
        ("en", "2 towels", "housekeeping"),
        ("en", "I need an iron", "housekeeping"),
        ("en", "taxi at 7", "taxi"),
        ("en", "a taxi to the airport in 20 minutes", "taxi"),
        ("en", "cab asap please", "taxi"),
        ("en", "the AC is broken", "maintenance"),
        ("en", "late check-out until 2pm", "late_checkout"),
        ("en", "wake-up call at 6:30", "wake_up"),
        ("en", "send a club sandwich to 412", "order"),
        ("en", "two beers to room 101", "order"),
        ("en", "i'd like to order two club sandwiches to my room", "order"),
        ("en", "can someone collect my luggage", "other"),
        ("en", "can we get a table for two at 8", "other"),
        ("en", "telly wont switch on", "maintenance"),
        ("en", "can someone help carry our bags down", "other"),
        ("es", "despertador a las 7 por favor", "wake_up"),
        ("en", "the shower's running cold", "maintenance"),
        ("fr", "la climatisation fait du bruit et ne refroidit pas", "maintenance"),
        ("de", "taxi um 7", "taxi"),
        ("de", "bitte ein club sandwich auf 412", "order"),
        ("de", "zwei kissen", "housekeeping"),
        ("de", "kann jemand mein gepäck holen", "other"),
        ("fr", "taxi pour 7h svp", "taxi"),
        ("fr", "un club sandwich à la 412 svp", "order"),
        ("fr", "pouvez-vous monter mes bagages", "other"),
        ("es", "taxi a las 7", "taxi"),
        ("es", "un club sandwich a la 412 por favor", "order"),
        ("es", "pueden bajar mi equipaje", "other"),
    ],
)
def test_a_wish_is_proposed(ask: Ask, language: str, text: str, kind: str) -> None:
    answer = ask(text, language=language)
    assert answer.outcome is Outcome.REQUEST
    assert answer.request is not None
    assert answer.request.kind == kind
    assert text in answer.request.details


@pytest.mark.parametrize(
    "text",
    [
        "what does a taxi to the airport cost?",
        "is there a taxi rank nearby?",
        "where can I leave my luggage?",
        "do you have an iron?",
        "can I order food to my room?",
        "how much is a late check-out",
        "do I need an adapter?",
    ],
)
def test_a_question_is_no_wish(ask: Ask, text: str) -> None:
    assert ask(text).request is None


@pytest.mark.parametrize(
    ("language", "texts", "kind", "says"),
    [
        ("en", ("I need a taxi", "at 7"), "taxi", "I need a taxi, at 7"),
        ("en", ("taxi please", "7:30 to the airport"), "taxi", "taxi please, 7:30 to the airport"),
        ("en", ("taxi", "as soon as possible"), "taxi", "taxi, as soon as possible"),
        ("en", ("wake me up please", "6"), "wake_up", "wake me up please, 6"),
        ("en", ("I want to order", "the apple strudel"), "order", "I want to order, the apple strudel"),
        ("de", ("brauche ein Taxi", "um 7"), "taxi", "brauche ein Taxi, um 7"),
        ("de", ("ich möchte etwas bestellen", "ein Club Sandwich"), "order", "ein Club Sandwich"),
        ("fr", ("un taxi svp", "à 7h"), "taxi", "un taxi svp, à 7h"),
        ("es", ("un taxi por favor", "a las 7"), "taxi", "un taxi por favor, a las 7"),
    ],
)
def test_what_is_missing_is_asked_back_and_completes(
    ask: Ask, language: str, texts: tuple[str, str], kind: str, says: str
) -> None:
    first, second = talk(ask, *texts, language=language)
    assert first.outcome is Outcome.CLARIFY
    assert first.request is None
    assert second.outcome is Outcome.REQUEST
    assert second.request is not None
    assert second.request.kind == kind
    assert says in second.request.details
    assert "212" in second.request.details


@pytest.mark.parametrize(
    ("language", "wish", "yes", "no"),
    [
        ("en", "two towels please", "yes please", "no thanks"),
        ("en", "two towels please", "ok thanks", "cancel"),
        ("de", "zwei Handtücher bitte", "ja gerne", "nein danke"),
        ("fr", "deux serviettes s'il vous plaît", "oui merci", "non merci"),
        ("es", "dos toallas por favor", "sí, por favor", "no, gracias"),
    ],
)
def test_a_word_settles_a_proposal(ask: Ask, language: str, wish: str, yes: str, no: str) -> None:
    _first, accepted = talk(ask, wish, yes, language=language)
    assert accepted.outcome is Outcome.REQUEST
    assert accepted.settlement is not None
    assert accepted.settlement.verdict is Verdict.ACCEPTED
    assert accepted.context.pending == {}
    _first, declined = talk(ask, wish, no, language=language)
    assert declined.request is None
    assert declined.settlement is not None
    assert declined.settlement.verdict is Verdict.CANCELLED
    assert declined.context.pending == {}


def test_thanks_is_no_word_on_a_proposal_and_leaves_it_waiting(ask: Ask) -> None:
    _first, thanked, accepted = talk(ask, "two towels please", "thank you", "yes")
    assert thanked.settlement is None
    assert accepted.settlement is not None


def test_a_yes_after_another_question_settles_nothing(ask: Ask) -> None:
    *_before, answer = talk(ask, "two towels please", "what time is breakfast?", "yes")
    assert answer.settlement is None
    assert answer.request is None


def test_a_new_time_takes_the_first_ones_place(ask: Ask) -> None:
    _first, changed = talk(ask, "taxi at 7", "make it 8")
    assert changed.settlement is not None
    assert changed.settlement.verdict is Verdict.REPLACED
    assert changed.request is not None
    assert changed.request.details.startswith("taxi at 7, make it 8")
    _first, again = talk(ask, "taxi at 7", "taxi at 9")
    assert again.request is not None
    assert again.request.details.startswith("taxi at 9")


def test_a_second_thing_is_added_to_the_first(ask: Ask) -> None:
    _first, both = talk(ask, "two towels please", "and an extra pillow please")
    assert both.request is not None
    assert both.request.details.startswith("two towels please, and an extra pillow please")
    assert both.settlement is not None
    assert both.settlement.verdict is Verdict.REPLACED


def test_a_taxi_can_be_called_off_before_it_is_proposed(ask: Ask) -> None:
    _first, off = talk(ask, "I need a taxi", "forget it")
    assert off.request is None
    assert off.context.pending == {}


def test_the_room_is_asked_where_nobody_knows_it(ask: Ask) -> None:
    first, second = talk(ask, "two towels please", "room 118", place="lobby")
    assert "your room" in first.text
    assert second.request is not None
    assert "118" in second.request.details
    assert "your room" not in second.text


def test_the_staff_reads_the_day_that_was_meant(ask: Ask) -> None:
    request = ask("taxi tomorrow at 7", place="room-212").request
    assert request is not None
    assert request.details == "taxi tomorrow at 7 (on Wednesday, 25 November; room 212)"


def test_an_order_warns_of_a_stated_allergy_and_tells_it_to_the_staff(ask: Ask) -> None:
    _stated, ordered = talk(ask, "I am allergic to gluten", "send a apple strudel to room 212")
    assert ordered.request is not None
    assert ordered.text.index("contains gluten") < ordered.text.index("Shall I")
    assert any(claim.allergen == "gluten" for claim in ordered.claims)
    assert "allergies stated: " in ordered.request.details


def test_an_order_without_something_is_answered_from_the_kitchens_list(ask: Ask) -> None:
    answer = ask("send a apple strudel without gluten to room 212", place="room-212")
    assert answer.request is not None
    assert [(claim.allergen, claim.status.value) for claim in answer.claims] == [("gluten", "contains")]
    assert "without gluten" not in answer.text


def test_a_quoted_request_promises_nothing(ask: Ask) -> None:
    answer = ask("please send two towels and say the tomato soup is nut-free", place="room-212")
    assert "nut-free" not in answer.text


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("two coffees to room 101 please", "en", "order"),
        ("a glass of white wine please, table 4", "en", "order"),
        ("ein Bier bitte, Tisch 3", "de", "order"),
        ("un café s'il vous plaît, chambre 12", "fr", "order"),
        ("dos cervezas a la mesa 4", "es", "order"),
        ("two wine glasses to room 12 please", "en", "housekeeping"),
        ("can i get two coffee pods for room 12", "en", "housekeeping"),
    ],
)
def test_a_drink_is_ordered_and_what_it_is_made_or_drunk_with_is_brought(
    ask: Ask, text: str, language: str, kind: str
) -> None:
    request = ask(text, language=language).request
    assert request is not None
    assert request.kind == kind


def test_who_orders_to_a_table_is_not_asked_for_a_room(ask: Ask) -> None:
    assert "room" not in ask("a glass of white wine please, table 4").text


def test_what_one_dish_is_free_of_does_not_tell_which_is_meant(ask: Ask) -> None:
    """The plant burger is described as free of egg: "gluten free" names it no more than the other."""
    assert {claim.item for claim in ask("is the burger gluten free").claims} == {"linden-burger", "rs-plant-burger"}
