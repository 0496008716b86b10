"""Owns who comes in by the staff's door, to which hotel, and as what. To everybody else a hotel is not there at all."""

import contextlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth import get_user
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect
from django_otp.middleware import OTPMiddleware

from guestchat import keyholes
from guestchat.models import Conversation, Deletion, ServiceRequest
from menus import tenancy
from menus.models import Hotel, Membership, User
from menus.roles import CARDS, HOUSE
from menus.second_factor import rules

Role = Membership.Role
View = Callable[..., HttpResponse]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A person at work for a hotel."""

    hotel: Hotel
    role: str
    person: User

    @property
    def reads_conversations(self) -> bool:
        """Whether guests' words are this person's business; the kitchen sees orders alone."""
        return self.role != Role.KITCHEN

    @property
    def leads_house(self) -> bool:
        """Whether how the team does is this person's business, and the hotel's own row theirs to change."""
        return self.role in HOUSE

    @property
    def edits_dishes(self) -> bool:
        """Whether the menus are this person's to change, as in the admin."""
        return self.role in CARDS

    @property
    def is_new(self) -> bool:
        """Whether no guest has come to the hotel yet; two queries at most."""
        kept = Deletion.objects.filter(hotel=self.hotel)
        return not (Conversation.objects.filter(hotel=self.hotel).exists() or kept.exists())

    def conversation(self, id: uuid.UUID) -> Conversation | None:
        """Return one of the hotel's conversations."""
        if not self.reads_conversations:
            return None
        found = Conversation.objects.select_related("place", "taken_by", "hotel")
        return found.filter(hotel=self.hotel, pk=id).first()

    def requests(self) -> Any:
        """Return the requests that count and that are this person's business."""
        found = ServiceRequest.objects.filter(hotel=self.hotel).exclude(status=ServiceRequest.Status.PROPOSED)
        return found if self.reads_conversations else found.filter(kind=ServiceRequest.Kind.ORDER, is_call=False)


def enter(person: Any, slug: str) -> Desk | None:
    """Return a person's desk at a hotel, or None where they have none there; one query."""
    if not _is_staff(person):
        return None
    if person.is_superuser:
        hotel = Hotel.objects.filter(slug=slug).first()
        return Desk(hotel=hotel, role=Role.OWNER, person=person) if hotel else None
    found = Membership.objects.select_related("hotel").filter(user=person, hotel__slug=slug).first()
    return Desk(hotel=found.hotel, role=found.role, person=person) if found else None


def enter_by_session(key: str, slug: str) -> Desk | None:
    """Return the desk of whoever is logged in by a session as it is now: a socket's, which outlives many changes."""
    request: Any = HttpRequest()
    request.session = SessionStore(key)
    request.user = get_user(request)
    if not _is_staff(request.user):
        return None
    person = request.user
    OTPMiddleware(lambda verified: verified)(request)
    with binding_of(person):
        return enter(person, slug) if rules.lets_in(request.user) else None


def binding_of(person: Any) -> contextlib.AbstractContextManager[None]:
    """Bind to the hotels that a person works for, where no page's request does it."""
    return tenancy.everywhere() if person.is_superuser else tenancy.at(*keyholes.hotels_of_person(person.pk))


def hotels(person: Any) -> list[Hotel]:
    """Return the hotels where a person has a desk, by name, each with whether no guest has come to it yet."""
    come = [Exists(model.objects.filter(hotel=OuterRef("pk"))) for model in (Conversation, Deletion)]
    found = Hotel.objects.annotate(is_new=~come[0] & ~come[1])
    return list(found if person.is_superuser else found.filter(memberships__user=person))


def _is_staff(person: Any) -> bool:
    return bool(person.is_authenticated and person.is_active and person.is_staff)


def at_desk(view: View) -> View:
    """Let only the hotel's own staff see a page; nobody sees that there is one. The page gets the desk."""

    @wraps(view)
    def guarded(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponse:
        if not _is_staff(request.user):
            return _log_in(request)
        desk = enter(request.user, slug)
        if desk is None:
            raise Http404
        return view(request, desk, *args, **kwargs)

    return never_cache(guarded)


def must_host(desk: Desk) -> None:
    """Let in who is there for guests; for the kitchen the page is not there."""
    if not desk.reads_conversations:
        raise Http404


def must_cook(desk: Desk) -> None:
    """Let in who may edit the dishes; for reception the page is not there."""
    if not desk.edits_dishes:
        raise Http404


def wants_part(request: HttpRequest) -> bool:
    """Return whether a page of ours asks for the part of it that may have changed."""
    htmx: Any = request
    return bool(htmx.htmx)


def _log_in(request: HttpRequest) -> HttpResponse:
    htmx: Any = getattr(request, "htmx", None)
    if htmx:
        # A part of a page was asked for: it is the whole page that has to go.
        login = redirect_to_login(htmx.current_url_abs_path or reverse("staff"), reverse("admin:login"))
        return HttpResponseClientRedirect(login["Location"])
    return redirect_to_login(request.get_full_path(), reverse("admin:login"))


@never_cache
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Lead to the one hotel where the person works, or let them choose."""
    if not _is_staff(request.user):
        return _log_in(request)
    found = hotels(request.user)
    if len(found) == 1:
        desk = enter(request.user, found[0].slug)
        is_first = desk is not None and desk.leads_house and desk.is_new
        return redirect("staff_start" if is_first else "staff_inbox", found[0].slug)
    new = {each.pk for each in found if each.is_new}  # type: ignore[attr-defined]
    if new and not request.user.is_superuser:
        new &= set(Membership.objects.filter(user=request.user.pk, role__in=HOUSE).values_list("hotel", flat=True))
    return render(request, "staff/choose.html", {"hotels": [(each, each.pk in new) for each in found]})
