"""Forms of ordinary verbs, and what they do: a form of a plain verb asks for nothing of its own."""

import pytest

from guestchat.understanding.inflection import forms
from guestchat.understanding.vocabulary import vocabulary


@pytest.mark.parametrize(
    ("verb", "language", "form"),
    [("sitzen", "de", "sitzt"), ("entrar", "es", "entro"), ("vivir", "es", "vivimos")],
)
def test_a_verb_has_its_forms(verb: str, language: str, form: str) -> None:
    assert form in set(forms(verb, language))


@pytest.mark.parametrize(("word", "language"), [("sit", "en"), ("ab", "de"), ("wagen", "en"), ("mar", "es")])
def test_what_is_no_infinitive_has_none(word: str, language: str) -> None:
    assert not list(forms(word, language))


@pytest.mark.parametrize(("form", "language"), [("sitzt", "de"), ("entro", "es")])
def test_forms_of_plain_verbs_are_plain(form: str, language: str) -> None:
    assert form in vocabulary(language).plain
