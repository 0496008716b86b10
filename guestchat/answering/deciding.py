"""Owns when an article speaks: how likely it tells what is asked, and whether it answers, is offered, or is kept back.

No single sign tells "how deep is the pool" from "how warm is the pool". Some thirty do together: how near the article
is and how far ahead, which words it leaves open, what it is about and what it tells, and what the judge says that
reads both. A small net weighs them; `manage.py fit_decision` fits it, and `deciding.json` keeps what it found.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from guestchat.answering import disagreement, ranking, statements
from guestchat.answering.scene import Scene
from guestchat.retrieval.calibration import Band, Bounds, Candidate, calibration, features, log_odds
from guestchat.retrieval.judge import get_judge
from guestchat.retrieval.search import Hit
from guestchat.understanding.matters import LEADS_SOMEWHERE, SOFT_DETAILS
from guestchat.understanding.query import Part
from guestchat.understanding.stems import says
from menus.content import Article

FILE = Path(__file__).with_name("deciding.json")

SIGNALS = (
    "similarity", "score", "lead", "near", "covered", "rarest_missing", "fragment", "words", "open_words",
    "bounds_open", "agrees", "fully_agrees", "subjects", "lacking", "lacking_softly", "told", "time_untold", "unheaded",
    "headed", "aspect", "mentioned", "one_of_several", "leads_elsewhere", "doer_or_dish",
    "in_english", "open_in_english", "judge",
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
_LEAVES_OUT_FROM, _UNBOUND_FROM, _MENTIONS_FROM, _LEADS_ELSEWHERE_FROM = 0.82, 0.78, 0.77, 0.93
_FAR_FROM = 0.75
# Where no subject was named and no word is shared, in English either, or where a subject is only mentioned and the
# article is not near; and of what is only told beside a question.
_FAINTLY_FROM, _BESIDE_FROM = 0.75, 0.88
# The log odds of being the answer by nearness alone below which an article is not near.
_FAR = -2.0
# The similarity below which it is not, however far ahead of the only other articles that search found.
_UNLIKE = 0.4
# What the judge says of most articles that do not answer.
_UNASKED = -2.5
# What it says at least of an article that a question in short is answered by.
_SPEAKS = 1.0
# The judge's log odds beyond which it says no more.
JUDGED_MOST = 5.0
# What only a dish's row tells.
_OF_DISHES = frozenset({"calories", "nutrition"})
# Subjects that no article answers which does not speak of them, however near it is: how fast the wifi is.
_EXACTING = frozenset({"internet_speed", "printing"})
# And what may be had with a thing or done there: of 27 right answers that left out a detail none left out these.
_EXACTING_DETAILS = frozenset({"lessons", "sitting", "helmet", "bike_lock", "child_seat"})
_CLOCK = re.compile(r"\d[:.]\d\d|24")

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What to do with the best article, and how likely it is right; where the judge was not asked, at least so."""

    band: Band
    chance: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Net:
    """Fitted weights: `mean` and `deviation` (n,) of signals, `inner` (n, h), `bias` and `outer` (h,), `base` ()."""

    mean: Floats
    deviation: Floats
    inner: Floats
    bias: Floats
    outer: Floats
    base: Floats
    bounds: Bounds

    def chance(self, signals: Sequence[float]) -> float:
        """Return how likely the best article answers, from its signals."""
        told = scaled(np.asarray(signals), self.mean, self.deviation)
        return float(chances(told, self.inner, self.bias, self.outer, self.base))


def scaled(signals: Floats, mean: Floats, deviation: Floats) -> Floats:
    """Return signals, (…, n), as deviations from their means, cut where they say no more."""
    return np.clip((signals - mean) / deviation, -_FARTHEST, _FARTHEST)


def chances(told: Floats, inner: Floats, bias: Floats, outer: Floats, base: Floats) -> Floats:
    """Return how likely each of some articles answers, (…,), from scaled signals, (…, n)."""
    total = np.tanh(told @ inner + bias) @ outer + base
    found: Floats = 1 / (1 + np.exp(-np.clip(total, -30, 30)))
    return found


