import datetime as dt
import re
import string
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from guestchat.answering import phrasing as module
from guestchat.answering.phrasing import LANGUAGES, phrasing
from guestchat.understanding.lexicon import Lexicon
from guestchat.understanding.parse import parse
from guestchat.understanding.query import Context, Intent, Part
from guestchat.understanding.vocabulary import vocabulary
from guestchat.words import words
from menus.allergen_names import name as allergen_name
from menus.allergens import CODES, DIETS, Status
from menus.content import Content

FOLDER = Path(module.__file__).parent / "phrases"
PHRASES: dict[str, dict[str, dict[str, str]]] = {
    language: tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8")) for language in LANGUAGES
}
KEYS = [f"{table}.{name}" for table, names in PHRASES["en"].items() for name in names]
OTHERS = [language for language in LANGUAGES if language != "en"]
MONDAY = dt.date(2025, 12, 22)
NO_NAMES = Lexicon.of(
    Content(slug="h", name="H", timezone="UTC", currency="EUR", default_language="en", languages=LANGUAGES)
)


def phrase(language: str, key: str) -> str:
    table, name = key.split(".")
    return PHRASES[language][table][name]


def placeholders(text: str) -> list[str]:
    return sorted(name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name is not None)


def part(language: str, key: str) -> Part:
    noon = dt.datetime.combine(MONDAY, dt.time(12), dt.UTC)
    (only,) = parse(phrase(language, key), NO_NAMES, Context(), noon, language).parts
    return only


def test_every_file_is_a_language_that_the_assistant_speaks() -> None:
    assert {path.stem for path in FOLDER.glob("*.toml")} == set(LANGUAGES)


@pytest.mark.parametrize("language", OTHERS)
def test_tables_and_keys_are_those_of_english_in_the_same_order(language: str) -> None:
    assert list(PHRASES[language]) == list(PHRASES["en"])
    for table, names in PHRASES["en"].items():
        assert list(PHRASES[language][table]) == list(names), table


@pytest.mark.parametrize("language", OTHERS)
def test_placeholders_are_those_of_english(language: str) -> None:
    expected = {key: placeholders(phrase("en", key)) for key in KEYS}
    assert {key: placeholders(phrase(language, key)) for key in KEYS} == expected


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_was_left_in_english(language: str) -> None:
    # Only a phrase of placeholders, marks and a unit is alike in every language.
    own_words = [key for key in KEYS if re.search(r"[^\W\d_]+ [^\W\d_]+", re.sub(r"{\w+}", ":", phrase("en", key)))]
    assert [key for key in own_words if phrase(language, key) == phrase("en", key)] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_every_phrase_formats(language: str, key: str) -> None:
    names = placeholders(phrase(language, key))
    said = phrasing(language).say(key, **{name: f"<{name}>" for name in names})
    assert said.strip()
    assert not set("{}") & set(said)
    assert all(f"<{name}>" in said for name in names)


@pytest.mark.parametrize("language", LANGUAGES)
def test_phrases_are_clean_text(language: str) -> None:
    for key in KEYS:
        text = phrase(language, key)
        outer_space = key in {"format.and", "format.or", "allergen.confirmed"}
        assert outer_space or text == text.strip(), key
        assert not re.search(r" {2}|\n", text), key


