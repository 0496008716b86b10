"""Owns what happens: guests ask through nginx while machines are killed, cut off and restarted; chaos judges."""

import asyncio
import collections
import contextlib
import http.client
import random
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.chaos import guests
from benchmarks.chaos.guests import Conversation, Manner, Tab
from benchmarks.chaos.stack import Stack, started
from benchmarks.chaos.trials import TEXTS, read_log
from benchmarks.figures import percentile
from benchmarks.nodes import front
from benchmarks.nodes.machines import Machine, OwnMachine, SameMachine, can_be_own
from benchmarks.server import ROOT, BenchError, free_port, make_folder, manage

_LOGIN, _PASSWORD = "guestchat", "for-these-minutes-only"
_SETTLED_WITHIN_S = 90.0
_MOST_QUESTIONS = 500  # of a conversation: more than it comes to
_LOOK_EVERY_S = 0.1
# As deploy/rolling-restart.sh: longer than nginx leaves a process out that has failed.
_BETWEEN_RESTARTS_S = 3.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is tried: conversations, questions a second over all of them, how long between two faults."""

    conversations: int = 60
    rate: float = 20.0
    calm_s: float = 8.0
    away_s: float = 8.0
    is_short: bool = False  # only a kill and a rolling restart; no worker, and static files by the processes
    own_machines: bool = True
    seed: int = 1


@dataclass(kw_only=True)
class Look:
    """What somebody saw who opens the chat's page again and again through nginx."""

    took_s: list[float] = field(default_factory=list)
    failed: collections.Counter[str] = field(default_factory=collections.Counter)


class Site(Stack):
    """Two machines, their PostgreSQL over TCP, Redis, a worker of its own, and nginx before them."""

    def __init__(self, folder: Path, kind: type[OwnMachine] | type[SameMachine], *, is_whole: bool) -> None:
        super().__init__(folder, 2, kind)
        self.front = front.Front(folder / "nginx", port=free_port(), plain_port=free_port(), static=folder / "srv")
        self._worker: subprocess.Popen[bytes] | None = None
        self._is_whole = is_whole  # with a worker, and with static files in nginx's own folder

    @property
    def machines(self) -> list[Machine]:
        return self.apps  # type: ignore[return-value]

    def environment(self, sockets: Path, port: int) -> dict[str, str]:
        """Return what a process is started with; `sockets`: where it finds PostgreSQL, a host's address or a folder."""
        place = str(sockets)
        is_host = not place.startswith("/")
        address = self.postgres.address
        return {
            **super().environment(sockets, port),
            "DATABASE_URL": f"postgresql://{_LOGIN}:{_PASSWORD}@/guestchat?host={place}&port={address['port']}",
            "REDIS_URL": f"redis://{place if is_host else '127.0.0.1'}:{self.redis.port}",
            "GUESTCHAT_BASE_URL": f"https://127.0.0.1:{self.front.port}",
            "GUESTCHAT_PROXIES": "1",
            "GUESTCHAT_RUN_JOBS": "0",
        }

    async def start(self) -> None:
        """Prepare the database and start everything."""
        await asyncio.to_thread(self.postgres.start)
        await asyncio.to_thread(self.postgres.give_to, _LOGIN, _PASSWORD)
        if isinstance(self.machines[0], OwnMachine):
            for machine in self.machines:
                await machine.open()
        hosts = sorted({"127.0.0.1", *(machine.gateway for machine in self.machines)})
        await asyncio.to_thread(self.postgres.move, hosts)
        if isinstance(self.machines[0], SameMachine):
            for machine in self.machines:
                await machine.open()
        self.redis.hosts = hosts
        await asyncio.to_thread(self.redis.start)
        here = self.environment(Path("127.0.0.1"), 8000)
        await asyncio.to_thread(manage, here, "serve", "--prepare-only", within_s=_SETTLED_WITHIN_S)
        if self._is_whole:
            static = {**here, "GUESTCHAT_VAR_DIR": str(self.folder / "srv")}
            await asyncio.to_thread(manage, static, "collectstatic", "--no-input", within_s=_SETTLED_WITHIN_S)
        self.front.prepare([machine.address for machine in self.machines])
        await self.heal()
        if self._is_whole:
            self._start_worker(here)
        self.front.start()

    def _start_worker(self, environment: dict[str, str]) -> None:
        with (self.folder / "worker.log").open("ab") as log:
            command = [sys.executable, "manage.py", "worker"]
            self._worker = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)

    async def close(self) -> None:
        """Stop everything, in order."""
        self.front.stop()
        if self._worker is not None:
            self._worker.terminate()
            await asyncio.to_thread(self._worker.wait)
        await super().close()


