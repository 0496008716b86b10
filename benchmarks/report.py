"""Owns what the bench leaves behind: results.json, the table, and the marked block of docs/performance.md."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FORMAT = "guestchat-bench/1"

_TIMES = (
    ("question → acknowledged", "acknowledged_ms"),
    ("question → first piece of the answer", "first_piece_ms"),
    ("question → answer finished", "finished_ms"),
    ("the load client itself late by", "client_late_ms"),
)


def read_results(file: Path) -> dict[str, Any]:
    """Return the kept runs by scenario."""
    if not file.exists():
        return {}
    runs: dict[str, Any] = json.loads(file.read_text("utf-8"))["runs"]
    return runs


def write_results(file: Path, runs: Mapping[str, Any]) -> None:
    """Keep the runs."""
    text = json.dumps({"format": FORMAT, "runs": runs}, ensure_ascii=False, indent=1)
    file.write_text(text + "\n", "utf-8")


def rewrite_block(document: str, block: str, command: str = "bench") -> str:
    """Return the document with a command's block replaced; raises ValueError where its marks are missing."""
    begin, end = marks(command)
    before, found, rest = document.partition(begin)
    _old, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"The document lacks {begin} or {end}.")
    return f"{before}{begin}\n\n{block.strip()}\n\n{end}{after}"


def marks(command: str) -> tuple[str, str]:
    """Return the comments between which a command of the Makefile writes."""
    return f"<!-- {command}: begin; `make {command}` writes what follows -->", f"<!-- {command}: end -->"


def tables(runs: Sequence[Mapping[str, Any]]) -> str:
    """Return the runs as Markdown, one section each."""
    return "\n\n".join(_section(run) for run in runs)


def _section(run: Mapping[str, Any]) -> str:
    scenario, machine = run["scenario"], run["machine"]
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    return "\n".join(
        (
            f"### {scenario['name']}: {scenario['guests']} guests, {scenario['rate']:g} questions/s, "
            f"{scenario['seconds']:g} s",
            "",
            f"{machine['date'][:10]}, commit {machine['commit'] or 'unknown'}, {machine['cores']} cores "
            f"({machine['processor']}), {machine['memory_gb']:g} GB, {machine['system']}, Python {machine['python']}; "
            f"{packages}. Load of the machine before the run: {machine['load_before']:g}.",
            "",
            *_times(run),
            "",
            *_rest(run),
            "",
            *_stages(run["stages_ms"]),
        )
    )


def _times(run: Mapping[str, Any]) -> list[str]:
    head = ["| ms | P50 | P90 | P99 | P99.9 | max |", "|---|---:|---:|---:|---:|---:|"]
    return head + [_row(label, run[name]) for label, name in _TIMES if run[name]]


def _row(label: str, spread: Mapping[str, float]) -> str:
    return f"| {label} | " + " | ".join(f"{spread[name]:.1f}" for name in ("p50", "p90", "p99", "p999", "max")) + " |"


def _rest(run: Mapping[str, Any]) -> list[str]:
    rss, cold = run["rss_mb"], run["cold_start"]
    errors = ", ".join(f"{code} {count}" for code, count in sorted(run["errors"].items())) or "none"
    apart = f"; PostgreSQL apart: {run['postgres_mb']:.0f} MB" if run["postgres_mb"] else ""
    web = f"; the process that serves alone: {run['web_rss_mb']:.0f} MB" if "web_rss_mb" in run else ""
    outcomes = ", ".join(f"{name} {count}" for name, count in sorted(run["outcomes"].items()))
    kept = "each with exactly one complete answer" if not run["lacking"] else f"{len(run['lacking'])} FAULTS"
    rows = (
        ("questions measured", f"{run['questions']:,}"),
        ("errors by code", f"{errors}; never finished {run['unanswered']}; logged {run['errors_logged']}"),
        ("outcomes", outcomes),
        ("acknowledged questions found in the database", f"{run['verified']:,}, {kept}"),
        (
            "memory of the server with its answerers: start, most, end",
            f"{rss['start']:.0f}, {rss['most']:.0f}, {rss['end']:.0f} MB{web}{apart}",
        ),
        (
            "processor time per question",
            f"server {run['server_cpu_ms_per_question']:.1f} ms, "
            f"PostgreSQL {run['postgres_cpu_ms_per_question']:.1f} ms",
        ),
        (
            "cold start (median of 3): first page, first answer",
            f"{cold['first_page_s']:.2f} s, {cold['first_answer_s']:.2f} s",
        ),
        (
            "installed size of requirements.txt",
            f"{run['installed_mb']:.0f} MB in {run['installed_distributions']} distributions",
        ),
    )
    return ["| what | figure |", "|---|---|", *(f"| {label} | {figure} |" for label, figure in rows)]


def _stages(stages: Mapping[str, Mapping[str, float]]) -> list[str]:
    head = ["| stage of the answer, asked alone, ms | P50 | P99 |", "|---|---:|---:|"]
    return head + [f"| {name} | {each['p50']:.2f} | {each['p99']:.2f} |" for name, each in stages.items()]
