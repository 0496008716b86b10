"""Owns the command: the product behind each of its two servers, in turns and in one run.

Each round starts both, so that an hour in which the machine is slow is slow for both; the figures are medians of the
rounds. What the end of a server is to its guests is looked at with their sockets open.
"""

import argparse
import asyncio
import collections
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

import psutil
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from benchmarks import machine, report, scenarios, server
from benchmarks.guests import scan
from benchmarks.scenarios import Scenario
from benchmarks.server import ROOT, BenchError, House
from guestchat.management.descriptors import allow_many_sockets

RESULTS = ROOT / "benchmarks" / "servers" / "results.json"
DOCUMENT = ROOT / "docs" / "performance.md"
SERVERS = ("uvicorn", "daphne")
_LOADS = (
    Scenario(name="full", guests=500, rate=100, seconds=20),
    Scenario(name="crowd", guests=5_000, rate=100, seconds=20),
)
_HERE_AT_THE_END = 500
_END_WITHIN_S = 30.0


def main() -> int:
    """Measure both, print the table, keep it; return 1 where an acknowledged question lacks its answer."""
    options = _options()
    allow_many_sockets()
    about = machine.describe(ROOT)
    seen: dict[str, list[dict[str, Any]]] = {name: [] for name in SERVERS}
    try:
        for number in range(options.rounds):
            for name in SERVERS if number % 2 == 0 else SERVERS[::-1]:
                print(f"Round {number + 1}, {name} …", file=sys.stderr)
                seen[name].append(_round(name))
    except BenchError as error:
        print(f"servers: {error}", file=sys.stderr)
        return 2
    run = {"machine": about, "rounds": options.rounds, **{name: _medians(rounds) for name, rounds in seen.items()}}
    text = table(run)
    print(text)
    if options.keep:
        report.write_results(RESULTS, {"servers": run})
        DOCUMENT.write_text(report.rewrite_block(DOCUMENT.read_text("utf-8"), text, "servers"), "utf-8")
    return 1 if any(run[name]["lacking"] for name in SERVERS) else 0


def _round(name: str) -> dict[str, Any]:
    """Return one server's figures by name: seconds, ms, MB."""
    found: dict[str, Any] = {"lacking": 0, "errors": 0}
    with server.fresh_house(GUESTCHAT_SERVER=name) as house:
        codes = house.codes()
        colds = [server.start_cold(house, codes[0]) for _ in range(3)]
        found["first_page_s"] = statistics.median(cold["first_page_s"] for cold in colds)
        found["first_answer_s"] = statistics.median(cold["first_answer_s"] for cold in colds)
        for load in _LOADS:
            of = scenarios.load(load, house, codes)
            found |= {
                f"{load.name}_p50": of["first_piece_ms"]["p50"],
                f"{load.name}_p99": of["first_piece_ms"]["p99"],
                f"{load.name}_cpu": of["server_cpu_ms_per_question"],
                f"{load.name}_mb": of["rss_mb"]["most"],
            }
            found["lacking"] += len(of["lacking"])
            found["errors"] += sum(of["errors"].values())
        found |= asyncio.run(_end(house, codes))
    return found


async def _end(house: House, codes: Sequence[str]) -> dict[str, Any]:
    """End a server while guests are here; return how long it took and how their sockets were closed."""
    with house.serving() as process:
        server.await_first_answer(house, codes[0])
        cookies = [scan(house.port, codes[index % len(codes)]) for index in range(_HERE_AT_THE_END)]
        address = f"127.0.0.1:{house.port}"
        guests = [
            await connect(
                f"ws://{address}/ws/chat/",
                additional_headers={"Cookie": cookie},
                origin=f"http://{address}",  # type: ignore[arg-type]
                compression=None,
            )
            for cookie in cookies
        ]

        async def heard_last(guest: Any) -> str:
            try:
                while True:
                    await guest.recv()
            except ConnectionClosed as closed:
                return str(closed.rcvd.code if closed.rcvd else 1006)

        listening = [asyncio.create_task(heard_last(guest)) for guest in guests]
        await asyncio.sleep(1)
        begun = time.perf_counter()
        process.terminate()
        codes_of_close = collections.Counter(await asyncio.wait_for(asyncio.gather(*listening), _END_WITHIN_S))
        told = time.perf_counter() - begun
        await asyncio.to_thread(_await_end, process)
        ended = time.perf_counter() - begun
        return {"told_s": told, "ended_s": ended, "closed_with": dict(codes_of_close)}


def _await_end(process: psutil.Process) -> None:
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)


def _medians(rounds: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        name: first if isinstance(first, dict) else statistics.median(each[name] for each in rounds)
        for name, first in rounds[0].items()
    }


def table(run: Mapping[str, Any]) -> str:
    """Return a run as Markdown."""
    ours, theirs = run["uvicorn"], run["daphne"]

    def row(label: str, name: str, unit: str, digits: int = 1) -> str:
        mine, other = ours[name], theirs[name]
        return f"| {label} | {mine:,.{digits}f} {unit} | {other:,.{digits}f} {unit} | {mine / other:.2f} × |"

    def closed(side: Mapping[str, Any]) -> str:
        return ", ".join(f"{code}: {count}" for code, count in sorted(side["closed_with"].items()))

    about = run["machine"]
    return "\n".join(
        (
            f"{about['date'][:10]}, commit {about['commit'] or 'unknown'}, {about['cores']} cores "
            f"({about['processor']}), load before the run {about['load_before']:g}. Medians of {run['rounds']} rounds, "
            f"both servers in each. Errors: uvicorn {ours['errors']:g}, Daphne {theirs['errors']:g}.",
            "",
            "| | uvicorn | Daphne | uvicorn takes |",
            "|---|---:|---:|---:|",
            row("cold start to the first page", "first_page_s", "s", 2),
            row("cold start to the first answer", "first_answer_s", "s", 2),
            row("500 guests, 100/s: first piece, P50", "full_p50", "ms"),
            row("P99", "full_p99", "ms"),
            row("processor time per question", "full_cpu", "ms"),
            row("memory", "full_mb", "MB", 0),
            row("5,000 guests, 100/s: first piece, P50", "crowd_p50", "ms"),
            row("P99", "crowd_p99", "ms"),
            row("processor time per question", "crowd_cpu", "ms"),
            row("memory", "crowd_mb", "MB", 0),
            row(f"SIGTERM with {_HERE_AT_THE_END} sockets open: all are told", "told_s", "s", 2),
            row("the process has ended", "ended_s", "s", 2),
            f"| closed with | {closed(ours)} | {closed(theirs)} | |",
        )
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.servers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often both are measured")
    parser.add_argument("--keep", action="store_true", help="write the figures down")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
