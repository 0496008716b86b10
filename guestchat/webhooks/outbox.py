"""Owns what is to be told: a row for each step of a request and each system, in the transaction of the step itself.

Read by servers too; what telling takes, `sending` has, and only workers need.
"""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from procrastinate.exceptions import AlreadyEnqueued

from guestchat.models import Delivery, ServiceRequest, Webhook
from menus import tenancy

_Status = ServiceRequest.Status
# What a guest was only offered concerns nobody else.
_TOLD = frozenset({_Status.NEW, _Status.ACKNOWLEDGED, _Status.DONE, _Status.CANCELLED})
TASK = "guestchat.tasks.tell_systems"
QUEUEING_LOCK = "tell_systems"
TEST = "test"
KEPT_DAYS = 30
DELETED = "request.deleted"


def note(hotel_id: int, requests: Iterable[ServiceRequest]) -> None:
    """Note the step that requests have just taken; they are read only where a system is to be told."""
    _note_each(hotel_id, requests, lambda each: {"kind": f"request.{each.status}", "request": each})


def note_deleted(hotel_id: int, requests: Iterable[ServiceRequest]) -> None:
    """Note that requests are about to be deleted: whoever was told of them is told to forget them."""
    _note_each(hotel_id, requests, lambda _each: {"kind": DELETED})


def note_test(hook: Webhook) -> None:
    """Note a message that says nothing but that messages arrive."""
    _note([Delivery(webhook=hook, hotel_id=hook.hotel_id, kind=TEST)])


def waiting() -> QuerySet[Delivery]:
    """Return what is still to be told, of whatever hotels are bound."""
    return Delivery.objects.filter(delivered_at=None, given_up_at=None)


def waits() -> bool:
    """Return whether any system of any hotel is to be told something."""
    with tenancy.everywhere():
        return waiting().filter(webhook__is_active=True).exists()


def forget_old(hotel_id: int, now: dt.datetime | None = None) -> int:
    """Delete what was to be told long enough ago, whatever became of it; return how many."""
    before = (now or timezone.now()) - dt.timedelta(days=KEPT_DAYS)
    return Delivery.objects.filter(hotel=hotel_id, occurred_at__lt=before).delete()[0]


def reference(request: ServiceRequest) -> str:
    """Return how another system knows a request: the same at each of its steps."""
    return f"{request.conversation_id.hex}-{request.seq}-{request.number}"


def _note_each(
    hotel_id: int, requests: Iterable[ServiceRequest], what: Callable[[ServiceRequest], dict[str, Any]]
) -> None:
    hooks = list(Webhook.objects.filter(hotel=hotel_id, is_active=True))
    told = [each for each in requests if each.status in _TOLD] if hooks else []
    _note(
        Delivery(webhook=hook, hotel_id=hotel_id, reference=reference(each), **what(each))
        for each in told
        for hook in hooks
    )


def _note(deliveries: Iterable[Delivery]) -> None:
    if Delivery.objects.bulk_create(deliveries):
        transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    """Let a worker look at once; where this is lost, one looks within the minute."""
    # Most hotels have no such system, and then no server reads this.
    from procrastinate.contrib.django import app

    with contextlib.suppress(AlreadyEnqueued):  # a worker is about to look
        app.configure_task(TASK, queueing_lock=QUEUEING_LOCK).defer(timestamp=0)
