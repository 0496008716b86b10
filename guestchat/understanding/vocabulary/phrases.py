"""Owns how words are compared with phrases: tables of them that are looked up, and how a table is made of lists."""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from guestchat.words import words

# A phrase as it is compared, its words without plural endings but for prefixes; its meaning; and as it is written.
Phrase = tuple[tuple[str, ...], str, tuple[str, ...]]
_BEGUN = "*"


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase found at words `start` to `end` (not included)."""

    key: str
    start: int
    end: int

    @property
    def places(self) -> range:
        """The places of its words."""
        return range(self.start, self.end)


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


class Book(NamedTuple):
    """A table of phrases, made of nothing but what `marshal` keeps."""

    plurals: bool
    # By the first word: what is complete with it; and longer ones by the second, since hundreds of phrases begin with
    # "how" or "is", those under `*` whose second word is the beginning of one.
    first: dict[str, tuple[list[Phrase], dict[str, list[Phrase]]]]
    # By the beginning of a first word.
    begun: dict[str, list[Phrase]]


def book(entries: Mapping[str, Sequence[str]], *, plurals: bool = True) -> Book:
    """Make a table of lists of phrases by their meaning."""
    root = singular if plurals else str
    first: dict[str, tuple[list[Phrase], dict[str, list[Phrase]]]] = {}
    begun: dict[str, list[Phrase]] = {}
    for key, phrases in entries.items():
        for phrase in map(phrase_words, phrases):
            if not phrase:
                continue
            rooted = shared(word if word[-1] == "*" else root(word) for word in phrase)
            written = shared(phrase)
            entry = (rooted, sys.intern(key), rooted if rooted == written else written)
            if rooted[0][-1] == "*":
                begun.setdefault(rooted[0][:-1], []).append(entry)
                continue
            alone, longer = first.setdefault(rooted[0], ([], {}))
            if len(rooted) == 1:
                alone.append(entry)
            else:
                longer.setdefault(_BEGUN if rooted[1][-1] == "*" else rooted[1], []).append(entry)
    return Book(plurals, first, begun)


def shared(found: Iterable[str]) -> tuple[str, ...]:
    """Return words, each of which is kept once however many tables it stands in."""
    return tuple(map(sys.intern, found))


class PhraseBook:
    """Phrases by key, found in a list of words; the longest phrase at a place wins."""

    def __init__(self, table: Book) -> None:
        self._table = table

    def _all(self) -> Iterator[Phrase]:
        for alone, longer in self._table.first.values():
            yield from alone
            yield from chain.from_iterable(longer.values())
        yield from chain.from_iterable(self._table.begun.values())

    @property
    def meanings(self) -> set[str]:
        """The keys of all phrases."""
        return {key for _rooted, key, _written in self._all()}

    def phrases(self, key: str) -> list[tuple[str, ...]]:
        """Return the phrases of a meaning."""
        return [written for _rooted, each, written in self._all() if each == key]

    def find(self, tokens: Sequence[str]) -> list[Match]:
        """Return the phrases in these folded words, left to right; phrases of one length at one place all count."""
        plurals, first, begun = self._table
        singulars, beginnings = _as_looked_up(tuple(tokens))
        roots = singulars if plurals else tokens
        # Some fifty tables are looked up in each clause, and most hold none of its words, or one.
        begin_so: dict[int, list[Phrase]] = {}
        if not begun.keys().isdisjoint(beginnings):
            for beginning, places in beginnings.items():
                if phrases := begun.get(beginning):
                    for place in places:
                        begin_so.setdefault(place, []).extend(phrases)
        elif first.keys().isdisjoint(roots):
            return []
        found: list[Match] = []
        after = 0
        for at, root in enumerate(roots):
            if at < after:
                continue
            here: list[Phrase] = []
            if (known := first.get(root)) is not None:
                alone, longer = known
                here += alone
                if longer and at + 1 < len(roots):
                    following = (*longer.get(roots[at + 1], ()), *longer.get(_BEGUN, ()))
                    here += [phrase for phrase in following if _goes_on(phrase[0], tokens, roots, at)]
            if at in begin_so:
                here += [phrase for phrase in begin_so[at] if _goes_on(phrase[0], tokens, roots, at)]
            if here:
                longest = max([len(rooted) for rooted, _key, _written in here])
                after = at + longest
                keys = dict.fromkeys([key for rooted, key, _written in here if len(rooted) == longest])
                found += [Match(key, at, after) for key in keys]
        return found

    def keys(self, tokens: Sequence[str]) -> set[str]:
        """Return the keys of all phrases in these folded words."""
        return {match.key for match in self.find(tokens)}


@lru_cache(maxsize=256)
def _as_looked_up(tokens: tuple[str, ...]) -> tuple[tuple[str, ...], dict[str, list[int]]]:
    """Return words without their plural endings, and the places of the words that begin with each beginning.

    Remembered while one clause meets all tables.
    """
    beginnings: dict[str, list[int]] = {}
    for place, token in enumerate(tokens):
        for length in range(1, len(token) + 1):
            beginnings.setdefault(token[:length], []).append(place)
    return tuple(map(singular, tokens)), beginnings


def _goes_on(phrase: tuple[str, ...], tokens: Sequence[str], roots: Sequence[str], at: int) -> bool:
    """Return whether a phrase whose first word stands at place `at` goes on as these words do."""
    if at + len(phrase) > len(tokens):
        return False
    for place in range(1, len(phrase)):
        word = phrase[place]
        if roots[at + place] != word and not (word[-1] == "*" and tokens[at + place].startswith(word[:-1])):
            return False
    return True


Groups = dict[str, list[tuple[tuple[frozenset[str], ...], str]]]


def groups(entries: Mapping[str, Sequence[str]], *, plurals: bool) -> Groups:
    """Make a table of patterns by their meaning: by each word of a pattern's first group."""
    root = singular if plurals else str
    by_word: Groups = defaultdict(list)
    for key, patterns in entries.items():
        for pattern in patterns:
            of = tuple(frozenset(shared(map(root, words(group.replace("|", " "))))) for group in pattern.split())
            for word in of[0]:
                by_word[word].append((of, sys.intern(key)))
    return dict(by_word)


class Together:
    """Meanings told by words that stand anywhere in a clause: one word of each group."""

    def __init__(self, table: Groups, *, plurals: bool) -> None:
        self._root = singular if plurals else str
        self._by_word = table

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
