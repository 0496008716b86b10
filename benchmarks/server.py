"""Owns the server under test: its own folder and database, its process, its memory and its processor time."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import psutil
from websockets.sync.client import connect

from benchmarks.guests import scan

ROOT = Path(__file__).resolve().parent.parent
HOTEL = "lindenhof"

_PREPARE_WITHIN_S = 180
_ANSWER_WITHIN_S = 60.0
_STOP_WITHIN_S = 15
# What would make the product another one than a fresh checkout's.
_OURS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "HOST", "PORT")


class BenchError(Exception):
    """The bench cannot go on; the message says why."""


def outer_environment() -> dict[str, str]:
    """Return this shell's variables without those that would make the product another one."""
    return {
        name: value for name, value in os.environ.items() if name not in _OURS and not name.startswith("GUESTCHAT_")
    }


def manage(
    environment: Mapping[str, str], *arguments: str, given: str = "", within_s: float = _PREPARE_WITHIN_S
) -> str:
    """Return what a command of `manage.py` prints; raise BenchError with what it says where it fails."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=dict(environment),
        input=given,
        capture_output=True,
        text=True,
        timeout=within_s,
        check=False,
    )
    if done.returncode:
        raise BenchError(f"manage.py {arguments[0]} failed:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
    return done.stdout


def paths_of_codes(environment: Mapping[str, str], *, within_s: float = _PREPARE_WITHIN_S) -> list[str]:
    """Return the paths behind the codes of the demo hotel's places."""
    places: list[dict[str, str]] = json.loads(manage(environment, "places", HOTEL, "--json", within_s=within_s))
    return ["/" + place["url"].split("/", 3)[3] for place in places]


class Installed(Protocol):
    """What can be measured: something prepared in a folder that serves the guests' frames on a port."""

    directory: Path
    port: int

    def serving(self) -> contextlib.AbstractContextManager[psutil.Process]:
        """Run the server."""

    def database(self) -> list[psutil.Process]:
        """Return the processes of its PostgreSQL."""

    def errors_logged(self) -> int:
        """Return how many errors it has logged."""


class House:
    """A prepared installation in a temporary folder: fresh database, demo hotel, one free port."""

    def __init__(self, directory: Path, variables: Mapping[str, str]) -> None:
        self.directory = directory
        self.port = free_port()
        self._environment = {
            **outer_environment(),
            "GUESTCHAT_VAR_DIR": str(directory),
            "PORT": str(self.port),
            **variables,
        }
        manage(self._environment, "serve", "--prepare-only")

    def manage(self, *arguments: str, within_s: float = _PREPARE_WITHIN_S) -> str:
        """Return what a command of `manage.py` prints in this installation."""
        return manage(self._environment, *arguments, within_s=within_s)

    def codes(self) -> list[str]:
        """Return the paths behind the places' codes."""
        return paths_of_codes(self._environment)

    def ask(self, questions: Sequence[dict[str, str]]) -> list[dict[str, Any]]:
        """Return `manage.py ask`'s answers to questions, in their order."""
        lines = "\n".join(json.dumps({"hotel": HOTEL, **question}) for question in questions)
        return [json.loads(line) for line in manage(self._environment, "ask", "--jsonl", given=lines).splitlines()]

    @contextlib.contextmanager
    def serving(self) -> Iterator[psutil.Process]:
        """Run the server; yield its process as soon as it is started, and stop it, with its database, in the end."""
        with (self.directory / "server.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"], cwd=ROOT, env=self._environment, stdout=log, stderr=log
            )
        try:
            yield psutil.Process(process.pid)
            if process.poll():  # one that was asked to end has 0
                raise BenchError(f"The server ended with {process.returncode}:\n{self._end_of_log()}")
        finally:
            end(process)
            self._stop_database()

    def database(self) -> list[psutil.Process]:
        """Return the processes of the installation's own PostgreSQL, the first of them first."""
        try:
            pid = int((self.directory / "postgres" / "postmaster.pid").read_text().splitlines()[0])
            first = psutil.Process(pid)
            return [first, *first.children(recursive=True)] if "postgres" in first.name() else []
        except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
            return []

    def errors_logged(self) -> int:
        """Return how many errors the server has logged: an answer that failed is apologised for, and quickly."""
        log = (self.directory / "server.log").read_text("utf-8", "replace")
        return sum(" ERROR " in line for line in log.splitlines())

    def _stop_database(self) -> None:
        """Stop what a server that had to be killed left running; a server that ends by itself stops it."""
        running = self.database()
        if running:
            running[0].send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
            psutil.wait_procs(running, timeout=_STOP_WITHIN_S)

    def _end_of_log(self) -> str:
        return (self.directory / "server.log").read_text("utf-8", "replace")[-2000:]


