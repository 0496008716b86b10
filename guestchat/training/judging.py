"""Owns training and exporting the judge: a net over the encoder's lower layers that reads question and article at once.

Imports torch only when it is used. The same steps take minutes on a GPU and hours on two cores, where bfloat16 and
the order of sums differ: the models are alike, not the same.
"""

import json
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from guestchat.retrieval.judge import MAX_QUESTION_TOKENS, MAX_TOKENS
from guestchat.training.chatter import noisy
from guestchat.training.exporting import measure_file, quantise, write_card, write_graph
from guestchat.training.pairs import Case
from guestchat.training.training import Pace, TrainingError, read_exported, run

LAYERS = 3
TRAINED_TOKENS = MAX_TOKENS
"""As serving reads. The shipped judge's first 5,142 steps were of 96."""
_WEIGHED_AT_ONCE = 64


@dataclass(frozen=True, kw_only=True)
class JudgeRecipe(Pace):
    """What decides the weights, beside the data and the model that it starts from; six times through all cases."""

    steps: int = 5_142
    learning_rate: float = 2e-4
    warmup: float = 0.08
    batch: int = 64
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


def reopen(base: Any, directory: Path) -> Any:
    """Return the judge that `export` wrote to a folder, to be trained on; raise `TrainingError` where it is none."""
    torch: Any = import_module("torch")
    judge = make(base)
    weights = read_exported(directory)
    # The graph keeps no row of what it never reads: the pooler.
    missing, unknown = judge.load_state_dict(
        {name: torch.from_numpy(np.ascontiguousarray(each)) for name, each in weights.items()}, strict=False
    )
    if unknown or any(".pooler." not in name for name in missing):
        raise TrainingError(f"The judge in {directory} is of another form than the code makes.")
    return judge


def groups_seen(directory: Path) -> int:
    """Return how many groups of imagined guests there were when an exported judge was trained."""
    try:
        return int(json.loads((directory / "model.json").read_text(encoding="utf-8"))["groups"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(f"The judge in {directory} does not say what it was trained on: {error!r}") from error


def train(
    judge: Any,
    tokenizer: Any,
    cases: Sequence[Case],
    recipe: JudgeRecipe,
    work: Path,
    *,
    report: Callable[[str], object] = print,
) -> float:
    """Train in place, on a GPU if there is one, and return the mean loss of the last steps.

    The loss is the cross-entropy of every pair, right ones weighing more, and of choosing the right article of a
    question's. A run that was killed goes on from its checkpoint in `work`, as the encoder's does.
    """
    if len(cases) < recipe.batch:
        raise TrainingError(f"{len(cases)} cases are fewer than one batch of {recipe.batch}.")
    device = "cuda" if import_module("torch").cuda.is_available() else "cpu"
    judge.to(device)
    loss = run(
        judge,
        lambda step: _loss(judge, tokenizer, _drawn(cases, recipe, step), recipe, device),
        recipe,
        work,
        device=device,
        report=report,
    )
    judge.to("cpu")
    return loss


def weigh(judge: Any, tokenizer: Any, pairs: Sequence[tuple[str, str]]) -> list[float]:
    """Return a judge's log odds for pairs of question and article."""
    torch = import_module("torch")
    judge.eval()
    with torch.no_grad():
        found: list[float] = []
        for start in range(0, len(pairs), _WEIGHED_AT_ONCE):
            several = pairs[start : start + _WEIGHED_AT_ONCE]
            found += judge(**_tensors(tokenizer, several, "cpu")).tolist()
        return found


def export(judge: Any, out: Path, *, groups: int, name: str = "guestchat-judge-int8") -> dict[str, Any]:
    """Write the judge as one int8 graph with its card, and return the card; the encoder's vocabulary is not copied.

    `groups` is how many groups of imagined guests there were: those that come later it has not seen.

    Weights are per channel and of seven bits: where a processor adds int8 products up in 16 bits, none overflows.
    """
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as folder:
        whole, graph = Path(folder) / "float32.onnx", Path(folder) / "model.onnx"
        write_graph(judge, ["input_ids", "attention_mask", "token_type_ids"], "log_odds", whole)
        quantise(whole, graph, per_channel=True, reduce_range=True)
        card = {
            "name": name,
            **measure_file(graph),
            "layers": LAYERS,
            "trained_tokens": TRAINED_TOKENS,
            "groups": groups,
        }
        write_card(Path(folder), card)
        for file in ("model.onnx", "model.json"):
            os.replace(Path(folder) / file, out / file)
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
