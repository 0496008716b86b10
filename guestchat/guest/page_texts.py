"""Owns the words of the guest's page: one file a language, read once."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español"}
_FOLDER = Path(__file__).parent / "texts"


@cache
def page_texts(language: str) -> dict[str, Any]:
    """Return the page's words in a language, else in English."""
    base = language[:2] if language[:2] in LANGUAGES else "en"
    return tomllib.loads((_FOLDER / f"{base}.toml").read_text("utf-8"))
