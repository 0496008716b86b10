"""What guests were imagined to write, and how a training step sees it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from guestchat.training.batches import Batches, Mix
from guestchat.training.corpus import CorpusError
from guestchat.training.guests import NEIGHBOURS, Guests, read_guests

HOUSES = Path(__file__).resolve().parents[2] / "hotels"


@pytest.fixture(scope="module")
def table() -> Guests:
    return read_guests()


def test_every_article_has_messages_that_it_answers(table: Guests) -> None:
    assert len(table.articles) > 2_000
    assert all(len(article.messages) >= 4 and all(article.messages) for article in table.articles)
    assert all(article.heading.strip() and article.answer.strip() for article in table.articles)


def test_no_house_that_is_evaluated_is_in_it(table: Guests) -> None:
    evaluated = {
        text
        for file in HOUSES.glob("*.json")
        for article in json.loads(file.read_text("utf-8"))["articles"]
        for text in ([article["answer"]] if isinstance(article["answer"], str) else article["answer"].values())
    }
    assert not evaluated & {article.answer for article in table.articles}


def test_what_is_held_out_is_never_trained_on(table: Guests) -> None:
    trained, held = table.trained_on(), table.held_out()
    assert not {each.group for each in trained.articles} & {each.group for each in held.articles}
    assert len(trained.articles) + len(held.articles) == len(table.articles)
    assert len(held.articles) > 200


def test_neighbours_are_drawn_together_and_each_once(table: Guests) -> None:
    drawn = table.draw(21, np.random.default_rng(5))
    again = table.draw(21, np.random.default_rng(5))
    assert drawn == again
    assert len({article.text for article, _ in drawn}) == len(drawn) == 21
    assert all(message in article.messages for article, message in drawn)
    groups = [article.group for article, _ in drawn]
    assert max(groups.count(group) for group in groups) == NEIGHBOURS


def test_an_articles_neighbours_are_wrong_answers(table: Guests, word_embedder: Any) -> None:
    few = Guests([each for each in table.articles if each.group == table.articles[0].group])
    texts = sorted({article.text for article in few.articles})
    vectors = dict(zip(texts, word_embedder.encode_query(texts), strict=True))
    batch = Batches([], {}, vectors, seed=1, mix=Mix(size=4, written=1.0), guests=few).batch(0)
    assert len(batch.anchors) == len(batch.positives) == 4
    assert batch.allowed.all()


@pytest.mark.parametrize(
    "line",
    [
        "no json",
        '{"group": "inn"}',
        '{"group": "inn", "articles": [{"heading": "Bar", "answer": "Open.", "asked": [{"xx": "?"}], "beside": []}]}',
    ],
)
def test_a_table_of_another_form_is_refused(line: str, tmp_path: Path) -> None:
    file = tmp_path / "guests.jsonl"
    file.write_text(line, encoding="utf-8")
    with pytest.raises(CorpusError, match="guests"):
        read_guests(file)
    with pytest.raises(CorpusError, match="cannot be read"):
        read_guests(tmp_path / "none.jsonl")


def test_what_guests_wrote_takes_from_all_else_alike() -> None:
    mix = Mix().with_written(0.5)
    assert mix.written == 0.5
    assert mix.translated == Mix().translated / 2
    assert mix.aspects == Mix().aspects / 2
