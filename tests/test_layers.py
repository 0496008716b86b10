"""Imports run one way: config -> guest, staff -> turns -> understanding, retrieval, answering -> menus."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ABOVE_TURNS = ("config", "guestchat.guest", "guestchat.staff")
# What each part must not import. A part that is not here is free to import anything.
FORBIDDEN: dict[str, tuple[str, ...]] = {
    "menus": ("config", "guestchat"),
    "guestchat.words": ("config", "guestchat", "menus.models"),
    "guestchat.understanding": (
        "config",
        "django.db",
        "menus.models",
        "guestchat.models",
        "guestchat.catalogue",
        "guestchat.turns",
        "guestchat.retrieval",
        "guestchat.answering",
        "guestchat.guest",
        "guestchat.staff",
    ),
    "guestchat.catalogue": (*ABOVE_TURNS, "guestchat.turns", "guestchat.retrieval", "guestchat.answering"),
    "guestchat.retrieval": (*ABOVE_TURNS, "guestchat.turns", "guestchat.answering", "guestchat.understanding.parse"),
    "guestchat.answering": (*ABOVE_TURNS, "guestchat.turns"),
    "guestchat.turns": ABOVE_TURNS,
    "guestchat.pipeline": (*ABOVE_TURNS, "guestchat.turns"),
    "guestchat.answerers": (*ABOVE_TURNS, "guestchat.turns", "guestchat.pipeline", "guestchat.answering"),
    "guestchat.models": (*ABOVE_TURNS, "guestchat.turns"),
    "guestchat.guest": ("config", "guestchat.staff"),
    "guestchat.staff": ("config", "guestchat.guest"),
    "config.embedded_postgres": ("menus", "guestchat"),
    "config.environment": ("menus", "guestchat"),
}


def modules_of(part: str) -> list[Path]:
    path = ROOT.joinpath(*part.split("."))
    found = sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
    return [file for file in found if "migrations" not in file.parts]


def imports_of(file: Path) -> set[str]:
    """Return the full names that a module imports, wherever in it, relative ones resolved."""
    package = list(file.relative_to(ROOT).parts[:-1])
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            names.update(f"{origin}.{alias.name}" for alias in node.names)
    return names


def within(name: str, part: str) -> bool:
    return name == part or name.startswith(f"{part}.")


@pytest.mark.parametrize("part", FORBIDDEN)
def test_imports_run_one_way(part: str) -> None:
    files = modules_of(part)
    assert files
    against = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in files
        for name in sorted(imports_of(file))
        for forbidden in FORBIDDEN[part]
        if within(name, forbidden)
    ]
    assert against == []


def test_glosses_reach_models_and_their_ranking_alone() -> None:
    """What is told a guest, and every statement about allergens, is read from texts as they were written."""
    served = [file for part in ("menus", "guestchat") for file in modules_of(part) if "training" not in file.parts]
    glossing = [
        ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for file in served
        if any(within(name, "guestchat.understanding.glossing") for name in imports_of(file))
    ]
    assert glossing == [
        "guestchat.answering.disagreement",
        "guestchat.answering.ranking",
        "guestchat.answering.scene",
        "guestchat.compiling",
        "guestchat.gaps",
        "guestchat.management.warming",
        "guestchat.retrieval.passages",
        "guestchat.understanding.language",  # asks which language knows a word, and for no gloss
        "guestchat.understanding.lexicon",
    ]
    reading = [
        ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for file in served
        if re.search(r"\bscene\.(read|asked)\(", file.read_text("utf-8"))
    ]
    assert reading == [
        "guestchat.answering.articles",
        "guestchat.answering.deciding",
        "guestchat.answering.ranking",
        "guestchat.answering.wanting",
        "guestchat.pipeline",
    ]


def test_relative_imports_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    (tmp_path / "menus").mkdir()
    file = tmp_path / "menus" / "sly.py"
    file.write_text(
        "def late():\n    from . import models\n    from .hours import opening\n    import guestchat.turns\n"
    )
    assert imports_of(file) == {"menus.models", "menus.hours.opening", "guestchat.turns"}


def test_serving_needs_no_training_packages() -> None:
    """What trains and compares models is imported by name where it is used, never at the top of a module."""
    heavy = ("torch", "sentence_transformers", "onnx", "transformers")
    served = [file for part in ("config", "menus", "guestchat") for file in modules_of(part)]
    assert [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in served
        if "training" not in file.parts
        for name in imports_of(file)
        if name.split(".")[0] in heavy
    ] == []
