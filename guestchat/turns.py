"""Owns a turn: begin -> answer -> finish. The only door to the pipeline: socket, form, `ask` and tests enter here."""

import datetime as dt
import logging
import secrets
import uuid
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.utils import timezone

from guestchat import answerers, ledger, measures, pipeline, service_requests
from guestchat.answering.answer import Answer, Outcome
from guestchat.answering.phrasing import phrasing
from guestchat.buckets import Buckets, Pace
from guestchat.catalogue import Catalogue
from guestchat.ledger import Grounds
from guestchat.models import Conversation, Message, Rating
from guestchat.service_requests import confirm as confirm
from guestchat.service_requests import requests_of as requests_of
from guestchat.traces import trace
from guestchat.understanding.query import Context
from menus import tenancy

log = logging.getLogger(__name__)

# How far a bucket may run below its pace: a phone's network delays one question more than the next, and who keeps
# the pace by their own clock must not be refused for it. It is lent once, not with every question.
_SLACK_TOKENS = 0.25
# By process, and never felt by guests: 5,000 of them behind one code ask 200 a second when they all talk at once.
_of_place = Buckets(Pace(burst=3_000, per_second=250))
_of_hotel = Buckets(Pace(burst=3_000, per_second=300))


class ConversationClosed(Exception):
    """The conversation is over; scan the code again to begin a new one."""


class TooManyQuestions(Exception):
    """The guest asks faster than the burst and the pace allow. `retry_after_s` tells when the next one may come."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"retry after {retry_after_s:.1f} s")
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a guest asks from. All who ask from one place, or in one hotel, share what it may ask at once."""

    hotel_id: int
    place_id: int | None


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A committed question with the place of its answer. `is_repeat`: the same id had been committed before."""

    question: Message
    answer_seq: int
    place_key: str | None
    language: str
    is_repeat: bool = False
    # What the answer rests on, as the commit saw it; None: an earlier answer may change it, read it when answering.
    grounds: Grounds | None = field(default=None, compare=False)


class _NotAsExpected(Exception):
    """The commit has seen something else than what the answer was being made from, or no question at all."""


# --- begin ------------------------------------------------------------------
def begin(conversation_id: uuid.UUID, text: str, client_id: uuid.UUID, spot: Spot | None = None) -> Turn:
    """Commit a guest's message and the place of its answer; the same id again returns the first turn.

    Raises ConversationClosed and TooManyQuestions. One round trip, one commit. `spot`: every door that guests use says
    it; what is asked without counts towards nobody's flood.
    """
    return ask(conversation_id, text, client_id, spot)[0]


def ask(
    conversation_id: uuid.UUID,
    text: str,
    client_id: uuid.UUID,
    spot: Spot | None = None,
    expected: Grounds | None = None,
) -> tuple[Turn, Answer | None]:
    """Begin a turn, and answer it while the database commits where it rests on what was `expected`.

    The answer is None where it does not, or could not be made ahead: then `answer_turn` makes it.
    """
    now = timezone.now()
    wait = _flood_wait(spot) if spot else 0.0
    if wait:
        known = ledger.grounds(conversation_id)
        if known is None:
            raise ConversationClosed
        return _repeated(conversation_id, client_id, known) or _refuse(wait), None
    # The answer's row is there from the start: whoever dies meanwhile, its question is seen to be unanswered.
    question = ledger.Question(
        conversation_id,
        {
            "client_id": client_id,
            "text": text,
            "now": now,
            "burst": float(settings.GUESTCHAT_BURST_QUESTIONS),
            "interval_s": float(settings.GUESTCHAT_QUESTION_INTERVAL_S),
            "least": 1 - _SLACK_TOKENS,
        },
    )
    try:
        ahead = _answer_ahead(expected, text, now, question) if expected else None
    finally:
        written = question.written
    if written is None:
        raise ConversationClosed
    held, row = written
    if row is None:
        if spot:
            _of_place.give_back((spot.hotel_id, spot.place_id))
            _of_hotel.give_back(spot.hotel_id)
        return _repeated(conversation_id, client_id, held) or _refuse(_pace_wait(held, now)), None
    key, grounds = row
    message = Message(
        pk=key,
        hotel_id=held.hotel_id,
        conversation_id=conversation_id,
        seq=held.seq + 1,
        role=Message.Role.GUEST,
        client_id=client_id,
        text=text,
        created_at=now,
    )
    turn = replace(_turn(message, held.place_key, held.language), grounds=None if grounds.unsettled else grounds)
    return turn, ahead if grounds == expected else None


def _answer_ahead(expected: Grounds, text: str, at: dt.datetime, question: ledger.Question) -> Answer | None:
    """Answer a question that is being committed, whose connection is in use until then; None where that fails.

    Nothing of it may be said before the commit, and then only where that has seen what was expected. Whatever fails
    here fails again, and is told, when the turn is answered.
    """

    def committed() -> None:
        row = question.written and question.written[1]
        if row is None or row[1] != expected:
            raise _NotAsExpected

    try:
        if _far() is not None:
            return _answer_on(expected, text, at)
        return pipeline.answer_on(expected, text, at, meanwhile=committed)
    except Exception:
        return None


def _flood_wait(spot: Spot) -> float:
    """Take the question's tokens; return the seconds to wait where its place or hotel asks more than guests would."""
    wait = _of_place.take((spot.hotel_id, spot.place_id))
    if wait:
        return wait
    wait = _of_hotel.take(spot.hotel_id)
    if wait:
        _of_place.give_back((spot.hotel_id, spot.place_id))
    return wait


