"""Owns the fresh machine: `make run` in a clone, a guest who asks, a second start, a kill and a third. Times each."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

SET_UP_WITHIN_S = 300.0
START_WITHIN_S = 5.0
END_WITHIN_S = 3.0
# What this machine has set is not what a fresh one has.
OURS = (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "DEBUG",
    "ALLOWED_HOSTS",
    "HOST",
    "PORT",
    "GUESTCHAT_",
    "MAKE",
    "MFLAGS",
)


def main() -> None:
    """Run all of it; exit 1 with a sentence where a promise is broken."""
    clone = Path(sys.argv[1]).resolve()
    if (clone / ".venv").exists() or (clone / "var").exists():
        sys.exit(f"{clone} is no fresh clone.")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    machine = {**kept, "PORT": str(free_port())}
    try:
        with serving(clone, machine, within=SET_UP_WITHIN_S) as (server, seconds):
            print(f"set-up to serving     {seconds:6.1f} s", flush=True)
            ask_as_a_guest(clone, machine)
            refuse_a_second_one(clone, machine)
            print(f"end on SIGTERM        {end(server):6.2f} s", flush=True)
            expect_no_database(clone)
        with serving(clone, machine, within=START_WITHIN_S) as (server, seconds):
            print(f"second start          {seconds:6.2f} s", flush=True)
            for process in descendants(server.pid):
                os.kill(process, signal.SIGKILL)
        with serving(clone, machine, within=START_WITHIN_S) as (server, seconds):
            print(f"start after kill -9   {seconds:6.2f} s", flush=True)
            ask_as_a_guest(clone, machine)
            end(server)
            expect_no_database(clone)
    finally:
        stop_database(clone)


@contextmanager
def serving(clone: Path, machine: dict[str, str], *, within: float) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """Run `make run` until its pages are ready; yields it and the seconds that it took."""
    log = clone.parent / "make-run.log"
    started = time.monotonic()
    with log.open("wb") as written:
        server = subprocess.Popen(
            ["make", "run"], cwd=clone, env=machine, stdout=written, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        while not ready(machine):
            if server.poll() is not None or time.monotonic() - started > within:
                sys.exit(f"make run does not serve within {within:.0f} s:\n{log.read_text('utf-8')[-4000:]}")
            time.sleep(0.02)
        yield server, time.monotonic() - started
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGTERM)  # its own group, made above
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()


def ready(machine: dict[str, str]) -> bool:
    """Return whether the database, its migrations and the model are."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{machine['PORT']}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def ask_as_a_guest(clone: Path, machine: dict[str, str]) -> None:
    """Let the scripted guest in; its own exit tells what was wrong."""
    guest = Path(__file__).with_name("guest.py")
    done = subprocess.run([sys.executable, str(guest), str(clone)], env=machine, timeout=120, check=False)
    if done.returncode:
        sys.exit("The guest was not served.")


def refuse_a_second_one(clone: Path, machine: dict[str, str]) -> None:
    """Start another one on the same port: one line of ours, and exit 1."""
    done = subprocess.run(
        ["make", "run"], cwd=clone, env=machine, capture_output=True, text=True, timeout=60, check=False
    )
    lines = [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith("make: ")]
    if done.returncode == 0 or len(lines) != 1 or f"PORT {machine['PORT']} is busy" not in lines[0]:
        sys.exit(f"A busy port must be told in one line, not so: {done.returncode} {lines}")


def end(server: subprocess.Popen[bytes]) -> float:
    """End `make run` as a supervisor would; return the seconds until it was gone."""
    started = time.monotonic()
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(END_WITHIN_S)
    except subprocess.TimeoutExpired:
        sys.exit(f"make run has not ended {END_WITHIN_S:.0f} s after SIGTERM.")
    return time.monotonic() - started


def expect_no_database(clone: Path) -> None:
    """Exit where the embedded PostgreSQL outlives its only user; the last words may take a moment."""
    deadline = time.monotonic() + END_WITHIN_S
    while (clone / "var" / "postgres" / "postmaster.pid").exists():
        if time.monotonic() > deadline:
            sys.exit("The embedded PostgreSQL still runs after make run has ended.")
        time.sleep(0.05)


def stop_database(clone: Path) -> None:
    """Stop a database that was left behind: the folder goes next."""
    try:
        os.kill(int((clone / "var" / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGINT)
        time.sleep(1)
    except (OSError, ValueError, IndexError):
        pass  # as it should be


def descendants(pid: int) -> list[int]:
    """Return a process and all below it, children first."""
    return [child.pid for child in psutil.Process(pid).children(recursive=True)[::-1]] + [pid]


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
