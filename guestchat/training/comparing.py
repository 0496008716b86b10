"""Owns trying an encoder as it serves: on guests' questions about many houses, and on the demo hotel."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guestchat.retrieval.embedder import Embedder
from guestchat.training.corpus import CorpusError, Doc, Question
from guestchat.training.evaluation import NEAR, RIGHT, Case, Figures, measure, passage_vectors, says_the_same
from guestchat.training.mining import Articles
from guestchat.understanding.glossing import in_english
from guestchat.words import without_name, words

Floats = NDArray[np.float32]

DEMO = Path(__file__).resolve().parents[1] / "demo" / "lindenhof.json"
DEMO_QUESTIONS = Path(__file__).resolve().parent / "demo_questions.tsv"
SETS = {"hotels and restaurants": ("hotel", "restaurant"), "train service": ("train",)}


@dataclass(frozen=True, kw_only=True, eq=False)
class Passages:
    """The demo hotel's passages, one row of `vectors` each; `phrasings` is -1 for an article's question and answer."""

    vectors: Floats
    keys: NDArray[np.str_]
    languages: NDArray[np.str_]
    phrasings: NDArray[np.int64]


def compare_houses(
    embedder: Embedder, docs: Sequence[Doc], questions: Sequence[Question], judge: Mapping[str, Floats]
) -> Iterator[tuple[str, Figures]]:
    """Yield the figures of each set of `SETS`.

    `judge` maps titles and bodies to vectors of the untrained encoder: what says the same must not depend on the
    encoder that is tried.
    """
    for name, domains in SETS.items():
        asked = [question for question in questions if question.domain in domains]
        yield name, measure([case(embedder, question, docs, judge) for question in asked])


def case(embedder: Embedder, question: Question, docs: Sequence[Doc], judge: Mapping[str, Floats]) -> Case:
    """Return one question with its entity's articles; raise `CorpusError` where the right one is not among them."""
    candidates = [doc for doc in docs if doc.entity == question.entity]
    gold = np.array([doc.identity in question.gold for doc in candidates], dtype=np.bool_)
    if not gold.any():
        raise CorpusError(f"The question {question.identity} is answered by no article of {question.entity}.")
    judged = Articles(
        titles=np.stack([judge[doc.title] for doc in candidates]),
        bodies=np.stack([judge[doc.body] for doc in candidates]),
        entities=np.zeros(len(candidates), dtype=np.int64),
    )
    alike = judged.similarity(slice(None))[gold].max(axis=0)
    bodies = [doc.body for doc in candidates]
    return Case(
        query=embedder.encode_query([question.text])[0],
        passages=passage_vectors(
            embedder.encode_document([doc.title for doc in candidates]),
            embedder.encode_document([f"{doc.title} {doc.body}" for doc in candidates]),
        ),
        gold=gold,
        right=says_the_same(alike, bodies, gold, RIGHT),
        near=says_the_same(alike, bodies, gold, NEAR),
    )


def compare_demo(
    embedder: Embedder, trained_on: Sequence[str], path: Path = DEMO, questions: Path = DEMO_QUESTIONS
) -> Iterator[tuple[str, str, int, float]]:
    """Yield (language asked, languages of the passages, questions, recall@1) on the demo hotel.

    The hotel's own phrasings are asked one after the other, each with itself and its translations taken away; French
    and Spanish come from a table, as the hotel has none. What was trained on word for word is not asked.
    """
    hotel = _read_demo(path)
    passages = _passages(embedder, hotel)
    known = {_folded(text) for text in trained_on}
    for language in ("en", "de"):
        # Short phrasings are stored as passages of their own, with the very vector that they have as a question.
        asked = [
            row
            for row, (key, number) in enumerate(zip(passages.keys, passages.phrasings, strict=True))
            if passages.languages[row] == language
            and number >= 0
            and _folded(_phrasing(hotel, key, number, language)) not in known
        ]
        keys = passages.keys[asked]
        left_out = (passages.keys == keys[:, None]) & (passages.phrasings == passages.phrasings[asked][:, None])
        scores = passages.vectors[asked] @ passages.vectors.T
        for stored in ("en", "de", "en+de"):
            allowed = ~left_out & np.isin(passages.languages, stored.split("+"))
            yield language, stored, len(asked), _recall(scores, allowed, passages.keys, keys)
    for language, table in _read_table(questions).items():
        rows = [(key, text) for key, text in table if _folded(text) not in known]
        scores = embedder.encode_query([in_english(text, language) for _, text in rows]) @ passages.vectors.T
        allowed = np.ones_like(scores, dtype=np.bool_)
        yield language, "en+de", len(rows), _recall(scores, allowed, passages.keys, np.array([key for key, _ in rows]))


def _recall(scores: Floats, allowed: NDArray[np.bool_], keys: NDArray[np.str_], wanted: NDArray[np.str_]) -> float:
    best = np.where(allowed, scores, -np.inf).argmax(axis=1)
    return float(np.mean(keys[best] == wanted)) if len(wanted) else float("nan")


def _passages(embedder: Embedder, hotel: Mapping[str, Any]) -> Passages:
    name = hotel["hotel"]["name"]
    rows = [
        (
            article["key"],
            language,
            number,
            without_name(_phrasing(hotel, article["key"], number, language), name),
            article,
        )
        for article in hotel["articles"]
        for language in ("en", "de")
        for number in range(-1, len(article["also_asked"]))
    ]
    vectors = embedder.encode_document([in_english(text, language) for _, language, _, text, _ in rows])
    for row, (_, language, number, text, article) in enumerate(rows):
        if number < 0:
            answer = without_name(article["answer"][language], name)
            read = in_english(f"{text} {answer}", language)
            vectors[row] = passage_vectors(vectors[row : row + 1], embedder.encode_document([read]))[0]
    return Passages(
        vectors=vectors,
        keys=np.array([key for key, *_ in rows]),
        languages=np.array([language for _, language, *_ in rows]),
        phrasings=np.array([number for _, _, number, *_ in rows], dtype=np.int64),
    )


def _phrasing(hotel: Mapping[str, Any], key: str, number: int, language: str) -> str:
    article = next(article for article in hotel["articles"] if article["key"] == key)
    text: str = (article["question"] if number < 0 else article["also_asked"][number])[language]
    return text


def _read_demo(path: Path) -> dict[str, Any]:
    try:
        hotel: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CorpusError(f"The demo hotel {path} cannot be read: {error}") from error
    return hotel


def _read_table(path: Path) -> dict[str, list[tuple[str, str]]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        return {language: [(row["key"], row[language]) for row in rows] for language in ("fr", "es")}
    except (OSError, KeyError, csv.Error) as error:
        raise CorpusError(f"The questions {path} cannot be read: {error!r}") from error


def _folded(text: str) -> str:
    return " ".join(words(text))
