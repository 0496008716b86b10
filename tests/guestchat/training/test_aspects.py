"""Made questions: each asks one aspect of a thing, and its article answers that one and not the contrast's."""

from pathlib import Path

import numpy as np
import pytest

from guestchat.training.aspects import Aspects
from guestchat.training.corpus import CorpusError


@pytest.fixture(scope="module")
def aspects() -> Aspects:
    return Aspects()


def test_the_same_draw_is_made_again(aspects: Aspects) -> None:
    one, again = (aspects.draw(20, np.random.default_rng(4)) for _ in range(2))
    assert one == again
    assert len(one) == 20


def test_an_article_answers_what_is_asked_and_its_contrast_does_not(aspects: Aspects) -> None:
    for asked in aspects.draw(200, np.random.default_rng(5)):
        thing = asked.key.partition("/")[0]
        assert asked.key in asked.answers
        assert asked.other_key != asked.key
        assert {each.partition("/")[0] for each in (*asked.answers, asked.other_key)} == {thing}


def test_every_frame_is_filled_in_every_language(aspects: Aspects) -> None:
    drawn = aspects.draw(10_000, np.random.default_rng(6))
    texts = [text for asked in drawn for text in (asked.text, asked.article, asked.other)]
    assert not [text for text in texts if "{" in text or not text.strip()]
    assert {asked.key for asked in drawn} <= set(aspects.keys)


def test_a_table_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"The tables of aspects cannot be read: .*none\.tsv"):
        Aspects(things=tmp_path / "none.tsv")
