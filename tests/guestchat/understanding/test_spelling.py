"""Slips in everyday words are put right; a word that the hotel writes stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guestchat.understanding.spelling import SHORTEST, spelt
from guestchat.understanding.vocabulary import LANGUAGES, vocabulary
from guestchat.words import words


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
        ("en", "diary", "dairy"),
        ("de", "veetarisches", "vegetarisch"),
        ("de", "allergich", "allergisch"),
        ("es", "alergcio", "alergico"),
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


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "crabs soyas batter sickness coats grass packing printing whose thirty container plants"),
        ("de", "Schinken Hafen Gelände allerdings vermiete Vortrag Kasse spülen"),
        ("fr", "orange crème crêpe poivrons filles centre amande exemple"),
        ("es", "verano cereza enero luces camarote pizza éxito sojas"),
    ],
)
def test_a_word_that_means_something_is_no_slip_of_another(language: str, said: str) -> None:
    assert spelt(words(said), language, frozenset()) == words(said)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("table", ["allergen", "diet"])
def test_no_allergen_is_taken_for_another_word_in_the_plural(language: str, table: str) -> None:
    book = vocabulary(language)[table]
    single = {phrase[0] for key in book.meanings for phrase in book.phrases(key) if len(phrase) == 1}
    plurals = {f"{word}s" for word in single if word[-1] != "*" and book.keys([f"{word}s"])}
    assert plurals or language == "de"
    lost = {word for word in plurals if book.keys([word]) != book.keys(spelt([word], language, frozenset()))}
    assert not lost


def test_a_word_that_the_hotel_shares_with_everybody_hides_no_slip() -> None:
    assert spelt(["allergich"], "de", frozenset({"allergic", "allergie"})) == ["allergisch"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("glutenrfei", "glutenfrei"),
        ("glutenfei", "glutenfrei"),
        ("lakttosefrei", "laktosefrei"),
        ("erdnussalelrgie", "erdnussallergie"),
        ("haferbrei", "haferbrei"),
        ("milchreis", "milchreis"),
        ("barrierefrei", "barrierefrei"),
        ("kostenfreie", "kostenfreie"),
    ],
)
def test_a_slip_in_what_is_glued_to_an_allergen_is_put_right(written: str, meant: str) -> None:
    assert spelt([written], "de", frozenset()) == [meant]
