"""Owns the way of a new hotel to its first guest: each step, whether its rows are there, and the form that makes them.

It is a list of what is missing and holds nothing up: what is there answers guests from its first row on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from guestchat.staff import admin_pages
from guestchat.staff.ask import has_asked
from guestchat.staff.door import Desk, at_desk, must_host
from guestchat.staff.inbox import common
from guestchat.templatetags.staff import language_name
from menus.models import Article, Hotel, ItemAllergen, MenuItem, OpeningHours, Place, Venue
from menus.texts import pick

# With so many answers of their own most guests' questions are met; the page of the usual ones tells which are not.
ENOUGH_ARTICLES = 10
_WITH_MENUS = frozenset({Venue.Kind.RESTAURANT, Venue.Kind.BAR, Venue.Kind.CAFE, Venue.Kind.ROOM_SERVICE})
_MOST_NAMED = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step: what it is, how far it is, and where it is done; `address` is empty where it is not this person's."""

    key: str
    name: str
    told: str
    is_done: bool
    address: str
    call: str = ""


@at_desk
@require_safe
def start(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The steps from an empty hotel to the first guest who asks."""
    must_host(desk)
    found = steps(desk)
    shown: dict[str, Any] = {
        **common(desk, "start"),
        "steps": found,
        "done": sum(each.is_done for each in found),
        "next": next((each.key for each in found if not each.is_done), ""),
    }
    return render(request, "staff/start.html", shown)


def steps(desk: Desk) -> list[Step]:
    """Return the steps in their order, from the rows as they are; queries as many for any hotel."""
    hotel = desk.hotel
    venues = list(
        Venue.objects.filter(hotel=hotel)
        .annotate(has_hours=Exists(OpeningHours.objects.filter(venue=OuterRef("pk"))))
        .order_by("position", "pk")
    )
    return [
        *_of_hotel(desk),
        _places(hotel),
        *_of_venues(hotel, venues),
        *_of_dishes(desk, venues),
        _answers(hotel),
        *_of_guests(desk),
    ]


def _of_hotel(desk: Desk) -> list[Step]:
    hotel = desk.hotel
    form = admin_pages.change("hotel", hotel.pk) if desk.leads_house else ""
    wanted = {
        _("address"): hotel.address,
        _("phone"): hotel.phone,
        _("check-in"): hotel.check_in,
        _("check-out"): hotel.check_out,
        _("description"): pick(hotel.description, hotel.default_language) if hotel.description else "",
    }
    missing = [name for name, value in wanted.items() if not value]
    spoken = [language_name(code) for code in hotel.languages]
    return [
        Step(
            key="details",
            name=_("Your house"),
            told=_missing(missing) if missing else _("Address, phone, check-in and check-out are there."),
            is_done=not missing,
            address=form,
            call=_("Fill in"),
        ),
        Step(
            key="languages",
            name=_("Languages"),
            told=", ".join(spoken) if spoken else _("Choose what your guests speak and you write in."),
            is_done=bool(spoken),
            address=form,
            call=_("Choose"),
        ),
    ]


def _places(hotel: Hotel) -> Step:
    number = Place.objects.filter(hotel=hotel, revoked_at=None).count()
    told = ngettext("%(n)d place has a code.", "%(n)d places have a code.", number) % {"n": number}
    return Step(
        key="places",
        name=_("Rooms, tables, the lobby"),
        told=told if number else _("Each gets a code for guests to scan. Begin with one room."),
        is_done=number > 0,
        address=admin_pages.rows("place", hotel) if number else admin_pages.new("place", hotel),
        call=_("Add a place"),
    )


def _of_venues(hotel: Hotel, venues: Sequence[Any]) -> list[Step]:
    closed = [each for each in venues if not each.has_hours]
    told = ngettext("%(n)d venue.", "%(n)d venues.", len(venues)) % {"n": len(venues)}
    return [
        Step(
            key="venue",
            name=_("The first venue"),
            told=told if venues else _("A restaurant, a bar, the spa: whatever has hours of its own."),
            is_done=bool(venues),
            address=admin_pages.rows("venue", hotel) if venues else admin_pages.new("venue", hotel),
            call=_("Add a venue"),
        ),
        Step(
            key="hours",
            name=_("Opening hours"),
            told=_hours(hotel, venues, closed),
            is_done=bool(venues) and not closed,
            address=reverse("staff_hours", args=[hotel.slug], query={"venue": (closed or venues)[0].key})
            if venues
            else "",
            call=_("Write the hours"),
        ),
    ]


def _hours(hotel: Hotel, venues: Sequence[Any], closed: Sequence[Any]) -> str:
    if not venues:
        return _("First a venue, then its hours.")
    if closed:
        return _missing([pick(each.name, hotel.default_language) or each.key for each in closed])
    return _("Every venue has hours.")


def _of_dishes(desk: Desk, venues: Sequence[Any]) -> list[Step]:
    hotel = desk.hotel
    serving = [each for each in venues if each.kind in _WITH_MENUS]
    dishes = MenuItem.objects.filter(hotel=hotel).annotate(
        is_declared=Exists(ItemAllergen.objects.filter(item=OuterRef("pk")))
    )
    silent = Q(allergens_complete=False, is_declared=False)
    found = dishes.aggregate(n=Count("pk"), silent=Count("pk", filter=silent))
    number, missing = found["n"], found["silent"]
    needs_none = bool(venues) and not serving and not number
    if needs_none:
        told = _("No restaurant, bar or café: none is needed.")
    elif number:
        told = ngettext("%(n)d dish.", "%(n)d dishes.", number) % {"n": number}
    else:
        told = _("Write the card at its venue, or upload a hotel file.")
    if missing:
        undeclared = ngettext(
            "Of %(n)d dish nothing is declared; a guest who asks is told so.",
            "Of %(n)d dishes nothing is declared; a guest who asks is told so.",
            missing,
        ) % {"n": missing}
    else:
        undeclared = _("Every dish says something.") if number else _("The kitchen declares them at the dishes.")
    menu = admin_pages.change("venue", serving[0].pk) if serving else ""
    return [
        Step(
            key="menu",
            name=_("The menu"),
            told=told,
            is_done=number > 0 or needs_none,
            address=admin_pages.rows("menuitem", hotel) if number else menu,
            call=_("Write the menu"),
        ),
        Step(
            key="allergens",
            name=_("Allergens"),
            told=told if needs_none else undeclared,
            is_done=needs_none or (number > 0 and not missing),
            address=reverse("staff_allergens", args=[hotel.slug]) if number and desk.edits_dishes else "",
            call=_("Declare them"),
        ),
    ]


def _answers(hotel: Hotel) -> Step:
    number = Article.objects.filter(hotel=hotel).count()
    told = ngettext("%(n)d answer is written.", "%(n)d answers are written.", number) % {"n": number}
    return Step(
        key="answers",
        name=_("What guests ask most"),
        told=told if number else _("Forty questions wait for your words. Ten are a good beginning."),
        is_done=number >= ENOUGH_ARTICLES,
        address=reverse("staff_usual", args=[hotel.slug]),
        call=_("Write answers"),
    )


def _of_guests(desk: Desk) -> list[Step]:
    slug, is_new = desk.hotel.slug, desk.is_new
    is_tried = not is_new or has_asked(desk.hotel)
    return [
        Step(
            key="ask",
            name=_("Ask as a guest"),
            told=_("You have tried it.") if is_tried else _("See what a guest would read, before one does."),
            is_done=is_tried,
            address=reverse("staff_ask", args=[slug]),
            call=_("Ask a question"),
        ),
        Step(
            key="published",
            name=_("Hang up the codes"),
            told=_("Print them. This is done when the first guest scans one.") if is_new else _("Guests have come."),
            is_done=not is_new,
            address=reverse("staff_codes", args=[slug]),
            call=_("Print codes"),
        ),
    ]


def _missing(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return _("Missing: %(what)s") % {"what": f"{shown} +{more}" if more > 0 else shown}
