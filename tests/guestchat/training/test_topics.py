"""What names a topic in every language, for training."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from guestchat.training.batches import Batches, Mix
from guestchat.training.corpus import LANGUAGES, CorpusError
from guestchat.training.guests import Asked, Guests
from guestchat.training.topics import Topics, read_topics


@pytest.fixture(scope="module")
def topics() -> Topics:
    return read_topics()


def test_every_topic_is_named_in_every_language(topics: Topics) -> None:
    assert len(topics.names) > 200
    assert topics.keys["early_check_in"] == "early check in"


def test_topics_are_drawn_once_each_with_two_phrases_and_again_by_the_seed(topics: Topics) -> None:
    drawn = topics.draw(40, np.random.default_rng(2))
    assert drawn == topics.draw(40, np.random.default_rng(2))
    assert len({name for name, _, _ in drawn}) == 40
    assert not [one for _, one, _ in drawn if one.endswith("*")]
    assert sum(one != other for _, one, other in drawn) > 35  # some topic has one name in a language


def test_a_topics_name_stands_against_other_names_and_against_no_article(word_embedder: Any) -> None:
    few = Topics({each: {"pool": ["pool", "swim"], "parking": ["garage", "car park"]} for each in LANGUAGES})
    articles = [
        Asked(group="one", heading=name, answer=f"{name}.", messages=(f"{name}?",)) for name in ("pool", "sauna")
    ]
    texts = sorted({*few.keys.values(), *(each.text for each in articles)})
    vectors = dict(zip(texts, word_embedder.encode_query(texts), strict=True))
    mix = Mix(size=4, written=0.5, named=0.5)
    batch = Batches([], {}, vectors, seed=1, mix=mix, guests=Guests(articles), topics=few).batch(0)
    assert np.array_equal(batch.allowed, np.kron(np.eye(2, dtype=bool), np.ones((2, 2), dtype=bool)))


@pytest.mark.parametrize("content", ["no toml", "[detail]", None])
def test_topics_of_another_form_are_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "en.toml").write_text(content, encoding="utf-8")
    with pytest.raises(CorpusError, match=r"The topics .*en\.toml cannot be read"):
        read_topics(tmp_path)
