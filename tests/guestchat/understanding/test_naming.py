"""Which dishes a clause names, and which options it orders with them."""

from decimal import Decimal

import pytest

from guestchat.understanding.lexicon import Lexicon
from guestchat.understanding.parse import parse
from guestchat.understanding.query import Context, Intent
from menus.allergens import Declaration, Status
from menus.content import Content, Item, Menu, Option, Section, Venue
from tests.conftest import TUESDAY_NOON
from tests.guestchat.understanding.house import a_house


def hotel(name: str, option: str) -> Content:
    sauce = Option(key="option", name={"en": option}, declaration=Declaration(statuses={"milk": Status.CONTAINS}))
    dish = Item(key="dish", name={"en": name}, price=Decimal("9.5"), options=(sauce,))
    menu = Menu(key="card", name={"en": "Card"}, sections=(Section(name={"en": "Dishes"}, items=(dish,)),))
    venue = Venue(key="inn", kind="restaurant", name={"en": "The Inn"}, menus=(menu,))
    return a_house(venue)


def options(content: Content, text: str) -> tuple[str, ...]:
    return parse(text, Lexicon.of(content), Context(), TUESDAY_NOON, "en").parts[0].options


def test_what_a_dish_is_called_with_orders_no_option() -> None:
    assert options(hotel("Grilled trout with butter", "cream sauce"), "are eggs in grilled trout with butter?") == ()


def test_an_option_is_ordered_by_the_allergen_that_it_adds() -> None:
    assert options(hotel("Grilled trout", "cream sauce"), "are there eggs in the grilled trout with milk") == (
        "option",
    )


def test_an_option_is_ordered_with_a_slip_too() -> None:
    assert options(hotel("Grilled trout", "cheese crust"), "grilled trout with chesse crust") == ("option",)
    assert options(hotel("Lamb lettuce", "poached quail"), "the lamb lettuce with poacehd quail") == ("option",)


@pytest.mark.parametrize("text", ["is there egg in the croquettes", "is there egg in the croqeuttes"])
def test_an_allergen_that_is_asked_for_in_a_dish_names_no_other_dish(text: str) -> None:
    croquettes = Item(key="croquettes", name={"en": "Mushroom croquettes"}, price=Decimal(9))
    custard = Item(key="custard", name={"en": "Egg custard"}, price=Decimal(5))
    menu = Menu(
        key="card", name={"en": "Card"}, sections=(Section(name={"en": "Dishes"}, items=(custard, croquettes)),)
    )
    venue = Venue(key="inn", kind="restaurant", name={"en": "The Inn"}, menus=(menu,))
    part = parse(text, Lexicon.of(a_house(venue)), Context(), TUESDAY_NOON, "en").parts[0]
    assert (part.items, part.containing) == (("croquettes",), ("eggs",))


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("what does a goose egg cost", Intent.QUESTION),
        ("could you post a parcel of eggs to us", Intent.QUESTION),
        ("are the eggs organic", Intent.QUESTION),
        ("how much are the eggs", Intent.DISH),
        ("how much is the egg custard for a goose", Intent.DISH),
        ("what do eggs cost in the morning", Intent.DISH),
        ("is there milk in the egg thing organically", Intent.DISH),
    ],
)
def test_a_word_of_a_name_is_no_dish_beside_what_no_dish_tells(text: str, intent: Intent) -> None:
    content = hotel("Egg custard", "vanilla sauce")
    assert parse(text, Lexicon.of(content), Context(), TUESDAY_NOON, "en").parts[0].intent is intent
