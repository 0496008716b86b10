"""Owns what understanding hands on: a message as a query of one or more parts, and what a follow-up refers to."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from guestchat.understanding.when import When


class Intent(StrEnum):
    """What one part of a message wants."""

    EMERGENCY = "emergency"
    PERSON = "person"
    PRIVATE = "private"
    TALK = "talk"
    REQUEST = "request"
    DISH = "dish"
    LIST = "list"
    HOURS = "hours"
    PLACE = "place"
    FACT = "fact"
    QUESTION = "question"


@dataclass(frozen=True, kw_only=True)
class Part:
    """One question of a message.

    `text` is the clause as written, `spelt` with slips put right, for what reads texts whole; `subjects` are the
    matters of hotel life that it names and `details` what it asks of them, the same in every language; `beyond` are the
    stems that say something else ("wifi in the annex"), `bounds` those of them that bind it to a place or a use. `rest`
    are the stems that no interpretation explains, which decide between a row's fact and an article; `aside` are plain
    words that nobody says of what is to eat: "is the *welcome* drink free". `unsure` is set where a dish was named only
    in part or with a slip.
    """

    text: str
    spelt: str
    intent: Intent
    topic: str = ""  # of small talk, an hours or a hotel fact: its vocabulary key
    items: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    added: tuple[str, ...] = ()  # foods that a dish is to come with and has no option for
    options_held: bool = False  # they were taken in an earlier question: others may be meant as well
    dropped: tuple[str, ...] = ()  # dishes that an order is to be without from now on
    unsure: bool = False
    venues: tuple[str, ...] = ()
    venue_kinds: tuple[str, ...] = ()
    meals: tuple[str, ...] = ()
    courses: tuple[str, ...] = ()
    wines: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    diets: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    containing: tuple[str, ...] = ()
    foods: tuple[str, ...] = ()  # stems of foods asked for by name, though an allergen is called so
    aspects: frozenset[str] = frozenset()
    price_up_to: Decimal | None = None
    price_from: Decimal | None = None
    order: str = ""  # "cheapest" or "dearest"
    kids: bool = False
    mild: bool = False
    spicy: bool = False
    drinks: bool = False
    when: When = field(default_factory=When)
    room: str = ""
    quantity: int | None = None
    words: tuple[str, ...] = ()
    subjects: frozenset[str] = frozenset()
    details: frozenset[str] = frozenset()
    beyond: tuple[str, ...] = ()
    bounds: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    follow_up: bool = False
    led_by: str = ""  # what a question that names nothing is about, in English: "can my 14 year old use it"
    tells: bool = False  # "Feathers make me sneeze.": nothing is asked, another clause does that


@dataclass(frozen=True, kw_only=True)
class Query:
    """A guest's message, understood. `allergies` were stated in it and hold from now on; so do somebody's `diets`.

    `unlisted` is what somebody cannot have and no kitchen declares, `without` what is to be left out this once: the
    guest's words for it. `said` is the text without
    what was said around its questions.
    """

    text: str
    said: str
    language: str
    parts: tuple[Part, ...]
    allergies: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    diets: tuple[str, ...] = ()
    diets_of_another: bool = False


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a follow-up may refer to: rows of the last answer, and what holds for the whole conversation."""

    intent: str = ""
    items: tuple[str, ...] = ()
    options: tuple[str, ...] = ()  # with which the first of the dishes was asked for
    venues: tuple[str, ...] = ()
    article: str = ""
    topic: str = ""
    subjects: tuple[str, ...] = ()
    meals: tuple[str, ...] = ()
    filters: dict[str, Any] = field(default_factory=dict)
    allergies: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()  # what nobody declares and somebody cannot have, in the guest's words: "coconut"
    diets: tuple[str, ...] = ()  # what somebody is said to live on: lists keep to it
    diets_of_another: bool = False  # the guest's wife: "what can I have" is asked for the guest
    offered_person: bool = False
    # A request that waits for a detail or for the guest's word: what its row holds or will hold, see `wishes.Wish`.
    pending: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return what a conversation's row keeps."""
        kept = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in kept.items() if value}

    @classmethod
    def of_json(cls, kept: dict[str, Any]) -> "Context":
        """Return the context that a row keeps; what this version does not know is dropped."""
        known: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in kept.items()
            if name in cls.__dataclass_fields__
        }
        return cls(**known)
