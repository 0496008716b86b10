"""Owns a venue's opening hours as a grid that people write in: a line a label, a cell a weekday, and the dates apart.

A cell says what a person would write on a door: `12:00–14:30, 18:00–22:00`, `closed`, or nothing. What was not touched
is written back as it was, row for row.
"""

import datetime as dt
import hashlib
import itertools
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.utils.translation import gettext as _

from menus.models import DAYS, OpeningHours, User, Venue
from menus.texts import Text

SAVED = "Changed the opening hours."
_MOST_CHARS = 120
_CLOSED_WORDS = frozenset({"closed", "geschlossen", "zu", "ruhetag", "fermé", "ferme", "cerrado", "chiuso", "x"})
_ALL_DAY_WORDS = frozenset({"24h", "24 h", "24/7", "24 hours", "always", "rund um die uhr", "24 stunden"})
_BETWEEN = re.compile(r"\s*(?:,|;|/|\+|&|\band\b|\bund\b|\bet\b|\by\b)\s*", re.IGNORECASE)
_TIME = r"(\d{1,2})(?:\s*[:.h]\s*(\d{2})|\s*h)?\s*(am|pm|a\.m\.|p\.m\.)?(?:\s*uhr)?"
_SPAN = re.compile(rf"{_TIME}\s*(?:-|–|—|−|\bto\b|\btill\b|\buntil\b|\bbis\b|\bà\b|\ba\b)\s*{_TIME}", re.IGNORECASE)
_NOON = 12


