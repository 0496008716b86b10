"""Owns the kitchen's page: the dishes of a menu, and one tap that says whether there is any left."""

from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from guestchat.staff.door import Desk, at_desk, must_cook, wants_part
from guestchat.staff.inbox import common
from menus.admin.scope import written
from menus.models import Menu, MenuItem

_MOST_SHOWN = 200
_MOST_QUERY_CHARS = 100


@at_desk
@require_safe
def kitchen(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The dishes of one menu, `?menu=` its key, or those whose name holds `?q=`; what is sold out stands first."""
    must_cook(desk)
    return _kitchen(request, desk)


@at_desk
@require_POST
def sell_out(request: HttpRequest, desk: Desk, key: str) -> HttpResponse:
    """Say that a dish is sold out, or there again; the next guest's answer knows."""
    must_cook(desk)
    available = request.POST.get("available") == "1"
    dish = dishes(desk).filter(key=key).first()
    if dish is None:
        raise Http404
    # The version goes up with it, and nothing that is searched changes.
    if MenuItem.objects.filter(hotel=desk.hotel, key=key, available=not available).update(available=available):
        note = "There again." if available else "Sold out."
        LogEntry.objects.log_actions(desk.person.pk, [dish], CHANGE, change_message=note, single_object=True)
    if wants_part(request):
        return _kitchen(request, desk)
    return redirect(f"{reverse('staff_kitchen', args=[desk.hotel.slug])}?{place_of(request).urlencode()}")


def dishes(desk: Desk) -> QuerySet[MenuItem]:
    """Return the hotel's dishes in the order of its menus."""
    found = MenuItem.objects.filter(hotel=desk.hotel).select_related("section__menu__venue")
    return found.order_by(
        "section__menu__venue__position", "section__menu__position", "section__position", "position", "pk"
    )


def menus(desk: Desk) -> list[Menu]:
    """Return the hotel's menus in the order of its venues."""
    found = Menu.objects.filter(hotel=desk.hotel).select_related("venue")
    return list(found.order_by("venue__position", "position", "pk"))


def _kitchen(request: HttpRequest, desk: Desk) -> HttpResponse:
    place = place_of(request)
    query, there = place.get("q", ""), menus(desk)
    chosen = next((each for each in there if each.key == place.get("menu")), there[0] if there else None)
    rows: QuerySet[Any]
    if query:
        rows = dishes(desk).annotate(said=written("name")).filter(said__icontains=query)
    else:
        rows = dishes(desk).filter(section__menu=chosen)
    found = list(rows[: _MOST_SHOWN + 1])
    shown = {
        **common(desk, "kitchen"),
        "menus": there,
        "chosen": None if query else chosen,
        "query": query,
        "place": place.urlencode(),
        "dishes": found[:_MOST_SHOWN],
        "is_cut": len(found) > _MOST_SHOWN,
        "sold_out": list(dishes(desk).filter(available=False)[:_MOST_SHOWN]),
    }
    return render(request, "staff/_kitchen.html" if wants_part(request) else "staff/kitchen.html", shown)


def place_of(request: HttpRequest) -> QueryDict:
    """Return where on the page the person is, from an address or a form: the menu, or what was looked for."""
    given = request.POST if request.method == "POST" else request.GET
    place = QueryDict(mutable=True)
    for name in ("menu", "q"):
        if value := given.get(name, "").replace("\0", "").strip()[:_MOST_QUERY_CHARS]:
            place[name] = value
    return place
