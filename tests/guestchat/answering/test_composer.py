"""Who answers: rows where they tell all that is asked, an article where it tells what they leave out."""

from collections.abc import Callable, Mapping

import pytest

from guestchat.answering.answer import Outcome, Verdict
from tests.conftest import Ask as AskTheDemo
from tests.guestchat.answering.conftest import Ask, talk

ARTICLES = {
    "towels": ("When are towels changed?", "Fresh towels come on Tuesdays and Fridays."),
    "refund": ("When do I get my deposit back?", "The deposit is paid back within five days."),
}


@pytest.fixture
def linen(house: Callable[[str, Mapping[str, tuple[str, str]]], Ask]) -> Ask:
    return house("linen", ARTICLES)


@pytest.mark.django_db
def test_an_article_tells_before_anybody_is_sent(linen: Ask) -> None:
    answer = linen("which days can I get fresh towels")
    assert answer.outcome is Outcome.ANSWERED
    assert [source.key for source in answer.sources] == ["towels"]
    assert linen("can I get two fresh towels").outcome is Outcome.REQUEST


@pytest.mark.django_db
def test_a_complaint_that_asks_why_is_passed_on(linen: Ask) -> None:
    assert linen("why are there no towels, this is unacceptable").outcome is Outcome.HANDOVER


def test_an_allergen_asked_after_a_dish_is_asked_of_it_for_however_many(ask: AskTheDemo) -> None:
    salad = ask("Does the Caesar salad contain fish?")
    eggs = ask("Quick question: And eggs, it is for 12 guests?", context=salad.context)
    assert eggs.outcome is Outcome.ANSWERED
    assert {(claim.item, claim.allergen) for claim in eggs.claims} == {("caesar-salad", "eggs")}


@pytest.mark.parametrize(
    ("language", "first", "second", "dish"),
    [
        ("en", "How much is the Wiener schnitzel?", "Does it come with potatoes?", "wiener-schnitzel"),
        ("en", "How much is the Wiener schnitzel?", "comes with fries?", "wiener-schnitzel"),
        ("en", "tell me about the caesar salad", "is there chicken in it", "caesar-salad"),
        ("en", "what's in the thai red curry", "does it come with rice", "thai-prawn-curry"),
        ("de", "Was kostet das Wiener Schnitzel?", "sind da Pommes dabei", "wiener-schnitzel"),
        ("de", "Was kostet das Wiener Schnitzel?", "kommt das mit Kartoffeln", "wiener-schnitzel"),
        ("fr", "le caesar salad c'est combien", "il y a du poulet dedans", "caesar-salad"),
        ("es", "cuánto cuesta el wiener schnitzel", "lleva patatas", "wiener-schnitzel"),
        ("en", "How much is the Wiener schnitzel?", "and the caesar salad, does it have nuts?", "caesar-salad"),
        ("en", "How much is the Wiener schnitzel?", "and that apple strudel?", "apple-strudel"),
    ],
)
def test_what_comes_with_a_dish_is_asked_of_it(
    ask: AskTheDemo, language: str, first: str, second: str, dish: str
) -> None:
    context = ask(first, language=language).context
    assert [source.key for source in ask(second, language=language, context=context).sources] == [dish]


@pytest.mark.parametrize(
    ("language", "texts", "said"),
    [
        ("en", ("is the pool heated", "what are the hours"), "21:00"),
        ("en", ("is the pool heated", "how deep is it", "what are the hours"), "21:00"),
        ("en", ("when is breakfast", "and on weekends?", "how much does it cost"), "24"),
        ("de", ("was gibt es zum Frühstück", "ab wann"), "07:30"),
        ("de", ("was gibt es zum Frühstück", "auch am Sonntag?"), "07:30"),
        ("es", ("puedo llevar a mi perro", "y en el spa"), "may not"),
        ("en", ("show me vegan mains", "the cheapest one please", "can my coeliac friend eat it"), "Hummus"),
    ],
)
def test_what_was_spoken_of_is_meant(ask: AskTheDemo, language: str, texts: tuple[str, ...], said: str) -> None:
    assert said in talk(ask, *texts, language=language)[-1].text


def test_a_proposal_waits_while_something_is_told(ask: AskTheDemo) -> None:
    asked = talk(ask, "can I get a late checkout until 2pm", "when is breakfast", "ok do it")
    assert [answer.outcome for answer in asked] == [Outcome.REQUEST, Outcome.ANSWERED, Outcome.REQUEST]
    assert asked[-1].settlement is not None


def test_who_was_offered_a_person_means_the_person(ask: AskTheDemo) -> None:
    asked = talk(ask, "can I get a late checkout until 2pm", "do you have a helicopter landing pad", "yes please")
    assert asked[1].outcome is Outcome.UNANSWERED
    assert asked[-1].outcome is Outcome.HANDOVER


