"""An edit is true in the very next answer: one test for each kind of row, edited as the admin does (row.save())."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from guestchat import catalogue
from guestchat.catalogue import Catalogue
from menus import models
from tests.conftest import Ask


def item(key: str) -> models.MenuItem:
    return models.MenuItem.objects.get(hotel__slug="lindenhof", key=key)


def test_price(ask: Ask) -> None:
    assert "€29.50" in ask("how much is the Wiener schnitzel").text
    dish = item("wiener-schnitzel")
    dish.price = Decimal("31.20")
    dish.save()
    assert "€31.20" in ask("how much is the Wiener schnitzel").text


def test_availability(ask: Ask) -> None:
    dish = item("wiener-schnitzel")
    dish.available = False
    dish.save()
    assert "sold out" in ask("is the Wiener schnitzel available").text


def test_description_and_name(ask: Ask) -> None:
    dish = item("wiener-schnitzel")
    dish.name = {"en": "Dragon cutlet", "de": "Drachenschnitzel"}
    dish.description = {"en": "Breaded with fire.", "de": "Mit Feuer paniert."}
    dish.save()
    assert "Breaded with fire" in ask("what is in the dragon cutlet").text


def test_declared_allergen(ask: Ask) -> None:
    before = ask("does the Wiener schnitzel contain sesame")
    assert before.claims[0].status != "contains"
    models.ItemAllergen.objects.update_or_create(
        item=item("wiener-schnitzel"), code="sesame", defaults={"status": "contains"}
    )
    assert ask("does the Wiener schnitzel contain sesame").claims[0].status == "contains"


def test_removed_allergen_is_unknown_where_the_list_is_not_complete(ask: Ask) -> None:
    dish = item("wiener-schnitzel")
    dish.allergens_complete = False
    dish.save()
    dish.allergens.filter(code="gluten.wheat").delete()
    assert ask("does the Wiener schnitzel contain wheat").claims[0].status == "unknown"


def test_option(ask: Ask) -> None:
    models.Option.objects.create(item=item("wiener-schnitzel"), key="with-moon-dust", name={"en": "moon dust"})
    assert "moon dust" in ask("what options are there for the Wiener schnitzel").text


def test_section_name(ask: Ask) -> None:
    section = item("wiener-schnitzel").section
    section.name = {"en": "Starters", "de": "Vorspeisen"}
    section.save()
    assert "wiener-schnitzel" in ask("what starters do you have").items


def test_opening_hours(ask: Ask) -> None:
    bar = models.Venue.objects.get(hotel__slug="lindenhof", key="seebar")
    for entry in bar.opening_hours.filter(days__contains=["tue"]):
        entry.opens = dt.time(12, 0)
        entry.save()
    assert ask("is the bar open now?").text.startswith("Yes")


def test_a_date_that_closes_a_venue(ask: Ask) -> None:
    spa = models.Venue.objects.get(hotel__slug="lindenhof", key="spa")
    models.OpeningHours.objects.create(venue=spa, date=dt.date(2026, 11, 25), closed=True)
    assert "closed" in ask("is the spa open tomorrow?").text


def test_venue(ask: Ask) -> None:
    bar = models.Venue.objects.get(hotel__slug="lindenhof", key="seebar")
    bar.location = {"en": "On the roof", "de": "Auf dem Dach"}
    bar.save()
    assert "On the roof" in ask("where is the bar?").text


def test_hotel(ask: Ask) -> None:
    hotel = models.Hotel.objects.get(slug="lindenhof")
    hotel.phone = "+49 1 234"
    hotel.save()
    assert "+49 1 234" in ask("what's your phone number").text


def test_article(ask: Ask) -> None:
    article = models.Article.objects.get(hotel__slug="lindenhof", key="parking")
    article.answer = {"en": "Behind the old mill.", "de": "Hinter der alten Mühle."}
    article.save()
    assert "old mill" in ask("where can I park?").text


def test_deleted_article(ask: Ask) -> None:
    assert ask("where can I park?").outcome == "answered"
    models.Article.objects.get(hotel__slug="lindenhof", key="parking").delete()
    after = ask("where can I park?")
    assert "garage" not in after.text
    assert "parking" not in [hit.key for hit in after.candidates]


def test_expired_article(ask: Ask) -> None:
    article = models.Article.objects.get(hotel__slug="lindenhof", key="parking")
    article.valid_until = dt.date(2026, 11, 23)
    article.save()
    assert "parking" not in [source.key for source in ask("where can I park?").sources]


def test_new_article(ask: Ask) -> None:
    models.Article.objects.create(
        hotel=models.Hotel.objects.get(slug="lindenhof"),
        key="telescope",
        question={"en": "Can I borrow a telescope?"},
        answer={"en": "Yes, ask for the brass one."},
    )
    assert "brass one" in ask("can I borrow a telescope").text


def test_place(ask: Ask, lindenhof: Catalogue) -> None:
    place = models.Place.objects.get(hotel__slug="lindenhof", key="room-212")
    place.label = "212b"
    place.save()
    assert "212b" in ask("can I get two towels please", place="room-212").text


def test_plain_sql_counts_too(ask: Ask) -> None:
    models.MenuItem.objects.filter(hotel__slug="lindenhof", key="wiener-schnitzel").update(price=Decimal("1.23"))
    assert "€1.23" in ask("how much is the Wiener schnitzel").text


def test_a_kept_catalogue_is_dropped_with_the_next_commit(
    transactional_db: None, small_hotel: Callable[[], models.Hotel]
) -> None:
    hotel = small_hotel()
    first = catalogue.current(hotel.pk)
    assert first is not None
    assert catalogue.current(hotel.pk) is first
    models.MenuItem.objects.filter(hotel=hotel).update(price=Decimal("9.99"))
    second = catalogue.current(hotel.pk)
    assert second is not None
    assert second is not first
    assert {offer.item.price for offer in second.content.offers.values()} == {Decimal("9.99")}


def test_how_sure_the_assistant_must_be(ask: Ask) -> None:
    hotel = models.Hotel.objects.get(slug="lindenhof")
    loose = [
        "somewhere to iron a shirt",
        "the wifi is down again",
        "my little one needs a bed",
        "can we eat at the lake",
        "is there a shop close by",
        "going to the mountains for a day",
        "got any change for the bus",
        "a quiet place to pray",
        "we would like to work in a room for ten",
        "can you keep my suitcase until tonight",
    ]
    answered = {}
    for per_cent in (50, None, 99):
        hotel.answer_confidence = per_cent
        hotel.save()
        answered[per_cent] = sum(ask(question).outcome == "answered" for question in loose)
    assert answered[99] <= answered[None] <= answered[50]
    assert answered[99] < answered[50]
