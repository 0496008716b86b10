"""Owns the menu pages' own words in each language; what a hotel wrote is never here."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

FOLDER = Path(__file__).with_name("texts_menu")
FALLBACK = "en"


@cache
def words(language: str) -> Mapping[str, Any]:
    """Return the words of a language, else of its base language, else English ones."""
    for code in (language, language.partition("-")[0], FALLBACK):
        if code in languages():
            return MappingProxyType(tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8")))
    raise FileNotFoundError(FOLDER / f"{FALLBACK}.toml")


@cache
def languages() -> frozenset[str]:
    """Return the languages that the pages have words in."""
    return frozenset(path.stem for path in FOLDER.glob("*.toml"))


def counted(forms: Mapping[str, str], number: int, **more: object) -> str:
    """Return the form of a sentence for a number: `one`, or `other`."""
    return forms["one" if number == 1 else "other"].format(n=number, **more)
