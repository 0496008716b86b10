"""The safety rule, sentence by sentence of the contract, and what must hold for every declaration."""

from collections.abc import Mapping

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from menus.allergens import CHILDREN, CODES, DIETS, GROUPS, Declaration, Status, contradictions, is_safe, parent, suits
from menus.allergens import status as status_of

C, M, U, F = Status.CONTAINS, Status.MAY_CONTAIN, Status.UNKNOWN, Status.FREE
SHORT = {"c": C, "m": M, "u": U, "f": F}
SAFER = {C: 0, M: 1, U: 2, F: 3}


def declared(listed: str = "", *, complete: bool = False, diets: str = "") -> Declaration:
    """Read a declaration such as "milk:c nuts.almond:m"."""
    pairs = (each.split(":") for each in listed.split())
    return Declaration(
        statuses={code: SHORT[letter] for code, letter in pairs}, complete=complete, diets=tuple(diets.split())
    )


ANNEX_II = """
    gluten gluten.wheat gluten.rye gluten.barley gluten.oats gluten.spelt gluten.khorasan crustaceans eggs fish peanuts
    soybeans milk nuts nuts.almond nuts.hazelnut nuts.walnut nuts.cashew nuts.pecan nuts.brazil nuts.pistachio
    nuts.macadamia celery mustard sesame sulphites lupin molluscs
"""


def test_the_codes_are_the_fourteen_of_annex_ii_with_their_cereals_and_nuts() -> None:
    assert list(CODES) == ANNEX_II.split()
    assert list(GROUPS) == [code for code in CODES if "." not in code]
    assert len(GROUPS) == 14
    assert {group: len(children) for group, children in CHILDREN.items()} == {"gluten": 6, "nuts": 8}


def test_the_diets_are_four() -> None:
    assert set(DIETS) == {"vegan", "vegetarian", "halal", "kosher"}


@pytest.mark.parametrize(
    ("code", "group"), [("gluten.wheat", "gluten"), ("nuts.brazil", "nuts"), ("gluten", None), ("milk", None)]
)
def test_the_parent_of_a_code(code: str, group: str | None) -> None:
    assert parent(code) == group


@pytest.mark.parametrize(
    ("declaration", "code", "expected"),
    [
        # What is listed is what it is.
        (declared("milk:c"), "milk", C),
        (declared("milk:m"), "milk", M),
        (declared("milk:f"), "milk", F),
        (declared("milk:m", complete=True), "milk", M),
        # What is not listed is unknown, never free.
        (declared(), "milk", U),
        (declared("eggs:f"), "milk", U),
        (declared("eggs:c"), "milk", U),
        (declared(diets="vegan"), "milk", U),  # a diet declares no allergen
        # Unless the list is complete: then it is declared absent.
        (declared(complete=True), "milk", F),
        (declared("eggs:c", complete=True), "milk", F),
        (declared(complete=True), "nuts.almond", F),
        (declared("gluten.wheat:f", complete=True), "gluten", F),
        # A child that contains makes its parent contain.
        (declared("nuts.almond:c"), "nuts", C),
        (declared("nuts.almond:c", complete=True), "nuts", C),
        (declared("nuts.almond:m"), "nuts", M),
        (declared("nuts.almond:m nuts.walnut:c"), "nuts", C),
        (declared("nuts:m nuts.almond:c"), "nuts", C),
        (declared("nuts:c nuts.almond:f"), "nuts", C),
        # A child that is free says nothing of its parent.
        (declared("nuts.almond:f"), "nuts", U),
        (declared(" ".join(f"{each}:f" for each in CHILDREN["nuts"])), "nuts", U),
        # A parent that contains without naming a child leaves every child not safe.
        (declared("nuts:c"), "nuts.almond", U),
        (declared("nuts:c", complete=True), "nuts.almond", U),
        (declared("nuts:c nuts.almond:f"), "nuts.almond", U),
        (declared("nuts:c nuts.almond:f", complete=True), "nuts.almond", U),
        (declared("nuts:c nuts.almond:f", complete=True), "nuts.walnut", U),
        (declared("nuts:c nuts.almond:m", complete=True), "nuts.walnut", U),
        (declared("nuts:m", complete=True), "nuts.almond", U),
        (declared("nuts:m nuts.almond:f", complete=True), "nuts.almond", U),
        # One that names its child leaves the others to the list.
        (declared("nuts:c nuts.almond:c"), "nuts.almond", C),
        (declared("nuts:c nuts.almond:c"), "nuts.walnut", U),
        (declared("nuts:c nuts.almond:c", complete=True), "nuts.walnut", F),
        (declared("nuts.almond:c", complete=True), "nuts.walnut", F),
        (declared("nuts.almond:c"), "nuts.walnut", U),
        (declared("nuts:c nuts.almond:c nuts.walnut:f"), "nuts.walnut", F),
        (declared("nuts:m nuts.almond:m", complete=True), "nuts.walnut", F),
        # A free parent frees its children.
        (declared("nuts:f"), "nuts.almond", F),
        (declared("gluten:f", complete=False), "gluten.oats", F),
        # The groups do not speak for one another: peanuts are no nuts, molluscs no crustaceans.
        (declared("nuts:c", complete=True), "peanuts", F),
        (declared("nuts:c"), "peanuts", U),
        (declared("crustaceans:f"), "molluscs", U),
        # A declaration that contradicts itself is free of nothing, listed or left out.
        (declared("milk:c eggs:f", diets="vegan"), "eggs", U),
        (declared("milk:c", complete=True, diets="vegan"), "eggs", U),
        (declared("milk:c", complete=True, diets="vegan"), "nuts.almond", U),
        (declared("milk:c", complete=True, diets="vegan"), "milk", C),
        (declared("milk:c celery:m", complete=True, diets="vegan"), "celery", M),
        (declared("fish:c eggs:f", diets="vegetarian"), "eggs", U),
        (declared("crustaceans:c", complete=True, diets="vegetarian"), "eggs", U),
        (declared("molluscs:c", complete=True, diets="vegetarian"), "eggs", U),
        (declared("nuts:f nuts.almond:c milk:f", complete=True), "nuts", C),
        (declared("nuts:f nuts.almond:c milk:f", complete=True), "nuts.walnut", U),
        (declared("nuts:f nuts.almond:m milk:f", complete=True), "milk", U),
        # What looks like one and is none.
        (declared("milk:c eggs:f", diets="vegetarian"), "eggs", F),
        (declared("milk:m eggs:f", diets="vegan"), "eggs", F),
        (declared("fish:c eggs:f", diets="halal kosher"), "eggs", F),
        (declared("nuts:f nuts.almond:f"), "nuts.almond", F),
    ],
)
def test_the_status_of_one_allergen(declaration: Declaration, code: str, expected: Status) -> None:
    assert status_of(declaration, code) is expected
    assert is_safe(declaration, [code]) is (expected is F)


