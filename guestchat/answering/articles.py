"""Owns answers from articles: what the best one says, what says otherwise, and what may be meant instead."""

import re
from collections.abc import Sequence
from dataclasses import replace

from guestchat.answering import deciding, disagreement, gate, ranking
from guestchat.answering.answer import Outcome, Reply, Source
from guestchat.answering.scene import Scene
from guestchat.retrieval.calibration import Band
from guestchat.retrieval.judge import get_judge
from guestchat.retrieval.search import Hit
from guestchat.understanding.matters import SOFT_DETAILS
from guestchat.understanding.query import Intent, Part
from guestchat.understanding.stems import says
from menus.content import Article

MOST_OFFERED = 3
"""So many questions to tap an answer offers that does not know."""
# What ranks so far behind the best is not meant.
_OFFERED_WITHIN = 0.1


def answer(part: Part, hits: Sequence[Hit], scene: Scene, *, sure: bool) -> Reply | None:
    """Return the best article's answer if it fits; `sure` tells that no row answers already."""
    if tells_more(part, scene):
        return _say(scene.content.articles_by_key[scene.context.article], part, scene)
    found = _articles(hits, scene)
    if not found or not sure or deciding.weigh(part, hits, scene).band is not Band.ANSWER:
        return None
    return _say(found[0], part, scene, disagreement.rivals(found[0], found[1:], scene))


def tells_more(part: Part, scene: Scene) -> bool:
    """Return whether the article that was told last answers what is asked of it now."""
    key = scene.context.article
    if not part.follow_up or part.tells or ranking.current(key, scene) is None:
        return False
    return not part.details - SOFT_DETAILS - scene.catalogue.lexicon.article_details.get(key, frozenset())


# The judge's log odds from which the article that was told last is meant: of the question under the heading against the
# whole, and of that and the question alone against the answer together. Over 466 articles that the judge never saw
# these take 63 of 100 bare questions that they answer, and 5 of those that they do not.
_UNDER_HEADING, _HEADING_WEIGHS, _TOGETHER = 2.0, 1.5, 3.8
_MAY_BE_ASKED_OF_IT = frozenset({Intent.QUESTION, Intent.HOURS, Intent.PLACE, Intent.LIST})


def of_what_was_told(part: Part, scene: Scene) -> Reply | None:
    """Return the article told last where a question that names nothing else is answered by it: "6 days, an adult?".

    Such a question is near to nothing by itself: the judge reads it under the article's heading.
    """
    article = ranking.current(scene.context.article, scene)
    if article is None or part.tells or part.intent not in _MAY_BE_ASKED_OF_IT or _names_another(part, scene):
        return None
    asked, judge = scene.asked(part), get_judge()
    headed = judge.weigh(f"{scene.read(article.question)} {asked}", deciding.whole_text(article, scene))
    meant = (
        headed >= _UNDER_HEADING
        and judge.weigh(asked, scene.read(article.answer)) + _HEADING_WEIGHS * headed >= _TOGETHER
    )
    return _say(article, part, scene) if meant else None


def _names_another(part: Part, scene: Scene) -> bool:
    """Return whether a question names what the article told last does not speak of."""
    lexicon, key = scene.catalogue.lexicon, scene.context.article
    of_food = part.items or part.avoid or part.containing or part.diets or part.courses or part.drinks
    if of_food or part.venues or part.venue_kinds or part.subjects - set(scene.context.subjects):
        return True
    own = lexicon.article_words.get(key, frozenset())
    lacking = part.details - lexicon.article_details.get(key, frozenset())
    return bool(lacking) or any(not says(own, word) for word in part.beyond if word not in _EACH)


# "Per day", "pro Nacht": of whatever has a price.
_EACH = frozenset({"per", "pro", "par", "por", "each", "je", "jeweils", "cada", "chaque"})


def calibrated(part: Part, hits: Sequence[Hit], scene: Scene) -> list[Hit]:
    """Return the hits with their scores as chances to be right, as the best article is; in the same order."""
    best = next((hit.score for hit in deciding.current_of(hits, scene)), 0.0)
    if best <= 0:
        return list(hits)
    chance = deciding.weigh(part, hits, scene).chance
    return [ranking.scored(hit, min(1.0, chance * max(0.0, hit.score) / best)) for hit in hits]


def nearest(part: Part, hits: Sequence[Hit], scene: Scene) -> list[str]:
    """Return the questions to tap that may be meant, best first; none where nothing is near."""
    if deciding.weigh(part, hits, scene).band is Band.SILENT:
        return []
    best = max((hit.score for hit in hits if hit.type == "article"), default=0.0)
    near = [hit for hit in hits if hit.type == "article" and hit.score >= best - _OFFERED_WITHIN]
    questions = [scene.text(article.question) for article in _articles(near, scene)]
    return [question for question in questions if not gate.promises(question)][:MOST_OFFERED]


def _articles(hits: Sequence[Hit], scene: Scene) -> list[Article]:
    """Return the articles among the hits that may answer today, in their order."""
    return [scene.content.articles_by_key[hit.key] for hit in deciding.current_of(hits, scene)]


def _say(article: Article, part: Part, scene: Scene, rivals: Sequence[Article] = ()) -> Reply:
    text = scene.text(article.answer)
    if gate.promises(text) and not _asks_of_allergens(part):
        text = _without_promises(text)  # what breakfast costs may be told without its "gluten-free bread"
    if not text or gate.promises(text):
        return Reply(text=scene.say("unknown.allergens_only_from_kitchen"), outcome=Outcome.CLARIFY)
    said = Reply(text=text, sources=[Source("article", article.key)], article=article.key)
    return with_rivals(said, rivals, scene)


def _asks_of_allergens(part: Part) -> bool:
    on_food = part.avoid or part.containing or part.diets or part.aspects & {"allergens", "safe"}
    return bool(on_food) or "allergies_policy" in part.subjects


_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def _without_promises(text: str) -> str:
    """Return a text's sentences that promise nothing of allergens; empty where none is left."""
    kept = [each for each in _SENTENCE.split(text) if not gate.promises(each)]
    return " ".join(kept)


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
