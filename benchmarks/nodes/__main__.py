"""Owns the command: tell the story of two machines behind nginx; print what came of it, keep the figures."""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Mapping
from typing import Any

from benchmarks import machine
from benchmarks.chaos.report import PATIENCE, PROMISES, about
from benchmarks.nodes.story import Plan, tell_story
from benchmarks.report import rewrite_block
from benchmarks.server import ROOT, BenchError

RESULTS = ROOT / "benchmarks" / "nodes" / "results.json"
DOCUMENT = ROOT / "docs" / "deployment.md"
FORMAT = "guestchat-nodes/1"
_MACHINES = {
    "own": "in a network namespace of its own, with a cable",
    "same": "on loopback behind a proxy, as no namespace may be made here",
}


def main() -> int:
    """Return 1 where a promise was broken, 2 where it could not be tried."""
    options = _options()
    # Whoever ends it, in the background too, leaves no server running.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    about_machine = machine.describe(ROOT)
    plan = Plan(
        conversations=options.conversations,
        rate=options.rate,
        own_machines=not options.loopback,
        is_short=options.short,
        seed=options.seed,
    )
    try:
        run = asyncio.run(tell_story(plan, lambda line: print(line, file=sys.stderr, flush=True)))
    except BenchError as error:
        print(f"nodes: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    run["machine"] = about_machine
    print(report(run))
    if options.keep:
        RESULTS.write_text(json.dumps({"format": FORMAT, "run": run}, indent=1) + "\n", "utf-8")
        DOCUMENT.write_text(rewrite_block(DOCUMENT.read_text("utf-8"), report(run), "nodes"), "utf-8")
    return 1 if run["broken"] else 0


def report(run: Mapping[str, Any]) -> str:
    """Return a run as Markdown."""
    pages = run["pages"]
    broken = ", ".join(f"{run['broken'].get(name, 0):,} {name}" for name in (*PROMISES, PATIENCE))
    failed = sum(pages["failed"].values())
    rows = [
        f"| {deed['name']} | {deed['seconds']:.1f} | {deed['acknowledged']:,} | {deed['pages']:,} | "
        f"{deed['pages_failed']:,} | {deed['slowest_page_s']:.2f} |"
        for deed in run["deeds"]
    ]
    return "\n".join(
        (
            f"{about(run['machine'])} Each server process {_MACHINES[run['machines']]}; {run['minutes']:.1f} minutes.",
            "",
            f"**{run['conversations']} conversations through nginx, {run['rate']:.1f} questions/s, "
            f"{run['acknowledged']:,} acknowledged, {run['answers']:,} answers, {run['reconnects']:,} reconnects: "
            f"{broken}.**",
            "",
            f"Beside them, `GET /chat/` ten times a second: {pages['asked_for']:,} pages, {failed:,} failed, "
            f"median {pages['median_ms']:.0f} ms, slowest {pages['slowest_s']:.2f} s.",
            "",
            "| what happened | lasted, s | acknowledged meanwhile | pages | failed | slowest page, s |",
            "|---|---:|---:|---:|---:|---:|",
            *rows,
        )
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nodes", description=__doc__)
    parser.add_argument("--conversations", type=int, default=60, help="how many guests chat")
    parser.add_argument("--rate", type=float, default=24, help="questions a second that all together want to ask")
    parser.add_argument("--seed", type=int, default=1, help="what is asked, and when")
    parser.add_argument("--short", action="store_true", help="only a kill and a rolling restart")
    parser.add_argument("--loopback", action="store_true", help="make no network namespaces")
    parser.add_argument("--keep", action="store_true", help="write the figures to results.json and docs/deployment.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
