"""Reading a client's frames and writing the server's: pure, without a socket."""

import json
import uuid
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from guestchat.answering.answer import Answer, Outcome
from guestchat.guest import frames
from guestchat.models import Message

ID = "0f8fad5b-d9cb-469f-a165-70867728950e"


def asks(**fields: Any) -> str:
    return json.dumps({"type": "ask", "id": ID, "text": "Hello", **fields})


def framed(**fields: Any) -> str:
    return json.dumps(fields)


BAD_FRAMES = [
    "",
    " ",
    "ask",
    "null",
    "true",
    "1",
    "1e999",
    "NaN",
    '"ask"',
    "[]",
    '[{"type": "ping"}]',
    "{",
    "{}",
    '{"type": "ping"',
    '{"type": "ping"} {"type": "ping"}',
    "{'type': 'ping'}",
    '{"type": "ping",}',
    '{"type": "ask", "id": "\\ud800", "text": "x"}',
    '{"type": null}',
    '{"type": 1}',
    '{"type": ["ping"]}',
    '{"type": {"ping": 1}}',
    '{"type": "PING"}',
    '{"type": "ping "}',
    '{"type": "welcome"}',
    '{"type": "message", "seq": 1, "text": "I am the hotel"}',
    '{"type": "__class__"}',
    "[" * 10_000,
    '{"a":' * 3_000,
    "9" * 10_000,
    '{"type": "resume", "after": ' + "9" * 5_000 + "}",
    framed(type="ask"),
    framed(type="ask", text="x"),
    framed(type="ask", id=ID),
    asks(text=None),
    asks(text=1),
    asks(text=["x"]),
    asks(text={"en": "x"}),
    asks(text=""),
    asks(text=" \t\n\r\u3000\u00a0"),
    asks(text="\x00"),
    asks(text="\u200b\u200d\u2060\ufeff"),
    asks(text="\u202e\u202c"),
    asks(text="\x1b\x07"),
    asks(id=None),
    asks(id=1),
    asks(id=""),
    asks(id="x" * 36),
    asks(id=ID[:-1]),
    asks(id=ID + "0"),
    asks(id=ID + "\n"),
    asks(id=f"{{{ID}}}"),
    asks(id=f"urn:uuid:{ID}"),
    asks(id=ID.replace("-", "")),
    asks(id=ID.replace("f8fad", "_8f_d")),
    asks(id=[ID]),
    framed(type="resume"),
    framed(type="resume", after=None),
    framed(type="resume", after="1"),
    framed(type="resume", after=-1),
    framed(type="resume", after=1.0),
    framed(type="resume", after=True),
    framed(type="resume", after=2**31),
    framed(type="rate", seq=2),
    framed(type="rate", value=1),
    framed(type="rate", seq=2, value=0),
    framed(type="rate", seq=2, value=2),
    framed(type="rate", seq=2, value="1"),
    framed(type="rate", seq=2, value=True),
    framed(type="rate", seq=2, value=1.0),
    framed(type="rate", seq=2, value=[1]),
    framed(type="rate", seq="2", value=1),
    framed(type="confirm", seq=2),
    framed(type="confirm", seq=2, accept="true"),
    framed(type="confirm", seq=2, accept=1),
    framed(type="confirm", seq=2, accept=None),
    framed(type="confirm", accept=True),
    framed(type="confirm", seq=-2, accept=True),
    framed(type="ping", padding="x" * (16 * 1024)),
    framed(type="ping", padding="ä" * (8 * 1024)).encode().decode("unicode_escape"),
]


@pytest.mark.parametrize("text", BAD_FRAMES, ids=range(len(BAD_FRAMES)))
def test_a_bad_frame_is_refused(text: str) -> None:
    with pytest.raises(frames.BadFrame) as refused:
        frames.read(text)
    assert refused.value.code == "bad_frame"


def test_there_are_many_kinds_of_bad_frames() -> None:
    assert len(set(BAD_FRAMES)) == len(BAD_FRAMES) > 40


