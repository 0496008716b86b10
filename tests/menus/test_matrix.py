"""The allergen matrix: saved many at once, only what was touched, and never safer than what somebody declared."""

import datetime as dt
import itertools

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from menus import matrix
from menus.allergens import GROUPS, Declaration, Status, status
from menus.matrix import Change
from menus.models import Hotel, ItemAllergen, MenuItem, MenuSection, User
from tests.guestchat.guest.chatting import make_hotel


@pytest.fixture
def hotel(db: None) -> Hotel:
    hotel = make_hotel()
    ItemAllergen.objects.all().delete()
    return hotel


@pytest.fixture
def cook(db: None) -> User:
    return User.objects.create(username="karim", first_name="Karim", is_staff=True)


def dish(hotel: Hotel) -> MenuItem:
    return MenuItem.objects.get(hotel=hotel, key="plum-cake")


def row(hotel: Hotel) -> matrix.Row:
    (found,) = matrix.rows([dish(hotel)])
    return found


def left(row: matrix.Row, *, complete: bool | None = None, confirmed: bool = False, **states: str) -> Change:
    """Return a row as the page sends it, with some cells changed."""
    shown = {cell.code: cell.state for cell in row.cells if not cell.named}
    complete = row.dish.allergens_complete if complete is None else complete
    return Change(key=row.dish.key, was=row.was, states=shown | states, complete=complete, confirmed=confirmed)


def declared(hotel: Hotel) -> dict[str, str]:
    return dict(ItemAllergen.objects.filter(item__hotel=hotel).values_list("code", "status"))


@pytest.mark.parametrize(("before", "after"), list(itertools.product(matrix.STATES, repeat=2)))
def test_every_state_goes_to_every_other(hotel: Hotel, cook: User, before: str, after: str) -> None:
    if before:
        ItemAllergen.objects.create(item=dish(hotel), code="milk", status=before)
    saved = matrix.save(hotel, [left(row(hotel), milk=after)], cook)
    assert declared(hotel) == ({"milk": after} if after else {})
    assert len(saved.changed) == (before != after)
    for code in GROUPS:
        found = status(Declaration(statuses=row(hotel).statuses), code)
        assert found == (after if code == "milk" and after else Status.UNKNOWN)


def test_what_was_not_touched_is_not_written_and_stays_confirmed(hotel: Hotel, cook: User) -> None:
    MenuItem.objects.update(allergens_confirmed_on=dt.date(2026, 1, 2))
    version = Hotel.objects.get(pk=hotel.pk).version
    assert matrix.save(hotel, [left(row(hotel))], cook) == matrix.Saved(changed=(), refused=())
    assert Hotel.objects.get(pk=hotel.pk).version == version
    assert dish(hotel).allergens_confirmed_on == dt.date(2026, 1, 2)


def test_what_is_changed_and_not_checked_is_confirmed_by_nobody_any_more(hotel: Hotel, cook: User) -> None:
    matrix.save(hotel, [left(row(hotel), confirmed=True)], cook)
    assert (row(hotel).confirmed_by, dish(hotel).allergens_confirmed_on is None) == (cook, False)
    matrix.save(hotel, [left(row(hotel), eggs="contains")], cook)
    assert dish(hotel).allergens_confirmed_on is None


def test_what_a_colleague_has_changed_stays_and_the_other_dishes_are_saved(hotel: Hotel, cook: User) -> None:
    section = MenuSection.objects.get(hotel=hotel)
    MenuItem.objects.create(section=section, key="tart", name={"en": "Tart"})
    cake, tart = matrix.rows(list(MenuItem.objects.filter(hotel=hotel).order_by("key")))
    ItemAllergen.objects.create(item=cake.dish, code="nuts", status="contains")
    saved = matrix.save(hotel, [left(cake, nuts="free"), left(tart, nuts="free")], cook)
    assert ([each.key for each in saved.refused], [each.key for each in saved.changed]) == (["plum-cake"], ["tart"])
    assert dict(ItemAllergen.objects.values_list("item__key", "status")) == {"plum-cake": "contains", "tart": "free"}
    # Who had touched nothing has nothing to lose, and is not told of it.
    assert matrix.save(hotel, [left(cake)], cook) == matrix.Saved(changed=(), refused=())


def test_a_group_with_a_named_nut_is_not_overwritten(hotel: Hotel, cook: User) -> None:
    ItemAllergen.objects.create(item=dish(hotel), code="nuts.almond", status="contains")
    cell = next(each for each in row(hotel).cells if each.code == "nuts")
    assert cell.named == (("nuts.almond", "contains"),)
    sent = left(row(hotel), nuts="free", milk="contains")
    matrix.save(hotel, [sent], cook)
    assert declared(hotel) == {"nuts.almond": "contains", "milk": "contains"}


def test_a_contradiction_is_told(hotel: Hotel, cook: User) -> None:
    MenuItem.objects.update(diets=["vegan"])
    matrix.save(hotel, [left(row(hotel), milk="contains")], cook)
    assert row(hotel).warnings == ["declared vegan, yet contains milk"]


@pytest.mark.parametrize("was", ["", "x", "--------------0", "cccccccccccccc1.0000000000000000"])
def test_a_row_that_never_was_so_is_refused(hotel: Hotel, cook: User, was: str) -> None:
    sent = left(row(hotel), milk="free")
    forged = Change(key=sent.key, was=was, states=sent.states, complete=True, confirmed=True)
    assert len(matrix.save(hotel, [forged], cook).refused) == 1
    assert (declared(hotel), dish(hotel).allergens_complete) == ({}, False)


def test_another_hotels_dish_is_not_touched(hotel: Hotel, cook: User) -> None:
    other = make_hotel("other")
    MenuItem.objects.filter(hotel=other).update(key="foreign")
    (foreign,) = matrix.rows(list(MenuItem.objects.filter(hotel=other)))
    before = set(foreign.statuses.items())
    assert matrix.save(hotel, [left(foreign, milk="free", confirmed=True)], cook).changed == ()
    (after,) = matrix.rows(list(MenuItem.objects.filter(hotel=other)))
    assert set(after.statuses.items()) == before


def test_more_dishes_are_read_with_as_many_queries(hotel: Hotel) -> None:
    section, counts = MenuSection.objects.get(hotel=hotel), set()
    matrix.rows([])  # the content type is read once a process
    for number in range(1, 30, 9):
        MenuItem.objects.create(section=section, key=f"dish-{number}", name={"en": "x"})
        dishes = list(MenuItem.objects.filter(hotel=hotel))
        with CaptureQueriesContext(connection) as asked:
            matrix.rows(dishes)
        counts.add(len(asked))
    assert counts == {2}
