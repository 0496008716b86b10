"""Owns the stem of a word, and whether texts say it: crude, and the same for every language. Pure.

A menu's words are of several languages.
"""

import re
from functools import lru_cache

from guestchat.understanding.vocabulary import singular

# "Parking" and "park", "smoking" and "smoke"; what is left has at least three letters.
_ENDINGS = re.compile(r"(?<=\w{3})(?:ing|ed|e)$")


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """Return a word without common endings, so that `Suppen` meets `Suppe` and `l'agneau` meets `agneau`."""
    head, mark, tail = word.partition("'")
    if mark:
        # French and Italian glue an article to the front, English an s to the end.
        word = tail if len(tail) > 2 else head
    word = singular(word)
    for ending in ("en", "n", "e"):
        if len(word) > 5 and word.endswith(ending):
            return word[: -len(ending)]
    return word


def says(own: frozenset[str], word: str) -> bool:
    """Return whether texts have a word, another form of it ("smoke" meets "smoking"), or a compound with it."""
    if word in own or _root(word) in _roots(own):
        return True
    if len(word) < 5:
        return False
    return any(each.startswith(word) or word.startswith(each) for each in _by_beginning(own).get(word[:5], ()))


@lru_cache(maxsize=20_000)
def _root(word: str) -> str:
    return _ENDINGS.sub("", word)


@lru_cache(maxsize=20_000)
def _roots(own: frozenset[str]) -> frozenset[str]:
    return frozenset(_root(each) for each in own)


@lru_cache(maxsize=20_000)
def _by_beginning(own: frozenset[str]) -> dict[str, list[str]]:
    """Return an article's words by their first five letters: it is asked of forty articles a question."""
    found: dict[str, list[str]] = {}
    for each in own:
        found.setdefault(each[:5], []).append(each)
    return found
