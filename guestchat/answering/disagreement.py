"""Owns articles and rows that disagree: which of them answer one question with different values. Chooses none of them.

Two texts disagree where they are asked the very same and tell different figures of a kind, neither naming the other's,
or where one says yes and the other no. The guest then reads both, and whom to ask.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from guestchat.answering.opening import serves_meal
from guestchat.answering.scene import Scene
from guestchat.retrieval.embedder import get_embedder
from guestchat.understanding import clauses, matters
from guestchat.understanding.glossing import in_english
from guestchat.understanding.stems import says, stem
from guestchat.understanding.vocabulary import vocabulary
from guestchat.words import fold, words
from menus.content import Article, Venue

_CLOCK = re.compile(r"\b(\d{1,2})(?:[:.h](\d\d))? ?(a\.?m\b|p\.?m\b|uhr|h\b|o'?clock)?")
_RANGE = re.compile(
    r"\b(\d{1,2})(?:[:.h](\d\d))? ?(am|pm|uhr|h)?\b ?(?:to|until|till|bis|a|au|jusqu'a|hasta|y|and|-|–) ?(?:las? )?"
    r"(\d{1,2})(?:[:.h](\d\d))? ?(am|pm|uhr|h)?\b"
)
_SIGNS = r"€|\$|£|eur(?:os?)?|usd|gbp|chf|sek|nok|dkk|pounds?|dollars?|franken|francs?|libras?|dolares"
_MONEY = re.compile(rf"(?:{_SIGNS}) ?(\d+(?:[.,]\d\d)?)|\b(\d+(?:[.,]\d\d)?) ?(?:{_SIGNS})")
_AT_NO_COST = re.compile(
    r"\b(?:free of charge|for free|complimentary|is free|are free|kostenlos|kostenfrei|umsonst|gratis|gratuit\w*"
    r"|sin coste|sin costo)\b"
)
_MEASURE = re.compile(
    r"\b(\d+(?:[.,]\d+)?) ?-?(%|°|m\b|km|met|min|hour|stunde|heure|hora|h\b|year|jahr|ans|anos|kg|kilo|day|tag|jour"
    r"|dia|floor|etage|stock|piso|mbit)"
)
_CODE = re.compile(r"\b(?=\w*\d)(?=\w*[a-z])\w{5,}\b|\+?\d[\d ]{5,}\d")
# How near two questions are that ask the same in other words.
_SAME_QUESTION = 0.6
_YES = frozenset({"yes", "ja", "oui", "si"})
_NO = frozenset({"no", "nein", "non", "unfortunately", "leider", "malheureusement", "lamentablemente", "sorry"})
# What may be asked, by the kind of figure that tells it.
_TOLD_BY = {
    "hours": "clock",
    "price": "money",
    "duration": "measure",
    "distance": "measure",
    "temperature": "measure",
    "age": "measure",
    "depth": "measure",
    "length": "measure",
    "height": "measure",
    "weight": "measure",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What one clause of an article's question asks: subjects, kinds of venues, details, and stems that say more."""

    subjects: frozenset[str]
    kinds: frozenset[str]
    details: frozenset[str]
    beyond: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflict:
    """An article beside what tells something else: another article, rows of venues' hours, or a time of the hotel's."""

    article: Article
    other: Article | None = None
    venues: tuple[Venue, ...] = ()
    topic: str = ""


def everywhere(scene: Scene) -> list[Conflict]:
    """Return what disagrees in a whole hotel today, each once, in the order of its articles."""
    found = [*_among_articles(scene), *_with_rows(scene)]
    places = {article.key: place for place, article in enumerate(scene.content.articles)}
    return sorted(found, key=lambda each: places[each.article.key])


def _among_articles(scene: Scene) -> Iterator[Conflict]:
    # Only articles with a clause on the very same subjects can be asked the same; a thousand make few such pairs.
    asked_alike: dict[tuple[str, frozenset[str]], dict[str, Article]] = defaultdict(dict)
    for article in _current(scene):
        for language in article.question:
            for each in _asked_of(article, language):
                if each.subjects:
                    asked_alike[language, each.subjects][article.key] = article
    pairs = {
        (one.key, other.key): (one, other)
        for alike in asked_alike.values()
        for one, other in combinations(alike.values(), 2)
    }
    for one, other in pairs.values():
        if rivals(one, [other], scene):
            yield Conflict(article=one, other=other)


