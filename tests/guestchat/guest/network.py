"""Owns a bad network for tests: everything between a browser and the hotel passes here, and can be made to suffer."""

import contextlib
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

HANDSHAKE = re.compile(rb"\r\nupgrade: *websocket", re.IGNORECASE)
# Frames pass as they are written: compressed, nobody could see where in an answer the line is cut.
COMPRESSION = re.compile(rb"\r\nsec-websocket-extensions:[^\r]*", re.IGNORECASE)
REFUSAL = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass(eq=False)
class Link:
    """One connection of the browser, and ours to the hotel."""

    near: socket.socket
    far: socket.socket
    is_socket: bool
    deaf: bool = False  # nothing of the hotel's reaches the phone any more
    mute: bool = False  # nothing of the phone's reaches the hotel any more

    def cut(self) -> None:
        """End both sides at once, without a goodbye."""
        for side in (self.near, self.far):
            with contextlib.suppress(OSError):
                side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                side.shutdown(socket.SHUT_RDWR)
            side.close()


@dataclass
class Network:
    """A proxy before the hotel. `upgrades` is what becomes of a socket's handshake: pass, refuse or swallow."""

    hotel_port: int
    upgrades: str = "pass"
    links: list[Link] = field(default_factory=list)
    handshakes: int = 0
    _waiting: list[tuple[bytes, Callable[[Link], None]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._welcome, daemon=True).start()

    def cut(self) -> None:
        """Cut every connection that there is."""
        while self.links:
            self.links.pop().cut()

    def freeze(self, *, deaf: bool = True, mute: bool = True) -> None:
        """Let nothing pass on the sockets that there are, and tell nobody: the phone has changed its network."""
        for link in self.links:
            link.deaf, link.mute = link.is_socket and deaf, link.is_socket and mute

    def when_told(self, words: str, deed: Callable[[Link], None]) -> None:
        """Do something, once, right after a frame with these words has passed to the browser."""
        self._waiting.append((words.encode(), deed))

    def close(self) -> None:
        """Leave nothing open."""
        self._door.close()
        self.cut()

    def _welcome(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _address = self._door.accept()
                threading.Thread(target=self._connect, args=(near,), daemon=True).start()

    def _connect(self, near: socket.socket) -> None:
        with contextlib.suppress(OSError):
            head = near.recv(65_536)
            is_socket = bool(HANDSHAKE.search(head))
            self.handshakes += is_socket
            if is_socket and self.upgrades != "pass":
                if self.upgrades == "refuse":
                    near.sendall(REFUSAL)
                    near.close()
                else:
                    self.links.append(Link(near, near, is_socket=True))
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.hotel_port), timeout=5)
            except OSError:
                near.close()
                return
            far.settimeout(None)
            link = Link(near, far, is_socket)
            self.links.append(link)
            far.sendall(COMPRESSION.sub(b"", head) if is_socket else head)
            threading.Thread(target=self._carry, args=(link, near, far), daemon=True).start()
            self._carry(link, far, near)

    def _carry(self, link: Link, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            for piece in _frames(source) if link.is_socket and source is link.far else _pieces(source):
                if link.deaf if source is link.far else link.mute:
                    continue
                target.sendall(piece)
                for words, deed in [waiting for waiting in self._waiting if waiting[0] in piece]:
                    self._waiting.remove((words, deed))
                    deed(link)
        if not link.deaf:
            link.cut()


def _pieces(source: socket.socket) -> Iterator[bytes]:
    while piece := source.recv(65_536):
        yield piece


def _frames(source: socket.socket) -> Iterator[bytes]:
    """Yield the answer to the handshake, then one frame at a time (RFC 6455, 5.2; a server's are not masked)."""
    held = b""
    for piece in _pieces(source):
        held += piece
        if held.startswith(b"HTTP/"):
            if b"\r\n\r\n" not in held:
                continue
            head, held = held.split(b"\r\n\r\n", 1)
            yield head + b"\r\n\r\n"
        while (length := _length(held)) and len(held) >= length:
            yield held[:length]
            held = held[length:]


def _length(held: bytes) -> int:
    """Return the length of the frame that begins here, or 0 while that cannot be told."""
    if len(held) < 2 or held.startswith(b"HTTP/"):
        return 0
    length = held[1] & 0x7F
    if length < 126:
        return 2 + length
    width = 2 if length == 126 else 8
    return 2 + width + int.from_bytes(held[2 : 2 + width], "big") if len(held) >= 2 + width else 0