def _pace_wait(held: ledger.Held, now: dt.datetime) -> float:
    """Return the seconds until the conversation's bucket, which refills with time, has a whole token again."""
    interval_s = settings.GUESTCHAT_QUESTION_INTERVAL_S
    waited = max((now - held.asked_at).total_seconds(), 0.0) if held.asked_at else 0.0
    return float((1 - held.tokens) * interval_s - waited)


def _refuse(wait_s: float) -> NoReturn:
    raise TooManyQuestions(max(round(wait_s, 1), 0.1))


def _repeated(conversation_id: uuid.UUID, client_id: uuid.UUID, known: ledger.Held | Grounds) -> Turn | None:
    """Return the turn that a question's id began before, if it did."""
    said = Message.objects.filter(conversation_id=conversation_id, client_id=client_id).first()
    return None if said is None else _turn(said, known.place_key, known.language, is_repeat=True)


def _turn(question: Message, place_key: str | None, language: str, *, is_repeat: bool = False) -> Turn:
    return Turn(
        question=question,
        answer_seq=question.seq + 1,
        place_key=place_key,
        language=language,
        is_repeat=is_repeat,
    )


# --- answer -----------------------------------------------------------------
def answer(
    hotel: Catalogue,
    text: str,
    *,
    context: Context,
    language: str,
    at: dt.datetime,
    place: str | None = None,
    detect_language: bool = True,
) -> Answer:
    """Answer a text from a hotel's rows, without a conversation: `pipeline.answer`, in whichever process answers."""
    asked: dict[str, Any] = {
        "context": context,
        "language": language,
        "at": at,
        "place": place,
        "detect_language": detect_language,
    }
    far = _far()
    if far is None:
        return pipeline.answer(hotel, text, **asked)
    found: Answer | None = far.ask("answer", hotel.hotel_id, hotel.content.version, text, **asked)
    if found is None:
        raise ConversationClosed
    return found


def _far() -> answerers.Answerers | None:
    """Return who answers instead of this process; what an open transaction writes, no other process sees."""
    return None if connection.in_atomic_block else answerers.current()


def answer_turn(turn: Turn, at: dt.datetime | None = None) -> Answer:
    """Answer a committed question with the content as it is now, its sources labelled.

    What the conversation knows is as the commit saw it, or read now where an earlier answer was still to be written.
    """
    grounds = turn.grounds or ledger.grounds(turn.question.conversation_id)
    if grounds is None:
        raise ConversationClosed
    return _answer_on(grounds, turn.question.text, at or turn.question.created_at)


def _answer_on(grounds: Grounds, text: str, at: dt.datetime) -> Answer:
    far = _far()
    if far is None:
        found = pipeline.answer_on(grounds, text, at)
    else:
        found = far.ask("answer_on", grounds, text, at) if tenancy.may_see(grounds.hotel_id) else None
    if found is None:
        raise ConversationClosed
    return found


