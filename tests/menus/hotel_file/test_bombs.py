"""Hotel files that are made to cost: refused with a sentence, in little time and little memory."""

import json
import time
import tracemalloc
from typing import Any

import pytest

from menus import hotel_file
from menus.hotel_file import HotelFileError
from menus.hotel_file.problems import MOST_PROBLEMS

MB = 1_048_576
BOMBS: dict[str, tuple[bytes, str]] = {
    "nothing but brackets": (b"[" * (5 * MB), "nested too deeply"),
    "objects in objects": (b'{"a":' * MB, "nested too deeply"),
    "nested, and closed again": (b"[" * 900 + b"]" * 900, "nested too deeply"),
    "a number of a million digits": (b'{"format": ' + b"9" * MB + b"}", "not finite, or too large"),
    "a number beyond all floats": (b'{"format": 1e999999999}', "not finite, or too large"),
    "not a number": (b'{"format": NaN}', "not finite, or too large"),
    "minus infinity": (b'{"format": -Infinity}', "not finite, or too large"),
    "a key given twice": (b'{"format": 1, "format": 2}', "given more than once"),
    "half a character": (b'{"format": "\\ud800"}', "lone surrogate"),
    "half a character as a key": (b'{"\\udfff": 1}', "unknown"),
    "a NUL": (b'{"format": "\\u0000"}', "NUL character"),
    "a million wrong numbers": (b"[" + b"NaN," * MB + b"1]", f"more than {MOST_PROBLEMS} problems"),
    "a million keys given twice": (b"{" + b'"a":1,' * MB + b'"a":1}', "given more than once"),
    "many keys given twice": (
        b"{" + b",".join(b'"%d":1,"%d":1' % (n, n) for n in range(100_000)) + b"}",
        f"more than {MOST_PROBLEMS} problems",
    ),
    "many unknown keys": (
        b"{" + b",".join(b'"%d":1' % n for n in range(200_000)) + b"}",
        f"more than {MOST_PROBLEMS} problems",
    ),
    "bytes that are no text": (b"\xff" * MB, "not UTF-8"),
    "another encoding": ('{"format": "ä"}'.encode("utf-16"), "not UTF-8"),
    "beyond the limit": (b" " * (hotel_file.MAX_BYTES + 1), "at most 32 MB"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_it_is_refused_with_a_sentence(name: str) -> None:
    document, sentence = BOMBS[name]
    with pytest.raises(HotelFileError) as refused:
        hotel_file.read(document)
    assert sentence in str(refused.value)


@pytest.mark.parametrize("name", BOMBS)
def test_it_costs_little(name: str) -> None:
    document, _sentence = BOMBS[name]
    tracemalloc.start()
    started = time.process_time()
    try:
        with pytest.raises(HotelFileError):
            hotel_file.read(document)
        spent, peak = time.process_time() - started, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert spent < 20  # tracing makes it several times slower
    assert peak < 200 * MB


def test_many_real_mistakes_are_all_told(document: Any) -> None:
    document["articles"] = [{"key": f"k{n}", "question": {"en": "x"}, "answer": 1} for n in range(500)]
    with pytest.raises(HotelFileError) as refused:
        hotel_file.read(json.dumps(document))
    assert len(refused.value.problems) == 500
