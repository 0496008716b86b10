"""`manage.py ask`: what comes in and goes out, line by line; what is answered is tested elsewhere."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from guestchat.catalogue import Catalogue

pytestmark = pytest.mark.usefixtures("lindenhof")

NOON = "2026-11-24T12:30"
FIELDS = {"id", "text", "lang", "outcome", "sources", "candidates", "items", "claims", "request", "timings_ms"}

Lines = Callable[..., list[dict[str, Any]]]


def single(*arguments: str) -> str:
    written = io.StringIO()
    call_command("ask", *arguments, stdout=written)
    return written.getvalue()


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Lines:
    """Ask lines: objects, or bytes as they are."""

    def run(*asked: dict[str, Any] | bytes) -> list[dict[str, Any]]:
        written = [each if isinstance(each, bytes) else json.dumps(each).encode() + b"\n" for each in asked]
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"".join(written))))
        return [json.loads(line) for line in single("--jsonl").splitlines()]

    return run


def question(text: Any, **more: Any) -> dict[str, Any]:
    return {"id": "1", "hotel": "lindenhof", "text": text, "at": NOON, **more}


def test_one_question_prints_the_answer() -> None:
    assert "11:00" in single("lindenhof", "When is check-out?", "--at", NOON)


def test_as_json_it_tells_all_of_it() -> None:
    answer = json.loads(single("lindenhof", "how much is a cappuccino?", "--at", NOON, "--json"))
    assert answer.keys() == FIELDS
    assert answer["id"] is None
    assert answer["outcome"] == "answered"
    assert {"type": "item", "key": "cappuccino"} in answer["sources"]
    assert answer["timings_ms"].keys() == {"understand", "embed", "search", "compose", "total"}
    assert len(answer["candidates"]) <= 10
    scores = [each["score"] for each in answer["candidates"]]
    assert scores == sorted(scores, reverse=True)


def test_lang_is_the_language_of_the_answer() -> None:
    for lang in ("de", "de-AT", "DE"):
        assert json.loads(single("lindenhof", "wifi", "--lang", lang, "--json"))["lang"] == "de"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Name the hotel and the question"),
        (("lindenhof",), "Name the hotel and the question"),
        (("nowhere", "hi"), "There is no hotel 'nowhere'."),
        (("lindenhof", "  "), "text is empty."),
        (("lindenhof", "x" * 2001), "text has more than 2000 characters."),
        (("lindenhof", "hi", "--at", "noon"), "at must be a moment in ISO 8601"),
        (("lindenhof", "hi", "--at", "9999-12-31T23:00"), "at must lie between the years 1970 and 2200."),
        (("lindenhof", "hi", "--lang", "xx"), "The hotel does not speak 'xx'; it speaks en, "),
        (("lindenhof", "hi", "--place", "room-999"), "The hotel has no place 'room-999'."),
        (("lindenhof", "--jsonl"), "--jsonl takes the hotel and the question from each line."),
    ],
)
def test_what_cannot_be_asked_is_told(arguments: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence.replace("(", r"\(")):
        single(*arguments)


def test_lines_are_answered_in_order(lines: Lines) -> None:
    answers = lines(*(question("When is check-out?", id=number) for number in (3, 1, 2)))
    assert [answer["id"] for answer in answers] == [3, 1, 2]
    assert all(answer.keys() == FIELDS for answer in answers)


BAD: list[dict[str, Any] | bytes] = [
    b"{not json}\n",
    b"[1]\n",
    b"null\n",
    b'"text"\n',
    b"\xff\xfe\n",
    b"[" * 100_000 + b"\n",
    {"id": "b", "hotel": "nowhere", "text": "hi"},
    {"id": "b", "text": "hi"},
    question(None, id="b"),
    question(7, id="b"),
    question("", id="b"),
    question("\x00 ", id="b"),
    question("x" * 2001, id="b"),
    question("hi", id="b", at="yesterday"),
    question("hi", id="b", at=12),
    question("hi", id="b", at="9999-99-99"),
    question("hi", id="b", at="0001-01-01T00:00"),
    question("hi", id="b", place="nope"),
    question("hi", id="b", conversation=["x"]),
    question("hi", id="b", lang=5),
    question("hi", id="b", lang="xx"),
]


def test_a_bad_line_gets_an_error_and_the_rest_goes_on(lines: Lines) -> None:
    for bad in BAD:
        first, second = lines(bad, question("When is check-out?"))
        assert first.get("error"), bad
        assert first.keys() == FIELDS | {"error"}
        assert first["outcome"] == "unanswered"
        assert first["id"] == ("b" if isinstance(bad, dict) else None)
        assert "Traceback" not in first["error"]
        assert "could not be answered" not in first["error"], first["error"]
        assert "11:00" in second["text"]
        assert "error" not in second


def test_two_thousand_characters_are_answered(lines: Lines) -> None:
    (answer,) = lines(question("When is check-out? ".ljust(2000, "x")))
    assert "error" not in answer


def test_a_mark_at_the_beginning_and_empty_lines(lines: Lines) -> None:
    line = json.dumps(question("When is check-out?")).encode()
    answers = lines(b"\xef\xbb\xbf" + line + b"\r\n", b"\n", b"   \n", line)
    assert ["11:00" in answer["text"] for answer in answers] == [True, True]


def test_a_conversation_goes_on_and_others_do_not_hear_it(lines: Lines) -> None:
    first, _other, second, alone, number = lines(
        question("how much is a cappuccino?", conversation="a"),
        question("When is check-out?", conversation="b"),
        question("is it vegan?", conversation="a"),
        question("is it vegan?"),
        question("When is check-out?", conversation=7),
    )
    assert "cappuccino" in first["items"] or {"type": "item", "key": "cappuccino"} in first["sources"]
    assert {"type": "item", "key": "cappuccino"} in second["sources"]
    assert {"type": "item", "key": "cappuccino"} not in alone["sources"]
    assert "error" not in number


def test_the_place_and_the_moment_count(lines: Lines, lindenhof: Catalogue) -> None:
    place = next(iter(lindenhof.content.places_by_key))
    noon, night = lines(
        question("is the bar open now?", place=place), question("is the bar open now?", at="2026-11-24T21:00+01:00")
    )
    assert noon["text"] != night["text"]