@contextlib.asynccontextmanager
async def fresh_site(plan: Plan) -> AsyncIterator[Site]:
    """Start a site in a temporary folder, which is removed in the end."""
    if front.missing():
        raise BenchError(f"{', '.join(front.missing())}: not installed.")
    machine = OwnMachine if plan.own_machines and can_be_own() else SameMachine
    async with started(Site(make_folder("nodes"), machine, is_whole=not plan.is_short)) as site:
        yield site


# --- what happens ---------------------------------------------------------------------------------
async def _kill_one(site: Site, plan: Plan) -> None:
    machine = site.machines[0]
    machine.tell(signal.SIGKILL)
    await asyncio.sleep(plan.away_s / 2)
    await machine.serve()


async def _cut_one_off(site: Site, plan: Plan) -> None:
    machine = site.machines[1]
    machine.cut()
    await asyncio.sleep(plan.away_s)
    machine.mend()
    await machine.serve()


async def _restart_redis(site: Site, plan: Plan) -> None:
    await asyncio.to_thread(site.redis.stop, signal.SIGTERM)
    await asyncio.sleep(plan.away_s / 4)
    await asyncio.to_thread(site.redis.start)


async def _restart_all(site: Site, plan: Plan) -> None:
    first, second = site.machines
    await first.end()
    await first.serve()
    await asyncio.sleep(_BETWEEN_RESTARTS_S)
    await second.end()
    await second.serve()


Deed = Callable[[Site, Plan], Awaitable[None]]
_DEEDS: dict[str, Deed] = {
    "one machine's process killed (SIGKILL), and started again": _kill_one,
    "the other machine cut off from everything": _cut_one_off,
    "Redis restarted": _restart_redis,
    "both restarted, one after the other (SIGTERM)": _restart_all,
}
_SHORT = (_kill_one, _restart_all)


async def tell_story(plan: Plan, tell: Callable[[str], None]) -> dict[str, Any]:
    """Let guests chat through nginx while all of it happens; return what came of it."""
    async with fresh_site(plan) as site:
        codes = await asyncio.to_thread(site.codes)
        tls = ssl.create_default_context(cafile=site.front.certificate)
        conversations = await _arrive(site, plan, codes, tls)
        ((cookie, _id),) = await guests.scan_all([site.front.port], codes, 1, tls)
        look = Look()
        chatting = asyncio.create_task(guests.all_chat(conversations, 3_600))
        looking = asyncio.create_task(_keep_looking(site.front.port, cookie, tls, look))
        begun = time.monotonic()
        deeds = []
        try:
            for name, deed in _DEEDS.items():
                if plan.is_short and deed not in _SHORT:
                    continue
                await asyncio.sleep(plan.calm_s)
                deeds.append(await _do(name, deed, site, plan, conversations, look))
                tell(f"{name}: {deeds[-1]['seconds']:.1f} s")
            await asyncio.sleep(plan.calm_s)
            asked_s = time.monotonic() - begun
            for conversation in conversations:
                for tab in conversation.tabs:
                    tab.ask_no_more()
            await asyncio.wait([chatting], timeout=_SETTLED_WITHIN_S)
        finally:
            for task in (chatting, looking):
                task.cancel()
            await asyncio.gather(chatting, looking, return_exceptions=True)
        kept = await asyncio.to_thread(read_log, site, [conversation.id for conversation in conversations])
        told = _judged(conversations, kept)
        for example in told["examples"]:
            tell(example)
        return {
            **told,
            "machines": "own" if isinstance(site.machines[0], OwnMachine) else "same",
            "plan": asdict(plan),
            "rate": told["acknowledged"] / asked_s,
            "minutes": (time.monotonic() - begun) / 60,
            "deeds": deeds,
            "pages": {
                "asked_for": len(look.took_s) + sum(look.failed.values()),
                "failed": dict(look.failed),
                "median_ms": 1_000 * percentile(sorted(look.took_s), 50),
                "slowest_s": max(look.took_s),
            },
        }


