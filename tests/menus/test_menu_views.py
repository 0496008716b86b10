"""The readable menu: filters are safe and honest, words fit the language, machines can read the page."""

import datetime as dt
import html
import json
import re
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import Http404, HttpResponse, QueryDict
from django.test import RequestFactory
from hypothesis import given, settings
from hypothesis import strategies as st

from menus import views
from menus.allergens import CODES, DIETS, GROUPS, Declaration, Status, contradictions, status, suits
from menus.card import Choice, headings, in_words, read_choice, tally
from menus.content import Content, Hours, Item, Menu, Option, Section, Served, Venue
from menus.times import days_in

C, M, F = Status.CONTAINS, Status.MAY_CONTAIN, Status.FREE
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# A Wednesday, 13:00 in Berlin.
NOON = dt.datetime(2026, 11, 25, 12, 0, tzinfo=dt.UTC)


def _item(key: str, **more: Any) -> Item:
    return Item(key=key, **{"name": {"en": key.title(), "de": f"{key.title()} (de)"}, **more})


def _hotel(*items: Item, **more: Any) -> Content:
    menu = Menu(
        key="lunch",
        name={"en": "Lunch", "de": "Mittag"},
        served=(Served(days=WEEK[:5], starts=dt.time(12), ends=dt.time(14, 30)),),
        sections=(Section(name={"en": "Mains", "de": "Hauptgerichte"}, items=items),),
    )
    venue = Venue(
        key="linden",
        kind="restaurant",
        name={"en": "Linden"},
        phone="+49 1",
        opening_hours=(
            Hours(days=WEEK, opens=dt.time(7), closes=dt.time(22)),
            Hours(date=dt.date(2026, 12, 24), closed=True),
            Hours(date=dt.date(2025, 12, 24), closed=True),
        ),
        menus=(menu,),
    )
    return Content(
        **{
            "slug": "h",
            "name": "Hotel <H>",
            "timezone": "Europe/Berlin",
            "currency": "EUR",
            "default_language": "en",
            "languages": ("en", "de"),
            "venues": (venue, Venue(key="gym", kind="gym", name={"en": "Gym"})),
            **more,
        }
    )


DISHES = (
    _item("salad", price=Decimal("9.5"), declaration=Declaration(complete=True, diets=("vegan",)), calories=320),
    _item("gratin", price=Decimal("12"), declaration=Declaration(statuses={"milk": C}, complete=True)),
    _item("bread", price=Decimal("3"), declaration=Declaration(statuses={"milk": M, "gluten.rye": C}, complete=True)),
    _item("stew", declaration=Declaration(statuses={"celery": C}), available=False),
    _item("curry", declaration=Declaration(statuses={"milk": C}, complete=True, diets=("vegan",))),
)


def _page(hotel: Content, query: str = "", language: str = "en", **request: Any) -> HttpResponse:
    made = RequestFactory().get(f"/menu/linden/?{query}")
    for name, value in request.items():
        setattr(made, name, value)
    return views.menu_page(made, hotel, "linden", language, now=NOON)


def _text(response: HttpResponse) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def _dishes(response: HttpResponse) -> list[str]:
    return re.findall(r'<li class="dish[^"]*" id="([^"]+)"', response.content.decode())


def _ld(response: HttpResponse) -> dict[str, Any]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', response.content.decode(), re.DOTALL)
    assert found is not None
    return dict(json.loads(found[1]))


# --- filters -------------------------------------------------------------------------------------------------------


def test_without_a_filter_every_dish_is_listed_in_its_order() -> None:
    response = _page(_hotel(*DISHES))
    assert _dishes(response) == ["salad", "gratin", "bread", "stew", "curry"]
    assert "5 dishes" in _text(response)


def test_without_lists_only_what_is_declared_free_and_counts_the_rest() -> None:
    response = _page(_hotel(*DISHES), "without=milk")
    assert _dishes(response) == ["salad"]
    text = _text(response)
    assert "1 of 5 dishes shown" in text
    assert "2 dishes contain what you leave out." in text
    assert "1 dish may contain it." in text
    assert "1 dish is not declared for it: it may or may not be in there." in text
    assert '<a href="/chat/">Ask us</a>' in response.content.decode()


def test_a_contradictory_dish_is_offered_for_no_diet() -> None:
    response = _page(_hotel(*DISHES), "diet=vegan")
    assert _dishes(response) == ["salad"]
    assert "4 dishes are not declared as vegan." in _text(response)


def test_vegan_dishes_are_vegetarian_and_filters_add_up() -> None:
    assert _dishes(_page(_hotel(*DISHES), "diet=vegetarian&without=milk&without=nuts")) == ["salad"]
    assert _dishes(_page(_hotel(*DISHES), "diet=halal")) == []


