"""`manage.py serve`: what it makes, what it prints, what it refuses, how it ends; and the addresses for operators."""

import io
import json
import os
import re
import signal
import socket
import stat
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import pytest
from django.core.management import call_command
from django.test import Client

from guestchat.management.starting import Ending
from menus.models import User
from tests.config.conftest import ROOT, environment, start


@dataclass(frozen=True, kw_only=True)
class Machine:
    """One machine's folder and address."""

    var: Path
    port: str

    def serve(self, **variables: str) -> subprocess.Popen[str]:
        server = start(self.var, "manage.py", "serve", PORT=self.port, HOST="0.0.0.0", **variables)
        _soft, hard = psutil.Process(server.pid).rlimit(psutil.RLIMIT_NOFILE)
        psutil.Process(server.pid).rlimit(psutil.RLIMIT_NOFILE, (256, hard))  # as on systems that are stingy
        return server

    def get(self, path: str, host: str | None = None) -> tuple[int, str]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers={"Host": host} if host else {})
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def await_ready(self, server: subprocess.Popen[str]) -> float:
        started = time.monotonic()
        while self.get("/readyz")[0] != 200:
            if server.poll() is not None or time.monotonic() - started > 60:
                server.kill()
                pytest.fail(server.communicate()[0])
            time.sleep(0.05)
        return time.monotonic() - started


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return Machine(var=tmp_path_factory.mktemp("machine") / "var", port=str(probe.getsockname()[1]))


@pytest.fixture(scope="module")
def first_start(machine: Machine) -> str:
    """Prepare the machine; return what that printed."""
    prepared = start(machine.var, "manage.py", "serve", "--prepare-only", PORT=machine.port)
    said, _ = prepared.communicate(timeout=120)
    assert prepared.returncode == 0, said
    return said


def admin(machine: Machine) -> dict[str, str]:
    return dict(json.loads((machine.var / "admin.json").read_text()))


def test_preparing_tells_the_way_in(machine: Machine, first_start: str) -> None:
    assert re.search(
        rf"Guest link  http://127\.0\.0\.1:{machine.port}/q/[\w-]{{22}}/  \(Hotel Lindenhof, ", first_start
    )
    assert "█" in first_start
    made = admin(machine)
    assert made["url"] == f"http://127.0.0.1:{machine.port}/admin/"
    assert f"{made['url']}  user {made['user']}  password {made['password']}" in first_start
    assert len(made["password"]) >= 20
    assert stat.S_IMODE((machine.var / "admin.json").stat().st_mode) == 0o600
    assert "Serving on" not in first_start


def test_serving_keeps_what_was_made_and_ends_in_order(machine: Machine, first_start: str) -> None:
    before = admin(machine)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        server = machine.serve()
        assert machine.await_ready(server) < 20  # a second on its own; tests share the machine
        started = time.monotonic()
        server.send_signal(number)
        said, _ = server.communicate(timeout=15)
        assert time.monotonic() - started < 10
        assert "Traceback" not in said
        assert not (machine.var / "postgres" / "postmaster.pid").exists()
    assert admin(machine) == before
    assert "Loading the demo hotel" not in said
    assert "GUESTCHAT_BASE_URL" in said, "on 0.0.0.0 the codes need an address that phones reach"


@pytest.mark.parametrize("after_s", [0.5, 0.9, 1.3])
def test_one_that_is_told_to_end_while_it_loads_ends_in_order(
    machine: Machine, first_start: str, after_s: float
) -> None:
    server = machine.serve()
    time.sleep(after_s)
    server.terminate()
    said, _ = server.communicate(timeout=15)
    # As a shell counts it; before our own handler is there, and once Daphne's is, it is told in their ways.
    assert server.returncode in {128 + signal.SIGTERM, -signal.SIGTERM, 0}, said
    assert "terminate called" not in said
    assert "Traceback" not in said


def test_serving(machine: Machine, first_start: str) -> None:
    server = machine.serve()
    try:
        machine.await_ready(server)
        assert machine.get("/livez") == (200, "ok\n")
        assert json.loads(machine.get("/readyz")[1]) == {
            "database": True,
            "migrations": True,
            "wall": True,
            "model": True,
        }
        assert "python_info" in machine.get("/metrics")[1]
        assert re.search(r"^guestchat_tasks [1-9]", machine.get("/metrics")[1], re.MULTILINE)
        assert psutil.Process(server.pid).rlimit(psutil.RLIMIT_NOFILE)[0] > 1_000, "a house has more guests than that"
        assert machine.get("/livez", host="evil.example")[0] == 400
        assert machine.get("/livez", host=socket.gethostname())[0] == 200
        assert "DEBUG = True" not in machine.get("/no/such/page")[1]
        busy = machine.serve()
        said, _ = busy.communicate(timeout=30)
        assert busy.returncode == 1
        assert said == f"CommandError: PORT {machine.port} is busy on 0.0.0.0; set PORT to a free one.\n"
        os.kill(server.pid, signal.SIGKILL)
    finally:
        server.kill()
        server.communicate()
    again = machine.serve()
    machine.await_ready(again)
    again.terminate()
    again.communicate(timeout=15)
    assert not (machine.var / "postgres" / "postmaster.pid").exists()


