"""Owns what a dish table would do to a hotel's dishes, told before anything is done; pure."""

import hashlib
import json
from dataclasses import dataclass

from menus.content import Content


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """What is wrong in a cell, or in a row where no heading is told."""

    row: int
    heading: str
    sentence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One field of a dish; `eases`: afterwards a guest is warned less, or offered more."""

    heading: str
    old: str
    new: str
    is_safety: bool = False
    eases: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A dish that is new or that changes."""

    row: int
    key: str
    name: str
    where: str
    is_new: bool
    changes: tuple[Change, ...]
    contradictions: tuple[str, ...] = ()

    @property
    def safety(self) -> tuple[Change, ...]:
        """The changes that concern what somebody must not eat."""
        return tuple(each for each in self.changes if each.is_safety)

    @property
    def others(self) -> tuple[Change, ...]:
        """All other changes."""
        return tuple(each for each in self.changes if not each.is_safety)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What a table would do; `content` is the hotel as it would be, of the rows that are good."""

    content: Content
    entries: tuple[Entry, ...]
    unchanged: int
    faults: tuple[Fault, ...]
    unread: tuple[str, ...]
    sections: tuple[str, ...]

    @property
    def new(self) -> list[Entry]:
        """The dishes that there are not yet."""
        return [each for each in self.entries if each.is_new]

    @property
    def changed(self) -> list[Entry]:
        """The dishes that change."""
        return [each for each in self.entries if not each.is_new]

    @property
    def safety(self) -> list[Entry]:
        """The dishes whose allergens or diets are told anew."""
        return [each for each in self.entries if each.safety]

    @property
    def bad_rows(self) -> list[int]:
        """The numbers of the rows that are left out."""
        return sorted({each.row for each in self.faults})

    @property
    def mark(self) -> str:
        """What is another as soon as anything else would be done."""
        told = [[[each.row, each.key, each.is_new, each.where], _told(each)] for each in self.entries]
        everything = json.dumps([told, self.bad_rows, self.sections, self.unchanged])
        return hashlib.sha256(everything.encode()).hexdigest()


def _told(entry: Entry) -> list[list[str]]:
    return [[each.heading, each.old, each.new] for each in entry.changes]
