"""Owns what food is called in each language, so that "poulet" meets a dish that is written "chicken"; pure."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path

import rtoml

from guestchat.understanding.stems import stem
from guestchat.words import words

_FILE = Path(__file__).parent / "food.toml"
# A compound tells what it is at its end, and of what at its beginning: "Tomatensuppe" is a soup of tomatoes.
_SHORTEST_END, _SHORTEST_BEGINNING = 4, 5


def concepts(word: str) -> tuple[str, ...]:
    """Return the foods that a word means in any language, by their English names."""
    return _by_stem().get(word, ())


@cache
def _by_stem() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for concept, called in rtoml.loads(_FILE.read_text("utf-8"))["food"].items():
        for word in words(f"{concept} {' '.join(called.values())}"):
            found[stem(word)].append(concept)
    return {each: tuple(dict.fromkeys(own)) for each, own in found.items()}


@lru_cache(maxsize=16384)
def meanings(word: str) -> frozenset[str]:
    """Return a stem with marks for the foods that it means, parts of compounds too: two words that share one agree."""
    found = set(concepts(word))
    if len(word) > _SHORTEST_END + 2:
        for cut in range(2, len(word) - 2):
            if len(word) - cut >= _SHORTEST_END:
                found.update(concepts(word[cut:]))
            if cut >= _SHORTEST_BEGINNING and len(word) - cut >= _SHORTEST_END:
                found.update(concepts(stem(word[:cut])))
    return frozenset({word, *(f"~{each}" for each in found)})


def asked_for(word: str) -> frozenset[str]:
    """Return what a question's stem looks for: itself, the food that it means as a whole, or any food of its kind."""
    return frozenset({word, *(f"~{each}" for each in (*concepts(word), *_kinds().get(word, ())))})


def is_undeclared(stems: Sequence[str]) -> bool:
    """Return whether stems call what somebody may be allergic to though no kitchen has to declare it: coconut."""
    return tuple(stems) in _undeclared()[1] or (len(stems) == 1 and is_undeclared_food(stems[0]))


def is_undeclared_food(word: str) -> bool:
    """Return whether a stem calls a food that no kitchen has to declare, and no substance: garlic, not alcohol."""
    return not _undeclared()[0].isdisjoint(concepts(word))


@cache
def _undeclared() -> tuple[frozenset[str], frozenset[tuple[str, ...]]]:
    written = rtoml.loads(_FILE.read_text("utf-8"))["undeclared"]
    called = frozenset(tuple(stem(word) for word in words(each)) for each in written["called"])
    return frozenset(written["foods"].split()), called


# The most words of one such name: "noix de coco".
LONGEST_UNDECLARED = 3


def is_kind(word: str) -> bool:
    """Return whether a stem calls a kind of food: pasta, fish."""
    return word in _kinds()


@cache
def drinks() -> dict[str, str]:
    """Return what drinks are that say it in no other word, by their stems: a Negroni is a cocktail."""
    written = rtoml.loads(_FILE.read_text("utf-8"))["drinks"]
    return {stem(word): kind for kind, called in written.items() for word in words(called)}


# Kinds that no vegetarian eats: of these "is there any" wants no dish without.
_OF_ANIMALS = frozenset({"meat", "poultry", "game", "fish", "shellfish"})


def is_meat(word: str) -> bool:
    """Return whether a stem means meat or fish of any kind."""
    return word in _kinds(_OF_ANIMALS)


def is_of_animals(word: str) -> bool:
    """Return whether a stem means an animal's meat or fish, by its kind or its own name: cod, ham."""
    return is_meat(word) or not _foods_of_animals().isdisjoint(concepts(word))


@cache
def _foods_of_animals() -> frozenset[str]:
    return frozenset(food for foods in _kinds(_OF_ANIMALS).values() for food in foods)


@cache
def _kinds(only: frozenset[str] | None = None) -> dict[str, tuple[str, ...]]:
    """Return the foods of a kind by the stems of what the kind is called: "meat dishes" are of beef, lamb, ham …"""
    return {
        stem(word): tuple(kind["foods"].split())
        for name, kind in rtoml.loads(_FILE.read_text("utf-8"))["kind"].items()
        if only is None or name in only
        for word in words(kind["called"])
    }
