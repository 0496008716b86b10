"""Owns the scenarios by name and one run of one: cold starts, load, what the database kept, the pipeline's stages."""

import collections
import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import psutil

from benchmarks import machine, server
from benchmarks.figures import spread
from benchmarks.guests import MOST_ASKED_PER_GUEST_S, Plan
from benchmarks.questions import talk

COLD_STARTS = 3
STAGES = ("understand", "embed", "search", "compose", "total")

_SAMPLE_EVERY_S = 0.5
_REST_S = 2.0
_STAGE_QUESTIONS = 600
# The first questions of a process load the model and fill what is kept by hotel.
_STAGE_WARM_UP = 60
_CLIENT_WITHIN_S = 300.0


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """How many guests ask how much. `rate`: questions per second of all guests together."""

    name: str
    guests: int
    rate: float
    seconds: float
    warm_up_s: float = 10.0
    spacing: str = "poisson"

    def refuse_the_impossible(self) -> None:
        """Raise BenchError where the guests would have to ask more than the product lets them, or for too long."""
        if not 1 <= self.guests <= 10_000 or not 0 < self.rate <= 2_000 or not 1 <= self.seconds <= 600:
            raise server.BenchError("guests: 1 to 10,000; rate: up to 2,000 a second; seconds: 1 to 600.")
        most = self.guests * MOST_ASKED_PER_GUEST_S * 0.8
        if self.rate > most:
            raise server.BenchError(
                f"{self.guests} guests may ask {most:g} questions a second at most, not {self.rate:g}."
            )


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(name="hotel", guests=100, rate=20, seconds=60),
        Scenario(name="full", guests=500, rate=100, seconds=60),
        Scenario(name="resort", guests=2_000, rate=150, seconds=60),
        Scenario(name="crowd", guests=5_000, rate=100, seconds=60),
        Scenario(name="flood", guests=5_000, rate=200, seconds=60),
        Scenario(name="city", guests=10_000, rate=100, seconds=60),
        Scenario(name="quick", guests=20, rate=5, seconds=10, warm_up_s=3),
    )
}


def run(scenario: Scenario) -> dict[str, Any]:
    """Run a scenario on a fresh installation; return all figures, times in ms, memory in MB."""
    scenario.refuse_the_impossible()
    about = machine.describe(server.ROOT)
    size, distributions = machine.installed_mb(server.ROOT / "requirements.txt")
    print("Preparing a database with the demo hotel …", file=sys.stderr)
    with server.fresh_house() as house:
        codes = house.codes()
        print(f"{COLD_STARTS} cold starts …", file=sys.stderr)
        colds = [server.start_cold(house, codes[0]) for _ in range(COLD_STARTS)]
        loaded = load(scenario, house, codes)
        print("The pipeline's stages …", file=sys.stderr)
        stages = _stages(house)
    return {
        "scenario": asdict(scenario),
        "machine": about,
        "installed_mb": size,
        "installed_distributions": distributions,
        "cold_start": {
            "runs": colds,
            "first_page_s": statistics.median(cold["first_page_s"] for cold in colds),
            "first_answer_s": statistics.median(cold["first_answer_s"] for cold in colds),
        },
        **loaded,
        "stages_ms": stages,
    }


def load(scenario: Scenario, house: server.Installed, codes: Sequence[str]) -> dict[str, Any]:
    """Let guests ask a started installation; return the figures of the load, times in ms, memory in MB."""
    plan = Plan(
        port=house.port,
        codes=codes,
        guests=scenario.guests,
        rate=scenario.rate,
        warm_up_s=scenario.warm_up_s,
        seconds=scenario.seconds,
        spacing=scenario.spacing,
    )
    print(f"{scenario.guests} guests, {scenario.rate:g} questions/s, {scenario.seconds:g} s …", file=sys.stderr)
    with house.serving() as process:
        server.await_first_answer(house, codes[0])
        time.sleep(_REST_S)
        at_start = server.memory_mb(server.with_children(process))
        seen, usage = _watch(plan, house, process)
        time.sleep(_REST_S)
        at_end = server.memory_mb(server.with_children(process))
    measured = [each for each in seen["asked"] if each["measured"]]
    questions = max(1, len(measured))
    return {
        **_latencies(measured),
        "errors": seen["errors"],
        "errors_logged": house.errors_logged(),
        "outcomes": dict(collections.Counter(each["outcome"] for each in measured if each["outcome"])),
        "unanswered": sum(each["finished"] is None for each in seen["asked"]),
        "verified": seen["verified"],
        "lacking": seen["lacking"],
        "rss_mb": {"start": round(at_start, 1), "most": round(usage["most_mb"], 1), "end": round(at_end, 1)},
        "web_rss_mb": round(usage["web_mb"], 1),
        "postgres_mb": usage["postgres_mb"],
        "server_cpu_ms_per_question": round(usage["server_cpu_s"] * 1000 / questions, 2),
        "postgres_cpu_ms_per_question": round(usage["postgres_cpu_s"] * 1000 / questions, 2),
    }


