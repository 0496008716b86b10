"""Owns mutated frames and sends them over real sockets: what a client could send by mistake, by decay or by malice."""

import asyncio
import http.client
import json
import random
import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.fuzz.payloads import PAYLOADS

# As many as a socket may send at once, less what asks whether it still lives.
_BATCH = 20
_PATIENCE_S = 120.0
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2, 2**31 - 1, 2**31, 2**63, -(2**63), 10**400, 0.5, -0.0, 1e308, "", " ", "1", "true",
    "x" * 2001, "x" * 9000, "\x00", "\ud800", "\udfff", "‮", "\ufeff", "🇩🇪" * 300, [], {}, [[]] * 50, {"": {}},
    {"a": [1, {"b": None}]}, "NaN", "ask", "../../etc/passwd", "'; DROP TABLE guestchat_message; --", "%s%n", "𝟙",
)  # fmt: skip
_RAW = (
    b"", b" ", b"null", b"true", b"0", b"[]", b"{}", b'""', b"{", b"}", b"[" * 4000, b'{"a":' * 2500, b"NaN",
    b"Infinity",
    b'{"type":"ping","type":"ask"}', b'{"type":NaN}', b"1" * 5000, b'{"type":"resume","after":' + b"9" * 5000 + b"}",
    b'{"type":"resume","after":1e999}', b'{"type":"resume","after":-Infinity}', b'{"type":"\\ud800"}',
    b"\xef\xbb\xbf{}",
    b'{"type":"ask","id":"\\u0000","text":"\\u0000"}', b"x" * 16_385, b"\xc3\xa9" * 8_193, b"\x00" * 100,
)  # fmt: skip


def frame(chance: random.Random) -> bytes:
    """Return one frame's bytes, which are to be sent as text whatever they hold."""
    if chance.random() < 0.1:
        return chance.choice(_RAW)
    valid = _valid(chance)
    for _ in range(chance.randrange(4)):
        _mutate(valid, chance)
    written = json.dumps(valid, ensure_ascii=chance.random() < 0.8)
    sent = written.encode("utf-8", "surrogatepass")
    if chance.random() < 0.4:
        sent = _damaged(sent, chance)
    # What is no UTF-8 ends a socket, as its standard wants; seldom, or nothing else would be tried on it.
    return sent if chance.random() < 0.02 else sent.decode("utf-8", "ignore").encode()


def _valid(chance: random.Random) -> dict[str, Any]:
    return chance.choice(
        (
            {"type": "ask", "id": str(uuid.UUID(int=chance.getrandbits(128))), "text": chance.choice(PAYLOADS)},
            {"type": "resume", "after": chance.randrange(50)},
            {"type": "stop"},
            {"type": "rate", "seq": chance.randrange(20), "value": chance.choice((1, -1))},
            {"type": "confirm", "seq": chance.randrange(20), "accept": chance.random() < 0.5},
            {"type": "ping"},
        )
    ).copy()


def _mutate(found: dict[str, Any], chance: random.Random) -> None:
    name = chance.choice((*found, "type", "id", "text", "after", "seq", "value", "accept", "extra", ""))
    if chance.random() < 0.3:
        found.pop(name, None)
    else:
        found[name] = chance.choice(_VALUES)


def _damaged(written: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(written)
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(damaged) + 1)
        kind = chance.randrange(4)
        if kind == 0:
            damaged[at : at + 1] = bytes([chance.randrange(256)])
        elif kind == 1:
            del damaged[at : at + chance.randrange(1, 20)]
        elif kind == 2:
            damaged[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 9)))
        else:
            damaged[at:at] = damaged[: chance.randrange(1, 40)]
    return bytes(damaged)


async def flood(links: Sequence[str], frames: int, *, seed: int) -> Counter[str]:
    """Send so many frames, shared among a guest behind each link; count what came back, by type and error code.

    After each batch the socket must still answer. Only what is no UTF-8 may end it, as its standard wants.
    """
    told: Counter[str] = Counter()
    shares = [frames // len(links) + (number < frames % len(links)) for number in range(len(links))]
    await asyncio.gather(
        *(_guest(link, share, random.Random(f"{seed} {number}"), told)
          for number, (link, share) in enumerate(zip(links, shares, strict=True)))
    )  # fmt: skip
    return told


async def _guest(link: str, frames: int, chance: random.Random, told: Counter[str]) -> None:
    cookie = await asyncio.to_thread(pass_of, link)
    site = urlsplit(link)
    mine: Counter[str] = Counter()
    while mine["sent"] < frames:
        opening = connect(
            f"ws://{site.netloc}/ws/chat/",
            additional_headers={"Cookie": cookie},
            origin=f"http://{site.netloc}",  # type: ignore[arg-type]
            compression=None,
            open_timeout=_PATIENCE_S,
            ping_interval=None,
        )
        try:
            async with opening as socket:
                while mine["sent"] < frames:
                    await _batch(socket, min(_BATCH, frames - mine["sent"]), chance, mine)
        except ConnectionClosed:
            mine["closed" if mine.pop("no UTF-8", 0) else "closed for no reason"] += 1
    told.update(mine)


async def _batch(socket: ClientConnection, frames: int, chance: random.Random, told: Counter[str]) -> None:
    for _ in range(frames):
        told["sent"] += 1
        sent, is_text = frame(chance), chance.random() > 0.02
        told["no UTF-8"] += is_text and not _is_utf8(sent)
        await socket.send(sent, text=is_text)
    # Whatever came before: the socket still reads and answers.
    end = str(uuid.uuid4())
    await socket.send(json.dumps({"type": "ask", "id": end, "text": ""}))
    async with asyncio.timeout(_PATIENCE_S):
        async for written in socket:
            heard = json.loads(written)
            if heard["type"] == "error" and heard["id"] == end:
                return
            told[f"error {heard['code']}" if heard["type"] == "error" else heard["type"]] += 1


def _is_utf8(sent: bytes) -> bool:
    try:
        sent.decode()
    except UnicodeDecodeError:
        return False
    return True


def pass_of(link: str) -> str:
    """Scan a code and return the cookie that it gives."""
    site = urlsplit(link)
    connection = http.client.HTTPConnection(site.netloc, timeout=_PATIENCE_S)
    try:
        connection.request("GET", site.path)
        answer = connection.getresponse()
        answer.read()
        return (answer.getheader("Set-Cookie") or "").partition(";")[0]
    finally:
        connection.close()
