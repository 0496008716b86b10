"""Owns which article fits a question best: by meaning, by words, by what it is about and what it tells."""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from guestchat.answering.scene import Scene
from guestchat.retrieval.search import Hit
from guestchat.understanding import glossing
from guestchat.understanding.glossing import topic_stems
from guestchat.understanding.matters import ACTS, CIRCUMSTANCES, EITHER, NEAR, PAYING, PETS
from guestchat.understanding.query import Part
from guestchat.understanding.stems import says
from guestchat.words import words
from menus.content import Article

# Words decide between articles that mean nearly the same: "is breakfast included" is not about tips.
# As they are written, or put into English: "Klo" and "WC" are a toilet, whichever of them the house writes.
WORDS_WEIGHT = 0.1
# Subjects and what is asked of them are the same in every language: they lead a French question to a German article.
SUBJECT_WEIGHT = 0.06
# Whether there is parking and what it costs are two articles in many houses.
ASPECT_WEIGHT = 0.06
_ASPECTS = frozenset({"price", "location", "phone"})
DETAIL_WEIGHT = 0.03
# Of two articles on a subject, the one that is about less besides is meant.
BESIDE_WEIGHT = 0.015
# The same for the subjects of its first question alone.
HEADED_WEIGHT = 0.035
# Where the models read the guest's language or the article's not at all, nearness tells little.
FOREIGN_SIMILARITY = 0.3
FOREIGN_AND_AGREES = 0.15
_READ = frozenset({"en", *glossing.LANGUAGES})
# Where something was lost, the thing is no subject.
LOST = "lost_property"


def rerank(part: Part, hits: Sequence[Hit], scene: Scene) -> list[Hit]:
    """Return the hits with the articles scored by meaning, and by how much of what is asked they tell."""
    lexicon = scene.catalogue.lexicon
    asked = _Asked(
        {word: lexicon.article_weights.get(word, lexicon.rarest_weight) for word in part.words if not word.isdigit()},
        meant(part, scene),
        _telling(part, scene),
    )
    found = [*hits, *_of_the_subjects(part, hits, scene)]
    rescored = [scored(hit, _score(part, hit, scene, asked)) if hit.type == "article" else hit for hit in found]
    if (own := asked_word_by_word(part, scene)) is not None:
        others = [hit for hit in rescored if hit.type != "article" or hit.key != own]
        rescored = [*others, Hit(type="article", key=own, score=2.0, similarity=1.0, matched=1.0)]
    return sorted(rescored, key=lambda hit: -hit.score)


def scored(hit: Hit, score: float) -> Hit:
    """Return a hit with another score."""
    # `dataclasses.replace` takes five times as long, for some thirty hits a question.
    return Hit(type=hit.type, key=hit.key, score=score, similarity=hit.similarity, matched=hit.matched)


def asked_word_by_word(part: Part, scene: Scene) -> str | None:
    """Return the article whose own question this is, as guests tap it: no encoder is asked whether that is near."""
    return scene.catalogue.lexicon.headings.get(tuple(words(part.text)))


def _of_the_subjects(part: Part, hits: Sequence[Hit], scene: Scene) -> list[Hit]:
    """Return the articles on the question's very subjects that search passed over: it reads few languages."""
    if not part.subjects:
        return []
    known = {hit.key for hit in hits if hit.type == "article"}
    least = min((hit.similarity for hit in hits), default=0.0)
    return [
        Hit(type="article", key=key, score=0.0, similarity=least, matched=0.0)
        for key in scene.catalogue.lexicon.article_subjects
        if key not in known and agrees(part, key, scene) == 1
    ]


class _Asked(NamedTuple):
    """A question's words, and the same in English, with how much each tells articles apart; and its subjects do."""

    words: Mapping[str, float]
    meant: Mapping[str, float]
    telling: float


def _score(part: Part, hit: Hit, scene: Scene, asked: _Asked) -> float:
    """Return an article's score."""
    lexicon = scene.catalogue.lexicon
    score = hit.similarity * (FOREIGN_SIMILARITY if is_foreign(hit.key, scene) else 1)
    said = said_of(asked.words, lexicon.article_words.get(hit.key, frozenset()))
    score += WORDS_WEIGHT * max(said, said_of(asked.meant, lexicon.article_in_english.get(hit.key, frozenset())))
    agreement = agrees(part, hit.key, scene)
    score += SUBJECT_WEIGHT * agreement * asked.telling + ASPECT_WEIGHT * fits_aspect(part, hit.key, scene)
    if agreement == 1 and is_foreign(hit.key, scene):
        score += FOREIGN_AND_AGREES
    if part.details:
        told = lexicon.article_details.get(hit.key, frozenset())
        score += DETAIL_WEIGHT * (2 * len(part.details & told) / len(part.details) - 1)
    about = lexicon.article_subjects.get(hit.key, frozenset())
    if part.subjects & about:
        score -= BESIDE_WEIGHT * len(about - part.subjects) / len(about)
    headed = lexicon.article_headed.get(hit.key, frozenset())
    if part.subjects and headed:
        # Bikes are parked too, but that is not what their article is about.
        score += HEADED_WEIGHT if part.subjects & headed else -HEADED_WEIGHT
    return score


