"""Owns the frames of the chat protocol: reading a client's, writing the server's. Sends nothing, asks no database."""

import json
import re
import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from guestchat.answering.answer import Answer
from guestchat.guest.markup import html
from guestchat.models import Message
from guestchat.service_requests import Requested

MAX_SEQ = 2**31 - 1
# One way to write an id: Python's own reader also takes braces, a URN and hyphens anywhere, which no client gets back.
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# Spaces, line ends and what only steers the writing's direction: nothing of it can be seen alone.
_UNSEEN = {"Cc", "Cf", "Cn", "Zl", "Zp", "Zs"}


class BadFrame(Exception):
    """A frame that the protocol does not know. `code` is the contract's; the detail is for the client's developer."""

    def __init__(self, detail: str, code: str = "bad_frame", id: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code
        self.id = id


@dataclass(frozen=True, slots=True)
class Ask:
    """A guest asks."""

    id: uuid.UUID
    text: str


@dataclass(frozen=True, slots=True)
class Resume:
    """A client wants all after a number."""

    after: int


@dataclass(frozen=True, slots=True)
class Stop:
    """A guest stops the answer that is being sent."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A guest rates an answer."""

    seq: int
    value: int


@dataclass(frozen=True, slots=True)
class Confirm:
    """A guest confirms or drops a proposed request."""

    seq: int
    accept: bool


@dataclass(frozen=True, slots=True)
class Ping:
    """A client asks whether the socket lives."""


Frame = Ask | Resume | Stop | Rate | Confirm | Ping


def read(text: str | None, data: bytes | None = None) -> Frame:
    """Return the frame that a client sent; raises BadFrame with what is wrong."""
    if text is None:
        raise BadFrame("Frames are text.")
    if len(text) > settings.GUESTCHAT_MAX_FRAME_BYTES or len(text.encode("utf-8", "surrogatepass")) > (
        settings.GUESTCHAT_MAX_FRAME_BYTES
    ):
        raise BadFrame(f"A frame has at most {settings.GUESTCHAT_MAX_FRAME_BYTES} bytes.")
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        raise BadFrame("A frame is one JSON object.") from None
    if not isinstance(frame, dict):
        raise BadFrame("A frame is one JSON object.")
    kind = frame.get("type")
    if kind == "ask":
        return read_ask(frame)
    if kind == "resume":
        return Resume(_number(frame, "after"))
    if kind == "rate":
        return read_rate(frame)
    if kind == "confirm":
        return read_confirm(frame)
    if kind == "stop":
        return Stop()
    if kind == "ping":
        return Ping()
    raise BadFrame("type is one of ask, resume, stop, rate, confirm, ping.")


def read_ask(frame: Mapping[str, Any]) -> Ask:
    """Return a question from a frame or a form; raises BadFrame."""
    given, text = frame.get("id"), frame.get("text")
    if not isinstance(given, str) or not _UUID.fullmatch(given):
        raise BadFrame("id is a UUID.")
    id = uuid.UUID(given)
    if not isinstance(text, str):
        raise BadFrame("text is a string.", id=str(id))
    # PostgreSQL keeps no NUL and UTF-8 no lone surrogate; neither is anything that a guest can see.
    text = text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8").strip()
    if all(unicodedata.category(character) in _UNSEEN for character in text):
        raise BadFrame("text is empty.", id=str(id))
    if len(text) > settings.GUESTCHAT_MAX_TEXT_CHARS:
        raise BadFrame(
            f"text has more than {settings.GUESTCHAT_MAX_TEXT_CHARS} characters.", code="too_long", id=str(id)
        )
    return Ask(id, text)


def read_rate(frame: Mapping[str, Any]) -> Rate:
    """Return a guest's thumb on an answer from a frame; raises BadFrame."""
    value = frame.get("value")
    if value not in (1, -1) or isinstance(value, (bool, float)):
        raise BadFrame("value is 1 or -1.")
    return Rate(_number(frame, "seq"), value)


def read_confirm(frame: Mapping[str, Any]) -> Confirm:
    """Return a guest's word on a proposed request from a frame; raises BadFrame."""
    if not isinstance(frame.get("accept"), bool):
        raise BadFrame("accept is true or false.")
    return Confirm(_number(frame, "seq"), frame["accept"])


def _number(frame: Mapping[str, Any], name: str) -> int:
    value = frame.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_SEQ:
        raise BadFrame(f"{name} is a message's number.")
    return value


# --- the server's frames ----------------------------------------------------
def message(row: Message, proposed: Requested | None = None) -> dict[str, Any]:
    """Return a message's frame; an answer has the fields of `answer.finished`, and what it proposed or opened."""
    frame: dict[str, Any] = {
        "type": "message",
        "seq": row.seq,
        "role": row.role,
        "id": str(row.client_id) if row.client_id else None,
        "reply_to": row.reply_to,
        "text": row.text,
        "at": row.created_at.isoformat(),
    }
    if row.author:
        frame["author"] = row.author
    if row.role == Message.Role.ASSISTANT:
        frame |= {"status": row.status, **_proof(row)}
        if proposed is not None:
            frame["request"] = {"kind": proposed.kind, "status": proposed.status, "details": proposed.details}
    return frame


def _proof(row: Message) -> dict[str, Any]:
    return {
        "html": html(row.text),
        "outcome": row.outcome,
        "sources": row.sources,
        "items": row.items,
        "claims": row.claims,
        "suggestions": row.suggestions,
        "receipt": f"/r/{row.receipt}/" if row.receipt else None,
    }


def started(seq: int, reply_to: int) -> dict[str, Any]:
    """Return the frame that begins an answer."""
    return {"type": "answer.started", "seq": seq, "reply_to": reply_to}


def deltas(seq: int, answer: Answer) -> Sequence[dict[str, Any]]:
    """Return an answer's pieces; `offset` counts code points."""
    frames, offset = [], 0
    for piece in answer.pieces():
        frames.append({"type": "answer.delta", "seq": seq, "offset": offset, "text": piece})
        offset += len(piece)
    return frames


def finished(row: Message) -> dict[str, Any]:
    """Return the frame that ends an answer, with its proof."""
    return {"type": "answer.finished", "seq": row.seq, "text": row.text, "status": row.status, **_proof(row)}


def request(row: Requested) -> dict[str, Any]:
    """Return a service request's frame."""
    return {"type": "request", "seq": row.seq, "kind": row.kind, "status": row.status, "details": row.details}


def pong(written: int | None) -> dict[str, Any]:
    """Return the heartbeat's answer; `seq`: all up to this number is written, so a client sees what it has missed."""
    return {"type": "pong"} if written is None else {"type": "pong", "seq": written}


def error(code: str, detail: str, id: str | None = None, retry_after_s: float | None = None) -> dict[str, Any]:
    """Return an error's frame."""
    frame: dict[str, Any] = {"type": "error", "code": code, "id": id, "detail": detail}
    if retry_after_s is not None:
        frame["retry_after_s"] = retry_after_s
    return frame
