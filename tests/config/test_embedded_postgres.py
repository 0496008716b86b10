"""The embedded server comes back from every way in which a process, or the machine, can end."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.config.conftest import Manage, start

# Connects, says so, and stays until its input ends; the settings are never loaded, so it starts in a moment.
HOLD = """
import sys
from pathlib import Path
import psycopg
from config.embedded_postgres.server import connection_address
address = connection_address(Path(sys.argv[1]), "guestchat")
with psycopg.connect(**address, dbname="guestchat", autocommit=True) as connection:
    connection.execute("SELECT pg_advisory_lock(1)")
    connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
    connection.execute("INSERT INTO kept VALUES (1)")
    count = connection.execute("SELECT count(*) FROM kept").fetchone()[0]
    connection.execute("SELECT pg_advisory_unlock(1)")
    print(address["host"], count, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data directory, whose server is ended whatever a test does."""
    directory = tmp_path / "postgres"
    yield directory
    if (running := postmaster(directory)) is not None:
        running.kill()


def postmaster(data: Path) -> psutil.Process | None:
    try:
        return psutil.Process(int((data / "postmaster.pid").read_text().splitlines()[0]))
    except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
        return None


def alive(process: psutil.Process) -> bool:
    """Return whether a process runs; where nobody buries the dead, as in a container, they still have a number."""
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


@contextmanager
def user(data: Path) -> Iterator[tuple[subprocess.Popen[str], str, int]]:
    """A process that uses the server: itself, the socket's directory, and how many ever did."""
    process = start(data.parent, "-c", HOLD, str(data))
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        host, _, count = line.strip().rpartition(" ")
        if not count.isdigit():
            pytest.fail(line + process.stdout.read())
        yield process, host, int(count)
    finally:
        process.kill()
        close(process)


def close(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        pipe.close()
    process.wait(15)


def end(process: subprocess.Popen[str]) -> None:
    """End a user in order, by the end of its input."""
    assert process.stdin is not None
    process.stdin.close()
    process.wait(15)


def test_the_last_user_stops_it(data: Path) -> None:
    with user(data) as (first, _, _), user(data) as (second, _, count):
        assert count == 2
        server = postmaster(data)
        assert server is not None
        end(first)
        assert alive(server)
        end(second)
        assert not alive(server)
    assert not (data / "postmaster.pid").exists()


def test_a_killed_user_leaves_nothing_to_mend(data: Path) -> None:
    with user(data) as (process, _, _):
        process.kill()
        process.wait()
    left = postmaster(data)
    assert left is not None
    with user(data) as (process, _, count):
        assert count == 2
        assert postmaster(data) == left
        end(process)
    assert not alive(left), "a killed user still counted"


def test_both_killed_and_started_again(data: Path) -> None:
    with user(data) as (process, _, _):
        server = postmaster(data)
        assert server is not None
        process.kill()
        server.kill()
    with user(data) as (process, _, count):
        assert count == 2, "what was committed is there"
        end(process)


def test_a_pid_file_that_names_a_stranger(data: Path) -> None:
    with user(data) as (process, _, _):
        lines = (data / "postmaster.pid").read_text().splitlines()
        end(process)
    for pid in (str(psutil.Process().pid), "999999999", ""):
        (data / "postmaster.pid").write_text("\n".join([pid, *lines[1:]]) + "\n")
        with user(data) as (process, _, count):
            assert count >= 2
            end(process)


def test_two_users_at_once_make_one_server(data: Path) -> None:
    starting = [start(data.parent, "-c", HOLD, str(data)) for _ in range(3)]
    try:
        lines = [process.stdout.readline() for process in starting if process.stdout]
        assert sorted(line.split()[-1] for line in lines) == ["1", "2", "3"]
    finally:
        for process in starting:
            close(process)
    assert postmaster(data) is None


def test_being_killed_while_it_is_made(data: Path) -> None:
    half = data.with_name("postgres.new")
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with user(data) as (process, _, count):
        assert count == 1
        end(process)
    assert not half.exists()


@pytest.mark.parametrize("name", ["a b, c'", "lang" * 30, "größe"])
def test_deep_and_odd_paths(tmp_path: Path, name: str) -> None:
    data = tmp_path / name / "postgres"
    data.parent.mkdir()
    with user(data) as (process, host, _):
        assert len(host) < 100
        assert (shared := Path(host)).exists()
        end(process)
    assert shared == data or not shared.exists(), "a folder outside the data goes with its server"


def test_what_hinders_it_is_told_not_what_came_after(data: Path) -> None:
    small = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))\n"
    process = start(data.parent, "-c", small + HOLD, str(data))
    said, _ = process.communicate(timeout=20)
    assert "File too large" in said.splitlines()[-1]


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    data = tmp_path / "file" / "var" / "postgres"
    process = start(tmp_path, "-c", HOLD, str(data))
    said, _ = process.communicate(timeout=20)
    assert f"The embedded PostgreSQL cannot use {data}" in said
    assert "DATABASE_URL" in said.splitlines()[-1]


def test_a_folder_of_another_version(data: Path) -> None:
    data.mkdir()
    (data / "PG_VERSION").write_text("16\n")
    process = start(data.parent, "-c", HOLD, str(data))
    said, _ = process.communicate(timeout=20)
    assert "was made by PostgreSQL 16, and the embedded one is 18" in said.splitlines()[-1]


REVIVED = """
import os, signal, time, django
django.setup()
from django.conf import settings
from django.db import connection
def ask():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone()[0]
ask()
connection.close()
pid = int((settings.EMBEDDED_POSTGRES_DIR / "postmaster.pid").read_text().split()[0])
os.kill(pid, signal.SIGKILL)
time.sleep(1)  # its children notice, and the connection that was kept is dead
print(ask(), ask())
"""


def test_a_server_that_dies_under_us_is_started_again(var: Path) -> None:
    process = start(var, "-c", REVIVED, DJANGO_SETTINGS_MODULE="config.settings")
    said, _ = process.communicate(timeout=30)
    assert said.splitlines()[-1] == "1 1"
    assert postmaster(var / "postgres") is None


def test_database_url_names_another_server(data: Path, manage: Manage, var: Path) -> None:
    with user(data) as (process, host, _):
        url = f"postgresql://postgres@/other?host={host}"
        with psycopg.connect(host=host, user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE other")
        given = {"DATABASE_URL": url, "SECRET_KEY": "a-key-of-more-than-thirty-two-letters"}
        assert manage("migrate", **given).returncode == 0
        assert manage("migrate", "--check", **given).returncode == 0
        assert not (var / "postgres").exists()
        end(process)


def test_database_url_of_nobody_is_told_in_one_line(manage: Manage) -> None:
    given = {"DATABASE_URL": "postgresql://u:hidden@127.0.0.1:1/guestchat", "SECRET_KEY": "k" + "0123456789" * 4}
    for command in (("serve", "--prepare-only"), ("places", "lindenhof")):
        done = manage(*command, **given)
        assert done.returncode == 1
        assert len(done.stderr.strip().splitlines()) == 1
        assert "DATABASE_URL" in done.stderr
        assert "hidden" not in done.stderr + done.stdout
