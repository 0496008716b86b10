"""Owns telling whether a message wants something done that no word of a vocabulary tells: by what requests are like.

"We've run out of loo roll" and "telly just shows snow" ask for nothing, and no list of things and verbs holds them
all. A linear layer over the encoder's vector tells them from questions about the same things; it is asked only where
nothing else answers, and what it finds is proposed, never passed on by itself. `manage.py fit_requests` fits it, and
`wanting.json` keeps what it found.
"""

import json
import logging
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from guestchat.answering.scene import Scene
from guestchat.retrieval.embedder import get_embedder
from guestchat.understanding.query import Part

log = logging.getLogger(__name__)

FILE = Path(__file__).with_name("wanting.json")

KINDS = ("", "housekeeping", "maintenance", "taxi", "order", "late_checkout", "wake_up", "other", "person")
"""What a message may want, in the order of the weights: first nothing, last somebody to talk to."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Likeness:
    """Fitted weights (384, k) and bias (k,) of `KINDS`, and how likely any must be before one is proposed."""

    weights: Floats
    bias: Floats
    propose_from: float


def chances(vectors: Floats, weights: Floats, bias: Floats) -> Floats:
    """Return how likely each message wants each of `KINDS`, (n, k), from their vectors, (n, 384)."""
    told = vectors @ weights + bias
    told = np.exp(told - told.max(axis=1, keepdims=True))
    found: Floats = told / told.sum(axis=1, keepdims=True)
    return found


@cache
def likeness() -> Likeness | None:
    """Return what ships with the built-in encoder; None where another one serves, whose vectors it does not know."""
    kept = json.loads(FILE.read_text("utf-8"))
    if kept["kinds"] != list(KINDS) or kept["encoder"] != get_embedder().name:
        log.warning("%s was fitted for another encoder: requests are known by words alone", FILE.name)
        return None
    return Likeness(weights=np.array(kept["weights"]), bias=np.array(kept["bias"]), propose_from=kept["propose_from"])


def wanted(part: Part, scene: Scene) -> str | None:
    """Return what a message wants done, one of `KINDS`; None where it most likely wants nothing."""
    fitted = likeness()
    if fitted is None:
        return None
    [found] = chances(get_embedder().encode_query([scene.asked(part)]).astype(np.float64), fitted.weights, fitted.bias)
    return KINDS[1 + int(found[1:].argmax())] if 1 - found[0] >= fitted.propose_from else None
