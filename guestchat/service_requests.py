"""Owns service requests as rows: proposed with an answer or opened at once, and settled by the guest's one word."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from guestchat import groups, ledger
from guestchat.answering.answer import Answer, Proposal, Verdict
from guestchat.models import Message, ServiceRequest
from guestchat.webhooks import outbox
from menus.models import User

_Status = ServiceRequest.Status
# An answer's requests are shown as one: as far along as the one that is furthest behind.
_FURTHEST_BEHIND = (_Status.PROPOSED, _Status.NEW, _Status.ACKNOWLEDGED, _Status.DONE, _Status.CANCELLED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Requested:
    """What a guest sees of the requests that one answer proposed or opened."""

    seq: int
    kind: str
    status: str
    details: str
    hotel_id: int


def write(message: Message, answer: Answer) -> None:
    """Write what an answer proposes, opens and settles; what alerts the staff even if the guest stopped the answer."""
    alerts = [answer.alert] if answer.alert else []
    proposals = [answer.request, *answer.also_requested] if answer.request else []
    status = _Status.PROPOSED
    if message.status != Message.Status.COMPLETE:
        proposals = []
    elif answer.settlement is not None:
        accepted = answer.settlement.verdict is Verdict.ACCEPTED
        if _settle(message.hotel_id, message.conversation_id, answer.settlement.seq, accept=accepted) and accepted:
            proposals = []
        elif accepted:
            status = _Status.NEW  # the guest's word stands, even if the card was put aside a moment before
    _create(message, [*((each, _Status.NEW) for each in alerts), *((each, status) for each in proposals)], len(alerts))


def _create(message: Message, wanted: Sequence[tuple[Proposal, ServiceRequest.Status]], calls: int) -> None:
    """Write requests in order, of which the first are calls for a person."""
    rows = ServiceRequest.objects.bulk_create(
        ServiceRequest(
            hotel_id=message.hotel_id,
            conversation_id=message.conversation_id,
            seq=message.seq,
            number=number,
            urgent=proposal.urgent,
            is_call=number < calls,
            status=status,
            **proposal.as_json(),
        )
        for number, (proposal, status) in enumerate(wanted)
    )
    if any(row.status == _Status.NEW for row in rows):
        outbox.note(message.hotel_id, rows)


def _settle(hotel_id: int, conversation_id: uuid.UUID, seq: int, *, accept: bool) -> bool:
    """Open or drop what an answer proposed; return whether anything of it is open or dropped now as it should be."""
    rows = ServiceRequest.objects.select_for_update().filter(conversation_id=conversation_id, seq=seq)
    status = _Status.NEW if accept else _Status.CANCELLED
    changed = rows.filter(status=_Status.PROPOSED).update(status=status, updated_at=timezone.now())
    if changed and accept:
        outbox.note(hotel_id, rows.filter(status=_Status.NEW))
    return rows.exclude(status=_Status.CANCELLED).exists() if accept else True


def confirm(conversation_id: uuid.UUID, seq: int, *, accept: bool) -> Requested | None:
    """Open or drop what an answer proposed; answering it twice changes nothing. None where nothing was proposed."""
    with transaction.atomic():
        held = ledger.lock(conversation_id)
        if held is None:
            return None
        _settle(held.hotel_id, conversation_id, seq, accept=accept)
        found = requests_of(conversation_id, [seq]).get(seq)
        if found is not None and held.context.get("pending", {}).get("seq") == seq:
            # Settled: a later "yes" means something else.
            ledger.remember(conversation_id, _without_pending(held.context), held.language)
    return found


def _without_pending(context: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in context.items() if name != "pending"}


# --- what the staff do ------------------------------------------------------
class WrongStep(Exception):
    """A request cannot go there from where it is; somebody else may just have moved it. `status` is where it is."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


NEXT_STEPS: Mapping[str, tuple[ServiceRequest.Status, ...]] = {
    _Status.NEW: (_Status.ACKNOWLEDGED, _Status.CANCELLED),
    _Status.ACKNOWLEDGED: (_Status.DONE, _Status.CANCELLED),
}


def move(request: ServiceRequest, to: str, person: User) -> None:
    """Take a request one step further and tell its guest and the colleagues; raises WrongStep, changing nothing."""
    with transaction.atomic():
        # The conversation first, as everywhere. A request outlives the chat that it was made in.
        ledger.lock(request.conversation_id, closed_too=True)
        row = ServiceRequest.objects.filter(pk=request.pk).first()
        if row is None or to not in NEXT_STEPS.get(row.status, ()):
            raise WrongStep(row.status if row else _Status.CANCELLED)
        _move(ServiceRequest.objects.filter(pk=row.pk), _Status(to), person)
        transaction.on_commit(partial(groups.tell, [row.conversation_id], [row.hotel_id], requests=[row.seq]))


def answer_calls(conversation_id: uuid.UUID, person: User) -> list[int]:
    """Acknowledge the open calls of a conversation, whose row is locked; return the numbers of their answers."""
    calls = ServiceRequest.objects.filter(conversation_id=conversation_id, is_call=True, status=_Status.NEW)
    return _move(calls, _Status.ACKNOWLEDGED, person)


def end_calls(conversation_id: uuid.UUID, person: User) -> list[int]:
    """Note that the acknowledged calls of a conversation are done, but no emergency: that takes a word of its own."""
    calls = ServiceRequest.objects.filter(conversation_id=conversation_id, is_call=True, urgent=False)
    return _move(calls.filter(status=_Status.ACKNOWLEDGED), _Status.DONE, person)


def _move(rows: QuerySet[ServiceRequest], to: ServiceRequest.Status, person: User) -> list[int]:
    found = list(rows)
    if not found:
        return []
    moved = ServiceRequest.objects.filter(hotel=found[0].hotel_id, pk__in=[row.pk for row in found])
    moved.update(status=to, owner=person, updated_at=timezone.now())
    outbox.note(found[0].hotel_id, moved)
    return sorted({row.seq for row in found})


# --- what a guest sees ------------------------------------------------------
def requests_of(conversation_id: uuid.UUID, seqs: Sequence[int]) -> dict[int, Requested]:
    """Return the service requests of these answers, by the answer's number."""
    if not seqs:
        return {}
    rows: dict[int, list[ServiceRequest]] = defaultdict(list)
    for row in ServiceRequest.objects.filter(conversation_id=conversation_id, seq__in=seqs).order_by("number"):
        rows[row.seq].append(row)
    return {seq: _as_one(seq, found) for seq, found in rows.items()}


def _as_one(seq: int, rows: Sequence[ServiceRequest]) -> Requested:
    kinds = {row.kind for row in rows}
    return Requested(
        seq=seq,
        kind=rows[0].kind if len(kinds) == 1 else ServiceRequest.Kind.OTHER,
        status=min((_Status(row.status) for row in rows), key=_FURTHEST_BEHIND.index),
        details="\n".join(row.details for row in rows),
        hotel_id=rows[0].hotel_id,
    )