async def _do(
    name: str, deed: Deed, site: Site, plan: Plan, conversations: list[Conversation], look: Look
) -> dict[str, Any]:
    """Do it; return how long it took and what went on meanwhile."""
    begun, acknowledged, seen, failed = time.monotonic(), _acknowledged(conversations), len(look.took_s), look.failed
    failures = sum(failed.values())
    await deed(site, plan)
    return {
        "name": name,
        "seconds": time.monotonic() - begun,
        "acknowledged": _acknowledged(conversations) - acknowledged,
        "pages": len(look.took_s) - seen,
        "pages_failed": sum(failed.values()) - failures,
        "slowest_page_s": max(look.took_s[seen:], default=0.0),
    }


def _acknowledged(conversations: list[Conversation]) -> int:
    return sum(question.seq is not None for conversation in conversations for question in conversation.questions)


async def _arrive(site: Site, plan: Plan, codes: list[str], tls: ssl.SSLContext) -> list[Conversation]:
    """Let guests scan codes through nginx: most with one page open, some with two, some on a Wi-Fi without sockets."""
    chance = random.Random(plan.seed)
    door = site.front.port
    pause_s = 2 * plan.conversations / plan.rate
    manners = [Manner(pause_s=pause_s)] * 4 + [Manner(pause_s=2 * pause_s, tabs=2), Manner(pause_s=pause_s, posts=True)]

    async def nothing(name: str, door: int) -> None:
        return

    conversations = []
    for number, (cookie, id) in enumerate(await guests.scan_all([door], codes, plan.conversations, tls)):
        conversation = Conversation(cookie, id, manners[number % len(manners)], tls=tls)
        asked = guests.questions(chance, _MOST_QUESTIONS, TEXTS)
        tabs = conversation.manner.tabs
        for tab in range(tabs):
            conversation.tabs.append(
                Tab(conversation, [door], asked[tab::tabs], random.Random(chance.getrandbits(64)), nothing)
            )
        conversations.append(conversation)
    return conversations


async def _keep_looking(door: int, cookie: str, tls: ssl.SSLContext, look: Look) -> None:
    while True:
        begun = time.monotonic()
        failure = await asyncio.to_thread(_look, door, cookie, tls)
        if failure:
            look.failed[failure] += 1
        else:
            look.took_s.append(time.monotonic() - begun)
        await asyncio.sleep(_LOOK_EVERY_S)


def _look(door: int, cookie: str, tls: ssl.SSLContext) -> str:
    """Open the chat's page; return what was wrong, if anything."""
    connection = http.client.HTTPSConnection("127.0.0.1", door, timeout=30, context=tls)
    try:
        connection.request("GET", "/chat/", headers={"Cookie": cookie})
        answer = connection.getresponse()
        is_whole = b"</html>" in answer.read()
        return "" if answer.status == 200 and is_whole else f"answered with {answer.status}"
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()


def _judged(conversations: list[Conversation], kept: dict[str, list[tuple[Any, ...]]]) -> dict[str, Any]:
    broken: collections.Counter[str] = collections.Counter()
    examples = []
    for conversation in conversations:
        found = guests.judge(conversation, kept[conversation.id])
        broken += found
        if found:
            what = ", ".join(f"{name} {count}" for name, count in found.items())
            examples.append(f"conversation {conversation.id}, {conversation.manner}: {what}; {conversation.faults[:3]}")
    rows = [row for rows in kept.values() for row in rows]
    return {
        "conversations": len(conversations),
        "acknowledged": _acknowledged(conversations),
        "answers": sum(row[1] == "assistant" for row in rows),
        "reconnects": sum(max(0, tab.connected - 1) for each in conversations for tab in each.tabs),
        "broken": dict(broken),
        "examples": examples[:5],
    }
