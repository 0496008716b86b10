"""Owns nudges: "look at the log", to the sockets of a group here and, by Redis, in all other processes.

A channel layer that keeps messages for nobody and holds nobody up. Sockets of this process are told directly; of Redis
nothing is asked while a guest connects, and what is published is given up after a moment. While Redis is away the other
processes' sockets learn by their heartbeat what is new; when it is back, every socket here looks once.
"""

import asyncio
import json
import logging
import random
import uuid
import weakref
from collections.abc import Awaitable
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from redis.asyncio.client import PubSub

log = logging.getLogger(__name__)

Event = dict[str, Any]

# A socket that does not even take these looks at the log for another reason soon.
_MOST_WAITING = 100
_PREFIX = "guestchat."
# Every process listens here, so that it listens before the first guest has come.
_ALWAYS = f"{_PREFIX}all"
_REACH_WITHIN_S = 1.0
_PAUSE_S = 1.0
_SILENCE_S = 5.0
# Redis is back: thousands of sockets do not read the log in the same moment.
_LOOK_WITHIN_S = 5.0


class NudgeLayer:
    """The channel layer of this process; `redis_url` joins it to the other processes."""

    extensions = ("groups",)

    def __init__(self, redis_url: str | None = None) -> None:
        self._redis_url = redis_url
        self._exchanges: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Exchange] = weakref.WeakKeyDictionary()

    @property
    def _exchange(self) -> "_Exchange":
        loop = asyncio.get_running_loop()
        if loop not in self._exchanges:
            self._exchanges[loop] = _Exchange(self._redis_url)
        return self._exchanges[loop]

    async def new_channel(self, prefix: str = "") -> str:
        """Return a name for a socket of this process."""
        return self._exchange.open(f"{prefix}{uuid.uuid4().hex}")

    async def receive(self, channel: str) -> Event:
        """Return the socket's next event; cancelled, the socket is gone."""
        return await self._exchange.receive(channel)

    async def group_add(self, group: str, channel: str) -> None:
        """Let a socket hear what is sent to a group."""
        await self._exchange.join(group, channel)

    async def group_discard(self, group: str, channel: str) -> None:
        """Let a socket hear of a group no more."""
        await self._exchange.part(group, channel)

    async def group_send(self, group: str, message: Event) -> None:
        """Tell all sockets of a group, here at once."""
        await self._exchange.tell(group, message)

    async def close(self) -> None:
        """End what runs for this event loop."""
        exchange = self._exchanges.pop(asyncio.get_running_loop(), None)
        if exchange is not None:
            await exchange.close()


