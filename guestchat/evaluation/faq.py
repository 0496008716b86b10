"""Owns the evaluation on real guests' questions about many small FAQs: is the right article first, and is silence kept.

A folder holds `knowledge.json` (entities with their articles) and `dev.jsonl` (guests' questions with the articles that
answer them). Each entity becomes a hotel for the time of the run, and each question is asked twice: with all articles,
and without those that answer it.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from guestchat.answering.answer import Answer, Outcome
from guestchat.evaluation.asking import Asked
from guestchat.evaluation.curve import guess
from guestchat.evaluation.judging import Fault, Kind, Verdict, judge
from guestchat.evaluation.questions import Expectation, Question
from guestchat.words import fold

# How alike two articles are, titles and texts together or their titles alone: enough to be taken away with the right
# one, as they may answer it too; and enough to be right in its place. Looked up by hand on the shared set. Measured by
# words, so that it does not move with the encoder that is being judged.
_NEAR = (0.35, 0.6)
_SAME = (0.6, 0.85)


@dataclass(frozen=True, kw_only=True)
class Entity:
    """One house with its articles, by key: title and text."""

    id: str
    name: str
    articles: Mapping[str, tuple[str, str]]

    @property
    def slug(self) -> str:
        """The slug of its hotel."""
        return "faq-" + re.sub(r"[^a-z0-9]+", "-", self.id.lower()).strip("-")

    def hotel_file(self) -> dict[str, Any]:
        """Return the entity as a hotel file."""
        return {
            "format": "guestchat-hotel/1",
            "hotel": {
                "slug": self.slug,
                "name": self.name,
                "timezone": "Europe/London",
                "currency": "GBP",
                "default_language": "en",
                "languages": ["en"],
            },
            "venues": [],
            "articles": [
                {"key": key, "question": title, "answer": body} for key, (title, body) in self.articles.items()
            ],
            "places": [],
        }


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A guest's last turn with the articles that answer it."""

    id: str
    entity: str
    text: str
    gold: tuple[str, ...]

    @property
    def group(self) -> str:
        """What it is reported under: the train service apart from hotels and restaurants."""
        domain = self.entity.partition("/")[0]
        return "houses" if domain in {"hotel", "restaurant"} else domain


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A turn's two answers: `full` with every article, `silenced` without those that answer it."""

    turn: Turn
    full: Answer
    silenced: Answer
    same: frozenset[str]


def read(folder: Path) -> tuple[dict[str, Entity], list[Turn]]:
    """Return the entities that are asked about, and the turns in order. Raises OSError."""
    turns = [
        Turn(
            id=written["id"],
            entity=written["entity"],
            text=written["text"],
            gold=tuple(each.rpartition("/")[2] for each in written["gold"]),
        )
        for written in map(json.loads, (folder / "dev.jsonl").read_text(encoding="utf-8").splitlines())
    ]
    knowledge = json.loads((folder / "knowledge.json").read_text(encoding="utf-8"))
    entities = {}
    for id in dict.fromkeys(turn.entity for turn in turns):
        domain, _, number = id.partition("/")
        entity = knowledge[domain][number]
        name = entity["name"] or f"{domain} service"
        docs = {key: (doc["title"], doc["body"]) for key, doc in entity["docs"].items()}
        entities[id] = Entity(id=id, name=name.title() if name.isupper() else name, articles=docs)
    return entities, turns


# --- saying the same ----------------------------------------------------------
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "a an and any are at be been but by can could do does for from get had has have how i if in is it its me my of"
        " on or our so than that the their them there they this to us was we what when where which who will with would"
        " you your yes no not please may need offer offers offered available provide provides provided hotel restaurant"
        " guest guests property location place here also only",
    )
)


_SUFFIX = re.compile(r"(?:ings?|ed|es|e|s)$")


class Likeness:
    """How alike an entity's articles are, by their words: rare words of the set count more."""

    def __init__(self, entities: Mapping[str, Entity]) -> None:
        seen: Counter[str] = Counter()
        total = 0
        for entity in entities.values():
            for title, body in entity.articles.values():
                seen.update(_stems(f"{title} {body}", entity))
                total += 1
        self._weights = {stem: math.log((total + 1) / (number + 0.5)) for stem, number in seen.items()}

    def same(self, entity: Entity, gold: Sequence[str]) -> frozenset[str]:
        """Return the articles that are as right an answer as the gold ones, these among them."""
        return self._like(entity, gold, _SAME)

    def near(self, entity: Entity, gold: Sequence[str]) -> frozenset[str]:
        """Return the articles that must be gone for a question not to be answered: the gold ones and all near them."""
        return self._like(entity, gold, _NEAR)

    def _like(self, entity: Entity, gold: Sequence[str], least: tuple[float, float]) -> frozenset[str]:
        known = [key for key in gold if key in entity.articles]
        return frozenset(known) | {
            key
            for key, article in entity.articles.items()
            if any(self._alike(entity, article, entity.articles[each], least) for each in known)
        }

    def _alike(self, entity: Entity, one: tuple[str, str], other: tuple[str, str], least: tuple[float, float]) -> bool:
        titles = self._cosine(_stems(one[0], entity), _stems(other[0], entity))
        texts = self._cosine(_stems(one[1], entity), _stems(other[1], entity))
        together, alone = least
        return titles >= alone or 0.6 * titles + 0.4 * texts >= together

    def _cosine(self, one: set[str], other: set[str]) -> float:
        def square(stems: set[str]) -> float:
            return sum(self._weights.get(stem, 1.0) ** 2 for stem in stems)

        length = math.sqrt(square(one) * square(other))
        return square(one & other) / length if length else 0.0


