"""What a language's files become is kept beside them, and is never of other files, or half of one."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from guestchat.understanding.vocabulary import compiled as module
from guestchat.understanding.vocabulary.compiled import tables_of


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the files, with nothing kept beside them."""
    for part in (".", "topics"):
        (tmp_path / part).mkdir(exist_ok=True)
        for file in (module.FOLDER / part).glob("*.toml"):
            shutil.copy(file, tmp_path / part)
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    return tmp_path


def kept(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".toml")


def forbid_making(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any) -> Any:
        raise AssertionError("made anew")

    monkeypatch.setattr(module, "_made", refuse)


def test_what_was_kept_is_what_was_made(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = tables_of("de", keep=True)
    assert len(kept(folder)) == 1
    forbid_making(monkeypatch)
    assert tables_of("de") == made


def test_nothing_is_kept_where_python_keeps_nothing(folder: Path) -> None:
    assert tables_of("de", keep=False)["common"]
    assert kept(folder) == []


def test_an_edit_is_known_at_the_next_start(folder: Path) -> None:
    tables_of("en", keep=True)
    file = folder / "en.toml"
    file.write_text(file.read_text("utf-8").replace("common = [", 'common = [\n    "zwieback",', 1), "utf-8")
    assert "zwieback" in tables_of("en", keep=True)["common"]
    assert len(kept(folder)) == 1


@pytest.mark.parametrize("damage", [b"", b"\x00" * 100, None])
def test_a_damaged_file_is_made_anew(folder: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes | None) -> None:
    made = tables_of("fr", keep=True)
    [file] = kept(folder)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    assert tables_of("fr", keep=True) == made
    forbid_making(monkeypatch)
    assert tables_of("fr") == made


def test_a_folder_that_nobody_may_write_to_is_no_trouble(folder: Path) -> None:
    (folder / "__pycache__").write_text("in the way")
    assert tables_of("es", keep=True)["common"]
