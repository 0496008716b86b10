"""Owns slips of the finger in everyday words: "brekfast" is breakfast, unless the hotel has a nearer word. Pure."""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from guestchat.understanding.vocabulary import LANGUAGES, singular, vocabulary

SHORTEST = 5  # in a shorter word a slip makes any other word of it
_SHORTEST_BEGINNING = 6


def spelt(tokens: Sequence[str], language: str, own: frozenset[str]) -> list[str]:
    """Return the words with slips put right; `own` are the hotel's words, which are spelt as the hotel does."""
    return [
        _owner(token, own) or _meant(token, language, own)
        if len(token) >= SHORTEST
        and token.replace("'", "").isalpha()
        and token not in own
        and not _is_right(token, language)
        else token
        for token in tokens
    ]


def _owner(word: str, own: frozenset[str]) -> str:
    """Return who has something, of "the spa's number"; empty where the hotel and English know nobody of that name."""
    owner = word.removesuffix("'s")
    if owner == word or owner in vocabulary("en").filler:
        return ""
    return owner if owner in own or _is_right(owner, "en") else ""


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


# --- what is no slip ----------------------------------------------------------
def is_understood(word: str) -> bool:
    """Return whether any vocabulary has a word, in the plural or not: it is no slip of another."""
    return any(_is_right(word, language) for language in LANGUAGES)


def _is_right(word: str, language: str) -> bool:
    # "Crabs" are no slip of "carbs", though the vocabulary has only the crab.
    return word in vocabulary(language).understood or singular(word) in _singulars(language)


@cache
def _singulars(language: str) -> frozenset[str]:
    """Return the words that have a plural: not those around an allergen, which are looked up as they are written."""
    known = vocabulary(language)
    if not known.plurals:
        return frozenset()
    return frozenset(map(singular, known.understood - known.stances.keys())) - known.stances.keys()


@lru_cache(maxsize=128)
def _names(own: frozenset[str]) -> frozenset[str]:
    """Return the hotel's words that nobody else has; that it writes "allergic" hides no slip of "allergisch"."""
    return frozenset(word for word in own if not is_understood(word))


# --- what is meant ------------------------------------------------------------
_SOUNDS_LIKE = {"s": "cz", "c": "sk", "k": "c", "z": "sc", "f": "v", "v": "fb", "b": "v", "g": "j", "j": "g"}


def _meant(token: str, language: str, own: frozenset[str]) -> str:
    found = _known(token, language)
    if found is None:
        return _glued(token, language) or _begun(token, language)
    word, distance = found
    near = process.extractOne(
        token, by_letter(_names(own)).get(token[0], ()), scorer=DamerauLevenshtein.distance, score_cutoff=distance
    )
    return word if near is None or near[0] == word else token


@lru_cache(maxsize=8192)
def _known(token: str, language: str) -> tuple[str, int] | None:
    """Return the nearest word and how far it is; of two as near an allergen, or what is said around one.

    Whether an allergy was stated hangs by these: "alergcio", "barly".
    """
    known = vocabulary(language)
    tables = (
        [frozenset(word for word in known.stances if "'" in word)]  # "doens't"; but "men's" is no slip of "menus"
        if "'" in token
        else [_allergens(language), frozenset(known.stances), known.everyday]
    )
    found = [near for table in tables if (near := _nearest(token, table, known.stances)) is not None]
    return min(found, key=lambda near: near[1], default=None)


def _nearest(token: str, words: frozenset[str], weights: Mapping[str, int]) -> tuple[str, int] | None:
    """Return the nearest word; of those as near, the one with most weight: "allrgic" is no slip of "alergic"."""
    around = by_letter(words).get(token[0], ())
    found = process.extract(
        token, around, scorer=DamerauLevenshtein.distance, score_cutoff=slips(token, long=8), limit=None
    )
    if not found:
        # "Selery" is written as it is heard.
        heard = [each for letter in _SOUNDS_LIKE.get(token[0], "") for each in by_letter(words).get(letter, ())]
        found = process.extract(token, heard, scorer=DamerauLevenshtein.distance, score_cutoff=1, limit=None)
    best = min(found, key=lambda near: (near[1], -weights.get(near[0], 0)), default=None)
    return None if best is None else (str(best[0]), int(best[1]))


@lru_cache(maxsize=8192)
def _begun(token: str, language: str) -> str:
    """Return a word whose slip is in what it begins with, whatever its ending: "veetarisches" is vegetarian.

    The last letter of the beginning is right: "allerdings" is no slip of "allergic".
    """
    for beginning in vocabulary(language).begun:
        if len(beginning) < _SHORTEST_BEGINNING or beginning[0] != token[0]:
            continue
        for length in (len(beginning), len(beginning) + 1, len(beginning) - 1):
            said = token[:length]
            if said[-1] == beginning[-1] and DamerauLevenshtein.distance(said, beginning, score_cutoff=1) == 1:
                return beginning + token[length:]
    return token


@lru_cache(maxsize=8192)
def _glued(token: str, language: str) -> str:
    """Return a word with the slip in what is glued to an allergen put right: "glutenrfei"; "" where there is none.

    A letter that is another one makes other words, and so does a first one that is dropped, or a word that is one:
    "Haferbrei", "Molkerei", "Fischfeier".
    """
    known = vocabulary(language)
    of_allergens = known["allergen"]
    for ending in known.glued:
        if token.endswith(ending):
            head = token.removesuffix(ending)
            found = None if of_allergens.keys([head]) else _nearest(head, _allergens(language), known.stances)
            return found[0] + ending if found is not None and found[1] == 1 else ""
    for ending in known.glued:
        for length in (len(ending), len(ending) - 1, len(ending) + 1):
            said = token[-length:]
            as_many = length == len(ending)
            if said in known.understood or (sorted(said) != sorted(ending) if as_many else said[0] != ending[0]):
                continue
            head = token[:-length]
            if DamerauLevenshtein.distance(said, ending, score_cutoff=1) == 1 and of_allergens.keys([head]):
                return head + ending
    return ""


@cache
def _allergens(language: str) -> frozenset[str]:
    """Return the allergens' words that stand alone."""
    book = vocabulary(language)["allergen"]
    return frozenset(
        phrase[0] for key in book.meanings for phrase in book.phrases(key) if len(phrase) == 1 and phrase[0][-1] != "*"
    )
