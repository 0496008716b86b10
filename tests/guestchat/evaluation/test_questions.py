"""A questions file is read whole or refused with every problem by its line."""

import datetime as dt
import json
from typing import Any

import pytest

from guestchat.evaluation.questions import QuestionsError, read
from menus.allergens import Status


def line(**changes: Any) -> str:
    written = {"id": "1", "hotel": "h", "text": "wifi?", "category": "facts", "expect": {"silent": True}}
    return json.dumps({name: value for name, value in (written | changes).items() if value is not None})


def problems(*lines: str) -> list[str]:
    with pytest.raises(QuestionsError) as refused:
        read(lines, "own.jsonl")
    return [str(each) for each in refused.value.problems]


def test_a_whole_question_is_read() -> None:
    written = line(
        lang="de",
        at="2026-12-24T18:30",
        place="room-1",
        conversation="c1",
        expect={
            "outcome": "answered",
            "sources": ["wifi"],
            "says": ["free", ["fast", "quick"]],
            "items": {"only": []},
            "claims": [{"item": "soup", "allergen": "nuts.almond", "status": ["unknown", "contains"]}],
            "request": "taxi",
        },
    )
    question = read([written], "own.jsonl")[0]
    assert (question.lang, question.place, question.conversation) == ("de", "room-1", "c1")
    assert question.at == dt.datetime(2026, 12, 24, 18, 30)
    expect = question.expect
    assert expect.outcome == ("answered",)
    assert expect.says == ("free", ("fast", "quick"))
    assert expect.items.only == ()
    assert expect.claims[0].statuses == (Status.UNKNOWN, Status.CONTAINS)
    assert expect.request == ("taxi",)


def test_empty_lines_and_remarks_are_passed_over() -> None:
    assert [each.id for each in read(["# remark", "", line(), line(id="2")], "own.jsonl")] == ["1", "2"]


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("{", "this is no JSON"),
        ("[]", "a line must be a JSON object."),
        (line(text=None), "missing: text."),
        (line(text=" "), "text must be a text."),
        (line(colour="red"), "a line knows no 'colour'"),
        (line(at="noon"), "at must be a moment in ISO 8601"),
        (line(expect={}), "expect holds nothing"),
        (line(expect=[]), "expect must be a JSON object."),
        (line(expect={"outcome": ["done"]}), "outcome knows no 'done'."),
        (line(expect={"silent": "yes"}), "silent must be true or false."),
        (line(expect={"sources": "wifi"}), "sources must be a list."),
        (line(expect={"avoid": ["dust"]}), "avoid knows no 'dust'."),
        (line(expect={"diets": ["paleo"]}), "diets knows no 'paleo'."),
        (line(expect={"request": "massage"}), "request knows no 'massage'."),
        (line(expect={"items": {"most": []}}), "items knows no 'most'"),
        (line(expect={"claims": [{"item": "soup"}]}), "a claim has item, allergen and status."),
        (
            line(expect={"claims": [{"item": "soup", "allergen": "dust", "status": "free"}]}),
            "'dust' is no allergen code.",
        ),
        (
            line(expect={"claims": [{"item": "soup", "allergen": "milk", "status": "safe"}]}),
            "status knows no 'safe'.",
        ),
        (line(expect={"says": [[1]]}), "each of says must be a text."),
    ],
)
def test_a_bad_line_is_refused_by_its_number(written: str, sentence: str) -> None:
    found = problems(line(id="0"), written)
    assert len(found) == 1
    assert found[0].startswith(f"own.jsonl:2: {sentence}")


def test_every_bad_line_is_named() -> None:
    assert len(problems("{", line(), line(), "[]")) == 3
    assert "own.jsonl:3: the id '1' is there twice." in problems("{", line(), line())
