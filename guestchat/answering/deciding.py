"""Owns when an article speaks: how likely it tells what is asked, and whether it answers, is offered, or is kept back.

No single sign tells "how deep is the pool" from "how warm is the pool". Some thirty do together: how near the article
is and how far ahead, which words it leaves open, what it is about and what it tells, and what the judge says that
reads both. A small net weighs them; `manage.py fit_decision` fits it, and `deciding.json` keeps what it found.
"""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from guestchat.answering import disagreement, ranking, statements
from guestchat.answering.scene import Scene
from guestchat.retrieval.calibration import Band, Bounds, Candidate, calibration, features, log_odds
from guestchat.retrieval.search import Hit
from guestchat.understanding.matters import LEADS_SOMEWHERE, SOFT_DETAILS
from guestchat.understanding.query import Part
from guestchat.understanding.stems import says

FILE = Path(__file__).with_name("deciding.json")

SIGNALS = (
    "similarity", "score", "lead", "near", "covered", "rarest_missing", "fragment", "words", "open_words",
    "bounds_open", "agrees", "fully_agrees", "subjects", "lacking", "lacking_softly", "told", "time_untold", "unheaded",
    "headed", "foreign", "aspect", "mentioned", "one_of_several", "leads_elsewhere", "doer_or_dish", "judge",
)  # fmt: skip
"""What is weighed, in order; the judge's word stands last, as it is not always asked for."""

# A question that the article itself asks, nearly word by word.
VERBATIM = 0.93
# Signals farther from their mean than so many deviations say no more.
_FARTHEST = 4.0
# How likely an article must be, whatever the fitted bound: where it leaves out something that was named; where it does
# not tell the place or the use to which a thing is bound, "parking for coaches", "wifi at the pier"; where it leaves a
# word open and is headed by another thing; where it leads elsewhere: the bus to another town; and where no subject
# was named and it is not near.
_LEAVES_OUT_FROM, _UNBOUND_FROM, _MENTIONS_FROM, _LEADS_ELSEWHERE_FROM = 0.8, 0.85, 0.9, 0.93
_FAR_FROM = 0.82
# The log odds of being the answer by nearness alone below which an article is not near.
_FAR = -2.0
# What the judge says of most articles that do not answer.
_UNASKED = -2.5
# What only a dish's row tells.
_OF_DISHES = frozenset({"calories", "nutrition"})
_CLOCK = re.compile(r"\d[:.]\d\d|24")

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What to do with the best article, and how likely it is the right one."""

    band: Band
    chance: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Net:
    """Fitted weights: `mean` and `deviation` (n,) of the signals, `inner` (n, h), `bias` (h,), `outer` (h,), `base`."""

    mean: Floats
    deviation: Floats
    inner: Floats
    bias: Floats
    outer: Floats
    base: float
    bounds: Bounds

    def chance(self, signals: Sequence[float]) -> float:
        """Return how likely the best article answers, from its signals."""
        scaled = np.clip((np.asarray(signals) - self.mean) / self.deviation, -_FARTHEST, _FARTHEST)
        total = float(np.tanh(scaled @ self.inner + self.bias) @ self.outer) + self.base
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


@cache
def net() -> Net:
    """Return the net that ships with the judge."""
    kept = json.loads(FILE.read_text("utf-8"))
    if kept["signals"] != list(SIGNALS):
        raise RuntimeError(f"{FILE.name} weighs other signals than the code finds; run manage.py fit_decision.")
    arrays = {name: np.array(kept[name]) for name in ("mean", "deviation", "inner", "bias", "outer")}
    bounds = Bounds(answer_from=kept["answer_from"], ask_from=kept["ask_from"])
    return Net(**arrays, base=kept["base"], bounds=bounds)


def weigh(part: Part, hits: Sequence[Hit], scene: Scene) -> Verdict:
    """Return what to do with the best current article among the hits, which are in order."""
    best = best_of(hits, scene)
    if best is None:
        return Verdict(band=Band.SILENT, chance=0.0)
    if ranking.asked_word_by_word(part, scene) == best.key:
        return Verdict(band=Band.ANSWER, chance=1.0)
    found = signals(part, best, hits, scene)
    if _may_answer(found, scene):
        chance = _chance(found, ranking.judge(part, best.key, scene), scene)
    else:  # whatever the judge says: it is not asked
        chance = _chance(found, _UNASKED, scene)
    band = _band(chance, found)
    if band is Band.SILENT and part.subjects and ranking.agrees(part, best.key, scene) == 1:
        band = Band.ASK_BACK  # it is on what was named, whatever it tells of it
    return Verdict(band=band, chance=chance)


def _may_answer(found: Sequence[float], scene: Scene) -> bool:
    return _band(_chance(found, ranking.JUDGED_MOST, scene), found) is Band.ANSWER


def _band(chance: float, found: Sequence[float]) -> Band:
    band = net().bounds.band(chance)
    return Band.ASK_BACK if band is Band.ANSWER and chance < _needed(found) else band


def _needed(found: Sequence[float]) -> float:
    """Return how likely an article with these signals must at least be to answer, whatever the fitted bound."""
    told = dict(zip(SIGNALS, found, strict=False))
    if told["leads_elsewhere"]:
        return _LEADS_ELSEWHERE_FROM
    if told["subjects"] and told["open_words"] and not told["headed"]:
        return _MENTIONS_FROM
    if told["bounds_open"]:
        return _UNBOUND_FROM
    if not told["subjects"]:
        return _FAR_FROM if told["near"] < _FAR else 0.0
    return 0.0 if told["fully_agrees"] else _LEAVES_OUT_FROM


def best_of(hits: Sequence[Hit], scene: Scene) -> Hit | None:
    """Return the first article among the hits that may answer today."""
    return next((hit for hit in hits if hit.type == "article" and ranking.current(hit.key, scene) is not None), None)


def _chance(found: Sequence[float], said: float, scene: Scene) -> float:
    """Return the chance as the hotel weighs it that wants to be so sure before it answers."""
    wanted = scene.content.answer_confidence
    return net().bounds.weighed(net().chance([*found, said]), None if wanted is None else wanted / 100)


def signals(part: Part, best: Hit, hits: Sequence[Hit], scene: Scene) -> list[float]:
    """Return what tells whether an article answers, in the order of `SIGNALS`, without the judge's word."""
    lexicon = scene.catalogue.lexicon
    key = best.key
    own = lexicon.article_words.get(key, frozenset())
    near = _nearness(part, hits, scene)
    agrees = ranking.agrees(part, key, scene)
    lacking = _lacking(part, best, scene)
    open_words = sum(not says(own, word) for word in part.beyond)
    return [
        best.similarity,
        best.score,
        _lead(best, hits, scene),
        log_odds(calibration().probability(near)),
        *near[3:],
        len(part.words),
        open_words,
        sum(not says(own, word) for word in part.bounds),
        agrees,
        agrees == 1,
        len(part.subjects),
        len(lacking - SOFT_DETAILS),
        len(lacking & SOFT_DETAILS),
        len(part.details) - len(lacking),
        _asks_for_a_time_not_told(part, key, scene),
        key in lexicon.unheaded,
        bool(part.subjects & lexicon.article_headed.get(key, frozenset())),
        ranking.is_foreign(key, scene),
        ranking.fits_aspect(part, key, scene),
        len(part.subjects & lexicon.article_mentions.get(key, frozenset())),
        _is_one_of_several(part, key, scene),
        bool(part.subjects & LEADS_SOMEWHERE) and (open_words > 0 or not _tells_what_leads(part, key, scene)),
        _asks_of_a_doer_or_a_dish(part, own),
    ]


