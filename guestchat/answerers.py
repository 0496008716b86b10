"""Owns the processes that answer beside the one that serves: hands them questions, and replaces one that ended.

A question takes some milliseconds of the interpreter, and one process has one interpreter: sockets and commits would
wait for it. What is asked of an answerer and what it gives back goes over pairs of sockets that only the two hold. It
has no other door, and it ends when its server is gone, however that ended.
"""

import contextlib
import logging
import pickle
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from django.db import OperationalError
from numpy.typing import NDArray

from guestchat.retrieval import embedder
from guestchat.retrieval.embedder import DIMENSIONS, EmbedderError

log = logging.getLogger(__name__)

LINES = 3
"""How many questions one answerer has in hand: while one waits for the database or the encoder, another is read."""

# A start takes a second or two, and a question some milliseconds; what takes longer than these is broken.
_FREE_WITHIN_S = 20.0
_ANSWERED_WITHIN_S = 60.0
_END_WITHIN_S = 6.0
# One that ends as soon as it has begun is not begun over and over.
_LEAST_PAUSE_S, _MOST_PAUSE_S, _HEALTHY_AFTER_S = 0.2, 30.0, 10.0

_LENGTH_BYTES = 4
# A hotel's thousands of passages go over in pieces, between which questions are answered.
_AT_ONCE = 64
_COMMAND = (sys.executable, str(Path(__file__).resolve().parent.parent / "manage.py"), "answerer")


class AnswererError(Exception):
    """No answerer did what was asked. What happened there is in the log, where it happened."""


def send(line: socket.socket, value: Any) -> None:
    """Send a value over a line; raises OSError."""
    pickled = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    line.sendall(len(pickled).to_bytes(_LENGTH_BYTES, "big") + pickled)


def receive(line: socket.socket) -> Any:
    """Return the next value of a line; raises EOFError where its other end is gone, OSError, and TimeoutError."""
    return pickle.loads(_exactly(line, int.from_bytes(_exactly(line, _LENGTH_BYTES), "big")))


def _exactly(line: socket.socket, number: int) -> bytes:
    pieces = []
    while number:
        piece = line.recv(number)
        if not piece:
            raise EOFError
        pieces.append(piece)
        number -= len(piece)
    return b"".join(pieces)


class _Line:
    """One line to an answerer; one question at a time goes over it."""

    def __init__(self, process: "_Process", end: socket.socket) -> None:
        self.process = process
        self._end = end
        end.settimeout(_ANSWERED_WITHIN_S)

    def ask(self, operation: str, arguments: Sequence[Any], named: dict[str, Any]) -> Any:
        """Return what an operation gives back.

        Raises AnswererError, OperationalError, and EOFError or OSError where the answerer is gone.
        """
        try:
            send(self._end, (operation, arguments, named))
            ended, value = receive(self._end)
        except TimeoutError:
            self.process.kill()
            raise AnswererError(f"{operation} took too long") from None
        if ended == "done":
            return value
        if ended == "database":
            raise OperationalError("The answerer could not use the database.")
        raise AnswererError(f"{operation} failed with {value}")

    def close(self) -> None:
        """Close it, and wake whoever waits at either end."""
        with contextlib.suppress(OSError):
            self._end.shutdown(socket.SHUT_RDWR)
        self._end.close()


