"""What both servers promise: hostile clients bounded, an end in order, nothing left behind. Real sockets."""

import contextlib
import http.client
import json
import re
import socket
import struct
import subprocess
import sys
import textwrap
import time
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from guestchat.guest.gatekeeper import MOST_BODY_BYTES
from tests.guestchat.guest.conftest import ROOT, Hotel

SERVERS = ("uvicorn", "daphne")


@pytest.fixture(scope="module", params=SERVERS)
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotel]:
    """The demo hotel, served by each of the two."""
    hotel = Hotel(tmp_path_factory.mktemp(request.param), GUESTCHAT_SERVER=request.param)
    try:
        hotel.start()
        yield hotel
    finally:
        hotel.end()


def scan(hotel: Hotel) -> tuple[str, int, str]:
    """Scan the room's code; return the server's name and port, and the cookie."""
    link = urlsplit(hotel.guest_link)
    connection = http.client.HTTPConnection(link.netloc, timeout=10)
    connection.request("GET", link.path)
    cookie = (connection.getresponse().getheader("Set-Cookie") or "").partition(";")[0]
    connection.close()
    return link.hostname or "", link.port or 0, cookie


def come_in(hotel: Hotel, *, origin: str | None = None, cookie: str = "") -> Connection:
    """Return the socket of a guest, of a new one where no cookie is given."""
    host, port, new = scan(hotel)
    cookie = cookie or new
    return connect(
        f"ws://{host}:{port}/ws/chat/",
        additional_headers={"Cookie": cookie},
        origin=origin or f"http://{host}:{port}",  # type: ignore[arg-type]
        compression=None,
    )


def ask(guest: Connection, text: str) -> None:
    guest.send(json.dumps({"type": "ask", "id": str(uuid.uuid4()), "text": text}))


def hear(guest: Connection, kind: str) -> dict[str, Any]:
    """Return the next frame of a kind."""
    while True:
        frame: dict[str, Any] = json.loads(guest.recv(timeout=10))
        if frame["type"] == kind:
            return frame


def test_a_question_is_answered(served: Hotel) -> None:
    with come_in(served) as guest:
        ask(guest, "When is breakfast?")
        finished = hear(guest, "answer.finished")
        assert finished["outcome"] == "answered"
        guest.send(json.dumps({"type": "ping"}))
        assert hear(guest, "pong")["seq"] == finished["seq"]


def test_a_page_of_elsewhere_gets_no_socket(served: Hotel) -> None:
    for origin in ("http://evil.example", "http://[", "null"):
        with pytest.raises(InvalidStatus) as refused:
            come_in(served, origin=origin)
        assert refused.value.response.status_code == 403, origin


def test_a_message_without_end_ends_its_socket(served: Hotel) -> None:
    with come_in(served) as guest:
        hear(guest, "welcome")
        with contextlib.suppress(ConnectionClosed):  # it may be gone before all is written
            guest.send("x" * 2_000_000)
        with pytest.raises(ConnectionClosed):
            hear(guest, "never")
    with come_in(served) as guest:
        hear(guest, "welcome")


def frame(text: bytes) -> bytes:
    """Return a client's text frame; masked with zeros, which is a mask as well."""
    size = bytes([0x80 | len(text)]) if len(text) < 126 else bytes([0x80 | 126]) + struct.pack(">H", len(text))
    return b"\x81" + size + bytes(4) + text