def _lead(best: Hit, hits: Sequence[Hit], scene: Scene) -> float:
    """Return how far the best article is ahead of the next one that is asked something else."""
    known = scene.content.articles_by_key
    others = (
        hit.score
        for hit in hits
        if hit.type == "article"
        and hit.key != best.key
        and ranking.current(hit.key, scene) is not None
        and not disagreement.asks_the_same(known[best.key], known[hit.key], scene)
    )
    return best.score - next(others, 0.0)


def _nearness(part: Part, hits: Sequence[Hit], scene: Scene) -> tuple[float, ...]:
    """Return the calibration's features of the best current article."""
    lexicon = scene.catalogue.lexicon
    ranked = [
        Candidate(key=hit.key, similarity=hit.similarity, words=lexicon.article_words.get(hit.key, frozenset()))
        for hit in hits
        if hit.type == "article" and ranking.current(hit.key, scene) is not None
    ]
    return features(part.words, [ranked[0], *_asked_otherwise(ranked, scene)], lexicon.article_weights)


def _asked_otherwise(ranked: Sequence[Candidate], scene: Scene) -> list[Candidate]:
    """Return the candidates after the first, without a second that is asked the very same: it is no other meaning."""
    if len(ranked) < 2:
        return []
    known = scene.content.articles_by_key
    same = disagreement.asks_the_same(known[ranked[0].key], known[ranked[1].key], scene)
    return list(ranked[2:] if same else ranked[1:])


def _is_one_of_several(part: Part, best: str, scene: Scene) -> bool:
    """Return whether an article only mentions the subject, as another one does."""
    lexicon = scene.catalogue.lexicon
    if part.subjects & lexicon.article_headed.get(best, frozenset()):
        return False
    return any(
        key != best and ranking.agrees(part, key, scene) == 1 and ranking.current(key, scene) is not None
        for key in lexicon.article_subjects
    )


def _asks_of_a_doer_or_a_dish(part: Part, own: frozenset[str]) -> bool:
    """ "Who designed the museum", "calories in the breakfast bag": told only where every word of it is said."""
    if part.aspects & _OF_DISHES:
        return True
    return statements.asks_for_a_doer(part) and any(not says(own, word) for word in part.words)


def _tells_what_leads(part: Part, key: str, scene: Scene) -> bool:
    lexicon = scene.catalogue.lexicon
    told = lexicon.article_subjects.get(key, frozenset()) | lexicon.article_mentions.get(key, frozenset())
    return bool(part.subjects & LEADS_SOMEWHERE & told)


def _lacking(part: Part, best: Hit, scene: Scene) -> frozenset[str]:
    """Return what the question asks for, a price, an age, a depth …, and the article does not tell."""
    if best.similarity >= VERBATIM:
        return frozenset()
    told = scene.catalogue.lexicon.article_details.get(best.key, frozenset())
    return part.details - told


def _asks_for_a_time_not_told(part: Part, best: str, scene: Scene) -> bool:
    """ "Is the pharmacy open now": the article that tells where it is tells no hours."""
    told = scene.catalogue.lexicon.article_details.get(best, frozenset())
    return (
        bool(part.when.now or part.when.time)
        and "hours" not in told
        and not _CLOCK.search(scene.text(scene.content.articles_by_key[best].answer))
    )
