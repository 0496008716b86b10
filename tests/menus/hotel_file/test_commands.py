"""The commands as people and scripts see them."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.db import DatabaseError
from django.dispatch import Signal

from menus import hotel_file, models
from menus.hotel_file import applying

pytestmark = pytest.mark.django_db


def test_import_tells_what_it_did(document: Any, import_file: Any, without_search: Signal) -> None:
    document["venues"][0]["menus"][0]["sections"][0]["items"][0]["allergens"]["milk"] = "contains"
    ran = import_file(document)
    assert ran.out.splitlines() == [
        "Hotel Seeblick (seeblick)",
        "  hotel    1 created, 0 updated, 0 removed, 0 unchanged",
        "  venues   2 created, 0 updated, 0 removed, 0 unchanged",
        "  menus    2 created, 0 updated, 0 removed, 0 unchanged",
        "  items    3 created, 0 updated, 0 removed, 0 unchanged",
        "  options  2 created, 0 updated, 0 removed, 0 unchanged",
        "  articles 2 created, 0 updated, 0 removed, 0 unchanged",
        "  places   2 created, 0 updated, 0 removed, 0 unchanged",
        "  total    14 created, 0 updated, 0 removed, 0 unchanged",
        "0 passages embedded.",
    ]
    assert ran.err.startswith("warning: /venues/0/menus/0/sections/0/items/0: 'soup' is declared vegan, yet contains")


def test_warnings_are_in_the_json(document: Any, import_file: Any) -> None:
    document["venues"][0]["menus"][0]["sections"][0]["items"][0]["allergens"]["eggs"] = "contains"
    (warning,) = import_file(document, "--json").json["warnings"]
    assert warning["pointer"] == "/venues/0/menus/0/sections/0/items/0"
    assert "yet contains eggs" in warning["message"]


def test_a_dry_run_tells_everything_and_keeps_nothing(document: Any, import_file: Any, snapshot: Any) -> None:
    told = import_file(document, "--dry-run", "--json").json
    assert (told["created"], told["dry_run"]) == (14, True)
    assert snapshot() == []

    import_file(document)
    before = snapshot()
    document["hotel"]["name"] = "Seehof"
    document["venues"].pop()
    ran = import_file(document, "--dry-run")
    assert "  total    0 created, 1 updated, 1 removed, 12 unchanged\n" in ran.out
    assert ran.out.endswith("This was a dry run: nothing of it was kept.\n")
    assert snapshot() == before


def test_a_file_can_come_from_standard_input(document: Any, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(document).encode())))
    assert run("import_hotel", "-", "--json").json["created"] == 14


def test_what_the_database_refuses_is_a_sentence(
    document: Any, import_file: Any, snapshot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_file(document)
    before = snapshot()
    # A row that reading should have refused, as if a rule were missing there.
    monkeypatch.setattr(hotel_file.columns, "of_place", lambda place: {"key": place.key.upper(), "kind": "room"})
    ran = import_file(document, "--json")
    monkeypatch.undo()
    assert ran.status == 1
    (error,) = ran.json["errors"]
    assert error["pointer"] == ""
    assert error["message"].startswith("The database refused this file, nothing was changed: new row for relation")
    assert "\n" not in error["message"]
    assert snapshot() == before


def test_a_database_that_fails_is_a_sentence(document: Any, import_file: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: Any) -> None:
        raise DatabaseError("deadlock detected\nDETAIL: Process 1 waits")

    monkeypatch.setattr(applying, "apply", fail)
    ran = import_file(document)
    assert ran.status == 1
    assert ran.err == "(the file): The database refused this file, nothing was changed: deadlock detected.\n"


def test_export_writes_the_file_that_was_imported(document: Any, import_file: Any, run: Any) -> None:
    document["hotel"]["name"] = "Café Seeblick"
    import_file(document)
    ran = run("export_hotel", "seeblick")
    assert ran.status == 0
    assert "Café" in ran.out
    assert ran.json == document
    assert ran.out.startswith('{\n "format": "guestchat-hotel/1",\n "hotel": {\n  "slug": "seeblick",')


def test_export_shows_a_price_that_its_currency_cannot_have(document: Any, import_file: Any, run: Any) -> None:
    import_file(document)
    models.MenuItem.objects.filter(key="char").update(price="24.125")
    exported = run("export_hotel", "seeblick").json
    assert exported["venues"][0]["menus"][0]["sections"][1]["items"][0]["price"] == "24.125"
    assert import_file(exported).status == 1


@pytest.mark.parametrize("command", ["export_hotel", "places"])
def test_an_unknown_hotel_is_a_sentence(command: str, run: Any) -> None:
    ran = run(command, "nowhere")
    assert (ran.status, ran.out, ran.err) == (1, "", "There is no hotel with the slug 'nowhere'.\n")


def test_places_lists_the_links_behind_the_codes(document: Any, import_file: Any, run: Any, settings: Any) -> None:
    settings.GUESTCHAT_BASE_URL = "https://chat.seeblick.example"
    import_file(document)
    room, table = models.Place.objects.filter(hotel__slug="seeblick")
    assert run("places", "seeblick", "--json").json == [
        {"key": "room-12", "kind": "room", "label": "12", "url": f"https://chat.seeblick.example/q/{room.code}/"},
        {"key": "table-1", "kind": "table", "label": "1", "url": f"https://chat.seeblick.example/q/{table.code}/"},
    ]
    assert run("places", "seeblick").out.splitlines() == [
        f"room-12  room   12  https://chat.seeblick.example/q/{room.code}/",
        f"table-1  table  1   https://chat.seeblick.example/q/{table.code}/",
    ]


def test_revoked_places_are_left_out(document: Any, import_file: Any, run: Any) -> None:
    import_file(document)
    models.Place.objects.update(revoked_at="2026-11-01T00:00Z")
    assert run("places", "seeblick", "--json").json == []
    assert run("places", "seeblick").out == "\n"


def test_a_bad_file_ends_the_process_with_1_and_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "hotel.json"
    path.write_text('{"format": ')
    ran = subprocess.run(
        [sys.executable, "manage.py", "import_hotel", str(path)],
        cwd=project.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "This is not JSON" in ran.stderr
    assert "Traceback" not in ran.stderr
