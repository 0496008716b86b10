"""Owns a hotel's own words, by row: what its dishes, venues and articles say, and of what kind dishes are. Pure."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from guestchat.understanding.food import drinks, is_of_animals, meanings
from guestchat.understanding.glossing import in_english, topic_stems
from guestchat.understanding.matters import told
from guestchat.understanding.names import BESIDE, Name, Names
from guestchat.understanding.stems import stem
from guestchat.understanding.vocabulary import LANGUAGES, told_by, vocabulary
from guestchat.words import fold, row_words
from menus.allergens import DIETS, suits
from menus.content import Article, Content, Offer


@cache
def _generic() -> frozenset[str]:
    """Return what says no more of a venue than its kind: "the Capstan Bar" is called "the Capstan"."""
    kinds = {
        stem(word)
        for language in LANGUAGES
        for kind in ("restaurant", "bar", "cafe", "spa", "pool", "gym", "shop", "reception", "room_service")
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
    described_venues: Names  # by the first words of their descriptions: "Kids' club with a climbing wall"
    venue_kind: Mapping[str, str]
    venue_subjects: Mapping[str, frozenset[str]]  # of those that no kind tells: what they are called and described as
    venue_about: Mapping[str, frozenset[str]]  # the subjects that each is by its name and its kind
    # Names of several words, with the venue, by their first word.
    called_venues: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]
    plainly_called: frozenset[str]  # venues that are called what they are, in several words: "Room service"
    kind_words: Mapping[str, tuple[str, ...]]  # what a compound ends in: "Strandbar"
    sections: Names
    item_words: Mapping[str, frozenset[str]]
    item_name_words: Mapping[str, frozenset[str]]
    section_words: Mapping[str, frozenset[str]]
    elsewhere: frozenset[str]
    item_tags: Mapping[str, frozenset[str]]
    item_diets: Mapping[str, frozenset[str]]
    item_venues: Mapping[str, tuple[str, str]]
    item_options: Mapping[str, list[tuple[str, frozenset[str], frozenset[str]]]]
    same_names: Mapping[str, list[str]]
    all_words: frozenset[str]
    own_words: frozenset[str]
    venue_kinds: Mapping[str, frozenset[str]]
    venue_words: Mapping[str, frozenset[str]]
    spoken: Mapping[str, frozenset[str]]
    name_pairs: frozenset[tuple[str, str]]  # words side by side in the name of a dish or a venue
    name_words: frozenset[str]  # the stems of what dishes, their options, sections and venues are called
    article_words: Mapping[str, frozenset[str]]
    article_in_english: Mapping[str, frozenset[str]]  # the same, whatever it is written in
    english_weights: Mapping[str, float]
    article_subjects: Mapping[str, frozenset[str]]
    subjects: frozenset[str]  # all on which there is an article
    unheaded: frozenset[str]  # articles whose questions name no subject
    article_headed: Mapping[str, frozenset[str]]  # the subjects of the first question alone
    article_mentions: Mapping[str, frozenset[str]]
    subject_weights: Mapping[str, float]
    article_aspects: Mapping[str, frozenset[str]]
    answered_aspects: Mapping[str, frozenset[str]]
    article_details: Mapping[str, frozenset[str]]
    article_weights: Mapping[str, float]
    rarest_weight: float
    headings: Mapping[tuple[str, ...], str]

    @classmethod
    def of(cls, content: Content) -> "Lexicon":
        """Index a hotel's content."""
        _look_up(content.articles)
        weights = _weights(content)
        in_english = {article.key: _in_english(article) for article in content.articles}
        # What an article is asked for, and what its answer speaks of besides: in whatever language both are.
        subjects = {
            article.key: told_by("topic", article.question, *article.also_asked) for article in content.articles
        }
        mentions = {article.key: told_by("topic", article.answer) for article in content.articles}
        # A heading in words of the house's own ("A word about our hill"): its answer tells what it is about.
        unheaded = frozenset(key for key, about in subjects.items() if not about)
        headed = frozenset(each for about in subjects.values() for each in about)
        subjects = {key: about or mentions[key] for key, about in subjects.items()}
        return cls(
            items=Names(
                (Name(key, stems) for key, offer in content.offers.items() for stems in _names(offer.item.name)),
                food=True,
            ),
            venues=Names(
                Name(venue.key, stems, _generic()) for venue in content.venues for stems in _venue_names(venue.name)
            ),
            described_venues=Names(
                Name(venue.key, stems, _generic())
                for venue in content.venues
                for stems in _names(_first_words(venue.description))
                if len(stems) > 1 and not set(stems) <= _generic()
            ),
            venue_kind={venue.key: str(venue.kind) for venue in content.venues},
            venue_subjects={
                venue.key: told_by("topic", venue.name, _first_words(venue.description))
                for venue in content.venues
                if venue.kind in _OF_NO_KIND
            },
            venue_about={
                venue.key: told_by("topic", venue.name, {"en": str(venue.kind).replace("_", " ")})
                for venue in content.venues
            },
            called_venues=_called(content),
            plainly_called=frozenset(
                venue.key
                for venue in content.venues
                if any(len(stems) > 1 and set(stems) <= _generic() for stems in _names(venue.name))
            ),
            kind_words=_kind_words(),
            sections=Names(
                Name(f"{menu.key}/{number}", stems)
                for venue in content.venues
                for menu in venue.menus
                for number, section in enumerate(menu.sections)
                for stems in _names(section.name)
            ),
            item_words={
                key: _food_words(offer.item.name, offer.item.description, offer.section.name)
                for key, offer in content.offers.items()
            },
            item_name_words={key: _food_words(offer.item.name) for key, offer in content.offers.items()},
            section_words=_section_words(content),
            elsewhere=_elsewhere(content),
            item_tags={key: _tags(offer) for key, offer in content.offers.items()},
            item_diets={
                key: frozenset(diet for diet in DIETS if suits(offer.item.declaration, diet))
                for key, offer in content.offers.items()
            },
            item_venues={key: (offer.venue.key, offer.venue.kind) for key, offer in content.offers.items()},
            item_options={key: _options(offer) for key, offer in content.offers.items()},
            same_names=_same_names(content),
            all_words=_all_words(content),
            own_words=frozenset(word for text in _texts(content) for said in text.values() for word in row_words(said)),
            # What is inside a venue without being one: the pool and the sauna of the spa.
            venue_kinds={
                venue.key: told_by("venue", venue.name, venue.description) & _INSIDE_OTHERS for venue in content.venues
            },
            venue_words={venue.key: _words(venue.name, venue.description, venue.location) for venue in content.venues},
            spoken=_spoken(content),
            name_pairs=frozenset(pair for said in _names_of_rows(content) for pair in pairwise(row_words(said))),
            name_words=_name_words(content),
            article_weights=weights,
            headings={
                row_words(text): article.key
                for article in reversed(content.articles)
                for asked in (article.question, *article.also_asked)
                for text in asked.values()
            },
            rarest_weight=max(weights.values(), default=1.0),
            article_in_english=in_english,
            english_weights=_telling(list(in_english.values())),
            article_subjects=subjects,
            article_mentions=mentions,
            # A train service speaks of trains everywhere: there, the train tells no article apart.
            subject_weights=_telling([subjects[article.key] | mentions[article.key] for article in content.articles]),
            article_aspects={
                article.key: told_by("aspect", article.question, *article.also_asked) for article in content.articles
            },
            answered_aspects={article.key: told_by("aspect", article.answer) for article in content.articles},
            subjects=headed,
            unheaded=unheaded,
            article_headed={article.key: told_by("topic", article.question) for article in content.articles},
            article_details={
                article.key: told((article.question, *article.also_asked), article.answer)
                for article in content.articles
            },
            article_words={
                article.key: _words(article.question, article.answer, *article.also_asked)
                for article in content.articles
            },
        )