def test_an_order_takes_what_is_added(ask: AskTheDemo) -> None:
    asked = talk(ask, "I'd like to order a club sandwich to my room", "with fries please", "room 305")
    assert [answer.outcome for answer in asked] == [Outcome.REQUEST] * 3
    assert asked[-1].request is not None
    assert "fries" in asked[-1].request.details
    assert "305" in asked[-1].request.details


@pytest.mark.parametrize(
    ("language", "texts", "said"),
    [
        ("en", ("do you have a gym", "what time does it open"), "24 hours"),
        ("en", ("can I order the pancakes", "with bacon", "are they gluten free"), "Buttermilk pancakes"),
        ("de", ("welche Weine habt ihr", "und davon rote"), "Spätburgunder"),
        ("de", ("was kostet der Spätburgunder", "enthält der Sulfite"), "Spätburgunder"),
        ("en", ("the shower is broken", "204"), "204”?"),
        ("en", ("taxi please", "10"), "10”?"),
    ],
)
def test_it_and_them_are_what_was_spoken_of(ask: AskTheDemo, language: str, texts: tuple[str, ...], said: str) -> None:
    answer = talk(ask, *texts, language=language)[-1].text
    assert said in answer
    assert "Curry" not in answer
    assert answer.count("\n") <= 1, "and nothing else"


def test_breakfast_in_the_room_asks_for_no_allergen(ask: AskTheDemo) -> None:
    assert "kitchen has declared" not in ask("can I have breakfast in my room").text


@pytest.mark.parametrize(
    ("language", "first", "second", "dish"),
    [
        ("es", "¿El espresso lleva leche?", "¿tiene nueces el brownie?", "rs-brownie"),
        ("es", "¿El espresso lleva leche?", "¿lleva leche el capuchino?", "cappuccino"),
        ("fr", "c'est quoi le fruit plate ?", "ça contient des noix le brownie ?", "rs-brownie"),
        (
            "en",
            "what's in the fruit plate?",
            "I saw that you have a caesar salad, does it contain fish?",
            "caesar-salad",
        ),
        (
            "en",
            "what's in the fruit plate?",
            "it is my son who wants the brownie, does that contain nuts?",
            "rs-brownie",
        ),
        ("en", "tell me about the caesar salad", "it says here the apple strudel has nuts in it?", "apple-strudel"),
        ("de", "Ist der Obstteller vegan?", "Ich hätte das gern mit dem Brownie, sind da Nüsse drin?", "rs-brownie"),
    ],
)
def test_a_dish_that_is_named_is_the_one_that_is_told_of(
    ask: AskTheDemo, language: str, first: str, second: str, dish: str
) -> None:
    claims = talk(ask, first, second, language=language)[-1].claims
    assert {claim.item for claim in claims} == {dish}


@pytest.mark.parametrize("added", ["with the carrot cake", "also the tagine", "and the brownie please"])
def test_what_joins_an_order_is_told_of_to_who_has_an_allergy(ask: AskTheDemo, added: str) -> None:
    *_before, answer = talk(ask, "I'm allergic to nuts", "order a pizza margherita to room 204", added)
    told = {claim.item for claim in answer.claims} - {"rs-pizza-margherita"}
    assert told, "an order may not take what was not warned of"


@pytest.mark.parametrize(
    "texts",
    [
        ("bring two towels to room 204", "when is breakfast?", "on Sunday"),
        ("bring two towels to room 204", "can I rent a bike?", "tomorrow at 10 please"),
        ("taxi at 8 tomorrow", "can I rent a bike?", "yes, book that for 2 people"),
        ("order the club sandwich to room 204", "do you have a helicopter landing pad", "no thanks"),
        ("order the club sandwich to room 204", "do you have oysters?", "no"),
    ],
)
def test_what_is_said_of_a_newer_topic_changes_no_proposal(ask: AskTheDemo, texts: tuple[str, ...]) -> None:
    answer = talk(ask, *texts)[-1]
    assert answer.settlement is None
    assert answer.request is None or texts[0] not in answer.request.details


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "when will somebody fix my air conditioning, it's broken"),
        ("de", "wann kommt endlich jemand, die Heizung ist kaputt"),
    ],
)
def test_whatever_is_broken_is_reported(ask: AskTheDemo, language: str, text: str) -> None:
    assert ask(text, language=language).outcome is Outcome.REQUEST


@pytest.mark.parametrize(
    ("texts", "said", "unsaid"),
    [
        (("is there a pool?", "when does it open?"), "07:00", "Do you mean"),
        (("do you have a bar", "what time does it open?"), "16:00", "check-in"),
        (("when is breakfast?", "and dinner?", "how much is it?"), "", "24"),
        (("when is breakfast?", "how much is it", "and the spa?"), "Lindenspa", "24"),
        (("what soups do you have?", "can I eat these noodles? nut allergy"), "noodles", "Maultaschen"),
    ],
)
def test_a_new_topic_leaves_the_old_one(ask: AskTheDemo, texts: tuple[str, ...], said: str, unsaid: str) -> None:
    answer = talk(ask, *texts)[-1].text
    assert said in answer
    assert unsaid not in answer


