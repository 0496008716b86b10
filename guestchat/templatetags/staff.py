"""Owns how the staff's pages write an age, a place and a colleague's name."""

import datetime as dt

from django import template
from django.utils.translation import gettext as _

from menus.models import Place, User

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
def where(place: Place | None) -> str:
    """Return a place as people call it: "Room 412", "Lobby"."""
    if place is None:
        return _("Place unknown")
    return str(place) if place.kind in {Place.Kind.ROOM, Place.Kind.TABLE} else place.label


@register.filter
def called(person: User | None) -> str:
    """Return a colleague's name."""
    return (person.get_full_name() or person.username) if person else ""
