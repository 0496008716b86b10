"""Owns the kinds of fault, by name: what is done to the stack while guests chat, and how those guests behave."""

import asyncio
import contextlib
import random
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import psycopg

from benchmarks.chaos.guests import ID_BEGINS, Manner
from benchmarks.chaos.proxy import Link
from benchmarks.chaos.stack import App, Stack

# PostgreSQL's ReadyForQuery outside any transaction: what went before it is committed.
_COMMITTED = b"Z\x00\x00\x00\x05I"
_STRIKE_WITHIN_S = 10.0
_MARKS = (bytes.fromhex(ID_BEGINS), ID_BEGINS.encode())


@dataclass
class Trial:
    """One run: the stack, its own chance, and what waits for a moment of the guests'."""

    stack: Stack
    chance: random.Random
    traps: dict[str, Callable[[App], Awaitable[None]]] = field(default_factory=dict)
    hits: int = 0  # how often the fault has really happened

    async def moment(self, name: str, door: int) -> None:
        """Do what waits for a moment, once; called by whoever sees it."""
        deed = self.traps.pop(name, None)
        if deed is not None:
            self.hits += 1
            await deed(next(app for app in self.stack.apps if app.door == door))

    def someone(self) -> App:
        return self.chance.choice(self.stack.apps)

    async def wait(self, low: float = 0.1, high: float = 0.8) -> None:
        await asyncio.sleep(self.chance.uniform(low, high))


