"""Owns the codes that hang in rooms and on tables: their links and their pictures."""

import io

import segno
from django.conf import settings

from menus.models import Place


def guest_link(place: Place) -> str:
    """Return the address behind a place's code: whoever opens it may chat there."""
    return f"{settings.GUESTCHAT_BASE_URL}/q/{place.code}/"


def svg(place: Place) -> str:
    """Return the code as an `<svg>` element that scales with its container."""
    return _code(place).svg_inline(omitsize=True)


def terminal(place: Place) -> str:
    """Return the code as lines of block characters, for a light or a dark terminal."""
    lines = io.StringIO()
    _code(place).terminal(out=lines, compact=True)
    return lines.getvalue()


def _code(place: Place) -> segno.QRCode:
    # Level M survives 15 % dirt; phones read no micro codes.
    return segno.make(guest_link(place), error="m", micro=False)
