"""Owns asking without a browser: the pipeline that the socket runs, one question or a file of them."""

import datetime as dt
import json
import sys
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from guestchat import catalogue, turns
from guestchat.answering.answer import Answer
from guestchat.catalogue import Catalogue
from guestchat.understanding.query import Context
from menus.models import Hotel

_MOST_CONVERSATIONS = 100_000
_MAX_CHARS = 2_000
# Python's calendar ends at both sides, and asking for tomorrow must not fall off it.
_YEARS = range(1970, 2201)


class _Unusable(Exception):
    """A line that cannot be asked; the text is for whoever wrote it."""


class Command(BaseCommand):
    """Ask a hotel's assistant."""

    help = "Ask a hotel's assistant; with --jsonl, a question a line from standard input."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", nargs="?", help="the hotel")
        parser.add_argument("question", nargs="?", help="the question")
        parser.add_argument("--lang", help="the conversation's language; else found from the words")
        parser.add_argument("--at", help="the moment of asking, ISO 8601, in the hotel's time; else now")
        parser.add_argument("--place", help="the key of the place of asking")
        parser.add_argument("--json", action="store_true", help="print all that the contract tells, as JSON")
        parser.add_argument("--jsonl", action="store_true", help="read and write a JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["jsonl"]:
            if options["slug"]:
                raise CommandError("--jsonl takes the hotel and the question from each line.")
            for written in _answer_lines(sys.stdin.buffer, _Conversations()):
                self.stdout.write(json.dumps(written, ensure_ascii=False))
                self.stdout.flush()
            return
        if not options["slug"] or options["question"] is None:
            raise CommandError('Name the hotel and the question: ask SLUG "question".')
        asked = {
            "id": None,
            "hotel": options["slug"],
            "text": options["question"],
            **{name: options[name] for name in ("lang", "at", "place") if options[name] is not None},
        }
        try:
            written = _answered(asked, _Conversations())
        except _Unusable as error:
            raise CommandError(str(error)) from None
        self.stdout.write(json.dumps(written, ensure_ascii=False, indent=1) if options["json"] else written["text"])


class _Conversations:
    """The contexts of the conversations that a run's lines name, and the hotels asked."""

    def __init__(self) -> None:
        self._contexts: OrderedDict[tuple[str, str], tuple[Context, str | None]] = OrderedDict()

    def hotel(self, slug: str) -> Catalogue:
        pk = Hotel.objects.filter(slug=slug).values_list("pk", flat=True).first()
        hotel = catalogue.current(pk) if pk is not None else None
        if hotel is None:
            raise _Unusable(f"There is no hotel {slug!r}.")
        return hotel

    def context(self, hotel: str, name: str | None) -> tuple[Context, str | None]:
        return self._contexts.get((hotel, name), (Context(), None)) if name is not None else (Context(), None)

    def keep(self, hotel: str, name: str | None, answer: Answer) -> None:
        if name is None:
            return
        self._contexts[hotel, name] = answer.context, answer.language
        self._contexts.move_to_end((hotel, name))
        while len(self._contexts) > _MOST_CONVERSATIONS:
            self._contexts.popitem(last=False)


def _answer_lines(lines: Any, conversations: _Conversations) -> Iterator[dict[str, Any]]:
    """Yield an answer a line, in order; a bad line gets an answer with `error` and the rest goes on."""
    for line in lines:
        if not line.strip():
            continue
        asked: Any = None
        try:
            asked = _read(line)
            yield _answered(asked, conversations)
        except _Unusable as error:
            yield _failed(asked, str(error))
        except Exception as error:  # one broken question must not end a run of thousands
            yield _failed(asked, f"The question could not be answered ({type(error).__name__}).")


def _read(line: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise _Unusable("The line is no JSON object in UTF-8.") from None
    if not isinstance(asked, dict):
        raise _Unusable("The line is no JSON object in UTF-8.")
    return asked


def _failed(asked: Any, error: str) -> dict[str, Any]:
    return {
        "id": asked.get("id") if isinstance(asked, dict) else None,
        "text": "",
        "lang": None,
        "outcome": "unanswered",
        "sources": [],
        "candidates": [],
        "items": [],
        "claims": [],
        "request": None,
        "timings_ms": dict.fromkeys(("understand", "embed", "search", "compose", "total"), 0.0),
        "error": error,
    }


def _answered(asked: Mapping[str, Any], conversations: _Conversations) -> dict[str, Any]:
    hotel_slug, text = _string(asked, "hotel"), _string(asked, "text").replace("\x00", "").strip()
    if not text:
        raise _Unusable("text is empty.")
    if len(text) > _MAX_CHARS:
        raise _Unusable(f"text has more than {_MAX_CHARS} characters.")
    hotel = conversations.hotel(hotel_slug)
    name, place = _optional(asked, "conversation"), _optional(asked, "place")
    if place is not None and place not in hotel.content.places_by_key:
        raise _Unusable(f"The hotel has no place {place!r}.")
    context, spoken = conversations.context(hotel_slug, name)
    language = _language(_optional(asked, "lang"), hotel)
    answer = turns.answer(
        hotel,
        text,
        context=context,
        language=language or spoken or hotel.content.default_language,
        at=_moment(_optional(asked, "at"), hotel),
        place=place,
        detect_language=language is None,
    )
    conversations.keep(hotel_slug, name, answer)
    return {"id": asked.get("id"), **_written(answer)}


def _string(asked: Mapping[str, Any], name: str) -> str:
    value = asked.get(name)
    if not isinstance(value, str):
        raise _Unusable(f"{name} must be a string.")
    return value


def _optional(asked: Mapping[str, Any], name: str) -> str | None:
    value = asked.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and name == "conversation":
        return str(value)
    return None if value is None else _string(asked, name)


def _language(lang: str | None, hotel: Catalogue) -> str | None:
    """Return which of the hotel's languages is meant: `de-AT` is its `de`."""
    if lang is None:
        return None
    spoken = lang.replace("_", "-").partition("-")[0].lower()
    if spoken not in hotel.content.languages:
        raise _Unusable(f"The hotel does not speak {lang!r}; it speaks {', '.join(hotel.content.languages)}.")
    return spoken


def _moment(at: str | None, hotel: Catalogue) -> dt.datetime:
    """Return the moment of asking; a time without an offset is the hotel's own."""
    if at is None:
        return timezone.now()
    try:
        moment = dt.datetime.fromisoformat(at)
    except ValueError:
        raise _Unusable("at must be a moment in ISO 8601, as 2026-12-24T18:30.") from None
    if moment.year not in _YEARS:
        raise _Unusable(f"at must lie between the years {_YEARS[0]} and {_YEARS[-1]}.")
    return moment if moment.tzinfo else moment.replace(tzinfo=hotel.content.zone)


def _written(answer: Answer) -> dict[str, Any]:
    return {
        "text": answer.text,
        "lang": answer.language,
        "outcome": answer.outcome.value,
        "sources": [source.as_json() for source in answer.sources],
        "candidates": [{"type": hit.type, "key": hit.key, "score": round(hit.score, 4)} for hit in answer.candidates],
        "items": list(answer.items),
        "claims": [claim.as_json() for claim in answer.claims],
        "request": answer.request.as_json() if answer.request else None,
        "timings_ms": answer.timings_ms,
    }
