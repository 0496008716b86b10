"""Owns what the trials leave behind: the tables, and the marked blocks of docs/delivery.md."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.figures import slope_per_10_min

PROMISES = ("lost", "doubled", "out of order", "not answered once", "shown otherwise", "contradicted")
PATIENCE = "not arrived in time"


def totals(run: Mapping[str, Any]) -> dict[str, int]:
    """Return the sums over all faults."""
    tallies = run["faults"].values()
    names = ("runs", "hits", "acknowledged", "answers", "reconnects")
    return {
        **{name: sum(tally[name] for tally in tallies) for name in names},
        **{name: sum(tally["broken"].get(name, 0) for tally in tallies) for name in (*PROMISES, PATIENCE)},
    }


def chaos(run: Mapping[str, Any]) -> str:
    """Return a series of trials as Markdown."""
    sums = totals(run)
    broken = ", ".join(f"{sums[name]:,} {name}" for name in (*PROMISES, PATIENCE))
    rows = [
        f"| {name} | {tally['runs']} | {tally['hits']:,} | {tally['acknowledged']:,} | {tally['reconnects']:,} | "
        f"{tally['longest_s']:.1f} | {sum(tally['broken'].values())} |"
        for name, tally in run["faults"].items()
    ]
    return "\n".join(
        (
            f"{about(run['machine'])} Seed {run['seed']}, {run['minutes']:.0f} minutes.",
            "",
            f"**{len(run['faults'])} kinds of fault, {sums['runs']:,} runs, {sums['acknowledged']:,} acknowledged "
            f"messages, {sums['answers']:,} answers: {broken}.**",
            "",
            "| fault | runs | times it struck | acknowledged | reconnects | longest run, s | broken promises |",
            "|---|---:|---:|---:|---:|---:|---:|",
            *rows,
        )
    )


def comeback(run: Mapping[str, Any]) -> str:
    """Return a `kill -9` with many sockets as Markdown."""
    return "\n".join(
        (
            about(run["machine"]),
            "",
            "| what | figure |",
            "|---|---|",
            f"| sockets open when the server was killed | {run['sockets']:,} |",
            f"| server ready again after | {run['ready_s']:.1f} s |",
            f"| half, 99 %, all back and resumed after | {run['half_s']:.1f} s, {run['most_s']:.1f} s, "
            f"{run['all_s']:.1f} s |",
            f"| sockets that were not back after {run['within_s']:g} s | {run['missing']:,} |",
        )
    )


def soak(run: Mapping[str, Any]) -> str:
    """Return a soak as Markdown."""
    samples: Sequence[Mapping[str, Any]] = run["samples"]
    first, last = samples[0], samples[-1]
    later = samples[len(samples) // 2 :]
    rows = [
        f"| {label} | {first[name]:,.1f} | {max(each[name] for each in samples):,.1f} | {last[name]:,.1f} | "
        f"{run['after'][name]:,.1f} | {slope_per_10_min(samples, name):+.2f} | {slope_per_10_min(later, name):+.2f} |"
        for name, label in (
            ("rss_mb", "memory of the server, MB"),
            ("descriptors", "open descriptors"),
            ("tasks", "asyncio tasks"),
            ("threads", "threads"),
            ("redis_keys", "Redis keys"),
            ("redis_channels", "Redis channels listened to"),
            ("database_connections", "database connections"),
        )
    ]
    return "\n".join(
        (
            about(run["machine"]),
            "",
            f"{run['minutes']:g} minutes, {run['connects']:,} connects ({run['connects_per_s']:.0f}/s asked for "
            f"{run['rate']:g}/s), {run['failed_connects']:,} of them failed; {run['questions']:,} questions, "
            f"{run['unanswered']:,} not answered.",
            "",
            "| what | after warm-up | most | at the end | after the last guest left | slope, per 10 minutes"
            " | in the second half |",
            "|---|---:|---:|---:|---:|---:|---:|",
            *rows,
        )
    )


def about(machine: Mapping[str, Any]) -> str:
    """Return where and when a run was made."""
    return (
        f"{machine['date'][:10]}, commit {machine['commit'] or 'unknown'}, {machine['cores']} cores "
        f"({machine['processor']}), {machine['memory_gb']:g} GB, {machine['system']}, Python {machine['python']}. "
        f"Load of the machine before the run: {machine['load_before']:g}."
    )
