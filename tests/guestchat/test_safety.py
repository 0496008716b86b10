"""The safety rule over the whole pipeline: generated menus, questions and languages; nothing unsafe is ever said.

The referee below is written from the contract anew and shares no code with `menus.allergens`. `SAFETY_EXAMPLES` sets
how many examples each test tries: 300 by default. A case is one question in one language asked about one generated
menu; `SAFETY_RECORD` names a file to which the counts are written, which is what `make safety` prints.
"""

import datetime as dt
import json
import os
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guestchat.answering.answer import Answer
from guestchat.answering.composer import compose
from guestchat.answering.scene import Scene
from guestchat.catalogue import Catalogue
from guestchat.understanding.parse import parse
from guestchat.understanding.query import Context
from menus.allergens import CHILDREN, CODES, GROUPS, Declaration, Status
from menus.content import Content, Item, Menu, Option, Section, Venue

NOON = dt.datetime(2026, 11, 24, 12, 30, tzinfo=ZoneInfo("Europe/Berlin"))
EXAMPLES = int(os.environ.get("SAFETY_EXAMPLES", "300"))
RECORD = os.environ.get("SAFETY_RECORD", "")
# What was tried: questions by language, and claims by status.
COUNTS: dict[str, Counter[str]] = {"cases": Counter(), "claims": Counter(), "lists": Counter()}


@pytest.fixture(scope="module", autouse=True)
def _record() -> Iterator[None]:
    """Keep what was tried, where a long run wants to show it."""
    yield
    if RECORD:
        total = {name: sum(counted.values()) for name, counted in COUNTS.items()}
        Path(RECORD).write_text(json.dumps({"total": total, **COUNTS}, indent=1), encoding="utf-8")


NAMES = [
    ("Lemon tart", "Zitronentarte"),
    ("Beetroot carpaccio", "Rote-Bete-Carpaccio"),
    ("Almond cake", "Mandelkuchen"),
    ("Fish soup", "Fischsuppe"),
    ("Cheese dumplings", "Käseknödel"),
    ("Grilled trout with butter", "Gegrillte Forelle mit Butter"),
    ("Peanut noodles", "Erdnussnudeln"),
    ("Garden salad", "Gartensalat"),
    ("Soup of the day", "Tagessuppe"),
    ("Chocolate mousse", "Schokoladenmousse"),
]
WORDS = {
    "en": {
        "milk": "milk",
        "nuts": "nuts",
        "gluten": "gluten",
        "eggs": "eggs",
        "fish": "fish",
        "peanuts": "peanuts",
        "nuts.almond": "almonds",
        "soybeans": "soy",
        "sesame": "sesame",
        "celery": "celery",
        "mustard": "mustard",
        "crustaceans": "prawns",
        "gluten.wheat": "wheat",
    },
    "de": {
        "milk": "Milch",
        "nuts": "Nüsse",
        "gluten": "Gluten",
        "eggs": "Eier",
        "fish": "Fisch",
        "peanuts": "Erdnüsse",
        "soybeans": "Soja",
        "sesame": "Sesam",
        "celery": "Sellerie",
        "mustard": "Senf",
    },
    "fr": {"milk": "lait", "nuts": "noix", "gluten": "gluten", "eggs": "oeufs", "peanuts": "arachides"},
    "es": {"milk": "leche", "gluten": "gluten", "eggs": "huevo", "fish": "pescado", "mustard": "mostaza"},
}
TEMPLATES = {
    "en": [
        "does the {dish} contain {word}?",
        "is the {dish} {word} free",
        "I'm allergic to {word}. Can I eat the {dish}?",
        "what can I eat without {word}?",
        "which dishes are {word}-free?",
        "vegan dishes without {word} please",
        "i have a {word} allergy, what do you recommend",
        "any {word} in the {dish}?",
        "Is the {dish} safe for someone with a {word} allergy?",
        "no {word} please",
        "what is in the {dish}",
        "are there vegan dishes",
    ],
    "de": [
        "Enthält {dish} {word}?",
        "Ich bin allergisch gegen {word}. Was kann ich essen?",
        "Welche Gerichte sind ohne {word}?",
        "ist {dish} vegan und ohne {word}",
        "Ich vertrage kein {word}, kann ich {dish} essen?",
    ],
    "fr": ["que puis-je manger sans {word} ?", "je suis allergique à {word}, {dish} ?", "{dish} contient {word} ?"],
    "es": ["¿qué puedo comer sin {word}?", "soy alérgico a {word}. ¿{dish}?", "¿lleva {word} {dish}?"],
}

statuses = st.sampled_from([Status.CONTAINS, Status.MAY_CONTAIN, Status.FREE])
# What is asked about is declared more often than chance would have it, else nearly all claims were "unknown".
ASKED_CODES = sorted({code for words in WORDS.values() for code in words} | {"nuts.hazelnut", "gluten.rye"})
declarations = st.builds(
    Declaration,
    statuses=st.dictionaries(st.sampled_from([*ASKED_CODES, *CODES]), statuses, max_size=12),
    complete=st.booleans(),
    diets=st.lists(st.sampled_from(["vegan", "vegetarian", "halal"]), unique=True, max_size=2).map(tuple),
)


