"""Which venues a clause means: by name, by what is written of them, by what guests do there."""

import datetime as dt

import pytest

from guestchat.understanding.lexicon import Lexicon
from guestchat.understanding.parse import parse
from guestchat.understanding.query import Context, Intent, Part
from menus.allergens import Declaration, Status
from menus.content import Item, Menu, Option, Section, Venue
from tests.conftest import TUESDAY_NOON
from tests.guestchat.understanding.house import a_house


def card(name: str, *dishes: str) -> Menu:
    items = tuple(Item(key=dish.lower().replace(" ", "-"), name={"en": dish}) for dish in dishes)
    return Menu(
        key=name.lower().replace(" ", "-"), name={"en": name}, sections=(Section(name={"en": ""}, items=items),)
    )


VENUES = (
    Venue(key="reception", kind="reception", name={"en": "Reception"}),
    Venue(
        key="llotja",
        kind="restaurant",
        name={"en": "La Llotja, seafood restaurant"},
        description={"en": "Fish and rice with a view of the bay.", "de": "Fisch und Reis mit Blick auf die Bucht."},
        menus=(card("Dinner", "Grilled bream", "Lemon sorbet"),),
    ),
    Venue(key="garrover", kind="restaurant", name={"en": "Es Garrover"}, description={"en": "A buffet."}),
    Venue(
        key="sal",
        kind="bar",
        name={"en": "Xiringuito Sal"},
        description={"en": "Bar on the sand.", "de": "Bar am Strand."},
        location={"en": "On the beach"},
        menus=(card("Snacks and drinks", "Ham baguette", "Still water"),),
    ),
    Venue(key="lobby", kind="bar", name={"en": "Bar Nord"}, description={"en": "Whisky by the fire."}),
    Venue(key="pool", kind="pool", name={"en": "Panorama pool"}),
    Venue(key="gym", kind="gym", name={"en": "Altitude"}),
    Venue(key="club", kind="other", name={"en": "Calamarets"}, description={"en": "Kids' club with a climbing wall."}),
    Venue(key="service", kind="room_service", name={"en": "Room service"}),
)
LEXICON = Lexicon.of(a_house(*VENUES, languages=("en", "de")))


def part(text: str, language: str = "en", context: Context | None = None) -> Part:
    return parse(text, LEXICON, context or Context(), TUESDAY_NOON, language).parts[-1]


@pytest.mark.parametrize(
    ("text", "language", "venue"),
    [
        ("is la llotja open on mondays", "en", "llotja"),
        ("when does the seafood restaurant open", "en", "llotja"),
        ("when does the fish restaurant open", "en", "llotja"),
        ("is the fish place open tonight", "en", "llotja"),
        ("wann macht die strandbar auf", "de", "sal"),
        ("what time does the beach bar close", "en", "sal"),
        ("when does the kids club open", "en", "club"),
        ("is the kids club open on sunday", "en", "club"),
    ],
)
def test_a_venue_is_called_by_what_is_written_of_it(text: str, language: str, venue: str) -> None:
    found = part(text, language)
    assert (found.intent, found.venues) == (Intent.HOURS, (venue,))


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("can i go for a swim right now", "en", "pool"),
        ("till what time can i swim tonight", "en", "pool"),
        ("how early can i lift weights", "en", "gym"),
        ("ab wann kann ich morgens trainieren", "de", "gym"),
        ("jusqu'à quelle heure peut-on nager ?", "fr", "pool"),
        ("¿hasta qué hora se puede nadar?", "es", "pool"),
        ("until when can i order food to the room", "en", "room_service"),
    ],
)
def test_what_guests_do_asks_for_the_hours_of_where_they_do_it(text: str, language: str, kind: str) -> None:
    found = part(text, language)
    assert (found.intent, found.venue_kinds) == (Intent.HOURS, (kind,))


@pytest.mark.parametrize("text", ["when can we get into our room", "somebody came into my room", "a bar of chocolate"])
def test_other_words_name_no_venue(text: str) -> None:
    found = part(text)
    assert found.venues == ()
    assert "room_service" not in found.venue_kinds


def test_a_fish_restaurant_asks_for_no_fish() -> None:
    assert part("when does the fish restaurant open").containing == ()


def test_a_card_of_several_kinds_makes_no_drink_of_its_snacks() -> None:
    assert "drink" not in LEXICON.item_tags["ham-baguette"]


