"""Owns calls for a person that nobody looks at: the team is told again, then by e-mail, and the guest is told so.

No handover is silent. A colleague who has taken a conversation and does not answer in it counts as nobody. What is
mailed names the place and how long, never what a guest wrote.
"""

import datetime as dt
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, IntegerField, Max, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guestchat import catalogue, groups, ledger, takeover
from guestchat.answering import people
from guestchat.answering.phrasing import phrasing
from guestchat.answering.scene import Scene
from guestchat.catalogue import Catalogue
from guestchat.models import Conversation, Message, ServiceRequest
from guestchat.templatetags.staff import age, where
from guestchat.understanding.query import Context
from guestchat.webhooks import outbox
from menus.models import Hotel, User
from menus.roles import FRONT

_NEW = ServiceRequest.Status.NEW
# Somebody may be in danger: whatever a hotel says of other calls.
_URGENT_WITHIN = dt.timedelta(minutes=1)
_MOST_AT_ONCE = 500


def look_after(hotel: Hotel, now: dt.datetime | None = None) -> int:
    """Escalate what has waited too long, and mail what still waits; return how many calls are new among them."""
    now = now or timezone.now()
    found = escalate(hotel, now) + call_again(hotel, now)
    mail(hotel, now)
    return found


def hotels_with_calls() -> set[int]:
    """Return the primary keys of the hotels where a call is open or a colleague has a conversation; two queries."""
    called = ServiceRequest.objects.filter(is_call=True, status=_NEW)
    taken = Conversation.objects.filter(taken_by__isnull=False, closed_at=None)
    return {pk for rows in (called, taken) for pk in rows.order_by().values_list("hotel", flat=True).distinct()}


# --- the second alert ---------------------------------------------------------
def escalate(hotel: Hotel, now: dt.datetime | None = None) -> int:
    """Put the calls first that nobody has looked at in time, and tell staff and guests; return how many are new."""
    now = now or timezone.now()
    late = _waited(hotel, now, "created_at")
    unseen = ServiceRequest.objects.filter(late, hotel=hotel, is_call=True, status=_NEW, escalated_at=None)
    here = catalogue.current(hotel.pk)
    return sum(_escalate(call, here, now) for call in unseen.order_by("-urgent", "created_at")[:_MOST_AT_ONCE])


def _escalate(call: ServiceRequest, here: Catalogue | None, now: dt.datetime) -> bool:
    with transaction.atomic():
        # The conversation first, as everywhere; whoever takes it at this moment has looked.
        held = ledger.lock(call.conversation_id)
        rows = ServiceRequest.objects.filter(pk=call.pk, status=_NEW, escalated_at=None)
        if not rows.update(escalated_at=now):
            return False
        if held is not None and here is not None:
            _say(call.conversation_id, held, here, now, urgent=call.urgent)
        transaction.on_commit(partial(groups.tell, [call.conversation_id] if held else [], [call.hotel_id]))
    return True


def call_again(hotel: Hotel, now: dt.datetime | None = None) -> int:
    """Open a call, late already, where a colleague has a conversation and does not answer; return how many."""
    now = now or timezone.now()
    before = now - dt.timedelta(minutes=hotel.escalate_after_minutes)
    said = Message.objects.filter(conversation=OuterRef("pk")).order_by()
    answered = said.filter(role=Message.Role.STAFF).values("conversation").annotate(n=Max("seq")).values("n")
    passed_on = said.filter(status=Message.Status.PASSED_ON, seq__gt=OuterRef("answered"), created_at__lte=before)
    waits = passed_on.values("conversation").annotate(n=Min("seq")).values("n")
    calls = ServiceRequest.objects.filter(conversation=OuterRef("pk"), is_call=True, seq__gte=OuterRef("waits"))
    silent = (
        Conversation.objects.filter(hotel=hotel, taken_by__isnull=False, closed_at=None)
        .annotate(answered=Coalesce(Subquery(answered, output_field=IntegerField()), 0))
        .annotate(waits=Subquery(waits, output_field=IntegerField()))
        .filter(~Exists(calls), waits__isnull=False)
        .select_related("taken_by")
    )
    here = catalogue.current(hotel.pk)
    return sum(_call_again(each, here, now) for each in silent.order_by("asked_at")[:_MOST_AT_ONCE])


