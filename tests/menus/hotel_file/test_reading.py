"""What a hotel file may leave out, and how its values are read."""

import json
from decimal import Decimal
from typing import Any

import pytest

from menus import hotel_file
from menus.allergens import Status
from menus.content import Content, Hours, Place
from menus.hotel_file import HotelFileError, Problem

HOTEL: dict[str, Any] = {
    "slug": "h",
    "name": "H",
    "timezone": "UTC",
    "currency": "EUR",
    "default_language": "en",
    "languages": ["en"],
}
LEAST: dict[str, Any] = {"format": "guestchat-hotel/1", "hotel": HOTEL}


def read(document: Any) -> Content:
    return hotel_file.read(json.dumps(document))


def errors(document: Any) -> list[Problem]:
    with pytest.raises(HotelFileError) as caught:
        read(document)
    return caught.value.problems


def test_the_least_file_is_a_hotel() -> None:
    content = read(LEAST)
    assert (content.slug, content.venues, content.articles, content.places) == ("h", (), (), ())
    assert content.check_in is None
    assert content.description == {}


def test_null_is_left_out_everywhere(document: Any) -> None:
    def with_nulls(value: Any, optional: dict[str, set[str]]) -> Any:
        if isinstance(value, list):
            return [with_nulls(each, optional) for each in value]
        if not isinstance(value, dict):
            return value
        missing = next((names for marker, names in optional.items() if marker in value), set())
        return dict.fromkeys(missing) | {key: with_nulls(member, optional) for key, member in value.items()}

    optional = {
        "slug": {"description", "address", "phone", "email", "check_in", "check_out"},
        "menus": {"description", "location", "phone", "opening_hours"},
        "diets": {"description", "portion", "allergens_confirmed_on", "spiciness", "calories", "options"},
        "answer": {"also_asked", "category", "valid_from", "valid_until", "review_by"},
    }
    filled = with_nulls(document, optional)
    assert filled != document
    assert read(filled) == read(document)


def test_a_plain_string_is_a_text_in_the_default_language(document: Any) -> None:
    document["hotel"]["default_language"] = "de"
    content = read(document)
    assert content.venues[0].description == {"de": "Fish and garden vegetables."}
    assert content.venues[0].name == {"en": "Lake Terrace", "de": "Seeterrasse"}


def test_values_are_read_as_their_types(document: Any) -> None:
    soup = read(document).offers["soup"].item
    assert soup.price == Decimal("7.5")
    assert soup.declaration.statuses == {
        "celery": Status.CONTAINS,
        "nuts.almond": Status.MAY_CONTAIN,
        "milk": Status.FREE,
    }
    assert soup.declaration.complete
    assert [option.price for option in soup.options] == [Decimal(1), None]


def test_a_venue_without_a_kind_is_another_one() -> None:
    (venue,) = read({**LEAST, "venues": [{"key": "v", "name": "V"}]}).venues
    assert venue.kind == "other"
    assert read({**LEAST, "venues": [{"key": "v", "name": "V", "kind": None}]}).venues == (venue,)


def test_keys_are_unique_only_among_their_kind() -> None:
    menu = {"key": "x", "name": "X", "sections": [{"name": "S", "items": [{"key": "x", "name": "X"}]}]}
    content = read(
        {
            **LEAST,
            "venues": [{"key": "x", "name": "X", "menus": [menu]}],
            "articles": [{"key": "x", "question": "X?", "answer": "X."}],
            "places": [{"key": "x", "kind": "room", "label": "X", "venue": "x"}],
        }
    )
    assert content.places == (Place(key="x", kind="room", label="X", venue="x"),)


def test_empty_days_beside_a_date_say_nothing() -> None:
    entry = {"date": "2026-12-25", "days": [], "closed": True}
    (venue,) = read({**LEAST, "venues": [{"key": "v", "name": "V", "opening_hours": [entry]}]}).venues
    assert [each.closed for each in venue.opening_hours] == [True]
    assert isinstance(venue.opening_hours[0], Hours)


@pytest.mark.parametrize(
    ("currency", "price", "fits"),
    [
        ("EUR", "14.50", True),
        ("EUR", "14.5", True),
        ("EUR", "14", True),
        ("EUR", "0.00", True),
        ("EUR", "14.500", False),
        ("JPY", "1400", True),
        ("JPY", "1400.0", False),
        ("KWD", "4.125", True),
        ("KWD", "4.1250", False),
    ],
)
def test_a_price_has_the_decimals_of_its_currency(currency: str, price: str, fits: bool) -> None:
    item = {"key": "i", "name": "I", "price": price}
    menu = {"key": "m", "name": "M", "sections": [{"name": "S", "items": [item]}]}
    document = {
        **LEAST,
        "hotel": {**HOTEL, "currency": currency},
        "venues": [{"key": "v", "name": "V", "menus": [menu]}],
    }
    if fits:
        assert read(document).offers["i"].item.price == Decimal(price)
    else:
        assert [each.pointer for each in errors(document)] == ["/venues/0/menus/0/sections/0/items/0/price"]


def test_a_byte_order_mark_is_no_part_of_the_file() -> None:
    plain = json.dumps(LEAST)
    assert hotel_file.read("\ufeff" + plain) == hotel_file.read(plain)
    assert hotel_file.read(b"\xef\xbb\xbf" + plain.encode()) == hotel_file.read(plain)


def test_sentences_say_what_to_do() -> None:
    told = errors({"format": "guestchat-hotel/2", "hotel": {**HOTEL, "check_in": "3 pm", "languages": []}})
    assert told == [
        Problem(
            pointer="/format", sentence="'guestchat-hotel/2' is not known here: it must be one of guestchat-hotel/1."
        ),
        Problem(pointer="/hotel/languages", sentence="A hotel has at least one language."),
        Problem(
            pointer="/hotel/check_in",
            sentence='\'3 pm\' is no time of day: write it from "00:00" to "23:59".',
        ),
    ]


def test_a_missing_hotel_is_one_problem() -> None:
    assert errors({"format": "guestchat-hotel/1"}) == [
        Problem(pointer="/hotel", sentence="This is required and must be given.")
    ]


def test_contradictions_are_warnings_with_their_place(document: Any) -> None:
    section = document["venues"][0]["menus"][0]["sections"][0]
    section["items"][0]["allergens"]["milk"] = "contains"
    section["items"][0]["options"][0]["allergens"] = {"gluten": "free", "gluten.rye": "contains"}
    pointer = "/venues/0/menus/0/sections/0/items/0"
    until = "until this is mended it is free of nothing and offered for no diet."
    assert hotel_file.warnings(read(document)) == [
        Problem(pointer=pointer, sentence=f"'soup' is declared vegan, yet contains milk: {until}"),
        Problem(
            pointer=f"{pointer}/options/0",
            sentence=f"'croutons' is declared free of gluten, yet gluten.rye is declared as contains: {until}",
        ),
    ]
