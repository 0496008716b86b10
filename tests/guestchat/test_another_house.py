"""Answers of a hotel whose meals, wines and places are told another way than the demo hotel's."""

import datetime as dt
from decimal import Decimal

import pytest

from guestchat import catalogue
from guestchat.answering.answer import Answer
from guestchat.catalogue import Catalogue
from guestchat.understanding.parse import parse
from guestchat.understanding.query import Context
from menus.models import MenuSection
from tests.guestchat.conftest import House, talk


@pytest.fixture
def corvina(house: House) -> Catalogue:
    return house("corvina")


@pytest.fixture
def ropewalk(house: House) -> Catalogue:
    return house("harbour")


def ask(hotel: Catalogue, *texts: str, at: str = "2026-11-24T12:30", language: str = "en") -> Answer:
    """Ask one question after another and return the last answer."""
    return talk(hotel, *texts, at=at, language=language)[-1]


def test_a_meal_is_served_when_its_menu_says(corvina: Catalogue) -> None:
    assert "07:00 to 10:30" in ask(corvina, "when is breakfast").text
    assert ask(corvina, "can i still get breakfast at 10:45 tomorrow").text.startswith("No")
    assert "08:00 to 10:30" in ask(corvina, "breakfast on christmas day?").text  # the house opens at eight on that day
    assert "23:00" in ask(corvina, "when does the gym open", "and close?").text
    assert "19:00" in ask(corvina, "when is lunch", "and for dinner?").text


def test_hours_are_found_by_what_a_place_is(corvina: Catalogue) -> None:
    assert "17:00" in ask(corvina, "is the rooftop bar open tonight").text
    assert "22:30" in ask(corvina, "what time does the kitchen close tonight?").text
    assert "15:00" in ask(corvina, "spa sunday 2pm?").text
    assert "06:30 to 23:30" in ask(corvina, "is reception staffed at 3 am").text
    assert ask(corvina, "is there a kitchen in my room").outcome != "answered"


def test_all_hours_are_told_where_nothing_is_named(corvina: Catalogue) -> None:
    assert len(ask(corvina, "opening hours?").sources) == 7
    eating = {source.key for source in ask(corvina, "where can i eat something right now").sources}
    assert eating == {"osteria", "caffe"}
    assert ask(corvina, "what is 12 times 14").outcome != "answered"


def test_a_time_at_night_belongs_to_the_night_before(corvina: Catalogue) -> None:
    assert "29 November" in ask(corvina, "is the bar open at 1am on saturday night").text


def test_hours_and_price_are_both_answered(corvina: Catalogue) -> None:
    said = ask(corvina, "what time is breakfast and how much is it")
    assert {source.key for source in said.sources} == {"caffe", "breakfast-price"}


def test_wine_has_a_colour(corvina: Catalogue) -> None:
    assert ask(corvina, "cheapest white wine").items[0] == "malvasia"
    assert ask(corvina, "what red wines are there").items == ["terrano", "refosco-bottle"]
    assert ask(corvina, "welche roten weine gibt es").items == ["terrano", "refosco-bottle"]


def test_a_food_is_no_allergen_where_it_is_wanted(corvina: Catalogue) -> None:
    assert ask(corvina, "do you have lobster").items == []
    assert ask(corvina, "how much are the scallops").items == ["scallops"]
    assert set(ask(corvina, "do you have cheese").items) == {"lasagna-bosco", "cheese-plate", "toast-hc"}
    told = ask(corvina, "tell me about the lasagna", "cheese?")
    assert [(claim.item, claim.allergen) for claim in told.claims] == [("lasagna-bosco", "milk")]
    assert ask(corvina, "tell me about the lasagna", "and the scallops?").items == ["scallops"]
    nuts = ask(corvina, "sind in der jakobsmuschel nüsse", language="de")
    assert [(claim.item, claim.allergen) for claim in nuts.claims] == [("scallops", "nuts")]


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("main courses between 15 and 20 euros", "15.00", "20.00"),
        ("dishes 10-15 €", "10.00", "15.00"),
        ("dinner for under 20 euros", "0.00", "19.99"),
        ("was habt ihr unter 8 euro", "0.00", "7.99"),
        ("anything up to 8 euros to eat", "0.00", "8.00"),
    ],
)
def test_a_price_has_two_ends(corvina: Catalogue, text: str, least: str, most: str) -> None:
    prices = [corvina.content.offers[key].item.price for key in ask(corvina, text).items]
    assert prices
    assert all(price is not None and Decimal(least) <= price <= Decimal(most) for price in prices)


def test_nothing_spicy_is_mild(corvina: Catalogue) -> None:
    offers = corvina.content.offers
    items = ask(corvina, "nothing spicy please, mains").items
    assert items
    assert not any(offers[key].item.spiciness for key in items)


