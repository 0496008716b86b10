"""Owns a hotel's own words: the names of its dishes and venues, found in a question with typos and in part. Pure."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from guestchat.understanding.matters import told
from guestchat.understanding.vocabulary import LANGUAGES, singular, vocabulary
from guestchat.words import words
from menus.content import Content, Offer

# Words of names that alone never name a dish.
_NEVER_ALONE = frozenset({"with", "mit", "avec", "con", "and", "und", "et", "y", "the", "of", "in", "de", "la", "le"})

_BESIDE = frozenset({"with", "mit", "avec", "con", "an", "auf", "dazu"})


def stem(word: str) -> str:
    """Return a word without common endings, so that `Suppen` meets `Suppe` and `sandwiches` meets `sandwich`."""
    word = singular(word)
    for ending in ("en", "n", "e"):
        if len(word) > 5 and word.endswith(ending):
            return word[: -len(ending)]
    return word


@dataclass(frozen=True, slots=True)
class Name:
    """One name of one row in one language, as stems."""

    key: str
    stems: tuple[str, ...]
    generic: frozenset[str] = frozenset()  # words that many such names share

    @property
    def head(self) -> frozenset[str]:
        """The words before "with …" that are its own: what the row is called, not what comes beside it."""
        cut = next((place for place, each in enumerate(self.stems) if place and each in _BESIDE), len(self.stems))
        return frozenset(self.stems[:cut]) - self.generic or frozenset(self.stems[:cut])


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A row that a question may name: how much of the row's name was said, and at which words."""

    key: str
    coverage: float
    places: frozenset[int]
    exact: bool
    in_head: bool


class Names:
    """The names of one kind of row, with an index from their words."""

    def __init__(self, names: Iterable[Name]) -> None:
        self.names = tuple(names)
        counts = Counter(each for name in self.names for each in set(name.stems))
        total = max(1, len(self.names))
        self.weights = {each: 0.3 + math.log(1 + total / count) for each, count in counts.items()}
        self.postings: dict[str, list[int]] = defaultdict(list)
        for number, name in enumerate(self.names):
            for each in set(name.stems):
                self.postings[each].append(number)
        # "cheese cake" is asked for "cheesecake", and the other way round.
        self.joined = {a + b: (a, b) for name in self.names for a, b in zip(name.stems, name.stems[1:], strict=False)}
        self.long_stems = [each for each in self.weights if len(each) >= 4]

    def weight(self, stems: Iterable[str]) -> float:
        """Return how much these words say together; unknown words weigh as much as the rarest."""
        rarest = 0.3 + math.log(1 + max(1, len(self.names)))
        return sum(self.weights.get(each, rarest) for each in stems)

    def find(self, tokens: Sequence[str], free: Sequence[int]) -> list[Named]:
        """Return the rows that the words at the places `free` may name, those said most completely first."""
        said = self._said(tokens, free)
        candidates: dict[int, set[int]] = defaultdict(set)
        spoken: dict[int, set[str]] = defaultdict(set)
        for place, (stems, _exact) in said.items():
            for each in stems:
                for number in self.postings.get(each, ()):
                    candidates[number].add(place)
                    spoken[number].add(each)
        best: dict[str, Named] = {}
        for number, places in candidates.items():
            name = self.names[number]
            if spoken[number] <= _NEVER_ALONE:
                continue
            whole = _whole(tokens, name.stems)
            if whole:
                # All of a name, word by word: "cake of the day" is a dish, however empty its words are.
                places, spoken[number] = set(whole), set(name.stems)
            # What comes "with" a dish counts only where it was said: nobody orders by the whole line.
            own = set(name.head) | (set(name.stems) & spoken[number])
            found = Named(
                key=name.key,
                coverage=self.weight(own & spoken[number]) / self.weight(own),
                places=frozenset(places),
                exact=bool(whole) or all(said[place][1] for place in places),
                in_head=bool(name.head & spoken[number]),
            )
            if name.key not in best or _rank(found, self, said) > _rank(best[name.key], self, said):
                best[name.key] = found
        return sorted(best.values(), key=lambda found: _rank(found, self, said), reverse=True)

    def _said(self, tokens: Sequence[str], free: Sequence[int]) -> dict[int, tuple[tuple[str, ...], bool]]:
        """Return, by place, the known stems that a word stands for and whether it was spelt so."""
        said: dict[int, tuple[tuple[str, ...], bool]] = {}
        for place in free:
            own = stem(tokens[place])
            following = place + 1 < len(tokens) and own + stem(tokens[place + 1])
            if following and following in self.weights:
                said[place] = ((following,), True)
                said[place + 1] = ((following,), True)
            elif own in self.weights:
                said.setdefault(place, ((own,), True))
            elif own in self.joined:
                said[place] = (self.joined[own], True)
            elif place not in said and (near := self._near(own)):
                said[place] = ((near,), False)
        return said

    def _near(self, word: str) -> str | None:
        """Return the known word that a misspelt one stands for: one slip in five letters, two in eight, else none."""
        if len(word) < 5 or word.isdigit() or word in _known_words():
            return None
        slips = 1 if len(word) < 8 else 2
        found = process.extractOne(word, self.long_stems, scorer=DamerauLevenshtein.distance, score_cutoff=slips)
        if found is None or found[0][0] != word[0]:
            return None  # guests rarely miss the first letter, and other words often differ by it alone
        return str(found[0])


