"""Owns fitting the calibration: labelled questions from public articles, and a logistic regression. Reads no dev set.

An article's title asked of another entity whose own article asks the same is a question with an answer; the same with
that article, and all that says the same, taken away is one without. The titles are said as guests say them, and only
entities that the encoder was not trained on are asked: of its own examples it is too sure. Fitted on two thirds of the
entities, measured on the rest.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from guestchat.answering.ranking import WORDS_WEIGHT
from guestchat.retrieval.calibration import FEATURES, Candidate, features
from guestchat.retrieval.embedder import Embedder
from guestchat.training.chatter import spoken
from guestchat.training.corpus import Doc, fragment
from guestchat.training.evaluation import RIGHT, auc, coverage_at_precision, passage_vectors
from guestchat.training.mining import Articles, mine_pairs
from guestchat.understanding.stems import says, stem
from guestchat.understanding.vocabulary import vocabulary
from guestchat.words import words

Floats = NDArray[np.float64]

# Pairs that training would not trust are asked too, and only what says the very same is taken away with the answer:
# real questions fit no article as well as mined ones do.
LOOSELY = 0.4
FRAGMENTS, SPOKEN = 0.2, 0.7


@dataclass(frozen=True, kw_only=True)
class Example:
    """A question's features, whether the first candidate answers it, and the entity that was asked."""

    features: tuple[float, ...]
    right: bool
    answerable: bool
    entity: int


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """Weights with what they reach on entities that were not fitted on."""

    weights: dict[str, float]
    auc: float
    coverage_95: float
    coverage_90: float
    curve: list[dict[str, float]]


def topic_words(text: str) -> list[str]:
    """Return the stems of a question's topic words, as understanding finds them."""
    filler = vocabulary("en").filler
    return list(dict.fromkeys(stem(word) for word in words(text) if word not in filler and not word.isdigit()))


def examples(docs: Sequence[Doc], embedder: Embedder, *, count: int, seed: int = 7) -> list[Example]:
    """Return labelled questions over the articles of one kind of entity."""
    random = np.random.default_rng(seed)
    titles = _encode(embedder, [doc.title for doc in docs], "titles")
    both = _encode(embedder, [f"{doc.title} {doc.body}" for doc in docs], "articles")
    entities = np.array(list(_numbers([doc.entity for doc in docs])), dtype=np.int64)
    articles = Articles(titles=titles, bodies=both, entities=entities)
    blocks = {int(entities[block.start]): block for block in articles.blocks()}
    passages = passage_vectors(titles, both)
    own = [frozenset(stem(word) for word in words(f"{doc.title} {doc.body}")) for doc in docs]
    pairs = mine_pairs(articles, margin=0.0, at_least=LOOSELY)
    chosen = pairs[random.choice(len(pairs), size=min(count, len(pairs)), replace=False)]
    weights = {number: _weights(own[block]) for number, block in blocks.items()}
    found: list[Example] = []
    for one, other in tqdm(random.permuted(chosen, axis=1), desc="Asking", unit="question", disable=None):
        block = blocks[int(entities[other])]
        asked = _said(docs[one].title, random)
        query = embedder.encode_query([asked])[0]
        scores = passages[block] @ query
        # As serving ranks: the question's own words decide among what means nearly the same.
        stems = topic_words(asked)
        ranks = scores + WORDS_WEIGHT * np.array(
            [_share_said(stems, own[row], weights[int(entities[other])]) for row in range(block.start, block.stop)]
        )
        alike = 0.6 * titles[block] @ titles[other] + 0.4 * both[block] @ both[other]
        gold = other - block.start
        kept = np.ones(len(scores), dtype=np.bool_)
        for answerable in (True, False):
            if not answerable:
                kept = alike < RIGHT
                kept[gold] = False
            order = [int(row) for row in np.argsort(-ranks, kind="stable") if kept[row]][:5]
            if not order:
                continue
            ranked = [
                Candidate(key=str(row), similarity=float(scores[row]), words=own[block.start + row]) for row in order
            ]
            right = answerable and (order[0] == gold or alike[order[0]] >= RIGHT)
            found.append(
                Example(
                    features=features(stems, ranked, weights[int(entities[other])]),
                    right=bool(right),
                    answerable=answerable,
                    entity=int(entities[other]),
                )
            )
    return found


def _said(title: str, random: np.random.Generator) -> str:
    """Return a title as a guest might ask it: now and then in a word or two, mostly in other words."""
    chance = random.random()
    if chance < FRAGMENTS:
        return fragment(title) or title
    return spoken(title, random) if chance < FRAGMENTS + SPOKEN else title


def _share_said(stems: Sequence[str], own: frozenset[str], weights: Mapping[str, float]) -> float:
    rarest = max(weights.values(), default=1.0)
    weighed = {stem: weights.get(stem, rarest) for stem in stems}
    return (
        sum(weight for stem, weight in weighed.items() if says(own, stem)) / sum(weighed.values()) if weighed else 0.5
    )


def _encode(embedder: Embedder, texts: Sequence[str], name: str) -> NDArray[np.float32]:
    return np.concatenate(
        [embedder.encode_document([text]) for text in tqdm(texts, desc=f"Embedding {name}", disable=None)]
    )


def _numbers(names: Sequence[str]) -> Iterator[int]:
    known: dict[str, int] = {}
    for name in names:
        yield known.setdefault(name, len(known))


def _weights(own: Sequence[frozenset[str]]) -> dict[str, float]:
    counts = Counter(word for each in own for word in each)
    return {word: math.log(1 + len(own) / count) for word, count in counts.items()}


def fit(found: Sequence[Example], *, steps: int = 4000, rate: float = 0.5) -> Fitted:
    """Fit the weights on two thirds of the entities, and measure on the rest what they reach."""
    held = np.array([example.entity % 3 == 0 for example in found])
    x = np.array([example.features for example in found])
    y = np.array([example.right for example in found], dtype=np.float64)
    weights = _regress(x[~held], y[~held], steps, rate)
    chance = 1 / (1 + np.exp(-(x[held] @ weights)))
    right = y[held] == 1
    answerable = np.array([example.answerable for example in found])[held]
    scores, correct = chance[answerable].tolist(), right[answerable].tolist()
    without = chance[~answerable].tolist()
    return Fitted(
        weights={name: round(float(value), 4) for name, value in zip(FEATURES, weights, strict=True)},
        auc=auc(scores, without),
        coverage_95=coverage_at_precision(scores, correct, without, 0.95),
        coverage_90=coverage_at_precision(scores, correct, without, 0.9),
        curve=_curve(chance, right),
    )


def _regress(x: Floats, y: Floats, steps: int, rate: float) -> Floats:
    """Return the weights of a logistic regression by plain gradient descent: six features need no library."""
    weights = np.zeros(x.shape[1])
    for _step in range(steps):
        error = 1 / (1 + np.exp(-(x @ weights))) - y
        weights -= rate * (x.T @ error / len(y) + 1e-4 * weights)
    return weights


def _curve(chance: Floats, right: NDArray[np.bool_]) -> list[dict[str, float]]:
    """Return how often the best article was right, by tenths of the probability."""
    tenths = np.minimum((chance * 10).astype(int), 9)
    return [
        {
            "from": tenth / 10,
            "questions": int((tenths == tenth).sum()),
            "expected": round(float(chance[tenths == tenth].mean()), 3),
            "right": round(float(right[tenths == tenth].mean()), 3),
        }
        for tenth in range(10)
        if (tenths == tenth).any()
    ]