def is_foreign(key: str, scene: Scene) -> bool:
    """Return whether an article is in no language that the models can hold beside the guest's."""
    article = scene.content.articles_by_key.get(key)
    if article is None:
        return False
    asked, written = scene.language[:2], {each[:2] for each in article.question}
    return asked not in written and (asked not in _READ or written.isdisjoint(_READ))


def meant(part: Part, scene: Scene) -> dict[str, float]:
    """Return what a question says in English, by how much each word tells this hotel's articles apart."""
    weights, rarest = scene.catalogue.lexicon.english_weights, _rarest(scene)
    return {each: weights.get(each, rarest) for each in topic_stems(scene.asked(part))}


def _rarest(scene: Scene) -> float:
    """Return what tells this hotel's articles apart the most: what one of them says."""
    return math.log(1 + max(1, len(scene.content.articles)))


def said_of(asked: Mapping[str, float], own: frozenset[str]) -> float:
    """Return how much of what is asked an article says, from 0 to 1; a half where nothing is."""
    return sum(weight for word, weight in asked.items() if says(own, word)) / sum(asked.values()) if asked else 0.5


def _telling(part: Part, scene: Scene) -> float:
    """Return how much the question's subjects tell this hotel's articles apart, from 0 to 1."""
    lexicon = scene.catalogue.lexicon
    rarest = _rarest(scene)
    return max((lexicon.subject_weights.get(each, rarest) for each in part.subjects), default=0.0) / rarest


def fits_aspect(part: Part, key: str, scene: Scene) -> float:
    """Return how well an article fits the aspect that is asked: 1 in its question, 0.5 in its answer, -0.5 another."""
    lexicon = scene.catalogue.lexicon
    asked = part.aspects & _ASPECTS
    titled = lexicon.article_aspects.get(key, frozenset()) & _ASPECTS
    if asked & titled:
        return 1.0
    if asked & lexicon.answered_aspects.get(key, frozenset()):
        return 0.5
    return -0.5 if titled and not asked else 0.0


def agrees(part: Part, key: str, scene: Scene) -> float:
    """Return how far an article is about what the question names: 1 fully, 0 where that is unknown, -1 not at all.

    Of several subjects, those beside the first may be only spoken of: "wifi in the meeting room".
    """
    groups = _alternatives(part.subjects)
    if not groups:
        return 0.0
    lexicon = scene.catalogue.lexicon
    about, mentions = lexicon.article_subjects.get(key, frozenset()), lexicon.article_mentions.get(key, frozenset())
    shares = [max([_share(subject, about, mentions, lexicon.subjects) for subject in group]) for group in groups]
    if key in lexicon.unheaded and not any(shares):
        return 0.0  # its heading is in words that no vocabulary knows: it may be on this or on anything
    if (1.0 in shares or part.subjects & about & CIRCUMSTANCES) and all(shares):
        return 1.0
    return 2 * sum(shares) / len(shares) - 1


def _share(subject: str, about: frozenset[str], mentions: frozenset[str], asked: frozenset[str]) -> float:
    """Return how far an article is on one subject; `asked` are those on which there is an article at all."""
    if subject in ACTS and about - {subject}:
        return 0.4 if subject in about | mentions else 0.0  # how a massage is cancelled tells nothing of a stay
    if subject in PETS and subject not in mentions and mentions & PETS:
        return 0.0
    if subject in about or (subject not in asked and (subject in mentions or NEAR.get(subject, frozenset()) & about)):
        return 1.0
    return 0.4 if subject in mentions or (subject in PAYING and mentions & PAYING) else 0.0


def _wanted(subjects: frozenset[str]) -> frozenset[str]:
    """Return the subjects without those that only tell when or whence, or what was lost, where others tell what."""
    if LOST in subjects:
        return frozenset({LOST})
    if subjects & ACTS:
        subjects -= PAYING  # "can I cancel without paying" asks of no way to pay
    # "Arriving at 3 am, is someone at the desk": who arrives late asks for no desk in general.
    return subjects - CIRCUMSTANCES or subjects - {"reception"} or subjects


@lru_cache(maxsize=1024)
def _alternatives(subjects: frozenset[str]) -> frozenset[frozenset[str]]:
    """Return the wanted ones of a question's subjects in groups of which one is meant."""
    wanted = _wanted(subjects)
    grouped = {group & wanted for group in EITHER if group & wanted}
    return frozenset(grouped | {frozenset({each}) for each in wanted.difference(*grouped)})


def subjects_of(key: str, scene: Scene) -> frozenset[str]:
    """Return what an article is about, by its heading if that tells it; none where there is no such article."""
    lexicon = scene.catalogue.lexicon
    return lexicon.article_headed.get(key) or lexicon.article_subjects.get(key, frozenset())


def current(key: str, scene: Scene) -> Article | None:
    """Return an article that may answer today; none where there is no such one."""
    article = scene.content.articles_by_key.get(key)
    return article if article is not None and article.is_current(scene.at.date()) else None
