"""`deploy/rolling-restart.sh`: one after the other, and none where the last one did not come back."""

import http.server
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.config.conftest import ROOT


class Process(http.server.BaseHTTPRequestHandler):
    """A server process that is not ready for a few looks after it was restarted."""

    looks_until_ready: int

    def do_GET(self) -> None:
        cls = type(self)
        self.send_response(200 if self.path == "/readyz" and cls.looks_until_ready <= 0 else 503)
        self.end_headers()
        cls.looks_until_ready -= 1

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def ports() -> Iterator[list[tuple[int, type[Process]]]]:
    servers = []
    for looks in (3, 3):
        kind = type("Process", (Process,), {"looks_until_ready": looks})
        servers.append((http.server.HTTPServer(("127.0.0.1", 0), kind), kind))
        threading.Thread(target=servers[-1][0].serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield [(server.server_address[1], kind) for server, kind in servers]
    for server, _kind in servers:
        server.shutdown()
        server.server_close()


def restart(tmp_path: Path, *ports: int, within_s: int) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """Run the script with a systemctl that only notes what it was told."""
    noted = tmp_path / "noted"
    noted.touch()
    systemctl = tmp_path / "bin" / "systemctl"
    systemctl.parent.mkdir()
    systemctl.write_text(f'#!/bin/sh\necho "$@" >> {noted}\n')
    systemctl.chmod(0o755)
    done = subprocess.run(
        ["deploy/rolling-restart.sh", *map(str, ports)],
        cwd=ROOT,
        env={
            "PATH": f"{systemctl.parent}:{os.environ['PATH']}",
            "READY_WITHIN_S": str(within_s),
            "BETWEEN_S": "0",
        },
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return done, noted.read_text().splitlines()


def test_each_is_awaited_before_the_next(tmp_path: Path, ports: list[tuple[int, type[Process]]]) -> None:
    (one, first), (two, second) = ports
    done, told = restart(tmp_path, one, two, within_s=20)
    assert done.returncode == 0, done.stderr
    assert told == [f"restart guestchat-web@{one}", f"restart guestchat-web@{two}"]
    assert [line for line in done.stdout.splitlines() if line.endswith("again.")] == [
        f"{one} is ready again.",
        f"{two} is ready again.",
    ]
    assert first.looks_until_ready < 0
    assert second.looks_until_ready < 0


def test_where_one_does_not_come_back_the_others_are_left(
    tmp_path: Path, ports: list[tuple[int, type[Process]]]
) -> None:
    (one, first), (two, _second) = ports
    first.looks_until_ready = 10_000
    done, told = restart(tmp_path, one, two, within_s=1)
    assert done.returncode == 1
    assert told == [f"restart guestchat-web@{one}"]
    assert f"{one} is not ready after 1 s: the others were left as they are." in done.stderr