def _look_up(articles: Iterable[Article]) -> None:
    """Look all that is asked of articles up in one text before the next one: `told_by` remembers it.

    Table by table, each text would be taken to pieces anew for each of them.
    """
    for article in articles:
        for text in (article.question, *article.also_asked, article.answer):
            for table in ("topic", "aspect", "detail"):
                told_by(table, text)


def _names(text: Mapping[str, str]) -> set[tuple[str, ...]]:
    return {stems for name in text.values() if (stems := tuple(stem(word) for word in row_words(name)))}


_OF_NO_KIND = frozenset({"other", "shop"})
# What follows these says where and what for, and is no part of what a thing is called.
_AND_MORE = re.compile(
    r"\s*(?:[.,;:(!]|\s[-\u2013\u2014]\s|\b(?:with|for|on|in|at|of|from|by|and|under|beside|where|mit|f\u00fcr|am|an|auf|im|von|und"
    r"|avec|pour|sur|au|aux|\u00e0|et|con|para|en|y|sobre|junto)\b).*",
    re.IGNORECASE | re.DOTALL,
)
_MOST_FIRST_WORDS = 3
# What such words end in, folded: "Light meals" and "Open daily" call nothing.
_PLACES = """
    club centre center zentrum rental verleih room raum zimmer bar restaurant cafe lounge studio salon shop laden school
    schule kiosk hall library cinema kino terrace terrasse pool bad spa gym buffet bistro pub deli bakery hut salle sala
    espace tienda area
"""
_A_PLACE = tuple(_PLACES.split())