@pytest.mark.parametrize("text", ["how early can i get in there", "and on saturday?", "till when do they serve"])
def test_hours_are_asked_of_the_venue_spoken_of(text: str) -> None:
    after_an_article = Context(intent=Intent.QUESTION, article="gym-use", subjects=("gym",))
    found = part(text, context=after_an_article)
    assert (found.intent, found.venues) == (Intent.HOURS, ("gym",))


def test_hours_are_asked_of_where_the_last_dish_is_served() -> None:
    found = part("till when do they serve", context=Context(intent=Intent.DISH, items=("grilled-bream",)))
    assert (found.intent, found.venues) == (Intent.HOURS, ("llotja",))


def test_a_word_of_a_listed_dish_means_that_dish() -> None:
    listed = Context(intent=Intent.LIST, items=("grilled-bream", "lemon-sorbet"))
    found = part("so the sorbet is fine for me?", context=listed)
    assert (found.intent, found.items) == (Intent.DISH, ("lemon-sorbet",))


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("what time is dinner on the 26th", "en", dt.date(2026, 11, 26)),
        ("wann gibt es am 22. abendessen", "de", dt.date(2026, 12, 22)),
        ("is the pool open next monday", "en", dt.date(2026, 11, 30)),
    ],
)
def test_days_are_named_without_their_month(text: str, language: str, day: dt.date) -> None:
    assert part(text, language).when.dates == (day,)


def test_in_the_morning_is_not_tomorrow() -> None:
    assert part("¿a qué hora abre la piscina por la mañana?", "es").when.dates == ()
    assert part("¿a qué hora abre la piscina mañana por la mañana?", "es").when.dates == (dt.date(2026, 11, 25),)


# --- what must not be taken for a venue or an option --------------------------
def small_house() -> Lexicon:
    egg = Option(key="egg", name={"en": "Egg"}, declaration=Declaration(statuses={"eggs": Status.CONTAINS}))
    dishes = (
        Item(key="burger", name={"en": "House burger"}, options=(egg,)),
        Item(key="ramen", name={"en": "Tonkotsu ramen"}),
        Item(key="caesar", name={"en": "Caesar salad"}),
        Item(key="cake", name={"en": "Lemon cake"}),
    )
    menu = Menu(key="card", name={"en": "Card"}, sections=(Section(name={"en": "Dishes"}, items=dishes),))
    venues = (
        Venue(key="milk", kind="bar", name={"en": "Milk Bar"}, menus=(menu,)),
        Venue(key="caesar-lounge", kind="other", name={"en": "Caesar Lounge Terrace"}),
        Venue(key="inn", kind="restaurant", name={"en": "Mare"}, location={"en": "Beside the car park"}),
    )
    return Lexicon.of(a_house(*venues))


def part_of_small(text: str, context: Context | None = None) -> Part:
    return parse(text, small_house(), context or Context(), TUESDAY_NOON, "en").parts[-1]


def test_an_allergen_is_asked_of_a_dish_though_a_bar_is_called_so() -> None:
    found = part_of_small("is there any milk in the lemon cake?")
    assert (found.intent, found.items, found.containing) == (Intent.DISH, ("cake",), ("milk",))


def test_an_allergen_is_asked_of_a_dish_though_a_lounge_is_called_so() -> None:
    found = part_of_small("are there eggs in the Caesar?")
    assert (found.intent, found.items) == (Intent.DISH, ("caesar",))


@pytest.mark.parametrize(
    ("text", "items", "options"),
    [
        ("and with the egg?", ("burger",), ("egg",)),
        ("and the tonkotsu ramen with egg, is it free of milk?", ("ramen",), ()),
        ("and does it contain egg?", ("burger",), ()),
        ("and without egg, is it safe?", ("burger",), ()),
    ],
)
def test_an_option_is_ordered_with_the_dish_spoken_of(
    text: str, items: tuple[str, ...], options: tuple[str, ...]
) -> None:
    found = part_of_small(text, Context(intent=Intent.DISH, items=("burger",)))
    assert (found.items, found.options) == (items, options)


@pytest.mark.parametrize("text", ["is there a parking spot?", "parking place?", "what can i eat on the 3rd floor"])
def test_a_place_of_another_kind_names_no_restaurant_and_no_day(text: str) -> None:
    found = part_of_small(text)
    assert found.venues == ()
    assert found.when.dates == ()


def test_the_number_of_a_german_day_ends_no_clause() -> None:
    found = parse("gibt es am 26. abends noch essen?", LEXICON, Context(), TUESDAY_NOON, "de").parts
    assert [part.text for part in found] == ["gibt es am 26. abends noch essen"]
