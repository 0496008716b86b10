"""Owns the hotels that tests ask beside the demo: a small one for those that commit, and those of `tests/hotels`."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from guestchat import catalogue
from guestchat.catalogue import Catalogue
from menus import hotel_file, models

HOTELS = Path(__file__).resolve().parents[1] / "hotels"
House = Callable[[str], Catalogue]


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
