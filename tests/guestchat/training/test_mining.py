"""Which articles are taken for the same question."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from guestchat.training.mining import Articles, Sampler, mine_contrasts, mine_pairs


def articles(*entities: Sequence[Sequence[float]]) -> Articles:
    """Return articles whose titles and bodies have these directions."""
    vectors = np.array([row for entity in entities for row in entity], dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    numbers = np.repeat(np.arange(len(entities)), [len(entity) for entity in entities])
    return Articles(titles=vectors, bodies=vectors, entities=numbers.astype(np.int64))


def test_pairs_are_each_others_best() -> None:
    pairs = mine_pairs(articles([[1, 0, 0], [0, 1, 0]], [[0, 1, 0.1], [1, 0.1, 0]], [[0, 0, 1]]))
    assert pairs.tolist() == [[0, 3], [1, 2]]


def test_a_question_answered_twice_makes_no_pair() -> None:
    assert mine_pairs(articles([[1, 0, 0]], [[1, 0.1, 0], [1, 0, 0.1]])).tolist() == []
    assert mine_pairs(articles([[1, 0.1, 0], [1, 0, 0.1]], [[1, 0, 0]])).tolist() == []


def test_what_is_hardly_alike_makes_no_pair() -> None:
    assert mine_pairs(articles([[1, 0, 0]], [[0.4, 1, 0]])).tolist() == []


def test_a_single_entity_has_no_partner() -> None:
    assert mine_pairs(articles([[1, 0, 0], [0, 1, 0]])).shape == (0, 2)


def test_titles_weigh_more_than_bodies() -> None:
    one = np.eye(2, dtype=np.float32)
    other = one[::-1].copy()
    mixed = Articles(titles=one, bodies=other, entities=np.array([0, 1]))
    assert mixed.similarity(slice(0, 1)).tolist() == [pytest.approx([1.0, 0.0])]
    twisted = Articles(titles=np.stack([one[0], one[0]]), bodies=one, entities=np.array([0, 1]))
    assert twisted.similarity(slice(0, 1), slice(1, 2))[0, 0] == pytest.approx(0.6)


def test_contrasts_are_near_but_not_the_same() -> None:
    directions: list[list[float]] = [[1, 0, 0], [1, 0.1, 0], [1, 1, 0], [0, 0, 1]]
    contrasts = mine_contrasts(articles(directions, directions[2:3]))
    assert [found.tolist() for found in contrasts] == [[2], [2], [1, 0], [], []]


def test_contrasts_are_limited() -> None:
    rows: list[list[float]] = [[1, 0, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 1]]
    assert len(mine_contrasts(articles(rows), limit=2)[0]) == 2


@pytest.fixture
def sampler() -> Sampler:
    pairs = np.array([[0, 2], [1, 3], [0, 4], [1, 5], [2, 4]], dtype=np.int64)
    contrasts: list[NDArray[np.int64]] = [np.array([row ^ 1]) for row in range(4)] + [np.empty(0, dtype=np.int64)] * 2
    return Sampler(pairs, np.array([0, 0, 1, 1, 2, 2]), contrasts)


def test_a_draw_is_of_two_entities_one_way_round(sampler: Sampler) -> None:
    entities = [0, 0, 1, 1, 2, 2]
    random = np.random.default_rng(1)
    assert sampler.pairs == 5
    for _ in range(50):
        triples = sampler.draw_group(8, random)
        assert len({(entities[triple.anchor], entities[triple.positive]) for triple in triples}) == 1
        assert len({triple.positive for triple in triples}) == len(triples)
        for triple in triples:
            assert triple.contrast == (triple.positive ^ 1 if triple.positive < 4 else -1)


def test_a_draw_can_be_drawn_again_and_limited(sampler: Sampler) -> None:
    draws = [[sampler.draw_group(1, np.random.default_rng(seed)) for seed in range(20)] for _ in range(2)]
    assert draws[0] == draws[1]
    assert all(len(triples) == 1 for triples in draws[0])
