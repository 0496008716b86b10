"""Owns finding a message's language; pure. A hint decides where the words say nothing ("wifi?")."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import pairwise

from guestchat.understanding import allergies, glossing
from guestchat.understanding.food import concepts
from guestchat.understanding.stems import stem
from guestchat.understanding.vocabulary import LANGUAGES, singular, vocabulary
from guestchat.words import words


def detect(
    text: str,
    hint: str,
    offered: Sequence[str],
    spoken: Mapping[str, frozenset[str]],
    names: AbstractSet[tuple[str, str]] = frozenset(),
) -> str:
    """Return the language of a message: by its small words, then by its topic words, else the hint.

    `offered` are the hotel's languages, `spoken` the words that the hotel writes in one of them alone, `names` the
    pairs of words that stand side by side in a row's name: "enthält Boquerones en vinagre Mandeln" is German. The
    answer is a language of the hotel's or one that the assistant speaks.
    """
    # "24h" is a word of no language, whichever of them writes it like that.
    found = [word for word in _besides_names(words(text), names) if word.isalpha()]
    if not found:
        return hint
    candidates = list(dict.fromkeys([hint, *(each for each in offered if each[:2] in LANGUAGES), *LANGUAGES]))
    told = {language: _weights(found, language, spoken.get(language, frozenset())) for language in candidates}
    scores = {language: sum(each) for language, each in told.items()}
    best = max(candidates, key=lambda language: scores[language])
    # One shared word ("bar", "menu") must not turn an English talk into a French one.
    if scores[best] > scores.get(hint, 0.0) + _MARGIN:
        return best
    # "Entrantes": a long word that the hint's language does not know, and one other does.
    if not any(told[hint]) and any(len(word) >= _TELLING_LETTERS for word in found):
        knowing = [language for language in candidates if any(told[language])]
        if len(knowing) == 1:
            return knowing[0]
    # Two or three words that only one language knows all of: "vegetarian dishes".
    whole = [language for language in candidates if len(found) > 1 and all(told[language])]
    if len(whole) == 1:
        return whole[0]
    # "Aufzug?", "code wifi": no word of it is the hint's alone, and a glossary knows it.
    if len(found) <= _SHORT and max(told[hint]) < _OF_A_SENTENCE:
        meant = [language for language in candidates if _is_glossed(found, told, language, hint)]
        if len(meant) == 1:
            return meant[0]
    return hint


_SHORT, _SHORTEST_GLOSSED = 3, 4
_OF_A_SENTENCE = 0.6
_MARGIN = 0.5
_TELLING_LETTERS = 7  # a short one may be a slip: an English "desert" is a dessert


def _besides_names(found: Sequence[str], names: AbstractSet[tuple[str, str]]) -> Sequence[str]:
    """Return the words that are no part of a row's name, or all of them where nothing else is said."""
    inside = {place + more for place, pair in enumerate(pairwise(found)) if pair in names for more in (0, 1)}
    return [word for place, word in enumerate(found) if place not in inside] or found


def _is_glossed(found: Sequence[str], told: Mapping[str, Sequence[float]], language: str, hint: str) -> bool:
    """Return whether a language knows every word, and one or more of them that the hint's language does not."""
    if language == hint or language not in glossing.LANGUAGES:
        return False
    known = [bool(weight) or glossing.knows(word, language) for word, weight in zip(found, told[language], strict=True)]
    foreign = [
        word
        for word in found
        if (len(word) >= _SHORTEST_GLOSSED or not word.isascii())
        and not glossing.knows(word, hint)
        and not concepts(stem(word))  # a "cava" is called so in all languages
    ]
    return all(known) and any(glossing.knows(word, language) for word in foreign)


@lru_cache(maxsize=20_000)
def _names_an_allergen(word: str, language: str) -> bool:
    """Return whether a word is an allergen's name, or one glued to what is asked of it: "selleriefrei"."""
    return bool(allergies.find([word], vocabulary(language)).spans)


def _weights(found: Sequence[str], language: str, spoken: frozenset[str]) -> list[float]:
    known = vocabulary(language)
    return [
        1.0
        if word in known.common
        else 0.6
        if word in known.filler
        or word in spoken
        or word in known.colloquial_words
        or _names_an_allergen(word, language)
        else 0.4
        if word in known.understood or singular(word) in known.understood
        else 0.0
        for word in found
    ]
