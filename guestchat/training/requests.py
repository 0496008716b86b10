"""Owns fitting what requests are like: messages that want something done, beside questions about the same things."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from guestchat.answering.wanting import KINDS, Floats, chances
from guestchat.training.corpus import LANGUAGES, CorpusError
from guestchat.training.descending import descend
from guestchat.understanding.glossing import in_english

REQUESTS = Path(__file__).with_name("requests.jsonl")

FOLDS = 5
STEPS, RATE, DECAY = 400, 0.2, 0.01
GUESTS_WEIGH = 0.3
"""What a question of an imagined guest weighs beside a message of the table, which is nearer to what is hard."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A message, and what it wants, one of `KINDS`."""

    text: str
    kind: str


def read_requests(path: Path = REQUESTS, *, as_read: bool = True) -> list[Wanted]:
    """Read the table, a message a line; raise `CorpusError` where it is of another form.

    `as_read` is how the encoder reads them, in English word by word.
    """
    found = []
    try:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            row = json.loads(line)
            if row["kind"] not in KINDS or row["lang"] not in LANGUAGES:
                raise CorpusError(f"{path}:{number}: a kind or a language that is not known.")
            text = in_english(row["text"], row["lang"]) if as_read else row["text"]
            found.append(Wanted(text=text, kind=row["kind"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorpusError(f"The requests {path} cannot be read: {error!r}") from error
    return found


def fit(vectors: Floats, kinds: Sequence[str], share: Floats) -> dict[str, Floats]:
    """Return weights (384, k) and bias (k,) that tell `KINDS` by vectors (n, 384), each of which weighs its share."""
    wants = np.eye(len(KINDS))[[KINDS.index(kind) for kind in kinds]]

    def slopes(weights: Mapping[str, Floats]) -> Mapping[str, Floats]:
        error = (chances(vectors, **weights) - wants) * (share / share.sum())[:, None]
        return {"weights": vectors.T @ error, "bias": error.sum(axis=0)}

    weights = {"weights": np.zeros((vectors.shape[1], len(KINDS))), "bias": np.zeros(len(KINDS))}
    return descend(weights, slopes, steps=STEPS, rate=RATE, decay=DECAY)


def cross_fitted(vectors: Floats, kinds: Sequence[str], share: Floats) -> Floats:
    """Return each message's chances, (n, k), by weights that were fitted on the other four fifths."""
    found = np.zeros((len(kinds), len(KINDS)))
    for fold in range(FOLDS):
        out = np.arange(len(kinds)) % FOLDS == fold
        kept = [kind for kind, left in zip(kinds, out, strict=True) if not left]
        found[out] = chances(vectors[out], **fit(vectors[~out], kept, share[~out]))
    return found
