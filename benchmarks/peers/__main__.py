"""Owns the command: the product beside the stack that people start from, and above the bare floor, in one run.

Same machine, same questions, same hotel, same model's weights (the product's are fine-tuned and quantised). Ratios
first: what a figure is on another machine, nobody knows; what it is to the other's, this run tells.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from benchmarks import machine, report, scenarios, server
from benchmarks.chaos.stack import Postgres
from benchmarks.peers.house import Prototype, environment, installed_mb, prototype
from benchmarks.questions import talk
from benchmarks.scenarios import Scenario
from benchmarks.server import ROOT, BenchError, House

RESULTS = ROOT / "benchmarks" / "peers" / "results.json"
DOCUMENT = ROOT / "docs" / "performance.md"
HOTEL = Scenario(name="peers", guests=100, rate=20, seconds=30)
# The highest rate is the last of these whose 99th percentile stays below the seed article's.
RATES = (20, 40, 60, 80, 100, 130, 160, 200, 250)
MOST_P99_MS = 180.0
_FLOOR_QUESTIONS = 650


def main() -> int:
    """Measure all, print the table, keep it; return 1 where an acknowledged question lacks its answer."""
    options = _options()
    scenario = replace(HOTEL, seconds=options.seconds)
    try:
        about = machine.describe(ROOT)
        python = environment()
        with server.fresh_house() as house:
            ours = _measured(scenario, house, steps=not options.no_steps)
            floor = _floor(house)
        ours["installed_mb"], _ = machine.installed_mb(ROOT / "requirements.txt")
        with prototype() as peer:
            theirs = _measured(scenario, peer, steps=not options.no_steps)
        theirs["installed_mb"] = installed_mb(python)
    except BenchError as error:
        print(f"peers: {error}", file=sys.stderr)
        return 2
    run = {"machine": about, "ours": ours, "prototype": theirs, "floor": floor}
    text = table(run)
    print(text)
    if not options.no_write:
        report.write_results(RESULTS, {"peers": run})
        DOCUMENT.write_text(report.rewrite_block(DOCUMENT.read_text("utf-8"), text, "peers"), "utf-8")
    return 1 if ours["lacking"] or theirs["lacking"] else 0


def _measured(scenario: Scenario, house: House | Prototype, *, steps: bool) -> dict[str, Any]:
    codes = house.codes()
    server.start_cold(house, codes[0])  # the first start prepares
    colds = [server.start_cold(house, codes[0])["first_answer_s"] for _ in range(scenarios.COLD_STARTS)]
    found = scenarios.load(scenario, house, codes)
    return {
        **{name: found[name] for name in ("first_piece_ms", "finished_ms", "errors", "lacking", "outcomes", "rss_mb")},
        "cpu_ms": found["server_cpu_ms_per_question"],
        "cold_start_s": statistics.median(colds),
        "highest_rate": _highest_rate(house, codes) if steps else None,
    }


def _highest_rate(house: House | Prototype, codes: Sequence[str]) -> float:
    """Return the most questions a second that were all answered with a 99th percentile below the bound."""
    highest = 0.0
    for rate in RATES:
        guests = max(100, round(rate * 4))
        found = scenarios.load(Scenario(name="step", guests=guests, rate=rate, seconds=12, warm_up_s=4), house, codes)
        first = found["first_piece_ms"]
        whole = not found["unanswered"] and not found["errors"] and not found["lacking"]
        if not whole or first is None or first["p99"] >= MOST_P99_MS:
            break
        highest = rate
    return highest


def _floor(house: House) -> dict[str, float]:
    """Run the bare floor over the product's own passages; PostgreSQL is started for it and stopped again."""
    postgres = Postgres(house.directory / "postgres")
    postgres.start()
    try:
        with postgres.connect() as connection:
            connection.execute("SELECT set_config('guestchat.hotels', '*', false)")
            [hotel] = connection.execute("SELECT id FROM menus_hotel").fetchone() or [0]
        texts = talk(random.Random(5))
        plan = {
            "database": {**postgres.address, "dbname": "guestchat"},
            "hotel_id": hotel,
            "texts": [next(texts) for _ in range(_FLOOR_QUESTIONS)],
        }
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.peers.floor"],
            cwd=ROOT,
            input=json.dumps(plan),
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        postgres.stop()
    if done.returncode:
        raise BenchError(f"The floor failed:\n{done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout)
    return found


def table(run: Mapping[str, Any]) -> str:
    """Return the comparison as Markdown."""
    ours, theirs, floor, about = run["ours"], run["prototype"], run["floor"], run["machine"]

    def row(label: str, unit: str, mine: float, other: float, *, more_is_better: bool = False) -> str:
        ratio = mine / other if more_is_better else other / mine
        return f"| {label} | {mine:,.1f}{unit} | {other:,.1f}{unit} | {ratio:.1f} × |"

    rows = [
        row(
            f"first piece, P50 at {HOTEL.rate:g}/s",
            " ms",
            ours["first_piece_ms"]["p50"],
            theirs["first_piece_ms"]["p50"],
        ),
        row(
            f"first piece, P99 at {HOTEL.rate:g}/s",
            " ms",
            ours["first_piece_ms"]["p99"],
            theirs["first_piece_ms"]["p99"],
        ),
        row("answer finished, P99", " ms", ours["finished_ms"]["p99"], theirs["finished_ms"]["p99"]),
        row("processor time per question", " ms", ours["cpu_ms"], theirs["cpu_ms"]),
        row("memory of the server", " MB", ours["rss_mb"]["most"], theirs["rss_mb"]["most"]),
        row("cold start to the first answer", " s", ours["cold_start_s"], theirs["cold_start_s"]),
        row("installed", " MB", ours["installed_mb"], theirs["installed_mb"]),
    ]
    if ours["highest_rate"] and theirs["highest_rate"]:
        label = f"highest rate with P99 below {MOST_P99_MS:g} ms (tried up to {RATES[-1]}/s)"
        rows.insert(3, row(label, "/s", ours["highest_rate"], theirs["highest_rate"], more_is_better=True))
    times = ours["cpu_ms"] / floor["cpu_ms"]
    return "\n".join(
        (
            f"{about['date'][:10]}, commit {about['commit'] or 'unknown'}, {about['cores']} cores "
            f"({about['processor']}), Python {about['python']}, load before the run {about['load_before']:g}. "
            f"{HOTEL.guests} guests, everything committed, errors: ours {_errors(ours)}, prototype {_errors(theirs)}.",
            "",
            "| | Guestchat | prototype | better by |",
            "|---|---:|---:|---:|",
            *rows,
            "",
            f"The bare floor (tokenise, embed, one exact query; {floor['questions']:,} texts one after the other): "
            f"{floor['ms']:.1f} ms, {floor['cpu_ms']:.1f} ms of processor time. A whole turn of the product, sockets "
            f"and both commits included, takes {times:.1f} × that processor time.",
        )
    )


def _errors(side: Mapping[str, Any]) -> str:
    return ", ".join(f"{code} {count}" for code, count in sorted(side["errors"].items())) or "none"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--seconds", type=float, default=HOTEL.seconds, help="how long the load at 20/s is measured")
    parser.add_argument("--no-steps", action="store_true", help="do not look for the highest rate")
    parser.add_argument("--no-write", action="store_true", help="print only; leave results.json and the document")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
