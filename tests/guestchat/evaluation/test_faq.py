"""The figures of the FAQ evaluation, and which articles say the same."""

import json
from pathlib import Path

import pytest

from guestchat.answering.answer import Answer, Outcome, Source
from guestchat.evaluation.faq import Entity, Likeness, Tried, Turn, auc, coverage, figures, judged, read
from guestchat.evaluation.judging import Kind
from guestchat.retrieval.search import Hit

INN = Entity(
    id="hotel/7",
    name="The Swan Inn",
    articles={
        "1": ("Is there parking at The Swan Inn?", "Yes, there is free parking on site."),
        "2": ("Do you have free parking on site?", "Parking is free at The Swan Inn."),
        "3": ("Are pets allowed?", "No, pets are not allowed."),
        "4": ("Is breakfast included?", "Breakfast is included in every rate."),
    },
)


def found(*keys: str, score: float, outcome: Outcome = Outcome.ANSWERED) -> Answer:
    hits = [Hit(type="article", key=key, score=score - n / 10, similarity=0, matched=0) for n, key in enumerate(keys)]
    return Answer(
        text="", language="en", outcome=outcome, candidates=hits, sources=[Source("article", key) for key in keys[:1]]
    )


def test_articles_that_say_the_same_are_known_by_their_words() -> None:
    likeness = Likeness({INN.id: INN})
    assert likeness.near(INN, ["1"]) == {"1", "2"}
    assert likeness.same(INN, ["1"]) <= {"1", "2"}
    assert likeness.near(INN, ["3"]) == likeness.same(INN, ["3"]) == {"3"}


def test_an_entity_is_a_hotel_file() -> None:
    written = INN.hotel_file()
    assert (written["hotel"]["slug"], written["hotel"]["name"]) == ("faq-hotel-7", "The Swan Inn")
    assert written["articles"][2] == {
        "key": "3",
        "question": "Are pets allowed?",
        "answer": "No, pets are not allowed.",
    }


def test_recall_and_outcomes_are_told_by_group() -> None:
    silent = found("4", score=0.2, outcome=Outcome.UNANSWERED)
    tried = [
        Tried(
            turn=Turn(id="a", entity="hotel/7", text="", gold=("1",)),
            full=found("1", "3", score=0.9),
            silenced=silent,
            same=frozenset({"1", "2"}),
        ),
        Tried(
            turn=Turn(id="b", entity="restaurant/1", text="", gold=("1",)),
            full=found("2", "1", score=0.8),
            silenced=found("4", score=0.85),
            same=frozenset({"1", "2"}),
        ),
        Tried(
            turn=Turn(id="c", entity="train/*", text="", gold=("1",)),
            full=found("3", score=0.5),
            silenced=silent,
            same=frozenset({"1"}),
        ),
    ]
    told = figures(tried)
    assert told["houses questions"] == 2
    assert (told["houses recall@1"], told["houses recall@1 same"], told["houses recall@5"]) == (0.5, 1.0, 1.0)
    assert told["houses auc"] == pytest.approx(0.75)
    assert told["houses answered without the article"] == 0.5
    assert (told["train recall@1"], told["train answered rightly"]) == (0.0, 0.0)


def test_a_turn_is_judged_with_and_without_its_article() -> None:
    tried = Tried(
        turn=Turn(id="a", entity="hotel/7", text="parking?", gold=("1",)),
        full=found("3", "1", score=0.9),
        silenced=found("4", score=0.2),
        same=frozenset({"1", "2"}),
    )
    first, taken = judged(tried)
    assert (first.question.category, first.verdict.reasons) == ("faq houses first", ("3 comes first, expected 1",))
    assert (taken.question.category, taken.kind) == ("faq houses taken away", Kind.INVENTED)


def test_the_area_counts_ties_half() -> None:
    assert auc([1.0, 0.5], [0.5, 0.0]) == 0.875
    assert auc([], [1.0]) == 0.0


def test_coverage_is_the_most_that_can_be_answered_at_a_precision() -> None:
    scored = [(0.9, True), (0.8, True), (0.7, False), (0.6, True)]
    assert coverage(scored, 0.95, of=4) == 0.5
    assert coverage(scored, 0.75, of=4) == 0.75
    assert coverage([], 0.9, of=0) == 0.0


def test_a_folder_is_read(tmp_path: Path) -> None:
    docs = {"1": {"title": "Is there parking?", "body": "Yes."}}
    knowledge = {"hotel": {"7": {"name": "SWAN INN", "docs": docs}}, "train": {"*": {"name": None, "docs": docs}}}
    (tmp_path / "knowledge.json").write_text(json.dumps(knowledge))
    lines = [
        {"id": "a", "entity": "hotel/7", "context": [], "text": "parking?", "gold": ["hotel/7/1"]},
        {"id": "b", "entity": "train/*", "context": [], "text": "parking?", "gold": ["train/*/1"]},
    ]
    (tmp_path / "dev.jsonl").write_text("\n".join(map(json.dumps, lines)))
    entities, turns = read(tmp_path)
    assert [entity.name for entity in entities.values()] == ["Swan Inn", "train service"]
    assert [(turn.group, turn.gold) for turn in turns] == [("houses", ("1",)), ("train", ("1",))]
