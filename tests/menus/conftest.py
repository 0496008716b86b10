"""Owns what tests of the hotel's content share: one small valid hotel file and the real commands to run on it."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.dispatch import Signal

from menus import content, hotel_file, signals
from menus.models import Hotel

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)


Run = Callable[..., Ran]
Import = Callable[..., Ran]
Snapshot = Callable[[], Any]


@pytest.fixture
def document() -> Json:
    """A fresh copy of a valid hotel file that uses every part of the format, in canonical form."""
    base: Json = json.loads((Path(__file__).parent / "base_hotel.json").read_text())
    return base


@pytest.fixture
def without_search(monkeypatch: pytest.MonkeyPatch) -> Signal:
    """Cut the content off from the passages, for exact counts of statements and embeddings; return the signal."""
    alone = Signal()
    monkeypatch.setattr(signals, "hotel_replaced", alone)
    return alone


@pytest.fixture
def run() -> Run:
    """Run a command as the command line does, and return its exit status and what it printed."""

    def run(*arguments: str) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        status = 0
        try:
            call_command(*arguments, stdout=out, stderr=err)
        except SystemExit as leaving:
            status = int(leaving.code or 0)
        return Ran(status=status, out=out.getvalue(), err=err.getvalue())

    return run


@pytest.fixture
def import_file(run: Run, tmp_path: Path) -> Import:
    """Import a document, or bytes as they are, through the command."""

    def import_file(document: Json | bytes, *flags: str) -> Ran:
        path = tmp_path / "hotel.json"
        path.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())
        return run("import_hotel", str(path), *flags)

    return import_file


@pytest.fixture
def snapshot(db: None) -> Snapshot:
    """Return a function that tells all hotels but the demo: content, versions and the codes of places."""

    def snapshot() -> Any:
        found = []
        for hotel in Hotel.objects.exclude(slug="lindenhof").order_by("slug"):
            loaded = content.load(hotel.pk)
            assert loaded is not None
            codes = dict(hotel.places.values_list("key", "code"))
            found.append((hotel_file.dump(loaded), loaded.version, codes))
        return found

    return snapshot
