"""Owns the command: multiply hotels and passages in a fresh installation, time searches and edits, keep the figures."""

import argparse
import json
import signal
import sys
from collections.abc import Mapping
from typing import Any

from benchmarks import machine, server
from benchmarks.report import rewrite_block

RESULTS = server.ROOT / "benchmarks" / "grow" / "results.json"
DOCUMENT = server.ROOT / "docs" / "scale.md"
FORMAT = "guestchat-grow/1"
_WITHIN_S = 7_200


def main() -> int:
    """Return 2 where it could not be measured."""
    options = _options()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    about = machine.describe(server.ROOT)
    steps = [hotels for hotels in (1, 100, 1_000, 10_000) if hotels <= options.hotels]
    lengths = [length for length in (100, 500, 2_000, 10_000, 100_000) if length <= options.longest]
    code = f"from benchmarks.grow import rows; rows.measure({steps}, {options.passages}, {lengths})"
    try:
        with server.fresh_house() as house:
            run = json.loads(house.manage("shell", "-v", "0", "-c", code, within_s=_WITHIN_S).splitlines()[-1])
    except server.BenchError as error:
        print(f"grow: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    run["machine"] = about
    print(report(run))
    if options.keep:
        RESULTS.write_text(json.dumps({"format": FORMAT, "run": run}, ensure_ascii=False, indent=1) + "\n", "utf-8")
        DOCUMENT.write_text(rewrite_block(DOCUMENT.read_text("utf-8"), report(run), "grow"), "utf-8")
    return 0


def report(run: Mapping[str, Any]) -> str:
    """Return a run as Markdown."""
    about = run["machine"]
    lines = [
        f"{about['date'][:10]}, commit {about['commit'] or 'unknown'}, {about['cores']} cores ({about['processor']}),"
        f" {about['memory_gb']} GB, load before the run {about['load_before']:g}.",
        "",
        f"**More hotels**, each with {run['passages_a_hotel']} passages:",
        "",
        "| hotels | passages | search P50, ms | P99 | recall | a price changed, P50, ms | P90 | a text changed, P50, ms"
        " | table, MB | its indexes, MB |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {each['hotels']:,} | {each['hotels'] * run['passages_a_hotel']:,} | {each['search_ms']['p50']:.1f} |"
        f" {each['search_ms']['p99']:.1f} | {each['recall']:.3f} | {each['edit_ms']['price']['p50']:.1f} |"
        f" {each['edit_ms']['price']['p90']:.1f} | {each['edit_ms']['text']['p50']:.1f} | {each['table_mb']:,.0f} |"
        f" {each['indexes_mb']:,.0f} |"
        for each in run["hotels"]
    ]
    lines += [
        "",
        "**One long menu**, by the exact scan and by an HNSW index of that hotel alone with an iterative scan:",
        "",
        "| passages | exact P50, ms | P99 | index P50, ms | P99 | its recall of ten | its size, MB | built in, s |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {each['passages']:,} | {each['exact_ms']['p50']:.1f} | {each['exact_ms']['p99']:.1f} |"
        f" {each['index_ms']['p50']:.1f} | {each['index_ms']['p99']:.1f} | {each['index_recall']:.3f} |"
        f" {each['index_mb']:,.1f} | {each['index_built_s']:.1f} |"
        for each in run["lengths"]
    ]
    return "\n".join(lines)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grow", description=__doc__)
    parser.add_argument("--hotels", type=int, default=10_000, help="up to so many")
    parser.add_argument("--passages", type=int, default=500, help="of each of them")
    parser.add_argument("--longest", type=int, default=100_000, help="passages of one long menu, up to so many")
    parser.add_argument("--keep", action="store_true", help="write the figures down in docs/scale.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
