"""Owns what a process counts for its operators: how long turns take and what becomes of them. Never a word of a chat.

By hotel nothing is counted: whoever operates the server needs no figures of a house, and its own team has `figures`.
"""

import time
from collections.abc import Mapping

from prometheus_client import Counter, Gauge, Histogram

from guestchat.answering.answer import Outcome

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.18, 0.5, 1.0, 2.5, 10.0)
_turns = Histogram(
    "guestchat_turn_seconds",
    "From a question's frame to its acknowledgement, to the first piece of its answer, to its end.",
    ["step"],
    buckets=_SECONDS,
)
_stages = Histogram("guestchat_stage_seconds", "What making an answer takes, by stage.", ["stage"], buckets=_SECONDS)
_answers = Counter("guestchat_answers", "Answers written, by how they ended.", ["outcome"])
_errors = Counter("guestchat_errors", "Error frames sent to guests, by their code.", ["code"])
_sockets = Gauge("guestchat_sockets", "Guests' sockets that are open.")
_failed = Counter("guestchat_failed_turns", "Turns that broke and were apologised for.")

_STEPS = {step: _turns.labels(step) for step in ("acknowledged", "first_piece", "finished")}
_STAGES = {stage: _stages.labels(stage) for stage in ("understand", "embed", "search", "compose", "total")}
_OUTCOMES = {outcome.value: _answers.labels(outcome.value) for outcome in Outcome}
CODES = ("bad_frame", "too_long", "rate_limited", "busy", "unavailable", "closed")
_CODES = {code: _errors.labels(code) for code in CODES}


def took(step: str, begun: float) -> None:
    """Count that a step of a turn is done; `begun`: when its question was read, by `time.perf_counter`."""
    _STEPS[step].observe(time.perf_counter() - begun)


def answered(outcome: str, timings_ms: Mapping[str, float]) -> None:
    """Count an answer that was written, and what its stages took; one that a person wrote took none."""
    _OUTCOMES[outcome].inc()
    for stage, ms in timings_ms.items():
        _STAGES[stage].observe(ms / 1_000)


def refused(code: str) -> None:
    """Count an error frame."""
    _CODES[code].inc()


def failed() -> None:
    """Count a turn that broke."""
    _failed.inc()


def came() -> None:
    """Count a guest's socket that has opened."""
    _sockets.inc()


def left() -> None:
    """Count a guest's socket that has closed."""
    _sockets.dec()