def _with_rows(scene: Scene) -> Iterator[Conflict]:
    content = scene.content
    for topic, time in (("check_in", content.check_in), ("check_out", content.check_out)):
        if time is not None:
            yield from (Conflict(article=article, topic=topic) for article in with_time(topic, f"{time:%H:%M}", scene))
    by_kind: dict[str, list[Venue]] = defaultdict(list)
    for venue in content.venues:
        by_kind[venue.kind].append(venue)
    told = set()
    served = [venue for venue in content.venues if serves_meal(venue, ("breakfast",))]
    for subject, venues in (*by_kind.items(), ("breakfast", served)):
        for article in with_hours(frozenset({subject}), venues, scene):
            if article.key not in told:
                told.add(article.key)
                yield Conflict(article=article, venues=tuple(venues))


def rivals(article: Article, others: Iterable[Article], scene: Scene) -> list[Article]:
    """Return the articles that answer the very question of `article` with other values, in their order."""
    about = scene.catalogue.lexicon.article_subjects
    return [
        other
        for other in others
        if other.key != article.key
        and about.get(other.key, frozenset()) & about.get(article.key, frozenset())
        and _differ(article, other, scene)
    ]


def asks_the_same(one: Article, other: Article, scene: Scene) -> bool:
    """Return whether two articles are asked the very same somewhere in their questions."""
    return any(True for _kinds in _in_common(one, other, scene))


def _differ(one: Article, other: Article, scene: Scene) -> bool:
    said = scene.text(one.answer), scene.text(other.answer)
    found = different(*said)
    if not found:
        return False
    common = list(_in_common(one, other, scene))
    # Where no detail is shared, as in "Lift passes" and "Cross-country skiing", a subject in common is too little.
    return any(kinds & found for kinds in common) or (frozenset() in common and _are_asked_alike(one, other))


def _are_asked_alike(one: Article, other: Article) -> bool:
    """Return whether two questions mean the same: "Lift passes" and "Cross-country skiing" only share a subject."""
    encode = get_embedder().encode_query
    return any(
        bool((encode(_read_in(one, language)) @ encode(_read_in(other, language)).T >= _SAME_QUESTION).any())
        for language in one.question.keys() & other.question.keys()
    )


def _read_in(article: Article, language: str) -> list[str]:
    """Return what an article is asked in a language, as the encoder reads it."""
    return [in_english(text, language) for text in _asked_in(article, language)]


def _asked_in(article: Article, language: str) -> list[str]:
    """Return what an article is asked in a language, its question first."""
    return [text[language] for text in (article.question, *article.also_asked) if language in text]


def _in_common(one: Article, other: Article, scene: Scene) -> Iterator[frozenset[str]]:
    """Yield, for each clause that both are asked, the kinds of figures that answer it; empty: any kind does."""
    own = scene.catalogue.lexicon.article_words
    for language in one.question.keys() & other.question.keys():
        theirs = tuple(_asked_of(other, language))
        for first in _asked_of(one, language):
            for second in theirs:
                shared = first.details & second.details
                if first.subjects != second.subjects or not first.subjects:
                    continue
                if bool(first.details or second.details) and not shared:
                    continue
                if all(says(own[other.key], word) for word in first.beyond) and all(
                    says(own[one.key], word) for word in second.beyond
                ):
                    yield frozenset(_TOLD_BY[each] for each in shared if each in _TOLD_BY)


def _asked_of(article: Article, language: str) -> Iterator[Asked]:
    for text in _asked_in(article, language):
        yield from asked(text, language[:2])


@lru_cache(maxsize=20_000)
def asked(text: str, language: str) -> tuple[Asked, ...]:
    """Return what each clause of a question asks."""
    known = vocabulary(language)
    return tuple(_asked(words(clause), language) for clause in clauses.split(text, known))


def _asked(tokens: Sequence[str], language: str) -> Asked:
    known = vocabulary(language)
    found = matters.find(tokens, known, frozenset(tokens))
    explained = found.places | {
        place
        for table in ("aspect", "hours", "follow_up", "fact", "venue", "time")
        for match in known[table].find(tokens)
        for place in match.places
    }
    beyond = {
        stem(word)
        for place, word in enumerate(tokens)
        if place not in explained and word not in known.filler and word not in known.plain
    }
    when = {"hours"} if known["hours"].keys(tokens) - {"now"} else set[str]()
    kinds = frozenset(known["venue"].keys(tokens))
    return Asked(subjects=found.subjects, kinds=kinds, details=found.details | when, beyond=frozenset(beyond))


