"""Owns turning texts into comparable vectors. Knows nothing of hotels or passages, and by default downloads nothing."""

import hashlib
import json
import threading
from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from guestchat.retrieval.onnx import load_tokenizer, open_session

DIMENSIONS = 384
"""The width of the `halfvec(384)` column; a model of another width cannot be stored."""

MODEL_DIR = Path(__file__).resolve().parent / "model"
SENTENCE_TRANSFORMERS_PREFIX = "sentence-transformers:"

QUERY_CACHE_SIZE = 1024
QUERY_CACHE_MAX_CHARS = 256
"""Longer questions are not cached, so that 1,024 entries stay below 3 MB whatever guests paste."""


class EmbedderError(Exception):
    """The embedder cannot be loaded; the message says why in one sentence for the operator."""


class Embedder(Protocol):
    """Encode texts as unit vectors whose inner product is their cosine similarity."""

    @property
    def name(self) -> str:
        """Model and version; two embedders of the same name make comparable vectors."""

    @property
    def dimensions(self) -> int: ...

    def encode_query(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode questions: (n, 384) float32, unit norm, in the order given."""

    def encode_document(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode passages: (n, 384) float32, unit norm, in the order given."""


class OnnxEmbedder:
    """The committed int8 model on one thread of onnxruntime.

    Safe to share between threads without a lock: `InferenceSession.run` may be called concurrently, the
    tokenizer's only setting (truncation) is made before the first use and never changed, and `lru_cache`
    guards its own state (two threads may both compute the same text; they get the same vector).

    One text is one run of the graph. Dynamic quantisation scales the activations by the largest value of
    the whole batch, so in a batch a vector would depend on its neighbours: down to a cosine of 0.967 with
    the same text encoded alone, as much as quantisation itself costs. Batches of 32 save about 30 % of the
    time; the same text always having the same vector is worth more. It also leaves nothing to pad.
    """

    dimensions = DIMENSIONS

    def __init__(self, directory: Path = MODEL_DIR) -> None:
        """Load the model, its tokenizer and its card; raise `EmbedderError` where one is missing or broken."""
        card = _read_card(directory)
        self.name: str = f"{card['name']}-{card['sha256'][:12]}"
        try:
            self._tokenizer = _load_vocabulary(directory, card)
            self._session = open_session(directory / "model.onnx")
        except Exception as error:  # both libraries raise bare Exception subclasses of their own
            raise EmbedderError(f"The model files in {directory} cannot be loaded: {error}") from error
        self._encode_cached = lru_cache(maxsize=QUERY_CACHE_SIZE)(self._encode)

    def encode_query(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode questions; the last 1,024 distinct short ones are remembered.

        A vector is a pure function of the text and the model file, so the cache cannot be stale.
        """
        return _stack(
            [self._encode_cached(text) if len(text) <= QUERY_CACHE_MAX_CHARS else self._encode(text) for text in texts]
        )

    def encode_document(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode passages; not cached, since each is encoded once and then stored."""
        return _stack([self._encode(text) for text in texts])

    def _encode(self, text: str) -> NDArray[np.float32]:
        # Questions and passages are cut at the same length, so that the same text has the same vector as either.
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        (embedding,) = self._session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        vector: NDArray[np.float32] = embedding[0]
        return vector


class SentenceTransformersEmbedder:
    """Any model that sentence-transformers can load and that makes 384 dimensions; for training and comparison.

    A lock admits one call at a time: transformers' tokenizers change their padding on every call and fail
    ("Already borrowed") when two threads do so at once.
    """

    dimensions = DIMENSIONS

    def __init__(self, model: str) -> None:
        """Load `model`, a name or a path; raise `EmbedderError` if it or the package is missing or the width is off."""
        try:
            package = import_module("sentence_transformers")
        except ImportError as error:
            raise EmbedderError(
                "The package sentence-transformers is not installed; "
                "run pip install -r requirements-train.txt or set GUESTCHAT_EMBEDDER=onnx."
            ) from error
        try:
            self._model: Any = package.SentenceTransformer(model)
        except Exception as error:  # the hub, the file system and the model's own code each raise their own kind
            raise EmbedderError(
                f'sentence-transformers cannot load the model "{model}": {_first_line(error)}'
            ) from error
        dimensions = self._model.get_embedding_dimension()
        if dimensions != DIMENSIONS:
            raise EmbedderError(
                f'The model "{model}" makes {dimensions} dimensions; the passages are stored with {DIMENSIONS}.'
            )
        self.name: str = f"{Path(model).name}-{_hash_weights(self._model)[:12]}"
        self._lock = threading.Lock()

    def encode_query(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode questions with the model's own query prompt, if it has one."""
        return self._run(self._model.encode_query, texts)

    def encode_document(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode passages with the model's own document prompt, if it has one."""
        return self._run(self._model.encode_document, texts)

    def _run(self, encode: Any, texts: Sequence[str]) -> NDArray[np.float32]:
        if not texts:
            return _stack([])
        with self._lock:
            vectors = encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)


def load_embedder(spec: str) -> Embedder:
    """Load the embedder that `spec` names: `onnx` or `sentence-transformers:<model or path>`; raise `EmbedderError`."""
    if spec == "onnx":
        return OnnxEmbedder()
    model = spec.removeprefix(SENTENCE_TRANSFORMERS_PREFIX)
    if model and model != spec:
        return SentenceTransformersEmbedder(model)
    raise EmbedderError(
        f'GUESTCHAT_EMBEDDER is "{spec}"; it must be "onnx" or "sentence-transformers:<model or path>".'
    )


_process_lock = threading.Lock()
_process_embedder: Embedder | None = None


def get_embedder() -> Embedder:
    """Return the process's one embedder, loading it from `settings.GUESTCHAT_EMBEDDER` at the first call."""
    global _process_embedder
    with _process_lock:
        if _process_embedder is None:
            # Here, so that tools can use the module without a Django project.
            from django.conf import settings

            _process_embedder = load_embedder(settings.GUESTCHAT_EMBEDDER)
        return _process_embedder


def use(embedder: Embedder) -> None:
    """Let this be the process's one embedder."""
    global _process_embedder
    with _process_lock:
        _process_embedder = embedder


def _stack(vectors: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    # A copy: what callers do to the result cannot reach the cache.
    return np.stack(vectors) if vectors else np.empty((0, DIMENSIONS), dtype=np.float32)


def _read_card(directory: Path) -> dict[str, Any]:
    path = directory / "model.json"
    try:
        card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        missing = {"name", "sha256", "dimensions", "max_tokens"} - card.keys()
    except (OSError, ValueError, AttributeError) as error:
        raise EmbedderError(
            f"The model card {path} cannot be read; run manage.py export_embedder in the training environment."
        ) from error
    if missing:
        raise EmbedderError(f"The model card {path} lacks {', '.join(sorted(missing))}.")
    if card["dimensions"] != DIMENSIONS:
        raise EmbedderError(
            f"The model in {directory} makes {card['dimensions']} dimensions; "
            f"the passages are stored with {DIMENSIONS}."
        )
    return card


def load_vocabulary(directory: Path = MODEL_DIR) -> Any:
    """Return the tokenizer of the model in a folder, cut as its card says; raise `EmbedderError` without a card."""
    return _load_vocabulary(directory, _read_card(directory))


def _load_vocabulary(directory: Path, card: dict[str, Any]) -> Any:
    return load_tokenizer(directory / "tokenizer.json", card["max_tokens"])


def _hash_weights(model: Any) -> str:
    """Hash what decides the vectors; a path or name stays the same when a model is trained again."""
    digest = hashlib.sha256(repr(sorted(model.prompts.items())).encode())
    for tensor in model.state_dict().values():
        digest.update(tensor.detach().cpu().float().numpy().tobytes())
    return digest.hexdigest()


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