def _whole(tokens: Sequence[str], name: tuple[str, ...]) -> range | None:
    """Return where a name of several words stands word by word."""
    if len(name) > 1:
        for start in range(len(tokens) - len(name) + 1):
            if all(stem(token) == each for token, each in zip(tokens[start:], name, strict=False)):
                return range(start, start + len(name))
    return None


def _rank(found: Named, names: Names, said: Mapping[int, tuple[tuple[str, ...], bool]]) -> tuple[float, float]:
    explained = sum(names.weight(said[place][0]) if place in said else 0.1 for place in found.places)
    return explained, found.coverage


@cache
def _known_words() -> frozenset[str]:
    """Return the stems of every vocabulary: a guest's everyday word is no misspelt dish."""
    return frozenset(
        stem(word) for language in LANGUAGES for word in vocabulary(language).known | vocabulary(language).filler
    )


@cache
def _generic() -> frozenset[str]:
    """Return what says no more of a venue than its kind: "the Capstan Bar" is called "the Capstan"."""
    kinds = {
        stem(word)
        for language in LANGUAGES
        for kind in ("restaurant", "bar", "cafe", "spa", "pool", "gym", "shop", "reception")
        for phrase in vocabulary(language)["venue"].phrases(kind)
        for word in phrase
    }
    articles = {stem(word) for language in LANGUAGES for word in vocabulary(language).common if len(word) <= 3}
    return frozenset(kinds | articles)


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """A hotel's names, and the words of its dishes by dish."""

    items: Names
    venues: Names
    sections: Names
    item_words: Mapping[str, frozenset[str]]
    item_tags: Mapping[str, frozenset[str]]
    item_options: Mapping[str, list[tuple[str, frozenset[str], frozenset[str]]]]
    same_names: Mapping[str, list[str]]
    all_words: frozenset[str]
    own_words: frozenset[str]
    venue_kinds: Mapping[str, frozenset[str]]
    venue_words: Mapping[str, frozenset[str]]
    spoken: Mapping[str, frozenset[str]]
    article_words: Mapping[str, frozenset[str]]
    article_subjects: Mapping[str, frozenset[str]]
    subjects: frozenset[str]  # all on which there is an article
    article_mentions: Mapping[str, frozenset[str]]
    subject_weights: Mapping[str, float]
    article_aspects: Mapping[str, frozenset[str]]
    answered_aspects: Mapping[str, frozenset[str]]
    article_details: Mapping[str, frozenset[str]]
    article_weights: Mapping[str, float]
    rarest_weight: float

    @classmethod
    def of(cls, content: Content) -> "Lexicon":
        """Index a hotel's content."""
        weights = _weights(content)
        # What an article is asked for, and what its answer speaks of besides: in whatever language both are.
        subjects = {
            article.key: frozenset(_kinds("topic", article.question, *article.also_asked))
            for article in content.articles
        }
        mentions = {article.key: frozenset(_kinds("topic", article.answer)) for article in content.articles}
        return cls(
            items=Names(Name(key, stems) for key, offer in content.offers.items() for stems in _names(offer.item.name)),
            venues=Names(
                Name(venue.key, stems, _generic()) for venue in content.venues for stems in _names(venue.name)
            ),
            sections=Names(
                Name(f"{menu.key}/{number}", stems)
                for venue in content.venues
                for menu in venue.menus
                for number, section in enumerate(menu.sections)
                for stems in _names(section.name)
            ),
            item_words={
                key: _words(offer.item.name, offer.item.description, offer.section.name)
                for key, offer in content.offers.items()
            },
            item_tags={key: _tags(offer) for key, offer in content.offers.items()},
            item_options={key: _options(offer) for key, offer in content.offers.items()},
            same_names=_same_names(content),
            all_words=_all_words(content),
            own_words=frozenset(word for text in _texts(content) for said in text.values() for word in words(said)),
            # What is inside a venue without being one: the pool and the sauna of the spa.
            venue_kinds={
                venue.key: frozenset(_kinds("venue", venue.name, venue.description) & _INSIDE_OTHERS)
                for venue in content.venues
            },
            venue_words={venue.key: _words(venue.name, venue.description, venue.location) for venue in content.venues},
            spoken=_spoken(content),
            article_weights=weights,
            rarest_weight=max(weights.values(), default=1.0),
            article_subjects=subjects,
            article_mentions=mentions,
            # A train service speaks of trains everywhere: there, the train tells no article apart.
            subject_weights=_telling([subjects[article.key] | mentions[article.key] for article in content.articles]),
            article_aspects={
                article.key: frozenset(_kinds("aspect", article.question, *article.also_asked))
                for article in content.articles
            },
            answered_aspects={article.key: frozenset(_kinds("aspect", article.answer)) for article in content.articles},
            subjects=frozenset(each for about in subjects.values() for each in about),
            article_details={
                article.key: told((article.question, *article.also_asked), article.answer)
                for article in content.articles
            },
            article_words={
                article.key: _words(article.question, article.answer, *article.also_asked)
                for article in content.articles
            },
        )


