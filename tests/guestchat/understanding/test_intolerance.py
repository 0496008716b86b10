"""Somebody who cannot have something is heard however it is said: parted by other words, the food first, a list."""

import pytest

from guestchat.understanding.allergies import find
from guestchat.understanding.intolerance import is_told
from guestchat.understanding.vocabulary import vocabulary
from guestchat.words import words


def told(language: str, text: str) -> bool:
    tokens = words(text)
    found = find(tokens, vocabulary(language))
    return is_told(tokens, ((start, end) for start, end, _codes, _stance in found.spans))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Nüsse vertrage ich leider nicht"),
        ("de", "Milch verträgt meine Tochter gar nicht"),
        ("de", "Eier darf mein Sohn nicht essen"),
        ("de", "Laktose geht bei mir gar nicht"),
        ("de", "Nüsse sind bei uns tabu"),
        ("de", "meine Frau reagiert heftig auf Krebstiere"),
        ("de", "von Erdnüssen schwillt mir der Hals zu"),
        ("en", "nuts i can't do"),
        ("en", "nuts are a no go for us"),
        ("en", "peanuts kill me"),
        ("en", "eggs make my son ill"),
        ("en", "my kid breaks out in hives from eggs"),
        ("en", "lactose and me dont get along"),
        ("en", "soy is a problem for my wife"),
        ("en", "allergies: milk, eggs"),
        ("fr", "les noix je supporte pas"),
        ("fr", "le lait, je le digère mal"),
        ("fr", "les fruits à coque me sont interdits"),
        ("es", "los frutos secos no los puedo comer"),
        ("es", "la leche me sienta mal"),
        ("es", "el apio lo tengo prohibido"),
        ("es", "me hincho con los cacahuetes"),
    ],
)
def test_what_somebody_cannot_have_is_heard(language: str, text: str) -> None:
    assert told(language, text)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "can my son have eggs"),
        ("en", "we had the fish yesterday"),
        ("en", "which dishes have nuts"),
        ("de", "kann ich die Suppe ohne Sellerie haben"),
        ("de", "haben Sie Gerichte mit Fisch"),
        ("fr", "je voudrais du poisson"),
        ("es", "quiero pescado"),
    ],
)
def test_who_asks_for_a_food_is_not_taken_to_bear_it_badly(language: str, text: str) -> None:
    assert not told(language, text)
