"""Owns answers from articles: which one fits best, and whether it tells what is asked."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from guestchat.answering import disagreement, gate, statements
from guestchat.answering.answer import Outcome, Reply, Source
from guestchat.answering.scene import Scene
from guestchat.retrieval.calibration import Band, Candidate, calibration, features
from guestchat.retrieval.search import Hit
from guestchat.understanding.matters import (
    ACTS,
    CIRCUMSTANCES,
    EITHER,
    LEADS_SOMEWHERE,
    NEAR,
    PAYING,
    PETS,
    SOFT_DETAILS,
)
from guestchat.understanding.query import Part
from guestchat.understanding.stems import says
from guestchat.words import words
from menus.content import Article

# Words decide between articles that mean nearly the same: "is breakfast included" is not about tips.
WORDS_WEIGHT = 0.15
# Subjects and what is asked of them are the same in every language: they lead a French question to a German article.
SUBJECT_WEIGHT = 0.12
# Whether there is parking and what it costs are two articles in many houses.
ASPECT_WEIGHT = 0.08
_ASPECTS = frozenset({"price", "location", "phone"})
DETAIL_WEIGHT = 0.06
# Of two articles on a subject, the one that is about less besides is meant.
BESIDE_WEIGHT = 0.03
# The same for the subjects of its first question alone.
HEADED_WEIGHT = 0.07
# The encoder reads few languages: where the hotel writes none of the guest's, nearness tells little.
FOREIGN_SIMILARITY = 0.3
FOREIGN_AND_AGREES = 0.3
# Where no subject is named: how likely the article must be and how far ahead of the next one, as it leaves no word of
# the question open, or one.
_WITHOUT_SUBJECT = ((0.35, 0.1), (0.65, 0.15))
# The same for an article whose heading names no subject that is known.
_UNHEADED = (0.75, 0.15)
# Where something was lost, the thing is no subject.
LOST = "lost_property"
# How likely an article must be that names its subject in its answer alone, or how far ahead of the next one.
_SPOKEN_OF_FROM, _SPOKEN_OF_AHEAD = 0.25, 0.1
# The same for one of several that only mention the subject.
_MENTIONED_FROM = 0.2
# What only a dish's row tells.
_OF_DISHES = frozenset({"calories", "nutrition"})
# From these chances on it speaks whatever is second, as it leaves no word open, or any.
EXPLAINED_FROM, SURE = 0.55, 0.93
# The chance from which an article on the subject speaks, by how many words of the question it leaves open.
_FROM = (0.0, 0.65, 0.95)
# The same where it leaves open something that most such articles do not need to tell.
SOFTLY_FROM = 0.5
# A question that the article itself asks, nearly word by word.
VERBATIM = 0.93
_MOST_OFFERED = 3
_CLOCK = re.compile(r"\d[:.]\d\d|24")


def rerank(part: Part, hits: Sequence[Hit], scene: Scene) -> list[Hit]:
    """Return the hits with the articles scored by meaning, and by how much of what is asked they tell."""
    lexicon = scene.catalogue.lexicon
    asked = {
        word: lexicon.article_weights.get(word, lexicon.rarest_weight) for word in part.words if not word.isdigit()
    }
    found = [*hits, *_of_the_subjects(part, hits, scene)]
    telling = _telling(part, scene)
    rescored = [
        _scored(hit, _score(part, hit, scene, asked, telling)) if hit.type == "article" else hit for hit in found
    ]
    if (own := asked_word_by_word(part, scene)) is not None:
        others = [hit for hit in rescored if hit.type != "article" or hit.key != own]
        rescored = [*others, Hit(type="article", key=own, score=2.0, similarity=1.0, matched=1.0)]
    return sorted(rescored, key=lambda hit: -hit.score)


def _scored(hit: Hit, score: float) -> Hit:
    # `dataclasses.replace` takes five times as long, for some thirty hits a question.
    return Hit(type=hit.type, key=hit.key, score=score, similarity=hit.similarity, matched=hit.matched)


def asked_word_by_word(part: Part, scene: Scene) -> str | None:
    """Return the article whose own question this is, as guests tap it: no encoder is asked whether that is near."""
    return scene.catalogue.lexicon.headings.get(tuple(words(part.text)))


def _of_the_subjects(part: Part, hits: Sequence[Hit], scene: Scene) -> list[Hit]:
    """Return the articles on the question's very subjects that search passed over: it reads few languages."""
    known = {hit.key for hit in hits if hit.type == "article"}
    least = min((hit.similarity for hit in hits), default=0.0)
    return [
        Hit(type="article", key=key, score=0.0, similarity=least, matched=0.0)
        for key in scene.catalogue.lexicon.article_subjects
        if key not in known and _agreement(part, key, scene) == 1
    ]