def after(turn: Turn, answer: Answer) -> Grounds | None:
    """Return what the next answer will rest on, if nobody else writes or edits anything before its question."""
    before = turn.grounds
    if before is None or answer.request or answer.settlement:
        return None
    return replace(before, seq=turn.answer_seq, language=answer.language, context=_learnt(before, answer))


# --- finish -----------------------------------------------------------------
def finish(turn: Turn, answer: Answer) -> Message:
    """Commit an answer into the place that its question took; an answer that is already there stays.

    Raises ConversationClosed where the conversation was deleted meanwhile.
    """
    status = Message.Status.PASSED_ON if answer.is_passed_on else Message.Status.COMPLETE
    row = _write(turn, answer, answer.text, status)
    measures.answered(answer.outcome, answer.timings_ms)
    return row


def stop(turn: Turn, answer: Answer, text: str) -> Message:
    """Commit what had been sent when the guest stopped the answer; it proposes nothing any more."""
    return _write(turn, answer, text, Message.Status.STOPPED)


def _write(turn: Turn, answer: Answer, text: str, status: Message.Status) -> Message:
    message = Message(
        hotel_id=turn.question.hotel_id,
        conversation_id=turn.question.conversation_id,
        seq=turn.answer_seq,
        role=Message.Role.ASSISTANT,
        reply_to=turn.question.seq,
        status=status,
        text=text,
        receipt=secrets.token_urlsafe(16),
    )
    if text:
        _prove(message, answer)
    if status == Message.Status.COMPLETE:
        message.suggestions = list(answer.suggestions)
    return message if _write_as_last(turn, message, answer) else _write_with_care(message, answer)


def _write_as_last(turn: Turn, message: Message, answer: Answer) -> bool:
    """Commit the usual answer in one round trip; return False, with nothing written, where it is not a usual one."""
    known = turn.grounds
    is_more = answer.request or answer.alert or answer.settlement
    if known is None or is_more or message.status == Message.Status.STOPPED:
        return False
    written = ledger.write_last_answer(_as_values(message), _learnt(known, answer), known=known.context)
    if written is None:
        return False
    message.pk, message.created_at = written
    return True


def _write_with_care(message: Message, answer: Answer) -> Message:
    conversation_id = message.conversation_id
    with transaction.atomic():
        # The conversation first, as `begin` does: who takes two locks in one order never waits in a circle.
        held = ledger.lock(conversation_id, closed_too=True)
        if held is None:
            raise ConversationClosed  # deleted meanwhile, and nothing may bring it back
        written = ledger.write_answer(_as_values(message))
        if not written:
            found = Message.objects.filter(conversation_id=conversation_id, seq=message.seq).first()
            if found is None:
                raise ConversationClosed  # its words are deleted, and only an urgent call was kept
            return found
        message.pk, message.created_at = written
        if answer.request or answer.alert or answer.settlement:
            service_requests.write(message, answer)
        _remember(held, message, answer)
    return message


def _as_values(message: Message) -> dict[str, Any]:
    return {
        "conversation": message.conversation_id,
        "seq": message.seq,
        "now": timezone.now(),
        "status": str(message.status),
        "text": message.text,
        "receipt": message.receipt,
        "language": message.language,
        "outcome": str(message.outcome),
        "sources": message.sources,
        "items": message.items,
        "claims": message.claims,
        "suggestions": message.suggestions,
    }


def _remember(held: ledger.Held, message: Message, answer: Answer) -> None:
    """Keep what the next question may refer to. Whatever else is lost, an allergy that a guest stated is not."""
    stored = Context.of_json(held.context)
    is_last = (
        held.seq == message.seq
        or not Message.objects.filter(
            conversation_id=message.conversation_id,
            seq__gt=message.seq,
            role=Message.Role.ASSISTANT,
            status=Message.Status.COMPLETE,
        ).exists()
    )
    is_new = message.status != Message.Status.STOPPED and is_last
    context = answer.context if is_new else stored
    pending = (
        {**context.pending, "seq": message.seq} if is_new and answer.request and context.pending else context.pending
    )
    context = replace(_with_allergies(context, stored, answer.context), pending=pending)
    ledger.remember(message.conversation_id, context.as_json(), answer.language if is_new else held.language)


