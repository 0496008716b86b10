"""Fitting the decision: what is learnt is what tells right from wrong, and no house is judged by a net that saw it."""

import numpy as np
import pytest

from guestchat.answering.deciding import SIGNALS
from guestchat.training.deciding import Example, cross_fitted, fit, imagined, measure
from guestchat.training.guests import Asked, Guests


def _examples(count: int = 240) -> list[Example]:
    """Return questions that the judge's word alone decides, over six houses and two imagined ones."""
    random = np.random.default_rng(3)
    found = []
    for number in range(count):
        signals = random.normal(size=len(SIGNALS))
        house = number % 8
        found.append(
            Example(
                signals=tuple(signals),
                right=bool(signals[-1] > 0),
                answerable=bool(signals[-1] > -0.5),
                house=f"house-{house}",
                weight=1.0 if house < 6 else 0.2,
            )
        )
    return found


def test_what_decides_is_found_in_houses_that_were_not_fitted_on() -> None:
    found = _examples()
    chances = cross_fitted(found)
    told = measure(found, chances, 0.5)
    right = sum(example.right for example in found)
    assert told.right > 0.8 * right
    assert told.wrong + told.invented < 0.2 * right
    assert told.answerable + told.unanswerable == len(found)


def test_a_higher_bound_answers_less() -> None:
    found = _examples()
    chances = cross_fitted(found)
    answered = [measure(found, chances, bound) for bound in (0.3, 0.6, 0.9)]
    assert [each.right for each in answered] == sorted((each.right for each in answered), reverse=True)
    assert answered[0].right > answered[-1].right


def test_the_same_examples_make_the_same_weights() -> None:
    assert fit(_examples(80)) == fit(_examples(80))


def test_examples_of_other_signals_are_refused() -> None:
    example = Example(signals=(1.0,), right=True, answerable=True, house="a", weight=1.0)
    with pytest.raises(ValueError, match="signals"):
        fit([example])


def test_a_group_becomes_a_hotel_in_its_own_language_with_all_that_is_asked() -> None:
    article = Asked(
        group="g",
        heading="Das Hallenbad",
        answer="Das Wasser ist warm, und die Kinder dürfen mit.",
        messages=("kann man hier schwimmen",),
        beside=("wie tief ist das becken",),
    )
    ((hotel, questions),) = imagined(Guests([article]))
    assert hotel["hotel"]["default_language"] == "de"
    assert hotel["articles"][0]["question"] == {"de": "Das Hallenbad"}
    assert [(question.expect.sources, question.expect.silent) for question in questions] == [
        (("a0",), False),
        ((), True),
    ]
