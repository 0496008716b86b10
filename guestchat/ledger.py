"""Owns the statements that write a turn: run for every question, so prepared once a connection. Decides nothing.

Django would compile each of them anew: that was the largest part of a turn's processor time after the encoder's.
"""

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from psycopg.types.json import Jsonb

from guestchat.prepared import Row, Sent, run

# A process that stops while it holds a conversation's row, or whose machine is gone, must not hold it for long:
# PostgreSQL ends its transaction then, and another one goes on.
_IDLE_HOLDER_MS = 10_000

_LOCK = """
    SELECT conversation.hotel_id, conversation.seq, conversation.tokens, conversation.asked_at, conversation.language,
           conversation.context, conversation.taken_by_id, place.key,
           set_config('idle_in_transaction_session_timeout', %(idle_ms)s, TRUE)
    FROM guestchat_conversation AS conversation LEFT JOIN menus_place AS place ON place.id = conversation.place_id
    WHERE conversation.id = %(conversation)s AND (conversation.closed_at IS NULL OR %(closed_too)s)
    FOR UPDATE OF conversation
"""

# The question and the place of its answer, or nothing where the guest asks too fast or the question's id is there
# already. It follows `_LOCK` as a statement of its own: the locking one would show other rows as they were before.
_PUT = """
    WITH held AS (
        SELECT id, hotel_id, seq,
               CASE WHEN asked_at IS NULL THEN %(burst)s ELSE LEAST(
                   %(burst)s, tokens + GREATEST(EXTRACT(EPOCH FROM %(now)s - asked_at)::float8, 0) / %(interval_s)s
               ) END AS tokens
        FROM guestchat_conversation WHERE id = %(conversation)s AND closed_at IS NULL
    ), question AS (
        INSERT INTO guestchat_message (hotel_id, conversation_id, seq, role, status, client_id, text, created_at,
                                       language, outcome, sources, items, claims, suggestions)
        SELECT hotel_id, id, seq + 1, 'guest', 'complete', %(client_id)s, %(text)s, %(now)s,
               '', '', '[]', '[]', '[]', '[]'
        FROM held WHERE tokens >= %(least)s
        ON CONFLICT (conversation_id, client_id) DO NOTHING
        RETURNING id, hotel_id, seq
    ), answer AS (
        INSERT INTO guestchat_message (hotel_id, conversation_id, seq, role, status, reply_to, text, created_at,
                                       language, outcome, sources, items, claims, suggestions)
        SELECT hotel_id, %(conversation)s, seq + 1, 'assistant', 'pending', seq, '', %(now)s,
               '', '', '[]', '[]', '[]', '[]'
        FROM question
    )
    UPDATE guestchat_conversation SET seq = question.seq + 1, tokens = held.tokens - 1, asked_at = %(now)s
    FROM question, held WHERE guestchat_conversation.id = %(conversation)s
    RETURNING question.id, (SELECT version FROM menus_hotel WHERE id = question.hotel_id),
              (SELECT status = 'pending' FROM guestchat_message
               WHERE conversation_id = %(conversation)s AND seq = question.seq - 1)
"""

# What an answer rests on besides its question.
_GROUNDS = """
    SELECT conversation.hotel_id, hotel.version, conversation.seq, conversation.language, conversation.context,
           conversation.taken_by_id, place.key,
           (SELECT status = 'pending' FROM guestchat_message AS message
            WHERE message.conversation_id = conversation.id AND message.seq = conversation.seq)
    FROM guestchat_conversation AS conversation JOIN menus_hotel AS hotel ON hotel.id = conversation.hotel_id
         LEFT JOIN menus_place AS place ON place.id = conversation.place_id
    WHERE conversation.id = %(conversation)s
"""

_WRITE = """
    UPDATE guestchat_message
    SET status = %(status)s, text = %(text)s, receipt = %(receipt)s, language = %(language)s, outcome = %(outcome)s,
        sources = %(sources)s, items = %(items)s, claims = %(claims)s, suggestions = %(suggestions)s,
        finished_at = %(now)s
    WHERE conversation_id = %(conversation)s AND seq = %(seq)s AND status = 'pending'
    RETURNING id, created_at
"""

