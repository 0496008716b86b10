"""What the hotel and its venues say of themselves answers only what it tells."""

import pytest

from guestchat.answering.answer import Outcome
from guestchat.understanding.statements import statements
from menus.content import Venue
from tests.conftest import Ask
from tests.guestchat.understanding.house import a_house


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "is there a shallow end"),
        ("en", "any armbands to borrow"),
        ("fr", "y a-t-il un maître-nageur"),
        ("en", "is 11 too young for the den"),
        ("en", "how long will my hat be kept"),
    ],
)
def test_a_shared_subject_or_another_languages_word_is_no_answer(ask: Ask, language: str, text: str) -> None:
    assert not {source.type for source in ask(text, language=language).sources} & {"venue", "hotel"}


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [("en", "is there a sauna", "sauna"), ("fr", "combien de chambres compte l'hôtel", "64")],
)
def test_what_it_tells_is_answered_in_whatever_language(ask: Ask, language: str, text: str, said: str) -> None:
    answer = ask(text, language=language)
    assert answer.outcome is Outcome.ANSWERED
    assert said in answer.text


def test_a_guest_reads_the_words_of_their_own_language() -> None:
    rests = {"en": "The kitchen rests.", "de": "Die Küche hat Ruhe."}
    (said,) = statements(a_house(Venue(key="inn", kind="restaurant", name={"en": "Inn"}, description=rests)))
    assert "hat" in said.said_to("de-AT")
    assert "hat" not in said.said_to("en")
    assert said.said_to("fr") == {"kitch", "kuche"}, "written in neither: only words too long to mean something else"
