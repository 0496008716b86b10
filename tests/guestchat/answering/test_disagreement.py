"""Two current articles, or an article and a row, that tell different values: the guest reads both."""

import datetime as dt

import pytest

from guestchat.answering.answer import Outcome
from guestchat.answering.disagreement import different, values
from menus.models import Article, Hotel
from tests.conftest import Ask

DOGS = {
    "en": ("Are dogs allowed?", "Yes, dogs are welcome for EUR 25 per night."),
    "de": ("Sind Hunde erlaubt?", "Ja, Hunde sind für EUR 25 pro Nacht willkommen."),
    "fr": ("Les chiens sont-ils admis ?", "Oui, les chiens sont admis pour EUR 25 par nuit."),
    "es": ("¿Se admiten perros?", "Sí, se admiten perros por EUR 25 por noche."),
}


def write(key: str, question: dict[str, str], answer: dict[str, str], **fields: object) -> None:
    hotel = Hotel.objects.get(slug="lindenhof")
    Article.objects.create(hotel=hotel, key=key, question=question, answer=answer, **fields)


def written(language: str, **fields: object) -> None:
    languages = {language, "en"}
    write(
        "dogs-again",
        {each: DOGS[each][0] for each in languages},
        {each: DOGS[each][1] for each in languages},
        **fields,
    )


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "can I bring my dog?"),
        ("de", "Darf ich meinen Hund mitbringen?"),
        ("fr", "est-ce que je peux amener mon chien ?"),
        ("es", "¿puedo llevar a mi perro?"),
    ],
)
def test_two_articles_that_disagree_are_both_told(ask: Ask, language: str, question: str) -> None:
    written(language)
    answer = ask(question, language=language)
    assert answer.outcome is Outcome.ANSWERED
    assert {source.key for source in answer.sources} == {"pets", "dogs-again"}
    assert "20" in answer.text
    assert "25" in answer.text
    assert answer.suggestions


@pytest.mark.parametrize(
    "fields",
    [{"valid_until": dt.date(2026, 11, 23)}, {"valid_from": dt.date(2026, 11, 25)}],
    ids=["expired", "to come"],
)
def test_an_article_that_is_not_current_disagrees_with_nothing(ask: Ask, fields: dict[str, dt.date]) -> None:
    written("en", **fields)
    answer = ask("can I bring my dog?")
    assert "25" not in answer.text
    assert [source.key for source in answer.sources] == ["pets"]


def test_yes_and_no_disagree(ask: Ask) -> None:
    write("no-dogs", {"en": "Are dogs allowed?"}, {"en": "No, we cannot take dogs."})
    answer = ask("are dogs allowed?")
    assert {source.key for source in answer.sources} == {"pets", "no-dogs"}


def test_an_article_on_another_price_of_the_subject_does_not_disagree(ask: Ask) -> None:
    write("dog-food", {"en": "Do you sell dog food?"}, {"en": "Yes, dog food costs EUR 3 a tin at reception."})
    assert [source.key for source in ask("can I bring my dog?").sources] == ["pets"]


def test_an_article_and_the_hotels_row_disagree(ask: Ask) -> None:
    write("leave", {"en": "When is check-out?"}, {"en": "Please leave your room by 10:00."})
    answer = ask("what time is check-out?")
    assert "11:00" in answer.text
    assert "10:00" in answer.text
    assert {(source.type, source.key) for source in answer.sources} >= {("article", "leave")}


def test_an_article_and_a_venues_hours_disagree(ask: Ask) -> None:
    write("pool-hours", {"en": "When is the pool open?"}, {"en": "The pool is open from 6:00 to 23:00."})
    answer = ask("when is the pool open?")
    assert "23:00" in answer.text
    assert len(answer.sources) > 1


@pytest.mark.parametrize(
    ("one", "other", "kinds"),
    [
        ("By 11:00.", "By 11 am.", set()),
        ("By 11:00.", "By 10:00.", {"clock"}),
        ("From 7:00 to 10:30.", "From 7:00 to 10:30, on Sundays until 11:00.", set()),
        ("It costs EUR 18.", "It costs €18.00.", set()),
        ("It is free of charge.", "It costs 5 euros.", {"money"}),
        ("Yes, at the bar.", "No, not any more.", {"verdict"}),
        ("The password is linden2025.", "The password is linden2026.", {"code"}),
        ("On the 2nd floor.", "Ask reception.", set()),
    ],
)
def test_values_are_compared_by_kind(one: str, other: str, kinds: set[str]) -> None:
    assert different(one, other) == kinds


def test_a_time_is_one_however_it_is_written() -> None:
    assert values("7 pm")["clock"] == values("19:00")["clock"] == values("19 Uhr")["clock"] == values("19h00")["clock"]
