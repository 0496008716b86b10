"""Every rule of the hotel file, broken through the real command: refused, with its place, nothing changed."""

import json
from collections.abc import Callable
from typing import Any

import pytest

DELETE = object()
TERRACE = "/venues/0"
HOURS = f"{TERRACE}/opening_hours"
DINNER = f"{TERRACE}/menus/0"
SOUP = f"{DINNER}/sections/0/items/0"
WIFI = "/articles/0"


def put(document: Any, pointer: str, value: object) -> None:
    """Put a value at a pointer, or delete what is there."""
    *steps, last = pointer.split("/")[1:]
    for step in steps:
        document = document[int(step) if isinstance(document, list) else step]
    key = int(last) if isinstance(document, list) else last
    if value is DELETE:
        del document[key]
    else:
        document[key] = value


# What is put where, and the pointer of the problem where it is another one.
DAMAGES: dict[str, tuple[str, object] | tuple[str, object, str]] = {
    # the document and the hotel
    "format missing": ("/format", DELETE),
    "format of another version": ("/format", "guestchat-hotel/2"),
    "format not a string": ("/format", 1),
    "hotel missing": ("/hotel", DELETE),
    "hotel null": ("/hotel", None),
    "hotel not an object": ("/hotel", []),
    "slug missing": ("/hotel/slug", DELETE),
    "slug with capitals": ("/hotel/slug", "Seeblick"),
    "slug with a line break": ("/hotel/slug", "seeblick\n"),
    "name missing": ("/hotel/name", DELETE),
    "name null": ("/hotel/name", None),
    "name empty": ("/hotel/name", ""),
    "name blank": ("/hotel/name", "  "),
    "name too long": ("/hotel/name", "x" * 201),
    "name a text by language": ("/hotel/name", {"en": "Seeblick"}),
    "timezone missing": ("/hotel/timezone", DELETE),
    "timezone unknown": ("/hotel/timezone", "Europe/Starnberg"),
    "timezone in small letters": ("/hotel/timezone", "europe/berlin"),
    "timezone a path": ("/hotel/timezone", "../../etc/passwd"),
    "currency missing": ("/hotel/currency", DELETE),
    "currency unknown": ("/hotel/currency", "EUX"),
    "currency in small letters": ("/hotel/currency", "eur"),
    "default language missing": ("/hotel/default_language", DELETE),
    "default language not listed": ("/hotel/default_language", "fr"),
    "languages missing": ("/hotel/languages", DELETE),
    "languages empty": ("/hotel/languages", []),
    "languages not a list": ("/hotel/languages", "en"),
    "language listed twice": ("/hotel/languages", ["en", "de", "en"], "/hotel/languages/2"),
    "language not a code": ("/hotel/languages", ["en", "de", "English!"], "/hotel/languages/2"),
    "language not a string": ("/hotel/languages", ["en", "de", 3], "/hotel/languages/2"),
    "address too long": ("/hotel/address", "x" * 501),
    "phone a number": ("/hotel/phone", 49),
    "email too long": ("/hotel/email", "x" * 255),
    "check-in impossible": ("/hotel/check_in", "25:00"),
    "check-in with a short hour": ("/hotel/check_in", "7:00"),
    "check-out with a zone": ("/hotel/check_out", "11:00Z"),
    "check-out a number": ("/hotel/check_out", 11),
    # unknown keys, everywhere
    "unknown key of the file": ("/guests", []),
    "unknown key with null": ("/guests", None),
    "unknown key of the hotel": ("/hotel/stars", 5),
    "unknown key of a venue": (f"{TERRACE}/seats", 40),
    "unknown key of hours": (f"{HOURS}/0/until", "11:00"),
    "unknown key of a menu": (f"{DINNER}/language", "en"),
    "unknown key of a serving time": (f"{DINNER}/served/0/label", "x"),
    "unknown key of a section": (f"{DINNER}/sections/0/key", "starters"),
    "unknown key of an item": (f"{SOUP}/vegan", True),
    "unknown key of an option": (f"{SOUP}/options/0/diets", []),
    "unknown key of an article": (f"{WIFI}/name", "Wi-Fi"),
    "unknown key of a place": ("/places/0/code", "abc"),
    "unknown key to be escaped": ("/hotel/a~b/c", 1, "/hotel/a~0b~1c"),
    # keys
    "key missing": (f"{TERRACE}/key", DELETE),
    "key with a space": (f"{TERRACE}/menus/1/key", "the drinks"),
    "key empty": (f"{SOUP}/key", ""),
    "key too long": (f"{SOUP}/key", "x" * 65),
    "key a number": (f"{WIFI}/key", 12),
    "venue key twice": ("/venues/1/key", "terrace"),
    "menu key twice": (f"{TERRACE}/menus/1/key", "dinner"),
    "item key twice in another section": (f"{DINNER}/sections/1/items/0/key", "soup"),
    "option key twice": (f"{SOUP}/options/1/key", "croutons"),
    "article key twice": ("/articles/1/key", "wifi"),
    "place key twice": ("/places/1/key", "room-12"),
    # texts
    "venue name missing": (f"{TERRACE}/name", DELETE),
    "section name missing": (f"{DINNER}/sections/0/name", DELETE),
    "section name without any language": (f"{DINNER}/sections/0/name", {}),
    "item name with nulls only": (f"{SOUP}/name", {"en": None}),
    "item name blank": (f"{SOUP}/name", " "),
    "item name a number": (f"{SOUP}/name", 7),
    "text in a foreign language": (f"{SOUP}/name", {"en": "Soup", "fr": "Soupe"}, f"{SOUP}/name/fr"),
    "text blank in one language": (f"{SOUP}/name", {"en": "Soup", "de": ""}, f"{SOUP}/name/de"),
    "text not a string in one language": (f"{SOUP}/name", {"en": ["Soup"]}, f"{SOUP}/name/en"),
    "description blank": (f"{SOUP}/description", ""),
    "text with NUL": (f"{SOUP}/description", "a\0b"),
    "text with half a character": (f"{SOUP}/description", "a\ud800b"),
    "portion too long": (f"{SOUP}/portion", "x" * 65),
    # venues, hours and serving times
    "venues not a list": ("/venues", {}),
    "venue null": ("/venues/1", None),
    "venue kind unknown": (f"{TERRACE}/kind", "canteen"),
    "hours with days and date": (f"{HOURS}/0/date", "2026-12-25"),
    "hours with neither": (f"{HOURS}/0/days", DELETE),
    "hours with empty days": (f"{HOURS}/0/days", []),
    "hours with an unknown day": (f"{HOURS}/0/days", ["monday"], f"{HOURS}/0/days/0"),
    "hours with a day twice": (f"{HOURS}/0/days", ["mon", "mon"], f"{HOURS}/0/days/1"),
    "hours without closing": (f"{HOURS}/0/closes", DELETE),
    "hours without opening": (f"{HOURS}/0/opens", None),
    "hours at 24:00": (f"{HOURS}/0/closes", "24:00"),
    "hours with seconds": (f"{HOURS}/0/closes", "10:30:00"),
    "hours of an impossible date": (f"{HOURS}/2/date", "2026-02-30"),
    "hours of a week date": (f"{HOURS}/2/date", "2026-W52-4"),
    "hours of a date without dashes": (f"{HOURS}/2/date", "20261224"),
    "closed with times": (f"{HOURS}/4/opens", "07:00"),
    "closed not true or false": (f"{HOURS}/4/closed", "yes"),
    "closed 1": (f"{HOURS}/4/closed", 1),
    "open without times": (f"{HOURS}/4/closed", False, f"{HOURS}/4/opens"),
    "served without days": (f"{DINNER}/served/0/days", DELETE),
    "served on no day": (f"{DINNER}/served/0/days", []),
    "served without an end": (f"{DINNER}/served/0/to", DELETE),
    "served until an impossible time": (f"{DINNER}/served/0/to", "22:60"),
    # dishes and options
    "price a number": (f"{SOUP}/price", 7.5),
    "price negative": (f"{SOUP}/price", "-7.50"),
    "price minus nothing": (f"{SOUP}/price", "-0"),
    "price with too many decimals": (f"{SOUP}/price", "7.505"),
    "price with a comma": (f"{SOUP}/price", "7,50"),
    "price with an exponent": (f"{SOUP}/price", "1e3"),
    "price with a sign": (f"{SOUP}/price", "7.50 €"),
    "price empty": (f"{SOUP}/price", ""),
    "price not a number": (f"{SOUP}/price", "NaN"),
    "price in other digits": (f"{SOUP}/price", "٧"),
    "price too high": (f"{SOUP}/price", "10000000"),
    "price of an option negative": (f"{SOUP}/options/0/price", "-1"),
    "diet unknown": (f"{SOUP}/diets", ["gluten-free"], f"{SOUP}/diets/0"),
    "diet twice": (f"{SOUP}/diets", ["vegan", "vegan"], f"{SOUP}/diets/1"),
    "diets a string": (f"{SOUP}/diets", "vegan"),
    "allergen unknown": (f"{SOUP}/allergens/lactose", "contains"),
    "allergen child unknown": (f"{SOUP}/allergens/nuts.peanut", "contains"),
    "allergen in capitals": (f"{SOUP}/allergens/Milk", "contains"),
    "allergen status unknown": (f"{SOUP}/allergens/milk", "unknown"),
    "allergen status a flag": (f"{SOUP}/allergens/milk", True),
    "allergens a list": (f"{SOUP}/allergens", ["milk"]),
    "allergen of an option unknown": (f"{SOUP}/options/0/allergens/garlic", "contains"),
    "allergens complete a string": (f"{SOUP}/allergens_complete", "true"),
    "allergens confirmed on no date": (f"{SOUP}/allergens_confirmed_on", "2026-13-01"),
    "available a number": (f"{SOUP}/available", 1),
    "spiciness too high": (f"{SOUP}/spiciness", 4),
    "spiciness negative": (f"{SOUP}/spiciness", -1),
    "spiciness true": (f"{SOUP}/spiciness", True),
    "calories negative": (f"{SOUP}/calories", -1),
    "calories a fraction": (f"{SOUP}/calories", 210.5),
    "calories beyond the column": (f"{SOUP}/calories", 2**31),
    "calories without end": (f"{SOUP}/calories", float("inf")),
    "calories not a number": (f"{SOUP}/calories", float("nan")),
    "option name missing": (f"{SOUP}/options/0/name", DELETE),
    "options an object": (f"{SOUP}/options", {}),
    # articles and places
    "question missing": (f"{WIFI}/question", DELETE),
    "answer missing": (f"{WIFI}/answer", DELETE),
    "also asked a string": (f"{WIFI}/also_asked", "How?"),
    "also asked with null": (f"{WIFI}/also_asked/0", None),
    "also asked with a blank": (f"{WIFI}/also_asked/0", " "),
    "category too long": (f"{WIFI}/category", "x" * 65),
    "valid until before valid from": (f"{WIFI}/valid_until", "2025-12-31"),
    "valid from impossible": (f"{WIFI}/valid_from", "2026-00-10"),
    "review by a time": (f"{WIFI}/review_by", "2026-12-01T00:00"),
    "place kind missing": ("/places/0/kind", DELETE),
    "place kind unknown": ("/places/0/kind", "suite"),
    "place label missing": ("/places/0/label", DELETE),
    "place label empty": ("/places/0/label", ""),
    "place label a number": ("/places/0/label", 12),
    "place of a venue that is not there": ("/places/1/venue", "beach"),
    "place of an empty venue": ("/places/1/venue", " "),
    # nesting
    "nested beyond reason": ("/extra", json.loads("[" * 60 + "]" * 60), "/extra" + "/0" * 23),
}


