"""What reviewers found who asked about houses of their own: each is a kind of question, none is about one house."""

import pytest

from guestchat.catalogue import Catalogue
from guestchat.understanding.parse import parse
from guestchat.understanding.query import Context, Intent
from guestchat.understanding.vocabulary import vocabulary
from guestchat.understanding.when import find
from guestchat.words import fold, words
from tests.conftest import TUESDAY_NOON, Ask
from tests.guestchat.conftest import House, talk

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


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "thanks so much youve been really helpful"),
        ("en", "thank you for your help"),
        ("en", "thanks for the towels"),
        ("fr", "merci pour tout"),
        ("es", "muchas gracias por todo"),
    ],
)
def test_thanks_for_anything_are_thanks(lindenhof: Catalogue, language: str, text: str) -> None:
    (part,) = parse(text, lindenhof.lexicon, Context(), TUESDAY_NOON, language).parts
    assert (part.intent, part.topic) == (Intent.TALK, "thanks")


@pytest.mark.parametrize(
    "text", ["ok book it for saturday 9am", "thanks, two towels please", "thanks, but for how long?"]
)
def test_what_is_wanted_beside_thanks_is_no_thanks(lindenhof: Catalogue, text: str) -> None:
    parts = parse(text, lindenhof.lexicon, Context(), TUESDAY_NOON, "en").parts
    assert any(part.intent is not Intent.TALK for part in parts)


def test_a_dish_that_is_only_spoken_of_is_offered_to_nobody(house: House) -> None:
    marbach = house("marbach")
    (vegan,) = talk(marbach, "ist der kaiserschmarrn vegan", language="de")
    assert (vegan.items, [source.key for source in vegan.sources]) == ([], ["kaiserschmarrn"])
    *_told, warned = talk(marbach, "I have a milk allergy", "what is in the omelette?")
    assert warned.items == []
    assert ("milk", "contains") in [(claim.allergen, claim.status) for claim in warned.claims]


@pytest.mark.parametrize(
    ("language", "dish", "plain", "allergen"),
    [
        ("fr", "je suis allergique à la moutarde. l'entrecôte avec sauce BBQ ?", "nature alors ?", "mustard"),
        ("es", "mi hermana es alérgica al altramuz. margherita con base sin gluten?", "con la base normal?", "lupin"),
        ("de", "ich reagiere auf sulfite. zitronensorbet mit prosecco", "und ohne?", "sulphites"),
    ],
)
def test_an_option_that_is_not_taken_after_all(
    house: House, language: str, dish: str, plain: str, allergen: str
) -> None:
    taken, without = talk(house("fontana"), dish, plain, language=language)
    assert {claim.status for claim in taken.claims if claim.allergen == allergen} == {"contains"}
    assert {claim.status for claim in without.claims if claim.allergen == allergen} == {"free"}
    assert without.items == [claim.item for claim in without.claims][:1]


def test_an_option_added_to_an_order_is_checked(house: House) -> None:
    *_before, said = talk(
        house("fontana"), "ich bin laktoseintolerant", "ich nehme die minestrone", "und mit focaccia?", language="de"
    )
    assert [(claim.item, claim.allergen, claim.status) for claim in said.claims] == [("minestrone", "milk", "free")]
    assert "Focaccia" in said.text


def test_vegan_here_holds_for_what_follows(house: House) -> None:
    _told, listed = talk(house("kupferkessel"), "vegan here", "dessert?")
    assert set(listed.items) == {"sorbet", "fruit-salad"}


def test_what_is_fine_is_nobodys_allergy(house: House) -> None:
    told, listed = talk(house("fontana"), "I'm veggie but fish is ok", "any fish mains then")
    assert told.context.allergies == ()
    assert "orata" in listed.items


@pytest.mark.parametrize("text", ["any fish on the menu", "fish on the menu?"])
def test_on_the_menu_is_no_french(house: House, text: str) -> None:
    (said,) = talk(house("kupferkessel"), text)
    assert {"trout", "salmon"} <= set(said.items)


def test_what_is_told_against_behind_what_is_fine_is_held(lindenhof: Catalogue) -> None:
    query = parse("puedo tomar leche pero no huevo", lindenhof.lexicon, Context(), TUESDAY_NOON, "es")
    assert "eggs" in query.allergies


