"""Owns the codes that hang in rooms and on tables: their links and their pictures."""

import io
import re
from functools import lru_cache

import segno
from django.conf import settings

from menus.models import Place

_LINK = re.compile(r"/q/([A-Za-z0-9_-]{1,64})/?")


def guest_link(place: Place) -> str:
    """Return the address behind a place's code: whoever opens it may chat there."""
    return f"{settings.GUESTCHAT_BASE_URL}/q/{place.code}/"


def code_of(text: str) -> str | None:
    """Return the place's code in what a QR code says, or None where it leads anywhere else than to our guests' door."""
    found = _LINK.fullmatch(text.strip().removeprefix(settings.GUESTCHAT_BASE_URL))
    return found[1] if found and text.strip() != found[0] else None


def svg(place: Place, *, scale: int = 0) -> str:
    """Return the code as an `<svg>` element that scales with its container, or of `scale` pixels a square on white."""
    code = _code(guest_link(place))
    return code.svg_inline(scale=scale, border=4, light="white") if scale else code.svg_inline(omitsize=True)


def terminal(place: Place) -> str:
    """Return the code as lines of block characters, for a light or a dark terminal."""
    lines = io.StringIO()
    _code(guest_link(place)).terminal(out=lines, compact=True)
    return lines.getvalue()


@lru_cache(maxsize=1_024)
def _code(link: str) -> segno.QRCode:
    """Return an address as a code, remembered: it takes 8 ms to choose the pattern that phones read best."""
    # Level M survives 15 % dirt; phones read no micro codes.
    return segno.make(link, error="m", micro=False)
