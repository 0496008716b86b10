"""The command that trains the judge, and the way through: steps, export, and what serving loads of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from guestchat.retrieval.embedder import load_vocabulary
from guestchat.retrieval.judge import Judge
from guestchat.training import judging, training
from guestchat.training.judging import JudgeRecipe
from guestchat.training.pairs import Case
from guestchat.training.training import TrainingError, load_base
from tests.guestchat.training.test_training import needs_torch, quiet

CASES = [
    Case(question="how warm is the pool", right="The pool It has 29 degrees.", wrong=("Parking It costs 18 euros.",)),
    Case(question="how deep is it", right="", wrong=("The pool It has 29 degrees.", "Parking It costs 18 euros.")),
    Case(question="what is the garage", right="Parking It costs 18 euros.", wrong=()),
]


def test_missing_articles_are_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"The articles .*knowledge\.json cannot be read"):
        call_command("train_judge", data=tmp_path, out=tmp_path / "model", work=tmp_path / "work")


def test_no_steps_are_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--steps must be at least 1"):
        call_command("train_judge", data=data, steps=0, work=tmp_path)


def _train(cases: Sequence[Case], work: Path, steps: int = 2) -> Any:
    judge = judging.make(load_base())
    work.mkdir(exist_ok=True)
    judging.train(judge, load_vocabulary(), cases, JudgeRecipe(steps=steps, batch=2), work, report=len)
    return judge


@needs_torch
@quiet
def test_too_few_cases_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="1 cases are fewer than one batch of 2"):
        _train(CASES[:1], tmp_path)


@needs_torch
@quiet
def test_a_checkpoint_of_another_recipe_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "CHECKPOINT_EVERY", 1)
    _train(CASES, tmp_path)
    with pytest.raises(TrainingError, match=r"checkpoint\.pt is of another recipe"):
        _train(CASES, tmp_path, steps=3)


@needs_torch
@quiet
def test_what_is_exported_weighs_as_what_was_trained(tmp_path: Path) -> None:
    judge = _train(CASES, tmp_path / "work")
    out = tmp_path / "model"
    card = judging.export(judge, out)
    assert sorted(path.name for path in out.iterdir()) == ["model.json", "model.onnx"]
    assert card["bytes"] == (out / "model.onnx").stat().st_size
    pairs = [(case.question, article) for case in CASES for article in case.articles]
    trained = judging.weigh(judge, load_vocabulary(), pairs)
    served = [Judge(out).weigh(*pair) for pair in pairs]
    assert np.allclose(trained, served, atol=0.1)