def _score(part: Part, hit: Hit, scene: Scene, asked: Mapping[str, float], telling: float) -> float:
    """Return an article's score; `asked` are the question's words with how much each tells articles apart.

    `telling` is the same of its subjects.
    """
    lexicon = scene.catalogue.lexicon
    own = lexicon.article_words.get(hit.key, frozenset())
    said = sum(weight for word, weight in asked.items() if says(own, word))
    score = hit.similarity * (FOREIGN_SIMILARITY if _foreign(hit.key, scene) else 1)
    score += WORDS_WEIGHT * (said / sum(asked.values()) if asked else 0.5)
    agreement = _agreement(part, hit.key, scene)
    score += SUBJECT_WEIGHT * agreement * telling + ASPECT_WEIGHT * _aspect(part, hit.key, scene)
    if agreement == 1 and _foreign(hit.key, scene):
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


def _foreign(key: str, scene: Scene) -> bool:
    """Return whether an article is not written in the guest's language."""
    article = scene.content.articles_by_key.get(key)
    return article is not None and scene.language[:2] not in {each[:2] for each in article.question}


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


def answer(part: Part, hits: Sequence[Hit], scene: Scene, *, sure: bool) -> Reply | None:
    """Return the best article's answer if it fits; `sure` tells that no row answers already."""
    if tells_more(part, scene):
        return _say(scene.content.articles_by_key[scene.context.article], scene)
    found = _articles(hits, scene)
    if not found or not sure or _band(part, hits, scene) is not Band.ANSWER:
        return None
    return _say(found[0], scene, disagreement.rivals(found[0], found[1:], scene))


def tells_more(part: Part, scene: Scene) -> bool:
    """Return whether the article that was told last answers what is asked of it now."""
    key = scene.context.article
    if not part.follow_up or _current(key, scene) is None:
        return False
    return not part.details - SOFT_DETAILS - scene.catalogue.lexicon.article_details.get(key, frozenset())


def subjects_of(key: str, scene: Scene) -> frozenset[str]:
    """Return what an article is about, by its heading if that tells it; none where there is no such article."""
    lexicon = scene.catalogue.lexicon
    return lexicon.article_headed.get(key) or lexicon.article_subjects.get(key, frozenset())


def calibrated(part: Part, hits: Sequence[Hit], scene: Scene) -> list[Hit]:
    """Return the hits with their scores as chances to be right, as the best article is; in the same order."""
    best = next((hit.score for hit in hits if hit.type == "article" and _current(hit.key, scene)), 0.0)
    if best <= 0:
        return list(hits)
    chance = _chance(part, hits, scene)
    return [_scored(hit, min(1.0, chance * max(0.0, hit.score) / best)) for hit in hits]


def nearest(part: Part, hits: Sequence[Hit], scene: Scene) -> list[str]:
    """Return the questions to tap that may be meant, best first; none where nothing is near."""
    if _band(part, hits, scene) is Band.SILENT:
        return []
    best = max((hit.score for hit in hits if hit.type == "article"), default=0.0)
    near = [hit for hit in hits if hit.type == "article" and hit.score >= best - 0.15]
    questions = [scene.text(article.question) for article in _articles(near, scene)]
    return [question for question in questions if not gate.promises(question)][:_MOST_OFFERED]


def _band(part: Part, hits: Sequence[Hit], scene: Scene) -> Band:
    best = next((hit for hit in hits if hit.type == "article" and _current(hit.key, scene) is not None), None)
    if best is None:
        return Band.SILENT
    wanted = scene.content.answer_confidence
    chance = calibration().weighed(_chance(part, hits, scene), None if wanted is None else wanted / 100)
    return _decide(part, best, chance, _lead(best, hits, scene), scene)


def _lead(best: Hit, hits: Sequence[Hit], scene: Scene) -> float:
    """Return how far the best article is ahead of the next one that is asked something else."""
    known = scene.content.articles_by_key
    others = (
        hit.score
        for hit in hits
        if hit.type == "article"
        and hit.key != best.key
        and _current(hit.key, scene) is not None
        and not disagreement.asks_the_same(known[best.key], known[hit.key], scene)
    )
    return best.score - next(others, 0.0)


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
    ranked = [ranked[0], *_asked_otherwise(ranked, scene)]
    return calibration().probability(features(part.words, ranked, lexicon.article_weights))


def _asked_otherwise(ranked: Sequence[Candidate], scene: Scene) -> list[Candidate]:
    """Return the candidates after the first, without a second that is asked the very same: it is no other meaning."""
    if len(ranked) < 2:
        return []
    known = scene.content.articles_by_key
    same = disagreement.asks_the_same(known[ranked[0].key], known[ranked[1].key], scene)
    return list(ranked[2:] if same else ranked[1:])


