"""When an article speaks: the bounds, the judge asked where it matters, and what no likelihood outweighs."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from unittest import mock

import pytest

from guestchat.answering import deciding
from guestchat.answering.answer import Answer, Outcome
from guestchat.answering.deciding import SIGNALS, net
from guestchat.retrieval.calibration import Band
from guestchat.retrieval.judge import Judge

pytestmark = pytest.mark.django_db

ARTICLES = {
    "sauna": ("The sauna", "It is heated from four to nine in the evening; towels are by the door."),
    "steam": ("The steam room", "Open from noon to six. Slippers are by the door."),
    "bus": ("The bus to Ambley", "It leaves from the green at 9:15 and 17:40 and costs £3.20."),
    "bikes": ("Bicycles", "Four of them stand in the yard, £14 a day with helmet. Ask the porter for the key."),
}


@pytest.fixture
def ask(house: Callable[[str, Mapping[str, tuple[str, str]]], Callable[[str], Answer]]) -> Callable[[str], Answer]:
    """Return what the house answers."""
    return house("deciding", ARTICLES)


@pytest.fixture
def judged() -> Callable[[float], AbstractContextManager[object]]:
    """Return a way to have the judge say the same of everything."""
    return lambda said: mock.patch.object(Judge, "weigh", return_value=said)


def test_a_detail_that_the_article_tells_is_answered_and_one_that_it_does_not_tell_is_not(
    ask: Callable[[str], Answer],
) -> None:
    assert [source.key for source in ask("how much is a bike for the day").sources] == ["bikes"]
    assert ask("who invented the sauna").outcome is not Outcome.ANSWERED


def test_what_the_judge_says_decides_where_the_rest_leaves_it_open(
    ask: Callable[[str], Answer], judged: Callable[[float], AbstractContextManager[object]]
) -> None:
    texts = ["do you lend helmets", "who has the key for the yard", "is the porter about", "four of us want to ride"]
    with judged(5.0):
        sure = [ask(text).outcome is Outcome.ANSWERED for text in texts]
    with judged(-5.0):
        unsure = [ask(text).outcome is Outcome.ANSWERED for text in texts]
    assert sum(sure) > sum(unsure)


def test_the_judge_is_not_asked_what_an_article_asks_itself(ask: Callable[[str], Answer]) -> None:
    with mock.patch.object(Judge, "weigh", side_effect=AssertionError("asked")):
        assert [source.key for source in ask("The bus to Ambley").sources] == ["bus"]


def test_the_judge_is_not_asked_where_no_word_of_its_would_keep_an_article_back(
    ask: Callable[[str], Answer], judged: Callable[[float], AbstractContextManager[object]]
) -> None:
    texts = ["when does the bus to ambley leave", "when is the sauna heated", "how much is a bike for the day"]
    with judged(-5.0):
        sure = [text for text in texts if ask(text).outcome is Outcome.ANSWERED]
    assert sure
    with mock.patch.object(Judge, "weigh", side_effect=AssertionError("asked")):
        assert {ask(text).outcome for text in sure} == {Outcome.ANSWERED}


def test_a_bus_to_another_town_is_another_bus_however_sure_the_judge_is(
    ask: Callable[[str], Answer], judged: Callable[[float], AbstractContextManager[object]]
) -> None:
    with judged(5.0):
        assert ask("when does the bus to hamburg leave").outcome is not Outcome.ANSWERED
        assert [source.key for source in ask("when does the bus to ambley leave").sources] == ["bus"]


def test_the_fitted_net_weighs_the_signals_that_the_code_finds() -> None:
    fitted = net()
    assert fitted.mean.shape == fitted.deviation.shape == (len(SIGNALS),)
    assert fitted.inner.shape == (len(SIGNALS), len(fitted.outer))
    assert 0 < fitted.bounds.ask_from < fitted.bounds.answer_from < 1


def test_a_better_word_of_the_judge_never_makes_an_average_article_less_likely() -> None:
    middle = list(net().mean[:-1])
    chances = [net().chance([*middle, said]) for said in range(-5, 6)]
    assert chances == sorted(chances)
    assert net().bounds.band(chances[0]) is not Band.ANSWER


def test_chances_stay_chances_for_any_signals() -> None:
    for value in (-1e9, 0.0, 1e9):
        assert 0 <= net().chance([value] * len(SIGNALS)) <= 1


def test_weights_for_other_signals_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "SIGNALS", (*SIGNALS, "moon"))
    with pytest.raises(RuntimeError, match="fit_decision"):
        deciding.net.__wrapped__()
    assert deciding.JUDGED_MOST > 0
