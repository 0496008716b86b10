"""The command that trains the judge, and the way through: steps, export, and what serving loads of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from guestchat.retrieval.embedder import load_vocabulary
from guestchat.retrieval.judge import JUDGE_DIR, Judge
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


@pytest.mark.parametrize("rate", [0, 1, -0.1])
def test_a_learning_rate_that_teaches_nothing_is_refused(data: Path, tmp_path: Path, rate: float) -> None:
    with pytest.raises(CommandError, match="--learning-rate must lie between 0 and 1"):
        call_command("train_judge", data=data, learning_rate=rate, work=tmp_path)


def test_a_group_before_the_first_is_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--since is the number of a group"):
        call_command("train_judge", data=data, since=-1, work=tmp_path)


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
    card = judging.export(judge, out, groups=1)
    assert sorted(path.name for path in out.iterdir()) == ["model.json", "model.onnx"]
    assert card["bytes"] == (out / "model.onnx").stat().st_size
    pairs = [(case.question, article) for case in CASES for article in case.articles]
    trained = judging.weigh(judge, load_vocabulary(), pairs)
    served = [Judge(out).weigh(*pair) for pair in pairs]
    assert np.allclose(trained, served, atol=0.1)


@needs_torch
@quiet
def test_an_exported_judge_can_be_trained_on(tmp_path: Path) -> None:
    judge = _train(CASES, tmp_path / "work")
    judging.export(judge, tmp_path / "model", groups=1)
    again = judging.reopen(load_base(), tmp_path / "model")
    pairs = [(case.question, article) for case in CASES for article in case.articles]
    first, second = (judging.weigh(each, load_vocabulary(), pairs) for each in (judge, again))
    assert np.allclose(first, second, atol=0.1)


def test_a_judge_says_how_many_groups_it_has_seen(tmp_path: Path) -> None:
    assert judging.groups_seen(JUDGE_DIR) >= 288
    for content in ("no json", "{}"):
        (tmp_path / "model.json").write_text(content, encoding="utf-8")
        with pytest.raises(TrainingError, match="does not say what it was trained on"):
            judging.groups_seen(tmp_path)


def test_a_folder_without_a_judge_is_told_before_any_work(data: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="does not say what it was trained on"):
        call_command("train_judge", data=data, from_judge=tmp_path, work=tmp_path / "work")


def test_more_than_all_of_it_is_not_seen_again(data: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--again is a share"):
        call_command("train_judge", data=data, again=1.5, work=tmp_path)


@needs_torch
@quiet
@pytest.mark.parametrize("content", [None, b"no graph"])
def test_what_is_no_judge_is_not_trained_on(tmp_path: Path, content: bytes | None) -> None:
    if content:
        (tmp_path / "model.onnx").write_bytes(content)
    with pytest.raises(TrainingError, match="cannot be read"):
        judging.reopen(load_base(), tmp_path)
