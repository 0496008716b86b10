"""Owns what the figures depend on besides the product: the machine, the versions, the size of what is installed."""

import datetime as dt
import importlib.metadata
import os
import platform
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
from packaging.requirements import Requirement

_NAMED = (
    "django",
    "channels",
    "uvicorn",
    "uvloop",
    "daphne",
    "psycopg",
    "pgvector",
    "onnxruntime",
    "tokenizers",
    "numpy",
)


def describe(root: Path) -> dict[str, Any]:
    """Return the date, the commit and the machine; the load tells whether others were at work."""
    return {
        "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "commit": _commit(root),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "processor": _processor(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: importlib.metadata.version(name) for name in _NAMED},
        "load_before": round(os.getloadavg()[0], 2),
    }


def _commit(root: Path) -> str | None:
    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments], cwd=root, capture_output=True, text=True, check=True, timeout=20
        ).stdout.strip()

    try:
        # What the bench itself writes does not make the product another one.
        changed = git("status", "--porcelain", "--", ".", ":!benchmarks/results.json", ":!docs/performance.md")
        return git("rev-parse", "--short", "HEAD") + (" with changes" if changed else "")
    except (OSError, subprocess.SubprocessError):
        return None


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text("utf-8"), re.MULTILINE)
    except OSError:
        found = None
    return found.group(1).strip() if found else platform.processor() or platform.machine()


def installed_mb(requirements: Path) -> tuple[float, int]:
    """Return the size of what a requirements file brings, in MB, and the number of its distributions.

    Counted are the files of those distributions and of all that they require, as they lie in this environment;
    not pip, not what development adds, and no bytecode, which Python writes later.
    """
    wanted = [Requirement(line) for line in _lines(requirements)]
    found: dict[str, importlib.metadata.Distribution] = {}
    seen: set[tuple[str, str]] = set()
    while wanted:
        requirement = wanted.pop()
        try:
            distribution = importlib.metadata.distribution(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            continue  # for another platform
        name = _normal(requirement.name)
        found[name] = distribution
        for extra in ("", *requirement.extras):
            if (name, extra) not in seen:
                seen.add((name, extra))
                wanted += _required(distribution, extra)
    return round(sum(map(_bytes, found.values())) / 1e6, 1), len(found)


def _lines(requirements: Path) -> Iterator[str]:
    for line in requirements.read_text("utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if text and not text.startswith("-"):
            yield text


def _required(distribution: importlib.metadata.Distribution, extra: str) -> Iterator[Requirement]:
    for line in distribution.requires or ():
        requirement = Requirement(line)
        if requirement.marker is None:
            if not extra:
                yield requirement
        elif requirement.marker.evaluate({"extra": extra}):
            yield requirement


def _bytes(distribution: importlib.metadata.Distribution) -> int:
    total = 0
    for file in distribution.files or ():
        path = Path(str(file.locate()))
        if path.suffix != ".pyc" and path.is_file():
            total += path.stat().st_size
    return total


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
