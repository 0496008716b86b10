"""An import makes the rows equal to the file, writes only what differs, and leaves everybody else alone."""

import copy
import json
from typing import Any

import pytest
from django.db import connection
from django.dispatch import Signal
from django.test.utils import CaptureQueriesContext

from menus import content, hotel_file, models
from menus.hotel_file import Counts

pytestmark = pytest.mark.django_db


def counts(ran: Any) -> tuple[int, int, int, int]:
    assert ran.status == 0, ran.out
    told = ran.json
    return told["created"], told["updated"], told["removed"], told["unchanged"]


def stored(slug: str = "seeblick") -> Any:
    loaded = content.load(models.Hotel.objects.get(slug=slug).pk)
    assert loaded is not None
    return hotel_file.dump(loaded)


def ids(model: Any) -> dict[str, int]:
    return dict(model.objects.values_list("key", "pk"))


def sections(document: Any) -> Any:
    return document["venues"][0]["menus"][0]["sections"]


@pytest.fixture
def reimport(document: Any, import_file: Any) -> Any:
    """Import the base hotel, then return a function that imports it again as it is by then."""
    import_file(document)
    return lambda: import_file(document, "--json")


def test_the_first_import_creates_everything(document: Any, import_file: Any, without_search: Signal) -> None:
    ran = import_file(document, "--json")
    assert ran.json == {
        "hotel": "seeblick",
        "created": 14,
        "updated": 0,
        "removed": 0,
        "unchanged": 0,
        "embedded": 0,
        "warnings": [],
        "dry_run": False,
    }
    assert stored() == document


