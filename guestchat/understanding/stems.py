"""Owns the stem of a word: crude, and the same for every language, for a menu's words are of several. Pure."""

from functools import lru_cache

from guestchat.understanding.vocabulary import singular


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
