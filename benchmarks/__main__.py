"""Owns the command: choose a scenario, run it, print the table, keep the results."""

import argparse
import sys
from dataclasses import replace

from benchmarks import report, scenarios
from benchmarks.server import ROOT, BenchError

RESULTS = ROOT / "benchmarks" / "results.json"
DOCUMENT = ROOT / "docs" / "performance.md"


def main() -> int:
    """Run one scenario; return 1 where an acknowledged question lacks its answer, 2 where it could not be run."""
    options = _options()
    named = scenarios.SCENARIOS[options.scenario]
    given = {name: value for name in ("guests", "rate", "seconds", "spacing") if (value := getattr(options, name))}
    scenario = replace(named, **given)
    try:
        run = scenarios.run(scenario)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    print(report.tables([run]))
    if scenario == named and not options.no_write:
        _keep(run)
    else:
        print("Not kept: only unchanged scenarios are.", file=sys.stderr)
    for fault in run["lacking"][:20]:
        print(f"bench: {fault}", file=sys.stderr)
    return 1 if run["lacking"] else 0


def _keep(run: dict[str, object]) -> None:
    scenario = run["scenario"]
    assert isinstance(scenario, dict)
    runs = {**report.read_results(RESULTS), scenario["name"]: run}
    report.write_results(RESULTS, runs)
    shown = [runs[name] for name in scenarios.SCENARIOS if name in runs and name != "quick"]
    if shown:
        document = report.rewrite_block(DOCUMENT.read_text("utf-8"), report.tables(shown))
        DOCUMENT.write_text(document, "utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=scenarios.__doc__)
    parser.add_argument("--scenario", choices=scenarios.SCENARIOS, default="hotel")
    parser.add_argument("--guests", type=int, help="sockets held at once")
    parser.add_argument("--rate", type=float, help="questions per second of all guests together")
    parser.add_argument("--seconds", type=float, help="how long it is measured, after the warm-up")
    parser.add_argument("--spacing", choices=("poisson", "even"), help="how the questions are spread in time")
    parser.add_argument("--no-write", action="store_true", help="print only; leave results.json and the document")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
