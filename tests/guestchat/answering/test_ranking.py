"""Which of several articles on one matter comes first: the one on the aspect that was asked."""

from collections.abc import Callable

import pytest

from guestchat import catalogue, turns
from guestchat.understanding.query import Context
from menus import models
from tests.conftest import TUESDAY_NOON

pytestmark = pytest.mark.django_db

ARTICLES = {
    "car-park": (
        "Can I park at the station?",
        "There are places for cars beside the station.",
    ),
    "car-park-fee": ("How high is the car park's fee?", "Nine euros a day."),
    "wifi": ("Is there Wi-Fi on the train?", "Yes, in every train."),
    "wifi-fee": ("Does Wi-Fi cost anything?", "No, it is free of charge."),
    "groups": ("Can groups take the train?", "Yes, the train has room for groups."),
    "luggage": ("How much luggage may I take on the train?", "Two pieces each; the train has racks."),
    "delay": ("What happens if the train is late?", "Half of the fare is paid back when a train is an hour late."),
    "swap": ("Can I swap my ticket for another one?", "No, please buy a new one."),
}


@pytest.fixture
def first(small_hotel: Callable[..., models.Hotel]) -> Callable[[str], str]:
    """Return the key of the article that comes first."""
    hotel = small_hotel("railway")
    models.Article.objects.filter(hotel=hotel).delete()
    for key, (question, answer) in ARTICLES.items():
        models.Article.objects.create(hotel=hotel, key=key, question={"en": question}, answer={"en": answer})

    def asked(text: str) -> str:
        found = catalogue.current(hotel.pk)
        assert found is not None
        answer = turns.answer(found, text, context=Context(), language="en", at=TUESDAY_NOON)
        return next((each.key for each in answer.candidates if each.type == "article"), "")

    return asked


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("how much is it to park a car", "car-park-fee"),
        ("is there somewhere to park at the station", "car-park"),
        ("price of the wifi on the train", "wifi-fee"),
        ("does the train have wifi", "wifi"),
    ],
)
def test_the_aspect_decides(first: Callable[[str], str], question: str, expected: str) -> None:
    assert first(question) == expected


def test_what_every_article_speaks_of_tells_none_apart(first: Callable[[str], str]) -> None:
    assert first("could I swap my train ticket later on") == "swap"


def test_whoever_asks_for_help_with_something_asks_for_it(first: Callable[[str], str]) -> None:
    assert first("can you help me with my luggage on the train") == "luggage"
