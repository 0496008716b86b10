"""An allergy to what no kitchen declares: no dish that names it is offered, and every answer on dishes says so."""

import pytest

from guestchat import takeover
from guestchat.understanding.query import Context
from tests.guestchat.conftest import House, talk


@pytest.mark.parametrize(
    ("language", "statement", "question"),
    [
        ("en", "I'm allergic to garlic", "which vegan dishes do you have?"),
        ("de", "ich habe eine Knoblauchallergie", "welche veganen Gerichte habt ihr?"),
        ("fr", "je suis allergique à l'ail", "quels plats véganes avez-vous ?"),
        ("es", "soy alérgico al ajo", "¿qué platos veganos tienen?"),
    ],
)
def test_a_list_leaves_out_what_names_it(house: House, language: str, statement: str, question: str) -> None:
    fontana = house("fontana")
    told, listed = talk(fontana, statement, question, language=language)
    assert told.outcome == "smalltalk"
    assert not {"arrabbiata", "bruschetta", "marinara"} & set(listed.items)
    assert {"pomodoro", "veg-skewers"} <= set(listed.items)
    assert listed.context.unlisted == told.context.unlisted != ()
    assert listed.context.unlisted[0] in listed.text


def test_a_dish_that_names_it_is_told_so(house: House) -> None:
    kettle = house("kupferkessel")
    *_told, said = talk(kettle, "coconut allergy", "pumpkin soup?")
    assert "The menu itself names it here: Pumpkin soup with coconut." in said.text
    assert said.text.startswith("The kitchen declares nothing about “coconut”")


def test_an_order_says_it_as_well(house: House) -> None:
    *_told, said = talk(house("kupferkessel"), "ich habe eine Kokosallergie", "eine Kürbissuppe bitte auf Tisch 4")
    assert said.outcome == "request"
    assert "kokos" in said.text


def test_beside_a_declared_allergen_both_are_kept(house: House) -> None:
    (said,) = talk(house("kupferkessel"), "she is allergic to kiwi and nuts")
    assert said.context.allergies == ("nuts",)
    assert said.context.unlisted == ("kiwi",)
    assert "kiwi" in said.text
    assert "tree nuts" in said.text


def test_what_is_to_be_left_out_once_is_not_kept(house: House) -> None:
    fontana = house("fontana")
    first, then = talk(fontana, "vegan dishes without garlic please", "and which starters are vegan?")
    assert "bruschetta" not in first.items
    assert "garlic" in first.text
    assert first.context.unlisted == ()
    assert "bruschetta" in then.items


def test_feathers_are_no_food(house: House) -> None:
    (said,) = talk(house("kupferkessel"), "I'm allergic to feathers, do you have other pillows")
    assert said.context.unlisted == ()
    assert "dish" not in said.text


def test_it_is_kept_while_a_person_answers(house: House) -> None:
    (told,) = talk(house("kupferkessel"), "my son is allergic to kiwi")
    (meanwhile,) = talk(house("kupferkessel"), "thanks")
    passed_on = takeover.passed_on(meanwhile, told.context)
    assert passed_on.context.unlisted == ("kiwi",)


def test_a_context_keeps_it(house: House) -> None:
    (told,) = talk(house("kupferkessel"), "my son is allergic to kiwi")
    assert Context.of_json(told.context.as_json()).unlisted == ("kiwi",)


def test_what_was_not_understood_of_an_allergy_is_asked_for_and_then_held(house: House) -> None:
    asked, told, listed = talk(house("kupferkessel"), "my kid cant have eg", "eggs", "dessert?")
    assert (asked.outcome, asked.sources) == ("clarify", [])
    assert told.context.allergies == ("eggs",)
    assert set(listed.items) == {"sorbet", "fruit-salad"}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "are the fries cooked in the same oil as the fish"),
        ("de", "werden die Pommes im gleichen Öl wie der Fisch frittiert"),
    ],
)
def test_what_is_prepared_beside_what_is_not_declared(house: House, language: str, text: str) -> None:
    (said,) = talk(house("kupferkessel"), text, language=language)
    assert [(claim.item, claim.allergen, claim.status) for claim in said.claims] == [("fries", "fish", "free")]
    assert any(part in said.text for part in ("prepared apart from other food", "getrennt von anderen Speisen"))


def test_a_name_of_several_words_is_no_name_of_each(house: House) -> None:
    _told, listed = talk(house("fontana"), "je suis allergique à la noix de coco", "quels desserts ?", language="fr")
    assert "panna-cotta-cocco" not in listed.items
    _told, walnuts = talk(house("marbach"), "je suis allergique à la noix de coco", "du carpaccio ?", language="fr")
    assert "beet-carpaccio" in walnuts.items
    assert "nomme ici" not in walnuts.text
