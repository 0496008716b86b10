"""Owns the hotels that tests ask beside the demo: a small one for those that commit, and those of `tests/hotels`."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from guestchat import catalogue, turns
from guestchat.answering.answer import Answer
from guestchat.catalogue import Catalogue
from guestchat.understanding.query import Context
from menus import hotel_file, models

HOTELS = Path(__file__).resolve().parents[1] / "hotels"
House = Callable[[str], Catalogue]


def talk(hotel: Catalogue, *texts: str, at: str = "2026-11-24T12:30", language: str = "en") -> list[Answer]:
    """Ask one question after another, each on what the last one left, and return the answers."""
    context, answers = Context(), []
    for text in texts:
        moment = dt.datetime.fromisoformat(at).replace(tzinfo=hotel.content.zone)
        answers.append(turns.answer(hotel, text, context=context, language=language, at=moment))
        context, language = answers[-1].context, answers[-1].language
    return answers


@pytest.fixture
def house(db: None) -> House:
    """Load a hotel of `tests/hotels` by its file's name."""

    def read(name: str) -> Catalogue:
        content = hotel_file.read((HOTELS / f"{name}.json").read_bytes())
        hotel_file.apply(content)
        found = catalogue.current(models.Hotel.objects.get(slug=content.slug).pk)
        assert found is not None
        return found

    return read


@pytest.fixture
def small_hotel() -> Callable[..., models.Hotel]:
    """Make a hotel with one venue, one dish and one article."""

    def make(slug: str = "small", article: str = "At the back door.") -> models.Hotel:
        hotel = models.Hotel.objects.create(slug=slug, name=f"The {slug}", languages=["en"], timezone="Europe/Berlin")
        venue = models.Venue.objects.create(hotel=hotel, key="cafe", kind="cafe", name={"en": "Corner café"})
        menu = models.Menu.objects.create(venue=venue, key="card", name={"en": "Card"})
        section = models.MenuSection.objects.create(menu=menu, name={"en": "Cakes"})
        models.MenuItem.objects.create(
            section=section, key="plum-cake", name={"en": "Plum cake"}, price=Decimal("4.50"), allergens_complete=True
        )
        models.Article.objects.create(
            hotel=hotel, key="parking", question={"en": "Where can I park?"}, answer={"en": article}
        )
        models.Place.objects.create(hotel=hotel, key="lobby", kind="lobby", label="Lobby")
        return hotel

    return make
