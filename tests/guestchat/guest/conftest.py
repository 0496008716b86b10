"""Owns what the browser tests share: the product served from a folder of its own, and a real Chromium."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[3]
START_WITHIN_S = 120
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Hotel:
    """A running product with the demo hotel, from its own embedded database. It can be killed and started again."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        # The outer environment's database is for the other tests; this one is a fresh machine.
        foreign = ("DATABASE_", "REDIS_", "PGHOST")
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(foreign)},
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "GUESTCHAT_VAR_DIR": str(folder / "var"),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            **variables,
        }
        self._server: subprocess.Popen[Any] | None = None
        self.guest_link = ""

    def start(self) -> None:
        """Start the server and wait until it is ready."""
        with (self.folder / "log").open("a") as log:
            command = [sys.executable, str(ROOT / "manage.py"), "serve"]
            server = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=subprocess.STDOUT)
        self._server = server
        _await_ready(self.address, server, self.folder / "log")
        self.guest_link = self.guest_link or self._room()

    def kill(self) -> None:
        """Kill the server as a power cut does; its database lives on, as it is a process of its own."""
        if self._server is not None:
            self._server.kill()
            self._server.wait(15)

    def end(self) -> None:
        """End the server in order."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait(15)

    def admin(self) -> dict[str, str]:
        """Return the first admin: `url`, `user`, `password`."""
        return dict(json.loads((self.folder / "var" / "admin.json").read_text()))

    def rows(self, conversation: str) -> list[tuple[Any, ...]]:
        """Return what the database holds of a conversation, in order: number, role, status, answers, text."""
        sockets, port = self._database()
        with psycopg.connect(host=sockets, port=port, user="postgres", dbname="guestchat") as connection:
            return connection.execute(
                "SELECT seq, role, status, reply_to, text FROM guestchat_message WHERE conversation_id = %s"
                " ORDER BY seq",
                [conversation],
            ).fetchall()

    def manage(self, *arguments: str) -> str:
        """Run a command on this product's data and return what it printed."""
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self._environment, capture_output=True, check=True, text=True
        ).stdout

    def places(self, hotel: str = "lindenhof") -> list[dict[str, str]]:
        """Return a hotel's places with their guest links."""
        listed: list[dict[str, str]] = json.loads(self.manage("places", hotel, "--json"))
        return listed

    def way_in(self) -> dict[str, str]:
        """Return the first admin's address, user and password."""
        return dict(json.loads((self.folder / "var" / "admin.json").read_text()))

    def staff_session(self) -> str:
        """Return the value of a session cookie of the first admin's."""
        made = (
            "from django.contrib.sessions.backends.db import SessionStore as S; from menus.models import User;"
            "u = User.objects.get(username='admin'); s = S(); s['_auth_user_id'] = str(u.pk);"
            "s['_auth_user_backend'] = 'django.contrib.auth.backends.ModelBackend';"
            "s['_auth_user_hash'] = u.get_session_auth_hash(); s.create(); print(s.session_key)"
        )
        return self.manage("shell", "-v", "0", "-c", made).strip()

    def _room(self) -> str:
        return next(place["url"] for place in self.places() if place["kind"] == "room")

    def _database(self) -> tuple[str, str]:
        """Return the folder of the database's socket and its port, as PostgreSQL itself notes them."""
        noted = (self.folder / "var" / "postgres" / "postmaster.pid").read_text().splitlines()
        return noted[4].strip(), noted[3].strip()


@dataclass(kw_only=True)
class Watch:
    """What a page asked for and complained about."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def running_hotel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotel]:
    """The demo hotel, served by a process of its own."""
    hotel = Hotel(tmp_path_factory.mktemp("hotel"))
    try:
        hotel.start()
        yield hotel
    finally:
        hotel.end()


# Not for the session: Playwright's own loop runs as long as it does, and asynchronous tests could not have theirs.
@pytest.fixture(scope="module")
def guest_browser() -> Iterator[Any]:
    """A real Chromium; skips where there is none."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        try:
            browser = running.chromium.launch(executable_path=chromium(), args=FLAGS)
        except playwright.Error as error:
            pytest.skip(f"no Chromium to drive: {error.message.splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture
def open_phone(guest_browser: Any) -> Iterator[Callable[..., tuple[Any, Watch]]]:
    """Return a function that opens a phone's page and says what it asks for."""
    contexts = []

    def open_phone(**options: Any) -> tuple[Any, Watch]:
        context = guest_browser.new_context(
            viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="en-GB", **options
        )
        contexts.append(context)
        page, watch = context.new_page(), Watch()
        page.on("request", lambda request: watch.requests.append(request.url))
        page.on("websocket", lambda socket: watch.requests.append(socket.url))
        page.on("console", lambda said: said.type in {"error", "warning"} and watch.complaints.append(said.text))
        page.on("pageerror", lambda error: watch.complaints.append(str(error)))
        return page, watch

    yield open_phone
    for context in contexts:
        context.close()


def chromium() -> str | None:
    """Return the installed Chromium, or None where there is none."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_ready(address: str, server: subprocess.Popen[Any], log: Path) -> None:
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"The server did not get ready:\n{log.read_text()[-4000:]}")
