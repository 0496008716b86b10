"""Somebody who cannot have something is heard however it is said: parted by other words, the food first, a list."""

import pytest

from guestchat.understanding.allergies import find
from guestchat.understanding.intolerance import told_at
from guestchat.understanding.vocabulary import vocabulary
from guestchat.words import words


def commas(text: str) -> set[int]:
    return {len(words(text[:place])) for place, letter in enumerate(text) if letter in ",:"}


def told(language: str, text: str) -> bool:
    tokens = words(text)
    found = find(tokens, vocabulary(language))
    spans = [(start, end) for start, end, _codes, _stance in found.spans]
    return bool(told_at(tokens, spans, commas(text), {("fish", "soup"), ("almond", "cake")}))


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
        ("es", "a mi hija le dan alergia los huevos"),
        ("de", "Eier gehen bei mir nicht"),
        ("de", "Laktose ist nix für mich"),
        ("de", "Fisch darf ich wegen einer Allergie nicht"),
        ("fr", "le gluten c'est pas possible pour moi"),
        ("fr", "le lait me rend malade"),
        ("en", "gluten is not my friend"),
        ("en", "shellfish puts me in hospital"),
        ("en", "I come out in hives if I eat nuts"),
        ("en", "milk goes right through me"),
        ("en", "sesame is a big no for me"),
        ("en", "anything with egg in it makes me puke"),
        ("de", "von Milch krieg ich Bauchschmerzen"),
        ("de", "der Arzt sagt kein Gluten"),
        ("de", "Erdnüsse gehen gar nicht"),
        ("fr", "le lait passe mal chez moi"),
        ("fr", "le médecin m'interdit le gluten"),
        ("es", "la leche me hace daño"),
        ("es", "los cacahuetes ni verlos"),
        ("es", "una de nosotras tiene una alergia fuerte al sésamo"),
    ],
)
def test_what_somebody_cannot_have_is_heard(language: str, text: str) -> None:
    assert told(language, text)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "can my son have eggs"),
        ("en", "we had the fish yesterday"),
        ("en", "I got sick from the fish soup"),
        ("en", "I can't eat another almond cake, I'm full"),
        ("en", "my kid can't have enough milk"),
        ("en", "which dishes have nuts"),
        ("en", "fish for me, steak for her"),
        ("en", "our fish hasn't come yet"),
        ("en", "i could murder some prawns"),
        ("en", "two fish and one steak for us"),
        ("en", "milk and sugar for my coffee"),
        ("de", "ich steh total auf Garnelen"),
        ("de", "meine Frau nimmt den Fisch"),
        ("de", "mein Ei ist noch roh"),
        ("fr", "j'ai envie de fruits de mer"),
        ("fr", "nous voulons du poisson"),
        ("es", "mi mujer toma el pescado"),
        ("es", "leche para mi café por favor"),
        ("de", "kann ich die Suppe ohne Sellerie haben"),
        ("de", "haben Sie Gerichte mit Fisch"),
        ("fr", "je voudrais du poisson"),
        ("es", "quiero pescado"),
    ],
)
def test_who_asks_for_a_food_is_not_taken_to_bear_it_badly(language: str, text: str) -> None:
    assert not told(language, text)


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("order the fish soup please, my wife can't have eggs", {"eggs"}),
        ("I'd like the almond porridge but eggs make me sick", {"eggs"}),
        ("milk, eggs and nuts are out for us", {"milk", "eggs", "nuts"}),
        ("I can't do eggs or milk", {"milk", "eggs"}),
    ],
)
def test_only_what_is_told_of_is_heard(text: str, heard: set[str]) -> None:
    tokens = words(text)
    found = find(tokens, vocabulary("en"))
    told = told_at(tokens, [(start, end) for start, end, _codes, _stance in found.spans], commas(text))
    assert {codes for start, _end, codes, _stance in found.spans if start in told} == heard