@pytest.mark.parametrize(
    ("texts", "item"),
    [
        (("I'm allergic to nuts", "a cola and some olives to room 104 please"), "olives-nuts"),
        (("I'm allergic to eggs", "a cola and fries to room 104 please"), "fries"),
    ],
)
def test_all_that_an_order_may_hold_is_told_of(ask: AskTheDemo, texts: tuple[str, ...], item: str) -> None:
    answer = talk(ask, *texts)[-1]
    assert answer.outcome is Outcome.REQUEST
    assert item in {claim.item for claim in answer.claims}


@pytest.mark.parametrize(
    ("added", "item"),
    [
        ("and a cola and some olives", "olives-nuts"),
        ("and a cola and cheesecake", "cheesecake"),
        ("and a cola and the bagel", "salmon-bagel"),
    ],
)
def test_an_addition_takes_nothing_unseen(ask: AskTheDemo, added: str, item: str) -> None:
    allergy = "I'm allergic to nuts, milk and fish"
    *_before, told, answer = talk(ask, allergy, "order a pizza margherita to room 204", added, "yes")
    ordered = answer.request is not None and added in answer.request.details
    assert not ordered or item in {claim.item for claim in told.claims}


def test_an_allergy_stated_while_an_order_waits_is_warned_of_first(ask: AskTheDemo) -> None:
    asked = talk(ask, "I'd like a brownie to room 104", "my wife has a peanut allergy", "yes", "yes")
    assert asked[2].settlement is None
    assert {(claim.allergen) for claim in asked[2].claims} == {"peanuts"}
    assert asked[3].settlement is not None


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ("towels please to 104", "also, my son feels sick")),
        ("de", ("Handtücher auf 104 bitte", "und mein Mann hat Fieber")),
        ("en", ("we need fresh towels in 104", "also I lost my key")),
        ("en", ("towels to 104 please", "also we'd like to check out late")),
        ("es", ("toallas para la 104 por favor", "y también queremos alquilar bicicletas")),
        ("en", ("a plant burger to 104 please", "and also is the brownie free of nuts")),
        ("en", ("a plant burger to 104 please", "and no cola")),
    ],
)
def test_another_wish_is_no_detail_of_the_first(ask: AskTheDemo, language: str, texts: tuple[str, str]) -> None:
    answer = talk(ask, *texts, language=language)[-1]
    assert answer.request is None or texts[0] not in answer.request.details


def test_what_works_again_is_not_reported(ask: AskTheDemo) -> None:
    settlement = talk(ask, "tv is broken in 104", "it works now, thanks")[-1].settlement
    assert settlement is not None
    assert settlement.verdict is Verdict.CANCELLED


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "we are two, my wife has coeliac disease"),
        ("de", "wir sind vier Leute, mein Sohn hat Zöliakie"),
        ("de", "zu zweit, meine Frau ist Zöliakiepatientin"),
    ],
)
def test_coeliac_disease_is_kept_whatever_is_told_before(ask: AskTheDemo, language: str, text: str) -> None:
    assert talk(ask, text, language=language)[-1].context.allergies == ("gluten",)


@pytest.mark.parametrize(
    "before",
    [
        "what's in the caesar salad",
        "what desserts are there",
        "a plant burger to 104 please",
        "the tv in 104 is broken",
        "two towels to 104 please",
        "is the pool heated",
        "I'm allergic to nuts",
    ],
)
@pytest.mark.parametrize("text", ["🙃🙃🙃", "?!", "...", "1"])
def test_no_word_at_all_ends_no_talk(ask: AskTheDemo, before: str, text: str) -> None:
    assert talk(ask, before, text, "thanks")[-1].outcome is Outcome.SMALLTALK


@pytest.mark.parametrize(
    ("text", "article"),
    [("whats for brekkie", "breakfast-offer"), ("hay que dar algo al camarero o va incluido", "tipping")],
)
def test_an_article_tells_more_than_the_names_of_the_cards(ask: AskTheDemo, text: str, article: str) -> None:
    assert [source.key for source in ask(text).sources] == [article]


def test_a_list_that_names_dishes_stays_a_list(ask: AskTheDemo) -> None:
    assert ask("what desserts do you have").items


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("can I bring my own wine to the room", "en"),
        ("darf ich meinen eigenen Wein mitbringen", "de"),
        ("puedo traer mi propio vino", "es"),
        ("on peut apporter notre propre vin", "fr"),
    ],
)
def test_who_brings_their_own_is_offered_none(ask: AskTheDemo, text: str, language: str) -> None:
    assert not ask(text, language=language).items
