"""Owns the calibration curve of a run: how likely the best article was said to be right, and how often it was. Pure."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from guestchat.answering.answer import Answer
from guestchat.evaluation.questions import Expectation

_BANDS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.97)


@dataclass(frozen=True, kw_only=True, slots=True)
class Guess:
    """The best article's chance to be right as it was told, and whether it was."""

    chance: float
    right: bool


def guess(answer: Answer, right: Container[str]) -> Guess | None:
    """Return what an answer guessed where the articles `right` are right; None where it considered no article."""
    articles = [hit for hit in answer.candidates if hit.type == "article"]
    if not articles:
        return None
    best = max(articles, key=lambda hit: hit.score)
    return Guess(chance=min(1.0, max(0.0, best.score)), right=best.key in right)


def expected_guess(answer: Answer, expect: Expectation, articles: Container[str]) -> Guess | None:
    """Return a guess on a question of a file; None where neither an article nor silence is expected."""
    named = {source.rpartition("/")[2] for source in expect.sources if source.rpartition("/")[0] in {"", "article"}}
    known = frozenset(key for key in named if key in articles)
    return guess(answer, known) if known or expect.silent else None


def table(guesses: Iterable[Guess]) -> list[dict[str, float]]:
    """Return the curve: per band of chances, how many guesses, the chance told and the share right."""
    found: list[list[Guess]] = [[] for _ in _BANDS]
    for each in guesses:
        found[max(number for number, start in enumerate(_BANDS) if each.chance >= start)].append(each)
    return [
        {
            "from": start,
            "questions": len(band),
            "expected": round(sum(each.chance for each in band) / len(band), 3),
            "right": round(sum(each.right for each in band) / len(band), 3),
        }
        for start, band in zip(_BANDS, found, strict=True)
        if band
    ]


def lines(curve: Sequence[dict[str, float]]) -> Iterable[str]:
    """Yield the curve as it is printed."""
    yield "chance told  questions  expected  right"
    for band in curve:
        yield f"from {band['from']:.2f}    {band['questions']:9.0f}  {band['expected']:8.3f}  {band['right']:5.3f}"