@pytest.mark.parametrize(
    ("declaration", "sentences"),
    [
        (declared("milk:c", diets="vegan"), ["declared vegan, yet contains milk"]),
        (declared("eggs:c", diets="vegan"), ["declared vegan, yet contains eggs"]),
        (declared("fish:c", diets="vegan"), ["declared vegan, yet contains fish"]),
        (declared("fish:c", diets="vegetarian"), ["declared vegetarian, yet contains fish"]),
        (declared("crustaceans:c", diets="vegetarian"), ["declared vegetarian, yet contains crustaceans"]),
        (declared("molluscs:c", diets="vegetarian"), ["declared vegetarian, yet contains molluscs"]),
        (
            declared("fish:c", diets="vegan vegetarian"),
            ["declared vegan, yet contains fish", "declared vegetarian, yet contains fish"],
        ),
        (
            declared("gluten:f gluten.rye:m"),
            ["declared free of gluten, yet gluten.rye is declared as may_contain"],
        ),
        (declared("milk:c", diets="vegetarian"), []),
        (declared("milk:m eggs:m", diets="vegan"), []),
        (declared("milk:f", diets="vegan"), []),
        (declared("gluten:c gluten.rye:f"), []),
        (declared("peanuts:c", complete=True, diets="vegan vegetarian halal kosher"), []),
    ],
)
def test_contradictions_are_told(declaration: Declaration, sentences: list[str]) -> None:
    assert contradictions(declaration) == sentences


@pytest.mark.parametrize(
    ("dish", "options", "expected"),
    [
        (declared("milk:f"), [], F),
        (declared("milk:f"), [declared("milk:f")], F),
        (declared(complete=True), [declared(complete=True), declared("milk:f")], F),
        (declared("milk:f"), [declared("milk:c")], C),
        (declared("milk:f"), [declared("milk:m")], M),
        (declared("milk:f"), [declared()], U),
        (declared(), [declared("milk:f")], U),
        (declared("milk:c"), [declared("milk:f")], C),
        (declared("milk:m"), [declared(), declared("milk:c")], C),
        (declared(), [declared("milk:m")], M),
        (declared("milk:f"), [declared("milk:f nuts:f nuts.almond:c")], U),
        (declared("milk:f eggs:c", diets="vegan"), [declared("milk:f")], U),
    ],
)
def test_the_worst_of_a_dish_and_its_options_counts(
    dish: Declaration, options: list[Declaration], expected: Status
) -> None:
    assert status_of(dish, "milk", options) is expected
    assert is_safe(dish, ["milk"], iter(options)) is (expected is F)


def test_safe_is_safe_from_every_allergen_asked() -> None:
    dish = declared("milk:f eggs:f nuts:m")
    assert is_safe(dish, ["milk", "eggs"])
    assert not is_safe(dish, ["milk", "nuts"])
    assert not is_safe(dish, ["milk", "fish"])