# --- values -------------------------------------------------------------------
@lru_cache(maxsize=20_000)
def different(one: str, other: str) -> frozenset[str]:
    """Return the kinds of values of which two texts tell different ones, neither naming all of the other's."""
    first, second = values(one), values(other)
    kinds = {
        kind
        for kind in first.keys() & second.keys()
        if first[kind] and second[kind] and first[kind] - second[kind] and second[kind] - first[kind]
    }
    if {_verdict(one), _verdict(other)} == {True, False}:
        kinds.add("verdict")
    return frozenset(kinds)


@lru_cache(maxsize=20_000)
def values(text: str) -> Mapping[str, frozenset[str]]:
    """Return the figures of a text by their kind, written alike: 7 pm and 19:00 are one."""
    said = " ".join(fold(text).split())
    money = {_amount(found[1] or found[2]) for found in _MONEY.finditer(said)}
    if _AT_NO_COST.search(said):
        money.add("0")
    return {
        "clock": frozenset(
            _minutes(found[1], found[2], found[3]) for found in _CLOCK.finditer(said) if found[2] or found[3]
        ),
        "money": frozenset(money),
        "measure": frozenset(f"{_amount(found[1])} {found[2][:3]}" for found in _MEASURE.finditer(said)),
        "code": frozenset(found.group().replace(" ", "") for found in _CODE.finditer(said)),
    }


def _amount(figure: str) -> str:
    whole, _point, cents = figure.replace(",", ".").partition(".")
    return whole if not cents.strip("0") else f"{whole}.{cents}"


def _minutes(hour: str, minutes: str | None, mark: str | None) -> str:
    counted = int(hour) % 24
    mark = (mark or "").replace(".", "")
    if mark == "pm" and counted < 12:
        counted += 12
    elif mark == "am" and counted == 12:
        counted = 0
    return f"{counted:02}:{minutes or '00'}"


def _verdict(text: str) -> bool | None:
    """Return whether a text begins with yes or no; None where with neither."""
    first = next(iter(words(text)), "")
    return True if first in _YES else False if first in _NO else None


# --- rows ---------------------------------------------------------------------
def with_time(topic: str, value: str, scene: Scene) -> list[Article]:
    """Return the articles that tell another time of arrival or departure than the hotel's own row."""
    return [
        article
        for article in _current(scene)
        if (told := values(scene.text(article.answer))["clock"])
        and value not in told
        and _is_asked_for_hours(article, frozenset({topic}))
    ]


def with_hours(subjects: frozenset[str], venues: Sequence[Venue], scene: Scene) -> list[Article]:
    """Return the articles that tell other hours of these venues, or of what is their kind alone, than their rows."""
    known = {
        (f"{opens:%H:%M}", f"{closes:%H:%M}")
        for venue in venues
        for opens, closes in (
            *((each.opens, each.closes) for each in venue.opening_hours if each.opens and each.closes),
            *((each.starts, each.ends) for menu in venue.menus for each in menu.served),
        )
    }
    others = {venue.kind for venue in scene.content.venues if venue not in venues}
    kinds = frozenset(venue.kind for venue in venues) - others
    if not known or not (subjects or kinds):
        return []
    return [
        article
        for article in _current(scene)
        if (told := _first_range(scene.text(article.answer))) is not None
        and told not in known
        and _is_asked_for_hours(article, subjects, kinds)
    ]


def _current(scene: Scene) -> Iterator[Article]:
    return (article for article in scene.content.articles if article.is_current(scene.at.date()))


def _is_asked_for_hours(article: Article, subjects: frozenset[str], kinds: frozenset[str] = frozenset()) -> bool:
    """Return whether an article is asked for the hours of just these subjects, or of a venue of these kinds."""
    return any(
        "hours" in each.details
        and not each.beyond
        and (each.subjects == subjects if each.subjects else bool(each.kinds) and each.kinds <= kinds)
        for language in article.question
        for each in _asked_of(article, language)
    )


@lru_cache(maxsize=20_000)
def _first_range(text: str) -> tuple[str, str] | None:
    for found in _RANGE.finditer(" ".join(fold(text).split())):
        if found[2] or found[3] or found[5] or found[6]:
            return _minutes(found[1], found[2], found[3] or found[6]), _minutes(found[4], found[5], found[6])
    return None
