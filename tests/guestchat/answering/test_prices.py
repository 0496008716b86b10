"""What a dish costs with what is ordered with it."""

import pytest

from tests.conftest import Ask as AskTheDemo


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("how much is the linden burger with fries", "Together that is \u20ac23.00."),
        ("Was kostet der Linden-Burger mit Pommes?", "Zusammen sind das 23,00\xa0\u20ac."),
        ("cu\u00e1nto cuesta la hamburguesa Linden con side of fries", "En total son 23,00\xa0\u20ac."),
        ("combien co\u00fbte le burger Linden avec des frites", "Soit 23,00\xa0\u20ac en tout."),
    ],
)
def test_a_dish_with_one_option_is_summed_up(ask: AskTheDemo, text: str, said: str) -> None:
    assert said in ask(text).text


def test_nothing_is_summed_up_without_an_option_or_with_two_that_a_word_may_mean(ask: AskTheDemo) -> None:
    alone = ask("how much is the linden burger").text
    both = ask("how much is the linden burger with fries and cheese").text
    assert "18.50" in alone
    assert "+" in both
    assert "Together" not in alone + both