@cache
def net() -> Net:
    """Return the net that ships with the judge."""
    kept = json.loads(FILE.read_text("utf-8"))
    if kept["signals"] != list(SIGNALS):
        raise RuntimeError(f"{FILE.name} weighs other signals than the code finds; run manage.py fit_decision.")
    arrays = {name: np.array(kept[name]) for name in ("mean", "deviation", "inner", "bias", "outer", "base")}
    bounds = Bounds(answer_from=kept["answer_from"], ask_from=kept["ask_from"])
    return Net(**arrays, bounds=bounds)


def weigh(part: Part, hits: Sequence[Hit], scene: Scene) -> Verdict:
    """Return what to do with the best current article among the hits, which are in order and stay as they are."""
    asked = part, id(hits)
    verdict: Verdict | None = scene.weighed.get(asked)
    if verdict is None:
        verdict = scene.weighed[asked] = _weigh(part, hits, scene)
    return verdict


def _weigh(part: Part, hits: Sequence[Hit], scene: Scene) -> Verdict:
    found = current_of(hits, scene)
    if not found:
        return Verdict(band=Band.SILENT, chance=0.0)
    best = found[0]
    if ranking.asked_word_by_word(part, scene) == best.key:
        return Verdict(band=Band.ANSWER, chance=1.0)
    told = signals(part, found, hits, scene)
    untold = _EXACTING & part.subjects - _all_told(best.key, scene)
    if untold or _EXACTING_DETAILS & _lacking(part, best, scene):
        return Verdict(band=Band.ASK_BACK, chance=0.0)
    needed = max(_needed(dict(zip(SIGNALS, told, strict=False))), _BESIDE_FROM if part.tells else 0.0)
    # The judge is asked where its word decides: not where the article answers whatever it says, nor where it cannot.
    may_answer = _band(_chance(told, JUDGED_MOST, scene), needed) is Band.ANSWER
    chance = _chance(told, -JUDGED_MOST if may_answer else _UNASKED, scene)
    band = _band(chance, needed)
    if may_answer and band is not Band.ANSWER:
        chance = _chance(told, judged(part, best.key, scene), scene)
        band = _band(chance, needed)
    if band is Band.SILENT and part.subjects and ranking.agrees(part, best.key, scene) == 1:
        band = Band.ASK_BACK  # it is on what was named, whatever it tells of it
    return Verdict(band=band, chance=chance)


def _band(chance: float, needed: float) -> Band:
    band = net().bounds.band(chance)
    return Band.ASK_BACK if band is Band.ANSWER and chance < needed else band


def _needed(told: Mapping[str, float]) -> float:
    """Return how likely an article with these signals must at least be to answer, whatever the fitted bound."""
    if told["leads_elsewhere"]:
        return _LEADS_ELSEWHERE_FROM
    if told["subjects"] and told["open_words"] and not told["headed"]:
        return _MENTIONS_FROM
    if told["bounds_open"]:
        return _UNBOUND_FROM
    if not told["subjects"]:
        if told["near"] < _FAR or told["similarity"] < _UNLIKE:
            return _FAR_FROM
        return 0.0 if told["in_english"] else _FAINTLY_FROM
    if not told["fully_agrees"]:
        return _LEAVES_OUT_FROM
    return _FAINTLY_FROM if told["near"] < _FAR and not told["headed"] else 0.0


def current_of(hits: Sequence[Hit], scene: Scene) -> list[Hit]:
    """Return the articles among the hits that may answer today, in their order."""
    return [hit for hit in hits if hit.type == "article" and ranking.current(hit.key, scene) is not None]


def judged(part: Part, key: str, scene: Scene) -> float:
    """Return how much an article speaks for answering the question, as the judge says that reads both: -5 to 5."""
    whole = whole_text(scene.content.articles_by_key[key], scene)
    said = get_judge().weigh(scene.asked(part), whole)
    if said < JUDGED_MOST and _asks_no_more(part, key, scene):
        # No language is read as well as English: what is asked is put into its words where they hold all of it.
        in_short = get_judge().weigh(_in_short(part), whole)
        said = max(said, in_short) if in_short >= _SPEAKS else said
    return max(-JUDGED_MOST, min(JUDGED_MOST, said))