_REMEMBER = """
    UPDATE guestchat_conversation SET context = %(context)s, language = %(language)s WHERE id = %(conversation)s
"""

# Both at once where the answer is the last word and the conversation knows what it knew when the answer was made.
_WRITE_AND_REMEMBER = """
    WITH held AS (
        SELECT id FROM guestchat_conversation
        WHERE id = %(conversation)s AND seq = %(seq)s AND context = %(known)s
    ), answer AS (
        UPDATE guestchat_message
        SET status = %(status)s, text = %(text)s, receipt = %(receipt)s, language = %(language)s,
            outcome = %(outcome)s, sources = %(sources)s, items = %(items)s, claims = %(claims)s,
            suggestions = %(suggestions)s, finished_at = %(now)s
        FROM held
        WHERE guestchat_message.conversation_id = %(conversation)s AND seq = %(seq)s AND status = 'pending'
        RETURNING guestchat_message.id, created_at
    )
    UPDATE guestchat_conversation SET context = %(context)s, language = %(language)s
    FROM answer WHERE guestchat_conversation.id = %(conversation)s
    RETURNING answer.id, answer.created_at
"""

# Asked with every heartbeat of every socket, and when a crowd comes back.
_WRITTEN = """
    SELECT conversation.seq, COALESCE(missing.seq - 1, conversation.seq), missing.created_at
    FROM guestchat_conversation AS conversation LEFT JOIN LATERAL (
        SELECT seq, created_at FROM guestchat_message
        WHERE conversation_id = conversation.id AND status = 'pending' ORDER BY seq LIMIT 1
    ) AS missing ON TRUE
    WHERE conversation.id = %(conversation)s AND conversation.closed_at IS NULL
"""

# Who comes, and a whole crowd that comes back.
_ARRIVED = """
    SELECT conversation.hotel_id, hotel.version, conversation.seq, conversation.language, conversation.context,
           conversation.taken_by_id, place.key, place.label
    FROM guestchat_conversation AS conversation JOIN menus_hotel AS hotel ON hotel.id = conversation.hotel_id
         LEFT JOIN menus_place AS place ON place.id = conversation.place_id
    WHERE conversation.id = %(conversation)s AND conversation.closed_at IS NULL
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A conversation whose row is locked until the transaction ends."""

    hotel_id: int
    seq: int
    tokens: float
    asked_at: dt.datetime | None
    language: str
    context: dict[str, Any]
    taken_by: int | None
    place_key: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Grounds:
    """What an answer rests on besides its question: the hotel at a version, and the conversation before it.

    Equal grounds make equal answers. `unsettled`: an earlier answer is still being written, and may change them.
    """

    hotel_id: int
    version: int
    seq: int
    language: str
    context: dict[str, Any]
    taken_by: int | None
    place_key: str | None
    unsettled: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """How far a log is written: up to `seq` no answer is missing; the next is, `missing_since` it was asked for."""

    last: int
    seq: int
    missing_since: dt.datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrived:
    """A conversation as its guest finds it; `place_label` is empty where the place is gone."""

    grounds: Grounds
    place_label: str


def lock(conversation_id: uuid.UUID, *, closed_too: bool = False) -> Held | None:
    """Lock a conversation's row and return it, or None where there is none that is open."""
    return _held(_first(run(*_locking(conversation_id, closed_too=closed_too))))


def _locking(conversation_id: uuid.UUID, *, closed_too: bool) -> tuple[str, dict[str, Any]]:
    return _LOCK, {"conversation": conversation_id, "closed_too": closed_too, "idle_ms": str(_IDLE_HOLDER_MS)}


def _held(row: Any) -> Held | None:
    if row is None:
        return None
    hotel_id, seq, tokens, asked_at, language, context, taken_by, place_key, _idle = row
    return Held(
        hotel_id=hotel_id,
        seq=seq,
        tokens=tokens,
        asked_at=asked_at,
        language=language,
        context=_read(context),
        taken_by=taken_by,
        place_key=place_key,
    )


def grounds(conversation_id: uuid.UUID) -> Grounds | None:
    """Return what a conversation's next answer would rest on, without a lock; None where there is none; one query."""
    row = _first(run(_GROUNDS, {"conversation": conversation_id}))
    return None if row is None else _grounds(row[:-1], unsettled=row[-1])


