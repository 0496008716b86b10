"""Owns the page of dishes as a table: to download, to send back, to look at, and to take in.

What a table means is `menus.dish_table`'s. Between looking and taking in nothing is kept but what the page carries.
"""

from typing import Any

from django.contrib import messages
from django.db import Error as DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from guestchat.staff.door import Desk, at_desk, must_cook
from guestchat.staff.inbox import common
from menus import carried, dish_table, spreadsheets, uploads
from menus.content import Content, load
from menus.dish_table import Plan
from menus.runs import runs
from menus.spreadsheets import Row

_PURPOSE = "guestchat.staff.dishes"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def dishes(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Take a table and show what it would do; take the word to do it."""
    must_cook(desk)
    if request.method != "POST":
        return _show(request, desk)
    try:
        return _take_in(request, desk) if "carried" in request.POST else _look(request, desk)
    except (uploads.RefusedFile, spreadsheets.RefusedTable, carried.NotWhatWasSeen) as refused:
        return _show(request, desk, status=400, refused=str(refused))


@at_desk
@require_safe
def download(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The dishes of the hotel, or of `?venue=`, as CSV or, with `?as=xlsx`, as a workbook."""
    must_cook(desk)
    content = _content(desk)
    venue = request.GET.get("venue", "")
    if venue and venue not in content.venues_by_key:
        raise Http404
    keys = {key for key, offer in content.offers.items() if not venue or offer.venue.key == venue}
    if request.GET.get("as") == "xlsx":
        response = HttpResponse(dish_table.as_xlsx(content, keys), content_type=_XLSX)
        ending = "xlsx"
    else:
        response = HttpResponse(dish_table.as_csv(content, keys), content_type="text/csv; charset=utf-8")
        ending = "csv"
    today = timezone.now().astimezone(content.zone).date().isoformat()
    name = "-".join(["dishes", desk.hotel.slug, *([venue] if venue else []), today])
    response["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return response


def _look(request: HttpRequest, desk: Desk) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        raise uploads.RefusedFile(_("Choose a file first."))
    kind, content = uploads.read_table(file)
    table = spreadsheets.read(content, kind)
    return _preview(request, desk, table, dish_table.plan(_content(desk), table))


def _take_in(request: HttpRequest, desk: Desk) -> HttpResponse:
    seen = carried.unseal(request.POST["carried"], desk.person.pk, _PURPOSE)
    if seen["hotel"] != desk.hotel.pk:
        raise carried.NotWhatWasSeen(_("This table was looked at for another hotel. Choose the file again."))
    table = [Row(number=number, cells=cells, faults=_by_index(faults)) for number, cells, faults in seen["table"]]
    if seen["asks"] and "checked" not in request.POST:
        told = _("Nothing was changed: please tick first that you have looked at the allergens and diets.")
        return _preview(request, desk, table, dish_table.plan(_content(desk), table), status=400, told=told)
    try:
        done = dish_table.put(desk.hotel, table, seen["mark"], desk.person)
    except dish_table.DishesHaveChanged as changed:
        told = _("Nothing was changed yet: the dishes have changed since you looked. This is what the table does now.")
        return _preview(request, desk, table, changed.plan, status=409, told=told)
    except DatabaseError:
        # A colleague who saved at the same moment, a lost connection: nothing was kept in any case.
        told = _("Nothing was changed: somebody else was saving at the same moment. Please try again.")
        return _preview(request, desk, table, dish_table.plan(_content(desk), table), status=409, told=told)
    messages.success(request, _done(done))
    return redirect("staff_dishes", desk.hotel.slug)


def _by_index(faults: dict[str, str]) -> dict[int, str]:
    return {int(index): sentence for index, sentence in faults.items()}


def _done(done: Plan) -> str:
    new, changed = len(done.new), len(done.changed)
    return " ".join(
        (
            ngettext("%(n)d dish is new.", "%(n)d dishes are new.", new) % {"n": new},
            ngettext("%(n)d dish was changed.", "%(n)d dishes were changed.", changed) % {"n": changed},
        )
    )


def _content(desk: Desk) -> Content:
    found = load(desk.hotel.pk)
    if found is None:
        raise Http404
    return found


def _preview(
    request: HttpRequest, desk: Desk, table: list[Row], plan: Plan, *, status: int = 200, told: str = ""
) -> HttpResponse:
    """Show what a table would do, with the table in the page where there is anything to do."""
    sealed = ""
    if plan.entries:
        rows = [[row.number, row.cells, row.faults] for row in table]
        what = {"hotel": desk.hotel.pk, "mark": plan.mark, "asks": bool(plan.safety), "table": rows}
        try:
            sealed = carried.seal(what, desk.person.pk, _PURPOSE)
        except carried.TooMuch:
            told = _("The table is too large to be taken in at once. Please send it in several files.")
            status = 400
    shown = {"plan": plan, "bad_rows": _ranges(plan.bad_rows), "carried": sealed, "told": told}
    return _show(request, desk, status=status, **shown)


def _ranges(numbers: list[int]) -> str:
    """Return numbers as people list them: "3, 7–9"."""
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs(numbers))


def _show(request: HttpRequest, desk: Desk, status: int = 200, **shown: Any) -> HttpResponse:
    context = {**common(desk, "dishes"), "venues": desk.hotel.venues.filter(menus__isnull=False).distinct(), **shown}
    return render(request, "staff/dishes.html", context, status=status)
