"""Owns slips of the finger in everyday words: "brekfast" is breakfast, unless the hotel has a nearer word. Pure."""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from guestchat.understanding.vocabulary import LANGUAGES, vocabulary

SHORTEST = 5  # in a shorter word a slip makes any other word of it


@cache
def understood() -> frozenset[str]:
    """Return every word of every vocabulary: it is no slip of another."""
    return frozenset(word for language in LANGUAGES for word in vocabulary(language).understood)


def spelt(tokens: Sequence[str], language: str, own: frozenset[str]) -> list[str]:
    """Return the words with slips put right; `own` are the hotel's words, which are spelt as the hotel does."""
    known = vocabulary(language).understood
    return [
        _meant(token, language, own)
        if len(token) >= SHORTEST and token not in known and token not in own and token.isalpha()
        else token
        for token in tokens
    ]


def slips(word: str, *, long: int) -> int:
    """Return how many slips are forgiven: two in a long word, else one."""
    return 1 if len(word) < long else 2


@lru_cache(maxsize=128)  # of the vocabularies, and of each hotel's words as they are now
def by_letter(words: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
    """Return words of some length by their first letter: guests rarely miss it."""
    grouped: dict[str, list[str]] = {}
    for each in sorted(words):
        if len(each) >= SHORTEST:
            grouped.setdefault(each[0], []).append(each)
    return {letter: tuple(each) for letter, each in grouped.items()}


def _meant(token: str, language: str, own: frozenset[str]) -> str:
    found = _everyday(token, language)
    if found is None:
        return token
    word, distance = found
    near = process.extractOne(
        token, by_letter(own).get(token[0], ()), scorer=DamerauLevenshtein.distance, score_cutoff=distance
    )
    return word if near is None or near[0] == word else token


@lru_cache(maxsize=8192)
def _everyday(token: str, language: str) -> tuple[str, int] | None:
    known = vocabulary(language)
    around = by_letter(known.everyday).get(token[0], ())
    found = process.extractOne(token, around, scorer=DamerauLevenshtein.distance, score_cutoff=slips(token, long=8))
    return None if found is None else (str(found[0]), int(found[1]))
