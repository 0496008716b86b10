"""The gate: texts of staff or a model that promise something about allergens never get out."""

import pytest

from guestchat import catalogue
from guestchat.answering.gate import promises
from guestchat.answering.suggestions import suggestions
from guestchat.catalogue import Catalogue
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
        "You can eat this with a peanut allergy.",
        "Nuts are never used in our kitchen.",
        "We don't use peanuts.",
        "The risotto is not made with eggs.",
        "Allergen-free menu",
        "Free from all allergens",
        "No allergens.",
        "No risk for nut allergy sufferers",
        "allergy friendly kitchen",
        "Harmless for allergy sufferers",
        "nutfree",
        "gluten&shy;free",
        "gluten\u00adfree",
        "nut\u2011free",
        "g l u t e n free",
        "Risotto (GF)",
        "Für Zöliakiebetroffene geeignet.",
        "Frei von allen Allergenen",
        "allergenfrei",
        "Gluten ist nicht enthalten",
        "Nüsse werden bei uns nicht verwendet",
        "weder Milch noch Eier",
        "Aucun allergène",
        "Convient aux personnes allergiques",
        "On n'utilise pas de noix",
        "Sin alérgenos",
        "No usamos cacahuetes",
        "Apto para celíacos",
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
        "No dogs in the restaurant. Fish is served on Fridays.",
        "You may eat fish at the lake without a booking",
        "We cannot guarantee that any dish is free of traces.",
        "Frühstück mit Eiern und Fisch ohne Aufpreis",
        "Pescado del día, sin coste adicional",
    ],
)
def test_other_texts_pass(text: str) -> None:
    assert not promises(text)


def write_article(question: str, answer: str) -> None:
    hotel = models.Hotel.objects.get(slug="lindenhof")
    models.Article.objects.create(hotel=hotel, key="bakery", question={"en": question}, answer={"en": answer})


@pytest.mark.django_db
def test_an_article_that_promises_is_not_repeated(ask: Ask) -> None:
    question = "Which bread does the bakery deliver?"
    write_article(question, "The bakery delivers gluten-free bread every morning.")
    answer = ask(question)
    assert "gluten-free" not in answer.text
    assert not answer.claims


@pytest.mark.django_db
def test_the_rest_of_an_article_is_told_without_its_promise(ask: Ask) -> None:
    question = "What does the bakery workshop cost?"
    write_article(
        question, "The bakery workshop is 45 euros a person. All its loaves are gluten-free. Aprons are lent."
    )
    answer = ask(question)
    assert "45 euros" in answer.text
    assert "Aprons are lent." in answer.text
    assert "gluten-free" not in answer.text


@pytest.mark.django_db
def test_a_description_that_promises_is_not_repeated(ask: Ask) -> None:
    dish = models.MenuItem.objects.get(hotel__slug="lindenhof", key="wiener-schnitzel")
    dish.description = {"en": "Golden and nut-free.", "de": "Goldbraun und nussfrei."}
    dish.save()
    assert "nut-free" not in ask("tell me about the Wiener schnitzel").text


# --- every text that goes out -------------------------------------------------
NUT_FREE = {
    "en": "Nut-free crumble",
    "de": "Nussfreier Streusel",
    "fr": "Crumble sans noix",
    "es": "Crumble sin nueces",
}


def dish(**fields: object) -> models.MenuItem:
    section = models.MenuSection.objects.filter(menu__hotel__slug="lindenhof").first()
    assert section is not None
    return models.MenuItem.objects.create(hotel=section.hotel, section=section, position=99, **fields)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "do you have the nut-free crumble?"),
        ("de", "gibt es den nussfreien Streusel?"),
        ("fr", "avez-vous le crumble sans noix ?"),
        ("es", "¿tienen el crumble sin nueces?"),
    ],
)
def test_a_dish_named_too_kindly_is_told_as_the_kitchen_declared_it(ask: Ask, language: str, question: str) -> None:
    dish(key="crumble", name=NUT_FREE)
    answer = ask(question, language=language)
    found = {(claim.allergen, claim.status.value) for claim in answer.claims if claim.item == "crumble"}
    if "crumble" in answer.items:
        assert any(code.startswith("nuts") and status == "unknown" for code, status in found)


@pytest.mark.django_db
def test_an_option_named_too_kindly_is_told_as_the_kitchen_declared_it(ask: Ask) -> None:
    soup = dish(key="broth", name={"en": "Harvest broth"})
    models.Option.objects.create(hotel=soup.hotel, item=soup, key="bread", name={"en": "gluten-free bread"}, position=1)
    answer = ask("which options does the harvest broth have?")
    assert "gluten-free bread" in answer.text
    assert "declared nothing about" in answer.text


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_headings_and_descriptions_that_promise_are_not_said(ask: Ask, language: str) -> None:
    models.MenuSection.objects.filter(menu__hotel__slug="lindenhof").update(name={"en": "Nut-free dishes"})
    models.Menu.objects.filter(hotel__slug="lindenhof").update(name={"en": "Gluten-free menu"})
    models.Venue.objects.filter(hotel__slug="lindenhof").update(
        description={"en": "Our kitchen never uses peanuts."}, location={"en": "Beside the allergen-free kitchen"}
    )
    models.Hotel.objects.filter(slug="lindenhof").update(description={"en": "A house that is safe for coeliacs."})
    for text in ("what is on the menu?", "tell me about the restaurant", "where is the bar?", "when is the spa open?"):
        said = ask(text, language=language).text
        assert not any(word in said for word in ("Nut-free", "Gluten-free", "peanuts", "allergen-free", "coeliacs")), (
            said
        )


@pytest.mark.django_db
def test_a_question_that_promises_is_not_offered_to_tap(ask: Ask, lindenhof: Catalogue) -> None:
    hotel = models.Hotel.objects.get(slug="lindenhof")
    models.Article.objects.all().delete()
    models.Article.objects.create(
        hotel=hotel, key="kitchen", question={"en": "Our nut-free kitchen"}, answer={"en": "Ask for the chef."}
    )
    changed = catalogue.current(lindenhof.hotel_id)
    assert changed is not None
    assert not any("nut" in each for each in suggestions(changed.content, "en", None))
    answer = ask("kitchen tour maybe")
    assert "nut-free" not in answer.text
    assert not any("nut-free" in each for each in answer.suggestions)
