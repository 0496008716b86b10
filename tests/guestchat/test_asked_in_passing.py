"""Talks of houses that were read once: bare questions after an article, dialect, orders of what was spoken of."""

import pytest

from guestchat.answering.answer import Answer, Outcome
from guestchat.catalogue import Catalogue
from tests.guestchat.conftest import House
from tests.guestchat.test_another_house import ask


def sources(answer: Answer) -> list[str]:
    return [source.key for source in answer.sources]


@pytest.mark.parametrize(
    ("name", "told", "bare", "article"),
    [
        ("alpenhof", "what does a lift pass cost", "6 days for an adult", "lift-pass"),
        ("gelso", "se puede entrar con perro?", "pero dentro, donde se come?", "dogs"),
        ("meridian", "can i leave my bags", "how much per day", "left-luggage"),
        ("azahar", "where do i park", "whats it per day", "aparcamiento"),
    ],
)
def test_a_bare_question_is_asked_of_what_was_told_last(
    house: House, name: str, told: str, bare: str, article: str
) -> None:
    hotel = house(name)
    assert article in sources(ask(hotel, told))
    assert sources(ask(hotel, told, bare)) == [article]


@pytest.mark.parametrize(
    ("name", "told", "other"),
    [
        ("gelso", "where can i park the car", "tell me a joke about lawyers"),
        ("alpenhof", "how much are lift passes", "y el casco?"),
        ("speicher", "wo kann ich parken", "moin"),
        ("meridian", "can i leave my bags", "do you have a helipad"),
        ("quayle", "is there a doctor nearby", "i stay with ye a lot"),
    ],
)
def test_what_asks_for_something_else_is_not(house: House, name: str, told: str, other: str) -> None:
    hotel = house(name)
    before = sources(ask(hotel, told))
    assert before
    assert sources(ask(hotel, told, other)) != before


def test_a_change_of_topic_repeats_nothing(house: House) -> None:
    hotel = house("meridian")
    assert sources(ask(hotel, "where can i park", "new topic. whats the wifi")) == ["internet"]


def test_whether_to_book_is_asked_of_what_was_told_and_a_table_of_the_restaurant(house: House) -> None:
    hotel = house("quayle")
    baths = ask(hotel, "tell me about the seaweed bath")
    assert sources(ask(hotel, "tell me about the seaweed bath", "do i have to book?")) == sources(baths)
    assert sources(ask(hotel, "tell me about the seaweed bath", "do i have to book a table for dinner?")) != sources(
        baths
    )


def test_a_dialect_is_understood(house: House) -> None:
    hotel = house("linde")
    answer = ask(hotel, "wos kost a halbe helles bei eich?", language="de")
    assert "helles" in answer.items
    diet = ask(
        hotel, "mei freundin isst koa fleisch und koan fisch, was gibts da fuer sie als hauptgang", language="de"
    )
    assert diet.items
    assert not {"schnitzel", "rostbraten", "wiener", "sauerbraten"} & set(diet.items)


def test_an_option_that_is_named_with_an_article_counts(house: House) -> None:
    said = "Meine Frau darf keinen Fisch essen, allergisch. Gelbe-Rüben-Suppe mit den Krabben, geht das?"
    claims = {(each.allergen, str(each.status)) for each in ask(house("linde"), said, language="de").claims}
    assert ("fish", "may_contain") in claims
    assert ("fish", "free") not in claims


def test_one_of_those_orders_what_was_spoken_of_and_names_it(house: House) -> None:
    answer = ask(house("linde"), "how much is the blue trout", "great, one of those please")
    assert answer.outcome is Outcome.REQUEST
    assert answer.request is not None
    assert answer.request.kind == "order"
    assert "Blue trout" in answer.request.details


def test_an_order_says_its_dish_once(house: House) -> None:
    answer = ask(house("linde"), "two blue trout to table 5 please")
    assert answer.request is not None
    assert answer.request.details.lower().count("trout") == 1


@pytest.mark.parametrize("text", ["are those from the lake?", "is one of those vegan", "those look nice"])
def test_what_only_points_at_it_orders_nothing(house: House, text: str) -> None:
    assert ask(house("linde"), "how much is the blue trout", text).outcome is not Outcome.REQUEST


def test_two_changes_of_one_request_are_one(house: House) -> None:
    answer = ask(house("calamar"), "book me a taxi for saturday 9am", "make that 8:30. room 322")
    assert answer.request is not None
    assert not answer.also_requested
    assert "8:30" in answer.request.details
    assert "322" in answer.request.details


def test_where_nothing_waits_nothing_is_cancelled(house: House) -> None:
    hotel = house("speicher")
    assert ask(hotel, "nah cancel that ill survive").outcome is Outcome.SMALLTALK
    assert sources(ask(hotel, "can i cancel my booking")) == ["cancel"]


