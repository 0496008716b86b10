"""Owns the questions file: one JSON object a line, read with every problem by its line. Judges nothing."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guestchat.answering.answer import Outcome
from menus.allergens import CODES, DIETS, Status

# A needle of an answer: a text, or several of which one is enough.
Needle = str | tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ExpectedItems:
    """Which dishes an answer offers: `all` of these and `none` of those, nothing but `only`, at least one of `some`."""

    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None
    some: tuple[str, ...] = ()
    first: str = ""


@dataclass(frozen=True, kw_only=True)
class ExpectedClaim:
    """An allergen statement that an answer must make; any one of `statuses` is right."""

    item: str
    allergen: str
    statuses: tuple[Status, ...]


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """What an answer must be. Everything is optional; what is not expected is not judged."""

    outcome: tuple[Outcome, ...] = ()
    sources: tuple[str, ...] = ()
    no_sources: tuple[str, ...] = ()
    says: tuple[Needle, ...] = ()
    never_says: tuple[Needle, ...] = ()
    items: ExpectedItems = field(default_factory=ExpectedItems)
    avoid: tuple[str, ...] = ()
    diets: tuple[str, ...] = ()
    claims: tuple[ExpectedClaim, ...] = ()
    request: tuple[str, ...] = ()
    lang: str = ""
    silent: bool = False


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question with its expectation. `at` is the hotel's local time where it names no zone."""

    id: str
    hotel: str
    text: str
    category: str
    expect: Expectation
    lang: str | None = None
    at: dt.datetime | None = None
    place: str | None = None
    conversation: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LineProblem:
    """What is wrong with a line of a questions file."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


class QuestionsError(Exception):
    """A questions file cannot be used; `problems` names every line and what is wrong with it."""

    def __init__(self, problems: Sequence[LineProblem]) -> None:
        super().__init__("\n".join(str(each) for each in problems))
        self.problems = problems


class _Problem(Exception):
    """What is wrong with the line being read."""


_REQUIRED = ("id", "hotel", "text", "category", "expect")
_OPTIONAL = ("lang", "at", "place", "conversation")
_EXPECT = (
    "outcome",
    "sources",
    "no_sources",
    "says",
    "never_says",
    "items",
    "avoid",
    "diets",
    "claims",
    "request",
    "lang",
    "silent",
)
_ITEMS = ("all", "none", "only", "some", "first")
REQUEST_KINDS = ("housekeeping", "maintenance", "taxi", "order", "late_checkout", "wake_up", "other")


def read_file(path: Path) -> list[Question]:
    """Return the questions of a file, in order. Raises QuestionsError, OSError."""
    return read(path.read_text(encoding="utf-8-sig").splitlines(), path.name)


def read(lines: Iterable[str], name: str) -> list[Question]:
    """Return the questions of lines, in order; empty lines and lines that begin with # are passed over.

    Raises QuestionsError with every problem of every line.
    """
    questions: list[Question] = []
    problems: list[LineProblem] = []
    seen: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            question = _question(line)
            if question.id in seen:
                raise _Problem(f"the id {question.id!r} is there twice.")
            seen.add(question.id)
            questions.append(question)
        except _Problem as problem:
            problems.append(LineProblem(file=name, line=number, sentence=str(problem)))
    if problems:
        raise QuestionsError(problems)
    return questions


def _question(line: str) -> Question:
    try:
        written = json.loads(line)
    except ValueError as error:
        raise _Problem(f"this is no JSON: {error}.") from None
    _object(written, "a line", (*_REQUIRED, *_OPTIONAL))
    missing = [name for name in _REQUIRED if name not in written]
    if missing:
        raise _Problem(f"missing: {', '.join(missing)}.")
    texts = {name: _text(written[name], name) for name in ("id", "hotel", "text", "category")}
    return Question(
        **texts,
        **{name: _text(written[name], name) for name in ("lang", "place", "conversation") if name in written},
        at=_moment(written["at"]) if "at" in written else None,
        expect=_expectation(written["expect"]),
    )


def _expectation(written: Any) -> Expectation:
    _object(written, "expect", _EXPECT)
    if not written:
        raise _Problem("expect holds nothing: every answer would be right.")
    if not isinstance(written.get("silent", False), bool):
        raise _Problem("silent must be true or false.")
    return Expectation(
        outcome=tuple(Outcome(each) for each in _among(written, "outcome", tuple(Outcome))),
        sources=_texts(written, "sources"),
        no_sources=_texts(written, "no_sources"),
        says=_needles(written, "says"),
        never_says=_needles(written, "never_says"),
        items=_items(written.get("items", {})),
        avoid=_among(written, "avoid", CODES),
        diets=_among(written, "diets", DIETS),
        claims=tuple(_claim(each) for each in _list(written, "claims")),
        request=_among(written, "request", REQUEST_KINDS),
        lang=_text(written["lang"], "expect.lang") if "lang" in written else "",
        silent=written.get("silent", False),
    )


def _items(written: Any) -> ExpectedItems:
    _object(written, "items", _ITEMS)
    return ExpectedItems(
        all=_texts(written, "all"),
        none=_texts(written, "none"),
        only=_texts(written, "only") if "only" in written else None,
        some=_texts(written, "some"),
        first=_text(written["first"], "items.first") if "first" in written else "",
    )


def _claim(written: Any) -> ExpectedClaim:
    _object(written, "a claim", ("item", "allergen", "status"))
    if set(written) != {"item", "allergen", "status"}:
        raise _Problem("a claim has item, allergen and status.")
    allergen = _text(written["allergen"], "allergen")
    if allergen not in CODES:
        raise _Problem(f"{allergen!r} is no allergen code.")
    return ExpectedClaim(
        item=_text(written["item"], "item"),
        allergen=allergen,
        statuses=tuple(Status(each) for each in _among(written, "status", tuple(Status))),
    )


# --- small readers ----------------------------------------------------------
def _object(written: Any, what: str, names: Sequence[str]) -> None:
    if not isinstance(written, Mapping):
        raise _Problem(f"{what} must be a JSON object.")
    unknown = [name for name in written if name not in names]
    if unknown:
        raise _Problem(f"{what} knows no {', '.join(map(repr, unknown))}; it knows {', '.join(names)}.")


def _text(written: Any, name: str) -> str:
    if not isinstance(written, str) or not written.strip():
        raise _Problem(f"{name} must be a text.")
    return written


def _list(written: Mapping[str, Any], name: str) -> list[Any]:
    value = written.get(name, [])
    if not isinstance(value, list):
        raise _Problem(f"{name} must be a list.")
    return value


def _texts(written: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(_text(each, f"each of {name}") for each in _list(written, name))


def _among(written: Mapping[str, Any], name: str, known: Sequence[str]) -> tuple[str, ...]:
    """Return one text or a list of texts, each of which must be a known one."""
    value = written.get(name, [])
    found = (value,) if isinstance(value, str) else _texts(written, name)
    for each in found:
        if each not in known:
            raise _Problem(f"{name} knows no {each!r}.")
    return found


def _needles(written: Mapping[str, Any], name: str) -> tuple[Needle, ...]:
    return tuple(
        tuple(_text(other, f"each of {name}") for other in each)
        if isinstance(each, list)
        else _text(each, f"each of {name}")
        for each in _list(written, name)
    )


def _moment(written: Any) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(_text(written, "at"))
    except ValueError:
        raise _Problem("at must be a moment in ISO 8601, as 2026-12-24T18:30.") from None
