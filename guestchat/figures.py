"""Owns the figures of a hotel's chats: what guests asked, what became of it, and how long it took; no text of a chat.

What is deleted is not in them. Days begin and end at the hotel's own midnight.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Min, Q
from django.db.models.functions import ExtractHour, TruncDate

from guestchat.answering.answer import Outcome
from guestchat.models import Message, ServiceRequest
from menus.models import Hotel

PERIODS: Mapping[str, int] = {"day": 1, "week": 7, "month": 30}
"""How many days each period has, today being the last."""
FEW = 20
"""With fewer, one guest more or less changes a share by more than five in a hundred: nothing is said of it."""

MANY = 100
"""With fewer, the slowest one of a hundred is one answer by chance."""

_Status = ServiceRequest.Status
# What became of a question, in the words of a hotel; what is no question is in none.
_FATES: Mapping[str, str] = {
    Outcome.ANSWERED: "answered",
    Outcome.CLARIFY: "asked_back",
    Outcome.REQUEST: "requested",
    Outcome.HANDOVER: "handed_over",
    Outcome.UNANSWERED: "unanswered",
}
FATES = tuple(_FATES.values())


class _Percentile(Aggregate):
    """A value that a share of the values does not exceed; one of those that are there."""

    template = "percentile_disc(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Bucket:
    """An hour of the day or a day, and what became of the questions that were asked in it."""

    begins: dt.datetime
    fates: Mapping[str, int]

    @property
    def questions(self) -> int:
        """How many were asked."""
        return sum(self.fates.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Waits:
    """How long something took, of how many; None where there was none."""

    count: int
    p50: dt.timedelta | None
    p95: dt.timedelta | None
    p99: dt.timedelta | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Chats:
    """A period's chats."""

    buckets: tuple[Bucket, ...]
    conversations: int
    liked: int
    disliked: int
    answers: Waits

    @property
    def questions(self) -> int:
        """How many were asked; greetings and thanks are none."""
        return sum(each.questions for each in self.buckets)

    @property
    def fates(self) -> dict[str, int]:
        """What became of them."""
        return {fate: sum(each.fates.get(fate, 0) for each in self.buckets) for fate in FATES}


@dataclass(frozen=True, kw_only=True, slots=True)
class Requests:
    """What guests wanted done: what is open now, and what was done in the period and how long it took."""

    open: int
    open_calls: int
    oldest_at: dt.datetime | None
    asked: int
    done: Waits
    cancelled: int


# --- periods ------------------------------------------------------------------
def begins(hotel: Hotel, period: str, now: dt.datetime) -> dt.datetime:
    """Return the midnight at which a period begins, in the hotel's time zone."""
    return _midnight(hotel, hotel.today(now) - dt.timedelta(days=PERIODS[period] - 1))


def _midnight(hotel: Hotel, day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), hotel.zone)


# --- figures --------------------------------------------------------------------
def chats(hotel: Hotel, period: str, now: dt.datetime) -> Chats:
    """Return the figures of a period's chats, which ends now; two queries."""
    since = begins(hotel, period, now)
    answers = Message.objects.filter(
        hotel=hotel, role=Message.Role.ASSISTANT, created_at__gte=since, created_at__lte=now
    ).order_by()
    took = ExpressionWrapper(F("finished_at") - F("created_at"), output_field=DurationField())
    # What a colleague has to answer is passed on at once, and says nothing of how quick the assistant is.
    timed = Q(finished_at__isnull=False, status=Message.Status.COMPLETE)
    found: dict[str, Any] = answers.aggregate(
        conversations=Count("conversation", distinct=True),
        liked=Count("pk", filter=Q(rating__value=1)),
        disliked=Count("pk", filter=Q(rating__value=-1)),
        answered=Count("pk", filter=timed),
        p50=_Percentile(took, share=0.5, filter=timed),
        p95=_Percentile(took, share=0.95, filter=timed),
        p99=_Percentile(took, share=0.99, filter=timed),
    )
    return Chats(
        buckets=_buckets(hotel, period, now, answers),
        conversations=found["conversations"],
        liked=found["liked"],
        disliked=found["disliked"],
        answers=Waits(count=found["answered"], p50=found["p50"], p95=found["p95"], p99=found["p99"]),
    )


def _buckets(hotel: Hotel, period: str, now: dt.datetime, answers: Any) -> tuple[Bucket, ...]:
    """Return every hour or day of a period, those without a question too."""
    zone, today = hotel.zone, hotel.today(now)
    if period == "day":
        part: Any = ExtractHour("created_at", tzinfo=zone)
        parts: dict[Any, dt.datetime] = {hour: dt.datetime.combine(today, dt.time(hour), zone) for hour in range(24)}
    else:
        part = TruncDate("created_at", tzinfo=zone)
        days = [today - dt.timedelta(days=back) for back in reversed(range(PERIODS[period]))]
        parts = {day: _midnight(hotel, day) for day in days}
    fates: dict[Any, Counter[str]] = {each: Counter() for each in parts}
    rows = answers.filter(outcome__in=_FATES).values(part=part).annotate(n=Count("pk"))
    for row in rows.values_list("part", "outcome", "n"):
        at, outcome, number = row
        fates[at][_FATES[outcome]] += number
    return tuple(Bucket(begins=begin, fates=fates[each]) for each, begin in parts.items())


def requests(hotel: Hotel, period: str, now: dt.datetime) -> Requests:
    """Return the figures of requests, one query; calls for a person are counted apart."""
    is_open = Q(status__in=[_Status.NEW, _Status.ACKNOWLEDGED])
    # Cancelled by nobody of the team: the guest has put it aside.
    withdrawn = Q(status=_Status.CANCELLED, owner=None)
    within = Q(created_at__gte=begins(hotel, period, now), created_at__lte=now)
    things = Q(is_call=False)
    done = things & within & Q(status=_Status.DONE)
    took = ExpressionWrapper(F("updated_at") - F("created_at"), output_field=DurationField())
    found: dict[str, Any] = (
        ServiceRequest.objects.filter(hotel=hotel)
        .exclude(Q(status=_Status.PROPOSED) | withdrawn)
        .aggregate(
            open=Count("pk", filter=things & is_open),
            open_calls=Count("pk", filter=Q(is_call=True) & is_open),
            oldest_at=Min("created_at", filter=things & is_open),
            asked=Count("pk", filter=things & within),
            finished=Count("pk", filter=done),
            p50=_Percentile(took, share=0.5, filter=done),
            p95=_Percentile(took, share=0.95, filter=done),
            cancelled=Count("pk", filter=things & within & Q(status=_Status.CANCELLED)),
        )
    )
    waits = Waits(count=found.pop("finished"), p50=found.pop("p50"), p95=found.pop("p95"))
    return Requests(done=waits, **found)
