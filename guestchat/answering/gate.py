"""Owns the gate: no text that staff or a model wrote may promise anything about allergens. Only `kitchen` may."""

from functools import lru_cache

from guestchat.understanding import allergies
from guestchat.understanding.vocabulary import LANGUAGES, vocabulary
from guestchat.words import words


@lru_cache(maxsize=4096)
def promises(text: str) -> bool:
    """Return whether a text says, in any language, that an allergen is absent or something is safe for an allergy."""
    tokens = words(text)
    return any(_promises(tokens, language) for language in LANGUAGES)


def _promises(tokens: list[str], language: str) -> bool:
    known = vocabulary(language)
    found = allergies.find(tokens, known)
    if found.avoid:
        return True
    speaks_of_allergy = bool(found.mine) or "allergens" in known["aspect"].keys(tokens)
    return speaks_of_allergy and "safe" in known["aspect"].keys(tokens)
