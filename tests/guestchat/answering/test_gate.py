"""The gate: texts of staff or a model that promise something about allergens never get out."""

import pytest

from guestchat.answering.gate import promises
from menus import models
from tests.conftest import Ask


@pytest.mark.parametrize(
    "text",
    [
        "All our cakes are gluten-free.",
        "Our gluten free bread is baked every day.",
        "The kitchen cooks without nuts.",
        "There are no peanuts in this house.",
        "Safe for guests with a nut allergy.",
        "This dish is suitable for a milk allergy.",
        "Free of lactose and eggs.",
        "Unsere Kuchen sind glutenfrei.",
        "Wir kochen ohne Nüsse.",
        "Laktosefreie Milch gibt es am Buffet.",
        "Keine Erdnüsse enthalten.",
        "Für Allergiker geeignet.",
        "Nos gâteaux sont sans gluten.",
        "Sans arachides.",
        "Sin gluten y sin leche.",
        "NUT-FREE KITCHEN",
    ],
)
def test_a_promise_is_seen(text: str) -> None:
    assert promises(text)


@pytest.mark.parametrize(
    "text",
    [
        "Breakfast is served from 07:00 to 10:30.",
        "Every room has a safe that fits a laptop.",
        "Parking is free of charge.",
        "The soup contains milk and celery.",
        "Towels are free. There is no lifeguard.",
        "Die Garage ist nicht reservierbar, Hunde sind willkommen.",
        "Kostenfreies WLAN ohne Passwort.",
        "Le petit déjeuner est servi à 7 heures, sans réservation.",
        "El aparcamiento es gratuito y sin reserva.",
        "Declared allergens are shown with each dish; please tell us about an allergy.",
    ],
)
def test_other_texts_pass(text: str) -> None:
    assert not promises(text)


@pytest.mark.django_db
def test_an_article_that_promises_is_not_repeated(ask: Ask) -> None:
    models.Article.objects.create(
        hotel=models.Hotel.objects.get(slug="lindenhof"),
        key="bakery",
        question={"en": "Which bread does the bakery deliver?"},
        answer={"en": "The bakery delivers gluten-free bread every morning."},
    )
    answer = ask("Which bread does the bakery deliver?")
    assert "gluten-free" not in answer.text
    assert not answer.claims


@pytest.mark.django_db
def test_a_description_that_promises_is_not_repeated(ask: Ask) -> None:
    dish = models.MenuItem.objects.get(hotel__slug="lindenhof", key="wiener-schnitzel")
    dish.description = {"en": "Golden and nut-free.", "de": "Goldbraun und nussfrei."}
    dish.save()
    assert "nut-free" not in ask("tell me about the Wiener schnitzel").text
