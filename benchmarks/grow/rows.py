"""Owns what happens inside the installation: hotels multiplied by the database itself, searches and edits timed.

Runs in `manage.py shell`, so everything goes the product's own way: its binding, its statements, its signals.
"""

import itertools
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray
from pgvector import HalfVector

from benchmarks.figures import spread
from benchmarks.questions import talk
from benchmarks.server import HOTEL
from guestchat.models import Passage
from guestchat.retrieval.embedder import get_embedder
from guestchat.retrieval.search import search
from menus import tenancy
from menus.models import Hotel, MenuItem

_SEARCHES = 400
_EDITS = 40
_QUESTIONS = 200
_NEAREST = 10
_HOTELS_AT_ONCE = 50
_PASSAGES_AT_ONCE = 5_000
# Passages of one hotel are unlike each other; those that are multiplied are moved apart by so much.
_NOISE = 0.35
_GROWN = "grown"


def measure(steps: Sequence[int], passages: int, lengths: Sequence[int]) -> None:
    """Print a JSON object: what searching costs at so many hotels, and in one hotel of so many passages."""
    with tenancy.as_owner():
        questions = _questions()
        found: dict[str, Any] = {"passages_a_hotel": passages, "hotels": [], "lengths": []}
        for hotels in steps:
            seconds = _multiply(hotels, passages)
            found["hotels"].append({"hotels": hotels, "filled_s": round(seconds, 1), **_at(hotels, questions)})
            print(json.dumps(found["hotels"][-1]), file=sys.stderr, flush=True)
        for length in lengths:
            found["lengths"].append(_long(length, questions))
            print(json.dumps(found["lengths"][-1]), file=sys.stderr, flush=True)
    print(json.dumps(found))


def _questions() -> list[tuple[str, NDArray[np.float32]]]:
    texts = list(dict.fromkeys(itertools.islice(talk(random.Random(5)), _QUESTIONS)))
    return list(zip(texts, get_embedder().encode_query(texts), strict=True))


# --- more hotels -----------------------------------------------------------------------
def _multiply(hotels: int, passages: int) -> float:
    """Let there be so many hotels of so many passages beside the demo hotel; return the seconds that it took."""
    there = Hotel.objects.filter(slug__startswith=f"{_GROWN}-").count()
    demo = Hotel.objects.get(slug=HOTEL)
    begun = time.perf_counter()
    for first in range(there, hotels, _HOTELS_AT_ONCE):
        numbers = range(first, min(hotels, first + _HOTELS_AT_ONCE))
        with transaction.atomic():
            made = Hotel.objects.bulk_create(
                Hotel(slug=f"{_GROWN}-{n}", name=f"Hotel {n}", languages=["en", "de"]) for n in numbers
            )
            with connection.cursor() as cursor:
                # Twice where a hotel is to have more than the demo hotel has.
                cursor.execute(
                    """
                    INSERT INTO guestchat_passage
                        (hotel_id, source_type, source_key, language, variant, words, content_hash, embedding)
                    SELECT hotel, source_type, source_key || '-' || turn, language, variant, words, content_hash,
                           embedding
                    FROM unnest(%s::bigint[]) AS hotel CROSS JOIN LATERAL (
                        SELECT * FROM guestchat_passage CROSS JOIN generate_series(1, 9) AS turn
                        WHERE hotel_id = %s ORDER BY turn, id LIMIT %s
                    ) AS copies
                    """,
                    [[hotel.pk for hotel in made], demo.pk, passages],
                )
        if first % 1_000 < _HOTELS_AT_ONCE:
            print(f"{first} hotels …", file=sys.stderr, flush=True)
    _settle()
    return time.perf_counter() - begun


def _settle() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE guestchat_passage")


def _at(hotels: int, questions: Sequence[tuple[str, NDArray[np.float32]]]) -> dict[str, Any]:
    chance = random.Random(hotels)
    keys = list(Hotel.objects.filter(slug__startswith=f"{_GROWN}-").values_list("pk", flat=True))
    asked = [(chance.choice(keys), *chance.choice(questions)) for _ in range(_SEARCHES)]
    times = [_timed(partial(_search, *one)) for one in asked]
    rows, index = _sizes()
    return {
        "search_ms": _spread(times),
        "recall": _recall(asked[:50], _exactly),
        "edit_ms": _edits(),
        "table_mb": rows,
        "indexes_mb": index,
    }


def _search(hotel: int, text: str, vector: NDArray[np.float32]) -> list[tuple[str, str]]:
    with tenancy.at(hotel):
        return [(hit.type, hit.key) for hit in search(hotel, vector, text, "en")]


