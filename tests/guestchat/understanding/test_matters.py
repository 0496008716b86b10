"""What words are about: subjects and details by four languages, slips and compounds, and what a text tells."""

import pytest

from guestchat.understanding import matters
from guestchat.understanding.matters import Matters
from guestchat.understanding.vocabulary import LANGUAGES, vocabulary
from guestchat.words import words


def found(text: str, language: str = "en", own: frozenset[str] = frozenset()) -> Matters:
    return matters.find(words(text), vocabulary(language), own)


@pytest.mark.parametrize(
    ("text", "language", "subjects", "details"),
    [
        ("how deep is the pool", "en", {"pool"}, {"depth"}),
        ("can I bring my labrador", "en", {"pets"}, set()),
        ("do you have dog sitting", "en", {"pets"}, {"sitting"}),
        ("was kostet das Parken", "de", {"parking"}, {"price"}),
        ("il y a un coffre-fort ?", "fr", {"safe"}, set()),
        ("¿hay lavadora?", "es", {"laundry"}, set()),
    ],
)
def test_subjects_and_details_are_found(text: str, language: str, subjects: set[str], details: set[str]) -> None:
    about = found(text, language)
    assert about.subjects == subjects
    assert about.details == details


@pytest.mark.parametrize(
    ("text", "language", "asks"),
    [
        ("can i pay cash", "en", False),
        ("kann ich mit Karte zahlen", "de", False),
        ("can i charge my e-scooter in the room", "en", False),
        ("do i pay for parking", "en", True),
        ("how much cash do i pay", "en", True),
    ],
)
def test_how_to_pay_is_no_question_about_a_price(text: str, language: str, asks: bool) -> None:
    assert ("price" in found(text, language).details) is asks


@pytest.mark.parametrize(
    ("text", "language", "beside"),
    [
        ("ça marche jusqu'à quand", "fr", "market"),
        ("à quelle heure ferme la porte d'entrée", "fr", "farm_animals"),
        ("do i need my passport", "en", "safe"),
        ("Wieviele Zimmer habt ihr", "de", "wheelchair"),
    ],
)
def test_a_word_that_looks_like_another_names_no_subject(text: str, language: str, beside: str) -> None:
    assert beside not in found(text, language).subjects


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("Charcoal is 6 euros at the desk.", {"sale"}),
        ("Skis are 20 euros a day at the desk.", {"rental"}),
        ("Dogs are welcome for 20 euros per stay.", set()),
    ],
)
def test_what_has_a_price_at_a_counter_is_sold_there(answer: str, told: set[str]) -> None:
    assert matters.told([], {"en": answer}) & {"sale", "rental"} == told


def test_a_word_without_a_measure_tells_no_depth() -> None:
    question = {"en": "Bathing in the tarn"}
    assert "depth" not in matters.told([question], {"en": "It is cold and deep."})
    assert "depth" in matters.told([question], {"en": "It is up to 12 m deep."})


def test_pets_in_general_are_whichever_the_house_speaks_of() -> None:
    assert found("what is your pet policy").subjects == matters.PETS
    assert found("what about cats").subjects == {"cats"}
    assert found("can I bring my parrot").subjects == {"small_pets"}


def test_a_slip_and_a_compound_are_read_as_what_they_mean() -> None:
    assert found("is there a swiming pool and a hairdrier").subjects >= {"hairdryer"}
    assert "pets" in found("Hundegebühr", "de").subjects


def test_two_words_of_another_language_are_read_in_it_and_short_ones_are_not() -> None:
    assert found("horse riding", "es").subjects == {"horse_riding"}
    assert found("cars", "en").subjects == frozenset()  # a French car is a bus


def test_every_language_has_the_same_subjects_and_details() -> None:
    books = [vocabulary(language) for language in LANGUAGES]
    for table in ("topic", "detail"):
        first = books[0][table].meanings
        assert all(book[table].meanings == first for book in books)


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        ("It costs EUR 12 per day.", "price"),
        ("It costs EUR 12 per day.", "rental"),
        ("Open from 7:00.", "hours"),
        ("Children from 6 years.", "age"),
        ("Children from 6 years.", "children"),
        ("27 °C", "temperature"),
        ("The fire is lit at five o'clock.", "hours"),
        ("A tour starts at eleven.", "hours"),
        ("For persons of fourteen and above.", "age"),
        ("One under each bed, 60 x 40 x 30 cm.", "size"),
        ("Gift cards are sold at reception.", "sale"),
    ],
)
def test_a_figure_of_the_kind_tells_a_detail(answer: str, detail: str) -> None:
    assert detail in matters.told((), {"en": answer})


def test_sentences_keep_their_translations() -> None:
    text = {"en": "We have a pool. It is warm.", "de": "Es gibt einen Pool. Er ist warm."}
    assert matters.sentences(text) == [
        {"en": "We have a pool.", "de": "Es gibt einen Pool."},
        {"en": "It is warm.", "de": "Er ist warm."},
    ]
    assert matters.sentences({"en": "One. Two.", "de": "Eins"}) == [{"en": "One. Two.", "de": "Eins"}]
