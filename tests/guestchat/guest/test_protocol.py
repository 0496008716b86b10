"""What a hostile client can make the server keep for it: a real server, and clients that only write or never read."""

import contextlib
import http.client
import os
import socket
import struct
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import pytest
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet.task import Clock

from guestchat.guest import protocol
from tests.guestchat.guest.conftest import ROOT, Hotel


@pytest.fixture
def raw_guest(running_hotel: Hotel) -> Iterator[socket.socket]:
    """A guest's socket after its handshake, spoken to byte by byte."""
    link = urlsplit(running_hotel.guest_link)
    connection = http.client.HTTPConnection(link.netloc, timeout=10)
    connection.request("GET", link.path)
    cookie = (connection.getresponse().getheader("Set-Cookie") or "").partition(";")[0]
    connection.close()
    with socket.create_connection((link.hostname or "", link.port or 0), timeout=5) as client:
        client.sendall(
            f"GET /ws/chat/ HTTP/1.1\r\nHost: {link.netloc}\r\nOrigin: http://{link.netloc}\r\nCookie: {cookie}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        assert client.recv(12) == b"HTTP/1.1 101"
        yield client


def frame(text: bytes) -> bytes:
    """Return a client's text frame; masked with zeros, which is a mask as well."""
    size = bytes([0x80 | len(text)]) if len(text) < 126 else bytes([0x80 | 126]) + struct.pack(">H", len(text))
    return b"\x81" + size + bytes(4) + text


def test_a_client_that_only_writes_is_soon_kept_from_writing(raw_guest: socket.socket) -> None:
    wanted, sent = 64 * 1_048_576, 0
    flood = frame(b'{"type": "ping", "x": "' + b"x" * 12_000 + b'"}') * 20
    raw_guest.settimeout(1.5)
    with contextlib.suppress(TimeoutError):
        while sent < wanted:
            sent += raw_guest.send(flood)
    # What it got rid of lies in the system's buffers of both sides and in a queue of 64 frames.
    assert sent < 16 * 1_048_576


class Transport:
    """A network that takes nothing more once it is told so."""

    def __init__(self) -> None:
        self.producer: Any = None

    def registerProducer(self, producer: Any, streaming: bool) -> None:  # noqa: N802
        assert streaming
        self.producer = producer

    def unregisterProducer(self) -> None:  # noqa: N802
        self.producer = None


@pytest.mark.skipif(os.name != "posix", reason="Daphne's event loop")
def test_a_client_that_never_reads_is_cut_off_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    monkeypatch.setattr(WebSocketProtocol, "serverSend", lambda self, content, binary=False: sent.append(1))
    monkeypatch.setattr(WebSocketProtocol, "onOpen", lambda self: None)
    guest = protocol.GuestProtocol.__new__(protocol.GuestProtocol)
    guest.transport, guest.state = Transport(), guest.STATE_OPEN
    dropped: list[bool] = []
    guest.dropConnection = lambda abort: dropped.append(abort)
    guest.onOpen()
    for _ in range(40):
        guest.serverSend("x" * 100_000)
    assert (len(sent), dropped) == (40, [])  # as long as the network takes it, any amount may be sent
    guest.transport.producer.pauseProducing()
    for _ in range(8):
        guest.serverSend("x" * 100_000)
    guest.transport.producer.resumeProducing()
    guest.transport.producer.pauseProducing()
    for _ in range(12):
        guest.serverSend("x" * 100_000)
    assert len(sent) == 40 + 8 + 10
    assert dropped == [True, True]


@pytest.mark.parametrize("tells_its_length", [True, False])
def test_a_body_without_end_is_refused_before_it_is_kept(running_hotel: Hotel, tells_its_length: bool) -> None:
    link = urlsplit(running_hotel.guest_link)
    length = "Content-Length: 10737418240" if tells_its_length else "Transfer-Encoding: chunked"
    piece = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    sent, said = 0, b""
    with socket.create_connection((link.hostname or "", link.port or 0), timeout=10) as client:
        client.sendall(f"POST /chat/messages/ HTTP/1.1\r\nHost: {link.netloc}\r\n{length}\r\n\r\n".encode())
        with contextlib.suppress(ConnectionError):
            while not said and sent < 4 * protocol.MOST_BODY_BYTES:
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
    assert sent < 2 * protocol.MOST_BODY_BYTES + 8 * 1_048_576
    connection = http.client.HTTPConnection(link.netloc, timeout=10)
    connection.request("GET", "/livez")
    assert connection.getresponse().status == 200
    connection.close()


def test_a_body_within_bounds_is_read(running_hotel: Hotel) -> None:
    connection = http.client.HTTPConnection(urlsplit(running_hotel.guest_link).netloc, timeout=30)
    connection.request("POST", "/chat/messages/", body=b"text=" + b"x" * 2_000_000)
    assert connection.getresponse().status == 403
    connection.close()


class Connection:
    """A connection as Daphne's server looks at it, with the moments at which it was looked at."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.looked_at = clock, list[float]()

    def check_timeouts(self) -> None:
        """Note the moment."""
        self.looked_at.append(round(self.clock.seconds(), 6))


class Server:
    """What Daphne's server holds that matters here."""

    connections: dict[Connection, None]
    timeout_checker: Callable[[], None]


def test_connections_are_looked_at_in_turn_each_every_two_seconds() -> None:
    clock, server = Clock(), Server()
    some = [Connection(clock) for _ in range(1_000)]
    server.connections = dict.fromkeys(some)
    protocol.check_in_turn(server, clock)
    server.timeout_checker()
    clock.pump([0.05] * 119)  # six seconds
    assert {len(each.looked_at) for each in some} == {3}
    for each in some:
        assert [later - at for at, later in pairwise(each.looked_at)] == [pytest.approx(2.0)] * 2
    at_once = Counter(moment for each in some for moment in each.looked_at)
    assert max(at_once.values()) == 25


def test_who_has_gone_is_looked_at_no_more_and_who_has_come_soon_is() -> None:
    clock, server = Clock(), Server()
    gone, late = Connection(clock), Connection(clock)
    server.connections = dict.fromkeys([gone, *(Connection(clock) for _ in range(79))])
    protocol.check_in_turn(server, clock)
    server.timeout_checker()
    server.connections.pop(gone)
    server.connections[late] = None
    clock.pump([0.05] * 79)
    assert not gone.looked_at
    assert len(late.looked_at) == 1


# In a process of its own: Daphne makes its event loop there.
_WHAT_IS_LEFT = """
import gc, http.client, threading, time
from daphne.server import Server
from guestchat.guest import protocol
protocol.install()
gc.disable()

async def application(scope, receive, send):
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await receive()

def come_and_go():
    host, port = server.listening_addresses[0]
    for _ in range(5):
        guest = http.client.HTTPConnection(host, port, timeout=5)
        guest.request("GET", "/", headers={
            "Upgrade": "websocket", "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        })
        assert guest.getresponse().status == 101
        guest.close()
    deadline = time.monotonic() + 8
    while time.monotonic() < deadline and left():
        time.sleep(0.1)
    print("left:", left())
    server.stop()

def left():
    kept = protocol.GuestProtocol, protocol.BoundedRequest
    return sum(type(each) in kept for each in gc.get_objects())

server = Server(
    application, endpoints=["tcp:port=0:interface=127.0.0.1"],
    ready_callable=lambda: threading.Thread(target=come_and_go).start(),
)
server.run()
"""


def test_a_socket_that_has_ended_leaves_nothing_to_garbage_collection() -> None:
    said = subprocess.run(
        [sys.executable, "-c", _WHAT_IS_LEFT], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert "left: 0" in said.stdout, said.stdout + said.stderr
