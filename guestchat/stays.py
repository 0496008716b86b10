"""Owns how conversations end: by the staff, by the guest, by time. What is deleted leaves a count and no content.

The conversation's row is locked first, as everywhere: what is being answered meanwhile is written before or not at all.
Sockets are told after the commit; before it, they would find everything as it was.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from guestchat import groups
from guestchat.models import Conversation, Deletion, Message, Rating, ServiceRequest
from guestchat.webhooks import outbox
from menus import signals
from menus.models import Hotel, Place

# So many in one transaction: guests of other conversations never wait for a long one.
_AT_ONCE = 200
_LOOKED_AFTER = (ServiceRequest.Status.DONE, ServiceRequest.Status.CANCELLED)


def connect() -> None:
    """End conversations where the house says that a new guest comes."""
    signals.stay_ended.connect(_end_stay, dispatch_uid="guestchat.stays")


def _end_stay(sender: Any, *, place: Place, forget: bool, **kwargs: Any) -> int:
    return delete_at(place) if forget else close_at(place)


def close_at(place: Place) -> int:
    """Close a place's open conversations, so that their passes open nothing any more; return how many it was."""
    with transaction.atomic():
        found = _locked(Conversation.objects.filter(hotel=place.hotel_id, place=place, closed_at=None))
        Conversation.objects.filter(pk__in=found).update(closed_at=timezone.now())
        transaction.on_commit(partial(groups.tell, found))
    return len(found)


def delete_at(place: Place) -> int:
    """Delete all conversations of a place, those that were closed before too; return how many it was."""
    there = Conversation.objects.filter(hotel=place.hotel_id, place=place)
    return _delete_all(there, Deletion.Reason.STAFF, place.hotel_id)


def delete(conversation: Conversation, reason: Deletion.Reason) -> bool:
    """Delete one conversation; return whether it was still there.

    An urgent call that nobody has looked after stays, closed and without a word: somebody may be in danger.
    """
    only = Conversation.objects.filter(hotel=conversation.hotel_id, pk=conversation.pk)
    return _delete_all(only, reason, conversation.hotel_id) > 0


def purge(hotel: Hotel, now: dt.datetime | None = None) -> int:
    """Delete what a hotel has kept long enough, counted from the guest's last message; return how many it was."""
    before = (now or timezone.now()) - dt.timedelta(days=hotel.retention_days)
    over = Conversation.objects.alias(last_asked=Coalesce("asked_at", "created_at"))
    return _delete_all(over.filter(hotel=hotel, last_asked__lt=before), Deletion.Reason.RETENTION, hotel.pk)


def _delete_all(conversations: QuerySet[Conversation], reason: Deletion.Reason, hotel_id: int) -> int:
    deleted, log = 0, None
    while True:
        with transaction.atomic():
            found = _locked(conversations, _AT_ONCE)
            if found:
                log = log or Deletion.objects.create(hotel_id=hotel_id, reason=reason)
                _erase(found, log)
                transaction.on_commit(partial(groups.tell, found, [hotel_id]))
        deleted += len(found)
        if len(found) < _AT_ONCE:
            return deleted
        conversations = conversations.filter(pk__gt=found[-1])


def _locked(conversations: QuerySet[Conversation], most: int | None = None) -> list[uuid.UUID]:
    return list(conversations.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True)[:most])


def _erase(conversations: Sequence[uuid.UUID], log: Deletion) -> None:
    """Delete conversations whose rows are locked, and count them; in the transaction of the lock."""
    requests = ServiceRequest.objects.filter(conversation__in=conversations)
    kept = requests.none()
    if log.reason == Deletion.Reason.GUEST:
        kept = requests.filter(urgent=True).exclude(status__in=_LOOKED_AFTER)
    kept_calls = list(kept.values_list("pk", flat=True))
    holding = set(kept.values_list("conversation", flat=True))
    kept.update(details="")
    gone = requests.exclude(pk__in=kept_calls)
    outbox.note_deleted(log.hotel_id, gone)
    counted = {
        "ratings": Rating.objects.filter(message__conversation__in=conversations).delete()[0],
        "messages": Message.objects.filter(conversation__in=conversations).delete()[0],
        "requests": gone.delete()[1].get(ServiceRequest._meta.label, 0),
        "conversations": len(conversations),
    }
    Conversation.objects.filter(pk__in=holding).update(closed_at=Coalesce("closed_at", timezone.now()), context={})
    Conversation.objects.filter(pk__in=set(conversations) - holding).delete()
    Deletion.objects.filter(pk=log.pk).update(**{name: F(name) + number for name, number in counted.items()})
