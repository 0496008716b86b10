"""Owns tables that are made of files once and kept beside them, as Python keeps its bytecode; knows nothing of words.

Made anew, the words of four languages take half a second of each start; kept, a tenth of that.
"""

import contextlib
import hashlib
import importlib.util
import marshal
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

_DIGEST_BYTES = 32


def tables(
    source: Path,
    made_by: Sequence[Path],
    make: Callable[[], dict[str, Any]],
    *,
    keep: bool = not sys.dont_write_bytecode,
    version: str = "",
) -> dict[str, Any]:
    """Return what `make` makes of a source, plain values only; what lies beside it is used where it is of the same.

    `made_by` are the other files that decide what it becomes, the modules that make it among them, `version` what else
    does. `keep` writes it down where it is not yet.
    """
    told = hashlib.blake2b(version.encode(), digest_size=_DIGEST_BYTES)
    for each in (source, *made_by):
        content = each.read_bytes()
        told.update(f"{len(content)} ".encode() + content)
    file = _kept_in(source)
    kept = _read(file, told.digest()) if file else None
    if kept is None:
        kept = make()
        if file and keep:
            _write(file, told.digest(), kept)
    return kept


def _kept_in(source: Path) -> Path | None:
    """Return a file where Python would keep bytecode, and as that it differs by Python's version."""
    try:
        return Path(importlib.util.cache_from_source(str(source.with_suffix(".py")))).with_suffix(".tables")
    except NotImplementedError:
        return None  # a Python that keeps nothing


def _read(file: Path, told: bytes) -> dict[str, Any] | None:
    """Return what a file keeps; None where it is not there, is of other sources, or is damaged."""
    try:
        content = file.read_bytes()
    except OSError:
        return None
    head, found = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
    if head != _seal(told, found):
        return None
    return marshal.loads(found)  # type: ignore[no-any-return]


def _write(file: Path, told: bytes, made: dict[str, Any]) -> None:
    """Write the file in one step, so that nobody reads half of it; where nobody may write here, each start makes it."""
    content = marshal.dumps(made)
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        file.parent.mkdir(exist_ok=True)
        draft.write_bytes(_seal(told, content) + content)
        draft.replace(file)


def _seal(told: bytes, found: bytes) -> bytes:
    return hashlib.blake2b(found, key=told, digest_size=_DIGEST_BYTES).digest()
