"""Owns what an answer is: its text with everything that proves it. Composes nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from guestchat.retrieval.search import Hit
from guestchat.understanding.query import Context
from menus.allergens import Status


class Outcome(StrEnum):
    """How a turn ended."""

    ANSWERED = "answered"
    CLARIFY = "clarify"
    UNANSWERED = "unanswered"
    REQUEST = "request"
    HANDOVER = "handover"
    SMALLTALK = "smalltalk"


@dataclass(frozen=True, slots=True)
class Source:
    """A row that an answer was read from."""

    type: str
    key: str

    def as_json(self) -> dict[str, str]:
        """Return the contract's form."""
        return {"type": self.type, "key": self.key}


@dataclass(frozen=True, slots=True)
class Claim:
    """One allergen statement of an answer."""

    item: str
    allergen: str
    status: Status

    def as_json(self) -> dict[str, str]:
        """Return the contract's form."""
        return {"item": self.item, "allergen": self.allergen, "status": self.status.value}


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A service request for the guest to confirm, or one that is opened at once. `urgent`: somebody is in danger."""

    kind: str
    quantity: int | None = None
    details: str = ""
    urgent: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the contract's form."""
        return {"kind": self.kind, "quantity": self.quantity, "details": self.details}


class Verdict(StrEnum):
    """What a guest's text does to the proposal before it."""

    ACCEPTED = "accepted"
    CANCELLED = "cancelled"
    REPLACED = "replaced"


@dataclass(frozen=True, kw_only=True, slots=True)
class Settlement:
    """A guest's word on what an earlier answer proposed; `seq` is that answer's number, 0 where none is kept."""

    verdict: Verdict
    seq: int = 0


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What answers one part of a question."""

    text: str
    outcome: Outcome = Outcome.ANSWERED
    sources: Sequence[Source] = ()
    items: Sequence[str] = ()
    claims: Sequence[Claim] = ()
    request: Proposal | None = None
    alert: Proposal | None = None
    settlement: Settlement | None = None
    pending: dict[str, Any] = field(default_factory=dict)
    suggestions: Sequence[str] = ()
    venues: Sequence[str] = ()
    article: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What answers a message, as Markdown, with its proof. `context` is what a follow-up may refer to.

    `request` is proposed, with those `also_requested` in the same message; `alert` is opened at once, for the staff.
    `is_passed_on`: nothing is answered; a person has the conversation and the message.
    """

    text: str
    language: str
    outcome: Outcome
    sources: Sequence[Source] = ()
    candidates: Sequence[Hit] = ()
    items: Sequence[str] = ()
    claims: Sequence[Claim] = ()
    request: Proposal | None = None
    also_requested: Sequence[Proposal] = ()
    alert: Proposal | None = None
    settlement: Settlement | None = None
    suggestions: Sequence[str] = ()
    context: Context = field(default_factory=Context)
    is_passed_on: bool = False
    timings_ms: dict[str, float] = field(default_factory=dict)

    @property
    def concerns_staff(self) -> bool:
        """Whether the staff have something to look at that was not there before."""
        return self.alert is not None or self.settlement is not None or self.is_passed_on

    def pieces(self) -> Iterator[str]:
        """Yield the text in the pieces in which it is sent: a line at a time, so that a phone shows it as it comes."""
        yield from self.text.splitlines(keepends=True)