class BadTimes(ValueError):
    """A cell that says no times; the text is a sentence for whoever wrote it."""


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """From when to when; None and None: closed."""

    opens: dt.time | None = None
    closes: dt.time | None = None

    @property
    def is_closed(self) -> bool:
        """Whether it says that nothing is open."""
        return self.opens is None

    def __str__(self) -> str:
        return _("closed") if self.opens is None or self.closes is None else f"{self.opens:%H:%M}–{self.closes:%H:%M}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One label's week: a text for each weekday, in their order."""

    label: Text
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Dated:
    """What holds on one date instead of its weekday."""

    date: dt.date
    label: Text
    cell: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """All of a venue's hours."""

    lines: tuple[Line, ...] = ()
    dated: tuple[Dated, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What one row of opening hours says."""

    days: tuple[str, ...] = ()
    date: dt.date | None = None
    span: Span
    label: Text = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, Any]:
        """The row's columns."""
        return {
            "days": list(self.days),
            "date": self.date,
            "closed": self.span.is_closed,
            "opens": self.span.opens,
            "closes": self.span.closes,
            "label": dict(self.label),
        }


# --- reading and writing a cell ---------------------------------------------------
def parse(text: str) -> tuple[Span, ...]:
    """Return what a cell says, in the order of the clock; nothing for an empty one. Raises BadTimes."""
    said = text.strip()
    if len(said) > _MOST_CHARS:
        raise BadTimes(_("This is too long for a day's hours."))
    if not said or said in {"-", "–", "—"}:
        return ()
    if said.casefold().rstrip(".") in _CLOSED_WORDS:
        return (Span(),)
    if said.casefold() in _ALL_DAY_WORDS:
        return (Span(dt.time(), dt.time()),)
    spans = sorted({_span(part) for part in _BETWEEN.split(said)}, key=lambda each: (each.opens, each.closes))
    for before, after in itertools.pairwise(spans):
        if _ends(before) > _minutes(after.opens):
            raise BadTimes(_("%(a)s and %(b)s overlap.") % {"a": before, "b": after})
    return tuple(spans)


def show(spans: Iterable[Span]) -> str:
    """Return spans as a cell says them."""
    return ", ".join(map(str, spans))


def _span(text: str) -> Span:
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise BadTimes(
            _("“%(text)s” is no time. Write 12:00–14:30, or 12:00–14:30, 18–22, or closed.") % {"text": text}
        )
    hour, minute, half, to_hour, to_minute, to_half = found.groups()
    # “6–10 pm”: the half of the day that is said once holds for both.
    return Span(
        _time(hour, minute, half or (to_half if to_half and int(hour) <= _NOON else None)),
        _time(to_hour, to_minute, to_half),
    )


def _time(hour: str, minute: str | None, half: str | None) -> dt.time:
    hours, minutes = int(hour), int(minute or 0)
    if half:
        if not 1 <= hours <= _NOON:
            raise BadTimes(_("%(hour)s with am or pm is no time.") % {"hour": hour})
        hours = hours % _NOON + (_NOON if half[0].casefold() == "p" else 0)
    if (hours, minutes) == (24, 0):
        hours = 0  # the end of the day, which a clock shows as its beginning
    if hours > 23 or minutes > 59:
        raise BadTimes(_("%(hour)s:%(minute)s is no time of a day.") % {"hour": hour, "minute": minute or "00"})
    return dt.time(hours, minutes)


def _minutes(time: dt.time | None) -> int:
    return 0 if time is None else time.hour * 60 + time.minute


def _ends(span: Span) -> int:
    """Return when a span ends, in minutes from its day's beginning: past midnight where it closes before it opens."""
    opens, closes = _minutes(span.opens), _minutes(span.closes)
    return closes if closes > opens else closes + 24 * 60


# --- from rows to a grid and back ---------------------------------------------------
def read(entries: Iterable[Entry]) -> Week:
    """Return rows as a grid."""
    weekly: dict[str, tuple[Text, dict[str, list[Span]]]] = {}
    dated: dict[tuple[dt.date, str], tuple[Text, list[Span]]] = {}
    for entry in entries:
        named = _written(entry.label)
        if entry.date is not None:
            dated.setdefault((entry.date, named), (entry.label, []))[1].append(entry.span)
            continue
        days = weekly.setdefault(named, (entry.label, {}))[1]
        for day in entry.days:
            days.setdefault(day, []).append(entry.span)
    return Week(
        lines=tuple(
            Line(label=label, cells=tuple(show(_in_order(days.get(day, ()))) for day in DAYS))
            for label, days in weekly.values()
        ),
        dated=tuple(
            Dated(date=date, label=label, cell=show(_in_order(spans)))
            for (date, _named), (label, spans) in sorted(dated.items(), key=lambda each: each[0][0])
        ),
    )


def entries(week: Week) -> list[Entry]:
    """Return a grid as rows, as few as say it: the days of one line that have the same time stand in one. BadTimes."""
    found = []
    for line in week.lines:
        days: dict[Span, list[str]] = {}
        for day, cell in zip(DAYS, line.cells, strict=True):
            for span in parse(cell):
                days.setdefault(span, []).append(day)
        found += [Entry(days=tuple(there), span=span, label=line.label) for span, there in days.items()]
    found += [Entry(date=each.date, span=span, label=each.label) for each in week.dated for span in parse(each.cell)]
    return found


def contradictions(entries: Iterable[Entry]) -> list[str]:
    """Return each weekday and date that one entry closes and another opens: whatever is written, it would be closed."""
    said: dict[str, set[bool]] = {day: set() for day in DAYS}
    for entry in entries:
        for day in [entry.date.isoformat()] if entry.date else entry.days:
            said.setdefault(day, set()).add(entry.span.is_closed)
    return [day for day, kinds in said.items() if len(kinds) > 1]


def _in_order(spans: Iterable[Span]) -> list[Span]:
    return sorted(set(spans), key=lambda each: (not each.is_closed, each.opens or dt.time(), each.closes or dt.time()))


def _written(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


# --- in the database --------------------------------------------------------------------
def entry_of(row: OpeningHours) -> Entry:
    """Return what a row says."""
    return Entry(days=tuple(row.days), date=row.date, span=Span(row.opens, row.closes), label=row.label)


def mark(rows: Sequence[OpeningHours]) -> str:
    """Return what a page remembers of the hours that it shows, to know whether a colleague was quicker."""
    return hashlib.sha256(_written([_key(entry_of(row)) for row in rows]).encode()).hexdigest()[:16]


def save(venue: Venue, wanted: Sequence[Entry], was: str, person: User) -> bool:
    """Write a venue's hours; return whether that was done, or a colleague has changed them since they were shown.

    Rows that say the same stay as they are.
    """
    with transaction.atomic():
        Venue.objects.select_for_update().get(hotel=venue.hotel_id, pk=venue.pk)
        rows = list(OpeningHours.objects.filter(hotel=venue.hotel_id, venue=venue))
        if mark(rows) != was:
            return False
        kept: dict[str, list[OpeningHours]] = {}
        for row in rows:
            kept.setdefault(_key(entry_of(row)), []).append(row)
        made, moved = [], []
        for position, entry in enumerate(wanted):
            same = kept.get(_key(entry))
            if not same:
                made.append(OpeningHours(hotel_id=venue.hotel_id, venue=venue, position=position, **entry.columns))
                continue
            row = same.pop(0)
            if row.position != position:
                row.position = position
                moved.append(row)
        gone = [row.pk for same in kept.values() for row in same]
        OpeningHours.objects.filter(hotel=venue.hotel_id, pk__in=gone).delete()
        OpeningHours.objects.bulk_update(moved, ["position"])
        OpeningHours.objects.bulk_create(made)
        if made or gone or moved:
            LogEntry.objects.log_actions(person.pk, [venue], CHANGE, change_message=SAVED, single_object=True)
    return True


def _key(entry: Entry) -> str:
    label = {language: text for language, text in entry.label.items() if text}
    return _written({**entry.columns, "label": label})
