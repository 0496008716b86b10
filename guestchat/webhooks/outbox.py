"""Owns what is to be told: a row for each step of a request and each system, in the transaction of the step itself."""

import contextlib
from collections.abc import Iterable

from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued

from guestchat.models import Delivery, ServiceRequest, Webhook

_Status = ServiceRequest.Status
# What a guest was only offered concerns nobody else.
_TOLD = frozenset({_Status.NEW, _Status.ACKNOWLEDGED, _Status.DONE, _Status.CANCELLED})
TASK = "guestchat.tasks.tell_systems"
QUEUEING_LOCK = "tell_systems"
TEST = "test"
DELETED = "request.deleted"


def note(hotel_id: int, requests: Iterable[ServiceRequest]) -> None:
    """Note the step that requests have just taken; they are read only where a system is to be told."""
    hooks = _listening(hotel_id)
    told = [each for each in requests if each.status in _TOLD] if hooks else []
    _note(
        Delivery(
            webhook=hook,
            hotel_id=hotel_id,
            request=each,
            kind=f"request.{each.status}",
            reference=reference(each),
        )
        for each in told
        for hook in hooks
    )


def note_deleted(hotel_id: int, requests: Iterable[ServiceRequest]) -> None:
    """Note that requests are about to be deleted: whoever was told of them is told to forget them."""
    hooks = _listening(hotel_id)
    gone = [each for each in requests if each.status in _TOLD] if hooks else []
    _note(
        Delivery(webhook=hook, hotel_id=hotel_id, kind=DELETED, reference=reference(each))
        for each in gone
        for hook in hooks
    )


def note_test(hook: Webhook) -> None:
    """Note a message that says nothing but that messages arrive."""
    _note([Delivery(webhook=hook, hotel_id=hook.hotel_id, kind=TEST)])


def reference(request: ServiceRequest) -> str:
    """Return how another system knows a request: the same at each of its steps."""
    return f"{request.conversation_id.hex}-{request.seq}-{request.number}"


def _listening(hotel_id: int) -> list[Webhook]:
    return list(Webhook.objects.filter(hotel=hotel_id, is_active=True))


def _note(deliveries: Iterable[Delivery]) -> None:
    if Delivery.objects.bulk_create(deliveries):
        transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    """Let a worker look at once; where this is lost, one looks within the minute."""
    # Most hotels have no such system, and then no server reads this.
    from procrastinate.contrib.django import app

    with contextlib.suppress(AlreadyEnqueued):  # a worker is about to look
        app.configure_task(TASK, queueing_lock=QUEUEING_LOCK).defer(timestamp=0)