def test_nothing_that_fits_is_said() -> None:
    assert "No dish fits this choice" in _text(_page(_hotel(*DISHES), "diet=kosher"))


def test_a_named_nut_can_be_left_out_by_a_link() -> None:
    nutty = _item("cake", declaration=Declaration(statuses={"nuts": C, "nuts.walnut": C}, complete=True))
    cakes = _hotel(nutty, _item("torte", declaration=Declaration(statuses={"nuts": C}, complete=True)))
    assert _dishes(_page(cakes, "without=nuts.almond")) == ["cake"]
    assert _dishes(_page(cakes, "without=nuts")) == []


@pytest.mark.parametrize("query", ["without=strawberry", "diet=keto", "diet=keto&without=strawberry&without="])
def test_an_unknown_value_is_ignored_with_a_sentence(query: str) -> None:
    response = _page(_hotel(*DISHES), query)
    assert len(_dishes(response)) == 5
    assert "is not a diet or allergen that we know" in _text(response)


def test_an_unknown_value_cannot_write_into_the_page() -> None:
    assert b"<script>alert" not in _page(_hotel(*DISHES), "without=%3Cscript%3Ealert(1)%3C/script%3E").content


def test_options_that_are_not_free_are_left_out_and_counted() -> None:
    options = (
        Option(key="cream", name={"en": "Cream"}, declaration=Declaration(statuses={"milk": C}, complete=True)),
        Option(key="sauce", name={"en": "Sauce"}),
        Option(key="oil", name={"en": "Oil"}, price=Decimal(2), declaration=Declaration(complete=True)),
    )
    dish = _item("salad", declaration=Declaration(complete=True), options=options)
    everything, filtered = _text(_page(_hotel(dish))), _text(_page(_hotel(dish), "without=milk"))
    assert all(name in everything for name in ("Cream", "Sauce", "Oil", "+ €2.00"))
    assert "Oil" in filtered
    assert "Cream" not in filtered
    assert "2 options left out: they contain what you leave out, or are not declared." in filtered


declarations = st.builds(
    Declaration,
    statuses=st.dictionaries(st.sampled_from(CODES), st.sampled_from([C, M, F]), max_size=6),
    complete=st.booleans(),
    diets=st.lists(st.sampled_from(DIETS), unique=True, max_size=3).map(tuple),
)
choices = st.builds(
    Choice,
    diets=st.lists(st.sampled_from(DIETS), unique=True, max_size=2).map(tuple),
    without=st.lists(st.sampled_from(CODES), unique=True, max_size=3).map(tuple),
)


@settings(max_examples=200, deadline=None)
@given(declarations, choices)
def test_no_declaration_gets_an_unsafe_dish_onto_the_card(declaration: Declaration, choice: Choice) -> None:
    hotel = _hotel(_item("dish", declaration=declaration))
    menu = hotel.venues[0].menus[0]
    listed = bool(headings(menu, choice, hotel, "en"))
    assert listed is (
        all(status(declaration, code) is Status.FREE for code in choice.without)
        and all(suits(declaration, diet) for diet in choice.diets)
    )
    counted = tally(menu.sections[0].items, choice)
    assert counted.shown + sum(counted.left_out.values()) == counted.total == 1


@settings(max_examples=200, deadline=None)
@given(declarations)
def test_words_never_promise_more_than_the_declaration(declaration: Declaration) -> None:
    said = in_words(declaration, "en")
    statuses = {status(declaration, group) for group in GROUPS}
    if contradictions(declaration):
        assert said.state == "contradictory"
    elif Status.UNKNOWN in statuses:
        assert said.state == "incomplete"
    assert (said.state == "free") is (statuses == {Status.FREE} and not contradictions(declaration))
    assert bool(said.contains) is any(status(declaration, code) is C for code in CODES)
    assert bool(said.may_contain) is any(status(declaration, code) is M for code in CODES)


def test_a_query_is_read_in_a_fixed_order_and_without_case() -> None:
    assert read_choice(QueryDict("without=NUTS&without=milk&diet=Vegan&without=milk")) == Choice(
        diets=("vegan",), without=("milk", "nuts")
    )


# --- what a dish says -----------------------------------------------------------------------------------------------


def test_each_dish_says_what_was_declared() -> None:
    text = _text(_page(_hotel(*DISHES)))
    assert "Salad €9.50 Vegan Vegetarian 320 kcal Declared free of all 14 allergens" in text
    assert "Gratin €12.00 Contains: milk All else declared absent" in text
    assert "Contains: gluten (rye) May contain: milk All else declared absent" in text
    assert "Stew Sold out Contains: celery Not completely declared" in text
    assert "Curry Contains: milk Declaration contradicts itself; ask us" in text
    assert "What the labels mean" in text