def _grounds(columns: Sequence[Any], *, unsettled: bool | None = False) -> Grounds:
    hotel_id, version, seq, language, context, taken_by, place_key = columns
    return Grounds(
        hotel_id=hotel_id,
        version=version,
        seq=seq,
        language=language,
        context=_read(context),
        taken_by=taken_by,
        place_key=place_key,
        unsettled=bool(unsettled),
    )


def arrived(conversation_id: uuid.UUID) -> Arrived | None:
    """Return a conversation to a guest who comes, or None where no such one is open; one query."""
    row = _first(run(_ARRIVED, {"conversation": conversation_id}))
    return None if row is None else Arrived(grounds=_grounds(row[:-1]), place_label=row[-1] or "")


class Question:
    """A question that is being written with the place of its answer; one round trip outside of a transaction.

    `burst`, `interval_s` and `least` in its values are the pace: it is not written where the tokens are fewer than
    that. Until `written` was asked, this thread's connection may not be used for anything else.
    """

    def __init__(self, conversation_id: uuid.UUID, values: Mapping[str, Any]) -> None:
        self._sent = Sent(
            [_locking(conversation_id, closed_too=False), (_PUT, {**values, "conversation": conversation_id})]
        )

    @cached_property
    def written(self) -> tuple[Held, tuple[int, Grounds] | None] | None:
        """The conversation as it was before, with the question's key and what its answer rests on.

        None for these where the guest asks too fast or the question's id is there already; None alone where no such
        conversation is open. Waits for the commit.
        """
        locked, put = self._sent.rows()
        held, row = _held(_first(locked)), _first(put)
        if held is None or row is None:
            return None if held is None else (held, None)
        key, version, unsettled = row
        grounds = Grounds(
            hotel_id=held.hotel_id,
            version=version,
            seq=held.seq,
            language=held.language,
            context=held.context,
            taken_by=held.taken_by,
            place_key=held.place_key,
            unsettled=bool(unsettled),
        )
        return held, (key, grounds)


def write_answer(values: Mapping[str, Any]) -> tuple[int, dt.datetime] | None:
    """Write an answer into its place; return its key and time, or None where an answer is there already."""
    row = _first(run(_WRITE, _dumped(values)))
    return None if row is None else (row[0], row[1])


def write_last_answer(
    values: Mapping[str, Any], context: Mapping[str, Any], *, known: Mapping[str, Any]
) -> tuple[int, dt.datetime] | None:
    """Write an answer into its place and keep what the next question may refer to; one round trip.

    None, and nothing is written, where it is not the conversation's last word, an answer is there already, or the
    conversation does not know what was `known` when the answer was made.
    """
    kept = {"context": Jsonb(context), "known": Jsonb(known)}
    conversation_id: uuid.UUID = values["conversation"]
    _locked, wrote = Sent(
        [_locking(conversation_id, closed_too=True), (_WRITE_AND_REMEMBER, {**_dumped(values), **kept})]
    ).rows()
    row = _first(wrote)
    return None if row is None else (row[0], row[1])


def _dumped(values: Mapping[str, Any]) -> dict[str, Any]:
    return {**values, **{name: Jsonb(values[name]) for name in ("sources", "items", "claims", "suggestions")}}


def remember(conversation_id: uuid.UUID, context: Mapping[str, Any], language: str) -> None:
    """Keep what the next question may refer to."""
    run(_REMEMBER, {"conversation": conversation_id, "context": Jsonb(context), "language": language})


def written(conversation_id: uuid.UUID) -> Written | None:
    """Return how far a log is written, or None where no such conversation is open; one query."""
    row = _first(run(_WRITTEN, {"conversation": conversation_id}))
    return None if row is None else Written(last=row[0], seq=row[1], missing_since=row[2])


def _first(rows: Sequence[Row]) -> Row | None:
    return rows[0] if rows else None


def _read(context: Any) -> dict[str, Any]:
    """Return a JSON column: Django's connections give text, plain ones what it says."""
    kept: dict[str, Any] = json.loads(context) if isinstance(context, str) else context
    return kept
