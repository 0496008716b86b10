"""What the load client takes from frames, and what it finds lacking in a conversation's log."""

import collections
from typing import Any

from benchmarks.guests import Asked, Guest, _note, faults


def question(seq: int, id: str) -> dict[str, Any]:
    return {"role": "guest", "seq": seq, "id": id}


def answer(seq: int, reply_to: int, **changed: Any) -> dict[str, Any]:
    told = {"role": "assistant", "seq": seq, "id": None, "reply_to": reply_to, "status": "complete", "text": "Yes."}
    return told | changed


def test_nothing_lacks_where_every_question_has_one_answer() -> None:
    log = [question(1, "a"), answer(2, 1), question(3, "b"), answer(4, 3)]

    assert faults(log, ["a", "b"]) == []


def test_an_acknowledged_question_that_is_gone_is_a_fault() -> None:
    assert faults([], ["a"]) == ["a question is there 0 times"]


def test_a_pending_and_an_empty_answer_count_for_nothing() -> None:
    assert faults([question(1, "a"), answer(2, 1, status="pending")], ["a"]) == ["a question has 0 complete answers"]
    assert faults([question(1, "a"), answer(2, 1, text="")], ["a"]) == ["a question has 0 complete answers"]


def test_a_second_answer_is_a_fault() -> None:
    assert faults([question(1, "a"), answer(2, 1), answer(3, 1)], ["a"]) == ["a question has 2 complete answers"]


def test_a_gap_is_a_fault() -> None:
    assert faults([question(1, "a"), answer(3, 1)], ["a"]) == ["numbers have gaps"]


def test_times_are_taken_from_the_frames_of_a_turn() -> None:
    each = Asked(id="a", due=1.0, measured=True)
    guest = Guest("cookie", iter(()), by_id={"a": each})
    errors: collections.Counter[str] = collections.Counter()
    frames = (
        {"type": "message", "id": "a", "seq": 1},
        {"type": "answer.started", "seq": 2, "reply_to": 1},
        {"type": "answer.delta", "seq": 2, "offset": 0, "text": "Y"},
        {"type": "answer.delta", "seq": 2, "offset": 1, "text": "es."},
        {"type": "answer.finished", "seq": 2, "text": "Yes.", "outcome": "answered"},
        {"type": "request", "seq": 2},
    )
    for number, frame in enumerate(frames):
        _note(guest, frame, 2.0 + number, errors)

    assert (each.acknowledged, each.first_piece, each.finished) == (2.0, 4.0, 6.0)
    assert each.outcome == "answered"
    assert not errors


def test_errors_count_by_code_and_end_their_question() -> None:
    each = Asked(id="a", due=1.0, measured=True)
    errors: collections.Counter[str] = collections.Counter()

    _note(Guest("cookie", iter(()), by_id={"a": each}), {"type": "error", "code": "busy", "id": "a"}, 2.0, errors)

    assert each.error == "busy"
    assert errors == {"busy": 1}