def test_a_bound_of_price_may_be_said_in_words(corvina: Catalogue) -> None:
    answer = ask(corvina, "sweets under a tenner")
    assert "panna-cotta" in answer.items
    assert "cheese-plate" not in answer.items


def test_what_is_hot_is_a_list(corvina: Catalogue) -> None:
    assert {"ceci-stew", "orecchiette"} & set(ask(corvina, "whats spicy").items)


def test_a_sun_terrace_is_not_asked_for_a_sunday(corvina: Catalogue) -> None:
    part = parse("is there a sun terrace", corvina.lexicon, Context(), moment(corvina), "en").parts[0]
    assert not part.when.dates
    assert parse("spa sun 2pm", corvina.lexicon, Context(), moment(corvina), "en").parts[0].when.dates


def test_a_kin_is_no_wine(corvina: Catalogue) -> None:
    part = parse("its my wifes 50th, can you do a cake", corvina.lexicon, Context(), moment(corvina), "en").parts[0]
    assert "wine" not in part.courses
    assert "50th" not in part.beyond


def moment(hotel: Catalogue) -> dt.datetime:
    return dt.datetime(2026, 11, 24, 12, 30, tzinfo=hotel.content.zone)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("dinner at 8", 20),
        ("is the bar open at 9 tonight", 21),
        ("is the bar open tonight at 9:30", 21),
        ("lunch at 2?", 14),
        ("lunch at 12", 12),
        ("breakfast at 8", 8),
        ("we arrive tonight, is there breakfast at 7", 7),
        ("hand the bag in at 9 am, is it back in the evening", 9),
    ],
)
def test_the_half_of_the_day_is_told_by_the_meal_or_the_evening(corvina: Catalogue, text: str, hour: int) -> None:
    (part,) = parse(text, corvina.lexicon, Context(), moment(corvina), "en").parts
    assert part.when.time is not None
    assert part.when.time.hour == hour


def test_meat_is_of_many_animals_and_of_no_mushroom(corvina: Catalogue) -> None:
    items = set(ask(corvina, "what meat dishes do you serve at dinner").items)
    assert {"bigoli-anatra", "cotoletta"} <= items
    assert not {"lasagna-bosco", "ceci-stew"} & items


def test_a_meal_without_a_card_of_its_name_is_served_from_what_there_is(house: House) -> None:
    umbria = house("sierra")
    assert "presa" in ask(umbria, "what mains are there for lunch").items
    assert "tostada-tomate" not in ask(umbria, "what can i eat for lunch").items


def test_a_bite_is_anything_where_nothing_is_a_snack(ropewalk: Catalogue) -> None:
    assert "burger-bar" in ask(ropewalk, "can we grab a bite at 4pm on a wednesday").items


def test_a_dish_for_children_need_stand_on_no_card_of_their_own(ropewalk: Catalogue) -> None:
    assert ask(ropewalk, "is there a kids menu").items == ["kids-pasta"]
    closed = ask(ropewalk, "can i get a drink at 1am on sunday")
    assert "capstan" in [source.key for source in closed.sources]
    assert closed.text.startswith("No")
    assert "cranachan" not in ask(ropewalk, "any food after 10pm?").items
    order = ask(ropewalk, "send two lagers to 210").request
    assert order is not None
    assert order.kind == "order"


def test_what_is_not_wanted_is_not_offered(corvina: Catalogue) -> None:
    answer = ask(corvina, "what have you got thats not fish")
    assert answer.items
    assert not {"sardoni", "branzino", "poke", "fritto-misto"} & set(answer.items)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("something that isnt meat for dinner", "en"),
        ("anything thats not meat", "en"),
        ("dishes that never saw meat", "en"),
        ("nichts mit Fleisch bitte", "de"),
        ("nada de carne", "es"),
        ("que no sea carne", "es"),
        ("rien avec de la viande", "fr"),
    ],
)
def test_whoever_wants_no_meat_is_offered_none(corvina: Catalogue, text: str, language: str) -> None:
    items = ask(corvina, text, language=language).items
    assert not {"tartare", "bigoli-anatra", "cotoletta", "tagliata", "panino-cotto", "rs-burger"} & set(items)


def test_a_venue_s_from_sets_no_price(corvina: Catalogue) -> None:
    offered = ask(corvina, "anything to eat from room service under 10").items
    assert {"rs-soup", "rs-fruit"} <= set(offered)
    assert "rs-burger" not in offered


def test_one_food_or_the_other_is_enough(corvina: Catalogue) -> None:
    assert {"bigoli-anatra", "cotoletta"} <= set(ask(corvina, "dishes with duck or veal?").items)
    assert "risotto-limone" not in ask(corvina, "dishes with duck or veal?").items


