"""Owns the command: run trials, a comeback or a soak; print the table, keep the figures."""

import argparse
import asyncio
import json
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.chaos import report
from benchmarks.chaos.comeback import come_back
from benchmarks.chaos.faults import FAULTS
from benchmarks.chaos.soak import soak
from benchmarks.chaos.trials import Series, try_all
from benchmarks.report import rewrite_block
from benchmarks.server import ROOT, BenchError
from guestchat.management.descriptors import allow_many_sockets

RESULTS = ROOT / "benchmarks" / "chaos" / "results.json"
DOCUMENT = ROOT / "docs" / "delivery.md"
FORMAT = "guestchat-chaos/1"


def main() -> int:
    """Return 1 where a promise was broken, 2 where it could not be tried."""
    options = _options()
    allow_many_sockets()
    # Whoever ends it, in the background too, leaves no server running.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    about = machine.describe(ROOT)
    try:
        run = asyncio.run(_TRIED[options.what](options))
    except BenchError as error:
        print(f"chaos: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    run["machine"] = about
    print(_TOLD[options.what](run))
    if options.keep:
        _keep(RESULTS, options.what, run)
    return 1 if _is_broken(options.what, run) else 0


async def _chaos(options: argparse.Namespace) -> dict[str, Any]:
    names = tuple(name for name in FAULTS if options.only in name)
    if not names:
        raise BenchError(f"No fault is called like {options.only!r}.")
    series = Series(
        runs=options.runs or len(names),
        seed=options.seed,
        conversations=options.conversations,
        names=names,
        within_s=options.minutes * 60,
    )
    begun = time.monotonic()
    tallies = await try_all(series, _tell)
    for name, tally in tallies.items():
        for example in tally.examples[:3]:
            _tell(f"{name}: {example}")
    faults = {name: asdict(tally) for name, tally in tallies.items() if tally.runs}
    return {"seed": series.seed, "minutes": (time.monotonic() - begun) / 60, "faults": faults}


async def _comeback(options: argparse.Namespace) -> dict[str, Any]:
    return await come_back(options.sockets, min(options.sockets, 500), _tell)


async def _soak(options: argparse.Namespace) -> dict[str, Any]:
    return await soak(options.minutes, options.rate, _tell)


_TRIED: dict[str, Callable[[argparse.Namespace], Coroutine[Any, Any, dict[str, Any]]]] = {
    "chaos": _chaos,
    "comeback": _comeback,
    "soak": _soak,
}
_TOLD = {"chaos": report.chaos, "comeback": report.comeback, "soak": report.soak}


def _is_broken(what: str, run: dict[str, Any]) -> bool:
    if what == "chaos":
        return any(tally["broken"] for tally in run["faults"].values())
    return bool(run["missing"] if what == "comeback" else run["unanswered"])


def _keep(results: Path, what: str, run: dict[str, Any]) -> None:
    kept = json.loads(results.read_text("utf-8"))["runs"] if results.exists() else {}
    kept[what] = run
    results.write_text(json.dumps({"format": FORMAT, "runs": kept}, indent=1) + "\n", "utf-8")
    document = rewrite_block(DOCUMENT.read_text("utf-8"), _TOLD[what](run), what)
    DOCUMENT.write_text(document, "utf-8")


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    parser.add_argument("what", choices=_TRIED, help="trials of all faults, a kill with sockets open, or a long soak")
    parser.add_argument("--runs", type=int, default=0, help="chaos: how many trials; each fault once unless given")
    parser.add_argument(
        "--seed", type=int, default=1, help="chaos: the first run's; a run is replayed by --only and it"
    )
    parser.add_argument("--only", default="", help="chaos: only faults with these words in their name")
    parser.add_argument("--conversations", type=int, default=12, help="chaos: conversations a run, of nine questions")
    parser.add_argument("--minutes", type=float, default=120, help="chaos: at most; soak: how long it is measured")
    parser.add_argument("--rate", type=float, default=200, help="soak: connects a second")
    parser.add_argument("--sockets", type=int, default=2_000, help="comeback: how many are open")
    parser.add_argument("--keep", action="store_true", help="write the figures to results.json and docs/delivery.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
