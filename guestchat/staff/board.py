"""Owns the board of requests: what is new, what somebody is at, what was done lately, and each step of it."""

import datetime as dt
import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from guestchat import service_requests
from guestchat.models import ServiceRequest
from guestchat.staff.door import Desk, at_desk, wants_part
from guestchat.staff.inbox import common

_Status = ServiceRequest.Status
_MOST_SHOWN = 200
_MOST_DONE = 30
_DONE_SHOWN_FOR = dt.timedelta(hours=24)


@at_desk
@require_safe
def board(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The board; the kitchen sees its orders alone."""
    return _board(request, desk)


@at_desk
@require_POST
def move(request: HttpRequest, desk: Desk, id: uuid.UUID, seq: int, number: int) -> HttpResponse:
    """Take one request a step further."""
    found = desk.requests().filter(conversation=id, seq=seq, number=number).first()
    if found is None:
        raise Http404
    try:
        service_requests.move(found, request.POST.get("to", ""), desk.person)
    except service_requests.WrongStep as wrong:
        return _board(request, desk, notice=_refusal(wrong.status))
    return _board(request, desk) if wants_part(request) else redirect("staff_requests", desk.hotel.slug)


def _refusal(status: str) -> str:
    name = dict(_Status.choices).get(status, status)
    return _("Somebody was quicker: this request is “%(status)s” already.") % {"status": name}


def _board(request: HttpRequest, desk: Desk, notice: str = "") -> HttpResponse:
    shown = {**common(desk, "requests"), "columns": _columns(desk), "notice": notice}
    template = "staff/_board.html" if wants_part(request) else "staff/board.html"
    return render(request, template, shown, status=409 if notice else 200)


def _columns(desk: Desk) -> list[dict[str, Any]]:
    """Return the board's three columns, emergencies and the oldest first; two queries."""
    rows = desk.requests().select_related("conversation__place", "owner").order_by("-urgent", "created_at")
    is_open = list(rows.filter(status__in=[_Status.NEW, _Status.ACKNOWLEDGED])[:_MOST_SHOWN])
    lately = timezone.now() - _DONE_SHOWN_FOR
    over = rows.filter(status__in=[_Status.DONE, _Status.CANCELLED], updated_at__gte=lately)
    return [
        {"name": _("New"), "key": "new", "rows": [row for row in is_open if row.status == _Status.NEW]},
        {
            "name": _("In hand"),
            "key": "acknowledged",
            "rows": [row for row in is_open if row.status == _Status.ACKNOWLEDGED],
        },
        {"name": _("Done today"), "key": "done", "rows": list(over.order_by("-updated_at")[:_MOST_DONE])},
    ]