def _first_words(text: Mapping[str, str]) -> dict[str, str]:
    """Return what a description calls a venue: "Kids' club" of "Kids' club with a climbing wall"."""
    cut = {language: _AND_MORE.sub("", said) for language, said in text.items()}
    return {
        language: said
        for language, said in cut.items()
        if len(row_words(said)) <= _MOST_FIRST_WORDS and any(word.endswith(_A_PLACE) for word in row_words(said))
    }


@cache
def _kind_words() -> dict[str, tuple[str, ...]]:
    """Return the single words for each kind of venue that a German compound may end in."""
    return {
        kind: tuple(dict.fromkeys(phrase[0] for phrase in vocabulary("de")["venue"].phrases(kind) if len(phrase) == 1))
        for kind in ("restaurant", "bar", "cafe", "pool", "shop")
    }


# "La Llotja, seafood restaurant" is called by what stands before the comma, and by what stands behind it.
_DESCRIBED = re.compile(r"\s*(?:[,(|:]|\s[-\u2013\u2014]\s).*")


def _venue_names(text: Mapping[str, str]) -> set[tuple[str, ...]]:
    parts = [{language: name.split(",")[-1].strip() for language, name in text.items()}]
    parts.append({language: _DESCRIBED.sub("", name) for language, name in text.items()})
    shorter = {stems for part in parts for stems in _names(part) if not set(stems) <= _generic()}
    return _names(text) | shorter


def _called(content: Content) -> dict[str, tuple[tuple[tuple[str, ...], str], ...]]:
    """Return the venues' names of several words, whole and without what is said behind a comma; longest first."""
    names = {
        (row_words(said), venue.key)
        for venue in content.venues
        if venue.kind != "room_service"  # its name asks for what it brings
        for name in venue.name.values()
        for said in (name, _DESCRIBED.sub("", name))
    }
    found: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {}
    for name, key in sorted(names, key=lambda each: (-len(each[0]), each)):
        if len(name) > 1:
            found[name[0]] = (*found.get(name[0], ()), (name, key))
    return found


_INSIDE_OTHERS = frozenset({"pool", "sauna", "gym", "spa", "shop", "terrace"})
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
            said = row_words(text)
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


def _in_english(article: Article) -> frozenset[str]:
    """Return the stems of all that an article says, in English."""
    return frozenset(
        each
        for text in (article.question, article.answer, *article.also_asked)
        for language, said in text.items()
        for each in topic_stems(in_english(said, language))
    )


def _weights(content: Content) -> dict[str, float]:
    """Return how much a word tells articles apart: the fewer of them say it, the more."""
    return _telling([_words(article.question, article.answer, *article.also_asked) for article in content.articles])


def _telling(sets: Sequence[frozenset[str]]) -> dict[str, float]:
    """Return how much each thing tells the sets apart that it may be in: the fewer have it, the more."""
    counts = Counter(each for one in sets for each in one)
    return {each: math.log(1 + len(sets) / count) for each, count in counts.items()}


def _names_of_rows(content: Content) -> Iterator[str]:
    for offer in content.offers.values():
        yield from offer.item.name.values()
    for venue in content.venues:
        yield from venue.name.values()


def _name_words(content: Content) -> frozenset[str]:
    named = [*_names_of_rows(content)]
    for offer in content.offers.values():
        named += [*offer.section.name.values(), *(said for each in offer.item.options for said in each.name.values())]
    return frozenset(stem(word) for said in named for word in row_words(said))


