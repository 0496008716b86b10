"""Owns serving with Daphne, and what Daphne leaves open to a guest: long bodies, and clients that only write or read.

Imported only where Daphne serves. Until a ping has gone unanswered for long, a client that never reads could ask for
its history over and over, and all of it would be kept for it here.
"""

import asyncio
import contextlib
import logging
import math
import sys
from collections.abc import Iterator
from typing import Any

from guestchat.guest.gatekeeper import MOST_BODY_BYTES
from guestchat.management.starting import Ending
from guestchat.serving import (
    BACKLOG,
    MOST_MESSAGE_BYTES,
    MOST_UNREAD_BYTES,
    PING_EVERY_S,
    PONG_WITHIN_S,
    CannotListenError,
    Upkeep,
)


@contextlib.contextmanager
def _without(*modules: str) -> Iterator[None]:
    """Let what is imported meanwhile find these not installed, which it can do without.

    Twisted reads TLS for a tenth of a second, which a proxy does here; Autobahn colours a debug line for each frame.
    """
    hidden = [module for module in modules if module not in sys.modules]
    for module in hidden:
        sys.modules[module] = None  # type: ignore[assignment]  # what Python knows as not installed
    try:
        yield
    finally:
        for module in hidden:
            del sys.modules[module]


with _without("OpenSSL", "click"):
    from daphne import http_protocol
    from daphne.endpoints import build_endpoint_description_strings
    from daphne.server import Server
    from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
    from twisted.internet import defer, interfaces, reactor
    from zope.interface import implementer

log = logging.getLogger(__name__)

