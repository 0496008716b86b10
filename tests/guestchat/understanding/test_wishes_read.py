"""What is a wish, a complaint or small talk, and what only holds a word of it."""

import pytest

from guestchat.understanding.lexicon import Lexicon
from guestchat.understanding.parse import parse
from guestchat.understanding.query import Context, Intent, Part
from tests.conftest import TUESDAY_NOON
from tests.guestchat.understanding.house import a_house

LEXICON = Lexicon.of(a_house())


def parts(text: str, language: str = "en") -> tuple[Part, ...]:
    return parse(text, LEXICON, Context(), TUESDAY_NOON, language).parts


@pytest.mark.parametrize(
    ("text", "language", "topic"),
    [
        ("the loo wont flush help", "en", "maintenance"),
        ("heating aint working in here its freezing", "en", "maintenance"),
        ("heizung geht net, saukalt hier", "de", "maintenance"),
        ("IN DER DUSCHE LÄUFT DAS WASSER NICHT AB", "de", "maintenance"),
        ("theres no toilet roll left in our bathroom!!!", "en", "housekeeping"),
        ("were out now so can someone do our room", "en", "housekeeping"),
    ],
)
def test_what_is_out_of_order_or_lacking_is_a_wish(text: str, language: str, topic: str) -> None:
    found = parts(text, language)[0]
    assert (found.intent, found.topic) == (Intent.REQUEST, topic)


@pytest.mark.parametrize(
    "text",
    [
        "is a baby cot extra money",
        "what are you doing for silvester",
        "cant sleep and got the munchies what can i still get brought up",
        "how long do you hang on to stuff people leave behind",
    ],
)
def test_what_only_holds_a_word_of_it_is_none(text: str) -> None:
    assert parts(text)[0].intent not in {Intent.REQUEST, Intent.PERSON, Intent.TALK}


def test_what_it_costs_to_do_something_is_a_question_of_its_own() -> None:
    subjects = [part.subjects for part in parts("how much to park per night, and whats it cost to charge the car")]
    assert subjects == [frozenset({"parking"}), frozenset({"ev_charging"})]
