"""Owns fitting the decision of when an article speaks: questions with known answers, asked as serving asks; a net.

Two kinds of questions teach it: those over whole houses that were written to be evaluated and read since, and what
guests were imagined to write over the groups of articles that no model was trained on, each made a small hotel.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from unittest import mock

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from guestchat.answering import deciding
from guestchat.answering.deciding import SIGNALS, Verdict
from guestchat.evaluation.asking import Asker
from guestchat.evaluation.questions import Expectation, Question
from guestchat.retrieval.calibration import Band
from guestchat.training.corpus import LANGUAGES
from guestchat.training.descending import descend
from guestchat.training.guests import Asked as Article
from guestchat.training.guests import Guests, language_of

Floats = NDArray[np.float64]

HIDDEN = 12
IMAGINED_WEIGHT = 0.1
"""What a question over an imagined house weighs beside one over a whole house: these are nearer to real ones."""
STEPS, RATE, DECAY = 300, 0.01, 0.05
NETS, NETS_TO_MEASURE = 8, 3
"""So many nets are averaged, each from another seed: one alone wavers by some questions. Fewer serve to measure."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A question's signals, whether the best article answers it, whether any does, the house, and what it weighs."""

    signals: tuple[float, ...]
    right: bool
    answerable: bool
    house: str
    weight: float


def examples(questions: Iterable[Question], *, weight: float = 1.0) -> Iterator[Example]:
    """Yield an example for every question that comes down to one article, or to none.

    The hotels are asked as they are in the database. Every best article speaks meanwhile, so that conversations go on.
    """
    asker = Asker()
    speaks = Verdict(band=Band.ANSWER, chance=1.0)
    for question in tqdm(list(questions), desc="Asking", unit="question", disable=None):
        gold = set(question.expect.sources)
        if not question.expect.silent and not gold:
            continue
        with mock.patch.object(deciding, "weigh", return_value=speaks) as weighed:
            list(asker.ask([question]))
        asked = [call.args for call in weighed.call_args_list]
        if len({part.text for part, _, _ in asked}) != 1:
            continue  # rows answer it, or it asks several things
        part, hits, scene = asked[0]
        found = deciding.current_of(hits, scene)
        if not found:
            continue
        best = found[0].key
        yield Example(
            signals=(*deciding.signals(part, found, hits, scene), deciding.judged(part, best, scene)),
            right=best in gold,
            answerable=bool(gold),
            house=question.hotel,
            weight=weight,
        )


def imagined(guests: Guests) -> Iterator[tuple[dict[str, Any], list[Question]]]:
    """Yield each group of articles as a hotel file of its own, and what is asked of it."""
    for number, articles in enumerate(guests.groups):
        slug = f"imagined-{number}"
        language = language_of([article.text for article in articles])
        keyed = [(f"a{place}", article) for place, article in enumerate(articles)]
        hotel = {
            "format": "guestchat-hotel/1",
            "hotel": {
                "slug": slug,
                "name": f"Imagined {number}",
                "timezone": "Europe/Berlin",
                "currency": "EUR",
                "default_language": language,
                "languages": [language, *(each for each in LANGUAGES if each != language)],
            },
            "venues": [],
            "articles": [
                {"key": key, "question": {language: article.heading}, "answer": {language: article.answer}}
                for key, article in keyed
            ],
        }
        yield hotel, [question for key, article in keyed for question in _questions(slug, key, article)]


def _questions(slug: str, key: str, article: Article) -> Iterator[Question]:
    for answered, messages in ((True, article.messages), (False, article.beside)):
        for number, text in enumerate(messages):
            yield Question(
                id=f"{slug}/{key}/{answered}/{number}",
                hotel=slug,
                text=text,
                category="articles" if answered else "silent",
                expect=Expectation(sources=(key,)) if answered else Expectation(silent=True),
            )


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured:
    """What a net reaches in houses that it was not fitted on: by bound, how many it answers rightly and wrongly."""

    right: int
    wrong: int
    invented: int
    answerable: int
    unanswerable: int