def _watch(plan: Plan, house: server.Installed, process: psutil.Process) -> tuple[dict[str, Any], dict[str, Any]]:
    """Let the guests ask from a process of their own, and look at the server meanwhile; only at the measured part."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.guests"],
        cwd=server.ROOT,
        stdin=subprocess.PIPE,
        stdout=(house.directory / "guests.json").open("w"),
        stderr=subprocess.PIPE,
        text=True,
    ) as client:
        assert client.stdin is not None
        assert client.stderr is not None
        try:
            json.dump(asdict(plan), client.stdin)
            client.stdin.close()
            said = client.stderr.readline()
            if said.strip() != "ready":
                raise server.BenchError(f"The guests did not get in:\n{said}{client.stderr.read()}")
            time.sleep(plan.warm_up_s)
            usage = _usage(plan.seconds, house, process)
            client.wait(_CLIENT_WITHIN_S)
            if client.returncode:
                raise server.BenchError(f"The guests failed:\n{client.stderr.read()}")
        finally:
            if client.poll() is None:
                client.kill()
    return json.loads((house.directory / "guests.json").read_text("utf-8")), usage


def _usage(seconds: float, house: server.Installed, process: psutil.Process) -> dict[str, Any]:
    database = house.database()
    ours = server.with_children(process)
    before = server.processor_s(ours), server.processor_s(database)
    deadline = time.monotonic() + seconds
    most = most_web = 0.0
    while time.monotonic() < deadline:
        most, most_web = max(most, server.memory_mb(ours)), max(most_web, server.memory_mb([process]))
        time.sleep(min(_SAMPLE_EVERY_S, max(0.0, deadline - time.monotonic())))
    after = server.processor_s(ours), server.processor_s(database)
    shared = server.shared_memory_mb(house.database())
    return {
        "most_mb": most,
        "web_mb": most_web,
        "server_cpu_s": after[0] - before[0],
        "postgres_cpu_s": after[1] - before[1],
        "postgres_mb": None if shared is None else round(shared, 1),
    }


def _latencies(measured: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the spreads of the times from the moment a question was due, in ms."""

    def since_due(name: str) -> dict[str, float] | None:
        found = spread([(each[name] - each["due"]) * 1000 for each in measured if each[name] is not None])
        return found.as_json() if found else None

    return {
        "questions": len(measured),
        "acknowledged_ms": since_due("acknowledged"),
        "first_piece_ms": since_due("first_piece"),
        "finished_ms": since_due("finished"),
        "client_late_ms": since_due("sent"),
    }


def _stages(house: server.House) -> dict[str, Any]:
    """Return the spreads of the pipeline's stages over reworded questions, asked alone, in ms."""
    texts = talk(random.Random(2))
    questions = [{"text": next(texts)} for _ in range(_STAGE_WARM_UP + _STAGE_QUESTIONS)]
    answers = house.ask(questions)[_STAGE_WARM_UP:]
    failed = [answer["error"] for answer in answers if "error" in answer]
    if failed:  # its timings are zeros, which would be taken for speed
        raise server.BenchError(f"{len(failed)} of {len(answers)} questions failed: {failed[0]}")
    return {
        stage: found.as_json()
        for stage in STAGES
        if (found := spread([answer["timings_ms"][stage] for answer in answers])) is not None
    }
