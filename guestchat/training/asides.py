"""Owns fitting what guests say around a question, beside pieces that ask for something or tell what matters to it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from guestchat.training.corpus import LANGUAGES, CorpusError
from guestchat.training.descending import Floats, descend
from guestchat.understanding.asides import SLOTS, features, slot
from guestchat.words import words

ASIDES = Path(__file__).with_name("asides.jsonl")

FOLDS = 5
STEPS, RATE, DECAY = 250, 0.1, 0.02
BESIDE_WEIGHS = 0.3
"""What an imagined guest's question or request weighs beside a piece of the table, which is nearer to what is hard."""
_MOST_STEPS = 127


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A piece of a message, and whether it says nothing."""

    text: str
    is_aside: bool


def read_asides(path: Path = ASIDES) -> list[Piece]:
    """Read the table, a piece a line; raise `CorpusError` where it is of another form."""
    found = []
    try:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            row = json.loads(line)
            if row["says"] not in {"nothing", "something"} or row["lang"] not in LANGUAGES:
                raise CorpusError(f"{path}:{number}: a language or a kind of piece that is not known.")
            found.append(Piece(text=row["text"], is_aside=row["says"] == "nothing"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorpusError(f"The asides {path} cannot be read: {error!r}") from error
    return found


def fit(pieces: Sequence[Piece], share: Floats) -> tuple[Floats, float]:
    """Return weights (`SLOTS`,) and bias that tell asides from the other pieces, each of which weighs its share."""
    rows, slots = _cells(pieces)
    meant = np.array([float(piece.is_aside) for piece in pieces])

    def slopes(weights: Mapping[str, Floats]) -> Mapping[str, Floats]:
        told = np.bincount(rows, weights["weights"][slots], len(pieces)) + weights["bias"]
        error = (1 / (1 + np.exp(-told)) - meant) * (share / share.sum())
        return {"weights": np.bincount(slots, error[rows], SLOTS), "bias": np.array([error.sum()])}

    zeros = {"weights": np.zeros(SLOTS), "bias": np.zeros(1)}
    found = descend(zeros, slopes, steps=STEPS, rate=RATE, decay=DECAY)
    return found["weights"], float(found["bias"][0])


def in_steps(weights: Floats) -> tuple[bytes, float]:
    """Return weights as whole steps, a signed byte each, and the size of one."""
    step = float(np.abs(weights).max()) / _MOST_STEPS
    return np.round(weights / step).astype(np.int8).tobytes(), step


def chances(pieces: Sequence[Piece], weights: Floats, bias: float) -> Floats:
    """Return how likely each piece is an aside, (n,)."""
    rows, slots = _cells(pieces)
    found: Floats = 1 / (1 + np.exp(-bias - np.bincount(rows, weights[slots], len(pieces))))
    return found


def _cells(pieces: Sequence[Piece]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return each feature's piece and slot."""
    seen = [(row, slot(each)) for row, piece in enumerate(pieces) for each in features(words(piece.text))]
    rows, slots = np.array(seen, np.int64).reshape(-1, 2).T
    return rows, slots


def cross_fitted(pieces: Sequence[Piece], share: Floats) -> Floats:
    """Return each piece's chance by weights that were fitted on the other four fifths."""
    found = np.zeros(len(pieces))
    for fold in range(FOLDS):
        out = np.arange(len(pieces)) % FOLDS == fold
        kept = [piece for piece, left in zip(pieces, out, strict=True) if not left]
        left = [piece for piece, is_left in zip(pieces, out, strict=True) if is_left]
        found[out] = chances(left, *fit(kept, share[~out]))
    return found
