"""Owns the vocabularies: how guests say things, a file a language, read once. The meaning of a phrase is its key.

The files are meant to be read and extended by people; `en.toml` explains the rules of matching.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import rtoml

from guestchat.understanding.inflection import forms
from guestchat.words import fold, words

LANGUAGES = ("en", "de", "fr", "es")
_FOLDER = Path(__file__).parent
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
_PLURAL_S = {"en", "fr", "es"}
# Where an s makes another word: French "mais" is no "mai".
_EXACT = {"month", "day", "date", "time", "number", "ordinal"}


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase found at words `start` to `end` (not included)."""

    key: str
    start: int
    end: int


@lru_cache(maxsize=8192)
def singular(word: str) -> str:
    """Return a word without the plural ending that English, French and Spanish share; crude, and the same for all."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ches", "shes", "sses", "xes", "oes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


class _Phrase(NamedTuple):
    """A phrase as it is compared, its words without plural endings but for prefixes; and as it is written."""

    rooted: tuple[str, ...]
    key: str
    words: tuple[str, ...]


def _goes_on(phrase: tuple[str, ...], tokens: Sequence[str], roots: Sequence[str], at: int) -> bool:
    """Return whether a phrase whose first word stands at place `at` goes on as these words do."""
    if at + len(phrase) > len(tokens):
        return False
    for place in range(1, len(phrase)):
        word = phrase[place]
        if roots[at + place] != word and not (word[-1] == "*" and tokens[at + place].startswith(word[:-1])):
            return False
    return True


class PhraseBook:
    """Phrases by key, found in a list of words; the longest phrase at a place wins."""

    def __init__(self, entries: Mapping[str, Sequence[str]], *, plurals: bool = True) -> None:
        self._root = singular if plurals else str
        self._by_first: dict[str, list[_Phrase]] = defaultdict(list)
        # By its first two letters, so that a word meets the few prefixes that it could begin with.
        self._by_prefix: dict[str, list[_Phrase]] = defaultdict(list)
        for key, phrases in entries.items():
            for phrase in phrases:
                self._add(key, phrase_words(phrase))
        self._by_first.default_factory = self._by_prefix.default_factory = None

    def _add(self, key: str, phrase: tuple[str, ...]) -> None:
        if not phrase:
            return
        rooted = tuple([word if word[-1] == "*" else self._root(word) for word in phrase])
        if phrase[0][-1] == "*":
            self._by_prefix[phrase[0][:2]].append(_Phrase(rooted, key, phrase))
        else:
            self._by_first[rooted[0]].append(_Phrase(rooted, key, phrase))

    def _all(self) -> Iterator[_Phrase]:
        return chain.from_iterable((*self._by_first.values(), *self._by_prefix.values()))

    @property
    def meanings(self) -> set[str]:
        """The keys of all phrases."""
        return {phrase.key for phrase in self._all()}

    def phrases(self, key: str) -> list[tuple[str, ...]]:
        """Return the phrases of a meaning."""
        return [phrase.words for phrase in self._all() if phrase.key == key]

    def find(self, tokens: Sequence[str]) -> list[Match]:
        """Return the phrases in these folded words, left to right; phrases of one length at one place all count."""
        found: list[Match] = []
        roots = [self._root(token) for token in tokens]
        first, prefixed = self._by_first.get, self._by_prefix.get
        after = 0
        # Some thirty tables are looked up in each clause, and most hold none of its words.
        for at, root in enumerate(roots):
            exact, begun = first(root), prefixed(tokens[at][:2])
            if (exact is None and begun is None) or at < after:
                continue
            candidates = [
                *(exact or ()),
                *(each for each in begun or () if tokens[at].startswith(each.rooted[0][:-1])),
            ]
            candidates = [
                each for each in candidates if len(each.rooted) == 1 or _goes_on(each.rooted, tokens, roots, at)
            ]
            if candidates:
                longest = max(len(each.rooted) for each in candidates)
                after = at + longest
                here = dict.fromkeys(each.key for each in candidates if len(each.rooted) == longest)
                found += [Match(key, at, after) for key in here]
        return found

    def keys(self, tokens: Sequence[str]) -> set[str]:
        """Return the keys of all phrases in these folded words."""
        return {match.key for match in self.find(tokens)}


@lru_cache(maxsize=65_536)
def phrase_words(phrase: str) -> tuple[str, ...]:
    """Return a phrase's folded words, keeping a word's final `*`; remembered, as several tables read the same ones."""
    if "*" not in phrase:
        return tuple(words(phrase))
    found: list[str] = []
    for piece in phrase.split():
        inside = words(piece)
        if inside and piece.endswith("*"):
            inside[-1] += "*"
        found += inside
    return tuple(found)


class Together:
    """Meanings told by words that stand anywhere in a clause: one word of each group."""

    def __init__(self, entries: Mapping[str, Sequence[str]], *, plurals: bool) -> None:
        self._root = singular if plurals else str
        self._by_word: dict[str, list[tuple[tuple[frozenset[str], ...], str]]] = defaultdict(list)
        for key, patterns in entries.items():
            for pattern in patterns:
                groups = tuple(frozenset(map(self._root, words(group.replace("|", " ")))) for group in pattern.split())
                for word in groups[0]:
                    self._by_word[word].append((groups, key))
        self._by_word.default_factory = None

    def find(self, tokens: Sequence[str]) -> list[tuple[str, frozenset[int]]]:
        """Return the meanings found in these folded words, each with the places of the words that tell it."""
        roots = [self._root(token) for token in tokens]
        found: dict[str, frozenset[int]] = {}
        for word in dict.fromkeys(roots):
            for groups, key in self._by_word.get(word, ()):
                places = _one_of_each(groups, roots)
                if places:
                    found[key] = found.get(key, frozenset()) | places
        return list(found.items())


def _one_of_each(groups: Sequence[frozenset[str]], roots: Sequence[str]) -> frozenset[int]:
    """Return the places of the words of all groups, each group at a place of its own; empty where one is not said."""
    by_group = [{place for place, root in enumerate(roots) if root in group} for group in groups]
    if not all(by_group) or len(frozenset().union(*by_group)) < len(groups):
        return frozenset()
    return frozenset().union(*by_group)


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around an allergen: `without {}` is before=("without",); `{}frei*` is glued="frei"."""

    key: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    glued: str


