"""Owns a small set of houses in the form of the shared data, and vectors that need no model."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from guestchat.words import words

DIMENSIONS = 384
QUESTIONS = {
    "Is there parking?": "Parking is behind the house.",
    "What does parking cost?": "Parking costs {n} euros.",
    "Are dogs welcome?": "Dogs are welcome.",
    "When is breakfast?": "Breakfast is from {n} to 10.",
    "Is there a sauna?": "The sauna is in the cellar.",
}


class WordEmbedder:
    """A bag of words with a fixed random direction for each: alike are texts that share words."""

    name = "words"
    dimensions = DIMENSIONS

    def encode_query(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([_vector(text) for text in texts]) if texts else np.empty((0, DIMENSIONS), dtype=np.float32)

    encode_document = encode_query


def _vector(text: str) -> NDArray[np.float32]:
    total = np.zeros(DIMENSIONS, dtype=np.float32)
    for word in words(text) or ["nothing"]:
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
        total += np.random.default_rng(seed).standard_normal(DIMENSIONS).astype(np.float32)
    unit: NDArray[np.float32] = total / np.linalg.norm(total)
    return unit


@pytest.fixture
def word_embedder() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture
def knowledge() -> dict[str, Any]:
    """Four hotels that answer the same five questions, and a train."""
    hotels = {
        str(number): {
            "name": f"House {number}",
            "docs": {
                str(doc): {"title": title.replace("there", f"there at House {number}"), "body": body.format(n=number)}
                for doc, (title, body) in enumerate(QUESTIONS.items())
            },
        }
        for number in range(4)
    }
    train = {
        "name": None,
        "docs": {"1": {"title": "May I smoke?", "body": "No."}, "2": {"title": "Pets?", "body": "Yes."}},
    }
    return {"hotel": hotels, "train": {"*": train}}


@pytest.fixture
def data(tmp_path: Path, knowledge: dict[str, Any]) -> Path:
    """Return a folder as the shared one."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "knowledge.json").write_text(json.dumps(knowledge), encoding="utf-8")
    questions = [
        {"id": "q1", "entity": "hotel/2", "context": [], "text": "Parking at House 2?", "gold": ["hotel/2/0"]},
        {"id": "q2", "entity": "train/*", "context": [], "text": "Where can I smoke?", "gold": ["train/*/1"]},
    ]
    (folder / "dev.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in questions), encoding="utf-8")
    return folder
