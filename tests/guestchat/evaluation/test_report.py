"""What an evaluation prints and saves."""

from dataclasses import replace

from guestchat.answering.answer import Answer, Outcome
from guestchat.evaluation.asking import Asked
from guestchat.evaluation.curve import Guess
from guestchat.evaluation.judging import Fault, Kind, Verdict
from guestchat.evaluation.questions import Expectation, Question
from guestchat.evaluation.report import Report, timings


def asked(number: int, category: str, kind: Kind, language: str = "en") -> Asked:
    faults = () if kind is Kind.RIGHT else (Fault(kind, f"it is {kind}"),)
    expect = Expectation(lang=language)
    return Asked(
        question=Question(id=f"q{number}", hotel="h", text="wifi?", category=category, expect=expect),
        answer=Answer(text="one\ntwo", language="en", outcome=Outcome.ANSWERED, timings_ms={"total": float(number)}),
        verdict=Verdict(faults=faults),
    )


REPORT = Report(
    asked=[
        asked(1, "facts", Kind.RIGHT),
        asked(2, "facts", Kind.WRONG),
        asked(3, "silent", Kind.INVENTED, "de"),
        asked(4, "dishes", Kind.UNSAFE, "de"),
    ],
    figures={"recall": 0.75},
)


def test_the_table_counts_by_category() -> None:
    lines = list(REPORT.lines(worst=0))
    assert lines[0].split() == ["category", "asked", "right", "wrong", "invented", "unsafe", "share"]
    assert [line.split() for line in lines[1:5]] == [
        ["dishes", "1", "0", "0", "0", "1", "0.0%"],
        ["facts", "2", "1", "1", "0", "0", "50.0%"],
        ["silent", "1", "0", "0", "1", "0", "0.0%"],
        ["all", "4", "1", "1", "1", "1", "25.0%"],
    ]
    assert lines[5] == "by language: en 50.0%  de 0.0%"
    assert lines[6] == "recall  0.750"


def test_the_worst_come_first() -> None:
    assert [each.kind for each in REPORT.worst(10)] == [Kind.UNSAFE, Kind.INVENTED, Kind.WRONG]
    assert "[unsafe] q4 (dishes): wifi?" in list(REPORT.lines(worst=1))
    assert "  - it is unsafe" in list(REPORT.lines(worst=1))


def test_floors_are_of_categories_figures_or_all() -> None:
    floors = {"facts": 0.5, "all": 0.3, "recall": 0.8, "ghosts": 0.1}
    assert REPORT.below(floors) == [
        "all: 0.250, its floor is 0.3",
        "recall: 0.750, its floor is 0.8",
        "ghosts: there is nothing of that name, its floor is 0.1",
    ]


def test_what_is_saved_tells_when_and_of_what() -> None:
    saved = REPORT.as_json({"files": ["own.jsonl"]})
    assert saved["kinds"] == {"right": 1, "wrong": 1, "invented": 1, "unsafe": 1}
    assert saved["categories"]["facts"] == {"right": 1, "wrong": 1, "invented": 0, "unsafe": 0}
    assert saved["files"] == ["own.jsonl"]
    assert [each["id"] for each in saved["not_right"]] == ["q4", "q3", "q2"]
    assert saved["date"].startswith("20")
    assert "commit" in saved


def test_timings_are_percentiles() -> None:
    assert timings(float(number) for number in range(1, 101)) == {"p50": 51.0, "p99": 100.0}
    assert timings([]) == {}


def test_the_calibration_curve_is_printed_and_saved() -> None:
    guessed = [replace(each, guess=Guess(chance=0.85, right=each.kind is Kind.RIGHT)) for each in REPORT.asked]
    report = Report(asked=guessed)
    assert report.as_json({})["calibration"] == [{"from": 0.8, "questions": 4, "expected": 0.85, "right": 0.25}]
    assert "chance told  questions  expected  right" in list(report.lines(worst=0))
    assert REPORT.as_json({})["calibration"] == []