def _decide(part: Part, best: Hit, chance: float, lead: float, scene: Scene) -> Band:
    """Return what to do with the best article: it speaks where it tells all that is asked.

    A chance alone cannot tell "how deep is the pool" from "how warm is the pool"; what the article says of it can.
    """
    if asked_word_by_word(part, scene) == best.key:
        return Band.ANSWER
    band = calibration().band(chance)
    agreement = _agreement(part, best.key, scene)
    if part.subjects and agreement < 1 and not _is_clearly_meant(part, best, chance, lead, scene):
        # It leaves out something that the guest named: better asked back than answered beside the point.
        return band if best.similarity >= VERBATIM else _at_most_asked_back(band)
    if _lacking(part, best, scene) - SOFT_DETAILS or _asks_for_a_time_not_told(part, best.key, scene):
        return Band.ASK_BACK if part.subjects else _at_most_asked_back(band)
    if LOST in part.subjects and agreement == 1:
        return Band.ANSWER  # whatever was lost: the article need not name it
    own = scene.catalogue.lexicon.article_words.get(best.key, frozenset())
    open_words = sum(not says(own, word) for word in part.beyond)
    if chance < SURE and best.similarity < VERBATIM and any(not says(own, word) for word in part.bounds):
        # "Parking for coaches", "wifi at the pier": what is told of the thing is not told of it there.
        return Band.ASK_BACK if part.subjects else _at_most_asked_back(band)
    if _asks_of_a_doer_or_a_dish(part, own) and best.similarity < VERBATIM:
        return Band.ASK_BACK if part.subjects else _at_most_asked_back(band)
    if not open_words and _lacking(part, best, scene):
        return Band.ANSWER if part.subjects and chance >= SOFTLY_FROM else _at_most_asked_back(band)
    if part.subjects:
        unheaded = best.key in scene.catalogue.lexicon.unheaded
        clearly = chance >= _SPOKEN_OF_FROM or (lead >= _SPOKEN_OF_AHEAD and not open_words)
        if unheaded and not clearly and not _foreign(best.key, scene):
            return Band.ASK_BACK  # it only speaks of the subject
        if part.subjects & LEADS_SOMEWHERE and (open_words or not _tells_what_leads(part, best.key, scene)):
            return Band.ASK_BACK  # the bus to a town that the article does not name is another bus
        if chance < _MENTIONED_FROM and lead < _SPOKEN_OF_AHEAD and _is_one_of_several(part, best.key, scene):
            return Band.ASK_BACK  # "amex?" beside a bus that takes cards only
        return Band.ANSWER if chance >= _FROM[min(open_words, 2)] else Band.ASK_BACK
    if chance >= (SURE if open_words else EXPLAINED_FROM):
        return Band.ANSWER
    if open_words < len(_WITHOUT_SUBJECT):
        likely, ahead = _WITHOUT_SUBJECT[open_words]
        if chance >= likely and lead >= ahead:
            return Band.ANSWER
    return _at_most_asked_back(band)


def _is_one_of_several(part: Part, best: str, scene: Scene) -> bool:
    """Return whether an article only mentions the subject, as another one does."""
    lexicon = scene.catalogue.lexicon
    if part.subjects & lexicon.article_headed.get(best, frozenset()):
        return False
    return any(
        key != best and _agreement(part, key, scene) == 1 and _current(key, scene) is not None
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


def _is_clearly_meant(part: Part, best: Hit, chance: float, lead: float, scene: Scene) -> bool:
    """Return whether an article is meant although its heading names no subject that is known."""
    likely, ahead = _UNHEADED
    unheaded = best.key in scene.catalogue.lexicon.unheaded
    return unheaded and chance >= likely and lead >= ahead and not _lacking(part, best, scene)


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


def _at_most_asked_back(band: Band) -> Band:
    return Band.ASK_BACK if band is Band.ANSWER else band


def _articles(hits: Sequence[Hit], scene: Scene) -> list[Article]:
    """Return the articles among the hits that may answer today, in their order."""
    found = (_current(hit.key, scene) for hit in hits if hit.type == "article")
    return [article for article in found if article is not None]


def _current(key: str, scene: Scene) -> Article | None:
    article = scene.content.articles_by_key.get(key)
    return article if article is not None and article.is_current(scene.at.date()) else None


def _say(article: Article, scene: Scene, rivals: Sequence[Article] = ()) -> Reply:
    text = scene.text(article.answer)
    if gate.promises(text):
        return Reply(text=scene.say("unknown.allergens_only_from_kitchen"), outcome=Outcome.CLARIFY)
    said = Reply(text=text, sources=[Source("article", article.key)], article=article.key)
    return with_rivals(said, rivals, scene)


def with_rivals(said: Reply, rivals: Sequence[Article], scene: Scene) -> Reply:
    """Return an answer beside those that disagree with it, all named, and a person to ask."""
    others = [article for article in rivals if not gate.promises(scene.text(article.answer))]
    if not others:
        return said
    texts = dict.fromkeys([said.text, *(scene.text(article.answer) for article in others)])
    return replace(
        said,
        text="\n".join([scene.say("unknown.disagree"), *("- " + " ".join(text.split()) for text in texts)]),
        sources=[*said.sources, *(Source("article", article.key) for article in others)],
        suggestions=[scene.say("unknown.ask_person")],
    )
