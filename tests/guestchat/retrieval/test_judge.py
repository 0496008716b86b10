"""The judge: the same word for the same texts, whoever asks, and a clear sentence where a file is missing."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from guestchat.retrieval.judge import JUDGE_DIR, Judge, JudgeError, get_judge

POOL = "The indoor pool The pool is heated to 29 degrees and open from 7:00 to 21:00. Children under 12 with an adult."
PARKING = "Where can I park? The garage costs 18 euros a night; please reserve a space at reception."


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        ("how warm is the water", POOL, PARKING),
        ("until when can we swim", POOL, PARKING),
        ("what do you charge for the car overnight", PARKING, POOL),
        ("darf meine tochter allein schwimmen", POOL, PARKING),
        ("combien coûte le garage", PARKING, POOL),
    ],
)
def test_the_article_that_answers_is_preferred(question: str, right: str, wrong: str) -> None:
    assert get_judge().weigh(question, right) > get_judge().weigh(question, wrong)


def test_what_an_article_does_not_tell_speaks_less_for_it_than_what_it_tells() -> None:
    judge = get_judge()
    told, untold = judge.weigh("how warm is the pool", POOL), judge.weigh("who built the pool", POOL)
    assert told > 0 > untold


def test_threads_get_the_same_word_as_one_alone() -> None:
    judge = Judge()
    pairs = [(f"how warm is pool number {number}", article) for number in range(12) for article in (POOL, PARKING)]
    expected = [get_judge().weigh(*pair) for pair in pairs]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda pair: judge.weigh(*pair), pairs)) == expected


@pytest.mark.parametrize("text", ["", " ", "?", "🦆" * 400, "pool " * 5_000, "<script>", "\x00"])
def test_any_text_is_weighed(text: str) -> None:
    assert -50 < get_judge().weigh(text, POOL) < 50
    assert -50 < get_judge().weigh("how warm is the pool", text) < 50


def test_a_missing_file_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(JudgeError, match="cannot be loaded"):
        Judge(tmp_path)
    (tmp_path / "model.json").write_bytes((JUDGE_DIR / "model.json").read_bytes())
    (tmp_path / "model.onnx").write_bytes(b"not a graph")
    with pytest.raises(JudgeError, match="cannot be loaded"):
        Judge(tmp_path)


def test_the_model_names_no_path_of_the_machine_that_made_it() -> None:
    content = (JUDGE_DIR / "model.onnx").read_bytes()
    assert not any(place in content for place in (b"/home/", b"/root/", b"site-packages", b"/tmp/", b"/work/"))