def test_no_alcohol_is_no_cider_and_a_cod_cake_no_dessert(house: House) -> None:
    hotel = house("larkspur")
    assert not {"ba-cider"} & set(ask(hotel, "do they do anything without booze").items)
    desserts = ask(hotel, "what desserts do you have").items
    assert "di-sorbet" in desserts
    assert "ba-cakes" not in desserts


def test_a_heading_that_names_an_age_is_for_children(house: House) -> None:
    hotel = house("larkspur")
    assert "ki-sundae" in ask(hotel, "what have you got for the kids").items
    assert set(ask(hotel, "anything under 12 dollars").items) != {"ki-pasta", "ki-fingers", "ki-fish", "ki-sundae"}


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("morning! lovely place you've got", Outcome.SMALLTALK),
        ("hello, my room is freezing", Outcome.REQUEST),
        ("thanks for nothing, worst stay ever", Outcome.HANDOVER),
        ("need 2 more towls", Outcome.REQUEST),
    ],
)
def test_a_kind_word_hides_no_wish(house: House, text: str, outcome: Outcome) -> None:
    assert ask(house("larkspur"), text).outcome is outcome


def test_the_first_of_january_is_a_date(house: House) -> None:
    answer = ask(house("larkspur"), "what time do you stop breakfast on january first", at="2026-12-30T10:00")
    assert "12:00" in answer.text


@pytest.mark.parametrize(
    ("language", "text", "codes"),
    [
        ("en", "no 🥜 for me", {"nuts", "peanuts"}),
        ("de", "ich vertrage keine 🥛", {"milk"}),
        ("fr", "allergique aux 🦐", {"crustaceans"}),
        ("es", "mi hija es alérgica a los 🥚", {"eggs"}),
        ("en", "my gran is dodgy with crab, what should she have", {"crustaceans"}),
        ("en", "my nan cant have milk 🙈 what can she eat", {"milk"}),
        ("de", "i vertrog koane Nüss, wos kann i do essn?", {"nuts"}),
        ("de", "mei Bua derf koa Milch net hom", {"milk"}),
        ("fr", "ma fille c la cata avec les noix, keske vs avez pr elle", {"nuts"}),
        ("es", "mi nena no puede con el maní, qué pedimos?", {"peanuts"}),
    ],
)
def test_an_allergy_in_pictures_or_dialect_is_held(house: House, language: str, text: str, codes: set[str]) -> None:
    assert codes <= set(ask(house("calamar"), text, language=language).context.allergies)


@pytest.mark.parametrize("text", ["love the 🦐 here 😍", "2 🍺 please", "the 🐟 was great", "🥚?"])
def test_a_picture_alone_states_nothing(house: House, text: str) -> None:
    assert ask(house("calamar"), text).context.allergies == ()


def test_what_to_have_is_a_list_of_what_may_be_had(house: House) -> None:
    answer = ask(house("calamar"), "my gran is dodgy with crab, what should she have")
    assert answer.items
    assert {str(claim.status) for claim in answer.claims if claim.allergen == "crustaceans"} == {"free"}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "ich vertrage sesam nicht. was gibt es?"),
        ("en", "i cant have milk. what do you have"),
        ("fr", "ma fille est allergique aux noix. vous avez quoi pour elle?"),
        ("es", "mi nena no puede con el maní, qué pedimos?"),
    ],
)
def test_what_there_is_after_an_allergy_is_a_list(house: House, language: str, text: str) -> None:
    assert ask(house("calamar"), text, language=language).items


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "never mind, my wife can't breathe"),
        ("en", "forget it, there's smoke in the corridor"),
        ("de", "vergiss es, meine Tochter kriegt keine Luft"),
        ("de", "I kriag koa Luft"),
        ("fr", "laisse tomber, mon fils s'étouffe"),
        ("es", "olvídalo, mi mujer no respira"),
        ("en", "help 🆘 my son ate a nut 🥜 cant breathe 😭"),
    ],
)
@pytest.mark.parametrize("before", ["", "a taxi at 8 please"])
def test_an_emergency_comes_before_all_that_is_called_off(house: House, language: str, text: str, before: str) -> None:
    hotel = house("quayle")
    answer = ask(hotel, before, text) if before else ask(hotel, text, language=language)
    assert answer.outcome is Outcome.HANDOVER
    assert answer.text.lstrip().count("112")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("I'm allergic to nuts 🥜 and shellfish 🦐", {"nuts", "crustaceans", "molluscs"}),
        ("my daughter is allergic 😢 to milk", {"milk"}),
        ("Hello 👋 nice place 😊 great pool 🏊 lovely staff ❤️ one thing: allergic to nuts and milk", {"nuts", "milk"}),
        ("I'm not allergic to fish but to mustard", {"mustard"}),
        ("nothing with nuts for me please", {"nuts"}),
    ],
)
def test_pictures_and_denials_lose_no_allergy(house: House, text: str, codes: set[str]) -> None:
    assert codes <= set(ask(house("speicher"), text).context.allergies)


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("do you have the lobster", "I'll have it"),
        ("do you have the lobster", "two of them please"),
        ("hello", "the lobster please"),
    ],
)
def test_what_is_sold_out_is_not_ordered(house: House, text: str, again: str) -> None:
    answer = ask(house("quayle"), text, again)
    assert answer.request is None
    assert "sold out" in answer.text


