"""The truth that answers are held against, and that the product's own rule agrees with it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guestchat.evaluation.referee import Referee, declared, is_contradictory
from menus import allergens
from menus.allergens import CODES, Declaration, Status


@pytest.mark.parametrize(
    ("thing", "code", "status"),
    [
        ({}, "milk", "unknown"),
        ({"allergens_complete": True}, "milk", "free"),
        ({"allergens": {"milk": "free"}}, "milk", "free"),
        ({"allergens": {"nuts.almond": "contains"}, "allergens_complete": True}, "nuts", "contains"),
        ({"allergens": {"nuts.almond": "may_contain"}, "allergens_complete": True}, "nuts", "may_contain"),
        ({"allergens": {"nuts.almond": "contains"}, "allergens_complete": True}, "nuts.walnut", "free"),
        ({"allergens": {"nuts": "contains"}, "allergens_complete": True}, "nuts.walnut", "unknown"),
        ({"allergens": {"nuts": "may_contain"}, "allergens_complete": True}, "nuts.walnut", "unknown"),
        ({"allergens": {"gluten": "free"}}, "gluten.oats", "free"),
        ({"diets": ["vegan"], "allergens": {"milk": "contains"}, "allergens_complete": True}, "fish", "unknown"),
        ({"diets": ["vegan"], "allergens": {"milk": "contains", "nuts": "free"}}, "nuts", "unknown"),
        ({"diets": ["vegan"], "allergens": {"milk": "contains"}}, "milk", "contains"),
        ({"diets": ["vegan"], "allergens": {"milk": "may_contain"}, "allergens_complete": True}, "fish", "free"),
    ],
)
def test_the_rule_of_the_hotel_file(thing: dict[str, Any], code: str, status: str) -> None:
    assert declared(thing, code) == status


def test_options_make_a_dish_worse_and_never_better() -> None:
    items = [
        {
            "key": "coffee",
            "allergens": {"milk": "contains"},
            "allergens_complete": True,
            "diets": ["vegetarian"],
            "options": [{"key": "oat", "allergens": {"gluten.oats": "contains"}, "allergens_complete": True}],
        }
    ]
    truth = Referee({"venues": [{"menus": [{"sections": [{"items": items}]}]}]})
    assert truth.is_free("coffee", ["gluten", "fish"])
    assert truth.status("coffee", "gluten", ["oat"]) == "contains"
    assert truth.status("coffee", "milk", ["oat"]) == "contains"
    assert truth.suits("coffee", "vegetarian")
    assert not truth.suits("coffee", "vegan")


statuses = st.sampled_from(["contains", "may_contain", "free"])
things = st.fixed_dictionaries(
    {
        "allergens": st.dictionaries(st.sampled_from(CODES), statuses, max_size=6),
        "allergens_complete": st.booleans(),
        "diets": st.lists(st.sampled_from(["vegan", "vegetarian", "halal"]), unique=True),
    }
)


@given(thing=things, code=st.sampled_from(CODES))
def test_the_product_never_calls_free_what_the_referee_does_not(thing: dict[str, Any], code: str) -> None:
    declaration = Declaration(
        statuses={each: Status(status) for each, status in thing["allergens"].items()},
        complete=thing["allergens_complete"],
        diets=tuple(thing["diets"]),
    )
    assert allergens.status(declaration, code) == declared(thing, code)
    assert bool(allergens.contradictions(declaration)) == is_contradictory(thing)