@pytest.mark.usefixtures("without_search")
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damage_is_refused_at_its_place(
    damage: tuple[Any, ...], document: Any, import_file: Any, snapshot: Callable[[], Any]
) -> None:
    assert import_file(document).status == 0
    before = snapshot()
    pointer, value = damage[:2]
    if "~" in pointer:
        document["hotel"]["a~b/c"] = value
    else:
        put(document, pointer, value)

    told = import_file(document, "--json")
    ran = import_file(document)

    expected = damage[2] if len(damage) > 2 else pointer
    assert (told.status, ran.status) == (1, 1)
    assert told.json.keys() == {"errors"}
    assert expected in [each["pointer"] for each in told.json["errors"]]
    assert all(each["message"].endswith(".") for each in told.json["errors"])
    assert f"{expected}: " in ran.err
    assert ran.out == ""
    assert snapshot() == before


BYTES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "This is not JSON (line 1, column 1): Expecting value."),
    "half a file": (b'{"format": "guestchat-hotel/1", ', "This is not JSON (line 1, column 33)"),
    "two documents": (b"{} {}", "This is not JSON (line 1, column 4): Extra data."),
    "not UTF-8": ('{"format": "Café"}'.encode("latin-1"), "This is not UTF-8: byte 15 cannot be read."),
    "UTF-16": ("{}".encode("utf-16"), "This is not UTF-8: byte 0 cannot be read."),
    "a list": (b"[]", "This must be an object, not a list."),
    "null": (b"null", "This must be an object, not null."),
    "a NUL byte": (b'{"format": "guest\x00chat"}', "This is not JSON"),
    "deeper than Python parses": (b"[" * 100_000, "The values are nested too deeply."),
    "too large": (b" " * (32 * 1024 * 1024 + 1), "A hotel file has at most 32 MB."),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("damaged", "sentence"), BYTES.values(), ids=BYTES.keys())
