"""The command: what it says when it cannot go on."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command


def test_missing_articles_are_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"The articles .*knowledge\.json cannot be read"):
        call_command("train_embedder", data=tmp_path, out=tmp_path / "model")
    assert not list(tmp_path.iterdir())


def test_missing_questions_are_named(data: Path) -> None:
    (data / "dev.jsonl").unlink()
    with pytest.raises(CommandError, match=r"The questions .*dev\.jsonl cannot be read"):
        call_command("train_embedder", data=data, evaluate="onnx")


def test_an_unknown_embedder_is_refused(data: Path) -> None:
    with pytest.raises(CommandError, match='GUESTCHAT_EMBEDDER is "onyx"'):
        call_command("train_embedder", data=data, evaluate="onyx")


def test_no_steps_are_refused(data: Path) -> None:
    with pytest.raises(CommandError, match="--steps must be at least 1"):
        call_command("train_embedder", data=data, steps=0)


@pytest.mark.parametrize("share", ["guests", "topics", "share"])
def test_more_than_all_of_a_batch_is_refused(data: Path, share: str) -> None:
    with pytest.raises(CommandError, match=f"--{share} is a share, from 0 to 1"):
        call_command("train_embedder", data=data, **{share: 1.5})


@pytest.mark.parametrize("rate", [0, 1, -0.1])
def test_a_learning_rate_that_teaches_nothing_is_refused(data: Path, rate: float) -> None:
    with pytest.raises(CommandError, match="--learning-rate must lie between 0 and 1"):
        call_command("train_embedder", data=data, learning_rate=rate)
