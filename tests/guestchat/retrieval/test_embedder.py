import hashlib
import json
import random
import subprocess
import sys
import types
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from guestchat.retrieval import embedder as module
from guestchat.retrieval import onnx
from guestchat.retrieval.embedder import (
    MODEL_DIR,
    QUERY_CACHE_MAX_CHARS,
    QUERY_CACHE_SIZE,
    Embedder,
    EmbedderError,
    OnnxEmbedder,
    SentenceTransformersEmbedder,
    get_embedder,
    load_embedder,
)

TEXTS = (Path(__file__).parent / "texts.txt").read_text(encoding="utf-8").splitlines()
QUESTION = "What time is breakfast?"


@pytest.fixture(scope="module")
def embedder() -> OnnxEmbedder:
    return OnnxEmbedder()


def test_vectors_are_float32_rows_of_unit_norm(embedder: Embedder) -> None:
    for vectors in (embedder.encode_query(TEXTS[:5]), embedder.encode_document(TEXTS[:5])):
        assert vectors.shape == (5, 384)
        assert vectors.dtype == np.float32
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_no_texts_make_no_rows(embedder: Embedder) -> None:
    for vectors in (embedder.encode_query([]), embedder.encode_document([])):
        assert vectors.shape == (0, 384)
        assert vectors.dtype == np.float32


@pytest.mark.parametrize("text", ["", " ", "breakfast " * 5000, "x" * 20_000, "🥐\u0000\u200f早餐"])
def test_any_string_has_a_unit_vector(embedder: Embedder, text: str) -> None:
    assert np.linalg.norm(embedder.encode_document([text])[0]) == pytest.approx(1, abs=1e-5)


def test_long_text_is_cut_at_256_tokens(embedder: Embedder) -> None:
    kept, dropped = "pool " * 254, "parking " * 50  # 254 words and the two marks around them
    assert np.array_equal(embedder.encode_document([kept]), embedder.encode_document([kept + dropped]))


def test_order_is_kept_whatever_the_lengths(embedder: Embedder) -> None:
    shuffled = random.Random(7).sample(TEXTS[:60], 60)
    vectors = embedder.encode_document(shuffled)
    for text, vector in zip(shuffled, vectors, strict=True):
        assert np.array_equal(vector, embedder.encode_document([text])[0])


def test_a_text_has_the_same_vector_alone_in_company_and_as_a_question(embedder: Embedder) -> None:
    alone = embedder.encode_document([QUESTION])[0]
    company = embedder.encode_document(["hi", QUESTION, "breakfast " * 100])[1]
    assert np.abs(alone - company).max() <= 1e-3
    assert np.array_equal(alone, embedder.encode_query([QUESTION])[0])


def test_eight_threads_get_the_same_vectors() -> None:
    embedder = OnnxEmbedder()  # a cold cache, so that the threads really compute
    texts = TEXTS[:24]
    expected = embedder.encode_document(texts)

    def encode(number: int) -> bool:
        order = random.Random(number).sample(range(len(texts)), len(texts))
        vectors = embedder.encode_query([texts[i] for i in order])
        return np.array_equal(vectors, expected[order])

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(encode, range(8)))


def test_a_processor_without_vnni_gets_the_same_vectors(embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx, "has_vnni", lambda: False)
    cosines = np.sum(OnnxEmbedder().encode_document(TEXTS[:20]) * embedder.encode_document(TEXTS[:20]), axis=1)
    assert cosines.min() > 0.999


@pytest.mark.parametrize(
    ("question", "near", "far"),
    [
        (
            QUESTION,
            "Breakfast is served from 7:00 to 10:30 in the restaurant.",
            "Parking in the garage costs 18 euros a night.",
        ),
        (
            "Where can I leave my car?",
            "Parking in the garage costs 18 euros a night.",
            "Breakfast is served from 7:00 to 10:30 in the restaurant.",
        ),
        ("Is there somewhere to swim?", "The indoor pool is on the sixth floor.", "The gym opens with your key card."),
    ],
)
def test_the_passage_that_answers_is_nearer(embedder: Embedder, question: str, near: str, far: str) -> None:
    near_score, far_score = embedder.encode_document([near, far]) @ embedder.encode_query([question])[0]
    assert near_score > far_score + 0.1