def _timed(call: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    call()
    return (time.perf_counter() - begun) * 1_000


def _edits() -> dict[str, dict[str, float]]:
    """Return how long it takes to save a dish of the demo hotel: its price, and a description, which is embedded."""
    hotel = Hotel.objects.get(slug=HOTEL)
    dishes = list(MenuItem.objects.filter(hotel=hotel)[:_EDITS])

    def price(dish: MenuItem) -> None:
        dish.price = (dish.price or 0) + 1
        dish.save()

    def text(dish: MenuItem) -> None:
        dish.description = {"en": f"With {dish.key} and {random.random()}"}
        dish.save()

    with tenancy.at(hotel.pk):
        return {
            name: _spread([_timed(partial(edit, dish)) for dish in dishes])
            for name, edit in (("price", price), ("text", text))
        }


def _sizes() -> tuple[float, float]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_table_size('guestchat_passage'), pg_indexes_size('guestchat_passage')")
        rows, indexes = cursor.fetchone()
    return round(rows / 1e6, 1), round(indexes / 1e6, 1)


# --- one long menu -----------------------------------------------------------------------
def _long(length: int, questions: Sequence[tuple[str, NDArray[np.float32]]]) -> dict[str, Any]:
    """Return what searching one hotel of so many passages costs, exactly and by an index of its own."""
    hotel = Hotel.objects.create(slug=f"long-{length}", name="Long", languages=["en", "de"])
    for batch in _batches(hotel, length):
        Passage.objects.bulk_create(batch)
    _settle()
    asked = [(hotel.pk, *question) for question in questions]
    exact = _spread([_timed(partial(_search, *one)) for one in asked])
    name = f"grown_hnsw_{hotel.pk}"
    with connection.cursor() as cursor:
        begun = time.perf_counter()
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute(
            f"CREATE INDEX {name} ON guestchat_passage USING hnsw (embedding halfvec_ip_ops)"
            f" WHERE hotel_id = {hotel.pk}"
        )
        built = time.perf_counter() - begun
        cursor.execute("SELECT pg_relation_size(%s)", [name])
        size = cursor.fetchone()[0]
        times = [_timed(partial(_by_index, *one)) for one in asked]
        recall = _recall(asked[:100], _by_index)
        cursor.execute(f"DROP INDEX {name}")
    Passage.objects.filter(hotel=hotel).delete()
    hotel.delete()
    return {
        "passages": length,
        "exact_ms": exact,
        "index_ms": _spread(times),
        "index_recall": recall,
        "index_mb": round(size / 1e6, 1),
        "index_built_s": round(built, 1),
    }


def _batches(hotel: Hotel, length: int) -> Iterator[list[Passage]]:
    chance = np.random.default_rng(7)
    with tenancy.as_owner():
        there = list(
            Passage.objects.filter(hotel__slug=HOTEL).values("source_type", "words", "content_hash", "embedding")
        )
    vectors = _matrix([each["embedding"] for each in there])
    for first in range(0, length, _PASSAGES_AT_ONCE):
        numbers = np.arange(first, min(length, first + _PASSAGES_AT_ONCE))
        moved = vectors[numbers % len(there)] + _NOISE * chance.standard_normal(
            (len(numbers), vectors.shape[1])
        ) / np.sqrt(vectors.shape[1])
        moved /= np.linalg.norm(moved, axis=1, keepdims=True)
        yield [
            Passage(
                hotel=hotel,
                source_type=there[number % len(there)]["source_type"],
                source_key=f"row-{number}",
                language="en",
                variant=0,
                words=there[number % len(there)]["words"],
                content_hash=there[number % len(there)]["content_hash"],
                embedding=HalfVector(vector),
            )
            for number, vector in zip(numbers.tolist(), moved, strict=True)
        ]


def _by_index(hotel: int, _text: str, vector: NDArray[np.float32]) -> list[int]:
    return _nearest(hotel, vector, "hnsw.iterative_scan = relaxed_order", "enable_seqscan = 0", "enable_bitmapscan = 0")


def _exactly(hotel: int, _text: str, vector: NDArray[np.float32]) -> list[int]:
    return _nearest(hotel, vector)


def _nearest(hotel: int, vector: NDArray[np.float32], *settings: str) -> list[int]:
    with tenancy.at(hotel), transaction.atomic(), connection.cursor() as cursor:
        for setting in settings:
            cursor.execute(f"SET LOCAL {setting}")
        # The hotel as a number in the text: only so a partial index is known to fit.
        cursor.execute(
            f"SELECT id FROM guestchat_passage WHERE hotel_id = {hotel} ORDER BY embedding <#> %s::halfvec LIMIT %s",
            [str(HalfVector(vector).to_text()), _NEAREST],
        )
        return [key for (key,) in cursor.fetchall()]


def _matrix(vectors: Sequence[Any]) -> NDArray[np.float32]:
    """Return stored vectors as rows; the pool's connections read them as lists, others as pgvector's own type."""
    return np.array([each if isinstance(each, list) else each.to_list() for each in vectors], dtype=np.float32)


def _spread(times: Sequence[float]) -> dict[str, float]:
    found = spread(times)
    assert found is not None
    return found.as_json()


def _recall(asked: Sequence[tuple[int, str, NDArray[np.float32]]], way: Callable[..., list[int]]) -> float:
    """Return which share of the ten nearest passages a way finds, by NumPy's own comparison of all of them."""
    shares = []
    for hotel, text, vector in asked:
        with tenancy.at(hotel):
            rows = list(Passage.objects.filter(hotel=hotel).values_list("pk", "embedding"))
        scores = _matrix([each for _key, each in rows]) @ vector.astype(np.float16)
        # What is exactly as near as the tenth counts as well.
        least = np.sort(scores)[-_NEAREST] - 1e-3
        near = {key for (key, _each), score in zip(rows, scores, strict=True) if score >= least}
        shares.append(len(near & set(way(hotel, text, vector))) / _NEAREST)
    return round(min(1.0, statistics.fmean(shares)), 4)
