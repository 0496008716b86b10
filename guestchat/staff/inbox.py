"""Owns the inbox's pages: which conversations need a person first, one whole talk, and what is done with it."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Count, Exists, F, IntegerField, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from guestchat import takeover
from guestchat.models import Conversation, Message, ServiceRequest
from guestchat.staff.door import Desk, at_desk, wants_part
from guestchat.templatetags.staff import called
from menus.models import User

_Status = ServiceRequest.Status
_MOST_SHOWN = 100
_MOST_MESSAGES = 300


class MessageForm(forms.Form):
    """What a person writes to a guest; `id` makes the same words sent twice one message."""

    text = forms.CharField(max_length=settings.GUESTCHAT_MAX_TEXT_CHARS)
    id = forms.UUIDField()


# --- which conversations ---------------------------------------------------------
def conversations(desk: Desk, *, everything: bool) -> QuerySet[Conversation]:
    """Return a hotel's conversations, those first that need a person most; one query.

    Without `everything` those alone that a guest has called a person to, or that a person has.
    """
    calls = ServiceRequest.objects.filter(conversation=OuterRef("pk"), is_call=True)
    waiting = calls.filter(status=_Status.NEW)
    said = Message.objects.filter(conversation=OuterRef("pk"), role=Message.Role.GUEST)
    unread = said.filter(seq__gt=OuterRef("staff_seen")).order_by().values("conversation").annotate(n=Count("pk"))
    found = (
        Conversation.objects.filter(hotel=desk.hotel)
        .select_related("place", "taken_by")
        .annotate(
            is_urgent=Exists(calls.filter(urgent=True, status__in=[_Status.NEW, _Status.ACKNOWLEDGED])),
            is_late=Exists(waiting.exclude(escalated_at=None)),
            called_at=Subquery(waiting.order_by().values("conversation").annotate(at=Min("created_at")).values("at")),
            last_text=Subquery(said.order_by("-seq").values("text")[:1]),
            said_at=Coalesce("asked_at", "created_at"),
            unread=Coalesce(Subquery(unread.values("n"), output_field=IntegerField()), 0),
        )
    )
    # A guest who deletes the chat while in danger leaves the call, and a conversation that is closed.
    found = found.filter(Q(closed_at=None) | Q(is_urgent=True))
    if everything:
        found = found.filter(Q(seq__gt=0) | Q(is_urgent=True))
    else:
        found = found.filter(Q(is_urgent=True) | Q(called_at__isnull=False) | Q(taken_by__isnull=False))
    return found.order_by("-is_urgent", "-is_late", F("called_at").asc(nulls_last=True), "-said_at")[:_MOST_SHOWN]


def counts(desk: Desk) -> dict[str, int]:
    """Return how many calls and requests wait, and how many emergencies are not over; one query."""
    new = Q(status=_Status.NEW)
    return dict(
        desk.requests().aggregate(
            urgent=Count("pk", filter=Q(urgent=True, status__in=[_Status.NEW, _Status.ACKNOWLEDGED])),
            calls=Count("pk", filter=new & Q(is_call=True)),
            requests=Count("pk", filter=new & Q(is_call=False)),
            newest=Coalesce(Max("pk", filter=new), 0),
        )
    )


def common(desk: Desk, page: str) -> dict[str, Any]:
    """Return what every page of the staff shows."""
    return {"desk": desk, "page": page, "counts": counts(desk), "now": timezone.now()}


# --- pages -------------------------------------------------------------------------
@at_desk
@require_safe
def inbox(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The conversations that need a person; `?all=1`: every conversation of now."""
    if not desk.reads_conversations:
        return redirect("staff_requests", desk.hotel.slug)
    shown = {**common(desk, "inbox"), **_list(request, desk)}
    return render(request, "staff/_list.html" if wants_part(request) else "staff/inbox.html", shown)


@at_desk
@require_safe
def conversation(request: HttpRequest, desk: Desk, id: uuid.UUID) -> HttpResponse:
    """One whole talk, with what can be done with it."""
    return _talk(request, desk, id)