def workers(machine: Machine) -> tuple[int, int]:
    """Return how many workers of jobs listen in the machine's database, and how many it knows since that was started.

    Of one that was killed it knows until another begins half a minute later.
    """
    noted = (machine.var / "postgres" / "postmaster.pid").read_text().splitlines()
    address = {"host": noted[4].strip(), "port": noted[3].strip(), "user": "postgres", "dbname": "guestchat"}
    with psycopg.connect(**address) as connection:  # type: ignore[arg-type]
        found = connection.execute(
            "SELECT (SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'),"
            " (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat >= pg_postmaster_start_time())"
        ).fetchone()
    assert found is not None
    return int(found[0]), int(found[1])


def test_jobs_are_done_inside_and_end_before_the_server(machine: Machine, first_start: str) -> None:
    server = machine.serve()
    try:
        machine.await_ready(server)
        deadline = time.monotonic() + 60
        while not workers(machine)[0] and time.monotonic() < deadline:
            time.sleep(0.2)
        assert workers(machine) == (1, 1)
        server.terminate()
        said, _ = server.communicate(timeout=20)
    finally:
        server.kill()
        server.communicate()
    assert server.returncode in {0, 128 + signal.SIGTERM}
    assert "Traceback" not in said
    alone = machine.serve(GUESTCHAT_RUN_JOBS="0")
    try:
        machine.await_ready(alone)
        time.sleep(7)
        assert workers(machine) == (0, 0), "the last one has said goodbye, and this process does no jobs"
    finally:
        alone.terminate()
        alone.communicate(timeout=20)


def test_two_that_prepare_at_once(tmp_path: Path) -> None:
    both = [start(tmp_path / "var", "manage.py", "serve", "--prepare-only", PORT="8999") for _ in range(2)]
    said = [each.communicate(timeout=120)[0] for each in both]
    assert [each.returncode for each in both] == [0, 0], said
    assert sum("Loading the demo hotel" in each for each in said) == 1
    password = json.loads((tmp_path / "var" / "admin.json").read_text())["password"]
    assert all(password in each for each in said)


def opens(client: Client, way_in: dict[str, str]) -> bool:
    """Return whether a user and a password are all that the admin asks for."""
    client.post("/admin/login/", {"username": way_in["user"], "password": way_in["password"]})
    return client.get("/admin/").status_code == 200


def test_the_password_opens_the_admin(db: None, tmp_path: Path, settings: object, client: Client) -> None:
    settings.VAR_DIR = tmp_path  # type: ignore[attr-defined]
    call_command("serve", "--prepare-only", stdout=io.StringIO())
    made = json.loads((tmp_path / "admin.json").read_text())
    assert opens(client, made)
    assert client.get("/admin/").status_code == 200
    User.objects.all().delete()
    call_command("serve", "--prepare-only", stdout=io.StringIO())
    again = json.loads((tmp_path / "admin.json").read_text())
    assert again["password"] != made["password"]
    assert opens(client, again)


def test_a_broken_note_does_not_lock_anybody_out(db: None, tmp_path: Path, settings: object) -> None:
    settings.VAR_DIR = tmp_path  # type: ignore[attr-defined]
    (tmp_path / "admin.json").write_text("{")
    call_command("serve", "--prepare-only", stdout=io.StringIO())
    assert json.loads((tmp_path / "admin.json").read_text())["user"] == "admin"


def test_make_tells_an_old_python(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text(
        "#!/bin/sh\nexec python3 -c \"import sys; sys.version_info = (3, 9); sys.version = '3.9.2 x'; $2\"\n"
    )
    old.chmod(0o755)
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text())
    (tmp_path / "requirements.txt").write_text("")
    done = subprocess.run(
        ["make", "run", f"PYTHON3={old}"], cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "Guestchat needs Python 3.11 or newer" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_a_request_to_end_is_only_noted_while_modules_are_read() -> None:
    """What a signal raises amid an import leaves the module's lock behind: who imports it too waits for ever."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        ending = Ending()
        with pytest.raises(SystemExit) as ended:
            os.kill(os.getpid(), signal.SIGTERM)
        assert (ended.value.code, ending.is_asked) == (128 + signal.SIGTERM, True)
        ending = Ending()
        ending.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        assert ending.is_asked
        with pytest.raises(SystemExit):
            ending.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
