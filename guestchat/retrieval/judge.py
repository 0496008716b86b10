"""Owns reading a question and an article together: how much the one speaks for the other. Knows nothing of hotels.

The encoder makes a vector of each alone, and so cannot tell "how deep is the pool" from "how warm is the pool" beside
an article that tells only the one. This model reads both at once, as a cross-encoder does, and is asked of one article
a question only: it costs more than the encoder.
"""

import json
import threading
from functools import lru_cache
from pathlib import Path

import numpy as np

from guestchat.retrieval.embedder import load_vocabulary
from guestchat.retrieval.onnx import open_session

JUDGE_DIR = Path(__file__).resolve().parent / "judge_model"
MAX_TOKENS = 64
"""Of question and article together; longer articles are cut. It is trained on 96: the rest tells no more here."""
MAX_QUESTION_TOKENS = 40

_CACHED_ANSWERS, _CACHED_ARTICLES = 2048, 2048
_MOST_CHARACTERS = 600
"""Of a text; more than `MAX_TOKENS` can hold: nobody's long text is read for nothing or fills the caches."""


class JudgeError(Exception):
    """The judge cannot be loaded; the message says why in one sentence for the operator."""


class Judge:
    """The committed int8 model on one thread; safe to share between threads as `OnnxEmbedder` is."""

    def __init__(self, directory: Path = JUDGE_DIR) -> None:
        """Load the model and its card, and the encoder's vocabulary; raise `JudgeError` where one is missing."""
        try:
            card = json.loads((directory / "model.json").read_text(encoding="utf-8"))
            self.name: str = f"{card['name']}-{card['sha256'][:12]}"
            self._tokenizer = load_vocabulary()
            self._session = open_session(directory / "model.onnx")
        except Exception as error:  # both libraries raise bare Exception subclasses of their own
            raise JudgeError(f"The judge's files in {directory} cannot be loaded: {error}") from error
        self._ids = lru_cache(maxsize=_CACHED_ARTICLES)(self._encode)
        self._weigh = lru_cache(maxsize=_CACHED_ANSWERS)(self._run)

    def weigh(self, question: str, article: str) -> float:
        """Return how much an article, heading and answer, speaks for answering a question, in log odds.

        A pure function of the two texts and the model's file: the last 2,048 are remembered and cannot be stale.
        """
        return self._weigh(question[:_MOST_CHARACTERS], article[:_MOST_CHARACTERS])

    def _encode(self, text: str) -> tuple[int, ...]:
        # With its marks at both ends, and without: the same for a question and an article.
        return tuple(self._tokenizer.encode(text).ids)

    def _run(self, question: str, article: str) -> float:
        start, *asked, end = self._ids(question)
        first = [start, *asked[: MAX_QUESTION_TOKENS - 2], end]
        second = [*self._ids(article)[1:-1][: MAX_TOKENS - len(first) - 1], end]
        ids = np.array([first + second], dtype=np.int64)
        types = np.array([[0] * len(first) + [1] * len(second)], dtype=np.int64)
        (found,) = self._session.run(
            None, {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": types}
        )
        return float(found[0])


_process_lock = threading.Lock()
_process_judge: Judge | None = None


def get_judge() -> Judge:
    """Return the process's one judge, loaded at the first call."""
    global _process_judge
    with _process_lock:
        if _process_judge is None:
            _process_judge = Judge()
        return _process_judge