def test_questions_are_remembered_within_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = OnnxEmbedder()
    cached = embedder._encode_cached
    assert cached.cache_info().maxsize == QUERY_CACHE_SIZE == 1024
    embedder.encode_query([QUESTION, QUESTION])
    assert (cached.cache_info().misses, cached.cache_info().hits) == (1, 1)
    embedder.encode_query(["x" * (QUERY_CACHE_MAX_CHARS + 1)])
    embedder.encode_document(["a passage"])
    assert cached.cache_info().currsize == 1


def test_the_cache_stays_at_its_bound() -> None:
    embedder = OnnxEmbedder()
    embedder._session = SimpleNamespace(run=lambda outputs, inputs: [np.ones((1, 384), dtype=np.float32)])
    embedder.encode_query([str(number) for number in range(QUERY_CACHE_SIZE + 50)])
    assert embedder._encode_cached.cache_info().currsize == QUERY_CACHE_SIZE


def test_changing_a_result_does_not_reach_the_cache(embedder: Embedder) -> None:
    first = embedder.encode_query([QUESTION])
    kept = first.copy()
    first[:] = 0
    assert np.array_equal(embedder.encode_query([QUESTION]), kept)


def test_the_card_describes_the_committed_file(embedder: Embedder) -> None:
    card = json.loads((MODEL_DIR / "model.json").read_text(encoding="utf-8"))
    content = (MODEL_DIR / "model.onnx").read_bytes()
    assert card["sha256"] == hashlib.sha256(content).hexdigest()
    assert card["bytes"] == len(content)
    assert card["dimensions"] == embedder.dimensions == 384
    assert card["cosine_mean"] >= 0.99
    assert embedder.name == f"{card['name']}-{card['sha256'][:12]}"


def test_the_committed_model_names_no_machine() -> None:
    content = (MODEL_DIR / "model.onnx").read_bytes()  # the exporter records its stack traces unless they are cleared
    assert not [word for word in (b"site-packages", b".py", b"/home/") if word in content]


def test_importing_the_module_loads_no_runtime() -> None:
    code = (
        "import sys, guestchat.retrieval.embedder; print({'onnxruntime', 'tokenizers', 'django'} & sys.modules.keys())"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True, cwd=MODEL_DIR.parents[2]).strip() == "set()"


def test_onnx_is_a_spec() -> None:
    assert isinstance(load_embedder("onnx"), OnnxEmbedder)


@pytest.mark.parametrize("spec", ["", "ONNX", "word2vec", "sentence-transformers", "sentence-transformers:"])
def test_another_spec_is_refused_by_the_variables_name(spec: str) -> None:
    with pytest.raises(EmbedderError) as caught:
        load_embedder(spec)
    assert (
        str(caught.value)
        == f'GUESTCHAT_EMBEDDER is "{spec}"; it must be "onnx" or "sentence-transformers:<model or path>".'
    )


def write_card(folder: Path, **changes: object) -> None:
    card = {"name": "m", "sha256": "0" * 64, "dimensions": 384, "max_tokens": 256} | changes
    (folder / "model.json").write_text(json.dumps({key: value for key, value in card.items() if value is not None}))


def test_missing_card_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError) as caught:
        OnnxEmbedder(tmp_path)
    assert (
        str(caught.value) == f"The model card {tmp_path / 'model.json'} cannot be read; "
        "run manage.py export_embedder in the training environment."
    )


def test_incomplete_card_names_what_it_lacks(tmp_path: Path) -> None:
    write_card(tmp_path, sha256=None, max_tokens=None)
    with pytest.raises(EmbedderError) as caught:
        OnnxEmbedder(tmp_path)
    assert str(caught.value) == f"The model card {tmp_path / 'model.json'} lacks max_tokens, sha256."


