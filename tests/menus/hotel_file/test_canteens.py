"""Real menus of 400 dishes, where they lie beside the project: an optional evaluation, not a part of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from menus import hotel_file

CANTEENS = Path(settings.BASE_DIR).parent / "shared" / "data" / "canteens"
FILES = sorted(CANTEENS.glob("*.json"))

pytestmark = pytest.mark.skipif(not FILES, reason="../shared/data/canteens is not there")


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_what_is_read_is_written_the_same(path: Path) -> None:
    document = path.read_bytes()
    assert hotel_file.dump(hotel_file.read(document)) == json.loads(document)


@pytest.mark.django_db
@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_canteen_comes_back_the_same(path: Path, run: Any) -> None:
    assert run("import_hotel", str(path), "--json").json["created"] == 405
    again = run("import_hotel", str(path), "--json").json
    assert (again["updated"], again["embedded"], again["unchanged"]) == (0, 0, 405)
    assert run("export_hotel", path.stem).json == json.loads(path.read_bytes())
