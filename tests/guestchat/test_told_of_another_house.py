"""What reviewers found who asked about houses of their own: each is a kind of question, none is about one house."""

import pytest

from guestchat.catalogue import Catalogue
from guestchat.understanding.parse import parse
from guestchat.understanding.query import Context, Intent
from guestchat.understanding.vocabulary import vocabulary
from guestchat.understanding.when import find
from guestchat.words import fold, words
from tests.conftest import TUESDAY_NOON, Ask

DENIED = """
    en|eggs|not allergic to milk, its eggs
    en|eggs|no problem with dairy, only eggs. creme brulee?
    en|eggs|dairy is fine, eggs are not. creme brulee?
    en|milk|eggs ok milk not ok. creme brulee?
    en|eggs|it's not the milk it's the eggs
    en|eggs|eggs are the problem, not milk
    en|peanuts|i'm not allergic to nuts, it's peanuts. red curry?
    en|peanuts|nuts are fine, just no peanuts. red curry?
    en|peanuts|only peanuts are a problem, other nuts are fine
    en|peanuts|everything except peanuts is ok for him
    en|sesame|one of us is allergic to soy, the other to sesame
    en|gluten|my daughter cannot have sesame and my husband gluten
    en|celery|mom cant have selery, onion roast beef?
    en|celery|selery allergy. pumpkin soup?
    de|peanuts|Nicht gegen Nüsse allergisch sondern gegen Erdnüsse. Geht das Curry?
    de|peanuts|kein problem mit nüssen, aber erdnüsse sind tödlich für mich. curry?
    de|eggs|milch ist okay, nur kein ei. crème brûlée?
    de|sesame|einer allergisch auf soja, der andere auf sesam
    de|gluten|wir sind zu zweit, eine mit zöliakie, einer ohne laktose
    fr|eggs|le lait ça va, mais pas les oeufs. la mousse ?
    fr|eggs|l'un allergique au lait et l'autre aux oeufs
    es|eggs|la leche está bien, pero huevo no. la crema?
    es|sesame|somos tres, uno alergico a la soja y otro al sésamo
"""


@pytest.mark.parametrize("line", [line.strip() for line in DENIED.strip().splitlines()])
def test_of_what_is_denied_and_what_is_meant_nothing_is_lost(lindenhof: Catalogue, line: str) -> None:
    language, code, text = line.split("|")
    assert code in parse(text, lindenhof.lexicon, Context(), TUESDAY_NOON, language).allergies


@pytest.mark.parametrize("text", ["et les moules", "and the fish", "und Erdnüsse", "la leche"])
def test_a_food_named_alone_states_no_allergy(lindenhof: Catalogue, text: str) -> None:
    language = {"et": "fr", "an": "en", "un": "de", "la": "es"}[text[:2]]
    assert parse(text, lindenhof.lexicon, Context(), TUESDAY_NOON, language).allergies == ()


@pytest.mark.parametrize(
    ("language", "order", "option"),
    [
        ("es", "cappuccino con leche de avena, soy celiaca", "cappuccino-oat"),
        ("es", "un cappuccino con leche de soja", "cappuccino-soy"),
        ("fr", "un cappuccino lait d'avoine", "cappuccino-oat"),
        ("en", "a cappuccino with oat milk", "cappuccino-oat"),
    ],
)
def test_a_plants_milk_is_the_option_that_holds_it(
    lindenhof: Catalogue, language: str, order: str, option: str
) -> None:
    assert parse(order, lindenhof.lexicon, Context(), TUESDAY_NOON, language).parts[0].options == (option,)


def test_an_allergy_told_behind_a_dish_is_held_against_it(ask: Ask) -> None:
    first = ask("how much is the wiener schnitzel")
    told = ask("oh wait, i am coeliac", context=first.context)
    assert [(claim.item, claim.allergen) for claim in told.claims] == [("wiener-schnitzel", "gluten")]
    assert told.text.index("gluten") < told.text.index("Thank you")


@pytest.mark.parametrize(
    ("language", "text", "hour", "minute"),
    [
        ("en", "open at half past midnight", 0, 30),
        ("en", "until quarter to midnight", 23, 45),
        ("fr", "ouvert à minuit et demi", 0, 30),
        ("en", "lunch at midday", 12, 0),
    ],
)
def test_times_beside_midnight(language: str, text: str, hour: int, minute: int) -> None:
    time = find(fold(text), words(text), vocabulary(language), TUESDAY_NOON).time
    assert time is not None
    assert (time.hour, time.minute) == (hour, minute)


@pytest.mark.parametrize(
    ("language", "text", "intent"),
    [
        ("en", "refund policy?", Intent.QUESTION),
        ("en", "do i get my money back if i cancel", Intent.QUESTION),
        ("en", "i was charged twice, i want my money back", Intent.PERSON),
        ("fr", "cb bloquée de combien à l'arrivée", Intent.QUESTION),
        ("en", "how much is blocked on my card", Intent.QUESTION),
        ("en", "the sink is blocked", Intent.REQUEST),
    ],
)
def test_money_is_no_fault_and_no_complaint(lindenhof: Catalogue, language: str, text: str, intent: Intent) -> None:
    intents = {part.intent for part in parse(text, lindenhof.lexicon, Context(), TUESDAY_NOON, language).parts}
    assert intent in intents
