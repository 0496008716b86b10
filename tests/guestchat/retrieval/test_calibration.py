"""Confidence: a hotel's own bound moves every band, and the fitted one is the default."""

import pytest

from guestchat.retrieval.calibration import Band, Bounds
from guestchat.understanding.stems import says

FITTED = Bounds(answer_from=0.8, ask_from=0.3)


def band(probability: float, answer_from: float | None) -> Band:
    return FITTED.band(FITTED.weighed(probability, answer_from))


def test_a_hotel_without_a_bound_of_its_own_weighs_as_fitted() -> None:
    assert [FITTED.weighed(each, None) for each in (0.0, 0.4, 1.0)] == [0.0, 0.4, 1.0]
    assert FITTED.weighed(0.4, FITTED.answer_from) == pytest.approx(0.4)


@pytest.mark.parametrize("answer_from", [0.5, 0.7, 0.95, 0.99])
def test_an_article_speaks_from_the_hotels_own_bound(answer_from: float) -> None:
    assert band(answer_from + 0.005, answer_from) is Band.ANSWER
    assert band(answer_from - 0.005, answer_from) is Band.ASK_BACK


def test_a_careful_hotel_also_asks_back_less() -> None:
    assert band(0.35, None) is Band.ASK_BACK
    assert band(0.35, 0.99) is Band.SILENT
    assert band(0.2, 0.5) is Band.ASK_BACK


def test_certain_stays_certain() -> None:
    assert band(1.0, 0.99) is Band.ANSWER
    assert band(0.0, 0.5) is Band.SILENT


@pytest.mark.parametrize(
    ("own", "word", "expected"),
    [
        ("smoking", "smoke", True),
        ("park", "parking", True),
        ("allowed", "allow", True),
        ("parkplatzgebuhr", "parkplatz", True),
        ("ring", "red", False),
        ("bed", "bring", False),
        ("breakfast", "break", True),
        ("king", "kite", False),
    ],
)
def test_a_word_meets_its_other_forms(own: str, word: str, expected: bool) -> None:
    assert says(frozenset({own}), word) is expected
