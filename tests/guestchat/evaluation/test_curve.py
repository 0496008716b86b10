"""How likely the best article was said to be right, against how often it was."""

from guestchat.answering.answer import Answer, Outcome
from guestchat.evaluation.curve import Guess, expected_guess, guess, lines, table
from guestchat.evaluation.questions import Expectation
from guestchat.retrieval.search import Hit

ARTICLES = {"wifi", "pool", "bar"}


def answer(*found: tuple[str, str, float]) -> Answer:
    hits = [Hit(type=type, key=key, score=score, similarity=score, matched=0) for type, key, score in found]
    return Answer(text="", language="en", outcome=Outcome.ANSWERED, candidates=hits)


def test_the_best_article_is_what_was_guessed() -> None:
    found = answer(("venue", "bar", 1.0), ("article", "pool", 0.4), ("article", "wifi", 0.7))
    assert guess(found, {"wifi"}) == Guess(chance=0.7, right=True)
    assert guess(found, frozenset()) == Guess(chance=0.7, right=False)
    assert guess(answer(("venue", "bar", 1.0)), {"wifi"}) is None


def test_a_question_counts_where_an_article_or_silence_is_expected() -> None:
    found = answer(("article", "wifi", 0.7))
    assert expected_guess(found, Expectation(sources=("wifi", "spa")), ARTICLES) == Guess(chance=0.7, right=True)
    assert expected_guess(found, Expectation(sources=("article/pool",)), ARTICLES) == Guess(chance=0.7, right=False)
    assert expected_guess(found, Expectation(silent=True), ARTICLES) == Guess(chance=0.7, right=False)
    assert expected_guess(found, Expectation(sources=("venue/bar",)), ARTICLES) is None
    assert expected_guess(found, Expectation(says=("18",)), ARTICLES) is None


def test_the_curve_tells_each_band_that_was_met() -> None:
    found = [Guess(chance=0.0, right=False), Guess(chance=0.82, right=True), Guess(chance=0.88, right=False)]
    curve = table([*found, Guess(chance=1.0, right=True)])
    assert curve == [
        {"from": 0.0, "questions": 1, "expected": 0.0, "right": 0.0},
        {"from": 0.8, "questions": 2, "expected": 0.85, "right": 0.5},
        {"from": 0.97, "questions": 1, "expected": 1.0, "right": 1.0},
    ]
    assert list(lines(curve))[2].split() == ["from", "0.80", "2", "0.850", "0.500"]
    assert table([]) == []
