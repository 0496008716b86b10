"""Owns the readable menu's two pages. Does not ask who the guest is: the guest's door finds hotel and language."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from menus import card, schema_org, times
from menus.allergen_names import name as allergen_name
from menus.allergens import DIETS
from menus.content import Content, Item, Venue
from menus.menu_words import counted, words
from menus.texts import pick


def menu_index(
    request: HttpRequest, content: Content, language: str, *, now: dt.datetime | None = None
) -> HttpResponse:
    """Show the venues that have a menu, each with how many of its dishes fit the filter."""
    at, choice = now or timezone.now(), card.read_choice(request.GET)
    venues = [each for each in content.venues if _items(each)]
    context = {
        "venues": [
            {
                "key": venue.key,
                "name": pick(venue.name, language, content.default_language),
                "kind": words(language)["kinds"].get(venue.kind, ""),
                "location": pick(venue.location, language, content.default_language),
                "state": times.open_state(venue, content, at, language),
                "count": _count(card.tally(_items(venue), choice), choice, language),
            }
            for venue in venues
        ],
        "tally": card.tally([item for venue in venues for item in _items(venue)], choice),
        "link_query": _query(request, choice),
    }
    return _respond(request, "menus/index.html", "menus/_venues.html", content, language, choice, context)


def menu_page(
    request: HttpRequest, content: Content, venue_key: str, language: str, *, now: dt.datetime | None = None
) -> HttpResponse:
    """Show a venue's menus, filtered by `diet` and `without`; Http404 where the hotel has no such venue."""
    venue = content.venues_by_key.get(venue_key)
    if venue is None:
        raise Http404("This hotel has no such venue.")
    at, choice = now or timezone.now(), card.read_choice(request.GET)
    menus = [
        {
            "key": menu.key,
            "name": pick(menu.name, language, content.default_language),
            "state": times.served_state(menu, venue, content, at, language),
            "times": times.served_times(menu, language),
            "headings": card.headings(menu, choice, content, language),
        }
        for menu in venue.menus
    ]
    context = {
        "venue": {
            "name": pick(venue.name, language, content.default_language),
            "description": pick(venue.description, language, content.default_language),
            "location": pick(venue.location, language, content.default_language),
            "phone": venue.phone,
            "state": times.open_state(venue, content, at, language),
            "hours": times.opening_times(venue, content, at.astimezone(content.zone).date(), language),
        },
        "menus": [menu for menu in menus if menu["headings"]],
        "tally": card.tally(_items(venue), choice),
        "json_ld": schema_org.json_ld(venue, content, language),
        "link_query": _query(request, choice),
    }
    return _respond(request, "menus/venue.html", "menus/_items.html", content, language, choice, context)


def _respond(
    request: HttpRequest,
    page: str,
    fragment: str,
    content: Content,
    language: str,
    choice: card.Choice,
    context: dict[str, Any],
) -> HttpResponse:
    tally: card.Tally = context["tally"]
    said = words(language)
    htmx: Any = getattr(request, "htmx", None)
    is_fragment = bool(htmx) and not htmx.history_restore_request and not htmx.boosted
    shared = {
        "hotel_name": content.name,
        "language": language,
        "t": said,
        "choice": choice,
        "choice_words": card.choice_in_words(choice, language),
        "count": _count(tally, choice, language),
        "left_out": tally.sentences(choice, language),
        "unknown": [said["unknown_value"].format(value=each) for each in choice.unknown],
        "diets": [(diet, said["diets"][diet], diet in choice.diets) for diet in DIETS],
        "allergens": [
            (code, allergen_name(code, language), code in choice.without) for code in card.filter_codes(choice)
        ],
        "kept_language": request.GET.get("lang", ""),
        "is_fragment": is_fragment,
    }
    response = render(request, fragment if is_fragment else page, {**shared, **context})
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    return response


def _items(venue: Venue) -> list[Item]:
    return [item for menu in venue.menus for section in menu.sections for item in section.items]


def _count(tally: card.Tally, choice: card.Choice, language: str) -> str:
    said = words(language)
    if not choice:
        return counted(said["dishes"], tally.total)
    return counted(said["shown"], tally.shown, total=tally.total)


def _query(request: HttpRequest, choice: card.Choice) -> str:
    """Return the understood part of the query, to go along with a link to another menu."""
    pairs = [("diet", each) for each in choice.diets] + [("without", each) for each in choice.without]
    if request.GET.get("lang"):
        pairs.append(("lang", request.GET["lang"]))
    return f"?{urlencode(pairs)}" if pairs else ""
