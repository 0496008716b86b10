"""Phrases that say one thing are put into words that the vocabularies know; all else stays as it was written."""

import pytest

from guestchat.understanding.wording import in_known_words


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
