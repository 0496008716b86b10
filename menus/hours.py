"""Owns when a venue is open and a menu is served, in the hotel's time zone; pure. Refuses to know what day it is today.

Hours are wall-clock times. Where the clock is put forward, a time that it leaps over is the moment of the leap; where
it is put back, a time that comes twice is the first one.
"""

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from menus.content import Hours, Menu, Venue
from menus.models import DAYS
from menus.texts import Text

SEARCH_DAYS = 14
_DAY = dt.timedelta(days=1)
_INSTANT = dt.timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A stretch of time, open at `opens` and closed at `closes`; both are aware, in the hotel's time zone.

    Python compares and subtracts two times of one zone by their wall clocks; `covers` and `lasts` do it by real time.
    """

    opens: dt.datetime
    closes: dt.datetime
    label: Text = field(default_factory=dict)

    def covers(self, at: dt.datetime) -> bool:
        """Return whether an aware moment lies in the interval."""
        return _utc(self.opens) <= _utc(at) < _utc(self.closes)

    @property
    def lasts(self) -> dt.timedelta:
        """How long the interval lasts, an hour less or more where the clock is changed in it."""
        return _utc(self.closes) - _utc(self.opens)


def hours_on(venue: Venue, day: dt.date, zone: dt.tzinfo) -> tuple[Interval, ...]:
    """Return the intervals that begin on a day, in their order; a date's entries override all those of its weekday.

    An entry that says closed closes its day, whatever stands beside it.
    """
    dated = [each for each in venue.opening_hours if each.date == day]
    weekly = [each for each in venue.opening_hours if each.date is None and DAYS[day.weekday()] in each.days]
    entries: list[Hours] = dated or weekly
    if any(each.closed for each in entries):
        return ()
    return _in_order(
        _interval(day, each.opens, each.closes, zone, each.label) for each in entries if each.opens and each.closes
    )


def open_now(venue: Venue, at: dt.datetime, zone: dt.tzinfo) -> Interval | None:
    """Return the interval in which a venue is open, the one that closes last, or None where it is closed.

    `at` is aware, or without a zone in the hotel's; last night's hours count until they are over.
    """
    moment = _aware(at, zone)
    covering = [each for each in _open_around(venue, moment.date(), zone) if each.covers(moment)]
    return max(covering, key=lambda each: _utc(each.closes), default=None)


def next_opening(venue: Venue, at: dt.datetime, zone: dt.tzinfo) -> Interval | None:
    """Return the first interval that begins after a moment, at most 14 days ahead, or None."""
    moment = _aware(at, zone)
    return _first_after(moment, (hours_on(venue, day, zone) for day in _days_ahead(moment)))


def served_now(menu: Menu, venue: Venue, at: dt.datetime, zone: dt.tzinfo) -> bool:
    """Return whether a menu is served: its venue is open, and it is one of the menu's times where it has any."""
    moment = _aware(at, zone)
    if open_now(venue, moment, zone) is None:
        return False
    yesterday = moment.date() - _DAY
    days = (yesterday, moment.date())
    return not menu.served or any(each.covers(moment) for day in days for each in _served_on(menu, day, zone))


def next_served(menu: Menu, venue: Venue, at: dt.datetime, zone: dt.tzinfo) -> Interval | None:
    """Return when a menu begins to be served next, at most 14 days ahead, with the venue's label, or None.

    Hours that follow on one another without a gap are one serving: its second half is no beginning.
    """
    moment = _aware(at, zone)
    if not menu.served:
        return next_opening(venue, moment, zone)
    beginnings = (
        [each for each in servings_on(menu, venue, day, zone) if not served_now(menu, venue, _before(each.opens), zone)]
        for day in _days_ahead(moment)
    )
    return _first_after(moment, beginnings)


def servings_on(menu: Menu, venue: Venue, day: dt.date, zone: dt.tzinfo) -> tuple[Interval, ...]:
    """Return the stretches that begin on a day in which the menu is served and the venue is open, in their order.

    A menu without times of its own is served whenever its venue is open.
    """
    if not menu.served:
        return hours_on(venue, day, zone)
    served = [each for began in (day - _DAY, day) for each in _served_on(menu, began, zone)]
    shared = (_shared(opened, each) for opened in _open_around(venue, day, zone) for each in served)
    return _in_order(each for each in shared if each.opens.date() == day)


def _shared(opened: Interval, served: Interval) -> Interval:
    opens = max(opened.opens, served.opens, key=_utc)
    closes = min(opened.closes, served.closes, key=_utc)
    return Interval(opens=opens, closes=closes, label=opened.label)


def _served_on(menu: Menu, day: dt.date, zone: dt.tzinfo) -> tuple[Interval, ...]:
    times = [each for each in menu.served if DAYS[day.weekday()] in each.days]
    return _in_order(_interval(day, each.starts, each.ends, zone) for each in times)


def _open_around(venue: Venue, day: dt.date, zone: dt.tzinfo) -> tuple[Interval, ...]:
    """Return the intervals of a day and of the day before, which may reach into it."""
    return hours_on(venue, day - _DAY, zone) + hours_on(venue, day, zone)


def _days_ahead(moment: dt.datetime) -> Iterator[dt.date]:
    return (moment.date() + ahead * _DAY for ahead in range(SEARCH_DAYS + 1))


def _first_after(moment: dt.datetime, days: Iterable[Iterable[Interval]]) -> Interval | None:
    return next((each for day in days for each in day if _utc(each.opens) > _utc(moment)), None)


def _in_order(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return the intervals that last at all by their beginning; a leap of the clock may swallow one."""
    return tuple(sorted((each for each in intervals if each.lasts > dt.timedelta()), key=lambda each: _utc(each.opens)))


def _interval(day: dt.date, opens: dt.time, closes: dt.time, zone: dt.tzinfo, label: Text | None = None) -> Interval:
    closing_day = day if closes > opens else day + _DAY
    return Interval(opens=_moment(day, opens, zone), closes=_moment(closing_day, closes, zone), label=label or {})


@lru_cache(maxsize=4096)
def _moment(day: dt.date, time: dt.time, zone: dt.tzinfo) -> dt.datetime:
    """Return when a clock on the wall shows a time, or leaps over it; remembered: all ask about the same days."""
    wall = dt.datetime.combine(day, time, tzinfo=zone)
    # PEP 495: only of a time that does not exist is the second reading earlier than the first.
    early, late = _utc(wall.replace(fold=1)), _utc(wall)
    if early >= late:
        return wall
    leap = bisect_left(
        range(int((late - early).total_seconds())),
        True,
        key=lambda seconds: _offset(early, seconds, zone) != _offset(early, 0, zone),
    )
    return (early + dt.timedelta(seconds=leap)).astimezone(zone)


def _offset(start: dt.datetime, seconds: int, zone: dt.tzinfo) -> dt.timedelta | None:
    return (start + dt.timedelta(seconds=seconds)).astimezone(zone).utcoffset()


def _before(moment: dt.datetime) -> dt.datetime:
    return _utc(moment) - _INSTANT


def _aware(at: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    return at.replace(tzinfo=zone) if at.tzinfo is None else at.astimezone(zone)


def _utc(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC)
