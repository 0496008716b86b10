"""Owns the figures by which encoders are compared: recall, and whether a score tells answered from unanswered; pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

_NUMBER = re.compile(r"\d+")

RIGHT = 0.8
"""An article this alike to the gold one says the same: it is a right answer too."""
NEAR = 0.7
"""An article this alike may say the same: it is taken away with the gold one where a question shall have no answer."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """One question and its candidates: `query` (d,) and `passages` (n, d) of unit norm; three (n,) masks over these.

    `gold`: right by the annotators; `right`: also what says the same; `near`: also what might.
    """

    query: Floats
    passages: Floats
    gold: Bools
    right: Bools
    near: Bools


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """How an encoder does on a set of questions; `coverage` is by the precision asked for."""

    questions: int
    recall_gold: float
    recall: float
    recall_at_5: float
    auc: float
    coverage: dict[float, float]


def says_the_same(alike: Floats, bodies: Sequence[str], gold: Bools, at_least: float) -> Bools:
    """Widen `gold` to the articles that are `at_least` as `alike` to it, (n,) each, and name the same numbers.

    "Check-in is from 15:00" and "check-out is by 11:00" are as alike as two sentences can be.
    """
    numbers = [set(_NUMBER.findall(body)) for body in bodies]
    wanted = [numbers[row] for row in np.flatnonzero(gold)]
    agree = np.array([found in wanted for found in numbers], dtype=np.bool_)
    widened: Bools = gold | ((alike >= at_least) & agree)
    return widened


def passage_vectors(questions: Floats, with_answers: Floats) -> Floats:
    """Return the vectors that serving stores: the means of "question" and "question answer", unit norm; all (n, d)."""
    mean = (questions + with_answers) / 2
    unit: Floats = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    return unit


def recall_at(k: int, scores: Sequence[Floats], relevant: Sequence[Bools]) -> float:
    """Return the share of questions with a relevant passage among the first `k`; ties go to the earlier passage."""
    hits = [
        bool(right[np.argsort(-score, kind="stable")[:k]].any()) for score, right in zip(scores, relevant, strict=True)
    ]
    return float(np.mean(hits)) if hits else float("nan")


def auc(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """Return how often a positive scores above a negative, ties counting half: 0.5 is chance, 1.0 is perfect."""
    if not len(positives) or not len(negatives):
        return float("nan")
    differences = np.subtract.outer(np.asarray(positives, dtype=np.float64), np.asarray(negatives, dtype=np.float64))
    return float(np.mean((differences > 0) + 0.5 * (differences == 0)))


def coverage_at_precision(
    scores: Sequence[float], correct: Sequence[bool], unanswerable: Sequence[float], precision: float
) -> float:
    """Return the largest share of answerable questions that a threshold answers rightly while it keeps `precision`.

    Precision counts every question at or above the threshold, unanswerable ones as wrong. The best threshold is picked
    on the same questions, so this is an upper bound, and a noisy one on a hundred questions.
    """
    everything = np.concatenate([np.asarray(scores, dtype=np.float64), np.asarray(unanswerable, dtype=np.float64)])
    right = np.concatenate([np.asarray(correct, dtype=np.bool_), np.zeros(len(unanswerable), dtype=np.bool_)])
    order = np.argsort(-everything, kind="stable")
    answered = np.arange(1, len(order) + 1)
    good = np.cumsum(right[order])
    # A threshold takes all of one score or none.
    ends = np.append(np.diff(everything[order]) != 0, True) if len(order) else np.empty(0, dtype=np.bool_)
    kept = ends & (good >= precision * answered)
    return float(good[kept].max(initial=0) / len(scores)) if len(scores) else float("nan")


def measure(cases: Sequence[Case], precisions: Sequence[float] = (0.95, 0.9)) -> Figures:
    """Return the figures of plain cosine ranking, every question once with its answer and once with it taken away."""
    scores = [case.passages @ case.query for case in cases]
    best = [float(score.max()) for score in scores]
    right = [bool(case.right[int(score.argmax())]) for case, score in zip(cases, scores, strict=True)]
    without = [float(score[~case.near].max()) for case, score in zip(cases, scores, strict=True) if not case.near.all()]
    return Figures(
        questions=len(cases),
        recall_gold=recall_at(1, scores, [case.gold for case in cases]),
        recall=recall_at(1, scores, [case.right for case in cases]),
        recall_at_5=recall_at(5, scores, [case.right for case in cases]),
        auc=auc(best, without),
        coverage={precision: coverage_at_precision(best, right, without, precision) for precision in precisions},
    )