@st.composite
def contents(draw: st.DrawFn) -> Content:
    """A hotel with up to seven dishes, some with an option."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=7, unique=True))
    items = tuple(
        Item(
            key=f"dish-{number}",
            name={"en": english, "de": german},
            price=Decimal("9.5"),
            declaration=draw(declarations),
            available=draw(st.booleans()),
            options=tuple(
                Option(key=f"option-{number}", name={"en": "with sauce", "de": "mit Sauce"}, declaration=declaration)
                for declaration in draw(st.lists(declarations, max_size=1))
            ),
        )
        for number, (english, german) in enumerate(names)
    )
    menu = Menu(key="card", name={"en": "Card", "de": "Karte"}, sections=(Section(name={"en": "Dishes"}, items=items),))
    venue = Venue(key="inn", kind="restaurant", name={"en": "The Inn"}, menus=(menu,))
    return Content(
        slug="generated",
        name="Generated",
        timezone="Europe/Berlin",
        currency="EUR",
        default_language="en",
        languages=("en", "de"),
        venues=(venue,),
        pk=1,
    )


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, str]:
    """A question and its language, as guests write."""
    language = draw(st.sampled_from(sorted(TEMPLATES)))
    dish = draw(st.sampled_from(NAMES))[language == "de"]
    word = draw(st.sampled_from(sorted(WORDS[language].values())))
    text = draw(st.sampled_from(TEMPLATES[language])).format(dish=dish, word=word)
    return draw(st.sampled_from([text, text.lower(), text.upper(), f"Hi! {text}", text.rstrip("?. ")])), language


# --- the referee -------------------------------------------------------------
def contradicts_itself(declared: Declaration) -> bool:
    """Vegan with animal products, vegetarian with fish; or a group free while one of its children is not."""

    def present(group: str) -> bool:
        return any(declared.statuses.get(code) == "contains" for code in (group, *CHILDREN.get(group, ())))

    animal = {
        "vegan": ["milk", "eggs", "fish", "crustaceans", "molluscs"],
        "vegetarian": ["fish", "crustaceans", "molluscs"],
    }
    if any(present(group) for diet in declared.diets if diet in animal for group in animal[diet]):
        return True
    return any(
        declared.statuses.get(group) == "free" and declared.statuses.get(child, "free") != "free"
        for group, children in CHILDREN.items()
        for child in children
    )


def is_truly_free(declared: Declaration, code: str) -> bool:
    """Free only by declaration, and only where nothing else says otherwise."""
    if contradicts_itself(declared):
        return False
    group = code.split(".")[0]
    said = declared.statuses
    if any(said.get(each) in ("contains", "may_contain") for each in (code, *CHILDREN.get(code, ()))):
        return False
    group_is_present = code != group and said.get(group) in ("contains", "may_contain")
    if group_is_present and not any(said.get(child) == said[group] for child in CHILDREN[group]):
        return False
    return said.get(code) == "free" or said.get(group) == "free" or declared.complete


def answer(content: Content, text: str, language: str, context: Context) -> Answer:
    """Run the pipeline without search: no article could answer in these hotels."""
    catalogue = Catalogue(content=content)
    query = parse(text, catalogue.lexicon, context, NOON, language)
    allergies = tuple(dict.fromkeys((*context.allergies, *query.allergies)))
    scene = Scene(catalogue=catalogue, at=NOON, language=language, context=context, allergies=allergies)
    answered = compose(query, lambda _part: (), scene)
    COUNTS["cases"][language] += 1
    COUNTS["claims"].update(claim.status.value for claim in answered.claims)
    COUNTS["lists"][language] += len(answered.items) > 1
    return answered


SLOW = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@SLOW
@given(contents(), st.lists(questions(), min_size=1, max_size=3))
def test_no_claim_is_kinder_than_the_declaration(content: Content, asked: list[tuple[str, str]]) -> None:
    context = Context()
    for text, language in asked:
        given = answer(content, text, language, context)
        context = given.context
        for claim in given.claims:
            declared = content.offers[claim.item].item.declaration
            if claim.status is Status.FREE:
                assert is_truly_free(declared, claim.allergen), (text, claim)
            if is_truly_free(declared, claim.allergen):
                assert claim.status is Status.FREE, (text, claim)


@SLOW
@given(contents(), st.sampled_from(sorted(WORDS["en"].items())), st.sampled_from([0, 3, 4, 5, 6, 9]))
def test_what_is_offered_without_an_allergen_is_declared_free_of_it(
    content: Content, wanted: tuple[str, str], template: int
) -> None:
    code, word = wanted
    given = answer(content, TEMPLATES["en"][template].format(dish="nothing", word=word), "en", Context())
    if template == 0:
        return
    for key in given.items:
        assert is_truly_free(content.offers[key].item.declaration, code), (word, key)


@SLOW
@given(contents(), st.sampled_from(sorted(WORDS["en"].items())))
def test_a_stated_allergy_holds_in_later_lists(content: Content, wanted: tuple[str, str]) -> None:
    code, word = wanted
    first = answer(content, f"I am allergic to {word}", "en", Context())
    assert code in first.context.allergies
    later = answer(content, "what is there to eat?", "en", first.context)
    for key in later.items:
        assert is_truly_free(content.offers[key].item.declaration, code), (word, key)


def test_the_referee_knows_every_code() -> None:
    assert {code.split(".")[0] for code in CODES} == set(GROUPS)