@pytest.mark.parametrize(
    "text",
    ["that one made my son sick", "that one was cold", "one of these days we'll try it", "I'll take that as a no"],
)
def test_a_word_on_a_dish_orders_none(house: House, text: str) -> None:
    answer = ask(house("quayle"), "how much is the fish pie", text)
    assert answer.request is None or answer.request.kind != "order"


@pytest.mark.parametrize(
    "text", ["the hake was cold for me", "lemon posset looks nice for her", "hi my back hurts", "hi room stinks"]
)
def test_a_remark_is_no_order_and_no_greeting(house: House, text: str) -> None:
    answer = ask(house("quayle"), text)
    assert answer.outcome is not Outcome.SMALLTALK
    assert answer.request is None or answer.request.kind != "order"


def test_what_was_passed_on_is_not_said_to_be_off(house: House) -> None:
    answer = ask(house("quayle"), "A taxi at 8 please", "yes please", "cancel the taxi please")
    assert answer.outcome is not Outcome.SMALLTALK


def test_an_ok_settles_what_waits(house: House) -> None:
    answer = ask(house("speicher"), "A taxi at 8 please", "ok do that")
    assert answer.settlement is not None
    assert str(answer.settlement.verdict) == "accepted"


def test_the_end_of_a_compound_orders_only_what_it_adds(house: House) -> None:
    said = ask(house("gelso"), "ich bin Zöliakie, Cappuccino mit Milch ok?", language="de")
    assert ("cappuccino", "gluten", "contains") not in [(c.item, c.allergen, str(c.status)) for c in said.claims]


def test_a_morning_is_no_day(house: House) -> None:
    answer = ask(house("speicher"), "Am Freitag in der Früh um 6 bitte ein Taxi", language="de")
    assert answer.request is not None
    assert "Donnerstag" not in answer.request.details


def test_what_a_house_says_of_children_stands_beside_what_a_place_is(house: House) -> None:
    hotel = house("speicher")
    assert {"gym", "gym-rules"} <= set(sources(ask(hotel, "darf meine tochter (14) mit in den fitnessraum")))
    assert "gym-rules" not in sources(ask(hotel, "wo ist der fitnessraum"))


@pytest.mark.parametrize(
    ("name", "asked", "message"),
    [
        ("alpenhof", "what do lift passes cost", "My mother-in-law keeps asking me: what do lift passes cost"),
        ("meridian", "where can i park", "hi there, sorry to bother you, where can i park? thanks so much in advance!"),
        ("alpenhof", "wo is der nächste geldautomat", "Damit ich nichts falsch mache: wo is der nächste geldautomat"),
        ("azahar", "donde aparco", "hola, perdona la molestia, donde aparco, somos cinco"),
        ("quayle", "is there a doctor nearby", "yeah hi hope you are well is there a doctor nearby"),
        # Not plainly an aside; but nothing answers the whole.
        ("harbour", "rooftop open today", "rooftop open today, its so sunny"),
    ],
)
def test_what_is_said_around_a_question_changes_no_answer(house: House, name: str, asked: str, message: str) -> None:
    hotel = house(name)
    plain, around = ask(hotel, asked), ask(hotel, message)
    assert plain.outcome is Outcome.ANSWERED
    assert (around.text, sources(around)) == (plain.text, sources(plain))


def test_how_many_they_are_is_passed_on_with_a_request(house: House) -> None:
    wanted = ask(house("meridian"), "Hello, can you call us a taxi for half past seven, there are 20 of us")
    assert wanted.request is not None
    assert "20 of us" in wanted.text


def test_an_option_holds_for_what_is_asked_of_its_dish_next(lindenhof: Catalogue) -> None:
    taken = "how much is the avocado bread with the gluten free bread"
    for then in ("does it have lupin?", "is it without lupin?"):
        said = ask(lindenhof, taken, then)
        assert [(claim.item, claim.allergen, claim.status) for claim in said.claims] == [
            ("avocado-bread", "lupin", "may_contain")
        ]