def _list(request: HttpRequest, desk: Desk, opened: str = "") -> dict[str, Any]:
    everything = request.GET.get("all") == "1"
    return {
        "conversations": conversations(desk, everything=everything),
        "everything": everything,
        "opened": opened or request.GET.get("open", ""),
    }


def _talk(request: HttpRequest, desk: Desk, id: uuid.UUID, notice: str = "", text: str = "") -> HttpResponse:
    found = desk.conversation(id)
    if found is None:
        raise Http404
    said = list(found.messages.order_by("-seq")[:_MOST_MESSAGES])[::-1]
    last = said[-1].seq if said else 0
    if last > found.staff_seen:
        Conversation.objects.filter(pk=found.pk, staff_seen__lt=last).update(staff_seen=last)
    state = f"{found.taken_by_id}.{bool(found.closed_at)}"
    shown = {
        **common(desk, "inbox"),
        "conversation": found,
        "said": said,
        "last": last,
        "requests": list(desk.requests().filter(conversation=found).select_related("owner").order_by("seq", "number")),
        "state": state,
        "has_it": found.taken_by_id == desk.person.pk,
        "notice": notice,
        "text": text,
        "new_id": uuid.uuid4(),
        "most": settings.GUESTCHAT_MAX_TEXT_CHARS,
    }
    # What is being written must not be taken away by what comes in: the controls change only with who has it.
    shown["controls_too"] = request.method == "POST" or request.GET.get("state") != state
    status = 409 if notice else 200
    if wants_part(request):
        return render(request, "staff/_messages.html", shown, status=status)
    return render(request, "staff/conversation.html", {**shown, **_list(request, desk, str(id))}, status=status)


# --- what is done --------------------------------------------------------------------
@at_desk
@require_POST
def take(request: HttpRequest, desk: Desk, id: uuid.UUID) -> HttpResponse:
    """Take a conversation over, from the assistant or from a colleague."""
    instead_of = request.POST.get("instead_of", "")
    known = int(instead_of) if instead_of.isascii() and instead_of.isdigit() and len(instead_of) < 19 else None
    return _do(request, desk, id, lambda: takeover.take(id, desk.person, instead_of=known))


@at_desk
@require_POST
def write(request: HttpRequest, desk: Desk, id: uuid.UUID) -> HttpResponse:
    """Write to the guest."""
    form = MessageForm(request.POST)
    if not form.is_valid():
        return _talk(request, desk, id, _("This could not be sent: %(why)s") % {"why": _first_error(form)})
    written = form.cleaned_data
    return _do(request, desk, id, lambda: takeover.write(id, desk.person, written["text"], written["id"]))


@at_desk
@require_POST
def hand_back(request: HttpRequest, desk: Desk, id: uuid.UUID) -> HttpResponse:
    """Let the assistant answer again."""
    seen = request.POST.get("seen", "")
    known = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0
    return _do(request, desk, id, lambda: takeover.hand_back(id, desk.person, seen=known))


def _do(request: HttpRequest, desk: Desk, id: uuid.UUID, deed: Callable[[], None]) -> HttpResponse:
    if desk.conversation(id) is None:
        raise Http404
    try:
        deed()
    except takeover.NotTaken as refused:
        text = request.POST.get("text", "")
        return _talk(request, desk, id, _who_has_it(refused.by), text[: settings.GUESTCHAT_MAX_TEXT_CHARS])
    except takeover.UnreadMessage:
        return _talk(request, desk, id, _("The guest has just written. Please read it before you hand back."))
    except takeover.ConversationOver:
        return _talk(request, desk, id, _("This conversation has ended."))
    if wants_part(request):
        return _talk(request, desk, id)
    return redirect("staff_conversation", desk.hotel.slug, id)


def _who_has_it(person: User | None) -> str:
    if person is None:
        return _("Nobody has this conversation now. Take it over first.")
    return _("%(name)s has this conversation now.") % {"name": called(person)}


def _first_error(form: forms.Form) -> str:
    return str(next(iter(form.errors.values()))[0])
