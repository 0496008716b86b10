"""Owns how a key is made from what a thing is called; pure."""

from collections.abc import Container
from itertools import chain, count

from django.utils.text import slugify

_STEM_CHARS = 56  # a key has 64, and a number may follow


def stem(said: str, otherwise: str) -> str:
    """Return the beginning of a key, `otherwise` where nothing that is said fits in one."""
    return slugify(said).replace("_", "-")[:_STEM_CHARS].strip("-") or otherwise


def first_free(stem: str, taken: Container[str]) -> str:
    """Return the stem, or the stem with the first number that nobody has."""
    return next(key for key in chain((stem,), (f"{stem}-{n}" for n in count(2))) if key not in taken)