# A frame that waits here has been read from the network and not yet from the queue; more stay in the client's buffers.
MOST_WAITING_FRAMES = 64
_LOOK_AGAIN_S = 0.05
# Daphne's own interval, and the most parts that it is done in.
_CHECK_EVERY_S = 2.0
_MOST_PARTS = 40
_TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class BoundedRequest(http_protocol.WebRequest):  # type: ignore[misc]
    """A request whose body ends the connection where it is too large, told or not, before it is kept."""

    is_refused = False

    def gotLength(self, length: int | None) -> None:  # noqa: N802 - twisted calls it by this name
        """Refuse a body by the length that its client tells."""
        super().gotLength(0 if length and length > MOST_BODY_BYTES else length)
        if length and length > MOST_BODY_BYTES:
            self._refuse()

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        """Keep a piece of the body, or refuse what has become too long without telling its length."""
        if not self.is_refused and self.content.tell() + len(data) > MOST_BODY_BYTES:
            self._refuse()
        if not self.is_refused:
            super().handleContentChunk(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:  # noqa: N802
        """Hand on what was not refused."""
        if not self.is_refused:
            super().requestReceived(command, path, version)

    def process(self) -> Any:
        """Answer the request; one that has become a socket is over, and its channel lets go of it."""
        answered = super().process()
        if self.transport is None:  # Daphne gave it to the socket's protocol, and nobody tells the channel
            self.channel.requests.clear()
        return answered

    def _refuse(self) -> None:
        self.is_refused = True
        log.info("a request was refused: its body is too large")
        self.channel.transport.write(_TOO_LARGE)
        self.channel.loseConnection()


@implementer(interfaces.IPushProducer)
class Unread:
    """Counts what is sent to a client while the network takes nothing more for it."""

    def __init__(self) -> None:
        self.is_full = False
        self.bytes = 0

    def pauseProducing(self) -> None:  # noqa: N802 - the transport calls it by this name
        """Note that the network's buffer is full."""
        self.is_full = True

    def resumeProducing(self) -> None:  # noqa: N802
        """Note that the client has read all."""
        self.is_full, self.bytes = False, 0

    def stopProducing(self) -> None:  # noqa: N802
        """Do nothing: the connection is lost."""


class GuestProtocol(WebSocketProtocol):  # type: ignore[misc]
    """A guest's socket that lets a client wait, and not the server's memory grow."""

    def onOpen(self) -> None:  # noqa: N802
        """Take the place of the page's protocol, which had opened this connection and is told of full buffers."""
        self.unread = Unread()
        self.transport.unregisterProducer()
        self.transport.registerProducer(self.unread, True)
        super().onOpen()

    def connectionLost(self, reason: Any) -> None:  # noqa: N802
        """End, and let go of what refers back to this: else each socket waits for garbage collection."""
        super().connectionLost(reason)
        self.is_closed = None  # told already, with this protocol as its result

    def serverSend(self, content: Any, binary: bool = False) -> None:  # noqa: N802
        """Send a frame, or end a connection whose client reads nothing."""
        # The client is closing, or broke the protocol: its conversation goes on in the log.
        if self.state != self.STATE_OPEN:
            return
        unread = getattr(self, "unread", None)
        if unread is not None and unread.is_full:
            unread.bytes += len(content)
            if unread.bytes > MOST_UNREAD_BYTES:
                log.info("a socket was closed: its client does not read")
                self.dropConnection(abort=True)
                return
        super().serverSend(content, binary)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N802, N803
        """Hand a frame on; with too many waiting, read nothing more from the network until they are done."""
        super().onMessage(payload, isBinary)
        if self.application_queue.qsize() >= MOST_WAITING_FRAMES:
            self.transport.pauseProducing()
            self._read_on_later()

    def _read_on_later(self) -> None:
        if self.state != self.STATE_OPEN:
            return
        if self.application_queue.qsize() < MOST_WAITING_FRAMES // 2:
            self.transport.resumeProducing()
        else:
            reactor.callLater(_LOOK_AGAIN_S, self._read_on_later)  # type: ignore[arg-type]

    def failHandshake(self, reason: str, code: int = 400, *arguments: Any) -> None:  # noqa: N802
        """Answer an Origin that cannot be read with 403, as any other that is not ours.

        Autobahn reads the header before any application is asked, and would call it a bad request.
        """
        super().failHandshake(reason, 403 if "Origin header" in reason else code, *arguments)


def check_in_turn(server: Any, clock: Any) -> None:
    """Let Daphne look at its connections a few at a time, each every two seconds as before.

    By itself it looks at all at once. What came together is pinged together then, and of 10,000 guests a thousand
    pings and their pongs stand in a row, before anybody's question. `clock` is Twisted's reactor.
    """
    waiting: list[Any] = []
    at_once, pause_s = 1, _CHECK_EVERY_S

    def look() -> None:
        nonlocal at_once, pause_s
        if not waiting:
            waiting.extend(server.connections)
            at_once = max(1, math.ceil(len(waiting) / _MOST_PARTS))
            pause_s = _CHECK_EVERY_S / max(1, math.ceil(len(waiting) / at_once))
        due = waiting[-at_once:]
        del waiting[-at_once:]
        for connection in due:
            if connection in server.connections:  # it may have ended meanwhile
                connection.check_timeouts()
        clock.callLater(pause_s, look)

    server.timeout_checker = look


def serve(application: Any, host: str, port: int, upkeep: Upkeep, ending: Ending) -> None:
    """Serve until somebody asks for the end; raise CannotListenError."""
    install()

    def ready() -> None:
        if ending.is_asked:
            reactor.callLater(0, server.stop)  # type: ignore[arg-type]
            return
        upkeep.begin(lambda: not server.connections)
        reactor.addSystemEventTrigger("before", "shutdown", end)  # type: ignore[arg-type]

    def end() -> defer.Deferred[Any]:
        return defer.Deferred.fromFuture(asyncio.ensure_future(upkeep.end()))

    endpoints = [
        f"{endpoint}:backlog={BACKLOG}" for endpoint in build_endpoint_description_strings(host=host, port=port)
    ]
    server = Server(
        application,
        endpoints=endpoints,
        server_name="guestchat",
        ready_callable=ready,
        ping_interval=PING_EVERY_S,
        ping_timeout=PONG_WITHIN_S,
        websocket_max_message_size=MOST_MESSAGE_BYTES,
        websocket_max_frame_size=MOST_MESSAGE_BYTES,
    )
    check_in_turn(server, reactor)
    # Daphne only logs that it could not listen, and ends as if all were well.
    server.listen_error = lambda failure: server.stop()
    server.run()
    if not server.listening_addresses:
        raise CannotListenError


def install() -> None:
    """Let Daphne's requests and sockets be these."""
    http_protocol.WebRequest = BoundedRequest
    WebSocketFactory.protocol = GuestProtocol