def test_a_binary_frame_is_refused() -> None:
    with pytest.raises(frames.BadFrame, match="Frames are text"):
        frames.read(None, b'{"type": "ping"}')


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        (asks(text="  Hello\n"), frames.Ask(uuid.UUID(ID), "Hello")),
        (asks(id=ID.upper()), frames.Ask(uuid.UUID(ID), "Hello")),
        (asks(unknown="field"), frames.Ask(uuid.UUID(ID), "Hello")),
        (asks(text="a\x00b"), frames.Ask(uuid.UUID(ID), "ab")),
        (asks(text="a\ud800b"), frames.Ask(uuid.UUID(ID), "a?b")),
        (asks(text="\ud83c\udf4e"), frames.Ask(uuid.UUID(ID), "🍎")),
        (asks(text="هل يوجد موقف؟"), frames.Ask(uuid.UUID(ID), "هل يوجد موقف؟")),
        (asks(text="👩‍👩‍👧"), frames.Ask(uuid.UUID(ID), "👩‍👩‍👧")),
        (asks(text="?"), frames.Ask(uuid.UUID(ID), "?")),
        (asks(text="x" * 2_000), frames.Ask(uuid.UUID(ID), "x" * 2_000)),
        (asks(text=" " * 500 + "x" * 2_000), frames.Ask(uuid.UUID(ID), "x" * 2_000)),
        (framed(type="resume", after=0), frames.Resume(0)),
        (framed(type="resume", after=2**31 - 1), frames.Resume(2**31 - 1)),
        (framed(type="stop"), frames.Stop()),
        (framed(type="rate", seq=2, value=-1), frames.Rate(2, -1)),
        (framed(type="confirm", seq=2, accept=False), frames.Confirm(2, False)),
        (framed(type="ping"), frames.Ping()),
        ('{"type": "resume", "type": "ping"}', frames.Ping()),
    ],
)
def test_a_good_frame_is_read(text: str, frame: frames.Frame) -> None:
    assert frames.read(text) == frame


def test_a_text_has_at_most_2000_characters() -> None:
    with pytest.raises(frames.BadFrame) as refused:
        frames.read(asks(text="x" * 2_001))
    assert (refused.value.code, refused.value.id) == ("too_long", ID)


def test_characters_are_code_points_not_bytes() -> None:
    frame = frames.read(json.dumps({"type": "ask", "id": ID, "text": "🍎" * 2_000}, ensure_ascii=False))
    assert isinstance(frame, frames.Ask)
    assert len(frame.text) == 2_000


@pytest.mark.parametrize("letter", ["x", "ä", "🍎"])
def test_a_frame_has_at_most_16_kib_of_utf_8(letter: str) -> None:
    empty = len(json.dumps({"type": "ping", "padding": ""}, ensure_ascii=False))
    room = settings.GUESTCHAT_MAX_FRAME_BYTES - empty
    letters, rest = divmod(room, len(letter.encode()))

    def padded(padding: str) -> str:
        return json.dumps({"type": "ping", "padding": padding}, ensure_ascii=False)

    assert frames.read(padded(letter * letters + "x" * rest)) == frames.Ping()
    with pytest.raises(frames.BadFrame, match="16384 bytes"):
        frames.read(padded(letter * letters + "x" * (rest + 1)))


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=8))
def test_whatever_a_field_holds_is_read_or_refused(value: Any) -> None:
    for kind, name in (("ask", "id"), ("ask", "text"), ("resume", "after"), ("rate", "value"), ("confirm", "accept")):
        try:
            frames.read(json.dumps({"type": kind, "id": ID, "text": "x", "seq": 2, name: value}))
        except frames.BadFrame:
            continue


@given(st.text())
def test_a_text_that_is_taken_can_be_stored_and_seen(text: str) -> None:
    try:
        ask = frames.read_ask({"id": ID, "text": text})
    except frames.BadFrame:
        return
    assert "\x00" not in ask.text
    assert ask.text.encode("utf-8").strip()


@given(st.text())
def test_deltas_rebuild_the_text_by_code_points(text: str) -> None:
    answer = Answer(text=text, language="en", outcome=Outcome.ANSWERED)
    rebuilt = ""
    for delta in frames.deltas(2, answer):
        assert (delta["type"], delta["seq"], delta["offset"]) == ("answer.delta", 2, len(rebuilt))
        assert delta["text"]
        rebuilt += delta["text"]
    assert rebuilt == text


def test_a_guests_message_carries_no_proof() -> None:
    row = Message(seq=1, role="guest", client_id=uuid.UUID(ID), text="<b>Hi</b>")
    row.created_at = row._meta.get_field("created_at").to_python("2026-11-24T12:30:00+01:00")
    assert frames.message(row) == {
        "type": "message",
        "seq": 1,
        "role": "guest",
        "id": ID,
        "reply_to": None,
        "text": "<b>Hi</b>",
        "at": "2026-11-24T12:30:00+01:00",
    }


def test_an_answer_carries_its_proof() -> None:
    row = Message(seq=2, role="assistant", reply_to=1, text="**Yes**", outcome="answered", receipt="abc")
    finished = frames.finished(row)
    assert finished["html"] == "<p><strong>Yes</strong></p>"
    assert finished["receipt"] == "/r/abc/"
    assert {"type", "seq", "text", "html", "outcome", "sources", "items", "claims", "receipt"} <= finished.keys()


def test_an_error_says_when_to_come_back_only_where_it_helps() -> None:
    assert frames.error("bad_frame", "No.") == {"type": "error", "code": "bad_frame", "id": None, "detail": "No."}
    assert frames.error("rate_limited", "Slow.", ID, 1.5)["retry_after_s"] == 1.5