class _Exchange:
    """One event loop's sockets and groups, and its two lines to Redis: one listens, one publishes."""

    def __init__(self, redis_url: str | None) -> None:
        self._url = redis_url
        self._me = uuid.uuid4().hex
        self._channels: dict[str, asyncio.Queue[Event]] = {}
        self._groups: dict[str, set[str]] = {}
        self._listening: asyncio.Task[None] | None = None
        self._pubsub: PubSub | None = None
        self._publisher: Redis | None = None
        self._silent_until = 0.0  # on the loop's clock; Redis has just been found away
        self._was_away = False

    # --- sockets here ---------------------------------------------------------
    def open(self, channel: str) -> str:
        self._channels[channel] = asyncio.Queue(_MOST_WAITING)
        return channel

    async def receive(self, channel: str) -> Event:
        queue = self._channels[channel]
        try:
            return await queue.get()
        except asyncio.CancelledError:
            self._channels.pop(channel, None)
            raise

    async def join(self, group: str, channel: str) -> None:
        self._groups.setdefault(group, set()).add(channel)
        if self._url is None:
            return
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen_for_ever())
        if self._pubsub is not None:
            await self._try(self._pubsub.subscribe(_PREFIX + group))

    async def part(self, group: str, channel: str) -> None:
        members = self._groups.get(group, set())
        members.discard(channel)
        if members or group not in self._groups:
            return
        del self._groups[group]
        if self._pubsub is not None:
            await self._try(self._pubsub.unsubscribe(_PREFIX + group))

    async def tell(self, group: str, event: Event) -> None:
        self._tell_here(group, event)
        if self._url is None or asyncio.get_running_loop().time() < self._silent_until:
            return
        line = json.dumps({"by": self._me, "event": event})
        if self._listening is None:
            # A command or a worker's thread, whose loop ends with this call.
            async with self._client() as once:
                await self._try(once.publish(_PREFIX + group, line))
            return
        if self._publisher is None:
            self._publisher = self._client()
        await self._try(self._publisher.publish(_PREFIX + group, line))

    def _tell_here(self, group: str, event: Event) -> None:
        for channel in self._groups.get(group, ()):
            # Nine of ten conversations are one socket, which has caused the nudge itself.
            queue = None if channel == event.get("from") else self._channels.get(channel)
            if queue is not None and not queue.full():
                queue.put_nowait(event)

    # --- Redis ----------------------------------------------------------------
    def _client(self) -> "Redis":
        # Not above: one process alone needs none of it, and reading it takes 40 ms, of its first guest.
        from redis.asyncio import BlockingConnectionPool, Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        pool = BlockingConnectionPool.from_url(
            self._url or "",
            max_connections=8,
            timeout=_REACH_WITHIN_S,
            socket_connect_timeout=_REACH_WITHIN_S,
            retry=Retry(NoBackoff(), 0),
        )
        return Redis.from_pool(pool)

    async def _try(self, work: Awaitable[Any]) -> None:
        """Wait for Redis, but only a moment; what it does not take is found in the log."""
        try:
            await asyncio.wait_for(work, _REACH_WITHIN_S)
        except _unreachable() as error:
            self._silent_until = asyncio.get_running_loop().time() + _PAUSE_S
            self._note_away(error)

    def _note_away(self, error: BaseException) -> None:
        if not self._was_away:
            self._was_away = True
            log.warning("Redis unavailable (%s): sockets look at the log by their heartbeat", type(error).__name__)

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                async with self._client() as client, client.pubsub() as pubsub:
                    await self._listen(pubsub)
            except _unreachable() as error:
                self._note_away(error)
            finally:
                self._pubsub = None
            await asyncio.sleep(_PAUSE_S * random.uniform(0.5, 1.5))

    async def _listen(self, pubsub: "PubSub") -> None:
        """Hand on what other processes publish; raise where Redis says nothing for two silences."""
        await asyncio.wait_for(pubsub.subscribe(_ALWAYS, *self._names()), _SILENCE_S)
        self._pubsub = pubsub
        waiting_for_pong = False
        while True:
            message = await pubsub.get_message(timeout=_SILENCE_S)
            if message is not None:
                waiting_for_pong = False
                self._hear(message)
                continue
            if waiting_for_pong:
                raise TimeoutError
            waiting_for_pong = True
            await self._mend(pubsub)
            await asyncio.wait_for(pubsub.ping(), _REACH_WITHIN_S)

    def _hear(self, message: dict[str, Any]) -> None:
        kind, channel = message["type"], (message["channel"] or b"").decode()
        if kind == "subscribe" and channel == _ALWAYS:
            self._note_back()
        elif kind == "message":
            told = json.loads(message["data"])
            if told["by"] != self._me:
                self._tell_here(channel.removeprefix(_PREFIX), told["event"])

    def _note_back(self) -> None:
        self._silent_until = 0.0
        if self._was_away:
            self._was_away = False
            log.warning("Redis is back")
            loop = asyncio.get_running_loop()
            for group in self._groups:
                loop.call_later(random.uniform(0, _LOOK_WITHIN_S), self._tell_here, group, _LOOK)

    def _names(self) -> list[str]:
        return [_PREFIX + group for group in self._groups]

    async def _mend(self, pubsub: "PubSub") -> None:
        """Subscribe to what a moment of trouble left out, and leave what nobody here listens to."""
        kept = {name.decode() if isinstance(name, bytes) else name for name in pubsub.channels}
        wanted = {_ALWAYS, *self._names()}
        for change, names in ((pubsub.subscribe, wanted - kept), (pubsub.unsubscribe, kept - wanted)):
            if names:
                await asyncio.wait_for(change(*names), _REACH_WITHIN_S)

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        if self._publisher is not None:
            await self._publisher.aclose()


# Nobody's own, so that every socket looks.
_LOOK: Event = {"type": "nudge", "from": "", "request": None}


@cache
def _unreachable() -> tuple[type[BaseException], ...]:
    """Return what tells that Redis is away, looked up where something has been raised."""
    from redis.exceptions import RedisError

    return RedisError, OSError, TimeoutError
