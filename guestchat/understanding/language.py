"""Owns finding a message's language; pure. A hint decides where the words say nothing ("wifi?")."""

from collections.abc import Mapping, Sequence

from guestchat.understanding.vocabulary import LANGUAGES, vocabulary
from guestchat.words import words


def detect(text: str, hint: str, offered: Sequence[str], spoken: Mapping[str, frozenset[str]]) -> str:
    """Return the language of a message: by its small words, then by its topic words, else the hint.

    `offered` are the hotel's languages, `spoken` the words that the hotel writes in one of them alone. The answer is
    a language of the hotel's or one that the assistant speaks.
    """
    found = words(text)
    if not found:
        return hint
    candidates = list(dict.fromkeys([hint, *(each for each in offered if each[:2] in LANGUAGES), *LANGUAGES]))
    scores = {language: _score(found, language, spoken.get(language, frozenset())) for language in candidates}
    best = max(candidates, key=lambda language: scores[language])
    # One shared word ("bar", "menu") must not turn an English talk into a French one.
    return best if scores[best] > scores.get(hint, 0.0) + 0.5 else hint


def _score(found: Sequence[str], language: str, spoken: frozenset[str]) -> float:
    known = vocabulary(language)
    return sum(
        1.0
        if word in known.common
        else 0.6
        if word in known.filler or word in spoken or known["allergen"].find([word])
        else 0.4
        if word in known.known
        else 0.0
        for word in found
    )