def test_what_is_no_document_is_refused_as_a_whole(damaged: bytes, sentence: str, import_file: Any) -> None:
    told = import_file(damaged, "--json")
    ran = import_file(damaged)

    assert told.status == ran.status == 1
    (error,) = told.json["errors"]
    assert error["pointer"] == ""
    assert error["message"].startswith(sentence)
    assert ran.err.startswith(f"(the file): {sentence}")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("before", "after", "pointer"),
    [
        ('"format":', '"format": "x", "format":', "/format"),
        ('"slug":', '"slug": "x", "slug":', "/hotel/slug"),
        ('"celery":', '"celery": "free", "celery":', f"{SOUP}/allergens/celery"),
        ('"calories": 210', f'"calories": {"9" * 5000}', f"{SOUP}/calories"),
        ('"calories": 210', '"calories": 1e999', f"{SOUP}/calories"),
        ('"calories": 210', '"calories": -Infinity', f"{SOUP}/calories"),
        ('"seeblick"', '"see\\u0000blick"', "/hotel/slug"),
    ],
)
def test_what_only_the_text_shows_is_refused(
    before: str, after: str, pointer: str, document: Any, import_file: Any
) -> None:
    text = json.dumps(document)
    assert before in text
    told = import_file(text.replace(before, after, 1).encode(), "--json")
    assert told.status == 1
    assert pointer in [each["pointer"] for each in told.json["errors"]]