def _names(text: Mapping[str, str]) -> set[tuple[str, ...]]:
    return {stems for name in text.values() if (stems := tuple(stem(word) for word in words(name)))}


_INSIDE_OTHERS = frozenset({"pool", "sauna", "gym", "spa", "shop"})
# Of "with oat milk instead of milk", only "oat milk" is ordered.
_INSTEAD = frozenset({"instead", "statt", "anstatt", "anstelle", "lieu", "vez"})
_OF_NO_OPTION = frozenset(
    {"with", "mit", "extra", "side", "avec", "con", "and", "und", "the", "from", "aus", "free", "frei"}
)


def _options(offer: Offer) -> list[tuple[str, frozenset[str], frozenset[str]]]:
    """Return a dish's options with the stems that name one, and the allergens that it adds.

    What the dish's own name says names no option.
    """
    item = offer.item
    own = {each for stems in _names(item.name) for each in stems}
    found = []
    for option in item.options:
        for text in option.name.values():
            said = words(text)
            cut = next((place for place, word in enumerate(said) if word in _INSTEAD), len(said))
            stems = {stem(word) for word in said[:cut] if len(word) > 2 and word not in _OF_NO_OPTION}
            added = {
                code
                for code, status in option.declaration.statuses.items()
                if status == "contains" and item.declaration.statuses.get(code) != "contains"
            }
            found.append((option.key, frozenset(stems - own), frozenset(added)))
    return found


def _all_words(content: Content) -> frozenset[str]:
    """Return the stem of every word that the hotel has written anywhere."""
    return _words(*_texts(content))


def _texts(content: Content) -> list[Mapping[str, str]]:
    texts = [text for article in content.articles for text in (article.question, article.answer, *article.also_asked)]
    texts += [text for offer in content.offers.values() for text in (offer.item.name, offer.item.description)]
    texts += [text for venue in content.venues for text in (venue.name, venue.description, venue.location)]
    return [content.description, *texts]