def test_yes_order_it_orders_what_was_spoken_of(house: House) -> None:
    *_before, said = talk(house("kupferkessel"), "nut allergy here", "dann rüblikuchen", "ja bestellen", language="de")
    assert said.outcome == "request"
    assert ("carrot-cake", "nuts", "contains") in [(each.item, each.allergen, each.status) for each in said.claims]


@pytest.mark.parametrize(
    "text", ["last time i ate anchovies i ended up in hospital", "I ate fish and we landed in the emergency room"]
)
def test_who_was_brought_to_hospital_cannot_have_it(lindenhof: Catalogue, text: str) -> None:
    assert "fish" in parse(text, lindenhof.lexicon, Context(), TUESDAY_NOON, "en").allergies


def test_how_fast_the_wifi_is_stands_in_no_article_on_how_to_join_it(house: House) -> None:
    for text in ("how fast is the wifi, i have to do video calls", "whats the wifi speed like"):
        (said,) = talk(house("penhallow"), text)
        assert said.outcome in {"clarify", "unanswered"}


def test_a_card_of_drinks_knows_a_cocktail_by_its_name(house: House) -> None:
    marbach = house("marbach")
    assert talk(marbach, "which cocktails do you have?")[-1].items == ["negroni"]
    assert talk(marbach, "drinks without alcohol in the bar")[-1].items == ["ginger-fizz"]


def test_room_service_is_told_by_its_card(house: House) -> None:
    _told, listed = talk(house("marbach"), "my daughter has a peanut allergy", "what could she have from room service")
    assert {"burger", "penne"} <= set(listed.items)


def test_a_card_under_one_heading_is_told_by_its_dishes(house: House) -> None:
    (said,) = talk(house("marbach"), "what can I have from room service")
    assert "burger" in said.items


WHAT_IT_DOES = """
    en|nuts|eating nuts lands me in A&E
    en|nuts.walnut|my wife breaks out in hives if she eats walnuts
    en|nuts.cashew|if I eat cashews I end up in hospital
    en|milk|my kid throws up whenever he has milk
    en|eggs|when she eats eggs, she gets a rash
    en|molluscs|whenever I have shellfish my face goes red
    en|sulphites|sulphites give me migraines
    de|nuts.walnut|wenn meine Frau Walnüsse isst bekommt sie Atemnot
    de|eggs|von Eiern bekommt mein Sohn Durchfall
    fr|eggs|quand je mange des oeufs j'ai des plaques
    es|gluten|si como gluten me pongo malísima
    en|nuts|my mate's nutallergic
    en|milk|our kid is lactoseintolerant
    en|milk|im lactosefree
    en|gluten|glutenintolerant guest here, table for 2
    en|eggs|nut free and egg free for the kids please, what puddings
    es|fish|no me gusta el pescado
    fr|eggs|je n'aime pas les oeufs
"""


@pytest.mark.parametrize("line", [line.strip() for line in WHAT_IT_DOES.strip().splitlines()])
def test_what_a_food_does_to_somebody_is_kept(lindenhof: Catalogue, line: str) -> None:
    language, code, text = line.split("|")
    assert code in parse(text, lindenhof.lexicon, Context(), TUESDAY_NOON, language).allergies


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "will the eggs make me sick?"),
        ("en", "is there an egg in the hospital cake?"),
        ("en", "I'm allergic to shrimp but fish is fine"),
        ("en", "thanks for the eggs this morning"),
        ("fr", "merci, les oeufs étaient délicieux"),
    ],
)
def test_what_is_asked_fine_or_praised_is_nobodys_allergy(lindenhof: Catalogue, language: str, text: str) -> None:
    allergies = parse(text, lindenhof.lexicon, Context(), TUESDAY_NOON, language).allergies
    assert not {"eggs", "fish"} & set(allergies)


@pytest.mark.parametrize(
    ("hotel", "text", "item", "status"),
    [
        ("fontana", "entrecote plain without sauce: is it gluten free?", "entrecote", "free"),
        ("fontana", "scrambled eggs without toast gluten free?", "scrambled", "free"),
        ("fontana", "scrambled eggs with toast, gluten free?", "scrambled", "contains"),
        ("marbach", "is the normal burger bun gluten free?", "burger", "contains"),
    ],
)
def test_an_option_that_is_to_be_left_out_is_not_taken(
    house: House, hotel: str, text: str, item: str, status: str
) -> None:
    (said,) = talk(house(hotel), text)
    assert [(claim.item, claim.status) for claim in said.claims] == [(item, status)]
    assert "bun)" not in said.text


