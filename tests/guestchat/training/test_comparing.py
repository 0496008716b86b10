"""Trying an encoder, with one that needs no model."""

from pathlib import Path
from typing import Any

import pytest

from guestchat.training.comparing import DEMO_QUESTIONS, compare_demo, compare_houses
from guestchat.training.corpus import CorpusError, Question, read_knowledge, read_questions


def test_houses_are_measured_set_by_set(data: Path, word_embedder: Any) -> None:
    docs = read_knowledge(data / "knowledge.json", as_served=True)
    texts = [text for doc in docs for text in (doc.title, doc.body)]
    judge = dict(zip(texts, word_embedder.encode_query(texts), strict=True))
    found = dict(compare_houses(word_embedder, docs, read_questions(data), judge))
    assert {name: figures.questions for name, figures in found.items()} == {
        "hotels and restaurants": 1,
        "train service": 1,
    }
    assert found["hotels and restaurants"].recall == found["train service"].recall == 1.0


def test_a_question_without_its_article_is_refused(data: Path, word_embedder: Any) -> None:
    docs = read_knowledge(data / "knowledge.json")
    question = Question(identity="q", domain="train", entity="train/*", text="?", gold=frozenset({"train/*/7"}))
    with pytest.raises(CorpusError, match=r"The question q is answered by no article of train/\*\."):
        dict(compare_houses(word_embedder, docs, [question], {}))


def test_the_demo_hotel_is_asked_in_four_languages(word_embedder: Any) -> None:
    found = list(compare_demo(word_embedder, []))
    assert [(language, stored) for language, stored, *_ in found] == [
        ("en", "en"),
        ("en", "de"),
        ("en", "en+de"),
        ("de", "en"),
        ("de", "de"),
        ("de", "en+de"),
        ("fr", "en+de"),
        ("es", "en+de"),
    ]
    assert all(count > 50 and 0 <= recall <= 1 for _, _, count, recall in found)
    recalls = {(language, stored): recall for language, stored, _, recall in found}
    # Both are read in English: words alone lead from one language to the other.
    assert recalls["en", "de"] > 0.2
    assert recalls["de", "en"] > 0.2


def test_what_was_trained_on_is_not_asked(word_embedder: Any) -> None:
    rows = [line.split("\t") for line in DEMO_QUESTIONS.read_text(encoding="utf-8").splitlines()[1:]]
    *_, (language, _, count, _) = compare_demo(word_embedder, [rows[0][2].upper()])
    assert (language, count) == ("es", len(rows) - 1)
