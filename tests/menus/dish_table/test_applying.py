"""Taking a table in: exactly what was looked at, in one transaction, in as many queries for many rows as for few."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from menus import content as contents
from menus import dish_table
from menus.content import Content
from menus.dish_table import DishesHaveChanged
from menus.models import Hotel, ItemAllergen, MenuItem, User
from tests.menus.conftest import Import, Json, Snapshot
from tests.menus.dish_table.tables import Sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def hotel(document: Json, import_file: Import, without_search: Any) -> Hotel:
    import_file(document)
    return Hotel.objects.get(slug="seeblick")


@pytest.fixture
def cook() -> User:
    return User.objects.create(username="karim", is_staff=True)


def content_of(hotel: Hotel) -> Content:
    found = contents.load(hotel.pk)
    assert found is not None
    return found


def put(hotel: Hotel, sheet: Sheet, cook: User) -> dish_table.Plan:
    return dish_table.put(hotel, sheet.read(), sheet.plan(content_of(hotel)).mark, cook)


def test_what_was_planned_is_what_is_there(hotel: Hotel, cook: User) -> None:
    sheet = Sheet(content_of(hotel))
    sheet["soup"].update({"Name (de)": "Möhrensuppe", "Celery": "may contain"})
    sheet["bread"]["Section"] = "Mains"
    where = {"Venue": "Lake Terrace", "Menu": "Dinner", "Section": "Desserts"}
    sheet.add(**where, **{"Name (en)": "Flan", "Egg": "contains"})
    planned = sheet.plan(content_of(hotel))
    assert put(hotel, sheet, cook).mark == planned.mark
    assert content_of(hotel) == planned.content
    assert content_of(hotel).offers["flan"].section.name == {"en": "Desserts"}
    noted = LogEntry.objects.filter(user=cook).values_list("object_repr", "action_flag", "change_message")
    assert sorted(noted) == [
        ("Bread", 2, "Taken from a table."),
        ("Flan", 1, "Taken from a table."),
        ("Flan", 2, "Declared allergens."),
        ("Möhrensuppe", 2, "Declared allergens."),
        ("Möhrensuppe", 2, "Taken from a table."),
    ]


def test_the_same_table_again_changes_nothing(hotel: Hotel, cook: User, snapshot: Snapshot) -> None:
    sheet = Sheet(content_of(hotel))
    sheet["soup"]["Price (EUR)"] = "8"
    put(hotel, sheet, cook)
    before = snapshot()
    assert put(hotel, sheet, cook).entries == ()
    assert snapshot() == before


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda hotel: MenuItem.objects.filter(hotel=hotel, key="soup").update(price=9),
        lambda hotel: MenuItem.objects.filter(hotel=hotel, key="soup").delete(),
        lambda hotel: MenuItem.objects.filter(hotel=hotel, key="char").update(available=False),
        lambda hotel: ItemAllergen.objects.create(
            item=MenuItem.objects.get(hotel=hotel, key="char"), code="milk", status="contains"
        ),
    ],
)
def test_nothing_is_done_where_the_dishes_have_changed(
    hotel: Hotel, cook: User, snapshot: Snapshot, meanwhile: Callable[[Hotel], object]
) -> None:
    sheet = Sheet(content_of(hotel))
    sheet["soup"]["Price (EUR)"] = "8"
    seen = sheet.plan(content_of(hotel)).mark
    meanwhile(hotel)
    before = snapshot()
    with pytest.raises(DishesHaveChanged) as refused:
        dish_table.put(hotel, sheet.read(), seen, cook)
    assert snapshot() == before
    assert dish_table.put(hotel, sheet.read(), refused.value.plan.mark, cook)


def test_what_the_table_does_not_speak_of_may_change_meanwhile(hotel: Hotel, cook: User) -> None:
    sheet = Sheet(content_of(hotel))
    sheet["soup"]["Price (EUR)"] = "8"
    sheet.rows = [sheet["soup"]]
    seen = sheet.plan(content_of(hotel)).mark
    MenuItem.objects.filter(hotel=hotel, key="char").update(available=False)
    dish_table.put(hotel, sheet.read(), seen, cook)
    rows = dict(MenuItem.objects.filter(hotel=hotel).values_list("key", "available"))
    assert rows == {"soup": True, "bread": False, "char": False}


def test_all_or_nothing(hotel: Hotel, cook: User, snapshot: Snapshot, without_search: Any) -> None:
    sheet = Sheet(content_of(hotel))
    sheet["soup"]["Price (EUR)"] = "8"
    before = snapshot()

    def fail(**kwargs: Any) -> None:
        raise DatabaseError("the last step")

    without_search.connect(fail)
    with pytest.raises(DatabaseError):
        put(hotel, sheet, cook)
    assert snapshot() == before
    assert not LogEntry.objects.filter(user=cook).exists()


def test_many_rows_take_as_many_queries_as_few(hotel: Hotel, cook: User) -> None:
    counts = []
    for number in (2, 60):
        sheet = Sheet(content_of(hotel))
        for row in sheet.rows:
            row["Portion"] = f"{number} g"
        for each in range(number):
            new = {"Venue": "Lake Terrace", "Menu": "Dinner", "Section": "Mains", "Milk": "contains"}
            sheet.add(**new, **{"Name (en)": f"Dish {number} {each}"})
        table, seen = sheet.read(), sheet.plan(content_of(hotel)).mark
        with CaptureQueriesContext(connection) as asked:
            done = dish_table.put(hotel, table, seen, cook)
        assert len(done.new) == number
        counts.append(len(asked))
    assert counts[0] == counts[1]