def test_wine_by_the_glass_comes_in_no_bottle(corvina: Catalogue) -> None:
    offered = ask(corvina, "which wines do you have by the glass").items
    assert "vitovska" in offered
    assert not any("bottle" in key for key in offered)


def test_the_first_coffee_is_served_when_its_house_opens(corvina: Catalogue) -> None:
    assert "07:00" in ask(corvina, "earliest coffee tomorrow morning?").text


def test_whether_a_meal_can_be_had_on_a_day_is_told_by_its_hours(corvina: Catalogue) -> None:
    said = ask(corvina, "can we have lunch in the Bora on 1 january")
    assert [source.key for source in said.sources] == ["osteria"]
    assert not said.items


def test_what_was_spoken_of_last_is_asked_more(corvina: Catalogue) -> None:
    said = ask(corvina, "how much is breakfast", "and for kids?")
    assert [source.key for source in said.sources] == ["breakfast-price"]
    assert not said.items
    hours_then_price = ask(corvina, "what time is breakfast", "and how much is that per person?")
    assert "breakfast-price" in {source.key for source in hours_then_price.sources}


@pytest.mark.parametrize("text", ["what do you get with the burger on the room", "wines by the glass please"])
def test_who_wants_to_know_orders_nothing(corvina: Catalogue, text: str) -> None:
    said = ask(corvina, text)
    assert said.request is None
    assert said.outcome != "request"


def test_what_is_nibbled_is_no_main_and_what_says_so_holds_no_alcohol(ropewalk: Catalogue) -> None:
    assert not {"olives", "nuts-bowl"} & set(ask(ropewalk, "cheapest main").items)
    offered = ask(ropewalk, "any non alcoholic cocktails").items
    assert "garden-fizz" in offered
    assert not {"cider", "lager", "stout"} & set(ask(ropewalk, "something to drink without alcohol").items)


def test_a_heading_over_several_kinds_makes_no_beer_free_of_alcohol(ropewalk: Catalogue) -> None:
    said = {"en": "Beer, cider & alcohol-free"}
    assert MenuSection.objects.filter(items__key="lager").update(name=said) == 1
    after = catalogue.current(ropewalk.hotel_id)
    assert after is not None
    assert not {"lager", "stout", "cider"} & set(ask(after, "something to drink without alcohol").items)


def test_whether_there_is_food_on_a_day_is_told_by_the_hours_first(ropewalk: Catalogue) -> None:
    said = ask(ropewalk, "food on boxing day?")
    assert said.sources[0].type == "venue"
    assert "menu" in {source.type for source in said.sources}


def test_what_is_said_of_a_dish_that_was_just_named_asks_for_no_list(ropewalk: Catalogue) -> None:
    said = ask(ropewalk, "squash wellington - any dairy?? it says vegan")
    assert [source.key for source in said.sources] == ["squash-wellington"]
    assert [(claim.allergen, claim.status) for claim in said.claims] == [("milk", "contains")]


def test_an_allergen_after_a_mark_is_asked_though_the_dish_is_called_so(house: House) -> None:
    umbria = house("sierra")
    said = ask(umbria, "pisto: huevo si o no, que pone vegano", language="es")
    assert ("eggs", "contains") in [(claim.allergen, claim.status) for claim in said.claims]


@pytest.mark.parametrize(
    "text",
    [
        "no nuts and no fructose, which dishes?",
        "dishes without gluten and without histamine",
        "what has no nuts or kiwano",
    ],
)
def test_what_is_to_be_avoided_and_not_understood_keeps_a_list_back(ropewalk: Catalogue, text: str) -> None:
    assert ask(ropewalk, text).items == []


def test_a_remark_beside_an_allergy_takes_nothing_from_the_list(ropewalk: Catalogue) -> None:
    plain = ask(ropewalk, "nut allergy, which desserts can she have")
    chatty = ask(ropewalk, "severe nut allergy in our party which desserts can she have")
    assert plain.items == chatty.items != []


def test_what_nobody_declares_is_said_before_a_list(ropewalk: Catalogue) -> None:
    said = ask(ropewalk, "Fructose makes me very ill. What desserts do you have?")
    assert said.text.startswith("The kitchen declares nothing about “fructose”")
    unknown = ask(ropewalk, "Zorbane makes me very ill. What desserts do you have?")
    assert unknown.text.startswith("I did not understand what it is")


def test_what_is_told_beside_a_question_gets_no_answer_of_its_own(corvina: Catalogue) -> None:
    said = ask(corvina, "the sky is so blue here. where can I park?")
    assert said.outcome == "answered"
    assert "I don't know" not in said.text
