"""The table and the marked block of the document."""

import copy
from pathlib import Path
from typing import Any

import pytest

from benchmarks import report
from benchmarks.__main__ import DOCUMENT
from benchmarks.machine import installed_mb
from benchmarks.scenarios import SCENARIOS, Scenario
from benchmarks.server import BenchError

SPREAD = {"count": 9, "p50": 1.25, "p90": 2.0, "p99": 3.0, "p999": 4.0, "max": 5.0}
RUN: dict[str, Any] = {
    "scenario": {"name": "hotel", "guests": 100, "rate": 20.0, "seconds": 60.0},
    "machine": {
        "date": "2026-11-24T12:30:00+00:00",
        "commit": "abc1234",
        "cores": 2,
        "processor": "Some CPU",
        "memory_gb": 25.0,
        "system": "Linux x86_64",
        "python": "3.11.7",
        "packages": {"django": "5.2.19"},
        "load_before": 0.1,
    },
    "installed_mb": 200.0,
    "installed_distributions": 60,
    "cold_start": {"first_page_s": 0.9, "first_answer_s": 1.2},
    "questions": 1200,
    "acknowledged_ms": SPREAD,
    "first_piece_ms": SPREAD,
    "finished_ms": SPREAD,
    "client_late_ms": SPREAD,
    "errors": {},
    "unanswered": 0,
    "errors_logged": 0,
    "outcomes": {"clarify": 200, "answered": 1000},
    "verified": 1400,
    "lacking": [],
    "rss_mb": {"start": 200.0, "most": 210.0, "end": 205.0},
    "postgres_mb": None,
    "server_cpu_ms_per_question": 12.0,
    "postgres_cpu_ms_per_question": 3.0,
    "stages_ms": {"total": SPREAD},
}


def test_the_table_tells_what_was_measured() -> None:
    table = report.tables([RUN])

    assert "### hotel: 100 guests, 20 questions/s, 60 s" in table
    assert "| question → first piece of the answer | 1.2 | 2.0 | 3.0 | 4.0 | 5.0 |" in table
    assert "| errors by code | none; never finished 0; logged 0 |" in table
    assert "| outcomes | answered 1000, clarify 200 |" in table
    assert "1,400, each with exactly one complete answer" in table
    assert "PostgreSQL apart" not in table


def test_faults_and_errors_are_not_hidden() -> None:
    run = copy.deepcopy(RUN) | {"lacking": ["a question has 0 complete answers"], "errors": {"busy": 2, "a": 1}}

    table = report.tables([run])

    assert "1 FAULTS" in table
    assert "a 1, busy 2" in table


def test_the_block_is_replaced_and_nothing_else() -> None:
    begin, end = report.marks("bench")
    document = f"before\n{begin}\nold\n{end}\nafter\n"

    written = report.rewrite_block(document, "new")

    assert written == f"before\n{begin}\n\nnew\n\n{end}\nafter\n"
    assert report.rewrite_block(written, "new") == written


def test_a_document_without_the_block_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks"):
        report.rewrite_block("nothing", "new")


def test_the_document_has_the_block() -> None:
    assert "new figures" in report.rewrite_block(DOCUMENT.read_text("utf-8"), "new figures")


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    assert report.read_results(file) == {}

    report.write_results(file, {"hotel": RUN})

    assert report.read_results(file) == {"hotel": RUN}


def test_every_named_scenario_is_possible() -> None:
    for scenario in SCENARIOS.values():
        scenario.refuse_the_impossible()


def test_guests_who_would_be_refused_are_refused_before() -> None:
    with pytest.raises(BenchError, match="10 guests may ask 4 questions a second at most, not 20"):
        Scenario(name="hotel", guests=10, rate=20, seconds=60).refuse_the_impossible()


def test_the_size_counts_a_requirement_with_its_extras_once(tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text("# none\npsycopg[binary,pool]>=3\npsycopg-pool\n", "utf-8")

    size, distributions = installed_mb(file)

    assert distributions >= 3
    assert 1 < size < 100