def _call_again(conversation: Any, here: Catalogue | None, now: dt.datetime) -> bool:
    with transaction.atomic():
        held = ledger.lock(conversation.pk)
        if held is None or held.taken_by != conversation.taken_by_id or here is None:
            return False
        since = conversation.waits
        after = Message.objects.filter(conversation=conversation, role=Message.Role.STAFF, seq__gt=since)
        called = ServiceRequest.objects.filter(conversation=conversation, is_call=True, seq__gte=since)
        if after.exists() or called.exists():
            return False  # answered, or another worker was quicker
        words = phrasing(here.content.default_language)
        call = ServiceRequest.objects.create(
            hotel_id=held.hotel_id,
            conversation=conversation,
            seq=since,
            kind=ServiceRequest.Kind.OTHER,
            is_call=True,
            status=_NEW,
            escalated_at=now,
            details=words.say("person.waits_for", name=conversation.taken_by.first_name or conversation.taken_by),
        )
        outbox.note(held.hotel_id, [call])
        _say(conversation.pk, held, here, now)
        transaction.on_commit(partial(groups.tell, [conversation.pk], [held.hotel_id], requests=[int(since)]))
    return True


def _say(conversation_id: Any, held: ledger.Held, here: Catalogue, now: dt.datetime, *, urgent: bool = False) -> None:
    """Tell the guest that nobody has come yet, when somebody is back, and how else to reach them."""
    scene = Scene(
        catalogue=here,
        at=now.astimezone(here.content.zone),
        language=held.language,
        context=Context(),
        place=here.content.places_by_key.get(held.place_key or ""),
    )
    takeover.put(conversation_id, held, Message.Role.SYSTEM, people.still_waiting(scene, urgent=urgent))


# --- the e-mail -----------------------------------------------------------------
def mail(hotel: Hotel, now: dt.datetime | None = None) -> int:
    """Write one e-mail about the calls that were escalated and still wait; return how many.

    Nothing is sent where no mail server is set. What could not be sent is tried again the next time.
    """
    if not settings.EMAIL_HOST:
        return 0
    now = now or timezone.now()
    late = _waited(hotel, now, "escalated_at")
    unseen = ServiceRequest.objects.filter(late, hotel=hotel, is_call=True, status=_NEW, mailed_at=None)
    calls = list(unseen.select_related("conversation__place").order_by("-urgent", "created_at")[:_MOST_AT_ONCE])
    people_there = _addresses(hotel)
    if not calls or not people_there:
        return 0
    _message(hotel, calls, people_there, now).send()
    ServiceRequest.objects.filter(hotel=hotel, pk__in=[call.pk for call in calls]).update(mailed_at=now)
    return len(calls)


def _addresses(hotel: Hotel) -> list[str]:
    """Return who is written to: the front of the house by their accounts' addresses, else the house's own."""
    front = User.objects.filter(memberships__hotel=hotel, memberships__role__in=FRONT, is_active=True, is_staff=True)
    found = front.exclude(email="").order_by("pk").values_list("email", flat=True)
    return list(found) or ([hotel.email] if hotel.email else [])


def _message(hotel: Hotel, calls: list[ServiceRequest], to: list[str], now: dt.datetime) -> EmailMessage:
    number = len(calls)
    subject = ngettext("%(hotel)s: a guest waits for a person", "%(hotel)s: %(n)d guests wait for a person", number)
    lines = [
        _("%(where)s, for %(age)s") % {"where": where(call.conversation.place), "age": age(call.created_at, now)}
        + (f" – {_('EMERGENCY')}" if call.urgent else "")
        for call in calls
    ]
    address = f"{settings.GUESTCHAT_BASE_URL}{reverse('staff_inbox', urlconf=settings.ROOT_URLCONF, args=[hotel.slug])}"
    body = "\n".join(
        [_("Nobody has looked at this yet, and it was shown to the team twice:"), "", *lines, "", address, ""]
    )
    return EmailMessage(subject % {"hotel": hotel.name, "n": number}, body, to=to)


def _waited(hotel: Hotel, now: dt.datetime, since: str) -> Q:
    """Return what has waited too long since it was opened, or since it was escalated."""
    waited = Q(**{f"{since}__lte": now - dt.timedelta(minutes=hotel.escalate_after_minutes)})
    return waited | Q(urgent=True, **{f"{since}__lte": now - _URGENT_WITHIN})