def test_another_width_is_refused(tmp_path: Path) -> None:
    write_card(tmp_path, dimensions=768)
    with pytest.raises(EmbedderError) as caught:
        OnnxEmbedder(tmp_path)
    assert str(caught.value) == f"The model in {tmp_path} makes 768 dimensions; the passages are stored with 384."


def test_broken_model_file_is_one_sentence(tmp_path: Path) -> None:
    write_card(tmp_path)
    (tmp_path / "tokenizer.json").write_bytes((MODEL_DIR / "tokenizer.json").read_bytes())
    (tmp_path / "model.onnx").write_bytes(b"not a graph")
    with pytest.raises(EmbedderError, match=r"^The model files in .* cannot be loaded: .*"):
        OnnxEmbedder(tmp_path)


class FakeSentenceTransformer:
    """The part of sentence-transformers that the embedder uses, for where it is not installed."""

    prompts: dict[str, str] = {}

    def __init__(self, model: str) -> None:
        if model == "nowhere":
            raise OSError("nowhere is not a local folder\nand much more advice")
        self.width = 768 if model == "wide" else 384

    def get_embedding_dimension(self) -> int:
        return self.width

    def state_dict(self) -> dict[str, object]:
        return {}

    def encode_query(self, texts: list[str], *, normalize_embeddings: bool, show_progress_bar: bool) -> object:
        return np.full((len(texts), 384), 384**-0.5, dtype=np.float64)

    encode_document = encode_query


@pytest.fixture
def fake_package(monkeypatch: pytest.MonkeyPatch) -> None:
    package = types.ModuleType("sentence_transformers")
    package.SentenceTransformer = FakeSentenceTransformer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", package)


@pytest.mark.usefixtures("fake_package")
def test_sentence_transformers_is_a_spec() -> None:
    embedder = load_embedder("sentence-transformers:models/tuned")
    assert isinstance(embedder, SentenceTransformersEmbedder)
    assert embedder.name.startswith("tuned-")
    for encode in (embedder.encode_query, embedder.encode_document):
        assert encode([]).shape == (0, 384)
        assert encode(["a", "b"]).shape == (2, 384)
        assert encode(["a"]).dtype == np.float32


@pytest.mark.usefixtures("fake_package")
def test_a_wide_sentence_transformers_model_is_refused() -> None:
    with pytest.raises(EmbedderError) as caught:
        load_embedder("sentence-transformers:wide")
    assert str(caught.value) == 'The model "wide" makes 768 dimensions; the passages are stored with 384.'


@pytest.mark.usefixtures("fake_package")
def test_a_missing_sentence_transformers_model_is_one_sentence() -> None:
    with pytest.raises(EmbedderError) as caught:
        load_embedder("sentence-transformers:nowhere")
    assert str(caught.value) == 'sentence-transformers cannot load the model "nowhere": nowhere is not a local folder'


def test_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(EmbedderError) as caught:
        load_embedder("sentence-transformers:x")
    assert (
        str(caught.value) == "The package sentence-transformers is not installed; "
        "run pip install -r requirements-train.txt or set GUESTCHAT_EMBEDDER=onnx."
    )


@pytest.fixture
def unloaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Forget the process's embedder and count the loads."""
    import django.conf

    loads: list[str] = []

    def load(spec: str) -> Embedder:
        loads.append(spec)
        return OnnxEmbedder()

    monkeypatch.setattr(module, "_process_embedder", None)
    monkeypatch.setattr(module, "load_embedder", load)
    monkeypatch.setattr(django.conf, "settings", SimpleNamespace(GUESTCHAT_EMBEDDER="onnx"))
    return loads


def test_the_process_loads_one_embedder(unloaded: list[str]) -> None:
    with ThreadPoolExecutor(8) as pool:
        embedders = list(pool.map(lambda _: get_embedder(), range(8)))
    assert unloaded == ["onnx"]
    assert len({id(embedder) for embedder in embedders}) == 1