def test_french_marks_follow_a_no_break_space() -> None:
    for key in KEYS:
        if not key.startswith("format."):
            text = phrase("fr", key)
            assert not any(f" {mark}" in text for mark in ":;?!»"), key
            assert "« " not in text, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_status_and_diet_has_its_words(language: str) -> None:
    allergen, diet = PHRASES[language]["allergen"], PHRASES[language]["diet"]
    assert {status.value for status in Status} <= set(allergen)
    assert {f"option_{status}" for status in (Status.CONTAINS, Status.MAY_CONTAIN, Status.UNKNOWN)} <= set(allergen)
    assert {f"all_{status}" for status in (Status.CONTAINS, Status.MAY_CONTAIN, Status.FREE)} <= set(allergen)
    assert set(diet) == set(DIETS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_about_statuses_differ_and_name_dish_and_allergens(language: str) -> None:
    keys = [f"allergen.{status}" for status in Status]
    said = [phrasing(language).say(key, name="Linguine", allergens="X", confirmed="") for key in keys]
    assert len(set(said)) == len(keys)
    assert all("Linguine" in each and "X" in each for each in said)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", ["unknown", "nothing", "contradicted", "option_unknown"])
def test_what_nobody_declared_sends_the_guest_to_the_team(language: str, key: str) -> None:
    team = {"en": "ask the team", "de": "fragen Sie das Team", "fr": "demander à l’équipe", "es": "pregunte al equipo"}
    assert team[language].casefold() in phrase(language, f"allergen.{key}").casefold()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_every_allergen_is_named_inside_its_sentences(language: str, code: str) -> None:
    name = allergen_name(code, language)
    said = phrasing(language).say("allergen.contains", name="Linguine", allergens=name)
    assert name in said


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "today from 07:00 to 10:30"),
        ("de", "heute von 07:00 bis 10:30 Uhr"),
        ("fr", "aujourd’hui de 07:00 à 10:30"),
        ("es", "hoy de 07:00 a 10:30 h"),
    ],
)
def test_hours_read_as_one_sentence(language: str, expected: str) -> None:
    speak = phrasing(language)
    times = speak.say("format.from_to", opens=speak.time(dt.time(7)), closes=speak.time(dt.time(10, 30)))
    said = speak.say("hours.on_day", venue="Linde", day=speak.day(MONDAY, MONDAY), times=times)
    assert expected in said


@pytest.mark.parametrize(
    ("language", "tomorrow", "friday"),
    [
        ("en", "tomorrow at 18:00", "on Friday, 26 December"),
        ("de", "morgen um 18:00 Uhr", "am Freitag, 26. Dezember"),
        ("fr", "demain à 18:00", "le vendredi 26 décembre"),
        ("es", "mañana a las 18:00 h", "el viernes 26 de diciembre"),
    ],
)
def test_days_and_moments(language: str, tomorrow: str, friday: str) -> None:
    speak = phrasing(language)
    assert speak.moment(dt.datetime.combine(MONDAY + dt.timedelta(days=1), dt.time(18)), MONDAY) == tomorrow
    assert speak.day(MONDAY + dt.timedelta(days=4), MONDAY) == friday


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "€14.50"), ("de", "14,50\u00a0€"), ("fr", "14,50\u00a0€"), ("es", "14,50\u00a0€")],
)
def test_prices(language: str, expected: str) -> None:
    assert phrasing(language).price(Decimal("14.5"), "EUR") == expected


@pytest.mark.parametrize(
    ("language", "expected"), [("en", "a, b and c"), ("de", "a, b und c"), ("fr", "a, b et c"), ("es", "a, b y c")]
)
def test_lists_of_names(language: str, expected: str) -> None:
    assert phrasing(language).join(["a", "b", "c"]) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_line_above_open_venues_ends_in_a_colon(language: str) -> None:
    # The venues follow as a list of their own, so the phrase is said without any.
    assert phrasing(language).say("hours.what_open", venues="").rstrip(" .").endswith(":")


@pytest.mark.parametrize("language", LANGUAGES)
def test_suggested_questions_are_understood(language: str) -> None:
    breakfast, menu, vegan = (part(language, f"suggest.{key}") for key in ("breakfast", "menu", "vegan"))
    open_now = part(language, "suggest.open_now")
    assert (breakfast.intent, breakfast.meals) == (Intent.HOURS, ("breakfast",))
    assert (vegan.intent, vegan.diets) == (Intent.LIST, ("vegan",))
    assert (menu.intent, menu.diets, menu.courses) == (Intent.LIST, (), ())
    assert (open_now.intent, open_now.when.now) == (Intent.HOURS, True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_asking_reception_by_a_tap_is_understood(language: str) -> None:
    assert vocabulary(language)["person"].keys(words(phrase(language, "unknown.ask_person"))) == {"ask"}


def test_values_are_text() -> None:
    values: list[Any] = [phrase(language, key) for language in LANGUAGES for key in KEYS]
    assert all(isinstance(value, str) and value for value in values)