def fit(found: Sequence[Example]) -> dict[str, Any]:
    """Return the weights of the nets fitted on all examples, side by side as one, as `deciding.json` keeps them."""
    x, mean, deviation = _scaled(found)
    kept = {"mean": mean, "deviation": deviation, **_fitted(x, found, NETS)}
    return {name: np.round(value, 5).tolist() for name, value in kept.items()}


def cross_fitted(found: Sequence[Example]) -> Floats:
    """Return each example's chance by nets that saw nothing of its house; of imagined houses, of a fifth of them."""
    x, _, _ = _scaled(found)
    chances = np.zeros(len(found))
    names = sorted({each.house for each in found if each.weight == 1})
    others = sorted({each.house for each in found} - set(names))
    for left_out in [*({name} for name in names), *(set(others[fold::5]) for fold in range(5))]:
        _predict_left_out(x, found, left_out, chances)
    return chances


def measure(found: Sequence[Example], chances: Floats, bound: float) -> Measured:
    """Return how many questions are answered at a bound, rightly, from another article, and where none answers."""
    answered = chances >= bound
    right = np.array([each.right for each in found])
    answerable = np.array([each.answerable for each in found])
    return Measured(
        right=int((answered & right).sum()),
        wrong=int((answered & ~right & answerable).sum()),
        invented=int((answered & ~answerable).sum()),
        answerable=int(answerable.sum()),
        unanswerable=int((~answerable).sum()),
    )


def _predict_left_out(x: Floats, found: Sequence[Example], houses: set[str], chances: Floats) -> None:
    out = np.array([each.house in houses for each in found])
    if not out.any():
        return
    kept = [each for each, left in zip(found, out, strict=True) if not left]
    chances[out] = deciding.chances(x[out], **_fitted(x[~out], kept, NETS_TO_MEASURE))


def _scaled(found: Sequence[Example]) -> tuple[Floats, Floats, Floats]:
    x = np.array([each.signals for each in found], dtype=np.float64)
    if x.shape[1] != len(SIGNALS):
        raise ValueError(f"{x.shape[1]} signals where {len(SIGNALS)} are named")
    mean, deviation = x.mean(axis=0), x.std(axis=0) + 1e-6
    return deciding.scaled(x, mean, deviation), mean, deviation


def _fitted(x: Floats, found: Sequence[Example], count: int) -> dict[str, Floats]:
    """Return several nets side by side as one, whose log odds are the mean of theirs."""
    nets = [_train(x, found, seed) for seed in range(1, count + 1)]
    return {
        "inner": np.concatenate([net["inner"] for net in nets], axis=1),
        "bias": np.concatenate([net["bias"] for net in nets]),
        "outer": np.concatenate([net["outer"] for net in nets]) / count,
        "base": np.asarray(np.mean([net["base"] for net in nets])),
    }


def _train(x: Floats, found: Sequence[Example], seed: int) -> dict[str, Floats]:
    """Return a net's weights, fitted to all examples at once."""
    random = np.random.default_rng(seed)
    y = np.array([each.right for each in found], dtype=np.float64)
    share = np.array([each.weight for each in found])
    width = x.shape[1]

    def slopes(weights: Mapping[str, Floats]) -> Mapping[str, Floats]:
        inside = np.tanh(x @ weights["inner"] + weights["bias"])
        error = (deciding.chances(x, **weights) - y) * share / len(y)
        back = np.outer(error, weights["outer"]) * (1 - inside**2)
        return {
            "inner": x.T @ back,
            "bias": back.sum(axis=0),
            "outer": inside.T @ error,
            "base": np.asarray(error.sum()),
        }

    weights: dict[str, Floats] = {
        "inner": random.normal(0, 1 / np.sqrt(width), (width, HIDDEN)),
        "bias": np.zeros(HIDDEN),
        "outer": random.normal(0, 1 / np.sqrt(HIDDEN), HIDDEN),
        "base": np.zeros(()),
    }
    return descend(weights, slopes, steps=STEPS, rate=RATE, decay=DECAY)
