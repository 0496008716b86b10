"""What guests say around a question is fitted from a table that people can read and add to."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from guestchat.training.asides import ASIDES, Piece, chances, cross_fitted, fit, in_steps, read_asides
from guestchat.training.corpus import CorpusError


def test_the_table_holds_both_kinds_in_every_language_and_no_piece_twice() -> None:
    rows = [json.loads(line) for line in ASIDES.read_text("utf-8").splitlines()]
    assert {(row["lang"], row["says"]) for row in rows} == {
        (language, says) for language in ("en", "de", "es", "fr") for says in ("nothing", "something")
    }
    assert [
        text for text, times in Counter((row["text"].casefold(), row["lang"]) for row in rows).items() if times > 1
    ] == []


@pytest.mark.parametrize(
    "line", ['{"text": "hello", "lang": "en", "says": "hm"}', '{"text": "hello", "says": "nothing"}', "no json", "[]"]
)
def test_a_line_of_another_form_is_named(tmp_path: Path, line: str) -> None:
    table = tmp_path / "asides.jsonl"
    table.write_text(line)
    with pytest.raises(CorpusError, match=r"asides\.jsonl"):
        read_asides(table)


def test_words_of_the_others_tell_each_piece() -> None:
    said = ["my wife asks", "my husband asks", "sorry to ask", "asks my wife", "my wife is asking"] * 6
    asked = ["the pool", "is the bar open", "the bar", "open the pool", "is the pool open"] * 6
    pieces = [
        Piece(text=text, is_aside=is_aside)
        for pair in zip(said, asked, strict=True)
        for text, is_aside in zip(pair, (True, False), strict=True)
    ]
    share = np.ones(len(pieces))
    for found in (chances(pieces, *fit(pieces, share)), cross_fitted(pieces, share)):
        assert [chance > 0.5 for chance in found] == [piece.is_aside for piece in pieces]


def test_weights_are_kept_in_whole_steps() -> None:
    slots, step = in_steps(np.array([0.0, -2.54, 1.27]))
    assert np.frombuffer(slots, np.int8).tolist() == [0, -127, 64]
    assert step == pytest.approx(0.02)