def test_the_other_language() -> None:
    text = _text(_page(_hotel(*DISHES), "without=milk", language="de"))
    assert "Hauptgerichte" in text
    assert "Salad (de) 9,50 € Vegan Vegetarisch" in text
    assert "2 Gerichte enthalten, was Sie meiden." in text
    assert "Vegetarian " not in text.partition("Hauptgerichte")[2]


def test_a_language_that_the_hotel_does_not_write_reads_its_own() -> None:
    text = _text(_page(_hotel(*DISHES), language="fr"))
    assert "Salad 9,50 € Végane Végétarien" in text
    assert "Contient: lait" in text


def test_hours_and_serving_times() -> None:
    text = _text(_page(_hotel(*DISHES)))
    assert "Open now, until 22:00" in text
    assert "Served now Mon–Fri 12:00–14:30" in text
    assert "daily 07:00–22:00" in text
    assert "24/12/2026 closed" in text
    assert "24/12/2025" not in text


def test_days_are_drawn_together() -> None:
    assert days_in(("mon", "tue", "wed", "fri", "sat"), "en") == "Mon–Wed, Fri, Sat"
    assert days_in(WEEK, "de") == "täglich"


# --- the pages ------------------------------------------------------------------------------------------------------


def test_an_unknown_venue_is_404() -> None:
    with pytest.raises(Http404):
        views.menu_page(RequestFactory().get("/menu/x/"), _hotel(*DISHES), "x", "en")


def test_a_venue_without_a_menu_says_so() -> None:
    response = views.menu_page(RequestFactory().get("/menu/gym/"), _hotel(*DISHES), "gym", "en", now=NOON)
    assert "This place has no menu to read" in _text(response)


def test_the_index_lists_venues_with_dishes_and_carries_the_filter() -> None:
    request = RequestFactory().get("/menu/?without=milk&lang=de")
    response = views.menu_index(request, _hotel(*DISHES), "en", now=NOON)
    body = response.content.decode()
    assert 'href="/menu/linden/?without=milk&amp;lang=de"' in body
    assert "Gym" not in _text(response)
    assert "1 of 5 dishes shown" in _text(response)


def test_a_hotel_without_menus_says_so() -> None:
    response = views.menu_index(RequestFactory().get("/menu/"), _hotel(venues=()), "en", now=NOON)
    assert "There is no menu here yet" in _text(response)


def test_htmx_gets_the_list_alone_and_caches_keep_the_two_apart() -> None:
    htmx = SimpleNamespace(history_restore_request=False, boosted=False)
    response = _page(_hotel(*DISHES), "without=milk", htmx=htmx)
    body = response.content.decode()
    assert "<html" not in body
    assert '<p id="menu-count" hx-swap-oob="innerHTML">1 of 5 dishes shown</p>' in body
    assert "HX-Request" in response["Vary"]
    restored = SimpleNamespace(history_restore_request=True, boosted=False)
    assert b"<html" in _page(_hotel(*DISHES), "without=milk", htmx=restored).content


def test_the_page_obeys_the_strict_policy() -> None:
    body = _page(_hotel(*DISHES)).content.decode()
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", body)
    assert all("src=" in tag or "ld+json" in tag for tag in re.findall(r"<script[^>]*>", body))
    assert not re.search(r'(?:src|href)="(?:https?:)?//', body)


# --- for machines ---------------------------------------------------------------------------------------------------


def test_json_ld_tells_the_menu() -> None:
    found = _ld(_page(_hotel(*DISHES), "without=milk"))
    assert (found["@type"], found["name"], found["telephone"]) == ("Restaurant", "Linden", "+49 1")
    items = found["hasMenu"][0]["hasMenuSection"][0]["hasMenuItem"]
    assert [each["name"] for each in items] == ["Salad", "Gratin", "Bread", "Stew", "Curry"]
    assert items[0]["suitableForDiet"] == ["https://schema.org/VeganDiet", "https://schema.org/VegetarianDiet"]
    assert items[0]["offers"] == {
        "@type": "Offer",
        "price": "9.5",
        "priceCurrency": "EUR",
        "availability": "https://schema.org/InStock",
    }
    assert "suitableForDiet" not in items[4]
    assert "offers" not in items[3]


def test_json_ld_cannot_be_broken_out_of() -> None:
    evil = "</script><script>alert(1)</script><!-- & \u2028"
    response = _page(_hotel(_item("x", name={"en": evil}, description={"en": evil})))
    assert _ld(response)["hasMenu"][0]["hasMenuSection"][0]["hasMenuItem"][0]["name"] == evil
    assert b"<script>alert" not in response.content