def _spoken(content: Content) -> dict[str, frozenset[str]]:
    """Return, by language, the words that the hotel writes in that language alone: they tell a guest's language."""
    texts = [text for article in content.articles for text in (article.question, article.answer, *article.also_asked)]
    texts += [text for offer in content.offers.values() for text in (offer.item.name, offer.item.description)]
    by_language: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        for language, said in text.items():
            by_language[language].update(row_words(said))
    return {
        language: frozenset(own.difference(*(other for key, other in by_language.items() if key != language)))
        for language, own in by_language.items()
    }


DRINKS = frozenset({"coffee", "tea", "beer", "wine", "cocktail", "soft_drink", "juice"})
_WITHOUT_ALCOHOL = frozenset({"soft_drink", "juice"})
# Kinds that a dish of the kind says in its own name.
_NAMED_BY_THEIR_DISHES = frozenset({"soup", "salad", "cake", "coffee", "tea", "juice"})
_BESIDE_MAINS = frozenset({"soup", "salad", "dessert", "cake", "starter", "side"})
_NO_MAIN = frozenset({"kids", "breakfast", "brunch", "drink"}) | DRINKS


def wines(kinds: Iterable[str]) -> frozenset[str]:
    """Return the tags of these kinds of wine."""
    return frozenset(f"{kind}_wine" for kind in kinds)


def _tags(offer: Offer) -> frozenset[str]:
    """Return what kinds of food a dish is, as its name, its section and its menu tell.

    Where a section holds several kinds ("Beer & wine", "Soups, sandwiches and mains"), the dish's own words choose;
    what stands under a heading that names no kind ("Vegetarian & vegan") is a main.
    """
    own = told_by("course", offer.item.name)
    if own & _SWEET and any(is_of_animals(stem(word)) for text in offer.item.name.values() for word in row_words(text)):
        own -= _SWEET  # a cake of cod is nothing sweet
    section = told_by("course", offer.section.name)
    if not section and any(_AFTERS.match(fold(text)) for text in offer.section.name.values()):
        section = frozenset({"dessert"})
    around = (offer.section.name, offer.menu.name)
    if len(section) > 1:
        if not own and "wine" in section and told_by("wine", offer.item.name):
            own = frozenset({"wine"})  # a "house white" under "Beer & wine" is no beer
        said = own or told_by("course", offer.item.description)
        section = (section & said) or (section - _NAMED_BY_THEIR_DISHES) or section
    # A card of "snacks and drinks" tells of none of its lines that it is a drink.
    plainly = [{key: each for key, each in text.items() if not _SEVERAL.search(fold(each))} for text in around]
    if not section & DRINKS and "drink" not in told_by("menu", *plainly):
        own = (own - DRINKS) | (DRINKS & _what_it_is(offer))  # beer goulash is no drink
    tags = own | section | told_by("meal", *around) | (told_by("menu", *plainly) & {"kids", "drink"})
    if any(_UNDER_AN_AGE.search(fold(text)) for text in (*offer.section.name.values(), *offer.menu.name.values())):
        tags |= {"kids"}
    tags |= told_by("menu", offer.item.name) & {"kids"}  # "Children's pasta" on the menu of all
    if _is_free_of_alcohol(offer):
        tags |= {"alcohol_free", "drink"}
    if "drink" in tags and not tags & DRINKS:
        tags |= _known_drink(offer)
    if "wine" in tags:
        tags |= wines(told_by("wine", offer.item.name, offer.section.name) or told_by("wine", offer.item.description))
    if tags & DRINKS:
        tags |= {"drink"}
    is_beside = own & _BESIDE_MAINS or any(_is_nibbled(text) for text in offer.item.name.values())
    if not section and not tags & _NO_MAIN and not is_beside:
        tags |= {"main"}
    return tags


