"""Owns what a language's files become before they are used: made once, and kept beside them."""

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import rtoml

import guestchat.words
from guestchat.kept import tables
from guestchat.understanding import inflection
from guestchat.understanding.vocabulary import phrases
from guestchat.understanding.vocabulary.phrases import book, groups, phrase_words, shared
from guestchat.words import fold, words

FOLDER = Path(__file__).parent
_PLURAL_S = {"en", "fr", "es"}
# Where an s makes another word: French "mais" is no "mai".
_EXACT = {"month", "day", "date", "time", "number", "ordinal"}
_CAUTIOUS = ("mine", "absent", "contains")
_SPELT = (
    "aspect",
    "hours",
    "menu",
    "course",
    "wine",
    "diet",
    "allergen",
    "meal",
    "venue",
    "fact",
    "day",
    "date",
    "time",
)
_MADE_BY = [Path(str(module.__file__)) for module in (phrases, inflection, guestchat.words, sys.modules[__name__])]


def tables_of(language: str, *, keep: bool = not sys.dont_write_bytecode) -> dict[str, Any]:
    """Return a language's tables as plain values; `keep` writes them beside its files where they are not."""
    sources = (FOLDER / f"{language}.toml", FOLDER / "topics" / f"{language}.toml")

    def make() -> dict[str, Any]:
        return _made(language, *(rtoml.loads(source.read_text("utf-8")) for source in sources))

    return tables(sources[0], (sources[1], *_MADE_BY), make, keep=keep)


# --- making -----------------------------------------------------------------
def _made(language: str, tables: dict[str, dict[str, Any]], topics: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    plurals = language in _PLURAL_S
    common = _set(word for entry in tables["language"]["common"] for word in words(entry))
    filler = _set(word for entry in tables["filler"]["words"] for word in words(entry))
    no_slips = _set(word for entry in tables.pop("no_slip")["words"] for word in words(entry))
    half_minutes = int(tables["time"].pop("half_minutes")[0])
    around = [_around(key, pattern) for key, patterns in tables.pop("avoid").items() for pattern in patterns]
    # The cautious reading decides, then the longest: "without nuts in the bar" wants none, whatever "nuts in the"
    # would say; "not containing {}" comes before "containing {}".
    around.sort(key=lambda each: (_CAUTIOUS.index(each[0]), -(len(each[1]) + len(each[2]) + bool(each[3]))))
    stances = Counter(word for _key, before, after, _glued in around for word in (*before, *after))
    colloquial = tables.pop("colloquial")
    cries, whereabouts = tables.pop("cry"), tables.pop("whereabouts")
    books = {name: book(entries, plurals=plurals and name not in _EXACT) for name, entries in tables.items()}
    books |= {name: book(topics[name], plurals=plurals) for name in ("topic", "detail")}
    plain_words = _set(word for entry in topics["plain"]["words"] for word in words(entry))
    cried = {word.rstrip("*") for phrase in tables["emergency"]["ask"] for word in phrase_words(phrase)}
    known = _set(word.rstrip("*") for entries in tables.values() for word in _words_of(entries))
    of_topics = {
        word.rstrip("*")
        for table in topics.values()
        for patterns in table.values()
        for pattern in patterns
        for phrase in pattern.split("|")
        for word in phrase_words(phrase)
    }
    phrase_words.cache_clear()  # the next language says it in other words
    return {
        "plurals": plurals,
        "common": common,
        "filler": filler,
        "half_minutes": half_minutes,
        "around": around,
        "colloquial": {shared(words(said)): str(meant) for meant, listed in colloquial.items() for said in listed},
        "cries": groups(cries, plurals=plurals),
        "whereabouts": groups(whereabouts, plurals=plurals),
        "together": groups(topics["together"], plurals=plurals),
        "books": {name: tuple(each) for name, each in books.items()},
        "plain_words": plain_words,
        # Words that ask for nothing of their own.
        "plain": plain_words.union(form for word in plain_words for form in shared(inflection.forms(word, language))),
        "cried_words": tuple(sorted(word for word in cried if len(word) >= 7)),
        "topic_words": _single_words(topics["topic"]),
        "detail_words": _single_words(topics["detail"]),
        "known": known,
        # What guests say of food, places and times, and around an allergen: words whose slips are put right.
        "everyday": _set(word for name in _SPELT for word in _words_of(tables[name]) if not word.endswith("*")),
        "stances": {sys.intern(word): count for word, count in stances.items() if not word.endswith("*")},
        # The same of words that are written with any ending, where an allergy hangs by them.
        "begun": _set(
            word[:-1]
            for word in chain(stances, *(_words_of(tables[name]) for name in ("diet", "allergen")))
            if word.endswith("*")
        ),
        "understood": known | filler | common | no_slips | _set(of_topics) | _set(word.rstrip("*") for word in stances),
    }


def _set(found: Iterable[str]) -> frozenset[str]:
    return frozenset(shared(found))


def _words_of(entries: Mapping[str, Sequence[str]]) -> Iterable[str]:
    return (word for listed in entries.values() for phrase in listed for word in phrase_words(phrase))


def _single_words(entries: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Return the phrases of one word."""
    found = (phrase_words(phrase) for listed in entries.values() for phrase in listed)
    return _set(phrase[0].rstrip("*") for phrase in found if len(phrase) == 1)


def _around(key: str, pattern: str) -> tuple[str, tuple[str, ...], tuple[str, ...], str]:
    """Return what stands before and after an allergen and what is glued to it, with its meaning first."""
    before, _, after = pattern.partition("{}")
    glued = ""
    if after and not after.startswith(" "):
        glued, _, after = after.partition(" ")
    return key, phrase_words(before), phrase_words(after), fold(glued).rstrip("*")
