"""Owns the page of a venue's opening hours: the week as a grid, the dates below it. It means what `menus.week` says."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from guestchat.staff.door import Desk, at_desk, must_host
from guestchat.staff.inbox import common
from menus import week
from menus.fields import DAY_NAMES
from menus.models import DAYS, OpeningHours, Venue
from menus.texts import Text, pick

_NEW_LINES = 1
_NEW_DATES = 2
_MOST_LABEL_CHARS = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One field of the grid, with what is wrong with it."""

    name: str
    called: str
    value: str
    error: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A line of the grid or a date; `label` is a field where it can be written."""

    label: Text
    label_field: Field | None
    fields: tuple[Field, ...]


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def hours(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The week of one venue, `?venue=` its key."""
    must_host(desk)
    there = list(Venue.objects.filter(hotel=desk.hotel).order_by("position", "pk"))
    wanted = (request.POST if request.method == "POST" else request.GET).get("venue")
    chosen = next((each for each in there if each.key == wanted), there[0] if there else None)
    shown: dict[str, Any] = {**common(desk, "hours"), "venues": there, "chosen": chosen}
    status = 200
    if chosen is not None:
        rows = list(OpeningHours.objects.filter(hotel=desk.hotel, venue=chosen))
        table = _Table(desk, week.read(map(week.entry_of, rows)))
        mark = week.mark(rows)
        if request.method == "POST":
            mark = request.POST.get("was", "")
            if table.take(request.POST):
                if week.save(chosen, table.entries, mark, desk.person):
                    messages.success(request, _("Saved. Guests are told so from now on."))
                    return redirect(reverse("staff_hours", args=[desk.hotel.slug], query={"venue": chosen.key}))
                table.problems.append(_("A colleague has just changed these hours. Open the page anew and look."))
            status = 409
        shown |= {"days": [DAY_NAMES[day] for day in DAYS], "was": mark, "table": table}
    return render(request, "staff/hours.html", shown, status=status)


class _Table:
    """The fields of the page: as the rows are, then as a person has left them."""

    def __init__(self, desk: Desk, there: week.Week) -> None:
        self._language = desk.hotel.default_language
        self._there = there
        self._written: dict[str, str] = {}
        self._errors: dict[str, str] = {}
        self.problems: list[str] = []
        self.entries: list[week.Entry] = []

    def take(self, form: Any) -> bool:
        """Read what was written; return whether it can be saved. What is wrong stands at its field afterwards."""
        self._written = {name: form[name].replace("\0", "").strip()[:200] for name in form}
        lines = [
            week.Line(label=self._label(number), cells=tuple(self._cell(f"line.{number}.{day}") for day in DAYS))
            for number in range(len(self._there.lines) + _NEW_LINES)
        ]
        dated = [each for number in range(len(self._there.dated) + _NEW_DATES) if (each := self._dated(number))]
        if self._errors:
            return False
        self.entries = week.entries(week.Week(lines=tuple(lines), dated=tuple(dated)))
        for day in week.contradictions(self.entries):
            self.problems.append(
                _("%(day)s is closed in one line and open in another. Leave one of them empty.")
                % {"day": DAY_NAMES.get(day, day)}
            )
        return not self.problems

    def _cell(self, name: str) -> str:
        text = self._written.get(name, "")
        try:
            return week.show(week.parse(text))
        except week.BadTimes as bad:
            self._errors[name] = str(bad)
            return ""

    def _label(self, number: int) -> Text:
        if number < len(self._there.lines):
            return self._there.lines[number].label
        text = self._written.get(f"line.{number}.label", "")[:_MOST_LABEL_CHARS]
        return {self._language: text} if text else {}

    def _dated(self, number: int) -> week.Dated | None:
        known = self._there.dated[number] if number < len(self._there.dated) else None
        date, cell = f"date.{number}", f"date.{number}.cell"
        written, said = self._written.get(date, ""), self._cell(cell)
        if not written and not self._written.get(cell):
            return None
        try:
            day = dt.date.fromisoformat(written)
        except ValueError:
            self._errors[date] = _("Write the day as 2026-12-24.")
            return None
        if not said and cell not in self._errors:
            self._errors[cell] = _("Write the hours of this day, or closed; empty the day to take it away.")
        text = self._written.get(f"{date}.label", "")[:_MOST_LABEL_CHARS]
        label = known.label if known else {self._language: text} if text else {}
        return week.Dated(date=day, label=label, cell=said)

    @property
    def lines(self) -> list[Row]:
        """The week's lines and an empty one."""
        new = [week.Line(label={}, cells=("",) * len(DAYS))] * _NEW_LINES
        return [
            Row(
                label=line.label,
                label_field=self._label_field(f"line.{number}.label") if number >= len(self._there.lines) else None,
                fields=tuple(
                    self._field(f"line.{number}.{day}", self._called(line.label, DAY_NAMES[day]), cell)
                    for day, cell in zip(DAYS, line.cells, strict=True)
                ),
            )
            for number, line in enumerate([*self._there.lines, *new])
        ]

    @property
    def dates(self) -> list[Row]:
        """The dates that differ, and two empty ones."""
        known = [(each.label, each.date.isoformat(), each.cell) for each in self._there.dated]
        return [
            Row(
                label=label,
                label_field=self._label_field(f"date.{number}.label") if number >= len(known) else None,
                fields=(
                    self._field(f"date.{number}", _("Day"), date),
                    self._field(f"date.{number}.cell", self._called(label, date or _("the day above")), cell),
                ),
            )
            for number, (label, date, cell) in enumerate([*known, *[({}, "", "")] * _NEW_DATES])
        ]

    def _called(self, label: Text, when: Any) -> str:
        said = pick(label, self._language)
        return f"{said}, {when}" if said else str(when)

    def _label_field(self, name: str) -> Field:
        return self._field(name, _("What for"), "")

    def _field(self, name: str, called: str, value: str) -> Field:
        return Field(name=name, called=called, value=self._written.get(name, value), error=self._errors.get(name, ""))
