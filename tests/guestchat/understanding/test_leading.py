"""What leads up to a question says nothing of it: the question is read as if it stood alone."""

import pytest

from guestchat.understanding.leading import without_lead
from guestchat.understanding.vocabulary import LANGUAGES, vocabulary

ASKED = {
    "en": "when does the bar open",
    "de": "wann macht die Bar auf",
    "fr": "à quelle heure ouvre le bar",
    "es": "cuándo abre el bar",
}
HELLO = {"en": "hi, ", "de": "hallo ", "fr": "bonjour, ", "es": "hola buenas "}


def leads() -> list[tuple[str, str]]:
    return [
        (language, " ".join(phrase))
        for language in LANGUAGES
        for phrase in vocabulary(language)["lead"].phrases("words")
    ]


@pytest.mark.parametrize(("language", "lead"), leads())
def test_a_lead_is_taken_away(language: str, lead: str) -> None:
    known, asked = vocabulary(language), ASKED[language]
    kind = " ".join(known["please"].phrases("words")[0])
    assert without_lead(f"{lead} {asked}?", known) == f"{asked}?"
    assert without_lead(f"{HELLO[language]}{lead}, {asked} {kind}", known) == f"{HELLO[language]}{asked}"
    assert without_lead(f"Great pool. {lead.capitalize()} {asked}", known) == f"Great pool. {asked}"
    assert without_lead(f"{asked}. {lead}", known) == f"{asked}. {lead}", "nothing stands behind it"


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("en", "could you please tell me what is in the room?", "what is in the room?"),
        ("en", "Do you know if there is a gym please", "if there is a gym"),
        ("en", "My son has a nut allergy. Do you know what he can eat?", "My son has a nut allergy. what he can eat?"),
        ("de", "Können Sie mir bitte sagen, ob es einen Pool gibt?", "ob es einen Pool gibt?"),
        ("de", "sag mal, wo ist die Sauna bitte", "wo ist die Sauna"),
        ("fr", "Pourriez-vous me dire s'il vous plaît à quelle heure ouvre le bar ?", "à quelle heure ouvre le bar ?"),
        ("fr", "j'aimerais savoir s'il y a une piscine", "s'il y a une piscine"),
        ("es", "hola, a qué hora es el desayuno por favor", "hola, a qué hora es el desayuno"),
    ],
)
def test_what_stands_around_a_question(language: str, text: str, said: str) -> None:
    assert without_lead(text, vocabulary(language)) == said


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "tell me about the spa"),
        ("en", "towels please"),
        ("en", "do you have an iron please"),
        ("en", "what time is it. a towel please"),
        ("en", "yes please"),
        ("en", "please"),
        ("en", "I asked at the desk and nobody could tell me when the bar opens"),
        ("de", "ein Handtuch bitte"),
        ("fr", "une serviette svp"),
        ("es", "una toalla por favor"),
        ("es", "…"),
    ],
)
def test_what_is_meant_stays(language: str, text: str) -> None:
    assert without_lead(text, vocabulary(language)) == text
