"""Owns the page of the allergen matrix: a menu's dishes, saved at once. It means what `menus.matrix` says."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from guestchat.staff.door import Desk, at_desk, must_cook
from guestchat.staff.inbox import common
from guestchat.staff.kitchen import dishes, menus, place_of
from menus import matrix
from menus.allergen_names import name
from menus.allergens import GROUPS
from menus.texts import pick

# With seventeen fields a dish, as many as a form may have.
_DISHES_A_PAGE = 40


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def allergens(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The matrix of one menu, `?menu=` its key."""
    must_cook(desk)
    place, there = place_of(request), menus(desk)
    chosen = next((each for each in there if each.key == place.get("menu")), there[0] if there else None)
    found = Paginator(dishes(desk).filter(section__menu=chosen), _DISHES_A_PAGE)
    page = found.get_page((request.POST if request.method == "POST" else request.GET).get("page"))
    if request.method == "POST":
        _save(request, desk)
        where = {"menu": chosen.key if chosen else "", "page": page.number}
        return redirect(reverse("staff_allergens", args=[desk.hotel.slug], query=where))
    shown = {
        **common(desk, "allergens"),
        "menus": there,
        "chosen": chosen,
        "page_of": page,
        "groups": [(code, name(code, desk.hotel.default_language)) for code in GROUPS],
        "rows": matrix.rows(list(page)),
        "states": list(zip(matrix.STATES, ("?", _("Yes"), _("May"), _("No")), strict=True)),
    }
    return render(request, "staff/allergens.html", shown)


def _save(request: HttpRequest, desk: Desk) -> None:
    saved = matrix.save(desk.hotel, _changes(request.POST), desk.person)
    if saved.changed:
        number = len(saved.changed)
        messages.success(request, ngettext("%(n)d dish saved.", "%(n)d dishes saved.", number) % {"n": number})
    elif not saved.refused:
        messages.success(request, _("Nothing was changed."))
    for dish in saved.refused:
        called = pick(dish.name, desk.hotel.default_language)
        messages.warning(
            request, _("A colleague has just changed “%(dish)s”. Please look at it again.") % {"dish": called}
        )


def _changes(form: Any) -> list[matrix.Change]:
    """Return what was left in the table; what is no state or no dish of the page is left out."""
    found = []
    for field in form:
        key, dot, part = field.partition(".")
        if not dot or part != "was":
            continue
        states = {code: form[f"{key}.{code}"] for code in GROUPS if form.get(f"{key}.{code}") in matrix.STATES}
        found.append(
            matrix.Change(
                key=key,
                was=form[field],
                states=states,
                complete=f"{key}.complete" in form,
                confirmed=f"{key}.confirmed" in form,
            )
        )
    return found
