"""Owns training and exporting the judge: a net over the encoder's lower layers that reads question and article at once.

Imports torch only when it is used. The same steps take minutes on a GPU and hours on two cores, where bfloat16 and
the order of sums differ: the models are alike, not the same.
"""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from guestchat.retrieval.judge import MAX_QUESTION_TOKENS
from guestchat.training.pairs import Case, noisy
from guestchat.training.training import TrainingError

LAYERS = 3
TRAINED_TOKENS = 96
"""More than serving reads: what is cut there was seen here, now and then."""
CHECKPOINT_EVERY = 200


@dataclass(frozen=True, kw_only=True)
class JudgeRecipe:
    """What decides the weights, beside the data and the model that it starts from."""

    epochs: int = 6
    batch: int = 64
    seed: int = 7
    learning_rate: float = 2e-4
    warmup: float = 0.08
    weight_decay: float = 0.01
    noise: float = 0.1
    noisy_share: float = 0.4
    right_weighs: float = 2.0
    ranking_weighs: float = 0.5


def make(base: Any) -> Any:
    """Return an untrained judge over the lower `LAYERS` of a sentence-transformers model that is a BERT."""
    torch: Any = import_module("torch")
    bert = base[0].auto_model
    bert.encoder.layer = bert.encoder.layer[:LAYERS]
    bert.config.num_hidden_layers = LAYERS
    width = bert.config.hidden_size

    class Judge(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.bert = bert
            self.dense = torch.nn.Linear(width, width)
            self.head = torch.nn.Linear(width, 1)
            self.dropout = torch.nn.Dropout(0.1)

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
            found = self.bert(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)
            tokens = found.last_hidden_state
            weights = attention_mask.unsqueeze(-1).to(tokens.dtype)
            mean = (tokens * weights).sum(1) / weights.sum(1)
            return self.head(self.dropout(torch.tanh(self.dense(mean)))).squeeze(-1)

    return Judge()


def train(
    judge: Any,
    tokenizer: Any,
    cases: Sequence[Case],
    recipe: JudgeRecipe,
    work: Path,
    *,
    steps: int | None = None,
    report: Callable[[str], object] = print,
) -> float:
    """Train in place and return the mean loss of the last steps; go on from a checkpoint in `work`.

    The loss is the cross-entropy of every pair, right ones weighing more, and of choosing the right article of a
    question's. `steps` ends it early. Raise `TrainingError` where the checkpoint is of another recipe.
    """
    torch = import_module("torch")
    device = "cuda" if torch.cuda.is_available() else "cpu"
    judge.to(device)
    total = recipe.epochs * (len(cases) // recipe.batch)
    if not total:
        raise TrainingError(f"{len(cases)} cases are fewer than one batch of {recipe.batch}.")
    matrices = [each for each in judge.parameters() if each.ndim > 1]
    vectors = [each for each in judge.parameters() if each.ndim < 2]
    groups = [{"params": matrices, "weight_decay": recipe.weight_decay}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=recipe.learning_rate)
    warmup = max(1, round(total * recipe.warmup))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warmup, max(0.0, (total - step) / max(1, total - warmup)))
    )
    checkpoint, mark = work / "judge.pt", json.dumps([asdict(recipe), len(cases)], sort_keys=True)
    first, losses = 0, []
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True, map_location=device)
        if state["recipe"] != mark:
            raise TrainingError(f"The checkpoint {checkpoint} is of another recipe; delete it or give another --out.")
        judge.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        schedule.load_state_dict(state["schedule"])
        first, losses = state["step"], state["losses"]
        report(f"Going on after step {first} of {total}.")
    judge.train()
    last = total if steps is None else min(total, steps)
    with tqdm(total=last, initial=first, desc="Training", unit="step", mininterval=2) as bar:
        for step in range(first, last):
            torch.manual_seed(recipe.seed * 1_000_003 + step)
            optimizer.zero_grad()
            loss = _loss(judge, tokenizer, _drawn(cases, recipe, step), recipe, device)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(judge.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            losses.append(float(loss.detach()))
            bar.update()
            bar.set_postfix(loss=f"{np.mean(losses[-20:]):.3f}")
            if (step + 1) % CHECKPOINT_EVERY == 0 and step + 1 < last:
                state = {
                    "recipe": mark,
                    "step": step + 1,
                    "losses": losses,
                    "model": judge.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "schedule": schedule.state_dict(),
                }
                partial = checkpoint.with_name("judge.pt.partial")
                torch.save(state, partial)
                os.replace(partial, checkpoint)
    judge.eval().to("cpu")
    return float(np.mean(losses[-20:])) if losses else float("nan")


def weigh(judge: Any, tokenizer: Any, pairs: Sequence[tuple[str, str]]) -> list[float]:
    """Return a judge's log odds for pairs of question and article."""
    torch = import_module("torch")
    judge.eval()
    with torch.no_grad():
        return [float(judge(**_tensors(tokenizer, [pair], "cpu"))[0]) for pair in pairs]


def export(judge: Any, out: Path, *, name: str = "guestchat-judge-int8") -> dict[str, Any]:
    """Write the judge as one int8 graph with its card, and return the card; the encoder's vocabulary is not copied.

    Weights are per channel and of seven bits: where a processor adds int8 products up in 16 bits, none overflows.
    """
    torch, onnx = import_module("torch"), import_module("onnx")
    quantization = import_module("onnxruntime.quantization")
    out.mkdir(parents=True, exist_ok=True)
    whole, graph = out / "float32.onnx", out / "model.onnx"
    example = torch.ones((2, 16), dtype=torch.int64)
    axes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("sequence", max=512)}
    names = ["input_ids", "attention_mask", "token_type_ids"]
    torch.onnx.export(
        judge.eval(),
        (example, example.clone(), torch.zeros_like(example)),
        str(whole),
        input_names=names,
        output_names=["log_odds"],
        dynamic_shapes=(axes, axes, axes),
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    quantization.quantize_dynamic(
        whole, graph, weight_type=quantization.QuantType.QInt8, per_channel=True, reduce_range=True
    )
    whole.unlink()
    model = onnx.load(str(graph))
    parts = model.graph
    for part in (model, parts, *parts.node, *parts.value_info, *parts.initializer, *parts.input, *parts.output):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    onnx.save(model, str(graph))
    content = graph.read_bytes()
    card = {
        "name": name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "layers": LAYERS,
        "trained_tokens": TRAINED_TOKENS,
    }
    (out / "model.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    return card


def _drawn(cases: Sequence[Case], recipe: JudgeRecipe, step: int) -> list[Case]:
    """Return the cases of a step, some with their question typed in haste; a function of seed and step alone."""
    per_epoch = len(cases) // recipe.batch
    epoch, place = divmod(step, per_epoch)
    order = np.random.default_rng([recipe.seed, epoch]).permutation(len(cases))
    random = np.random.default_rng([recipe.seed, epoch, place])
    found = []
    for number in order[place * recipe.batch : (place + 1) * recipe.batch]:
        case = cases[number]
        if random.random() < recipe.noisy_share:
            case = Case(question=noisy(case.question, recipe.noise, random), right=case.right, wrong=case.wrong)
        found.append(case)
    return found


def _loss(judge: Any, tokenizer: Any, drawn: Sequence[Case], recipe: JudgeRecipe, device: str) -> Any:
    torch = import_module("torch")
    functional = torch.nn.functional
    pairs = [(case.question, article) for case in drawn for article in case.articles]
    right = torch.tensor(
        [float(place == 0 and bool(case.right)) for case in drawn for place in range(len(case.articles))]
    )
    owner = torch.tensor([row for row, case in enumerate(drawn) for _ in case.articles])
    right, owner = right.to(device), owner.to(device)
    with torch.autocast(device, dtype=torch.bfloat16):
        told = judge(**_tensors(tokenizer, pairs, device)).float()
    weights = torch.where(right > 0, recipe.right_weighs, 1.0)
    loss = (functional.binary_cross_entropy_with_logits(told, right, reduction="none") * weights).mean()
    table = torch.full((len(drawn), len(pairs)), -1e4, device=device)
    columns = torch.arange(len(pairs), device=device)
    table[owner, columns] = told
    answered = torch.tensor([bool(case.right) for case in drawn], device=device)
    if answered.any():
        chosen = told[right > 0]
        loss = loss + recipe.ranking_weighs * (table.logsumexp(1)[answered] - chosen).mean()
    return loss


def _tensors(tokenizer: Any, pairs: Sequence[tuple[str, str]], device: str) -> dict[str, Any]:
    """Return a batch as the judge reads it: both texts between marks, padded."""
    torch = import_module("torch")
    rows = []
    for question, article in pairs:
        start, *asked, end = tokenizer.encode(question).ids
        first = [start, *asked[: MAX_QUESTION_TOKENS - 2], end]
        rows.append((first, [*tokenizer.encode(article).ids[1:-1][: TRAINED_TOKENS - len(first) - 1], end]))
    width = max(len(first) + len(second) for first, second in rows)
    ids, mask, types = (torch.zeros((len(rows), width), dtype=torch.int64) for _ in range(3))
    for row, (first, second) in enumerate(rows):
        length = len(first) + len(second)
        ids[row, :length] = torch.tensor(first + second)
        mask[row, :length] = 1
        types[row, len(first) : length] = 1
    return {
        "input_ids": ids.to(device),
        "attention_mask": mask.to(device),
        "token_type_ids": types.to(device),
    }