def test_what_a_dish_has_no_option_for_is_not_declared(house: House) -> None:
    fontana = house("fontana")
    for text in (
        "espresso with oat milk?",
        "fruit plate with granola, is that ok for me?",
        "lemon sorbet with waffle?",
    ):
        *_told, said = talk(fontana, "I'm coeliac", text)
        assert "what you add to it is not" in said.text
    *_told, said = talk(fontana, "I'm coeliac", "lemon sorbet?")
    assert "what you add to it" not in said.text


def test_a_diet_is_heard_beside_a_dish_and_taken_back(house: House) -> None:
    *_told, listed = talk(
        house("fontana"), "my daughter is allergic to eggs", "the egg thing is for my son, she is vegan", "starters?"
    )
    assert set(listed.items) == {"bruschetta", "insalata"}
    *_told, free = talk(house("marbach"), "I'm vegan", "I'm no longer vegan")
    assert free.context.diets == ()


@pytest.mark.parametrize(
    ("language", "text", "menu"),
    [
        ("en", "what do you have for lunch", "lunch"),
        ("en", "what do you have for dinner?", "dinner"),
        ("de", "was habt ihr zum abendessen", "dinner"),
        ("fr", "qu'avez-vous pour le dîner ?", "dinner"),
        ("es", "qué tenéis para cenar", "dinner"),
    ],
)
def test_what_there_is_for_a_meal_is_told_by_its_card(house: House, language: str, text: str, menu: str) -> None:
    (said,) = talk(house("fontana"), text, language=language)
    assert menu in [source.key for source in said.sources]


def test_which_of_a_kind_asks_for_all_of_it(house: House) -> None:
    fontana = house("fontana")
    assert {"pomodoro", "carbonara"} <= set(talk(fontana, "what pasta is there tonight?")[-1].items)
    assert talk(fontana, "is the pasta of the day vegetarian")[-1].sources[0].key == "pasta-day"


def test_what_shares_the_oil_is_not_what_is_asked_about(house: House) -> None:
    (said,) = talk(house("penhallow"), "are the chips fried in the same oil as the haddock")
    assert [source.key for source in said.sources] == ["chips"]
    assert "prepared apart from other food" in said.text


@pytest.mark.parametrize(
    "text", ["thx for everything, food was great", "das Essen war lecker", "todo estaba riquísimo"]
)
def test_praise_asks_for_no_card(lindenhof: Catalogue, text: str) -> None:
    language = {"t": "en", "d": "de"}[text[0]] if not text.startswith("todo") else "es"
    (part,) = parse(text, lindenhof.lexicon, Context(), TUESDAY_NOON, language).parts
    assert (part.intent, part.topic) == (Intent.TALK, "thanks")


def test_what_is_great_here_is_asked(lindenhof: Catalogue) -> None:
    parts = parse("was ist hier super", lindenhof.lexicon, Context(), TUESDAY_NOON, "de").parts
    assert all(part.topic != "thanks" for part in parts)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "do you do lunch"),
        ("en", "do you have lunch"),
        ("de", "gibt es mittagessen"),
        ("fr", "servez-vous le midi"),
    ],
)
def test_whether_a_meal_is_served_is_told_by_its_hours(house: House, language: str, text: str) -> None:
    (said,) = talk(house("marbach"), text, language=language)
    assert "stube" in [source.key for source in said.sources]
    assert "11:30" in said.text or "11h30" in said.text


@pytest.mark.parametrize("text", ["can i order food to my room", "can we eat in our room"])
def test_what_is_brought_to_the_room_is_told_by_its_card(house: House, text: str) -> None:
    assert "burger" in talk(house("marbach"), text)[-1].items


def test_a_meal_today_is_told_by_its_card(house: House) -> None:
    (said,) = talk(house("marbach"), "qué hay para cenar hoy", language="es")
    assert [source.key for source in said.sources] == ["dinner-menu"]