def _same_names(content: Content) -> dict[str, list[str]]:
    """Return the dishes of each name, in any language."""
    found: dict[str, list[str]] = defaultdict(list)
    for key, offer in content.offers.items():
        for name in set(offer.item.name.values()):
            found[name].append(key)
    return {name: keys for name, keys in found.items() if len(keys) > 1}


def _weights(content: Content) -> dict[str, float]:
    """Return how much a word tells articles apart: the fewer of them say it, the more."""
    return _telling([_words(article.question, article.answer, *article.also_asked) for article in content.articles])


def _telling(sets: Sequence[frozenset[str]]) -> dict[str, float]:
    """Return how much each thing tells the sets apart that it may be in: the fewer have it, the more."""
    counts = Counter(each for one in sets for each in one)
    return {each: math.log(1 + len(sets) / count) for each, count in counts.items()}


def _spoken(content: Content) -> dict[str, frozenset[str]]:
    """Return, by language, the words that the hotel writes in that language alone: they tell a guest's language."""
    texts = [text for article in content.articles for text in (article.question, article.answer, *article.also_asked)]
    texts += [text for offer in content.offers.values() for text in (offer.item.name, offer.item.description)]
    by_language: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        for language, said in text.items():
            by_language[language].update(words(said))
    return {
        language: frozenset(own.difference(*(other for key, other in by_language.items() if key != language)))
        for language, own in by_language.items()
    }


_COURSES_OF_DRINKS = frozenset({"coffee", "tea", "beer", "wine", "cocktail", "soft_drink", "juice"})
# Kinds that a dish of the kind says in its own name.
_NAMED_BY_THEIR_DISHES = frozenset({"soup", "salad", "cake", "coffee", "tea", "juice"})
_NO_MAIN = frozenset({"kids", "breakfast", "brunch", "drink"}) | _COURSES_OF_DRINKS


def _tags(offer: Offer) -> frozenset[str]:
    """Return what kinds of food a dish is, as its name, its section and its menu tell.

    Where a section holds several kinds ("Beer & wine", "Soups, sandwiches and mains"), the dish's own words choose;
    what stands under a heading that names no kind ("Vegetarian & vegan") is a main.
    """
    own = _kinds("course", offer.item.name)
    section = _kinds("course", offer.section.name)
    around = (offer.section.name, offer.menu.name)
    if len(section) > 1:
        said = own or _kinds("course", offer.item.description)
        section = (section & said) or (section - _NAMED_BY_THEIR_DISHES) or section
    if not section & _COURSES_OF_DRINKS:
        own = (own - _COURSES_OF_DRINKS) | (_COURSES_OF_DRINKS & _what_it_is(offer))  # beer goulash is no drink
    tags = own | section | _kinds("meal", *around) | (_kinds("menu", *around) & {"kids", "drink"})
    if tags & _COURSES_OF_DRINKS:
        tags |= {"drink"}
    if not section and not tags & _NO_MAIN and not own & {"soup", "salad", "dessert", "cake", "starter", "side"}:
        tags |= {"main"}
    return frozenset(tags)


def _what_it_is(offer: Offer) -> set[str]:
    """Return the courses that the last word of a dish's name tells, before "with …": a "lager beer" is one."""
    last = {
        language: [word for word in said if word not in _BESIDE][: _until_beside(said)][-1]
        for language, text in offer.item.name.items()
        if (said := words(text))
    }
    return _kinds("course", last)


def _until_beside(said: Sequence[str]) -> int:
    return next((place for place, word in enumerate(said) if place and word in _BESIDE), len(said))


def _kinds(table: str, *texts: Mapping[str, str]) -> set[str]:
    return {
        key
        for text in texts
        for language, said in text.items()
        for key in vocabulary(language)[table].keys(words(said))
    }


def _words(*texts: Mapping[str, str]) -> frozenset[str]:
    return frozenset(stem(word) for text in texts for said in text.values() for word in words(said))
