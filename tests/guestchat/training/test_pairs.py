"""What the judge is trained on: the nearest of a group stand against a question, and nothing answers what is beside."""

from collections.abc import Sequence

import numpy as np
import pytest

from guestchat.training.guests import Asked, Guests, read_guests
from guestchat.training.pairs import Floats, of_follow_ups, of_guests, of_written, some_of


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


def test_what_follows_an_article_is_read_under_its_heading_against_both_forms_of_it() -> None:
    told = Asked(
        group="one", heading="Pool", answer="29 degrees.", messages=("pool?",), follows=("how warm",), strays=("dogs",)
    )
    found = [(case.question, case.right, case.wrong) for case in of_follow_ups(Guests([told]))]
    assert found == [
        ("Pool how warm", "Pool 29 degrees.", ()),
        ("Pool how warm", "29 degrees.", ()),
        ("Pool dogs", "", ("Pool 29 degrees.",)),
        ("Pool dogs", "", ("29 degrees.",)),
    ]


def test_what_goes_on_sees_all_that_is_new_and_a_share_of_the_rest() -> None:
    groups = [
        Asked(group=f"g{number}", heading=name, answer=f"{name}.", messages=(f"{name} {number}?",))
        for number in range(16)
        for name in ("pool", "zoo")
    ]
    guests = Guests(groups)
    seen = of_written(guests.trained_on(until=8), _encode)
    again = some_of(seen, 0.5, seed=1)
    found = [*of_written(guests.trained_on(8), _encode), *again]
    new = [case for case in found if int(case.question.rstrip("?").split()[1]) > 8]
    assert len(new) == 14
    assert len(found) - len(new) == 7
    assert again == some_of(seen, 0.5, seed=1)


def test_groups_never_mix() -> None:
    alone = [case for case in of_guests(Guests(ARTICLES), _encode) if case.question == "alone?"]
    assert [case.wrong for case in alone] == [()]


@pytest.fixture(scope="module")
def guests() -> Guests:
    return read_guests()


def test_the_table_has_questions_beside_most_articles_and_none_of_them_is_answered_too(guests: Guests) -> None:
    with_beside = [article for article in guests.articles if article.beside]
    assert len(with_beside) > 0.95 * len(guests.articles)
    assert not [article for article in guests.articles if set(article.beside) & set(article.messages)]
