"""Owns the training pairs: which articles of two entities ask the same, and which of one entity only sound alike.

Works on vectors that an untrained encoder made; loads no model and reads no file.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

TITLE_WEIGHT = 0.6
MARGIN = 0.06
MIN_SIMILARITY = 0.5
MIN_RELATED = 0.4
SAYS_THE_SAME = 0.8


@dataclass(frozen=True, kw_only=True, eq=False)
class Articles:
    """The articles of one kind of entity: `titles` and `bodies` (n, d) of unit norm, `entities` (n,) ascending."""

    titles: Floats
    bodies: Floats
    entities: Ints

    def blocks(self) -> list[slice]:
        """Return where each entity's articles stand."""
        starts = np.flatnonzero(np.diff(self.entities, prepend=self.entities[:1] - 1))
        return [
            slice(int(start), int(end)) for start, end in zip(starts, [*starts[1:], len(self.entities)], strict=True)
        ]

    def similarity(self, rows: slice, columns: slice = slice(None)) -> Floats:
        """Return how alike articles are, (rows, columns) float32: mostly by the question, partly by the answer."""
        titles = self.titles[rows] @ self.titles[columns].T
        bodies = self.bodies[rows] @ self.bodies[columns].T
        mixed: Floats = TITLE_WEIGHT * titles + (1 - TITLE_WEIGHT) * bodies
        return mixed


def mine_pairs(articles: Articles, *, margin: float = MARGIN, at_least: float = MIN_SIMILARITY) -> Ints:
    """Return the pairs of articles of two entities that ask the same, (n, 2) int64, the smaller row first, in order.

    Two articles are a pair where each is the other's best match in its entity, clearly so (`margin` over the second
    best, on both sides) and well enough (`at_least`). An entity that answers one question twice thus gives no
    pair for it.
    """
    blocks = articles.blocks()
    found = [np.empty((0, 2), dtype=np.int64)]
    for number, rows in enumerate(blocks[:-1]):
        similarity = articles.similarity(rows, slice(blocks[number + 1].start, None))
        for columns in blocks[number + 1 :]:
            shift = blocks[number + 1].start
            pairs = _best_of_each_other(similarity[:, columns.start - shift : columns.stop - shift], margin, at_least)
            found.append(pairs + np.array([rows.start, columns.start]))
    return np.concatenate(found)


def _best_of_each_other(similarity: Floats, margin: float, at_least: float) -> Ints:
    if not similarity.size:
        return np.empty((0, 2), dtype=np.int64)
    rows = np.arange(len(similarity))
    best = similarity.argmax(axis=1)
    value = similarity[rows, best]
    chosen = (
        (similarity.argmax(axis=0)[best] == rows)
        & (value >= at_least)
        & (value - _second(similarity) >= margin)
        & (value - _second(similarity.T)[best] >= margin)
    )
    return np.stack([rows[chosen], best[chosen]], axis=1).astype(np.int64)


def _second(similarity: Floats) -> Floats:
    """Return each row's second best value; of a single column there is none, and any margin is met."""
    if similarity.shape[1] < 2:
        return np.full(len(similarity), -1, dtype=np.float32)
    second: Floats = np.partition(similarity, -2, axis=1)[:, -2]
    return second


def mine_contrasts(articles: Articles, *, limit: int = 4) -> list[Ints]:
    """Return for each article up to `limit` others of its entity, nearest first, like it but asking another thing.

    "What does parking cost?" beside "Must I reserve parking?". What says the same (`SAYS_THE_SAME`) is no contrast.
    """
    found: list[Ints] = []
    for rows in articles.blocks():
        similarity = articles.similarity(rows, rows)
        for number, row in enumerate(similarity):
            order = np.argsort(-row, kind="stable")
            contrasts = [
                int(other) + rows.start
                for other in order
                if other != number and MIN_RELATED <= row[other] < SAYS_THE_SAME
            ]
            found.append(np.array(contrasts[:limit], dtype=np.int64))
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Triple:
    """One example: `anchor` and `positive` ask the same of two entities, `contrast` of the second does not (or -1)."""

    anchor: int
    positive: int
    contrast: int


class Sampler:
    """Draw examples so that rare topics are seen as well as common ones, and every draw can be drawn again.

    A pair of entities is drawn, then some of its pairs: within a batch the other positives of the entity are then
    the very wrong answers that serving has to tell apart. What every hotel answers makes most of the pairs, so pairs of
    much-matched articles are drawn less often (by the inverse root of their number).
    """

    def __init__(self, pairs: Ints, entities: Ints, contrasts: Sequence[Ints], *, group: int = 8) -> None:
        """Take the mined pairs and contrasts; `group` is how many pairs of two entities are drawn at once."""
        self._group = group
        self._contrasts = contrasts
        owners = entities[pairs]
        order = np.lexsort((owners[:, 1], owners[:, 0]))
        self._pairs = pairs[order]
        owners = owners[order]
        starts = np.flatnonzero(np.any(np.diff(owners, axis=0, prepend=owners[:1] - 1) != 0, axis=1))
        self._starts = np.append(starts, len(self._pairs))
        matched = np.bincount(pairs.ravel(), minlength=len(entities)).clip(min=1)
        self._weights = 1 / np.sqrt(matched[self._pairs].prod(axis=1))
        totals = np.add.reduceat(self._weights, starts) if len(starts) else np.empty(0)
        self._groups = totals / totals.sum() if len(starts) else totals

    @property
    def pairs(self) -> int:
        """How many pairs there are to draw from."""
        return len(self._pairs)

    def contrasts(self, article: int) -> list[int]:
        """Return the articles of the same entity that sound like one and ask another thing, nearest first."""
        return [int(row) for row in self._contrasts[article]]

    def draw_group(self, limit: int, random: np.random.Generator) -> list[Triple]:
        """Draw two entities, and up to `limit` of their pairs."""
        number = random.choice(len(self._groups), p=self._groups)
        rows = np.arange(self._starts[number], self._starts[number + 1])
        weights = self._weights[rows]
        drawn = random.choice(rows, size=min(limit, self._group, len(rows)), replace=False, p=weights / weights.sum())
        # All one way round, so that the other positives are articles of the very entity that the anchor is asked of.
        turn = random.choice([1, -1])
        triples = []
        for row in drawn:
            anchor, positive = self._pairs[row][::turn]
            contrasts = self._contrasts[positive]
            contrast = int(random.choice(contrasts)) if len(contrasts) else -1
            triples.append(Triple(anchor=int(anchor), positive=int(positive), contrast=contrast))
        return triples
