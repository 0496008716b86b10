"""Owns what the allergens are called in each language guests read; which allergens there are is `menus.allergens`'."""

import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("allergen_names.toml")
FALLBACK = "en"


def name(code: str, language: str) -> str:
    """Return an allergen's name for display: in the language, else in its base language, else in English.

    Raises KeyError for a code that Annex II does not have.
    """
    names = _names()[code]
    return names.get(language) or names.get(language.partition("-")[0]) or names[FALLBACK]


def languages() -> tuple[str, ...]:
    """Return the languages that every name is written in."""
    return tuple(_names()["milk"])


@cache
def _names() -> dict[str, dict[str, str]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
