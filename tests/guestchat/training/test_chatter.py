"""A written question as guests say it: in other words, but about the same."""

import numpy as np
import pytest

from guestchat.training.chatter import noisy, spoken
from guestchat.words import words


def said(question: str, number: int = 300) -> list[str]:
    random = np.random.default_rng(1)
    return [spoken(question, random) for _ in range(number)]


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("Is there a pool?", "pool"),
        ("Does the hotel offer laundry service?", "laundry service"),
        ("Can I bring my dog?", "bring my dog"),
        ("How much does parking cost?", "parking"),
        ("Which floor is the spa on?", "floor is the spa on"),
    ],
)
def test_what_is_asked_for_stays(question: str, kept: str) -> None:
    assert all(kept in " ".join(words(each)) for each in said(question))


def test_it_is_said_in_many_ways() -> None:
    assert len(set(said("Is there a pool?"))) > 50


def test_some_of_it_is_dictated() -> None:
    dictated = [each for each in said("Is there a pool?") if each == each.lower() and not set(each) & set("?!.,")]
    assert 60 < len(dictated) < 240


def test_a_question_about_the_price_stays_one() -> None:
    turned = said("Is there a fee for parking?")
    assert all(
        any(word in each.lower() for word in ("fee", "pay", "charge", "expensive", "extra", "cost", "price"))
        for each in turned
    )


def test_haste_changes_a_word_or_two_and_nothing_where_none_is_wanted() -> None:
    text = "until when can we swim tomorrow"
    random = np.random.default_rng(1)
    assert noisy(text, 0.0, random) == text
    hurried = {noisy(text, 1.0, random) for _ in range(20)}
    assert len(hurried) > 5
    assert all(len(text) - 12 < len(each) <= len(text) for each in hurried)
    assert noisy("", 1.0, random) == ""