Deed = Callable[[Trial], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A kind of fault: what is done and who suffers it."""

    name: str
    deed: Deed
    manner: Manner = field(default_factory=Manner)


# --- the app ------------------------------------------------------------------
async def _killed_before_commit(trial: Trial) -> None:
    await _watch_database(trial, after_commit=False)


async def _killed_after_commit(trial: Trial) -> None:
    await _watch_database(trial, after_commit=True)


async def _watch_database(trial: Trial, *, after_commit: bool) -> None:
    """Kill a process when a question is on its way into the database, or when its commit is on its way back."""
    for app in trial.stack.apps:
        deed = asyncio.Event()

        async def kill(link: Link, app: App = app, deed: asyncio.Event = deed) -> bytes:
            if not deed.is_set():
                deed.set()
                trial.hits += 1
                app.tell(signal.SIGKILL)
                link.cut()
            return b""

        async def up(link: Link, data: bytes, kill: Callable[[Link], Awaitable[bytes]] = kill) -> bytes:
            if not any(mark in data for mark in _MARKS):
                return data
            link.marked = True
            return data if after_commit else await kill(link)

        async def down(link: Link, data: bytes, kill: Callable[[Link], Awaitable[bytes]] = kill) -> bytes:
            return await kill(link) if link.marked and data.endswith(_COMMITTED) else data

        await trial.wait(0.1, 0.5)
        app.back.watch_up = up
        app.back.watch_down = down if after_commit else None
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(deed.wait(), 3)
        app.back.heal()
        if deed.is_set():
            await app.kill()


async def _killed_when_acknowledged(trial: Trial) -> None:
    await trial.wait()
    trial.traps["acknowledged"] = App.kill


async def _killed_while_answering(trial: Trial) -> None:
    await trial.wait()
    trial.traps["answering"] = App.kill


async def _killed_at_random(trial: Trial) -> None:
    for app in trial.chance.sample(trial.stack.apps, len(trial.stack.apps)):
        await trial.wait()
        trial.hits += 1
        await app.kill()


async def _all_killed(trial: Trial) -> None:
    await trial.wait()
    trial.hits += 1
    await asyncio.gather(*(app.kill() for app in trial.stack.apps))


async def _ended_in_order(trial: Trial) -> None:
    await trial.wait()
    trial.hits += 1
    await trial.someone().end()


async def _rolling_restart(trial: Trial) -> None:
    for app in trial.stack.apps:
        await trial.wait(0.1, 0.3)
        trial.hits += 1
        await app.end()
        await app.serve()


async def _app_frozen(trial: Trial) -> None:
    await trial.wait()
    app = trial.someone()
    app.tell(signal.SIGSTOP)
    trial.hits += 1
    await trial.wait(1.0, 3.0)
    app.tell(signal.SIGCONT)


# --- PostgreSQL ------------------------------------------------------------------
async def _postgres_restarted(trial: Trial) -> None:
    await _restart_postgres(trial, "fast")


async def _postgres_crashed(trial: Trial) -> None:
    await _restart_postgres(trial, "immediate")


async def _restart_postgres(trial: Trial, mode: str) -> None:
    await trial.wait()
    trial.hits += 1
    await asyncio.to_thread(trial.stack.postgres.restart, mode)


async def _backend_killed(trial: Trial) -> None:
    """Where one of its processes is killed, PostgreSQL ends all of them and mends itself."""
    await trial.wait()
    backends = await asyncio.to_thread(trial.stack.postgres.backends)
    if backends:
        trial.hits += 1
        trial.chance.choice(backends).send_signal(signal.SIGKILL)


async def _postgres_away(trial: Trial) -> None:
    await trial.wait()
    trial.hits += 1
    await asyncio.to_thread(trial.stack.postgres.stop)
    await trial.wait(1.0, 3.0)
    await asyncio.to_thread(trial.stack.postgres.heal)


async def _backends_ended(trial: Trial) -> None:
    for _ in range(3):
        await trial.wait(0.1, 0.4)
        trial.hits += await asyncio.to_thread(trial.stack.postgres.end_backends)


async def _locked(trial: Trial) -> None:
    """All threads and connections of the pool wait for one lock."""
    await trial.wait()
    await asyncio.to_thread(_hold_lock, trial, trial.chance.uniform(0.5, 2.5))


def _hold_lock(trial: Trial, seconds: float) -> None:
    with trial.stack.postgres.connect() as connection, connection.transaction():
        connection.execute("LOCK TABLE guestchat_conversation IN EXCLUSIVE MODE")
        trial.hits += 1
        connection.execute("SELECT pg_sleep(%s)", [seconds])


async def _statement_timeout(trial: Trial) -> None:
    """Statements are given up because somebody else holds the rows."""
    await trial.wait()
    postgres = trial.stack.postgres
    await asyncio.to_thread(postgres.do, "ALTER DATABASE guestchat SET statement_timeout = '100ms'")
    await asyncio.to_thread(postgres.end_backends)
    await asyncio.to_thread(_hold_lock, trial, 1.5)
    await asyncio.to_thread(postgres.do, "ALTER DATABASE guestchat RESET ALL")
    await asyncio.to_thread(postgres.end_backends)


async def _no_connection_left(trial: Trial) -> None:
    await trial.wait()
    held: list[psycopg.Connection[object]] = []
    try:
        await asyncio.to_thread(trial.stack.postgres.end_backends)
        await asyncio.to_thread(_take_connections, trial, held)
        trial.hits += 1
        await trial.wait(1.0, 3.0)
    finally:
        for connection in held:
            connection.close()


def _take_connections(trial: Trial, held: "list[psycopg.Connection[object]]") -> None:
    with contextlib.suppress(psycopg.OperationalError):
        for _ in range(200):
            held.append(trial.stack.postgres.connect())


async def _slow_commits(trial: Trial) -> None:
    for app in trial.stack.apps:
        app.back.delay_s = trial.chance.uniform(0.01, 0.08)
        trial.hits += 1
    await trial.wait(1.0, 2.0)


async def _database_line_cut(trial: Trial) -> None:
    """Whether what was just sent has been committed is not known to the app."""
    for _ in range(4):
        await trial.wait(0.05, 0.4)
        trial.hits += trial.someone().back.cut()


async def _database_line_frozen(trial: Trial) -> None:
    await trial.wait()
    app = trial.someone()
    app.back.freeze()
    trial.hits += 1
    await trial.wait(1.0, 3.0)
    app.back.heal()


# --- Redis ---------------------------------------------------------------------
async def _redis_restarted(trial: Trial) -> None:
    await trial.wait()
    trial.hits += 1
    await asyncio.to_thread(trial.stack.redis.stop, signal.SIGTERM)
    await asyncio.to_thread(trial.stack.redis.start)


async def _redis_flushed(trial: Trial) -> None:
    for _ in range(5):
        await trial.wait(0.05, 0.3)
        with trial.stack.redis.client() as client:
            await asyncio.to_thread(client.flushall)
        trial.hits += 1


async def _redis_away(trial: Trial) -> None:
    await trial.wait()
    trial.hits += 1
    await asyncio.to_thread(trial.stack.redis.stop)
    await trial.wait(2.0, 4.0)
    await asyncio.to_thread(trial.stack.redis.start)


async def _redis_frozen(trial: Trial) -> None:
    await trial.wait()
    trial.stack.redis.tell(signal.SIGSTOP)
    trial.hits += 1
    await trial.wait(2.0, 4.0)
    trial.stack.redis.tell(signal.SIGCONT)


async def _redis_away_at_start(trial: Trial) -> None:
    """A process that starts meanwhile is refused until Redis is back; the other serves on."""
    await trial.wait()
    await asyncio.to_thread(trial.stack.redis.stop)
    trial.hits += 1
    app = trial.someone()
    await app.kill()
    await trial.wait(1.0, 2.0)
    await asyncio.to_thread(trial.stack.redis.start)
    await app.serve()


# --- the guests' network ------------------------------------------------------------
async def _lines_cut(trial: Trial) -> None:
    for _ in range(5):
        await trial.wait(0.05, 0.4)
        trial.hits += trial.someone().front.cut()


async def _cut_inside_a_frame(trial: Trial) -> None:
    await _damage(trial, b'"type": "', lambda data: data[: len(data) // 2])


async def _cut_while_answering(trial: Trial) -> None:
    await _damage(trial, b'"answer.delta"', lambda data: data)


async def _acknowledgement_lost(trial: Trial) -> None:
    await _damage(trial, b'"role": "guest"', lambda data: b"")


async def _damage(trial: Trial, words: bytes, left: Callable[[bytes], bytes]) -> None:
    """Let only a part of what holds some words reach the guest, and cut that line; for several guests."""

    async def down(link: Link, data: bytes) -> bytes:
        if words not in data or trial.chance.random() < 0.7:
            return data
        trial.hits += 1
        kept = left(data)
        asyncio.get_running_loop().call_later(0.01, link.cut)
        return kept

    for app in trial.stack.apps:
        app.front.watch_down = down
    await trial.wait(1.0, 2.0)
    for _ in range(round(_STRIKE_WITHIN_S / 0.05)):
        if not trial.hits:  # on a slow machine nothing had been said yet
            await asyncio.sleep(0.05)
    for app in trial.stack.apps:
        app.front.heal()


async def _lines_frozen(trial: Trial) -> None:
    """Half-open: nothing passes and nobody is told; the phones give up, and what they had sent arrives late."""
    await trial.wait()
    app = trial.someone()
    app.front.freeze()
    trial.hits += len(app.front.links)
    await trial.wait(1.0, 4.0)
    app.front.heal()


async def _slow_line(trial: Trial) -> None:
    for app in trial.stack.apps:
        app.front.trickle = trial.chance.randint(40, 400)
        trial.hits += 1
    await trial.wait(1.0, 3.0)


async def _reconnect_storm(trial: Trial) -> None:
    for _ in range(3):
        await trial.wait(0.3, 0.8)
        trial.hits += sum(app.front.cut() for app in trial.stack.apps)


async def _door_shut(trial: Trial) -> None:
    """One process takes nobody new for a while: all go to the other."""
    await trial.wait()
    app = trial.someone()
    app.front.refuses = True
    trial.hits += app.front.cut()
    await trial.wait(1.0, 2.0)
    app.front.heal()


async def _nothing(trial: Trial) -> None:
    """The guests' own manner is the fault."""
    trial.hits += 1


FAULTS = {
    fault.name: fault
    for fault in (
        Fault(name="app killed before the commit", deed=_killed_before_commit),
        Fault(name="app killed between commit and ack", deed=_killed_after_commit),
        Fault(name="app killed right after an ack", deed=_killed_when_acknowledged),
        Fault(name="app killed amid an answer", deed=_killed_while_answering),
        Fault(name="apps killed at random, one by one", deed=_killed_at_random),
        Fault(name="all apps killed at once", deed=_all_killed),
        Fault(name="app ended by SIGTERM", deed=_ended_in_order),
        Fault(name="rolling restart", deed=_rolling_restart),
        Fault(name="app stopped and continued", deed=_app_frozen),
        Fault(name="PostgreSQL restarted, fast", deed=_postgres_restarted),
        Fault(name="PostgreSQL restarted, immediate", deed=_postgres_crashed),
        Fault(name="PostgreSQL backend killed", deed=_backend_killed),
        Fault(name="PostgreSQL away for seconds", deed=_postgres_away),
        Fault(name="PostgreSQL backends terminated", deed=_backends_ended),
        Fault(name="pool full behind a lock", deed=_locked),
        Fault(name="statement timeout", deed=_statement_timeout),
        Fault(name="no database connection left", deed=_no_connection_left),
        Fault(name="slow commits", deed=_slow_commits),
        Fault(name="database line cut", deed=_database_line_cut),
        Fault(name="database line frozen", deed=_database_line_frozen),
        Fault(name="Redis restarted", deed=_redis_restarted, manner=Manner(tabs=2)),
        Fault(name="Redis flushed", deed=_redis_flushed, manner=Manner(tabs=2)),
        Fault(name="Redis killed and away", deed=_redis_away, manner=Manner(tabs=2)),
        Fault(name="Redis stopped and continued", deed=_redis_frozen, manner=Manner(tabs=2)),
        Fault(name="Redis away while an app starts", deed=_redis_away_at_start, manner=Manner(tabs=2)),
        Fault(name="guests' lines cut", deed=_lines_cut),
        Fault(name="cut inside a frame", deed=_cut_inside_a_frame),
        Fault(name="cut amid an answer", deed=_cut_while_answering),
        Fault(name="acknowledgement lost", deed=_acknowledgement_lost),
        Fault(name="half-open lines", deed=_lines_frozen),
        Fault(name="slow line, slow reader", deed=_slow_line, manner=Manner(slow=True)),
        Fault(name="reconnect storm", deed=_reconnect_storm),
        Fault(name="one door shut", deed=_door_shut),
        Fault(name="doubled sends", deed=_lines_cut, manner=Manner(sends=3)),
        Fault(name="shuffled sends", deed=_lines_cut, manner=Manner(shuffled=True, sends=2)),
        Fault(name="stale resumes", deed=_lines_cut, manner=Manner(stale_resumes=True)),
        Fault(name="answers stopped", deed=_lines_cut, manner=Manner(stops=True)),
        Fault(name="two tabs on two processes", deed=_nothing, manner=Manner(tabs=2)),
        Fault(name="three tabs, an app killed", deed=_killed_when_acknowledged, manner=Manner(tabs=3)),
        Fault(name="plain requests, an app killed", deed=_killed_at_random, manner=Manner(posts=True)),
    )
}
