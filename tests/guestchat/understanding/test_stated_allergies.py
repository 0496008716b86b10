"""What guests say of their allergies holds from then on, however they say it; a wish for one dish does not."""

from collections.abc import Iterator
from itertools import product
from random import Random

import pytest

from guestchat.catalogue import Catalogue
from guestchat.evaluation.slips import LONG, slips
from guestchat.understanding.language import detect
from guestchat.understanding.parse import parse
from guestchat.understanding.query import Context, Query
from guestchat.understanding.vocabulary import LANGUAGES, vocabulary
from tests.conftest import TUESDAY_NOON, Ask

STATED = {
    "gluten": """
        my daughter has coeliac disease | i have celiac | he's a coeliac | traveling with a celiac
        my wife cant eat gluten | im gluten intolerant | we have a coeliac in the family
        no gluten for us please | meine tochter hat zöliakie | ich hab zöliakie
        mein mann verträgt kein gluten | ich darf kein gluten essen | ma fille est coeliaque
        je suis intolérante au gluten | mon fils ne peut pas manger de gluten | mi hijo es celíaco
        tengo celiaquía | no puedo comer gluten | mi mujer no puede tomar gluten""",
    "milk": """
        2 of us are lactose intolerant | my son doesn't tolerate milk | i dont eat dairy | no dairy for me
        mein mann verträgt keine laktose | ich bin laktoseintolerant | wir essen keine milchprodukte
        mon mari ne supporte pas le lait | je suis allergique au lait | no puedo tomar lactosa
        mi hija es intolerante a la lactosa""",
    "nuts": """
        nuts could kill me | my kid: nut allergy | allergic to nuts | ALLERGIC TO NUTS!!
        my boyfriend has a severe nut allergy | wir haben eine nussallergie dabei | ich reagiere auf nüsse
        je suis allergique aux noix | tengo alergia a los frutos secos | i'd die from nuts
        just so you know i have a nut allergy""",
    "crustaceans": "i am allergic to crabs | i can't eat crabs | allergic to prawns and crabs",
    "eggs": """
        my friend is allergic to eggs | we don't eat eggs | ich vertrage keine eier
        j'ai une allergie aux oeufs | soy alérgica al huevo""",
}
NOT_STATED = """
        is the tomato soup gluten free | desserts without nuts | something without egg please
        can i have the burger without cheese | any gluten free bread? | gibt es etwas ohne milch
        kuchen ohne nüsse | un dessert sans lait | postres sin huevo | does the cake contain nuts
        do you have oat milk | coffee with milk please | can you do it without egg"""


def texts(said: str) -> list[str]:
    return [each.strip() for each in said.replace("\n", "|").split("|") if each.strip()]


def read(lindenhof: Catalogue, text: str) -> Query:
    lexicon = lindenhof.lexicon
    spoken = detect(text, "en", lindenhof.content.languages, lexicon.spoken, lexicon.name_pairs)
    return parse(text, lexicon, Context(), TUESDAY_NOON, spoken)


@pytest.mark.parametrize("code", STATED)
def test_a_stated_allergy_is_kept(lindenhof: Catalogue, code: str) -> None:
    assert [text for text in texts(STATED[code]) if code not in read(lindenhof, text).allergies] == []


PLANS = {
    "en": """
        {} and we're having dinner at the restaurant tonight | {}, we booked a table for dinner
        {}, is there a kids menu | we are having lunch with you tomorrow and {} | {} and would like the schnitzel
        {} so what desserts are there | we're four for breakfast, {} | {} and wants a burger
        hi, {} and i'd like a table for two please""",
    "de": """
        {} und wir essen heute abend im restaurant | {}, wir haben einen tisch fürs abendessen
        {}, gibt es ein kindermenü | {} und möchte das schnitzel | wir sind vier zum frühstück, {}
        {}, was gibts zum nachtisch""",
    "fr": """
        {} et nous dînons au restaurant ce soir | {}, vous avez un menu enfant | {}, il y a quoi comme dessert
        {} et on arrive à six heures, le bar est ouvert ? | nous sommes quatre au petit-déjeuner, {}""",
    "es": """
        {} y cenamos en el restaurante esta noche | {}, ¿tienen menú infantil? | {} y hemos reservado una mesa
        {}, ¿qué postres hay? | somos cuatro para el desayuno, {}""",
}


@pytest.mark.parametrize("code", STATED)
def test_plans_told_beside_an_allergy_do_not_hide_it(lindenhof: Catalogue, code: str) -> None:
    lost = [
        text
        for said in texts(STATED[code])
        for plan in texts(PLANS[read(lindenhof, said).language])
        for text in [plan.format(said)]
        if code not in read(lindenhof, text).allergies
    ]
    assert lost == []


@pytest.mark.parametrize("code", STATED)
def test_a_statement_is_no_order_for_a_list(lindenhof: Catalogue, code: str) -> None:
    unlike = [text for text in texts(STATED[code]) if read(lindenhof, text).parts[0].topic != "statement"]
    assert unlike == []


NUTS = {"en": "nuts", "de": "Nüsse", "fr": "noix", "es": "frutos secos"}


