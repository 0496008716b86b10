"""Owns houses that a test makes of a few articles, to be asked in English, and talks with the demo hotel."""

from collections.abc import Callable, Mapping

import pytest

from guestchat import catalogue, turns
from guestchat.answering.answer import Answer
from guestchat.understanding.query import Context
from menus import models
from tests.conftest import TUESDAY_NOON
from tests.conftest import Ask as AskTheDemo

Ask = Callable[[str], Answer]


@pytest.fixture
def house(small_hotel: Callable[..., models.Hotel]) -> Callable[[str, Mapping[str, tuple[str, str]]], Ask]:
    """Return a way to make a house of articles, by key their heading and answer, that returns a way to ask it."""

    def made(slug: str, articles: Mapping[str, tuple[str, str]]) -> Ask:
        hotel = small_hotel(slug)
        models.Article.objects.filter(hotel=hotel).delete()
        for key, (question, answer) in articles.items():
            models.Article.objects.create(hotel=hotel, key=key, question={"en": question}, answer={"en": answer})

        def asked(text: str) -> Answer:
            found = catalogue.current(hotel.pk)
            assert found is not None
            return turns.answer(found, text, context=Context(), language="en", at=TUESDAY_NOON)

        return asked

    return made


def talk(ask: AskTheDemo, *texts: str, place: str | None = None, language: str = "en") -> list[Answer]:
    """Return the answers of one talk, each asked with the context that the one before left."""
    context, answers = Context(), []
    for text in texts:
        answers.append(ask(text, context=context, place=place, language=language))
        context = answers[-1].context
    return answers
