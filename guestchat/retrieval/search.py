"""Owns search: one exact query over one hotel's passages, by meaning and by words, fused. Reads no content rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pgvector import HalfVector

from guestchat.models import SEARCH_CONFIGURATIONS
from guestchat.prepared import run
from guestchat.words import words

# Words alone ranked worse than meaning alone on real questions; as a small bonus they break ties towards the row
# that says the guest's very word.
WORDS_WEIGHT = 0.12

# An exact scan: the unique index begins with the hotel, and a hotel has hundreds of passages, not millions.
# Every source is as good as its best passage in any of its languages and phrasings. A rank costs three times an inner
# product, so only passages that say a word get one.
_SEARCH = """
    SELECT source_type, source_key, max(similarity) AS similarity, max(matched) AS matched
    FROM (
        SELECT source_type, source_key,
               -(embedding <#> %(vector)s::halfvec) AS similarity,
               CASE WHEN search @@ query THEN ts_rank(search, query, 1) ELSE 0 END AS matched
        FROM guestchat_passage, to_tsquery(%(configuration)s::regconfig, %(words)s) AS query
        WHERE hotel_id = %(hotel_id)s
    ) AS passages
    GROUP BY source_type, source_key
    ORDER BY max(similarity) + %(weight)s * least(1, 4 * max(matched)) DESC, source_type, source_key
    LIMIT %(limit)s
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """A row that search found. `similarity` is a cosine; `score` adds the bonus for words and orders the hits."""

    type: str
    key: str
    score: float
    similarity: float
    matched: float


def search(hotel_id: int, vector: NDArray[np.float32], text: str, language: str, *, limit: int = 40) -> Sequence[Hit]:
    """Return a hotel's best rows for a question, best first; one query."""
    asked = {
        "vector": HalfVector(vector),
        "configuration": SEARCH_CONFIGURATIONS.get(language[:2], "simple"),
        "words": _any_word(text),
        "hotel_id": hotel_id,
        "weight": WORDS_WEIGHT,
        "limit": limit,
    }
    # The vector goes in binary: writing and parsing 384 numbers costs more than the search.
    rows = run(_SEARCH, asked)
    return [
        Hit(
            type=source_type,
            key=source_key,
            score=similarity + WORDS_WEIGHT * min(1.0, 4 * matched),
            similarity=similarity,
            matched=matched,
        )
        for source_type, source_key, similarity, matched in rows
    ]


def _any_word(text: str) -> str:
    """Return a text-search query that matches any word; only letters and digits get in, so it always parses."""
    found = [word.split("'")[0] for word in words(text)]
    return " | ".join(dict.fromkeys(word for word in found if word.isalnum()))