class _Process:
    """One answerer, as its server sees it."""

    def __init__(self, command: Sequence[str]) -> None:
        pairs = [socket.socketpair() for _ in range(LINES + 1)]
        theirs = [theirs for _ours, theirs in pairs]
        try:
            self._process = subprocess.Popen(
                [*command, *(str(end.fileno()) for end in theirs)],
                pass_fds=[end.fileno() for end in theirs],
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # what a terminal says to its processes is for the server
            )
        finally:
            for end in theirs:
                end.close()
        control, *lines = (ours for ours, _theirs in pairs)
        self._control = control
        self.pid = self._process.pid
        self.lines = [_Line(self, line) for line in lines]
        self.began_s = time.monotonic()
        self.is_given_up = False
        # Why its models cannot be loaded, or nothing; None: it has not told yet.
        self._wrong: str | None = None

    def await_models(self) -> str:
        """Wait until its models are loaded; return why they cannot be, or nothing. Raises EOFError where it ended."""
        self._wrong = str(receive(self._control))
        return self._wrong

    @property
    def is_ready(self) -> bool:
        """Whether it runs and has its models."""
        return self._wrong == "" and not self.is_given_up

    def await_end(self) -> int:
        """Wait until the process has ended, and close what only waited for that; return its exit code."""
        code = self._process.wait()
        self._control.close()
        return code

    def kill(self) -> None:
        """End it at once, and wait for that: it holds nothing that is not in the database."""
        self._process.kill()
        self._process.wait()

    def end(self, deadline_s: float) -> None:
        """Let it end, which it does when its lines are closed; not later than the deadline."""
        for line in self.lines:
            line.close()
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        if self._wrong is None:
            self._process.kill()  # it reads modules, and would notice only then
        try:
            self._process.wait(max(deadline_s - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Answerers:
    """Some answerers, each with its lines; a question goes to the one with the fewest in hand.

    `command` begins one; the numbers of its sockets follow, first the one that tells whether its models loaded.
    """

    def __init__(self, number: int, command: Sequence[str] = _COMMAND) -> None:
        self._command = command
        self._free: list[_Line] = []
        self._freed = threading.Condition()
        self._processes: dict[int, _Process] = {}
        self.number = number
        self._ending = threading.Event()
        self._keeping = [
            threading.Thread(target=self._keep, args=[place, self._begin(place)], name=f"answerer-{place}", daemon=True)
            for place in range(number)
        ]
        for keeping in self._keeping:
            keeping.start()

    # --- asking ---------------------------------------------------------------
    def ask(self, operation: str, *arguments: Any, **named: Any) -> Any:
        """Return what an operation of `manage.py answerer` gives back; once more where an answerer ended amid it.

        Raises AnswererError, and OperationalError where the answerer could not use the database.
        """
        for _attempt in range(2):
            line = self._take()
            try:
                return line.ask(operation, arguments, named)
            except (EOFError, OSError):
                self._give_up(line.process)
                line.process.kill()
            finally:
                self._give_back(line)
        raise AnswererError(f"the answerers ended amid {operation}")

    def _take(self) -> _Line:
        with self._freed:
            self._freed.wait_for(lambda: self._free or self._ending.is_set(), _FREE_WITHIN_S)
            if not self._free:
                raise AnswererError("no answerer is free")
            free = [line.process for line in self._free]
            line = max(reversed(self._free), key=lambda line: free.count(line.process))
            self._free.remove(line)
            return line

    def _give_back(self, line: _Line) -> None:
        with self._freed:
            if not line.process.is_given_up:
                self._free.append(line)
                self._freed.notify()
                return
        line.close()

    def _give_up(self, process: _Process) -> None:
        """Ask nothing of a process any more, and close those of its lines that nobody waits at."""
        with self._freed:
            process.is_given_up = True
            closing = [line for line in self._free if line.process is process]
            self._free = [line for line in self._free if line.process is not process]
        for line in closing:
            line.close()

    # --- keeping them ---------------------------------------------------------
    @property
    def ready(self) -> int:
        """How many answerers run and have their models."""
        return sum(process.is_ready for process in list(self._processes.values()))

    @property
    def pids(self) -> list[int]:
        """The numbers of the processes, for whoever measures them."""
        return [process.pid for process in list(self._processes.values())]

    @property
    def are_ready(self) -> bool:
        """Whether every answerer is ready."""
        return self.ready == self.number

    def end(self) -> None:
        """Let all of them end, and wait for it."""
        with self._freed:
            self._ending.set()
            self._freed.notify_all()
        deadline_s = time.monotonic() + _END_WITHIN_S
        for process in list(self._processes.values()):
            self._give_up(process)
            process.end(deadline_s)
        for keeping in self._keeping:
            keeping.join(_END_WITHIN_S)

    def _begin(self, place: int) -> _Process:
        process = _Process(self._command)
        with self._freed:
            self._processes[place] = process
            self._free.extend(process.lines)
            self._freed.notify_all()
        return process

    def _keep(self, place: int, process: _Process) -> None:
        """Note when an answerer is ready, and begin another one in its place when it has ended."""
        pause_s = _LEAST_PAUSE_S
        while True:
            with contextlib.suppress(EOFError, OSError):
                wrong = process.await_models()
                if wrong:
                    log.error("an answerer has no models: %s", wrong)
            code = process.await_end()
            self._give_up(process)
            if self._ending.is_set():
                return
            log.error("an answerer ended with %s; another one begins", code)
            is_healthy = time.monotonic() - process.began_s > _HEALTHY_AFTER_S
            pause_s = _LEAST_PAUSE_S if is_healthy else min(2 * pause_s, _MOST_PAUSE_S)
            if self._ending.wait(pause_s):
                return
            process = self._begin(place)


class DistantEmbedder:
    """The answerers' embedder: the process that serves loads no model of its own."""

    dimensions = DIMENSIONS

    def __init__(self, answerers: Answerers) -> None:
        self._answerers = answerers
        self._name = ""

    @property
    def name(self) -> str:
        """Model and version."""
        if not self._name:
            self._name = self._ask("embedder_name")
        return self._name

    def encode_query(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode questions: (n, 384) float32, unit norm, in the order given; raises EmbedderError."""
        return self._encode("encode_query", texts)

    def encode_document(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode passages: (n, 384) float32, unit norm, in the order given; raises EmbedderError."""
        return self._encode("encode_document", texts)

    def _encode(self, operation: str, texts: Sequence[str]) -> NDArray[np.float32]:
        pieces = [
            self._ask(operation, list(texts[begin : begin + _AT_ONCE])) for begin in range(0, len(texts), _AT_ONCE)
        ]
        return np.concatenate(pieces) if pieces else np.empty((0, self.dimensions), dtype=np.float32)

    def _ask(self, operation: str, *arguments: Any) -> Any:
        try:
            return self._answerers.ask(operation, *arguments)
        except AnswererError as error:
            raise EmbedderError(str(error)) from error


_current: Answerers | None = None


def begin(number: int) -> None:
    """Begin so many answerers beside this process, which from here on asks them; none where it answers itself."""
    global _current
    if number:
        _current = Answerers(number)
        embedder.use(DistantEmbedder(_current))


def current() -> Answerers | None:
    """Return the answerers to ask; None: this process answers itself."""
    return _current


def end() -> None:
    """Let the answerers end, if there are any, and wait for it."""
    if _current is not None:
        _current.end()
