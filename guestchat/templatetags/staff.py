"""Owns how the staff's pages write an age, a place, a language and a colleague's name."""

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from menus.allergen_names import name as allergen_name
from menus.models import Hotel, Place, User
from menus.texts import Text, pick

register = template.Library()


@register.filter
def age(since: dt.datetime, now: dt.datetime) -> str:
    """Return how long ago something was, short enough for a phone: "now", "4 min", "2 h", "3 d"."""
    minutes = int((now - since).total_seconds() // 60)
    if minutes < 1:
        return _("now")
    if minutes < 60:
        return _("%(n)d min") % {"n": minutes}
    return _("%(n)d h") % {"n": minutes // 60} if minutes < 48 * 60 else _("%(n)d d") % {"n": minutes // 1440}


@register.filter
def took(wait: dt.timedelta) -> str:
    """Return within how long something was done, as people say it: "0.1 s", "1.4 s", "12 min", "2 h 5 min"."""
    seconds = wait.total_seconds()
    if seconds < 60:
        return _("%(n).1f s") % {"n": math.ceil(seconds * 10) / 10}
    minutes = round(seconds / 60)
    if minutes < 60:
        return _("%(n)d min") % {"n": minutes}
    if minutes < 48 * 60:
        return _("%(hours)d h %(n)d min") % {"hours": minutes // 60, "n": minutes % 60}
    return _("%(n)d d") % {"n": minutes // 1440}


@register.filter
def where(place: Place | None) -> str:
    """Return a place as people call it: "Room 412", "Lobby"."""
    if place is None:
        return _("Place unknown")
    return str(place) if place.kind in {Place.Kind.ROOM, Place.Kind.TABLE} else place.label


@register.filter
def called(person: User | None) -> str:
    """Return a colleague's name."""
    return (person.get_full_name() or person.username) if person else ""


@register.filter
def language_name(code: str) -> str:
    """Return what a language is called, or its code where nobody knows."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


@register.filter
def fields(row: Mapping[str, Any]) -> list[tuple[Any, str, int]]:
    """Return the two fields of one language, each with its name and its lines."""
    return [(row["question"], "question", 2), (row["answer"], "answer", 5)]


@register.filter
def in_house(text: Text, hotel: Hotel) -> str:
    """Return a text in the hotel's own language."""
    return pick(text, hotel.default_language)


@register.filter
def allergen(code: str, hotel: Hotel) -> str:
    """Return an allergen's name in the hotel's own language."""
    return allergen_name(code, hotel.default_language)


@register.filter
def state_name(state: str) -> str:
    """Return how the kitchen says what was declared."""
    return {"contains": _("Yes"), "may_contain": _("May"), "free": _("No")}[state]