def _around(key: str, pattern: str) -> Around:
    before, _, after = pattern.partition("{}")
    glued = ""
    if after and not after.startswith(" "):
        glued, _, after = after.partition(" ")
    return Around(key, phrase_words(before), phrase_words(after), fold(glued).rstrip("*"))


class Vocabulary:
    """One language's tables."""

    def __init__(self, language: str) -> None:
        tables: dict[str, dict[str, Any]] = _read(_FOLDER / f"{language}.toml")
        topics = _read(_FOLDER / "topics" / f"{language}.toml")
        self.language = language
        self.common = frozenset(_folded(tables["language"]["common"]))
        self.filler = frozenset(word for entry in tables["filler"]["words"] for word in words(entry))
        self.half_minutes = int(tables["time"].pop("half_minutes")[0])
        self.around = [_around(key, pattern) for key, patterns in tables.pop("avoid").items() for pattern in patterns]
        self.cries = Together(tables.pop("cry"), plurals=language in _PLURAL_S)
        self.whereabouts = Together(tables.pop("whereabouts"), plurals=language in _PLURAL_S)
        # The cautious reading decides, then the longest: "without nuts in the bar" wants none, whatever "nuts in the"
        # would say; "not containing {}" comes before "containing {}".
        self.around.sort(
            key=lambda each: (_CAUTIOUS.index(each.key), -(len(each.before) + len(each.after) + bool(each.glued)))
        )
        self._books = {
            name: PhraseBook(entries, plurals=language in _PLURAL_S and name not in _EXACT)
            for name, entries in tables.items()
        }
        for name in ("topic", "detail"):
            self._books[name] = PhraseBook(topics[name], plurals=language in _PLURAL_S)
        self.together = Together(topics["together"], plurals=language in _PLURAL_S)
        # Words that ask for nothing of their own.
        self.plain_words = frozenset(word for entry in topics["plain"]["words"] for word in words(entry))
        self.plain = self.plain_words.union(form for word in self.plain_words for form in forms(word, language))
        cried = {word.rstrip("*") for phrase in self["emergency"].phrases("ask") for word in phrase}
        self.cried_words = tuple(sorted(word for word in cried if len(word) >= 7))
        self.topic_words = _single_words(topics["topic"])
        self.detail_words = _single_words(topics["detail"])
        self.known = frozenset(
            word.rstrip("*")
            for entries in tables.values()
            for phrases in entries.values()
            for phrase in phrases
            for word in phrase_words(phrase)
        )
        # What guests say of food, places and times: words whose slips are put right.
        self.everyday = frozenset(
            word
            for name in _SPELT
            for phrases in tables[name].values()
            for phrase in phrases
            for word in phrase_words(phrase)
            if not word.endswith("*")
        )
        of_topics = {
            word
            for table in topics.values()
            for phrases in table.values()
            for phrase in phrases
            for word in _words_of(phrase.split("|"))
        }
        self.understood = self.known | self.filler | self.common | of_topics
        phrase_words.cache_clear()  # the next language says it in other words

    def __getitem__(self, table: str) -> PhraseBook:
        """Return a table's phrases."""
        return self._books[table]


def _words_of(phrases: Iterable[str]) -> set[str]:
    return {word.rstrip("*") for phrase in phrases for word in phrase_words(phrase)}


def _single_words(entries: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Return the phrases of one word."""
    found = (phrase_words(phrase) for phrases in entries.values() for phrase in phrases)
    return frozenset(phrase[0].rstrip("*") for phrase in found if len(phrase) == 1)


def _read(file: Path) -> dict[str, dict[str, Any]]:
    # Half a megabyte in all, read with each start: Python's own reader takes four times as long.
    return rtoml.loads(file.read_text("utf-8"))


def _folded(entries: Iterable[str]) -> Iterable[str]:
    return (word for entry in entries for word in words(entry))


@cache
def vocabulary(language: str) -> Vocabulary:
    """Return a language's vocabulary; English for a language without one."""
    base = language[:2]
    return Vocabulary(base if base in LANGUAGES else "en")
