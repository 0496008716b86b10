"""Owns texts in several languages: their shape and which language of one is shown; pure."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

Text = Mapping[str, str]


def validate_text(value: Any) -> None:
    """Raise ValidationError unless the value maps language codes to strings that are not blank."""
    if not isinstance(value, dict) or not all(
        isinstance(language, str) and isinstance(text, str) and text.strip() for language, text in value.items()
    ):
        raise ValidationError(_('Write a text for each language, as in {"en": "Breakfast", "de": "Frühstück"}.'))


def pick(text: Text, *languages: str) -> str:
    """Return the text in the first of these languages that it has, else in any, else an empty string."""
    return text.get(picked(text, *languages), "")


def picked(text: Text, *languages: str) -> str:
    """Return the language whose text `pick` returns; an empty string where there is no text."""
    for language in languages:
        if text.get(language):
            return language
    return next(iter(text), "")
