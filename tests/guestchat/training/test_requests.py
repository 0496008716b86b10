"""What requests are like is fitted from a table that people can read and add to."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from guestchat.answering.wanting import KINDS, chances
from guestchat.training.corpus import CorpusError
from guestchat.training.requests import REQUESTS, cross_fitted, fit, read_requests


def test_the_table_holds_every_kind_in_every_language_and_no_message_twice() -> None:
    rows = [json.loads(line) for line in REQUESTS.read_text("utf-8").splitlines()]
    assert {(row["lang"], row["kind"]) for row in rows} == {
        (language, kind) for language in ("en", "de", "es", "fr") for kind in KINDS
    }
    assert [
        text for text, times in Counter((row["text"].casefold(), row["lang"]) for row in rows).items() if times > 1
    ] == []


@pytest.mark.parametrize(
    "line", ['{"text": "a taxi", "lang": "en", "kind": "cab"}', '{"text": "a taxi", "kind": "taxi"}', "no json", "[]"]
)
def test_a_line_of_another_form_is_named(tmp_path: Path, line: str) -> None:
    table = tmp_path / "requests.jsonl"
    table.write_text(line)
    with pytest.raises(CorpusError, match=r"requests\.jsonl"):
        read_requests(table)


def test_other_languages_are_read_in_english(tmp_path: Path) -> None:
    table = tmp_path / "requests.jsonl"
    table.write_text('{"text": "zwei Handt\\u00fccher", "lang": "de", "kind": "housekeeping"}')
    [read] = read_requests(table)
    assert (read.text, read.kind) == ("two towels", "housekeeping")


def test_what_lies_apart_is_told_apart_and_each_message_by_the_others() -> None:
    random = np.random.default_rng(1)
    kinds = [KINDS[number % 3] for number in range(150)]
    middles = random.normal(size=(3, 12)) * 2
    vectors = middles[[number % 3 for number in range(150)]] + random.normal(size=(150, 12)) * 0.2
    share = np.ones(150)
    told = chances(vectors, **fit(vectors, kinds, share)).argmax(axis=1)
    apart = cross_fitted(vectors, kinds, share).argmax(axis=1)
    assert [KINDS[place] for place in told] == [KINDS[place] for place in apart] == kinds