def stated_with_a_slip(language: str) -> Iterator[tuple[str, str]]:
    """Yield every way to state an allergy, and each with some slips in its long words."""
    random = Random(3)
    for way in vocabulary(language).around:
        if way.key != "mine" or way.glued:
            continue
        said = [word.rstrip("*") for word in (*way.before, NUTS[language], *way.after)]
        for at, word in enumerate(said):
            wrong = slips(word) if len(word) >= LONG else []
            for each in random.sample(wrong, min(3, len(wrong))) if word != NUTS[language] else []:
                yield " ".join(said), " ".join([*said[:at], each, *said[at + 1 :]])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_slip_loses_no_allergy(lindenhof: Catalogue, language: str) -> None:
    def keeps(text: str) -> bool:
        return bool(parse(text, lindenhof.lexicon, Context(), TUESDAY_NOON, language).allergies)

    asked = [(right, slipped) for right, slipped in stated_with_a_slip(language) if keeps(right)]
    lost = [slipped for _right, slipped in asked if not keeps(slipped)]
    assert len(asked) > 100
    # Some slips make another word: "mi mario" is a name. Before the words around an allergen were mended at all, three
    # of four were lost.
    assert len(lost) <= 0.06 * len(asked), lost


@pytest.mark.parametrize(
    ("language", "code", "said"),
    [
        ("en", "gluten.barley", "i am allergic to barly"),
        ("en", "gluten.rye", "allergic to barly and rye"),
        ("en", "milk", "my wife has an allergys to milk"),
        ("en", "milk", "i am intolerants to lactose"),
        ("en", "nuts", "nuts allrgic"),
        ("en", "nuts", "she doens't tolerate nuts"),
        ("de", "nuts.pecan", "Allergie gegen Pecans"),
        ("de", "nuts.almond", "allergisch gegen Madel"),
        ("de", "crustaceans", "allergisch gegen Gamba"),
        ("de", "peanuts", "ich habe eine Erdnussalelrgie"),
        ("fr", "gluten.oats", "je suis allergique à l'avoin"),
        ("fr", "nuts", "j'ai une allergie au souffre et aux noix"),
        ("fr", "molluscs", "allergique aux mules"),
        ("es", "molluscs", "soy alérgico al mariso"),
        ("es", "gluten", "no puedos comer gluten"),
    ],
)
def test_an_allergy_with_a_slip_is_kept(lindenhof: Catalogue, language: str, code: str, said: str) -> None:
    assert code in parse(said, lindenhof.lexicon, Context(), TUESDAY_NOON, language).allergies


@pytest.mark.parametrize("said", ["Wo ist die Fischerei?", "Gibt es eine Molkerei in der Nähe?", "Wo ist der Hafen?"])
def test_a_word_that_only_looks_like_an_allergens_avoids_nothing(lindenhof: Catalogue, said: str) -> None:
    part = parse(said, lindenhof.lexicon, Context(), TUESDAY_NOON, "de").parts[0]
    assert (part.avoid, part.containing, part.diets) == ((), (), ())


def test_a_wish_for_one_dish_states_nothing(lindenhof: Catalogue) -> None:
    assert [text for text in texts(NOT_STATED) if read(lindenhof, text).allergies] == []


def test_a_dish_asked_for_by_one_who_has_it_keeps_it(ask: Ask) -> None:
    assert ask("im coeliac can i eat the tomato soup").context.allergies == ("gluten",)


# Who has them, how many, what they are called, and how the list follows.
LISTED = {
    "en": (
        "I have | my son has | we have | my wife's got | I've got | he suffers from | our daughter has",
        " | some | several | two | a couple of | severe | multiple food | a few different | a long list of",
        "allergies | food allergies | intolerances",
        [": nuts and milk", " (nuts, milk)", " - nuts, milk", ", namely nuts and milk", " which are nuts and milk",
         ". nuts and milk", " to nuts and milk", " at the table, nuts and milk"],
    ),
    "de": (
        "ich habe | mein sohn hat | wir haben | meine frau hat | ich leide unter",
        " | mehrere | zwei | einige | viele verschiedene | schwere",
        "allergien | unverträglichkeiten | lebensmittelallergien",
        [": nüsse und milch", " (nüsse, milch)", " - nüsse, milch", ", nämlich nüsse und milch",
         " gegen nüsse und milch", ". nüsse und milch"],
    ),
    "fr": (
        "j'ai | mon fils a | nous avons | ma femme a | je souffre",
        "des | plusieurs | deux | un certain nombre d' | de nombreuses",
        "allergies | allergies alimentaires | intolérances",
        [": noix et lait", " (noix, lait)", " - noix, lait", " aux noix et au lait", ", à savoir noix et lait"],
    ),
    "es": (
        "tengo | mi hijo tiene | tenemos | mi mujer tiene | sufro",
        " | varias | dos | muchas | algunas",
        "alergias | alergias alimentarias | intolerancias",
        [": nueces y leche", " (nueces, leche)", " - nueces, leche", " a las nueces y a la leche",
         ", es decir nueces y leche"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_of_allergies_is_kept_however_it_follows(lindenhof: Catalogue, language: str) -> None:
    """Of these 870 were once answered with the dishes that have nuts in them, or with nothing."""
    *spoken, lists = LISTED[language]
    who, count, called = ([each.strip() for each in said.split("|")] for said in spoken)
    lost = [
        text
        for said in product(who, count, called)
        for listed in lists
        for text in [" ".join(filter(None, said)) + listed]
        if set(parse(text, lindenhof.lexicon, Context(), TUESDAY_NOON, language).allergies) != {"nuts", "milk"}
    ]
    assert lost == []


def test_a_list_of_allergies_may_come_in_the_next_message(ask: Ask) -> None:
    context = ask("I have several allergies").context
    assert set(ask("nuts and milk", context=context).context.allergies) == {"nuts", "milk"}
    assert not ask("which dishes have nuts?", context=context).context.allergies


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Do you have something for people with allergies (nuts)?", "en"),
        ("Gibt es etwas für Leute mit Allergien (Nüsse)?", "de"),
    ],
)
def test_what_people_with_allergies_may_eat_is_free_of_them(ask: Ask, text: str, language: str) -> None:
    offered = ask(text, language=language).items
    assert offered
    assert "olives-nuts" not in offered