def _stems(text: str, entity: Entity) -> set[str]:
    name = set(re.findall(r"[a-z0-9]+", fold(entity.name)))
    text = fold(text).replace("wi-fi", "wifi")
    return {
        _SUFFIX.sub("", word) if len(word) > 4 else word
        for word in re.findall(r"[a-z0-9]+", text)
        if word not in _COMMON and word not in name
    }


# --- judgements ----------------------------------------------------------------
def judged(tried: Tried) -> Iterator[Asked]:
    """Yield a turn's two judgements: the right article comes first, and without it the turn is not answered."""
    turn = tried.turn
    question = Question(
        id=turn.id, hotel=turn.entity, text=turn.text, category=f"faq {turn.group} first", expect=Expectation()
    )
    first = next(iter(articles(tried.full)), "nothing")
    reason = f"{first} comes first, expected {' or '.join(turn.gold)}"
    faults = () if first in tried.same else (Fault(Kind.WRONG, reason),)
    yield Asked(
        question=question, answer=tried.full, verdict=Verdict(faults=faults), guess=guess(tried.full, tried.same)
    )
    silent = Expectation(silent=True)
    taken = replace(question, category=f"faq {turn.group} taken away", expect=silent)
    verdict = judge(silent, tried.silenced)
    yield Asked(question=taken, answer=tried.silenced, verdict=verdict, guess=guess(tried.silenced, frozenset()))


# --- figures --------------------------------------------------------------------
def figures(tried: Sequence[Tried]) -> dict[str, float]:
    """Return recall, the area under the answered/unanswered curve, coverage and outcomes, by group."""
    told: dict[str, float] = {}
    for group in dict.fromkeys(each.turn.group for each in tried):
        told.update(
            {f"{group} {name}": value for name, value in _of_group([t for t in tried if t.turn.group == group])}
        )
    return told


def _of_group(tried: Sequence[Tried]) -> Iterator[tuple[str, float]]:
    number = len(tried)
    firsts = [found[0] if (found := articles(each.full)) else "" for each in tried]
    right = [first in each.same for first, each in zip(firsts, tried, strict=True)]
    with_article, without = [score(each.full) for each in tried], [score(each.silenced) for each in tried]
    yield "questions", number
    yield "recall@1", sum(first in each.turn.gold for first, each in zip(firsts, tried, strict=True)) / number
    yield "recall@1 same", sum(right) / number
    yield "recall@5", sum(bool(set(articles(each.full)[:5]) & set(each.turn.gold)) for each in tried) / number
    yield "auc", auc(with_article, without)
    scored = [*zip(with_article, right, strict=True), *((each, False) for each in without)]
    for precision in (0.95, 0.9):
        yield f"coverage at {precision:.0%} precision", coverage(scored, precision, of=number)
    yield "answered", sum(each.full.outcome is Outcome.ANSWERED for each in tried) / number
    yield "answered rightly", sum(_told(each) for each in tried) / number
    yield "answered without the article", sum(each.silenced.outcome is Outcome.ANSWERED for each in tried) / number


def _told(tried: Tried) -> bool:
    told = {source.key for source in tried.full.sources if source.type == "article"}
    return tried.full.outcome is Outcome.ANSWERED and bool(told & tried.same)


def articles(answer: Answer) -> list[str]:
    """Return the keys of the articles that search found, best first."""
    return [hit.key for hit in answer.candidates if hit.type == "article"]


def score(answer: Answer) -> float:
    """Return the best article's score, 0 where none was found."""
    return next((hit.score for hit in answer.candidates if hit.type == "article"), 0.0)


def auc(higher: Sequence[float], lower: Sequence[float]) -> float:
    """Return the chance that one of the first is greater than one of the second, a tie counting half."""
    if not higher or not lower:
        return 0.0
    won = sum((one > other) + 0.5 * (one == other) for one in higher for other in lower)
    return won / (len(higher) * len(lower))


def coverage(scored: Sequence[tuple[float, bool]], precision: float, *, of: int) -> float:
    """Return the largest share of `of` answerable questions that a threshold answers rightly at this precision."""
    best = right = 0
    for number, (_score, is_right) in enumerate(sorted(scored, reverse=True), start=1):
        right += is_right
        if right / number >= precision:
            best = max(best, right)
    return best / of if of else 0.0
