"""Owns nearness: how likely an article answers by what search knows of it, and the bounds of the three bands. Pure.

A plain cosine cannot tell answered from unanswered. What tells is several things together: how near the best article
is, how far ahead of the second, and which of the question's words it says. The weights are fitted by `manage.py
calibrate` on public questions and kept in `calibration.json`; the number of candidates is no feature, as it gave the
label away. `guestchat/answering/deciding.py` weighs it with all else that is known.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from guestchat.understanding.stems import says

FILE = Path(__file__).with_name("calibration.json")
FEATURES = ("bias", "similarity", "margin", "covered", "rarest_missing", "fragment")


class Band(StrEnum):
    """What to do with the best article."""

    ANSWER = "answer"
    ASK_BACK = "ask_back"
    SILENT = "silent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """An article that may answer: its cosine, and the stems of its texts."""

    key: str
    similarity: float
    words: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """The probabilities from which an article speaks or is offered to tap."""

    answer_from: float
    ask_from: float

    def weighed(self, probability: float, answer_from: float | None) -> float:
        """Return a probability as a hotel weighs it that wants to be so sure before it answers; None: as fitted.

        Both bounds move together: the log odds shift by as much as the hotel's bound lies from the fitted one.
        """
        if answer_from is None:
            return probability
        return 1 / (1 + math.exp(log_odds(answer_from) - log_odds(self.answer_from) - log_odds(probability)))

    def band(self, probability: float) -> Band:
        """Return what to do at this probability."""
        if probability >= self.answer_from:
            return Band.ANSWER
        return Band.ASK_BACK if probability >= self.ask_from else Band.SILENT


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Fitted weights by feature."""

    weights: Mapping[str, float]

    def probability(self, features: Sequence[float]) -> float:
        """Return how likely the best article answers the question, by how near it is and the words it says."""
        total = sum(self.weights[name] * value for name, value in zip(FEATURES, features, strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def log_odds(probability: float) -> float:
    """Return a probability's log odds; finite for zero and one as well."""
    inside = min(1 - 1e-9, max(1e-9, probability))
    return math.log(inside / (1 - inside))


def features(asked: Sequence[str], ranked: Sequence[Candidate], weights: Mapping[str, float]) -> tuple[float, ...]:
    """Return the features of the first candidate, in the order of `FEATURES`.

    `asked` are the stems of the question's topic words, `ranked` the candidates best first, `weights` how much each
    word tells this hotel's articles apart. A word that no article says weighs as the rarest: the annex of "wifi in the
    annex".
    """
    best = ranked[0]
    second = ranked[1].similarity if len(ranked) > 1 else 0.0
    rarest = max(weights.values(), default=1.0)
    weighed = {word: weights.get(word, rarest) for word in asked if not word.isdigit()}
    missing = [weight for word, weight in weighed.items() if not says(best.words, word)]
    total = sum(weighed.values())
    return (
        1.0,
        best.similarity,
        min(0.3, best.similarity - second),
        1 - sum(missing) / total if total else 0.5,
        max(missing, default=0.0) / rarest,
        1.0 if len(weighed) <= 1 else 0.0,
    )


@cache
def calibration() -> Calibration:
    """Return the calibration that ships with the encoder."""
    kept = json.loads(FILE.read_text("utf-8"))
    return Calibration(weights=kept["weights"])