_UNDER_AN_AGE = re.compile(
    r"\b(?:under|unter|bis|up to|moins de|menores de|hasta) ?-?(?:1[0-6]|[5-9])(?:s\b|-?\w*jahr| ans| anos)"
)
_SWEET = frozenset({"cake", "dessert"})
# Headings of what ends a meal that ask for nothing sweet in a guest's words: "what's on after dinner".
_AFTERS = re.compile(
    r"(?:afters|after dinner|(?:the )?(?:sweet )?(?:end|ending|finish|finale)s?|last but not least|und danach|danach"
    r"|zuletzt|das ende|zum abschluss|la fin|et apres|final|el final|el postre|y de postre|per finire)\W*$"
)
# What stands on a card by itself and fills nobody, in any language.
_SAID_OF_NIBBLES = """
    olives oliven aceitunas nuts nusse noix cacahuetes almonds mandeln almendras crisps chips fries pommes frites bread
    brot brotkorb pain pan edamame popcorn brownie brownies muffin muffins cookie cookies scone scones
"""
_NIBBLES = frozenset(_SAID_OF_NIBBLES.split())


def _is_nibbled(name: str) -> bool:
    """Return whether a name of a word or two tells no meal: "marinated olives", and not "fish and chips"."""
    said = row_words(name)
    return 0 < len(said) <= 2 and said[-1] in _NIBBLES


# A name or a heading says it anywhere, a description only as the first thing: "also alcohol-free" is a second drink.
_FREE_OF_ALCOHOL = re.compile(
    r"\b(?:al[ck]ohol(?:free| free|frei\w*)|non ?alcoholic|mocktails?|virgin|zero proof"
    r"|(?:without|ohne|sans|sin) al[ck]o(?:h?ol))\b"
)
_SEVERAL = re.compile(r"[&,/+]|\b(?:and|or|und|oder|et|ou|y|o)\b")
_PER_CENT = re.compile(r"(?<![\d.,])0(?:[.,]0)? ?%")


def _known_drink(offer: Offer) -> frozenset[str]:
    """Return what a drink is whose card calls it a drink and no more: by its name, else by what is written of it."""
    named = {drinks().get(stem(word)) for text in offer.item.name.values() for word in row_words(text)} - {None}
    described = told_by("course", offer.item.description) & DRINKS
    if not any(_FREE_OF_ALCOHOL.search(" ".join(row_words(text))) for text in offer.item.description.values()):
        described -= _WITHOUT_ALCOHOL  # "manzanilla with lemonade" is none
    return frozenset(each for each in named if each) or described


def _is_free_of_alcohol(offer: Offer) -> bool:
    # "Beer, cider & alcohol-free" tells of none of its drinks which of them it is.
    headings = [text for text in offer.section.name.values() if not _SEVERAL.search(fold(text))]
    said = [" ".join(row_words(text)) for text in (*offer.item.name.values(), *headings)]
    described = [" ".join(row_words(text)) for text in offer.item.description.values()]
    return (
        any(_FREE_OF_ALCOHOL.search(each) for each in said)
        or any(_FREE_OF_ALCOHOL.match(each) for each in described)
        or any(_PER_CENT.search(text) for text in offer.item.name.values())
    )


def _what_it_is(offer: Offer) -> set[str]:
    """Return the courses that the last word of a dish's name tells, before "with …": a "lager beer" is one."""
    found: set[str] = set()
    for language, text in offer.item.name.items():
        said = row_words(text)[: _until_beside(row_words(text))]
        found |= {each.key for each in vocabulary(language)["course"].find(said) if each.end == len(said)}
    return found


def _until_beside(said: Sequence[str]) -> int:
    return next((place for place, word in enumerate(said) if place and word in BESIDE), len(said))


def _food_words(*texts: Mapping[str, str]) -> frozenset[str]:
    """Return the words of these texts with the foods that they mean."""
    return frozenset().union(*(meanings(word) for word in _words(*texts)))


def _section_words(content: Content) -> dict[str, frozenset[str]]:
    """Return the dishes that stand under a heading, by each word of the heading."""
    found: dict[str, set[str]] = defaultdict(set)
    for key, offer in content.offers.items():
        for word in _food_words(offer.section.name):
            found[word].add(key)
    return {word: frozenset(keys) for word, keys in found.items()}


def _elsewhere(content: Content) -> frozenset[str]:
    """Return the words that the hotel says of other things than dishes."""
    texts = [text for article in content.articles for text in (article.question, article.answer, *article.also_asked)]
    texts += [text for venue in content.venues for text in (venue.name, venue.description, venue.location)]
    return _words(content.description, *texts)


def _words(*texts: Mapping[str, str]) -> frozenset[str]:
    return frozenset(stem(word) for text in texts for said in text.values() for word in row_words(said))
