"""Phrases that say one thing are put into words that the vocabularies know; all else stays as it was written."""

import pytest

from guestchat.understanding.vocabulary import vocabulary
from guestchat.understanding.wording import in_known_words, without_okay, written_out


@pytest.mark.parametrize(
    ("language", "written", "read"),
    [
        ("de", "welche Fischgerichte habt ihr", "welche Fisch gerichte habt ihr"),
        ("de", "Was ist das Tagesgericht?", "Was ist das Tagesgericht?"),
        ("de", "was gibts ohne fleisch u fisch", "was gibts vegetarisch ohne fisch"),
        ("de", "weder Fleisch noch Fisch", "vegetarisch weder fisch"),
        ("de", "habt ihr montags auf", "habt ihr montags geöffnet"),
        ("de", "hat die Bar sonntags zu?", "hat die Bar sonntags geschlossen?"),
        ("de", "kommt das auf die Rechnung", "kommt das auf die Rechnung"),
        ("en", "anything without any meat or fish?", "anything vegetarian without fish?"),
        ("de", "ohne Fleisch, Fisch und Nüsse", "vegetarisch ohne fisch und Nüsse"),
        ("en", "no meat and fish sauce", "no meat and fish sauce"),
        ("fr", "sans viande ni poisson", "végétarien sans poisson"),
        ("es", "las que no llevan carne ni pescado ni marisco", "las que vegetariano no llevan pescado ni marisco"),
    ],
)
def test_a_phrase_is_put_into_known_words(language: str, written: str, read: str) -> None:
    assert in_known_words(written, language) == read


@pytest.mark.parametrize(
    ("language", "written", "read"),
    [
        ("de", "wos kost a halbe Helles bei eich?", "was kostet bier bei euch?"),
        ("de", "Habts ihr nix ohne Nüss", "habt ihr nix ohne Nüss"),
        ("de", "i vertrog koa Milch", "ich vertrage kein Milch"),
        ("de", "Wie lange ist das Zimmer frei?", "Wie lange ist das Zimmer frei?"),
        ("en", "do ye open tmr, can u tell me", "do you open tomorrow, can you tell me"),
        ("en", "r u open 2nite", "are you open tonight"),
        ("en", "a squid ring and a veg soup for the lad", "a squid ring and a veg soup for the lad"),
        ("fr", "keske vs avez ce soir", "qu'est-ce que vous avez ce soir"),
        ("es", "quieroo una birrita, tbn pa mi cuate", "quiero una cerveza, también pa mi amigo"),
    ],
)
def test_what_is_said_in_dialect_is_written_out(language: str, written: str, read: str) -> None:
    assert written_out(written, vocabulary(language), frozenset()) == read


def test_a_word_of_the_hotels_own_is_no_dialect() -> None:
    assert written_out("una palta", vocabulary("es"), frozenset()) == "una aguacate"
    assert written_out("una palta", vocabulary("es"), frozenset({"palta"})) == "una palta"


def test_dialect_is_written_out_within_one_breath_only() -> None:
    assert written_out("do. ye", vocabulary("en"), frozenset()) == "do. you"
    assert written_out("", vocabulary("en"), frozenset()) == ""
    assert written_out("🥜 ?!", vocabulary("de"), frozenset()) == "🥜 ?!"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("cool and where is that", "and where is that"),
        ("ok, thanks. what about dinner", "what about dinner"),
        ("vale y el desayuno", "y el desayuno"),
        ("cool room please", "cool room please"),
        ("ok", "ok"),
        ("fine dining", "fine dining"),
        ("right next to the pool?", "right next to the pool?"),
    ],
)
def test_a_word_of_assent_before_a_question_asks_nothing(written: str, read: str) -> None:
    assert without_okay(written) == read
