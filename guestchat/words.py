"""Owns the small text operations that passages and questions share, so that both are searched alike; pure."""

import re
import unicodedata
from functools import lru_cache

WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
# French glues its small words on: "l'eau" is water. Only in "s'il" the small word is the one that counts: it is an if.
_ELIDED = re.compile(r"\b(?!s'ils?\b)(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)'(?=[^\W_]{2})")
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "\u2019": "'"})


class _WithoutAccents(dict[int, int | None]):
    """A table for `str.translate` that drops combining marks; it learns the alphabets of Europe, and no others."""

    def __missing__(self, code: int) -> int | None:
        kept = None if unicodedata.combining(chr(code)) else code
        if code < 0x3000:
            self[code] = kept
        return kept


_ACCENTS = _WithoutAccents()


def fold(text: str) -> str:
    """Return text in lower case without accents: `Käsespätzle` becomes `kasespatzle`.

    The embedded PostgreSQL has no `unaccent`; folding here keeps both sides of every comparison alike.
    """
    if text.isascii():
        return text.lower()
    folded = text.casefold().translate(_LETTERS)
    return folded if folded.isascii() else unicodedata.normalize("NFKD", folded).translate(_ACCENTS)


def words(text: str) -> list[str]:
    """Return the folded words of a text, in order, without what French glues to their beginning."""
    folded = fold(text)
    return WORD.findall(_ELIDED.sub("", folded) if "'" in folded else folded)


@lru_cache(maxsize=8_192)
def row_words(text: str) -> tuple[str, ...]:
    """Return the words of a hotel's text, remembered as a dozen indexes are made of it; never for a guest's."""
    return tuple(words(text))


@lru_cache(maxsize=1024)
def _name_pattern(name: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:the\s+)?" + re.escape(name.strip()) + r"\b", re.IGNORECASE)


def without_name(text: str, hotel_name: str) -> str:
    """Return a text with the hotel's own name replaced by `the hotel`: it is in every text and tells none apart."""
    return _name_pattern(hotel_name).sub("the hotel", text) if hotel_name.strip() else text
