"""Questions made of a menu, with the truth of each."""

import json
from typing import Any

import pytest

from guestchat.answering.answer import Answer, Claim, Outcome
from guestchat.evaluation.canteens import AT, Made, judge_made, questions, shares
from guestchat.evaluation.judging import Kind
from guestchat.evaluation.referee import Referee
from guestchat.management.commands.demo import FILE
from menus.allergens import Status

HOTEL: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
TRUTH = Referee(HOTEL)
MADE = questions(HOTEL, 300)


def first(kind: str) -> Made:
    return next(each for each in MADE if each.question.category.startswith(kind))


def answered(made: Made, *, items: frozenset[str] = frozenset(), status: Status | None = None) -> Answer:
    claims = [Claim(key, made.code, status) for key in made.targets] if status else []
    return Answer(text="", language="en", outcome=Outcome.ANSWERED, items=sorted(items), claims=claims)


def test_the_same_file_and_seed_make_the_same_questions() -> None:
    assert [each.question for each in questions(HOTEL, 300)] == [each.question for each in MADE]
    assert [each.question.text for each in questions(HOTEL, 300, seed=2)] != [each.question.text for each in MADE]


def test_every_kind_is_asked_in_both_languages() -> None:
    kinds = ("can eat", "contains", "diet", "diet without", "free", "option", "without")
    assert {each.question.category for each in MADE} == {f"{kind} {lang}" for kind in kinds for lang in ("de", "en")}
    assert {each.question.at for each in MADE} == {AT}
    assert any(each.question.text.isupper() for each in MADE)
    assert any(each.question.text.islower() for each in MADE)


def test_a_status_is_right_or_wrong_or_unsafe() -> None:
    made = next(each for each in MADE if list(each.targets.values()) == [Status.CONTAINS])
    assert judge_made(made, answered(made, status=Status.CONTAINS), TRUTH).kind is Kind.RIGHT
    assert judge_made(made, answered(made, status=Status.FREE), TRUTH).kind is Kind.UNSAFE
    assert judge_made(made, answered(made), TRUTH).kind is Kind.WRONG


def test_one_of_two_dishes_of_a_name_is_enough() -> None:
    hotel = {
        **HOTEL,
        "venues": [
            {
                "key": "v",
                "menus": [
                    {
                        "sections": [
                            {
                                "name": "Soups",
                                "items": [
                                    {"key": f"soup-{number}", "name": "Soup", "allergens": {"milk": "contains"}}
                                    for number in (1, 2)
                                ],
                            }
                        ]
                    }
                ],
            }
        ],
    }
    made = next(each for each in questions(hotel, 50) if each.targets)
    truth = Referee(hotel)
    assert set(made.targets) == {"soup-1", "soup-2"}
    status = made.targets["soup-1"]
    one = Answer(text="", language="en", outcome=Outcome.ANSWERED, claims=[Claim("soup-1", made.code, status)])
    assert judge_made(made, one, truth).kind is Kind.RIGHT
    asks_back = Answer(text="", language="en", outcome=Outcome.CLARIFY)
    assert judge_made(made, asks_back, truth).kind is Kind.RIGHT


@pytest.mark.parametrize("kind", ["without", "diet"])
def test_a_list_holds_what_fits_and_nothing_else(kind: str) -> None:
    made = first(kind)
    misfit = next(
        key
        for key in TRUTH.items
        if not TRUTH.is_free(key, made.question.expect.avoid)
        or not all(TRUTH.suits(key, diet) for diet in made.question.expect.diets)
    )
    assert judge_made(made, answered(made, items=made.fitting), TRUTH).kind is Kind.RIGHT
    assert judge_made(made, answered(made), TRUTH).kind is Kind.WRONG
    assert judge_made(made, answered(made, items=made.fitting | {misfit}), TRUTH).kind is Kind.UNSAFE


def test_the_figures_count_statuses_and_offers() -> None:
    dish = next(each for each in MADE if list(each.targets.values()) == [Status.FREE])
    listed = first("without")
    full = [(dish, answered(dish, status=Status.FREE)), (listed, answered(listed, items=listed.fitting))]
    assert shares(full) == {"right_status": 1.0, "free_told_free": 1.0, "fitting_offered": 1.0}
    assert shares([(dish, None), (listed, None)]) == {
        "right_status": 0.0,
        "free_told_free": 0.0,
        "fitting_offered": 0.0,
    }
