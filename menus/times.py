"""Owns how opening and serving times are said on the menu pages; what is open when is `menus.hours`'; pure."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from menus import content as rows
from menus import hours
from menus.card import date_in
from menus.menu_words import words
from menus.models import DAYS
from menus.runs import runs
from menus.texts import pick

NEAR_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class Said:
    """A state in words, and whether it is open or served now."""

    now: bool
    text: str


def open_state(venue: rows.Venue, hotel: rows.Content, at: dt.datetime, language: str) -> Said | None:
    """Return whether a venue is open, or when it opens; None where it has no hours at all."""
    if not venue.opening_hours:
        return None
    said = words(language)
    current = hours.open_now(venue, at, hotel.zone)
    if current is not None:
        return Said(now=True, text=said["open_until"].format(time=f"{current.closes:%H:%M}"))
    coming = hours.next_opening(venue, at, hotel.zone)
    if coming is None:
        return Said(now=False, text=said["closed"])
    return Said(now=False, text=said["closed_opens"].format(when=_when(coming.opens, at, hotel, language)))


def served_state(
    menu: rows.Menu, venue: rows.Venue, hotel: rows.Content, at: dt.datetime, language: str
) -> Said | None:
    """Return whether a menu is served, or when it is next; None where that is not known."""
    if not venue.opening_hours:
        return None
    said = words(language)
    if hours.served_now(menu, venue, at, hotel.zone):
        return Said(now=True, text=said["served_now"])
    coming = hours.next_served(menu, venue, at, hotel.zone)
    if coming is None:
        return None
    return Said(now=False, text=said["served_next"].format(when=_when(coming.opens, at, hotel, language)))


def served_times(menu: rows.Menu, language: str) -> list[str]:
    """Return a menu's serving times, such as “Mon–Fri 12:00–14:30”."""
    return [f"{days_in(each.days, language)} {each.starts:%H:%M}–{each.ends:%H:%M}" for each in menu.served]


def opening_times(venue: rows.Venue, hotel: rows.Content, today: dt.date, language: str) -> list[tuple[str, str, str]]:
    """Return a venue's hours as (days, times, label): the week's first, then the coming dates that differ from it."""
    weekly = [each for each in venue.opening_hours if each.date is None]
    dated = sorted(
        (each for each in venue.opening_hours if each.date is not None and each.date >= today),
        key=lambda each: (each.date or today, each.opens or dt.time()),
    )
    return [
        (
            days_in(each.days, language) if each.date is None else date_in(each.date, language),
            _times(each, language),
            pick(each.label, language, hotel.default_language),
        )
        for each in (*weekly, *dated)
    ]


def days_in(days: Iterable[str], language: str) -> str:
    """Return weekdays with runs of three and more drawn together, such as “Mon–Fri, Sun”."""
    names: Sequence[str] = words(language)["days"]
    numbers = sorted(DAYS.index(day) for day in set(days))
    if len(numbers) == len(DAYS):
        return str(words(language)["daily"])
    return ", ".join(
        f"{names[run[0]]}–{names[run[-1]]}" if len(run) > 2 else ", ".join(names[each] for each in run)
        for run in runs(numbers)
    )


def _times(entry: rows.Hours, language: str) -> str:
    if entry.closed or entry.opens is None or entry.closes is None:
        return str(words(language)["closed_on"])
    return f"{entry.opens:%H:%M}–{entry.closes:%H:%M}"


def _when(moment: dt.datetime, at: dt.datetime, hotel: rows.Content, language: str) -> str:
    said, time = words(language), f"{moment:%H:%M}"
    days = (moment.date() - at.astimezone(hotel.zone).date()).days
    if days in {0, 1}:
        return str(said["when_today" if days == 0 else "when_tomorrow"].format(time=time))
    day = said["days"][moment.weekday()] if days < NEAR_DAYS else date_in(moment.date(), language)
    return str(said["when_day"].format(day=day, time=time))
