"""What the bench asks: enough, in both languages, and hardly the same twice."""

import random
from itertools import islice

from benchmarks.questions import DIALOGUES, reword, talk


def test_there_are_about_sixty_questions_in_two_languages() -> None:
    texts = [text for dialogue in DIALOGUES for text in dialogue.texts]

    assert len(texts) >= 60
    assert len(set(texts)) >= len(texts) - 2
    assert {dialogue.language for dialogue in DIALOGUES} == {"en", "de"}
    assert any(len(dialogue.texts) > 1 for dialogue in DIALOGUES)


def test_a_guest_follows_up_in_order() -> None:
    known = {dialogue.texts[0]: dialogue.texts for dialogue in DIALOGUES}
    said = list(islice(talk(random.Random(3), reworded=False), 200))
    number = 0
    while number < 150:
        texts = known[said[number]]
        assert tuple(said[number : number + len(texts)]) == texts
        number += len(texts)


def test_hardly_two_texts_of_a_run_are_equal() -> None:
    chance = random.Random(5)
    said = [next(talk(random.Random(chance.random()))) for _ in range(1000)]

    assert len(set(said)) > 800


def test_a_reworded_question_keeps_its_words_and_its_mark() -> None:
    chance = random.Random(1)

    for text in (reword("When is breakfast?", "en", chance) for _ in range(50)):
        assert "When is breakfast" in text
        assert text.endswith("?")
