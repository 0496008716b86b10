"""When an article speaks, asks back or keeps silent, over a house whose headings are in words of its own."""

from collections.abc import Callable, Mapping

import pytest

from guestchat.answering.answer import Answer, Outcome

pytestmark = pytest.mark.django_db

ARTICLES = {
    "motoring": ("Motor cars and where to leave them", "The yard behind the stables has space for twenty, free."),
    "film": ("Film night", "Tuesdays at 20:30 in the lounge. Popcorn is free."),
    "tarn": ("Bathing in the tarn", "It is cold, and without a lifeguard. Children must be with an adult."),
    "tea": ("Tea in the drawing room", "A full afternoon tea with scones is laid from three to five and costs £24.50."),
    "paying": ("Paying", "By card only, there is no cash at the desk."),
    "bus": ("The bus to Ambley", "It leaves from the green at 9:15 and 17:40 and costs £3.20."),
    "dogs": ("Can I bring my dog or another pet?", "Dogs are welcome for £20 per stay."),
    "quiz": ("Pub quiz", "Thursdays at 20:00, in English."),
    "late": ("Getting in at night", "The front door is locked from eleven. Ring the bell and the porter will come."),
    "found": ("Lost property", "What is found is kept for three months."),
    "wash": ("Washing machine", "In the cellar. Coins only: £4."),
    "chemist": ("Chemist", "In Cable Street, open until 18:00."),
    "museum": ("Maritime museum", "It is 400 m away. Entry is free."),
    "trips": ("Getting to the airport", "The train takes 40 minutes and costs £6."),
    "grill": ("Barbecue", "The grill is free. Charcoal is £6 at the desk."),
}


@pytest.fixture
def ask(house: Callable[[str, Mapping[str, tuple[str, str]]], Callable[[str], Answer]]) -> Callable[[str], Answer]:
    """Return what the house answers."""
    return house("country-house", ARTICLES)


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("which day is the movie night", "film"),
        ("is there a lifeguard at the tarn", "tarn"),
        ("can i pay cash", "paying"),
        ("do you take pets", "dogs"),
        ("is my labrador welcome", "dogs"),
        ("how much is afternoon tea", "tea"),
        ("when does the bus to ambley leave", "bus"),
        ("what if we come back after 11 pm", "late"),
        ("left my jacket in the bathroom last month", "found"),
        ("do i pay the washing machine with coins", "wash"),
        ("need paracetamol, where", "chemist"),
        ("do you sell charcoal", "grill"),
    ],
)
def test_an_article_clearly_ahead_speaks(ask: Callable[[str], Answer], question: str, article: str) -> None:
    answer = ask(question)
    assert [source.key for source in answer.sources] == [article], answer.text


@pytest.mark.parametrize(
    "question",
    [
        "when does the bus to hamburg leave",
        "can i bring my cat",
        "can i bring my parrot",
        "are guinea pigs allowed",
        "is there a happy hour",
        "do you sell dog food",
        "how deep is the pool",
        "who designed the maritime museum",
        "who won the quiz last week",
        "how many calories in the afternoon tea",
        "do you run a shuttle to the airport",
    ],
)
def test_what_no_article_says_is_not_answered(ask: Callable[[str], Answer], question: str) -> None:
    assert ask(question).outcome in {Outcome.UNANSWERED, Outcome.CLARIFY}


def test_candidates_of_all_kinds_stand_on_one_scale(ask: Callable[[str], Answer]) -> None:
    answer = ask("can i keep a parrot in the wardrobe")
    assert any(each.type == "article" for each in answer.candidates)
    scores = [each.score for each in answer.candidates]
    assert scores == sorted(scores, reverse=True)
