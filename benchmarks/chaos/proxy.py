"""Owns a line that can be made to suffer: a proxy before an address, cut, frozen, slowed or watched byte by byte."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Open = Callable[[], Awaitable[Stream]]
# Returns what goes on instead of the bytes that came; b"" swallows them.
Watch = Callable[["Link", bytes], Awaitable[bytes]]

_CHUNK = 65_536


@dataclass(eq=False)
class Link:
    """One connection through a proxy."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter
    marked: bool = False  # for who watches

    def cut(self) -> None:
        """End both sides without a goodbye."""
        for side in (self.near, self.far):
            side.transport.abort()


class Proxy:
    """Carries bytes both ways. What it does to them can be changed at any moment."""

    def __init__(self, open_far: Open) -> None:
        self._open_far = open_far
        self._server: asyncio.Server | None = None
        self.links: set[Link] = set()
        self._passing = asyncio.Event()
        self._passing.set()
        self.refuses = False
        self.delay_s = 0.0  # of each chunk that comes back
        self.trickle: int | None = None  # so many bytes at a time come back, with pauses
        self.watch_up: Watch | None = None
        self.watch_down: Watch | None = None

    async def listen_on_port(self) -> int:
        """Listen on a free port of loopback and return it."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0, backlog=4096)
        return int(self._server.sockets[0].getsockname()[1])

    async def listen_on_path(self, path: str) -> None:
        """Listen on a Unix socket."""
        self._server = await asyncio.start_unix_server(self._carry, path, backlog=1024)

    def cut(self) -> int:
        """Cut every connection; return how many there were."""
        cut = len(self.links)
        for link in list(self.links):
            link.cut()
        return cut

    def freeze(self) -> None:
        """Let nothing pass, and tell nobody."""
        self._passing.clear()

    def heal(self) -> None:
        """Let everything pass unchanged again."""
        self.refuses, self.delay_s, self.trickle = False, 0.0, None
        self.watch_up = self.watch_down = None
        self._passing.set()

    async def close(self) -> None:
        """Leave nothing open."""
        self.heal()
        if self._server is not None:
            self._server.close()
        self.cut()

    async def _carry(self, reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        if self.refuses:
            near.transport.abort()
            return
        try:
            far_reader, far = await self._open_far()
        except OSError:
            near.transport.abort()
            return
        link = Link(near, far)
        self.links.add(link)
        try:
            await asyncio.gather(self._up(link, reader), self._down(link, far_reader))
        finally:
            link.cut()
            self.links.discard(link)

    async def _up(self, link: Link, reader: asyncio.StreamReader) -> None:
        await self._pass_on(link, reader, link.far, lambda: self.watch_up)

    async def _down(self, link: Link, reader: asyncio.StreamReader) -> None:
        await self._pass_on(link, reader, link.near, lambda: self.watch_down, back=True)

    async def _pass_on(
        self,
        link: Link,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        watch: Callable[[], Watch | None],
        *,
        back: bool = False,
    ) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while data := await source.read(_CHUNK):
                await self._passing.wait()
                watching = watch()
                if watching is not None:
                    data = await watching(link, data)
                if back and self.delay_s:
                    await asyncio.sleep(self.delay_s)
                for piece in self._pieces(data) if back else (data,):
                    target.write(piece)
                    await target.drain()
                    if back and self.trickle:
                        await asyncio.sleep(0.01)
        # One side's end is the other's, at once: neither PostgreSQL nor a socket has half a goodbye.
        link.cut()

    def _pieces(self, data: bytes) -> list[bytes]:
        size = self.trickle or len(data) or 1
        return [data[start : start + size] for start in range(0, len(data), size)]
