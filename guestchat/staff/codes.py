"""Owns the sheets of QR codes: which places, in which form, and what is printed. Codes are made in the admin."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from guestchat.staff.door import Desk, at_desk, must_host
from guestchat.staff.inbox import common
from menus import qr
from menus.menu_words import words
from menus.models import Hotel, Place

_MOST_AT_ONCE = 120
_MOST_LANGUAGES = 2
_READABLE_CONTRAST = 4.5
_BLACK = "#111111"
FORMS = {
    "a4": _("A4 sheets, one a place"),
    "a6": _("A6 cards, four on a sheet"),
    "tent": _("Table tents, to be folded"),
}
_A_SHEET = {"a4": 1, "a6": 4, "tent": 1}


@dataclass(frozen=True, kw_only=True)
class Card:
    """What is printed for one place."""

    place: Place
    address: str
    picture: SafeString


@at_desk
@require_safe
def codes(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Choose places and a form."""
    must_host(desk)
    shown = {
        **common(desk, "codes"),
        "places": list(_places(desk.hotel)),
        "forms": FORMS.items(),
        "most": _MOST_AT_ONCE,
    }
    return render(request, "staff/codes.html", shown)


@at_desk
@require_safe
def sheet(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The sheets of the chosen places, `?form=` and `?place=` for each, ready to print."""
    must_host(desk)
    form = request.GET.get("form", "")
    chosen = [each for each in request.GET.getlist("place")[:_MOST_AT_ONCE] if "\0" not in each]
    if form not in FORMS:
        raise Http404
    cards = [_card(place) for place in _places(desk.hotel).filter(key__in=chosen)]
    number = _A_SHEET[form]
    shown: dict[str, Any] = {
        "hotel": desk.hotel,
        "form": form,
        "sheets": [cards[begin : begin + number] for begin in range(0, len(cards), number)],
        "halves": ("back", "front") if form == "tent" else ("front",),
        "said": _said(desk.hotel),
    }
    return render(request, "staff/sheet.html", shown)


@at_desk
@require_safe
def color(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The hotel's colour as a style sheet: a page's policy allows none within it."""
    must_host(desk)
    house = desk.hotel.color
    ink = house if _can_be_read_on_white(house) else _BLACK
    return HttpResponse(f":root {{ --house: {house}; --house-ink: {ink}; }}\n", content_type="text/css")


def _can_be_read_on_white(color: str) -> bool:
    """Return whether text in a colour, `#rrggbb`, has the contrast on white paper that WCAG 2.2 asks for."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= _READABLE_CONTRAST


def _places(hotel: Hotel) -> Any:
    """Return the places whose codes count."""
    return Place.objects.filter(hotel=hotel, revoked_at=None).order_by("position", "pk")


def _card(place: Place) -> Card:
    # segno draws only squares from the address; nothing that anybody wrote reaches the markup.
    return Card(place=place, address=qr.guest_link(place), picture=mark_safe(qr.svg(place)))


def _said(hotel: Hotel) -> list[dict[str, str]]:
    """Return the sheet's words in the hotel's own language and one more."""
    spoken = list(dict.fromkeys((hotel.default_language, *hotel.languages)))[:_MOST_LANGUAGES]
    said = []
    for language in spoken:
        known = words(language)
        cannot = known["sheet_cannot_call"].format(phone=hotel.phone) if hotel.phone else known["sheet_cannot"]
        said.append({"lang": language, "ask": known["sheet_ask"], "scan": known["sheet_scan"], "cannot": cannot})
    return said
