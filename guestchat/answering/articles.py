"""Owns answers from articles, and the decision whether one fits well enough to speak."""

from collections.abc import Sequence

from guestchat.answering import gate
from guestchat.answering.answer import Outcome, Reply, Source
from guestchat.answering.scene import Scene
from guestchat.retrieval.search import Hit
from guestchat.understanding.query import Part
from menus.content import Article

# A first calibration on the demo hotel's questions: at or above ANSWER an article speaks, at or above ASK it is
# offered to tap, below it is silent.
ANSWER = 0.60
ASK = 0.45
_MOST_OFFERED = 3


def answer(part: Part, hits: Sequence[Hit], scene: Scene, *, sure: bool) -> Reply | None:
    """Return the best article's answer if it fits; `sure` tells that no row answers already."""
    if part.follow_up and scene.context.article:
        article = scene.content.articles_by_key.get(scene.context.article)
        return None if article is None else _say(article, scene)
    best = next(((article, score) for article, score in ranked(part, hits, scene)), None)
    if best is None or best[1] < ANSWER or not sure:
        return None
    return _say(best[0], scene)


def ranked(part: Part, hits: Sequence[Hit], scene: Scene) -> list[tuple[Article, float]]:
    """Return the current articles among the hits with how well each fits the question, best first."""
    found = [
        (article, fit(part, hit, scene))
        for hit in hits
        if hit.type == "article" and (article := _current(hit.key, scene)) is not None
    ]
    return sorted(found, key=lambda each: -each[1])


def _current(key: str, scene: Scene) -> Article | None:
    article = scene.content.articles_by_key.get(key)
    return article if article is not None and article.is_current(scene.at.date()) else None


def fit(part: Part, hit: Hit, scene: Scene) -> float:
    """Return how well an article fits, from 0 to about 1: its meaning, and how many of the question's words it has."""
    lexicon = scene.catalogue.lexicon
    own = lexicon.article_words.get(hit.key, frozenset())
    # A word that no article says weighs as the rarest: "wifi in the annex" is not what the article on wifi answers.
    rarest = max(lexicon.article_weights.values(), default=1.0)
    asked = {word: lexicon.article_weights.get(word, rarest) for word in part.words if not word.isdigit()}
    said = sum(weight for word, weight in asked.items() if _has(own, word))
    covered = said / sum(asked.values()) if asked else 0.5
    return 0.7 * hit.similarity + 0.3 * covered


def _has(own: frozenset[str], word: str) -> bool:
    """Return whether an article has a word, or a compound with it: "Parkplatz" meets "Parkplatzgebuhr"."""
    if word in own:
        return True
    return len(word) >= 5 and any(
        each[:5] == word[:5] and (each.startswith(word) or word.startswith(each)) for each in own
    )


def nearest(hits: Sequence[Hit], scene: Scene) -> list[str]:
    """Return the questions to tap that are near enough to be meant, best first."""
    near = [
        scene.text(article.question)
        for hit in hits
        if hit.similarity >= ASK and hit.type == "article" and (article := _current(hit.key, scene)) is not None
    ]
    return near[:_MOST_OFFERED]


def _say(article: Article, scene: Scene) -> Reply:
    text = scene.text(article.answer)
    if gate.promises(text):
        return Reply(text=scene.say("unknown.allergens_only_from_kitchen"), outcome=Outcome.CLARIFY)
    return Reply(text=text, sources=[Source("article", article.key)], article=article.key)
