"""Owns the vocabularies: how guests say things, a file a language, read once. The meaning of a phrase is its key.

The files are meant to be read and extended by people; `en.toml` explains the rules of matching.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

from guestchat.understanding.vocabulary.compiled import tables_of
from guestchat.understanding.vocabulary.phrases import Book, Match, PhraseBook, Together, singular
from guestchat.words import row_words

__all__ = ["LANGUAGES", "Around", "Match", "PhraseBook", "Vocabulary", "singular", "told_by", "vocabulary"]

LANGUAGES = ("en", "de", "fr", "es")


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around an allergen: `without {}` is before=("without",); `{}frei*` is glued="frei"."""

    key: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    glued: str


_ANY = ("", "")


class Vocabulary:
    """One language's tables."""

    def __init__(self, language: str) -> None:
        made = tables_of(language)
        self.plurals: bool = made["plurals"]
        self.language = language
        self.common: frozenset[str] = made["common"]
        self.filler: frozenset[str] = made["filler"]
        self.half_minutes: int = made["half_minutes"]
        self.around = [Around(*each) for each in made["around"]]
        self.glued = sorted({each.glued for each in self.around if each.glued}, key=len, reverse=True)
        # The numbers of those told by the word right before an allergen, by the one right behind it, and otherwise.
        self._by_word: dict[tuple[str, str], list[int]] = {}
        for number, each in enumerate(self.around):
            beside = ("before", each.before[-1]) if each.before else ("after", each.after[0]) if each.after else _ANY
            self._by_word.setdefault(_ANY if beside[1].endswith("*") else beside, []).append(number)
        # What is said in dialect or typed in short, word by word, with what is meant by it.
        self.colloquial: Mapping[tuple[str, ...], str] = made["colloquial"]
        self.colloquial_words = frozenset(said[0] for said in self.colloquial if len(said) == 1)
        # By the first word, how many words what begins with it has at most.
        self.longest_colloquial: dict[str, int] = {}
        for said in self.colloquial:
            self.longest_colloquial[said[0]] = max(self.longest_colloquial.get(said[0], 0), len(said))
        self.cries = Together(made["cries"], plurals=self.plurals)
        self.whereabouts = Together(made["whereabouts"], plurals=self.plurals)
        self.together = Together(made["together"], plurals=self.plurals)
        self.plain_words: frozenset[str] = made["plain_words"]
        self.plain: frozenset[str] = made["plain"]
        self.cried_words: tuple[str, ...] = made["cried_words"]
        self.topic_words: frozenset[str] = made["topic_words"]
        self.detail_words: frozenset[str] = made["detail_words"]
        self.known: frozenset[str] = made["known"]
        self.everyday: frozenset[str] = made["everyday"]
        # The words around an allergen, with how many patterns have each.
        self.stances: Mapping[str, int] = made["stances"]
        self.begun: frozenset[str] = made["begun"]
        self.understood: frozenset[str] = made["understood"]
        self._books = {name: PhraseBook(Book(*table)) for name, table in made["books"].items()}

    def __getitem__(self, table: str) -> PhraseBook:
        """Return a table's phrases."""
        return self._books[table]

    def around_between(self, before: str, after: str) -> list[Around]:
        """Return, in their order, those that may stand around an allergen between these two words."""
        known = self._by_word
        numbers = (*known.get(("before", before), ()), *known.get(("after", after), ()), *known.get(_ANY, ()))
        return [self.around[number] for number in sorted(numbers)]


def vocabulary(language: str) -> Vocabulary:
    """Return a language's vocabulary; English for a language without one."""
    found = _read.get(language)
    return found if found is not None else _of(language)


_read: dict[str, Vocabulary] = {}
_reading = Lock()


def _of(language: str) -> Vocabulary:
    """Read a vocabulary once, however many threads begin with it at the start."""
    base = language[:2] if language[:2] in LANGUAGES else "en"
    with _reading:
        if base not in _read:
            _read[base] = Vocabulary(base)
        return _read[base]


def told_by(table: str, *texts: Mapping[str, str]) -> frozenset[str]:
    """Return the meanings that a table finds in a hotel's texts, in whatever languages they are."""
    return frozenset().union(*(_told_by(table, language, said) for text in texts for language, said in text.items()))


@lru_cache(maxsize=8_192)
def _told_by(table: str, language: str, text: str) -> frozenset[str]:
    # Remembered: several indexes ask the same of a hotel's rows, and answers ask it of the same few labels.
    return frozenset(vocabulary(language)[table].keys(row_words(text)))
