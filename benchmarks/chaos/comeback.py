"""Owns the comeback: the server is killed with many sockets open; when are all of them back and resumed?"""

import asyncio
import random
import signal
import time
from collections.abc import Callable
from typing import Any

from benchmarks.chaos import guests
from benchmarks.chaos.stack import fresh_stack
from benchmarks.chaos.wire import Wire, open_wire
from benchmarks.figures import percentile

WITHIN_S = 10.0
_GIVE_UP_S = 60.0
_AT_ONCE = 100
# As static/guest/connection.js has it.
_BACKOFF_FIRST_S, _BACKOFF_LIMIT_S = 0.5, 4.0
_UNREACHABLE = (OSError, TimeoutError, asyncio.IncompleteReadError)


async def come_back(sockets: int, conversations: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Kill a server with so many sockets open; return when they were back, in seconds from the kill."""
    async with fresh_stack(processes=1) as stack:
        app = stack.apps[0]
        codes = await asyncio.to_thread(stack.codes)
        found: list[tuple[str, str]] = []
        while len(found) < conversations:
            found += await guests.scan_all([app.port], codes, min(8, conversations - len(found)))
        tell(f"Opening {sockets:,} sockets …")
        doors = asyncio.Semaphore(_AT_ONCE)

        async def open_one(number: int) -> Wire:
            async with doors:
                wire = await open_wire(app.port, found[number % len(found)][0])
                await _resume(wire)
                return wire

        wires = await asyncio.gather(*(open_one(number) for number in range(sockets)))
        tell("Killing the server …")
        killed = time.monotonic()
        app.tell(signal.SIGKILL)
        ready = asyncio.create_task(_serve_again(app, killed))
        back = await asyncio.gather(
            *(_return(wire, app.port, found[number % len(found)][0], killed) for number, wire in enumerate(wires))
        )
        ready_s = await ready
    times = sorted(each for each in back if each is not None)
    return {
        "sockets": sockets,
        "conversations": conversations,
        "ready_s": round(ready_s, 2),
        "half_s": round(percentile(times, 50), 2),
        "most_s": round(percentile(times, 99), 2),
        "all_s": round(times[-1], 2),
        "within_s": WITHIN_S,
        "missing": sockets - sum(each <= WITHIN_S for each in times),
    }


async def _serve_again(app: Any, killed: float) -> float:
    await app.kill()
    await app.serve()
    return time.monotonic() - killed


async def _resume(wire: Wire) -> None:
    await wire.hear_until("welcome")
    wire.say(type="resume", after=0)
    await wire.hear_until("resumed")


async def _return(wire: Wire, port: int, cookie: str, killed: float) -> float | None:
    """Behave as the page does; return the seconds from the kill to the end of the resume, None where it gave up."""
    try:
        while True:
            await wire.hear()
    except _UNREACHABLE:
        wire.close(politely=False)
    failures = 0
    while time.monotonic() - killed < _GIVE_UP_S:
        failures += 1
        await asyncio.sleep(random.uniform(0, min(_BACKOFF_LIMIT_S, _BACKOFF_FIRST_S * 2 ** (failures - 1))))
        try:
            again = await open_wire(port, cookie)
        except _UNREACHABLE:
            continue
        try:
            await _resume(again)
            return time.monotonic() - killed
        except _UNREACHABLE:
            continue
        finally:
            # Kept until all are back: who is back stays.
            asyncio.get_running_loop().call_later(_GIVE_UP_S / 4, again.close)
    return None
