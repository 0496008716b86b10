"""Answerers: what is asked of them, and what becomes of it when one fails, ends or takes too long.

Here they are small programs that speak the lines' language; `serving/test_answering.py` asks real ones.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from django.db import OperationalError

from guestchat import answerers
from guestchat.answerers import AnswererError, Answerers, DistantEmbedder
from guestchat.retrieval.embedder import EmbedderError

ROOT = Path(__file__).resolve().parents[2]
# It tells its process's number with each answer, so that tests see which one answered.
PROGRAM = f"""
import os, socket, sys, threading, time
sys.path.insert(0, {str(ROOT)!r})
from guestchat.answerers import receive, send

def serve(line):
    while True:
        try:
            operation, arguments, named = receive(line)
        except (EOFError, OSError):
            return
        if operation == "die":
            os._exit(3)
        if operation == "die_once" and not os.path.exists(arguments[0]):
            open(arguments[0], "w").close()
            os._exit(3)
        if operation == "sleep":
            time.sleep(arguments[0])
        if operation == "fail":
            send(line, ("failed", "ValueError"))
        elif operation == "no_database":
            send(line, ("database", None))
        elif operation.startswith("encode"):
            send(line, ("done", __import__("numpy").full((len(arguments[0]), 384), len(arguments[0]), dtype="float32")))
        else:
            send(line, ("done", (os.getpid(), arguments, named)))

control, *lines = (socket.socket(fileno=int(number)) for number in sys.argv[1:])
for line in lines:
    threading.Thread(target=serve, args=[line], daemon=True).start()
send(control, os.environ.get("WRONG", ""))
control.recv(1)
"""


@pytest.fixture
def begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Answerers]]:
    """Begin answerers of the program above, which end with the test."""
    program = tmp_path / "answerer.py"
    program.write_text(PROGRAM)
    monkeypatch.setattr(answerers, "_LEAST_PAUSE_S", 0.01)
    begun = []

    def begin(number: int = 1) -> Answerers:
        begun.append(Answerers(number, [sys.executable, str(program)]))
        return begun[-1]

    yield begin
    for each in begun:
        each.end()


def await_that(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_is_asked_arrives_whole_and_so_does_the_answer(begin: Callable[..., Answerers]) -> None:
    far = begin()
    long = "Frühstück? " * 50_000
    _pid, arguments, named = far.ask("tell", 1, long, at={"a": [None]})
    assert (arguments, named) == ((1, long), {"at": {"a": [None]}})


def test_they_are_ready_when_each_has_its_models(begin: Callable[..., Answerers]) -> None:
    far = begin(2)
    await_that(lambda: far.are_ready)
    assert far.ready == 2


def test_one_without_models_is_not_ready(
    begin: Callable[..., Answerers], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("WRONG", "The model files cannot be loaded.")
    far = begin()
    far.ask("tell")
    await_that(lambda: "The model files cannot be loaded." in caplog.text)
    assert not far.are_ready


def test_what_fails_there_is_told_here_without_its_words(begin: Callable[..., Answerers]) -> None:
    far = begin()
    with pytest.raises(AnswererError, match=r"^fail failed with ValueError$"):
        far.ask("fail", "a guest's words")
    with pytest.raises(OperationalError):
        far.ask("no_database")
    far.ask("tell")


def test_a_question_amid_which_an_answerer_ends_is_answered_by_the_next_one(
    begin: Callable[..., Answerers], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    far = begin()
    before, _arguments, _named = far.ask("tell")
    after, _arguments, _named = far.ask("die_once", str(tmp_path / "died"))
    assert after != before
    assert "an answerer ended with 3; another one begins" in caplog.text
    await_that(lambda: far.are_ready)


def test_a_question_that_ends_each_answerer_fails_and_the_others_are_answered(begin: Callable[..., Answerers]) -> None:
    far = begin(2)
    with pytest.raises(AnswererError, match="ended amid die"):
        far.ask("die")
    far.ask("tell")
    await_that(lambda: far.are_ready)


def test_one_that_is_killed_while_nobody_asks_is_replaced(begin: Callable[..., Answerers]) -> None:
    far = begin()
    before, _arguments, _named = far.ask("tell")
    os.kill(before, signal.SIGKILL)
    assert far.ask("tell")[0] != before


def test_what_takes_too_long_is_given_up(begin: Callable[..., Answerers], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answerers, "_ANSWERED_WITHIN_S", 2.0)
    far = begin()
    before, _arguments, _named = far.ask("tell")
    with pytest.raises(AnswererError, match="took too long"):
        far.ask("sleep", 60)
    assert far.ask("tell")[0] != before


def test_a_question_goes_to_the_answerer_with_the_fewest_in_hand(begin: Callable[..., Answerers]) -> None:
    far = begin(2)
    await_that(lambda: far.are_ready)
    found: list[int] = []
    asking = [threading.Thread(target=lambda: found.append(far.ask("sleep", 0.5)[0])) for _ in range(4)]
    for each in asking:
        each.start()
        time.sleep(0.02)
    for each in asking:
        each.join()
    assert sorted(found.count(pid) for pid in set(found)) == [2, 2]


def test_more_questions_than_lines_wait_and_are_all_answered(begin: Callable[..., Answerers]) -> None:
    far = begin()
    found: list[tuple[int, ...]] = []
    asking = [threading.Thread(target=lambda n=n: found.append(far.ask("tell", n)[1])) for n in range(40)]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    assert sorted(found) == [(n,) for n in range(40)]


def test_they_end_and_nothing_more_is_asked(begin: Callable[..., Answerers]) -> None:
    far = begin()
    far.ask("tell")
    far.end()
    with pytest.raises(AnswererError):
        far.ask("tell")
    assert far.ready == 0 or not far.are_ready


def test_one_that_has_not_loaded_yet_ends_at_once(tmp_path: Path) -> None:
    slow = tmp_path / "slow.py"
    slow.write_text("import time; time.sleep(60)")
    far = Answerers(1, [sys.executable, str(slow)])
    begun = time.monotonic()
    far.end()
    assert time.monotonic() - begun < 5


def test_a_distant_embedder_sends_texts_in_pieces_and_keeps_their_order(begin: Callable[..., Answerers]) -> None:
    embedder = DistantEmbedder(begin())
    vectors = embedder.encode_document([str(n) for n in range(130)])
    assert vectors.shape == (130, 384)
    assert [vectors[at, 0] for at in (0, 63, 64, 127, 128)] == [64, 64, 64, 64, 2], "64, 64 and 2 at once"
    assert embedder.encode_query([]).shape == (0, 384)
    assert embedder.encode_query(["one"]).dtype == np.float32


def test_a_distant_embedder_fails_as_embedders_do(begin: Callable[..., Answerers]) -> None:
    embedder = DistantEmbedder(begin())
    embedder._answerers.end()
    with pytest.raises(EmbedderError):
        embedder.encode_query(["one"])
