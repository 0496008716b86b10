"""Owns a small hotel for tests that commit: the demo hotel would have to be loaded again after each of them."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from menus import models


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
