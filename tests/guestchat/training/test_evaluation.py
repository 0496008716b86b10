"""The figures, on cases that can be checked by hand."""

import math

import numpy as np
import pytest

from guestchat.training.evaluation import (
    Case,
    auc,
    coverage_at_precision,
    measure,
    passage_vectors,
    recall_at,
    says_the_same,
)


def mask(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.bool_)


def row(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def test_recall_counts_the_first_k() -> None:
    scores = [row(0.9, 0.5, 0.1), row(0.2, 0.3, 0.4)]
    relevant = [mask(0, 1, 0), mask(0, 0, 1)]
    assert recall_at(1, scores, relevant) == 0.5
    assert recall_at(2, scores, relevant) == 1.0
    assert math.isnan(recall_at(1, [], []))


@pytest.mark.parametrize(
    ("positives", "negatives", "expected"),
    [([0.9, 0.8], [0.1], 1.0), ([0.1], [0.9], 0.0), ([0.5], [0.5], 0.5), ([0.9, 0.2], [0.5, 0.1], 0.75)],
)
def test_auc(positives: list[float], negatives: list[float], expected: float) -> None:
    assert auc(positives, negatives) == expected


def test_auc_of_nothing_is_not_a_number() -> None:
    assert math.isnan(auc([], [0.1]))


def test_coverage_takes_the_best_threshold() -> None:
    scores, correct, unanswerable = [0.9, 0.8, 0.7, 0.2], [True, True, False, True], [0.75, 0.1]
    assert coverage_at_precision(scores, correct, unanswerable, 1.0) == 0.5
    assert coverage_at_precision(scores, correct, unanswerable, 0.6) == 0.75
    assert coverage_at_precision([0.5], [True], [0.9], 0.95) == 0.0


def test_coverage_takes_all_of_one_score_or_none() -> None:
    assert coverage_at_precision([0.5, 0.4], [True, True], [0.5], 0.9) == 0.0


def test_the_same_means_alike_and_the_same_numbers() -> None:
    bodies = ["From 15:00.", "Until 11:00.", "It is from 15:00.", "By bus."]
    alike = row(1.0, 0.9, 0.85, 0.1)
    assert says_the_same(alike, bodies, mask(1, 0, 0, 0), 0.8).tolist() == [True, False, True, False]
    assert says_the_same(alike, bodies, mask(1, 0, 0, 0), 0.86).tolist() == [True, False, False, False]


def test_passage_vectors_are_the_unit_means() -> None:
    found = passage_vectors(np.array([[1, 0]], dtype=np.float32), np.array([[0, 1]], dtype=np.float32))
    assert found == pytest.approx(np.array([[0.5**0.5, 0.5**0.5]]))


def test_measure_asks_each_question_with_and_without_its_answer() -> None:
    passages = np.eye(3, dtype=np.float32)
    good = Case(query=row(0.9, 0.3, 0), passages=passages, gold=mask(1, 0, 0), right=mask(1, 0, 0), near=mask(1, 1, 0))
    twin = Case(
        query=row(0.1, 0.8, 0.2), passages=passages, gold=mask(1, 0, 0), right=mask(1, 1, 0), near=mask(1, 1, 0)
    )
    wrong = Case(
        query=row(0.1, 0.8, 0.7), passages=passages, gold=mask(0, 0, 1), right=mask(0, 0, 1), near=mask(0, 0, 1)
    )
    figures = measure([good, twin, wrong], precisions=(0.5,))
    assert (figures.questions, figures.recall_at_5) == (3, 1.0)
    assert figures.recall_gold == pytest.approx(1 / 3)
    assert figures.recall == pytest.approx(2 / 3)
    assert figures.coverage == {0.5: pytest.approx(2 / 3)}
    # Best with the answer .9 .8 .8, without it 0 .2 .8.
    assert figures.auc == pytest.approx((9 - 1) / 9)


def test_a_question_whose_articles_all_say_the_same_is_never_unanswerable() -> None:
    case = Case(
        query=row(1, 0), passages=np.eye(2, dtype=np.float32), gold=mask(1, 0), right=mask(1, 1), near=mask(1, 1)
    )
    assert math.isnan(measure([case]).auc)