@contextlib.contextmanager
def raw_guest(host: str, port: int, cookie: str = "") -> Iterator[socket.socket]:
    """Yield a guest's socket after its handshake, spoken to byte by byte."""
    with socket.create_connection((host, port), timeout=5) as client:
        client.sendall(
            f"GET /ws/chat/ HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: http://{host}:{port}\r\nCookie: {cookie}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        assert client.recv(12) == b"HTTP/1.1 101"
        yield client


def test_a_client_that_only_writes_is_soon_kept_from_writing(served: Hotel) -> None:
    wanted, sent = 64 * 1_048_576, 0
    flood = frame(b'{"type": "ping", "x": "' + b"x" * 12_000 + b'"}') * 20
    with raw_guest(*scan(served)) as guest:
        guest.settimeout(1.5)
        with contextlib.suppress(TimeoutError):
            while sent < wanted:
                sent += guest.send(flood)
    # What it got rid of lies in the system's buffers of both sides and in a short queue.
    assert sent < 16 * 1_048_576


@pytest.mark.parametrize("tells_its_length", [True, False])
def test_a_body_without_end_is_refused_before_it_is_kept(served: Hotel, tells_its_length: bool) -> None:
    link = urlsplit(served.guest_link)
    length = "Content-Length: 10737418240" if tells_its_length else "Transfer-Encoding: chunked"
    piece = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    sent, said = 0, b""
    with socket.create_connection((link.hostname or "", link.port or 0), timeout=10) as client:
        client.sendall(f"POST /chat/messages/ HTTP/1.1\r\nHost: {link.netloc}\r\n{length}\r\n\r\n".encode())
        with contextlib.suppress(ConnectionError):
            while not said and sent < 4 * MOST_BODY_BYTES:
                sent += client.send(piece)
                client.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    said = client.recv(12)
                client.settimeout(10)
        if not said:
            with contextlib.suppress(ConnectionError):
                said = client.recv(12)
    # The connection may be cut before its last words are read; what it took is what counts.
    assert said in {b"HTTP/1.1 413", b""}
    assert sent < 2 * MOST_BODY_BYTES + 8 * 1_048_576
    assert status_of(served, "GET", "/livez") == 200


def status_of(hotel: Hotel, method: str, path: str, body: bytes | None = None) -> int:
    connection = http.client.HTTPConnection(urlsplit(hotel.guest_link).netloc, timeout=30)
    connection.request(method, path, body=body)
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_body_within_bounds_is_read(served: Hotel) -> None:
    assert status_of(served, "POST", "/chat/messages/", b"text=" + b"x" * 2_000_000) == 403


def test_bodies_that_never_come_to_their_end_keep_nobody_waiting(served: Hotel) -> None:
    link = urlsplit(served.guest_link)
    with contextlib.ExitStack() as slow:
        for _ in range(40):  # more than pages are made at once
            client = slow.enter_context(socket.create_connection((link.hostname or "", link.port or 0), timeout=5))
            client.sendall(
                f"POST /chat/messages/ HTTP/1.1\r\nHost: {link.netloc}\r\nContent-Length: 900\r\n\r\ntext=".encode()
            )
        begun = time.monotonic()
        assert status_of(served, "GET", "/chat/") in {200, 302, 403}
        assert time.monotonic() - begun < 5


def test_what_is_not_http_is_called_a_bad_request(served: Hotel) -> None:
    link = urlsplit(served.guest_link)
    for said in (b"\x16\x03\x01\x02\x00\r\n\r\n", b"GET\r\n\r\n", b"GET /\xff HTTP/9.9\r\n\r\n"):
        with socket.create_connection((link.hostname or "", link.port or 0), timeout=5) as client:
            client.sendall(said)
            with contextlib.suppress(ConnectionError, TimeoutError):
                answer = client.recv(64)
                assert not answer or answer.split()[1] in {b"400", b"403", b"404", b"505"}, said
    assert "Traceback" not in (served.folder / "log").read_text()


def test_who_is_here_at_its_end_comes_back_to_everything(served: Hotel) -> None:
    cookie = scan(served)[2]
    with come_in(served, cookie=cookie) as guest:
        hear(guest, "welcome")
        ask(guest, "Do you have parking?")
        ask(guest, "And when is breakfast?")
        hear(guest, "message")
        served.end()
        with pytest.raises(ConnectionClosed) as closed:
            hear(guest, "never")
    # 1012 is "service restart"; Daphne says nothing at its end.
    assert closed.value.rcvd is None or closed.value.rcvd.code == 1012
    served.start()
    with come_in(served, cookie=cookie) as guest:
        guest.send(json.dumps({"type": "resume", "after": 0}))
        messages: list[dict[str, Any]] = []
        while (said := json.loads(guest.recv(timeout=10)))["type"] != "resumed":
            if said["type"] == "message":
                messages.append(said)
    questions = [each["seq"] for each in messages if each["role"] == "guest"]
    answered = [each["reply_to"] for each in messages if each["role"] == "assistant" and each["status"] == "complete"]
    assert questions, messages
    assert answered == questions, "each question that was acknowledged has its answer"


# --- one server alone, with an application of the test's own ---------------------------------------
_ALONE = """
import gc, http.client, importlib, sys, threading, time
server, port = importlib.import_module(f"guestchat.serving.with_{sys.argv[1]}"), int(sys.argv[2])
from guestchat.management.starting import Ending

class Upkeep:
    def begin(self, is_empty):
        self.is_empty = is_empty
        threading.Thread(target=visit).start()
    def stop(self): pass
    async def end(self): pass

def finish(*said):
    print(*said, flush=True)
    import os, signal
    os.kill(os.getpid(), signal.SIGTERM)

GREETING = {
    "Upgrade": "websocket", "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
"""

_COME_AND_GO = """
gc.disable()

async def application(scope, receive, send):
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await receive()

def visit():
    for _ in range(5):
        guest = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        guest.request("GET", "/", headers=GREETING)
        assert guest.getresponse().status == 101
        guest.close()
    deadline = time.monotonic() + 8
    while time.monotonic() < deadline and left():
        time.sleep(0.1)
    finish("left:", left())

def left():
    return sum(type(each).__name__ in KEPT for each in gc.get_objects())

KEPT = {"GuestProtocol", "BoundedRequest", "GuestSocket", "Pages", "ServerProtocol"}
server.serve(application, "127.0.0.1", port, Upkeep(), Ending())
"""

_NEVER_READ = """
import asyncio, resource

def most_memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

async def application(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    before, said, gone = most_memory(), 0, asyncio.ensure_future(receive())
    try:
        while not gone.done():
            for _ in range(20):
                await send({"type": "websocket.send", "text": "x" * 50_000})
            said += 1
            await asyncio.sleep(0.001)
    except OSError:
        pass
    finally:
        finish("grown:", most_memory() - before, "said:", said, "in time:", not LEFT.is_set())

def visit():
    import socket
    guest = socket.create_connection(("127.0.0.1", port))
    lines = [f"{name}: {value}" for name, value in GREETING.items()]
    guest.sendall("\\r\\n".join(["GET / HTTP/1.1", "Host: x", *lines, "", ""]).encode())
    time.sleep(4)
    LEFT.set()
    guest.close()

LEFT = threading.Event()
server.serve(application, "127.0.0.1", port, Upkeep(), Ending())
"""


def alone(server: str, script: str) -> str:
    """Run a server with a test's application in a process of its own; return what that printed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_ALONE + script), server, str(port)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("server", SERVERS)
def test_a_socket_that_has_ended_leaves_nothing_to_garbage_collection(server: str) -> None:
    said = alone(server, _COME_AND_GO)
    assert "left: 0" in said, said


@pytest.mark.parametrize("server", SERVERS)
def test_a_client_that_never_reads_is_cut_off_before_it_fills_the_memory(server: str) -> None:
    said = alone(server, _NEVER_READ)
    grown = re.search(r"^grown: (\d+) said: (\d+) in time: True$", said, re.MULTILINE)
    assert grown, said  # the server has cut it off, and nobody who sends has waited until it went by itself
    # In MB: 20 of the pieces are made at a time, and a socket keeps one.
    assert int(grown[1]) < 12, said
    assert int(grown[2]) >= 2, "what the system takes was taken"
