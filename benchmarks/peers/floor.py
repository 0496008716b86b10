"""Owns the bare floor: tokenise, embed, one exact pgvector query, in a loop. No framework, no commit, no answer.

Reads `{"database": libpq's parameters, "hotel_id": number, "texts": [..]}` from standard input; writes the time and the
processor time per text to standard output, in ms. Tables are read as their owner sees them, past the wall between
hotels.
"""

import json
import sys
import time

import psycopg
from pgvector import HalfVector
from pgvector.psycopg import register_vector

from guestchat.retrieval.embedder import OnnxEmbedder

_NEAREST = """
    SELECT source_key FROM guestchat_passage WHERE hotel_id = %s ORDER BY embedding <#> %s LIMIT 10
"""
_WARM_UP = 50


def main() -> None:
    """Run the loop over every text once, after a warm-up."""
    plan = json.load(sys.stdin)
    embedder = OnnxEmbedder()
    with psycopg.connect(**plan["database"], autocommit=True) as connection:
        register_vector(connection)
        connection.execute("SELECT set_config('guestchat.hotels', '*', false)")

        def search(text: str) -> int:
            vector = HalfVector(embedder.encode_query([text])[0])
            return len(connection.execute(_NEAREST, [plan["hotel_id"], vector], prepare=True).fetchall())

        found = sum(search(text) for text in plan["texts"][:_WARM_UP])
        texts = plan["texts"][_WARM_UP:]
        begun, worked = time.perf_counter(), time.process_time()
        found += sum(search(text) for text in texts)
        took, worked = time.perf_counter() - begun, time.process_time() - worked
    if not found:
        sys.exit("The floor found no passage.")
    json.dump(
        {"questions": len(texts), "ms": took * 1000 / len(texts), "cpu_ms": worked * 1000 / len(texts)}, sys.stdout
    )


if __name__ == "__main__":
    main()
