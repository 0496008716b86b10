"""Nudges between sockets: at once in this process, by a real Redis in others, and nobody waits where it is away."""

import asyncio
import shutil
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.chaos.stack import Redis
from guestchat import nudges
from guestchat.nudges import NudgeLayer

Join = Callable[..., Awaitable[str]]
SAID = {"type": "nudge", "from": "somebody", "request": 3}


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[Redis]:
    """A real server on a free port; skips where none is installed."""
    if shutil.which("redis-server") is None:
        pytest.skip("no redis-server to start")
    server = Redis(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def processes(redis_server: Redis) -> AsyncIterator[tuple[NudgeLayer, NudgeLayer]]:
    """Two processes that share one Redis."""
    one, two = NudgeLayer(redis_server.url), NudgeLayer(redis_server.url)
    yield one, two
    await one.close()
    await two.close()


async def joined(layer: NudgeLayer, group: str = "conversation.x") -> str:
    channel = await layer.new_channel()
    await layer.group_add(group, channel)
    return channel


async def heard(layer: NudgeLayer, channel: str, within_s: float = 5.0) -> Any:
    return await asyncio.wait_for(layer.receive(channel), within_s)


async def nothing_heard(layer: NudgeLayer, channel: str, within_s: float = 0.3) -> bool:
    await asyncio.sleep(within_s)  # a receive that is cancelled would be a socket that is gone
    return layer._exchange._channels[channel].empty()


async def until(true: Callable[[], bool], within_s: float = 10.0) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


def subscriptions(server: Redis) -> int:
    with server.client() as client:
        return len(client.pubsub_channels())


def keys(server: Redis) -> int:
    with server.client() as client:
        return int(client.dbsize())


async def listening(server: Redis, groups: int = 1) -> None:
    """Wait until processes listen to so many groups, besides to what all of them hear."""
    await until(lambda: subscriptions(server) == groups + 1)


async def test_without_redis_the_sockets_of_one_process_hear_each_other() -> None:
    layer = NudgeLayer()
    one, two, other = await joined(layer), await joined(layer), await joined(layer, "conversation.y")
    await layer.group_send("conversation.x", SAID)
    assert [await heard(layer, each) for each in (one, two)] == [SAID, SAID]
    assert await nothing_heard(layer, other)


async def test_who_left_hears_nothing() -> None:
    layer = NudgeLayer()
    channel = await joined(layer)
    await layer.group_discard("conversation.x", channel)
    await layer.group_discard("conversation.x", channel)
    await layer.group_send("conversation.x", SAID)
    assert await nothing_heard(layer, channel)


async def test_a_socket_that_does_not_look_keeps_a_bounded_number_waiting() -> None:
    layer = NudgeLayer()
    channel = await joined(layer)
    for _ in range(10 * nudges._MOST_WAITING):
        await layer.group_send("conversation.x", SAID)
    for _ in range(nudges._MOST_WAITING):
        assert await heard(layer, channel) == SAID
    assert await nothing_heard(layer, channel)


async def test_sockets_of_two_processes_hear_each_other_once(
    processes: tuple[NudgeLayer, NudgeLayer], redis_server: Redis
) -> None:
    here, there = processes
    one, two = await joined(here), await joined(there)
    await listening(redis_server)
    await here.group_send("conversation.x", SAID)
    assert [await heard(here, one), await heard(there, two)] == [SAID, SAID]
    assert await nothing_heard(here, one)
    assert keys(redis_server) == 0


async def test_who_only_sends_reaches_the_others(processes: tuple[NudgeLayer, NudgeLayer], redis_server: Redis) -> None:
    """A command or a job has no socket of its own, and an event loop for one call."""
    here, _there = processes
    channel = await joined(here)
    await listening(redis_server)
    await asyncio.to_thread(asyncio.run, NudgeLayer(redis_server.url).group_send("conversation.x", SAID))
    assert await heard(here, channel) == SAID


async def test_nothing_stays_in_redis_of_sockets_that_left(
    processes: tuple[NudgeLayer, NudgeLayer], redis_server: Redis
) -> None:
    here, _there = processes
    channels = [await joined(here, f"conversation.{number}") for number in range(200)]
    await listening(redis_server, 200)
    for number, channel in enumerate(channels):
        await here.group_discard(f"conversation.{number}", channel)
    await listening(redis_server, 0)
    assert keys(redis_server) == 0


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
async def test_while_redis_is_away_nobody_waits_and_when_it_is_back_all_look_once(
    processes: tuple[NudgeLayer, NudgeLayer],
    redis_server: Redis,
    monkeypatch: pytest.MonkeyPatch,
    fault: signal.Signals,
) -> None:
    monkeypatch.setattr(nudges, "_SILENCE_S", 0.3)
    monkeypatch.setattr(nudges, "_LOOK_WITHIN_S", 0.1)
    here, there = processes
    one, two = await joined(here), await joined(there)
    await listening(redis_server)
    redis_server.tell(fault)
    begun = time.monotonic()
    for number in range(50):
        late = await joined(here, f"conversation.{number}")
        await here.group_send("conversation.x", SAID)
        await here.group_discard(f"conversation.{number}", late)
    newcomer = await joined(there, "conversation.new")
    assert time.monotonic() - begun < 60 * nudges._REACH_WITHIN_S / 10
    assert await heard(here, one) == SAID
    await asyncio.sleep(1.5)
    redis_server.heal()
    await listening(redis_server, 2)
    assert (await heard(there, two, 10))["type"] == "nudge"
    await until(lambda: not here._exchange._was_away and not there._exchange._was_away)
    while not await nothing_heard(there, newcomer, 0.5):
        await heard(there, newcomer)
    await here.group_send("conversation.new", SAID)
    assert await heard(there, newcomer) == SAID


async def test_redis_that_was_never_there_holds_nobody_up() -> None:
    layer = NudgeLayer("redis://127.0.0.1:1")
    begun = time.monotonic()
    channel = await joined(layer)
    await layer.group_send("conversation.x", SAID)
    assert await heard(layer, channel) == SAID
    assert time.monotonic() - begun < 3
    await layer.close()
