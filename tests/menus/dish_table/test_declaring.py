"""What the allergen cells declare: silence never makes a dish free of anything, nor takes a warning away."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from menus.allergens import CODES, Declaration, Status, status
from menus.content import Content, Item
from menus.dish_table.planning import CHECKED
from tests.menus.dish_table.tables import Sheet, faults, told
from tests.menus.dish_table.test_planning import DECLARATIONS, house

SAID = {
    "contains": Status.CONTAINS, "Yes": Status.CONTAINS, "enthält": Status.CONTAINS, "JA": Status.CONTAINS,
    "may contain": Status.MAY_CONTAIN, "may": Status.MAY_CONTAIN, "kann  enthalten": Status.MAY_CONTAIN,
    "traces": Status.MAY_CONTAIN, "free": Status.FREE, "No": Status.FREE, "frei": Status.FREE, "nein": Status.FREE,
    "unknown": None, "?": None, "unbekannt": None,
}  # fmt: skip
NEW = {"Venue": "terrace", "Menu": "dinner", "Section": "Mains", "Name (en)": "Flan"}


def declared(content: Content, key: str) -> Declaration:
    return content.offers[key].item.declaration


def dish(**statuses: Status) -> Content:
    return house(Item(key="dish", name={"en": "Dish"}, declaration=Declaration(statuses=statuses)))


@pytest.mark.parametrize(("cell", "meant"), SAID.items())
def test_the_words_for_an_allergen(content: Content, cell: str, meant: Status | None) -> None:
    sheet = Sheet(content)
    sheet["char"]["Milk"] = cell
    assert declared(sheet.plan(content).content, "char").statuses.get("milk") is meant


def test_kinds_are_named_in_any_language(content: Content) -> None:
    sheet = Sheet(content)
    sheet["char"]["Gluten"] = "may contain, Weizen: enthält; seigle: free"
    sheet["char"]["Tree nuts"] = "nuts.almond: contains"
    assert declared(sheet.plan(content).content, "char").statuses == {
        "fish": Status.CONTAINS,
        "gluten": Status.MAY_CONTAIN,
        "gluten.wheat": Status.CONTAINS,
        "gluten.rye": Status.FREE,
        "nuts.almond": Status.CONTAINS,
    }


@pytest.mark.parametrize(
    ("was", "becomes"),
    [(Status.CONTAINS, Status.CONTAINS), (Status.MAY_CONTAIN, Status.MAY_CONTAIN), (Status.FREE, None), (None, None)],
)
def test_an_empty_cell_takes_back_what_is_free_and_no_warning(was: Status | None, becomes: Status | None) -> None:
    content = dish(**({"milk": was} if was else {}))
    sheet = Sheet(content)
    sheet["dish"]["Milk"] = ""
    assert declared(sheet.plan(content).content, "dish").statuses.get("milk") is becomes


@pytest.mark.parametrize("was", [Status.CONTAINS, Status.MAY_CONTAIN, Status.FREE])
def test_unknown_takes_back_whatever_was_said(was: Status) -> None:
    content = dish(milk=was)
    sheet = Sheet(content)
    sheet["dish"]["Milk"] = "unknown"
    (entry,) = sheet.plan(content).entries
    assert declared(sheet.plan(content).content, "dish").statuses == {}
    assert [(each.heading, each.is_safety, each.eases) for each in entry.changes] == [
        ("Milk", True, was is not Status.FREE)
    ]


@pytest.mark.parametrize(
    ("was", "cell", "eases"),
    [
        (None, "free", True),
        (Status.CONTAINS, "free", True),
        (Status.CONTAINS, "may contain", True),
        (Status.FREE, "contains", False),
        (None, "contains", False),
        (Status.FREE, "unknown", False),
    ],
)
def test_what_warns_less_is_marked(was: Status | None, cell: str, eases: bool) -> None:
    content = dish(**({"milk": was} if was else {}))
    sheet = Sheet(content)
    sheet["dish"]["Milk"] = cell
    assert [each.eases for each in sheet.plan(content).entries[0].safety] == [eases]


def test_a_new_diet_is_marked(content: Content) -> None:
    sheet = Sheet(content)
    sheet["bread"]["Diets"] = "vegetarian"
    sheet["soup"]["Diets"] = "vegan"
    found = {each.key: [change.eases for change in each.safety] for each in sheet.plan(content).safety}
    assert found == {"soup": [False], "bread": [True]}


def test_what_a_mended_contradiction_lets_guests_hear_is_marked() -> None:
    declaration = Declaration(statuses={"milk": Status.CONTAINS, "fish": Status.FREE}, diets=("vegan",))
    content = house(Item(key="dish", name={"en": "Dish"}, declaration=declaration))
    sheet = Sheet(content)
    sheet["dish"]["Diets"] = ""
    (change,) = sheet.plan(content).entries[0].changes
    assert (change.heading, change.eases) == ("Diets", True)


def test_a_table_without_allergen_columns_leaves_what_is_declared(content: Content) -> None:
    sheet = Sheet(content)
    sheet.heading = ["Key", "Portion"]
    sheet["soup"]["Portion"] = "300 ml"
    plan = sheet.plan(content)
    assert plan.content.offers["soup"].item == dataclasses.replace(content.offers["soup"].item, portion="300 ml")
    assert plan.safety == []


def test_a_column_that_is_missing_leaves_its_allergen(content: Content) -> None:
    sheet = Sheet(content).without("Celery")
    sheet["soup"]["Milk"] = "contains"
    statuses = declared(sheet.plan(content).content, "soup").statuses
    assert (statuses["milk"], statuses["celery"]) == (Status.CONTAINS, Status.CONTAINS)


def test_what_was_checked_is_checked_no_more(content: Content) -> None:
    sheet = Sheet(content)
    sheet["soup"]["Price (EUR)"] = "8"
    assert sheet.plan(content).content.offers["soup"].item.allergens_confirmed_on == dt.date(2026, 11, 1)
    sheet["soup"]["Celery"] = "may contain"
    plan = sheet.plan(content)
    assert plan.content.offers["soup"].item.allergens_confirmed_on is None
    assert told(plan.entries[0])[CHECKED] == ("2026-11-01", "nobody any more")


def test_a_contradiction_is_told(content: Content) -> None:
    sheet = Sheet(content)
    sheet["soup"]["Milk"] = "contains"
    assert sheet.plan(content).entries[0].contradictions == ("declared vegan, yet contains milk",)


# --- complete lists ---------------------------------------------------------------------------
@pytest.mark.parametrize("cell", ["", "unknown"])
def test_silence_in_a_complete_list_is_asked_back(content: Content, cell: str) -> None:
    sheet = Sheet(content)
    assert sheet["soup"]["Mustard"] == "free"  # left out of a complete list
    sheet["soup"]["Mustard"] = cell
    assert faults(sheet.plan(content)) == {
        (
            2,
            "Mustard",
        ): "“List is complete” says yes, so each allergen is to be written out: contains, may contain or free."
    }


def test_a_list_is_complete_by_what_is_written_alone(content: Content) -> None:
    sheet = Sheet(content)
    sheet.add(**NEW, **{"List is complete": "yes"})
    sheet["bread"]["List is complete"] = "yes"
    found = faults(sheet.plan(content))
    assert len(found) == 2 * 14
    for row in (sheet["bread"], sheet.rows[-1]):
        row.update(dict.fromkeys(sheet.heading[-15:-1], "free"))
    plan = sheet.plan(content)
    assert plan.faults == ()
    assert declared(plan.content, "bread").complete


def test_a_complete_list_needs_all_columns(content: Content) -> None:
    sheet = Sheet(content).without("Lupin")
    row = sheet.add(**NEW, **{"List is complete": "yes"})
    row.update(dict.fromkeys(sheet.heading[-14:-1], "free"))
    assert faults(sheet.plan(content)) == {
        (5, "List is complete"): "A list is complete only where the table has a column for each allergen."
    }


@pytest.mark.parametrize("cell", ["no", ""])
def test_a_list_that_is_complete_no_more_keeps_what_the_table_says(content: Content, cell: str) -> None:
    sheet = Sheet(content).without("Lupin")
    sheet["soup"]["List is complete"] = cell
    found = declared(sheet.plan(content).content, "soup")
    assert not found.complete
    assert (status(found, "mustard"), status(found, "lupin")) == (Status.FREE, Status.UNKNOWN)


def test_a_complete_list_may_be_changed_where_it_is_written_out(content: Content) -> None:
    sheet = Sheet(content)
    sheet["soup"]["Celery"] = "may contain"
    found = declared(sheet.plan(content).content, "soup")
    before = declared(content, "soup")
    assert found == dataclasses.replace(before, statuses={**before.statuses, "celery": Status.MAY_CONTAIN})


CELLS = st.sampled_from(["", "", "unknown", "contains", "may contain", "free"])


@settings(max_examples=150, deadline=None)
@given(
    before=DECLARATIONS, written=st.lists(CELLS, min_size=14, max_size=14), complete=st.sampled_from(["", "no", "yes"])
)
def test_nothing_is_free_that_is_not_written_so(before: Declaration, written: list[str], complete: str) -> None:
    """The safety rule itself: whatever the table says, an allergen is free only where its own cell says so."""
    content = house(Item(key="dish", name={"en": "Dish"}, declaration=before))
    sheet = Sheet(content)
    columns = dict(zip(sheet.heading[-15:-1], written, strict=True))
    sheet["dish"].update(columns, **{"List is complete": complete})
    plan = sheet.plan(content)
    groups = [code for code in CODES if "." not in code]
    found = declared(plan.content, "dish")
    if plan.faults:
        assert found == before
        return
    for group, cell in zip(groups, written, strict=True):
        after = status(found, group)
        assert after is not Status.FREE or cell == "free"
        if cell == "" and status(before, group) in {Status.CONTAINS, Status.MAY_CONTAIN}:
            assert after is status(before, group)
    if found != before:
        assert plan.safety