@pytest.mark.parametrize(
    ("declaration", "diets"),
    [
        (declared(diets="vegan"), {"vegan", "vegetarian"}),
        (declared(diets="vegetarian"), {"vegetarian"}),
        (declared(diets="halal kosher"), {"halal", "kosher"}),
        (declared(), set()),
        (declared("milk:f eggs:f fish:f crustaceans:f molluscs:f", complete=True), set()),  # meat is no allergen
        (declared("milk:m", diets="vegan"), {"vegan", "vegetarian"}),
        (declared("milk:c", diets="vegan"), set()),
        (declared("milk:c", diets="vegan vegetarian halal"), set()),
        (declared("fish:c", diets="vegetarian halal"), set()),
        (declared("gluten:f gluten.rye:c", diets="halal"), set()),
    ],
)
def test_the_diets_that_a_dish_suits(declaration: Declaration, diets: set[str]) -> None:
    assert {diet for diet in DIETS if suits(declaration, diet)} == diets


def test_no_dish_suits_a_diet_that_nobody_knows() -> None:
    assert not suits(declared(complete=True, diets="vegan"), "gluten-free")


listed = st.dictionaries(st.sampled_from(CODES), st.sampled_from([C, M, F]), max_size=8)
declarations = st.builds(
    Declaration,
    statuses=listed,
    complete=st.booleans(),
    diets=st.lists(st.sampled_from(DIETS), unique=True, max_size=2).map(tuple),
)
codes = st.sampled_from(CODES)


def with_statuses(declaration: Declaration, added: Mapping[str, Status]) -> Declaration:
    return Declaration(
        statuses={**declaration.statuses, **added}, complete=declaration.complete, diets=declaration.diets
    )


def group_of(code: str) -> str:
    return parent(code) or code


@given(declarations, codes)
def test_free_is_only_what_was_declared_so(declaration: Declaration, code: str) -> None:
    if status_of(declaration, code) is F:
        said = {declaration.statuses.get(code), declaration.statuses.get(group_of(code))}
        assert F in said or declaration.complete
        assert not contradictions(declaration)
        assert declaration.statuses.get(code) in {None, F}
        assert all(declaration.statuses.get(child) in {None, F} for child in CHILDREN.get(code, ()))


@given(declarations, codes)
def test_what_is_listed_as_present_is_told_as_present(declaration: Declaration, code: str) -> None:
    told = status_of(declaration, code)
    if declaration.statuses.get(code) is C:
        assert told is C
    if declaration.statuses.get(code) is M:
        assert told in {C, M}


@given(declarations)
def test_a_parent_is_never_safer_than_its_child(declaration: Declaration) -> None:
    for group, children in CHILDREN.items():
        for child in children:
            if status_of(declaration, child) in {C, M}:
                assert SAFER[status_of(declaration, group)] <= SAFER[status_of(declaration, child)]


@given(declarations)
def test_a_contradiction_leaves_nothing_free(declaration: Declaration) -> None:
    if contradictions(declaration):
        assert F not in {status_of(declaration, code) for code in CODES}
        assert not any(suits(declaration, diet) for diet in DIETS)


@given(declarations, codes, st.sampled_from([C, M]))
def test_declaring_one_more_allergen_makes_nothing_else_safer(
    declaration: Declaration, added: str, present: Status
) -> None:
    """Naming a child may clear its siblings, that is what naming is for; no other allergen becomes safer by it."""
    assume(added not in declaration.statuses)  # a status that is replaced may mend a contradiction
    after = with_statuses(declaration, {added: present})
    for code in CODES:
        if code == added or group_of(code) != group_of(added):
            assert SAFER[status_of(after, code)] <= SAFER[status_of(declaration, code)]


@given(declarations, codes)
def test_a_group_that_contains_makes_none_of_its_children_safer(declaration: Declaration, code: str) -> None:
    group = group_of(code)
    # A status that is replaced takes back what it said: "may contain nuts" beside "contains hazelnuts" leaves the other
    # nuts open, "contains nuts" beside it does not.
    assume(group not in declaration.statuses)
    after = with_statuses(declaration, {group: C})
    for child in CHILDREN.get(group, ()):
        assert SAFER[status_of(after, child)] <= SAFER[status_of(declaration, child)]


@given(declarations, codes, st.lists(declarations, max_size=3), declarations)
def test_one_more_option_makes_nothing_safer(
    dish: Declaration, code: str, options: list[Declaration], option: Declaration
) -> None:
    fewer, more = status_of(dish, code, options), status_of(dish, code, [*options, option])
    assert SAFER[more] <= SAFER[fewer]


@given(declarations, codes)
def test_an_incomplete_list_is_never_safer_than_a_complete_one(declaration: Declaration, code: str) -> None:
    one, other = (
        Declaration(statuses=declaration.statuses, complete=complete, diets=declaration.diets)
        for complete in (False, True)
    )
    assert SAFER[status_of(one, code)] <= SAFER[status_of(other, code)]


@given(declarations, codes, st.sampled_from(DIETS))
def test_a_diet_never_makes_an_allergen_safer(declaration: Declaration, code: str, diet: str) -> None:
    after = Declaration(statuses=declaration.statuses, complete=declaration.complete, diets=(*declaration.diets, diet))
    assert SAFER[status_of(after, code)] <= SAFER[status_of(declaration, code)]
