"""The words of every language fit together, and prices are written as its readers write them."""

import tomllib
from decimal import Decimal
from typing import Any

import pytest

from menus.menu_words import FOLDER, counted, languages, words
from menus.prices import format_price

LANGUAGES = sorted(languages())


def _shape(said: Any) -> Any:
    if isinstance(said, dict):
        return {key: _shape(value) for key, value in said.items()}
    return len(said) if isinstance(said, list) else "text"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_things(language: str) -> None:
    read = [tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8")) for code in ("en", language)]
    assert _shape(read[0]) == _shape(read[1])


def test_a_language_without_words_reads_english() -> None:
    assert words("fi")["title"] == "Menu"
    assert words("de-CH")["title"] == "Speisekarte"


def test_one_and_many() -> None:
    assert counted(words("en")["dishes"], 1) == "1 dish"
    assert counted(words("de")["dishes"], 2) == "2 Gerichte"


@pytest.mark.parametrize(
    ("amount", "currency", "language", "written"),
    [
        ("14.5", "EUR", "en", "€14.50"),
        ("14.5", "EUR", "de", "14,50\N{NO-BREAK SPACE}€"),
        ("14.5", "EUR", "fr", "14,50\N{NO-BREAK SPACE}€"),
        ("14.5", "CHF", "en", "CHF\N{NO-BREAK SPACE}14.50"),
        ("1234.5", "USD", "en", "$1,234.50"),
        ("1234.5", "EUR", "es", "1.234,50\N{NO-BREAK SPACE}€"),
        ("1200", "JPY", "en", "¥1,200"),
        ("2.5", "KWD", "en", "KWD\N{NO-BREAK SPACE}2.500"),
        ("0.125", "EUR", "en", "€0.125"),
        ("100", "EUR", "de-AT", "100,00\N{NO-BREAK SPACE}€"),
    ],
)
def test_prices(amount: str, currency: str, language: str, written: str) -> None:
    assert format_price(Decimal(amount), currency, language) == written