def test_the_second_import_writes_nothing(document: Any, reimport: Any, snapshot: Any) -> None:
    before = snapshot()
    with CaptureQueriesContext(connection) as queries:
        again = reimport()
    assert counts(again) == (0, 0, 0, 14)
    assert again.json["embedded"] == 0
    written = [each["sql"] for each in queries if each["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert written == []
    assert snapshot() == before


def test_an_export_imports_without_a_change(document: Any, reimport: Any, run: Any, import_file: Any) -> None:
    exported = run("export_hotel", "seeblick").out
    assert counts(import_file(exported.encode(), "--json")) == (0, 0, 0, 14)


def test_rows_that_the_admin_added_without_positions_export_and_import_without_a_change(
    reimport: Any, run: Any, import_file: Any, snapshot: Any
) -> None:
    hotel = models.Hotel.objects.get(slug="seeblick")
    for key in ("z", "a", "m"):
        models.Article.objects.create(hotel=hotel, key=key, question={"en": key}, answer={"en": key}, position=0)
    before = snapshot()
    exported = run("export_hotel", "seeblick").out
    assert counts(import_file(exported.encode(), "--json")) == (0, 0, 0, 17)
    assert snapshot() == before


EDITS: dict[str, tuple[Any, tuple[int, int, int, int]]] = {
    "the hotel's name": (lambda d: d["hotel"].update(name="Seehof"), (0, 1, 0, 13)),
    "a price": (lambda d: sections(d)[0]["items"][0].update(price="8.00"), (0, 1, 0, 13)),
    "sold out": (lambda d: sections(d)[1]["items"][0].update(available=False), (0, 1, 0, 13)),
    "an allergen's status": (
        lambda d: sections(d)[0]["items"][0]["allergens"].update(milk="may_contain"),
        (0, 1, 0, 13),
    ),
    "an allergen added": (lambda d: sections(d)[1]["items"][0]["allergens"].update(milk="contains"), (0, 1, 0, 13)),
    "an allergen taken away": (lambda d: sections(d)[0]["items"][0]["allergens"].pop("celery"), (0, 1, 0, 13)),
    "an option's allergen": (
        lambda d: sections(d)[0]["items"][0]["options"][1]["allergens"].update(milk="free"),
        (0, 1, 0, 13),
    ),
    "opening hours": (lambda d: d["venues"][0]["opening_hours"][0].update(opens="06:30"), (0, 1, 0, 13)),
    "opening hours added": (
        lambda d: d["venues"][1]["opening_hours"].append({"days": ["sun"], "opens": "10:00", "closes": "18:00"}),
        (0, 1, 0, 13),
    ),
    "opening hours taken away": (lambda d: d["venues"][0]["opening_hours"].pop(0), (0, 1, 0, 13)),
    "a serving time": (lambda d: d["venues"][0]["menus"][0]["served"][0].update(to="21:30"), (0, 1, 0, 13)),
    "a serving time taken away": (lambda d: d["venues"][0]["menus"][0]["served"].pop(), (0, 1, 0, 13)),
    "a section's name": (lambda d: sections(d)[0].update(name="Small plates"), (0, 1, 0, 13)),
    "a section put in at the top": (lambda d: sections(d).insert(0, {"name": "Soups", "items": []}), (0, 1, 0, 13)),
    "sections in another order": (lambda d: sections(d).reverse(), (0, 1, 0, 13)),
    "a dish put in at the top": (
        lambda d: sections(d)[0]["items"].insert(
            0,
            {
                "key": "salad",
                "name": "Salad",
                "price": "6.00",
                "diets": [],
                "allergens": {},
                "allergens_complete": False,
                "available": True,
            },
        ),
        (1, 0, 0, 14),
    ),
    "dishes in another order": (lambda d: sections(d)[0]["items"].reverse(), (0, 1, 0, 13)),
    "a dish with options taken away": (lambda d: sections(d)[0]["items"].pop(0), (0, 0, 3, 11)),
    "an option taken away": (lambda d: sections(d)[0]["items"][0]["options"].pop(), (0, 0, 1, 13)),
    "a section taken away": (lambda d: sections(d).pop(), (0, 1, 1, 12)),
    "a menu taken away": (lambda d: d["venues"][0]["menus"].pop(0), (0, 0, 6, 8)),
    "a venue's key": (lambda d: d["venues"][1].update(key="wellness"), (1, 0, 1, 13)),
    "venues in another order": (lambda d: d["venues"].reverse(), (0, 1, 0, 13)),
    "an answer": (lambda d: d["articles"][1].update(answer="In the yard."), (0, 1, 0, 13)),
    "an article's other wordings": (lambda d: d["articles"][0]["also_asked"].pop(), (0, 1, 0, 13)),
    "an article taken away": (lambda d: d["articles"].pop(0), (0, 0, 1, 13)),
    "a place's label": (lambda d: d["places"][0].update(label="13"), (0, 1, 0, 13)),
    "a place's venue": (lambda d: d["places"][0].update(venue="spa"), (0, 1, 0, 13)),
    "a place taken away": (lambda d: d["places"].pop(), (0, 0, 1, 13)),
    "everything taken away": (lambda d: d.update(venues=[], articles=[], places=[]), (0, 0, 13, 1)),
}


@pytest.mark.parametrize(("edit", "expected"), EDITS.values(), ids=EDITS.keys())
def test_an_edit_is_applied_and_counted(
    edit: Any, expected: tuple[int, ...], document: Any, reimport: Any, import_file: Any
) -> None:
    before = copy.deepcopy(document)
    edit(document)
    assert counts(reimport()) == expected
    assert stored() == document
    assert counts(reimport())[:3] == (0, 0, 0)
    import_file(before)
    assert stored() == before


def test_changes_are_told_by_kind(document: Any) -> None:
    hotel_file.apply(hotel_file.read(json.dumps(document)))
    sections(document)[0]["items"].pop(0)
    changes = hotel_file.apply(hotel_file.read(json.dumps(document)))
    assert changes.things == {
        "hotel": Counts(unchanged=1),
        "venues": Counts(unchanged=2),
        "menus": Counts(unchanged=2),
        "items": Counts(removed=1, unchanged=2),
        "options": Counts(removed=2),
        "articles": Counts(unchanged=2),
        "places": Counts(unchanged=2),
    }


def test_a_dish_that_moves_keeps_its_row(document: Any, reimport: Any) -> None:
    items, options = ids(models.MenuItem), ids(models.Option)
    soup = sections(document)[0]["items"].pop(0)
    document["venues"][1]["menus"].append(
        {"key": "spa-bar", "name": "Spa bar", "served": [], "sections": [{"name": "Warm", "items": [soup]}]}
    )
    assert counts(reimport()) == (1, 1, 0, 13)
    assert stored() == document
    assert ids(models.MenuItem) == items
    assert ids(models.Option) == options


def test_what_moves_out_of_something_that_goes_is_not_taken_along(document: Any, reimport: Any) -> None:
    items, menus, places = ids(models.MenuItem), ids(models.Menu), ids(models.Place)
    terrace = document["venues"].pop(0)
    document["venues"][0]["menus"] = terrace["menus"]
    document["places"][1]["venue"] = "spa"
    assert counts(reimport()) == (0, 3, 1, 10)
    assert stored() == document
    assert (ids(models.MenuItem), ids(models.Menu), ids(models.Place)) == (items, menus, places)


def test_an_option_that_moves_to_another_dish_keeps_its_row(document: Any, reimport: Any) -> None:
    options = ids(models.Option)
    soup, bread = sections(document)[0]["items"]
    bread["options"] = [soup["options"].pop(0)]
    assert counts(reimport()) == (0, 1, 0, 13)
    assert stored() == document
    assert ids(models.Option) == options


@pytest.mark.parametrize(
    "things",
    [
        lambda d: d["venues"],
        lambda d: d["venues"][0]["menus"],
        lambda d: sections(d)[0]["items"],
        lambda d: sections(d)[0]["items"][0]["options"],
        lambda d: d["articles"],
        lambda d: d["places"],
    ],
)
def test_keys_can_be_swapped(things: Any, document: Any, reimport: Any) -> None:
    first, second = things(document)[:2]
    first["key"], second["key"] = second["key"], first["key"]
    assert counts(reimport())[:3] != (0, 0, 0)
    assert stored() == document


def test_places_keep_their_codes(document: Any, reimport: Any) -> None:
    codes = dict(models.Place.objects.filter(hotel__slug="seeblick").values_list("key", "code"))
    assert len(set(codes.values())) == 2
    document["places"][0].update(label="Suite 12", kind="other", venue="spa")
    document["places"].append({"key": "lobby", "kind": "lobby", "label": "Lobby", "venue": None})
    document["places"].reverse()
    reimport()
    after = dict(models.Place.objects.filter(hotel__slug="seeblick").values_list("key", "code"))
    assert {key: after[key] for key in codes} == codes
    assert after["lobby"] not in codes.values()


def test_two_hotels_with_the_same_keys_do_not_touch_one_another(document: Any, import_file: Any, snapshot: Any) -> None:
    import_file(document)
    (first,) = snapshot()
    other = copy.deepcopy(document)
    other["hotel"].update(slug="talblick", name="Talblick")
    sections(other)[0]["items"][0]["price"] = "9.99"

    assert counts(import_file(other, "--json")) == (14, 0, 0, 0)
    assert snapshot()[0] == first
    other.update(venues=[], articles=[], places=[])
    assert counts(import_file(other, "--json")) == (0, 0, 13, 1)
    assert snapshot()[0] == first
    assert counts(import_file(document, "--json")) == (0, 0, 0, 14)


def test_rows_belong_to_the_hotel_of_what_they_are_below(document: Any, reimport: Any) -> None:
    hotel = models.Hotel.objects.get(slug="seeblick")
    for model in (models.OpeningHours, models.ServingTime, models.MenuSection, models.ItemAllergen):
        assert set(model.objects.exclude(hotel__slug="lindenhof").values_list("hotel_id", flat=True)) == {hotel.pk}


def test_passages_are_embedded_inside_the_transaction_and_counted(
    document: Any, import_file: Any, without_search: Signal
) -> None:
    seen = []

    def embed(sender: Any, hotel_id: int, **named: Any) -> int:
        seen.append((sender, connection.in_atomic_block, models.MenuItem.objects.filter(hotel_id=hotel_id).count()))
        return 7

    def listen(**named: Any) -> None:
        return None

    without_search.connect(embed)
    without_search.connect(listen)
    assert import_file(document, "--json").json["embedded"] == 7
    assert import_file(document, "--json").json["embedded"] == 7
    assert seen == [(models.Hotel, True, 3)] * 2


def test_a_large_menu_moves_in_few_statements(document: Any, import_file: Any, without_search: Signal) -> None:
    items = [{"key": f"dish-{n}", "name": f"Dish {n}", "allergens": {"milk": "contains"}} for n in range(400)]
    sections(document)[1]["items"] = items
    with CaptureQueriesContext(connection) as first:
        import_file(document)
    for item in items:
        item["price"] = "5.00"
    with CaptureQueriesContext(connection) as second:
        assert counts(import_file(document, "--json"))[1] == 400
    assert len(first) < 60
    assert len(second) < 40


def test_a_receiver_that_fails_takes_everything_back(
    document: Any, import_file: Any, snapshot: Any, without_search: Signal
) -> None:
    import_file(document)
    before = snapshot()

    def fail(**named: Any) -> int:
        raise RuntimeError

    without_search.connect(fail)
    document["hotel"]["name"] = "Seehof"
    with pytest.raises(RuntimeError):
        import_file(document)
    assert snapshot() == before


def test_an_import_leaves_the_settings_of_the_house(document: Any, reimport: Any) -> None:
    models.Hotel.objects.filter(slug="seeblick").update(answer_confidence=90)
    document["hotel"]["phone"] = "+49 1"
    reimport()
    assert models.Hotel.objects.get(slug="seeblick").answer_confidence == 90
    assert stored() == document
