"""Owns guessing codes over HTTP, many connections at once, beside a guest of the same address who is not to notice."""

import asyncio
import secrets
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_PATIENCE_S = 60.0
_NONE_IN_TIME = 0


@dataclass(kw_only=True)
class Guessed:
    """What came of it: answers by status, how long it took, and how long the guest of the same address waited."""

    answers: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0
    guest_answers: Counter[int] = field(default_factory=Counter)
    guest_ms: list[float] = field(default_factory=list)
    others_ms: list[float] = field(default_factory=list)

    def told(self) -> dict[str, object]:
        """Return the figures."""
        return {
            "guesses": self.answers.total(),
            "answers": {str(status or "none in time"): count for status, count in sorted(self.answers.items())},
            "hits": self.answers[302],
            "seconds": round(self.seconds, 1),
            "guesses_per_second": round(self.answers.total() / self.seconds, 1),
            "guest_answers": {str(status): count for status, count in sorted(self.guest_answers.items())},
            "scan_p50_ms": round(statistics.median(self.guest_ms)),
            "scan_worst_ms": round(max(self.guest_ms)),
            "other_pages_p50_ms": round(statistics.median(self.others_ms)),
            "other_pages_worst_ms": round(max(self.others_ms)),
        }


async def guess(link: str, guesses: int, *, connections: int) -> Guessed:
    """Guess so many codes on so many connections, while a guest scans a code that is right, again and again."""
    found, left = Guessed(), [guesses]
    begun = time.monotonic()
    over = asyncio.Event()
    guest = asyncio.create_task(_scan_again(link, found, over))
    await asyncio.gather(*(_guess_on(link, left, found) for _ in range(connections)))
    found.seconds = time.monotonic() - begun
    over.set()
    await guest
    return found


async def _guess_on(link: str, left: list[int], found: Guessed) -> None:
    while left[0] > 0:
        async with _Line(link) as line:
            while left[0] > 0:
                left[0] -= 1
                # As long as a real one, from the same letters, from the same source of chance.
                try:
                    found.answers[await line.get(f"/q/{secrets.token_urlsafe(16)}/")] += 1
                except TimeoutError:
                    found.answers[_NONE_IN_TIME] += 1
                    break


async def _scan_again(link: str, found: Guessed, over: asyncio.Event) -> None:
    while not over.is_set():
        async with _Line(link) as line:
            begun = time.monotonic()
            found.guest_answers[await line.get(urlsplit(link).path)] += 1
            found.guest_ms.append(1000 * (time.monotonic() - begun))
            # Whoever has a pass already: any page will do that needs the database.
            begun = time.monotonic()
            await line.get("/readyz")
            found.others_ms.append(1000 * (time.monotonic() - begun))
        await asyncio.sleep(0.5)


class _Line:
    """One connection that is kept."""

    def __init__(self, link: str) -> None:
        self.site = urlsplit(link)

    async def __aenter__(self) -> "_Line":
        self.reader, self.writer = await asyncio.open_connection(self.site.hostname, self.site.port)
        return self

    async def __aexit__(self, *unused: object) -> None:
        self.writer.close()

    async def get(self, path: str) -> int:
        """Return the status of an answer, read to its end."""
        self.writer.write(f"GET {path} HTTP/1.1\r\nHost: {self.site.netloc}\r\n\r\n".encode())
        async with asyncio.timeout(_PATIENCE_S):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = head.partition("content-length:")[2].partition("\r\n")[0]
            await self.reader.readexactly(int(length or 0))
        return int(head.split()[1])
