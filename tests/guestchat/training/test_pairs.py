"""What the judge is trained on: the nearest of a group stand against a question, and nothing answers what is beside."""

from collections.abc import Sequence

import numpy as np
import pytest

from guestchat.training.guests import Asked, Guests, read_guests
from guestchat.training.pairs import Floats, noisy, of_guests


def _encode(texts: Sequence[str]) -> Floats:
    """Return vectors by the letters that texts are made of: enough for nearness."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    found = np.array([[text.lower().count(each) for each in letters] for text in texts], dtype=np.float32) + 1e-3
    unit: Floats = found / np.linalg.norm(found, axis=1, keepdims=True)
    return unit


ARTICLES = [
    Asked(group="one", heading=name, answer=f"{name} {name}.", messages=(f"{name}?",), beside=(f"{name} age?",))
    for name in ("pool", "loop", "sauna", "garage", "wifi", "zoo")
] + [Asked(group="two", heading="alone", answer="alone.", messages=("alone?",))]


def test_a_question_stands_against_its_article_and_the_nearest_of_its_group() -> None:
    cases = list(of_guests(Guests(ARTICLES), _encode))
    pool = next(case for case in cases if case.question == "pool?")
    assert pool.right == "pool pool pool."
    assert len(pool.wrong) == 4
    assert pool.wrong[0] == "loop loop loop."
    assert pool.right not in pool.wrong


def test_what_is_asked_beside_an_article_has_no_right_one_and_stands_against_that_very_article() -> None:
    beside = [case for case in of_guests(Guests(ARTICLES), _encode) if not case.right]
    assert len(beside) == 6
    for case in beside:
        name = case.question.partition(" ")[0]
        assert f"{name} {name} {name}." in case.articles
        assert len(case.articles) == 3


def test_groups_never_mix() -> None:
    alone = [case for case in of_guests(Guests(ARTICLES), _encode) if case.question == "alone?"]
    assert [case.wrong for case in alone] == [()]


def test_haste_changes_a_word_or_two_and_nothing_where_none_is_wanted() -> None:
    text = "until when can we swim tomorrow"
    random = np.random.default_rng(1)
    assert noisy(text, 0.0, random) == text
    hurried = {noisy(text, 1.0, random) for _ in range(20)}
    assert len(hurried) > 5
    assert all(len(text) - 12 < len(each) <= len(text) for each in hurried)
    assert noisy("", 1.0, random) == ""


@pytest.fixture(scope="module")
def guests() -> Guests:
    return read_guests()


def test_the_table_has_questions_beside_most_articles_and_none_of_them_is_answered_too(guests: Guests) -> None:
    with_beside = [article for article in guests.articles if article.beside]
    assert len(with_beside) > 0.95 * len(guests.articles)
    assert not [article for article in guests.articles if set(article.beside) & set(article.messages)]
