"""Owns answers from articles: which one fits best, and whether it fits well enough to speak."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from guestchat.answering import gate
from guestchat.answering.answer import Outcome, Reply, Source
from guestchat.answering.scene import Scene
from guestchat.retrieval.calibration import Band, Candidate, calibration, features, says
from guestchat.retrieval.search import Hit
from guestchat.understanding.query import Part
from menus.content import Article

# Words decide between articles that mean nearly the same: "is breakfast included" is not about tips.
WORDS_WEIGHT = 0.15
# Subjects are the same in every language: they lead a French question to the German article on parking.
SUBJECT_WEIGHT = 0.12
# Whether there is parking and what it costs are two articles in many houses.
ASPECT_WEIGHT = 0.08
_ASPECTS = frozenset({"price", "location", "phone"})
# An article that is asked for this very subject may speak at a lower chance: the subject is evidence of its own.
SUBJECT_ANSWER_FROM = 0.3
SUBJECT_AND_MORE_FROM = 0.97
SURE = 0.97
_MOST_OFFERED = 3
_CLOCK = re.compile(r"\d[:.]\d\d|24")


def rerank(part: Part, hits: Sequence[Hit], scene: Scene) -> list[Hit]:
    """Return the hits with the articles scored by meaning and by how many of the question's words they say."""
    lexicon = scene.catalogue.lexicon
    asked = {
        word: lexicon.article_weights.get(word, lexicon.rarest_weight) for word in part.words if not word.isdigit()
    }
    rescored = [replace(hit, score=_score(part, hit, scene, asked)) if hit.type == "article" else hit for hit in hits]
    return sorted(rescored, key=lambda hit: -hit.score)


def _score(part: Part, hit: Hit, scene: Scene, asked: Mapping[str, float]) -> float:
    """Return an article's score; `asked` are the question's words with how much each tells articles apart."""
    own = scene.catalogue.lexicon.article_words.get(hit.key, frozenset())
    said = sum(weight for word, weight in asked.items() if says(own, word))
    words_score = WORDS_WEIGHT * (said / sum(asked.values()) if asked else 0.5)
    subjects_score = SUBJECT_WEIGHT * _agreement(part, hit.key, scene) * _telling(part, scene)
    return hit.similarity + words_score + subjects_score + ASPECT_WEIGHT * _aspect(part, hit.key, scene)


def _telling(part: Part, scene: Scene) -> float:
    """Return how much the question's subjects tell this hotel's articles apart, from 0 to 1."""
    lexicon = scene.catalogue.lexicon
    rarest = math.log(1 + max(1, len(scene.content.articles)))
    return max((lexicon.subject_weights.get(each, rarest) for each in part.subjects), default=0.0) / rarest


def _aspect(part: Part, key: str, scene: Scene) -> float:
    """Return how well an article fits the aspect that is asked: 1 in its question, 0.5 in its answer, -0.5 another."""
    lexicon = scene.catalogue.lexicon
    asked = part.aspects & _ASPECTS
    titled = lexicon.article_aspects.get(key, frozenset()) & _ASPECTS
    if asked & titled:
        return 1.0
    if asked & lexicon.answered_aspects.get(key, frozenset()):
        return 0.5
    return -0.5 if titled and not asked else 0.0


def _agreement(part: Part, key: str, scene: Scene) -> float:
    """Return how far an article is about what the question names: 1 fully, 0 where it names nothing, -1 not at all."""
    if not part.subjects:
        return 0.0
    lexicon = scene.catalogue.lexicon
    about, mentions = lexicon.article_subjects.get(key, frozenset()), lexicon.article_mentions.get(key, frozenset())
    rarest = math.log(1 + max(1, len(scene.content.articles)))
    weights = {each: lexicon.subject_weights.get(each, rarest) for each in part.subjects}
    share = sum(
        weight * (1.0 if each in about else 0.4 if each in mentions else 0.0) for each, weight in weights.items()
    )
    return 2 * share / sum(weights.values()) - 1


def answer(part: Part, hits: Sequence[Hit], scene: Scene, *, sure: bool) -> Reply | None:
    """Return the best article's answer if it fits; `sure` tells that no row answers already."""
    if part.follow_up and scene.context.article:
        article = scene.content.articles_by_key.get(scene.context.article)
        return None if article is None else _say(article, scene)
    found = _articles(hits, scene)
    if not found or not sure or _band(part, hits, scene) is not Band.ANSWER or _lacks_the_thing(part, hits, scene):
        return None
    return _say(found[0], scene)