def whole_text(article: Article, scene: Scene) -> str:
    """Return an article as the judge reads it: heading and answer."""
    return f"{scene.read(article.question)} {scene.read(article.answer)}"


def _asks_no_more(part: Part, key: str, scene: Scene) -> bool:
    """Return whether a question in another language asks nothing but its subjects, which head the article."""
    lexicon = scene.catalogue.lexicon
    heads = part.subjects & lexicon.article_headed.get(key, frozenset()) and ranking.agrees(part, key, scene) == 1
    told = part.details <= lexicon.article_details.get(key, frozenset())
    return bool(heads) and told and not part.beyond and not scene.language.startswith("en")


def _in_short(part: Part) -> str:
    """Return what a question asks by its subjects and details alone: "minibar price"."""
    return " ".join((*sorted(part.subjects), *sorted(part.details))).replace("_", " ")


def _chance(found: Sequence[float], said: float, scene: Scene) -> float:
    """Return the chance as the hotel weighs it that wants to be so sure before it answers."""
    wanted = scene.content.answer_confidence
    return net().bounds.weighed(net().chance([*found, said]), None if wanted is None else wanted / 100)


def signals(part: Part, found: Sequence[Hit], hits: Sequence[Hit], scene: Scene) -> list[float]:
    """Return what tells whether the first of the current articles `found` answers, in the order of `SIGNALS`.

    Without the judge's word. `hits` are all that search found, dishes too.
    """
    lexicon = scene.catalogue.lexicon
    best = found[0]
    key = best.key
    own = lexicon.article_words.get(key, frozenset())
    meant, plainly = ranking.meant(part, scene), lexicon.article_in_english.get(key, frozenset())
    near = _nearness(part, found, hits, scene)
    agrees = ranking.agrees(part, key, scene)
    lacking = _lacking(part, best, scene)
    open_words = sum(not says(own, word) for word in part.beyond)
    return [
        best.similarity,
        best.score,
        _lead(found, min(hit.score for hit in hits), scene),
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
        ranking.fits_aspect(part, key, scene),
        len(part.subjects & lexicon.article_mentions.get(key, frozenset())),
        _is_one_of_several(part, key, scene),
        bool(part.subjects & LEADS_SOMEWHERE) and (open_words > 0 or not _tells_what_leads(part, key, scene)),
        _asks_of_a_doer_or_a_dish(part, own),
        ranking.said_of(meant, plainly),
        sum(not says(plainly, word) for word in meant),
    ]


def _lead(found: Sequence[Hit], least: float, scene: Scene) -> float:
    """Return how far the first article is ahead of the next one that is asked something else.

    Where search found no other, it would be no nearer than the least of what was found.
    """
    best, *others = found
    return best.score - next((hit.score for hit in others if not _ask_the_same(best, hit, scene)), least)


def _nearness(part: Part, found: Sequence[Hit], hits: Sequence[Hit], scene: Scene) -> tuple[float, ...]:
    """Return the calibration's features of the first article.

    A second one that is asked the very same is no other meaning; one that search did not find is no nearer than the
    least that it found.
    """
    lexicon = scene.catalogue.lexicon
    best, *others = found
    if others and _ask_the_same(best, others[0], scene):
        others = others[1:]
    ranked = [
        Candidate(key=hit.key, similarity=hit.similarity, words=lexicon.article_words.get(hit.key, frozenset()))
        for hit in (best, *(others[:1] or [min(hits, key=lambda hit: hit.similarity)]))
    ]
    return features(part.words, ranked, lexicon.article_weights)


def _ask_the_same(one: Hit, other: Hit, scene: Scene) -> bool:
    known = scene.content.articles_by_key
    return disagreement.asks_the_same(known[one.key], known[other.key], scene)


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
    return bool(part.subjects & LEADS_SOMEWHERE & _all_told(key, scene))


def _all_told(key: str, scene: Scene) -> frozenset[str]:
    """Return the subjects that an article is about or mentions."""
    lexicon = scene.catalogue.lexicon
    return lexicon.article_subjects.get(key, frozenset()) | lexicon.article_mentions.get(key, frozenset())


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
