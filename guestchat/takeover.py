"""Owns conversations in a person's hands: taking over, writing, handing back. The assistant is silent meanwhile.

Silent, not absent: whatever the guest writes has its answer's place, where a line says that a person has the message.
So numbers and answers stay one to one. An emergency is answered and opened all the same. What was being answered when
somebody took over is finished: its pieces have been read by then.
"""

import uuid
from functools import partial

from django.db import transaction
from django.db.models import F

from guestchat import groups, ledger, service_requests
from guestchat.answering.answer import Answer, Outcome
from guestchat.answering.phrasing import Phrasing, phrasing
from guestchat.models import Conversation, Message
from guestchat.understanding.query import Context
from menus.models import User


class NotTaken(Exception):
    """The conversation is not this person's to write in. `by`: who has it, None where nobody does."""

    def __init__(self, by: User | None) -> None:
        super().__init__("somebody else has it" if by else "nobody has it")
        self.by = by


class UnreadMessage(Exception):
    """The guest has just written: who hands back would leave a message that nobody has read."""


class ConversationOver(Exception):
    """The conversation has ended, or its guest has deleted it."""


def passed_on(composed: Answer, context: Context) -> Answer:
    """Return what stands for an answer while a person has the conversation; what the guest cannot eat is kept."""
    words = phrasing(composed.language)
    allergies = tuple(dict.fromkeys((*context.allergies, *composed.context.allergies)))
    return Answer(
        text=words.say("person.passed_on"),
        language=composed.language,
        outcome=Outcome.HANDOVER,
        context=Context(
            allergies=allergies,
            unlisted=tuple(dict.fromkeys((*context.unlisted, *composed.context.unlisted))),
            diets=composed.context.diets,
            diets_of_another=composed.context.diets_of_another,
        ),
        is_passed_on=True,
        timings_ms=composed.timings_ms,
    )


def take(conversation_id: uuid.UUID, person: User, *, instead_of: int | None = None) -> None:
    """Let a person have a conversation; `instead_of`: the colleague who has it, as far as the person knows.

    Raises NotTaken where another one has taken it meanwhile, and ConversationOver. The open calls are acknowledged.
    """
    with transaction.atomic():
        held = _lock(conversation_id)
        if held.taken_by == person.pk:
            return
        if held.taken_by != instead_of:
            raise NotTaken(_person(held.taken_by))
        name, words = person.first_name.strip(), _words(held)
        joined = words.say("person.joined", name=name) if name else words.say("person.joined_unnamed")
        put(conversation_id, held, Message.Role.SYSTEM, joined)
        Conversation.objects.filter(pk=conversation_id).update(taken_by=person)
        _tell(conversation_id, held, service_requests.answer_calls(conversation_id, person))


def write(conversation_id: uuid.UUID, person: User, text: str, client_id: uuid.UUID) -> None:
    """Commit what a person writes to the guest; the same id again changes nothing.

    Raises NotTaken where the person does not have the conversation, and ConversationOver.
    """
    with transaction.atomic():
        held = _lock(conversation_id)
        if Message.objects.filter(conversation_id=conversation_id, client_id=client_id).exists():
            return
        _must_have(held, person)
        author = person.first_name.strip()
        put(conversation_id, held, Message.Role.STAFF, text, author=author, client_id=client_id)
        # One who had been silent for too long has been called again; now they have answered.
        _tell(conversation_id, held, service_requests.answer_calls(conversation_id, person))


def hand_back(conversation_id: uuid.UUID, person: User, *, seen: int) -> None:
    """Let the assistant answer again; `seen` is the last number that the person has seen.

    Raises NotTaken, UnreadMessage and ConversationOver. The calls that were answered are done.
    """
    with transaction.atomic():
        held = _lock(conversation_id)
        _must_have(held, person)
        unread = Message.objects.filter(conversation_id=conversation_id, role=Message.Role.GUEST, seq__gt=seen)
        if unread.exists():
            raise UnreadMessage
        put(conversation_id, held, Message.Role.SYSTEM, _words(held).say("person.left"))
        # What "it" and "yes" meant before two people talked, they do not mean any more.
        known = Context.of_json(held.context)
        context = Context(allergies=known.allergies, unlisted=known.unlisted)
        Conversation.objects.filter(pk=conversation_id).update(taken_by=None, context=context.as_json())
        _tell(conversation_id, held, service_requests.end_calls(conversation_id, person))


def _lock(conversation_id: uuid.UUID) -> ledger.Held:
    held = ledger.lock(conversation_id)
    if held is None:
        raise ConversationOver
    return held


def _must_have(held: ledger.Held, person: User) -> None:
    if held.taken_by != person.pk:
        raise NotTaken(_person(held.taken_by))


def _person(key: int | None) -> User | None:
    return None if key is None else User.objects.filter(pk=key).first()


def _words(held: ledger.Held) -> Phrasing:
    return phrasing(held.language)


def put(
    conversation_id: uuid.UUID,
    held: ledger.Held,
    role: Message.Role,
    text: str,
    *,
    author: str = "",
    client_id: uuid.UUID | None = None,
) -> None:
    """Write the next message of a conversation whose row is locked; nothing else is written in this transaction."""
    Message.objects.create(
        hotel_id=held.hotel_id,
        conversation_id=conversation_id,
        seq=held.seq + 1,
        role=role,
        text=text,
        author=author,
        client_id=client_id,
        language=held.language,
    )
    Conversation.objects.filter(pk=conversation_id).update(seq=F("seq") + 1)


def _tell(conversation_id: uuid.UUID, held: ledger.Held, requests: list[int] | None = None) -> None:
    transaction.on_commit(partial(groups.tell, [conversation_id], [held.hotel_id], requests=requests or []))
