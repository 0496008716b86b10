"""What one training step sees."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from guestchat.training.aspects import Aspects
from guestchat.training.batches import Batches, Mix
from guestchat.training.corpus import read_knowledge, read_translations

Topics = dict[str, list[dict[str, str]]]


@pytest.fixture
def topics() -> Topics:
    return dict(list(read_translations().items())[:12])


@pytest.fixture
def batches(data: Path, word_embedder: Any, topics: Topics) -> Batches:
    docs = read_knowledge(data / "knowledge.json")
    texts = sorted(
        {text for doc in docs for text in (doc.title, doc.body)}
        | {row["en"] for rows in topics.values() for row in rows}
    )
    vectors = dict(zip(texts, word_embedder.encode_query(texts), strict=True))
    return Batches(docs, topics, vectors, seed=3, mix=Mix(size=16, translated=0.25))


def test_a_batch_is_made_again_by_its_number(batches: Batches) -> None:
    one, again, other = batches.batch(5), batches.batch(5), batches.batch(6)
    assert (one.anchors, one.positives, one.contrasts) == (again.anchors, again.positives, again.contrasts)
    assert np.array_equal(one.allowed, again.allowed)
    assert one.anchors != other.anchors


def test_a_batch_has_the_shape_that_the_loss_needs(batches: Batches) -> None:
    for number in range(20):
        batch = batches.batch(number)
        assert len(batch.anchors) == len(batch.positives) == 16
        assert batch.allowed.shape == (16, 16 + len(batch.contrasts))
        assert batch.allowed[np.arange(16), np.arange(16)].all()
        assert all([*batch.anchors, *batch.positives, *batch.contrasts])


def test_pairs_are_found_among_the_hotels(batches: Batches) -> None:
    assert batches.pairs == 6 * 5  # six pairs of hotels, five questions each


def test_the_same_question_of_another_hotel_is_no_wrong_answer(batches: Batches) -> None:
    batch = batches.batch(1)
    for row in range(12):
        for column, text in enumerate([*batch.positives, *batch.contrasts]):
            if column != row and "sauna" in batch.positives[row] and "sauna" in text:
                assert not batch.allowed[row, column]


def test_other_questions_of_the_same_hotel_are_wrong_answers(batches: Batches) -> None:
    batch = batches.batch(2)
    assert batch.allowed[:12].mean() > 0.5


def test_a_quarter_is_translations_of_one_topic_each(batches: Batches, topics: Topics) -> None:
    owners = {text: topic for topic, rows in topics.items() for row in rows for text in row.values()}
    for number in range(10):
        batch = batches.batch(number)
        pairs = list(zip(batch.anchors[12:], batch.positives[12:], strict=True))
        assert len(pairs) == 4
        for anchor, positive in pairs:
            assert owners[anchor] == owners[positive]
        assert len({owners[anchor] for anchor, _ in pairs}) == 4


def test_without_translations_all_are_articles(data: Path, word_embedder: Any) -> None:
    docs = read_knowledge(data / "knowledge.json")
    texts = sorted({text for doc in docs for text in (doc.title, doc.body)})
    vectors = dict(zip(texts, word_embedder.encode_query(texts), strict=True))
    batch = Batches(docs, {}, vectors, seed=1, mix=Mix(size=8)).batch(0)
    assert len(batch.anchors) == 8


def test_of_made_questions_only_wrong_answers_are_candidates(data: Path, word_embedder: Any) -> None:
    docs, aspects = read_knowledge(data / "knowledge.json"), Aspects()
    texts = sorted({text for doc in docs for text in (doc.title, doc.body)} | set(aspects.keys.values()))
    vectors = dict(zip(texts, word_embedder.encode_query(texts), strict=True))
    batch = Batches(docs, {}, vectors, seed=3, mix=Mix(size=12, aspects=1), aspects=aspects).batch(0)
    made = aspects.draw(12, np.random.default_rng([3, 0]))
    assert batch.positives == [asked.article for asked in made]
    assert batch.contrasts == [asked.other for asked in made]
    for row, asked in enumerate(made):
        expected = [row == column or asked.key not in other.answers for column, other in enumerate(made)]
        expected += [asked.key != other.other_key for other in made]
        assert batch.allowed[row].tolist() == expected
