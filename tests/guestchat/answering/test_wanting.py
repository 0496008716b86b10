"""Messages that want something done and say so by no word of a vocabulary are proposed; questions are not."""

import json
from pathlib import Path

import pytest

from guestchat.answering import wanting
from guestchat.answering.answer import Outcome
from tests.conftest import Ask as AskTheDemo


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("the blinds in our room came off the rail", "maintenance"),
        ("hier klemmt die balkont\u00fcr und geht nicht mehr zu", "maintenance"),
        ("la cisterna no para de gotear", "maintenance"),
        ("a hot water bottle would be lovely, my tummy hurts", "housekeeping"),
        ("il nous manque deux verres dans la chambre", "housekeeping"),
    ],
)
def test_what_no_vocabulary_tells_is_proposed(ask: AskTheDemo, text: str, kind: str) -> None:
    answer = ask(text)
    assert answer.outcome is Outcome.REQUEST
    assert answer.request is not None
    assert answer.request.kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "how do i get hot water in the shower, theres two knobs and no markings",
        "what is the capital of australia",
        "is there a helicopter landing pad",
        "wie wird das wetter morgen",
    ],
)
def test_a_question_is_not(ask: AskTheDemo, text: str) -> None:
    assert ask(text).outcome is not Outcome.REQUEST


def test_beside_another_encoder_words_alone_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ask: AskTheDemo
) -> None:
    kept = json.loads(wanting.FILE.read_text("utf-8"))
    other = tmp_path / "wanting.json"
    other.write_text(json.dumps({**kept, "encoder": "another"}))
    monkeypatch.setattr(wanting, "FILE", other)
    wanting.likeness.cache_clear()
    try:
        assert ask("our loo seat has snapped in two").outcome is not Outcome.REQUEST
        assert ask("can I get two fresh towels").outcome is Outcome.REQUEST
    finally:
        wanting.likeness.cache_clear()


def test_it_proposes_most_of_what_it_never_saw_and_hardly_a_question() -> None:
    """By the cross-fitted curve that `fit_requests` wrote: each message by weights fitted without it."""
    kept = json.loads(wanting.FILE.read_text("utf-8"))
    [at] = [each for each in kept["curve"] if each["bound"] == kept["propose_from"]]
    assert at["proposed"] / at["requests"] >= 0.5
    assert at["questions_proposed"] / at["questions"] <= 0.02
    assert at["guests_proposed"] / at["guests"] <= 0.02
