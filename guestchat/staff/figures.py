"""Owns the page of the figures: a day, a week or a month, told and drawn. What they are, `guestchat.figures` says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from guestchat import figures, gaps
from guestchat.figures import FEW, MANY, Chats
from guestchat.staff.door import Desk, at_desk, must_host, wants_part
from guestchat.staff.inbox import common

_PERIOD_NAMES = {"day": _("Today"), "week": _("7 days"), "month": _("30 days")}
# What became of a question, in the order in which the chart stacks it: what needs work stands on top and is seen.
_FATE_NAMES = {
    "answered": _("Answered"),
    "asked_back": _("Asked back"),
    "requested": _("A wish, passed on"),
    "handed_over": _("For a person"),
    "unanswered": _("No answer"),
}
# On the axis, and in the table.
_FORMATS = {"day": ("G", "H:i"), "week": ("D", "l j F"), "month": ("j M", "l j F")}
_MOST_GAPS = 5
_MOST_TOPICS = 5
_MOST_LABELS = 8
_HEIGHT = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One piece of a bar: what became of how many, from where and how tall, in hundredths of the chart's height."""

    fate: str
    top: float
    height: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One hour or day of the chart; `label` is empty where the axis has no room for it."""

    left: int
    parts: tuple[Part, ...]
    label: str
    title: str
    counts: tuple[int, ...]
    questions: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """How many questions had one fate; `percent` is None where there are too few to say."""

    fate: str
    name: str
    count: int
    percent: int | None


@at_desk
@require_safe
def page(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The figures, `?of=` day, week or month. How long the team took is the house's to know alone.

    What was asked most comes after the page: grouping it takes longer than all the rest.
    """
    must_host(desk)
    if wants_part(request):
        return render(request, "staff/_asked.html", _asked_most(desk))
    period = request.GET.get("of", "week")
    if period not in figures.PERIODS:
        raise Http404
    now = timezone.now()
    chats = figures.chats(desk.hotel, period, now)
    shown: dict[str, Any] = {
        **common(desk, "figures"),
        "period": period,
        "periods": _PERIOD_NAMES.items(),
        "since": date_format(figures.begins(desk.hotel, period, now), "j F"),
        "chats": chats,
        "shares": shares(chats),
        "bars": bars(chats, period),
        "width": 10 * len(chats.buckets),
        "most": max(each.questions for each in chats.buckets),
        "requests": figures.requests(desk.hotel, period, now),
        "few": FEW,
        "many": MANY,
        "is_cut": desk.hotel.retention_days < figures.PERIODS[period],
    }
    return render(request, "staff/figures.html", shown)


def _asked_most(desk: Desk) -> dict[str, Any]:
    return {
        "desk": desk,
        "now": timezone.now(),
        "topics": gaps.popular(desk.hotel)[:_MOST_TOPICS],
        "gaps": gaps.groups(desk.hotel)[:_MOST_GAPS],
        "gap_days": gaps.LOOK_BACK_DAYS,
    }


def shares(chats: Chats) -> list[Share]:
    """Return what became of the questions, in the order of the chart."""
    asked, fates = chats.questions, chats.fates
    return [
        Share(
            fate=fate,
            name=str(name),
            count=fates[fate],
            percent=round(100 * fates[fate] / asked) if asked >= FEW else None,
        )
        for fate, name in _FATE_NAMES.items()
    ]


def bars(chats: Chats, period: str) -> list[Bar]:
    """Return the chart's bars, the highest as tall as the chart; of many only some are labelled."""
    most = max(each.questions for each in chats.buckets)
    number = len(chats.buckets)
    every = -(-number // _MOST_LABELS)
    labelled = range(0, number - every + 1, every)
    short, long = _FORMATS[period]
    return [
        Bar(
            left=10 * at,
            parts=_parts(bucket.fates, _HEIGHT / most if most else 0.0),
            label=date_format(bucket.begins, short) if at in labelled else "",
            title=date_format(bucket.begins, long),
            counts=tuple(bucket.fates.get(fate, 0) for fate in _FATE_NAMES),
            questions=bucket.questions,
        )
        for at, bucket in enumerate(chats.buckets)
    ]


def _parts(fates: Mapping[str, int], each: float) -> tuple[Part, ...]:
    found, top = [], float(_HEIGHT)
    for fate in _FATE_NAMES:
        height = each * fates.get(fate, 0)
        if height:
            top -= height
            found.append(Part(fate=fate, top=round(top, 2), height=round(height, 2)))
    return tuple(found)