@pytest.mark.django_db
def test_every_problem_is_told_at_once(document: Any, import_file: Any) -> None:
    put(document, f"{SOUP}/price", "-1")
    put(document, f"{SOUP}/allergens/lactose", "contains")
    put(document, "/hotel/timezone", "Mars/Olympus")
    put(document, "/places/1/venue", "beach")

    errors = import_file(document, "--json").json["errors"]

    assert {each["pointer"] for each in errors} == {
        f"{SOUP}/price",
        f"{SOUP}/allergens/lactose",
        "/hotel/timezone",
        "/places/1/venue",
    }
    assert len(errors) == 4


@pytest.mark.django_db
def test_what_follows_from_another_problem_is_not_told(document: Any, import_file: Any) -> None:
    put(document, "/venues/0/key", "Terrace!")  # a place refers to it
    put(document, "/hotel/currency", "XXX")  # prices have decimals
    document["places"][1]["venue"] = "Terrace!"

    errors = import_file(document, "--json").json["errors"]

    assert {each["pointer"] for each in errors} == {"/venues/0/key", "/hotel/currency"}


@pytest.mark.django_db
def test_a_file_cannot_write_to_the_terminal(document: Any, import_file: Any) -> None:
    document["hotel"]["\x1b[2J\ud800"] = "\x1b[31m"
    ran = import_file(document)
    assert ran.status == 1
    assert "\x1b" not in ran.err
    assert "/hotel/\\x1b[2J\\ud800: This key is unknown here." in ran.err


@pytest.mark.django_db
@pytest.mark.parametrize("path", [".", "/no/such/file.json"])
def test_what_cannot_be_read_is_told(path: str, run: Any) -> None:
    ran = run("import_hotel", path, "--json")
    assert ran.status == 1
    (error,) = ran.json["errors"]
    assert error["message"].startswith("This file cannot be read: ")
