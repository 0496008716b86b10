"""Owns the soak: guests come and go for long while others chat; what grows in the server, and what is left behind?"""

import asyncio
import contextlib
import random
import re
import time
import urllib.request
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psutil

from benchmarks import server
from benchmarks.chaos import guests
from benchmarks.chaos.stack import Stack, fresh_stack
from benchmarks.chaos.wire import open_wire
from benchmarks.questions import talk

_SAMPLE_EVERY_S = 10.0
_CONVERSATIONS = 300
_CHATTING = 40
_ASK_EVERY_S = 4.0
# As often as a guest may: by the first sample the bounded caches of words are full.
_ASK_EVERY_AT_FIRST_S = 2.1
_UNREACHABLE = (OSError, TimeoutError, asyncio.IncompleteReadError)


@dataclass
class Count:
    """What the guests did."""

    connects: int = 0
    failed_connects: int = 0
    questions: int = 0
    unanswered: int = 0


async def soak(minutes: float, rate: float, tell: Callable[[str], None]) -> dict[str, Any]:
    """Let guests come and go at a rate per second while others chat; return samples and slopes."""
    async with fresh_stack(processes=1) as stack:
        app = stack.apps[0]
        codes = await asyncio.to_thread(stack.codes)
        found: list[tuple[str, str]] = []
        while len(found) < _CONVERSATIONS + _CHATTING:
            found += await guests.scan_all([app.port], codes, 8)
        cookies = [cookie for cookie, _id in found]
        count, samples = Count(), list[dict[str, float]]()
        # What is loaded and kept once is no growth: a tenth of the time passes before the first sample.
        warm_up_s = min(180.0, minutes * 6)
        end = time.monotonic() + warm_up_s + minutes * 60
        work = [asyncio.create_task(_come_and_go(app.port, cookies[_CHATTING:], rate, end, count))]
        warm = time.monotonic() + warm_up_s
        work += [asyncio.create_task(_chat(app.port, cookie, warm, end, count)) for cookie in cookies[:_CHATTING]]
        await asyncio.sleep(warm_up_s)
        begun, connects_before = time.monotonic(), count.connects
        while time.monotonic() < end:
            samples.append({"at_s": round(time.monotonic() - begun, 1), **await asyncio.to_thread(_sample, stack)})
            tell(f"{samples[-1]} {count}")
            await asyncio.sleep(_SAMPLE_EVERY_S)
        seconds, connects = time.monotonic() - begun, count.connects - connects_before
        await asyncio.gather(*work)
        await asyncio.sleep(10)
        after = await asyncio.to_thread(_sample, stack)
    return {
        "minutes": minutes,
        "rate": rate,
        "connects": count.connects,
        "connects_per_s": round(connects / seconds, 1),
        "failed_connects": count.failed_connects,
        "questions": count.questions,
        "unanswered": count.unanswered,
        "samples": samples,
        "after": after,
    }


def _sample(stack: Stack) -> dict[str, float]:
    app = stack.apps[0]
    assert app.process is not None
    process = psutil.Process(app.process.pid)
    with urllib.request.urlopen(f"http://127.0.0.1:{app.port}/metrics", timeout=30) as answer:
        told = answer.read().decode()
    tasks = re.search(r"^guestchat_tasks ([0-9.e+]+)$", told, re.MULTILINE)
    with stack.redis.client() as client:
        keys, channels = client.dbsize(), len(client.pubsub_channels())
    with stack.postgres.connect() as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        ).fetchone()
    return {
        "rss_mb": round(server.memory_mb(server.with_children(process)), 2),
        "descriptors": process.num_fds(),
        "tasks": float(tasks[1]) if tasks else -1,
        "threads": process.num_threads(),
        "redis_keys": keys,
        "redis_channels": channels,
        "database_connections": found[0] if found else -1,
    }


async def _come_and_go(port: int, cookies: Sequence[str], rate: float, end: float, count: Count) -> None:
    """Open a socket on every tick, whether or not the earlier ones are done: an open loop, bounded where it is late."""
    running: set[asyncio.Task[None]] = set()
    chance = random.Random(1)
    due = time.monotonic()
    while due < end:
        due += 1 / rate
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        if len(running) > 500:  # the machine does not keep up; those who wait are enough
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            due = max(due, time.monotonic())
        task = asyncio.create_task(_come(port, chance.choice(cookies), chance.random() < 0.5, count))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)


async def _come(port: int, cookie: str, politely: bool, count: Count) -> None:
    count.connects += 1
    try:
        wire = await open_wire(port, cookie)
        try:
            await wire.hear_until("welcome")
            wire.say(type="resume", after=0)
            await wire.hear_until("resumed")
        finally:
            wire.close(politely=politely)
    except _UNREACHABLE:
        count.failed_connects += 1


async def _chat(port: int, cookie: str, warm: float, end: float, count: Count) -> None:
    texts = talk(random.Random(cookie))
    await asyncio.sleep(random.uniform(0, _ASK_EVERY_S))
    while time.monotonic() < end:
        with contextlib.suppress(*_UNREACHABLE):
            wire = await open_wire(port, cookie)
            try:
                await wire.hear_until("welcome")
                # A talk of some minutes, then the phone sleeps and comes back.
                for _ in range(30):
                    if time.monotonic() > end:
                        break
                    wire.say(type="ask", id=str(uuid.uuid4()), text=next(texts))
                    count.questions += 1
                    count.unanswered += 1
                    await wire.hear_until("answer.finished")
                    count.unanswered -= 1
                    await asyncio.sleep(_ASK_EVERY_S if time.monotonic() > warm else _ASK_EVERY_AT_FIRST_S)
            finally:
                wire.close()
