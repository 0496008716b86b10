"""Slips in everyday words are put right; a word that the hotel writes stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guestchat.understanding.spelling import SHORTEST, spelt
from guestchat.understanding.vocabulary import LANGUAGES, vocabulary


@pytest.mark.parametrize(
    ("language", "written", "meant"),
    [
        ("en", "resturant", "restaurant"),
        ("en", "vegiterian", "vegetarian"),
        ("en", "glutten", "gluten"),
        ("de", "vegane", "vegane"),
        ("de", "restaurrant", "restaurant"),
        ("fr", "restauran", "restaurant"),
        ("es", "restauranre", "restaurante"),
    ],
)
def test_a_slip_is_put_right(language: str, written: str, meant: str) -> None:
    assert spelt([written], language, frozenset())[0].startswith(meant[:8])


def test_what_the_hotel_writes_is_no_slip() -> None:
    assert spelt(["glutten"], "en", frozenset({"glutten"})) == ["glutten"]
    assert spelt(["deser"], "en", frozenset({"desera"})) == ["deser"]


@given(st.sampled_from(LANGUAGES), st.data())
def test_a_known_word_stays(language: str, data: st.DataObject) -> None:
    word = data.draw(st.sampled_from(sorted(vocabulary(language).understood)))
    assert spelt([word], language, frozenset()) == [word]


@given(st.text(max_size=SHORTEST - 1))
def test_a_short_word_stays(word: str) -> None:
    assert spelt([word], "en", frozenset()) == [word]