def end(process: "subprocess.Popen[Any]") -> None:
    """Ask a server to end, and make it end where it does not."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def make_folder(purpose: str) -> Path:
    """Make a temporary folder that a PostgreSQL may lie in."""
    folder = Path(tempfile.mkdtemp(prefix=f"guestchat-{purpose}-"))
    folder.chmod(0o711)  # started by root, PostgreSQL runs as another user, who has to get to its data
    return folder


@contextlib.contextmanager
def fresh_house(**variables: str) -> Iterator[House]:
    """Prepare an installation in a temporary folder, which is removed in the end; settings by their variables."""
    directory = make_folder("bench")
    try:
        yield House(directory, variables)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def start_cold(house: Installed, code: str, question: str = "When is breakfast?") -> dict[str, float]:
    """Start a server on a prepared database; return the seconds from its start to the first page and answer."""
    begun = time.perf_counter()
    with house.serving():
        cookie = _first_scan(house.port, code)
        served = time.perf_counter() - begun
        answer_one(house.port, cookie, question)
        return {"first_page_s": round(served, 3), "first_answer_s": round(time.perf_counter() - begun, 3)}


def _first_scan(port: int, code: str) -> str:
    deadline = time.monotonic() + _ANSWER_WITHIN_S
    while True:
        try:
            return scan(port, code)
        except OSError:
            if time.monotonic() > deadline:
                raise BenchError("The server did not answer in time.") from None
            time.sleep(0.01)


def answer_one(port: int, cookie: str, question: str) -> None:
    """Ask one question over a socket and wait until its answer is finished."""
    with connect(
        f"ws://127.0.0.1:{port}/ws/chat/",
        additional_headers={"Cookie": cookie},
        origin=f"http://127.0.0.1:{port}",  # type: ignore[arg-type]
        compression=None,
    ) as socket_:
        socket_.send(json.dumps({"type": "ask", "id": str(uuid.uuid4()), "text": question}))
        while json.loads(socket_.recv(timeout=_ANSWER_WITHIN_S))["type"] != "answer.finished":
            pass


def await_first_answer(house: Installed, code: str) -> None:
    """Wait until a started server has answered one question, that is, until its model is loaded."""
    answer_one(house.port, _first_scan(house.port, code), "When is breakfast?")


def with_children(process: psutil.Process) -> list[psutil.Process]:
    """Return a server's process and those that it has begun, its answerers; a database is nobody's child."""
    with contextlib.suppress(psutil.Error):
        return [process, *(child for child in process.children(recursive=True) if "postgres" not in child.name())]
    return [process]


def memory_mb(processes: Sequence[psutil.Process]) -> float:
    """Return the resident memory of processes in MB of a million bytes; what they share is counted for each."""
    total = 0.0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            total += float(process.memory_info().rss) / 1e6
    return total


def shared_memory_mb(processes: Sequence[psutil.Process]) -> float | None:
    """Return the memory of processes that share most of it, each page counted once, in MB; None where not told."""
    total = 0.0
    for process in processes:
        try:
            total += getattr(process.memory_full_info(), "pss", float("nan")) / 1e6
        except psutil.Error:
            continue
    return total if total == total and total > 0 else None


def processor_s(processes: Sequence[psutil.Process]) -> float:
    """Return the processor time that processes have used so far, in seconds."""
    total = 0.0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