def _lacks_the_thing(part: Part, hits: Sequence[Hit], scene: Scene) -> bool:
    """Return whether the question asks if there is a thing that the best article never names.

    "Is there valet parking" is near to the article on parking, and not answered by it.
    """
    best = next(hit for hit in hits if hit.type == "article" and _current(hit.key, scene) is not None)
    if "available" not in part.aspects or best.similarity >= 0.85:
        return False
    lexicon = scene.catalogue.lexicon
    own = lexicon.article_words.get(best.key, frozenset())
    return any(not says(own, word) and word not in lexicon.all_words for word in part.words if not word.isdigit())


def calibrated(part: Part, hits: Sequence[Hit], scene: Scene) -> list[Hit]:
    """Return the hits with the articles' scores as chances to be right, in the same order."""
    best = next((hit.score for hit in hits if hit.type == "article" and _current(hit.key, scene)), 0.0)
    if best <= 0:
        return list(hits)
    chance = _chance(part, hits, scene)
    return [
        replace(hit, score=chance * max(0.0, hit.score) / best if hit.type == "article" else min(hit.score, 1.0))
        for hit in hits
    ]


def nearest(part: Part, hits: Sequence[Hit], scene: Scene) -> list[str]:
    """Return the questions to tap that may be meant, best first; none where nothing is near."""
    if _band(part, hits, scene) is Band.SILENT:
        return []
    best = max((hit.score for hit in hits if hit.type == "article"), default=0.0)
    near = [hit for hit in hits if hit.type == "article" and hit.score >= best - 0.15]
    return [scene.text(article.question) for article in _articles(near, scene)][:_MOST_OFFERED]


def _band(part: Part, hits: Sequence[Hit], scene: Scene) -> Band:
    found = _articles(hits, scene)
    if not found:
        return Band.SILENT
    wanted = scene.content.answer_confidence
    chance = calibration().weighed(_chance(part, hits, scene), None if wanted is None else wanted / 100)
    return _with_subjects(calibration().band(chance), chance, part, found[0].key, scene)


def _chance(part: Part, hits: Sequence[Hit], scene: Scene) -> float:
    """Return how likely the best current article is the right answer; zero where there is none."""
    lexicon = scene.catalogue.lexicon
    ranked = [
        Candidate(key=hit.key, similarity=hit.similarity, words=lexicon.article_words.get(hit.key, frozenset()))
        for hit in hits
        if hit.type == "article" and _current(hit.key, scene) is not None
    ]
    if not ranked:
        return 0.0
    return calibration().probability(features(part.words, ranked, lexicon.article_weights))


def _with_subjects(band: Band, chance: float, part: Part, best: str, scene: Scene) -> Band:
    """Correct the band by what question and article are about, and by what the question says beyond that.

    The bounds are where, on our own questions, right answers and answers beside the point part: see docs/quality.md.
    """
    own = scene.catalogue.lexicon.article_words.get(best, frozenset())
    beyond = any(not says(own, word) for word in part.beyond) or _asks_for_a_time_not_told(part, best, scene)
    if not part.subjects:
        return _at_most_asked_back(band) if beyond and chance < SURE else band
    agreement = _agreement(part, best, scene)
    foreign = scene.language[:2] not in {each[:2] for each in scene.content.languages}
    if agreement < 1:
        # It leaves out something that the guest named: better asked back than answered beside the point.
        return band if agreement > -1 and chance >= SURE else _at_most_asked_back(band)
    if beyond:
        # "How deep is the pool": the article is on the pool and says nothing of depth.
        return Band.ANSWER if chance >= SUBJECT_AND_MORE_FROM and not foreign else Band.ASK_BACK
    return Band.ANSWER if foreign or chance >= SUBJECT_ANSWER_FROM else Band.ASK_BACK


def _asks_for_a_time_not_told(part: Part, best: str, scene: Scene) -> bool:
    """ "Is the pharmacy open now": the article that tells where it is tells no hours."""
    return part.when.now and not _CLOCK.search(scene.text(scene.content.articles_by_key[best].answer))


def _at_most_asked_back(band: Band) -> Band:
    return Band.ASK_BACK if band is Band.ANSWER else band


def _articles(hits: Sequence[Hit], scene: Scene) -> list[Article]:
    """Return the articles among the hits that may answer today, in their order."""
    found = (_current(hit.key, scene) for hit in hits if hit.type == "article")
    return [article for article in found if article is not None]


def _current(key: str, scene: Scene) -> Article | None:
    article = scene.content.articles_by_key.get(key)
    return article if article is not None and article.is_current(scene.at.date()) else None


def _say(article: Article, scene: Scene) -> Reply:
    text = scene.text(article.answer)
    if gate.promises(text):
        return Reply(text=scene.say("unknown.allergens_only_from_kitchen"), outcome=Outcome.CLARIFY)
    return Reply(text=text, sources=[Source("article", article.key)], article=article.key)