def _learnt(before: Grounds, answer: Answer) -> dict[str, Any]:
    """Return what a conversation knows after a usual answer, as its row keeps it."""
    return _with_allergies(answer.context, Context.of_json(before.context)).as_json()


def _with_allergies(context: Context, *stated: Context) -> Context:
    allergies = (code for each in (*stated, context) for code in each.allergies)
    unlisted = (word for each in (*stated, context) for word in each.unlisted)
    return replace(context, allergies=tuple(dict.fromkeys(allergies)), unlisted=tuple(dict.fromkeys(unlisted)))


def _prove(message: Message, answer: Answer) -> None:
    message.language = answer.language
    message.outcome = answer.outcome
    message.sources = [source.as_json() for source in answer.sources]
    message.items = list(answer.items)
    message.claims = [claim.as_json() for claim in answer.claims]


def answer_or_apologise(turn: Turn) -> Answer:
    """Answer a turn; what fails for another reason than the database is apologised for, logged without the text."""
    try:
        return answer_turn(turn)
    except (DatabaseError, ConversationClosed):
        raise
    except Exception as error:
        question = turn.question
        log.error("answering message %s of %s failed: %s", question.seq, question.conversation_id, trace(error))
        measures.failed()
        return apologise(turn)


def apologise(turn: Turn) -> Answer:
    """Return what is said when answering failed: honest, and with a person to ask."""
    words = phrasing(turn.language)
    return Answer(
        text=words.say("unknown.text"),
        language=words.language,
        outcome=Outcome.UNANSWERED,
        suggestions=[words.say("unknown.ask_person")],
    )


def pending(conversation_id: uuid.UUID, *, older_than_s: float = 0) -> list[Turn]:
    """Return the turns of a conversation whose answers are not written yet, oldest first."""
    conversation = Conversation.objects.select_related("place").filter(pk=conversation_id).first()
    if conversation is None:
        return []
    asked_by = timezone.now() - dt.timedelta(seconds=older_than_s)
    waiting = Message.objects.filter(
        conversation=conversation, status=Message.Status.PENDING, created_at__lte=asked_by
    ).values("reply_to")
    questions = Message.objects.filter(conversation=conversation, seq__in=waiting).order_by("seq")
    place_key = conversation.place.key if conversation.place else None
    return [_turn(question, place_key, conversation.language) for question in questions]


def finish_pending(conversation_id: uuid.UUID, *, older_than_s: float = 0) -> None:
    """Answer what a process that died left unanswered."""
    for turn in pending(conversation_id, older_than_s=older_than_s):
        try:
            finish(turn, answer_or_apologise(turn))
        except ConversationClosed:
            continue  # deleted meanwhile


# --- what a guest says about an answer --------------------------------------
def rate(conversation_id: uuid.UUID, seq: int, value: int) -> bool:
    """Keep a guest's rating of an answer, the last one counting; return False where there is no such answer."""
    answers = Message.objects.filter(conversation_id=conversation_id, role=Message.Role.ASSISTANT)
    with transaction.atomic():
        if ledger.lock(conversation_id) is None:
            raise ConversationClosed
        message = answers.exclude(status=Message.Status.PENDING).filter(seq=seq).first()
        if message is None:
            return False
        Rating.objects.update_or_create(message=message, defaults={"value": value})
    return True


def said_after(conversation_id: uuid.UUID, seq: int) -> tuple[int, list[Message]]:
    """Return the last number and the messages after `seq`, in order, as a guest may read them; two queries at most.

    Raises ConversationClosed.
    """
    last = written(conversation_id).last
    if last <= seq:
        return last, []
    messages = list(Message.objects.filter(conversation_id=conversation_id, seq__gt=seq).order_by("seq"))
    # Between the two queries somebody may have said something more, and it must not be told again as news.
    return max([last, *(message.seq for message in messages[-1:])]), messages


def written(conversation_id: uuid.UUID) -> ledger.Written:
    """Return how far a conversation's log is written; raises ConversationClosed; one query."""
    found = ledger.written(conversation_id)
    if found is None:
        raise ConversationClosed
    return found
