"""Owns serving with uvicorn on uvloop, and what uvicorn leaves open to a guest: a client that never reads.

Imported only where uvicorn serves. It reads nothing more from a socket whose last frame is still being answered; but
whoever sends would wait for a client that reads nothing, an answer for its guest among them.
"""

import asyncio
import contextlib
import logging
import socket
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import Server
from websockets.http11 import Request

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

log = logging.getLogger(__name__)

_SOCKETS_END_WITHIN_S = 5


class _Gathered:
    """A transport that writes what is said in one go as one: a question's first three frames, say.

    uvloop would write each at once, which takes a tenth of a millisecond in which nobody else is served.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._waiting: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Keep a piece until the running callback, and those that wait already, are done."""
        if not self._waiting:
            self._loop.call_soon(self._write)
        self._waiting.append(data)

    def close(self) -> None:
        """Write what waits, and close."""
        self._write()
        self._transport.close()

    def _write(self) -> None:
        pieces, self._waiting = self._waiting, []
        if pieces and not self._transport.is_closing():
            self._transport.write(b"".join(pieces))


class GuestSocket(WebSocketsSansIOProtocol):
    """A guest's socket that lets a client wait, and neither an answer nor the server's memory."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let more be written than uvicorn would before a client counts as one that does not read."""
        given = cast(asyncio.Transport, transport)
        given.set_write_buffer_limits(high=MOST_UNREAD_BYTES)
        super().connection_made(cast(asyncio.Transport, _Gathered(given, self.loop)))

    def handle_connect(self, event: Request) -> None:
        """Let several Origins count as none: the application refuses them with 403, websockets as a bad request."""
        if len(event.headers.get_all("Origin")) > 1:
            del event.headers["Origin"]
        super().handle_connect(event)

    def pause_writing(self) -> None:
        """End a connection whose client reads nothing: the conversation goes on in the log."""
        super().pause_writing()
        log.info("a socket was closed: its client does not read")
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """End, and let go of what refers back to itself: else each socket waits for garbage collection."""
        super().connection_lost(exc)
        self.conn.parser.close()


class Pages(HttpToolsProtocol):
    """A connection that asks for pages, until it becomes a socket."""

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over, and let go of what refers back to this."""
        super().handle_websocket_upgrade()
        self.parser = None  # type: ignore[assignment]  # as uvicorn does at the end of a connection


class _Server(Server):
    """uvicorn's server with what a serving process does beside."""

    def __init__(self, config: Config, upkeep: Upkeep, ending: Ending) -> None:
        super().__init__(config)
        self._upkeep, self._ending = upkeep, ending

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Take connections, unless the end was asked for before uvicorn could hear it."""
        self.should_exit = self.should_exit or self._ending.is_asked
        await super().startup(sockets)
        if not self.should_exit:
            self._upkeep.begin(lambda: not self.server_state.connections)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Send everybody away with 1012, which says to come back, and end what is done beside."""
        self._upkeep.stop()
        await super().shutdown(sockets)
        await self._upkeep.end()


def serve(application: Any, host: str, port: int, upkeep: Upkeep, ending: Ending) -> None:
    """Serve until somebody asks for the end; raise CannotListenError."""
    config = Config(
        application,
        loop="auto",  # uvloop, where the system has it
        http=Pages,
        ws=GuestSocket,
        ws_max_size=MOST_MESSAGE_BYTES,
        ws_ping_interval=PING_EVERY_S,
        ws_ping_timeout=PONG_WITHIN_S,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # GUESTCHAT_PROXIES says how many there are, and is asked where it matters
        headers=[("server", "guestchat")],
        server_header=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=_SOCKETS_END_WITHIN_S,
    )
    with _listening(host, port) as listener, contextlib.suppress(KeyboardInterrupt):
        _Server(config, upkeep, ending).run([listener])


def _listening(host: str, port: int) -> socket.socket:
    try:
        family, _type, _proto, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)  # an IPv6 address has four parts
    except (OSError, UnicodeError):
        raise CannotListenError from None
