"""Delivery against a plain list: whatever is sent, dropped, doubled, reordered, killed or stopped, tabs show the log.

Short in the suite; long with `GUESTCHAT_TEST_WALKS=300 make test ARGS=tests/guestchat/guest/test_delivery_machine.py`.
"""

import asyncio
import contextlib
import os
import uuid
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

import pytest
from django.db import connections
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from hypothesis.strategies import booleans, integers, sampled_from

from guestchat.guest import consumer, pass_cookie
from guestchat.models import Conversation, Message
from menus.models import Hotel
from tests.guestchat.guest.chatting import PARKING, TOUR, Frame, Guest, make_hotel

pytestmark = pytest.mark.django_db(transaction=True)

WALKS = int(os.environ.get("GUESTCHAT_TEST_WALKS", "8"))
TEXTS = (PARKING, TOUR, "Hello", "Thank you!")
T = TypeVar("T")


class Tab:
    """A page: what it has seen, and its socket while it has one."""

    def __init__(self, value: str) -> None:
        self._value = value
        self.guest: Guest | None = None
        self.seen: dict[int, tuple[str, str]] = {}  # role and text of what is whole, by number
        self.acknowledged: dict[str, int] = {}

    @property
    def after(self) -> int:
        after = 0
        while after + 1 in self.seen:
            after += 1
        return after

    async def come(self) -> Guest:
        """Open a socket unless there is one, and resume."""
        if self.guest is None:
            self.guest = Guest(self._value)
            await self.guest.come()
            await self.resume(self.after)
        return self.guest

    async def resume(self, after: int) -> None:
        assert self.guest is not None
        await self.guest.say(type="resume", after=after)
        replay: list[int] = []
        while (frame := await self.hear())["type"] != "resumed":
            if frame["type"] == "message":
                replay.append(frame["seq"])
        expected = list(range(after + 1, frame["seq"] + 1))
        assert replay[len(replay) - len(expected) :] == expected

    async def hear(self) -> Frame:
        assert self.guest is not None
        frame = await self.guest.hear()
        assert frame["type"] != "error", frame
        if frame["type"] == "message" and frame["role"] == "guest":
            assert self.acknowledged.setdefault(frame["id"], frame["seq"]) == frame["seq"], "one message, one number"
            self._keep(frame, "guest")
        elif frame.get("status") in {"complete", "stopped"}:
            self._keep(frame, "assistant")
        return frame

    def _keep(self, frame: Frame, role: str) -> None:
        whole = (role, frame["text"])
        assert self.seen.setdefault(frame["seq"], whole) == whole, "what is whole never changes"

    async def hear_of(self, id: str) -> None:
        while id not in self.acknowledged:
            await self.hear()

    async def leave(self) -> None:
        if self.guest is not None:
            await self.guest.leave()
            self.guest = None


async def kill(tabs: list[Tab]) -> None:
    """End all tasks as a kill does: no disconnect, no shield; only what a thread commits just now is committed."""
    tasks = [*consumer._running]
    for tab in tabs:
        if tab.guest is not None:
            tasks += [tab.guest.socket.future]
            tab.guest = None
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    # A commit that was on its way has arrived before anybody comes back.
    await asyncio.gather(*(asyncio.get_running_loop().run_in_executor(None, lambda: None) for _ in range(2)))


class Delivery(RuleBasedStateMachine):
    """Two tabs of one conversation, a server that dies, and a list of what was acknowledged."""

    hotel: Hotel

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.conversation = Conversation.objects.create(
            hotel=self.hotel, place=self.hotel.places.get(key="room-7"), language="en"
        )
        value = pass_cookie.Pass(conversation=self.conversation.pk, hotel=self.hotel.pk).write()
        self.tabs = [Tab(value), Tab(value)]
        self.texts: dict[str, str] = {}  # all that was ever sent, by id
        self.outbox: list[str] = []  # sent, and not acknowledged yet

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        async def in_time() -> T:
            async with asyncio.timeout(30):
                return await work

        return self.loop.run_until_complete(in_time())

    def write(self, text: str) -> str:
        id = str(uuid.uuid4())
        self.texts[id] = text
        self.outbox.append(id)
        return id

    async def send(self, tab: Tab, *ids: str) -> None:
        guest = await tab.come()
        for id in ids:
            await guest.ask(self.texts[id], uuid.UUID(id))

    @rule(tab=sampled_from([0, 1]), text=sampled_from(TEXTS), is_heard=booleans())
    def ask(self, tab: int, text: str, is_heard: bool) -> None:
        id = self.write(text)
        self.run(self.send(self.tabs[tab], id))
        if is_heard:
            self.run(self.tabs[tab].hear_of(id))

    @rule(tab=sampled_from([0, 1]), times=integers(2, 4), text=sampled_from(TEXTS))
    def ask_many_times_at_once(self, tab: int, times: int, text: str) -> None:
        id = self.write(text)
        self.run(self.send(self.tabs[tab], *[id] * times))
        self.run(self.tabs[tab].hear_of(id))

    @precondition(lambda self: self.texts)
    @rule(tab=sampled_from([0, 1]), which=integers(0, 1_000))
    def ask_again(self, tab: int, which: int) -> None:
        id = list(self.texts)[which % len(self.texts)]
        self.run(self.send(self.tabs[tab], id))

    @rule(text=sampled_from(TEXTS))
    def ask_the_same_in_both_tabs(self, text: str) -> None:
        id = self.write(text)

        async def both() -> None:
            for tab in self.tabs:
                await tab.come()
            await asyncio.gather(*(self.send(tab, id) for tab in self.tabs))
            await asyncio.gather(*(tab.hear_of(id) for tab in self.tabs))

        self.run(both())
        assert self.tabs[0].acknowledged[id] == self.tabs[1].acknowledged[id]

    @precondition(lambda self: len(self.outbox) > 1)
    @rule(tab=sampled_from([0, 1]))
    def send_what_is_left_in_another_order(self, tab: int) -> None:
        self.run(self.send(self.tabs[tab], *reversed(self.outbox)))

    @rule(tab=sampled_from([0, 1]), steps=integers(1, 60))
    def listen(self, tab: int, steps: int) -> None:
        async def some() -> None:
            with contextlib.suppress(TimeoutError):
                for _ in range(steps):
                    if await (await self.tabs[tab].come()).is_silent(0.02):
                        return
                    await self.tabs[tab].hear()

        self.run(some())

    @rule(tab=sampled_from([0, 1]))
    def drop(self, tab: int) -> None:
        self.run(self.tabs[tab].leave())

    @rule(tab=sampled_from([0, 1]))
    def ping(self, tab: int) -> None:
        async def knock() -> None:
            await (await self.tabs[tab].come()).say(type="ping")
            while (await self.tabs[tab].hear())["type"] != "pong":
                pass

        self.run(knock())

    @rule(tab=sampled_from([0, 1]), back=integers(0, 20))
    def resume_from_before(self, tab: int, back: int) -> None:
        async def stale() -> None:
            await self.tabs[tab].come()
            await self.tabs[tab].resume(max(0, self.tabs[tab].after - back))

        self.run(stale())

    @rule(tab=sampled_from([0, 1]))
    def stop(self, tab: int) -> None:
        async def say() -> None:
            await (await self.tabs[tab].come()).say(type="stop")

        self.run(say())

    @rule()
    def crash(self) -> None:
        self.run(kill(self.tabs))

    def teardown(self) -> None:
        """All come back, send what is left, and see the same: the log, once and in order."""
        try:
            self.run(self.end())
            self.compare()
        finally:
            self.run(kill(self.tabs))
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            self.loop.close()

    async def end(self) -> None:
        one, two = self.tabs
        for id in self.outbox:
            await self.send(one, id)
            await one.hear_of(id)
        for tab in (one, two):
            await tab.come()
            for _ in range(50):
                await tab.resume(tab.after)
                if tab.after == 2 * len(self.texts):
                    break
            await tab.leave()

    def compare(self) -> None:
        rows = list(Message.objects.filter(conversation=self.conversation).order_by("seq"))
        assert [row.seq for row in rows] == list(range(1, 2 * len(self.texts) + 1))
        asked = {str(row.client_id): row for row in rows[::2]}
        assert {id: row.text for id, row in asked.items()} == self.texts
        assert [(row.role, row.reply_to) for row in rows[1::2]] == [("assistant", row.seq) for row in rows[::2]]
        assert {row.status for row in rows} <= {"complete", "stopped"}
        for tab in self.tabs:
            assert tab.seen == {row.seq: (row.role, row.text) for row in rows}
            assert all(asked[id].seq == seq for id, seq in tab.acknowledged.items())


@pytest.fixture
def hotel(transactional_db: None) -> Iterator[Hotel]:
    yield make_hotel()
    connections.close_all()


def test_every_tab_shows_the_log(hotel: Hotel, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.GUESTCHAT_BURST_QUESTIONS = 100_000
    monkeypatch.setattr(consumer, "PENDING_PATIENCE_S", 0.05)
    monkeypatch.setattr(Delivery, "hotel", hotel, raising=False)
    walk()


def walk() -> None:
    run_state_machine_as_test(
        Delivery,
        settings=settings(
            max_examples=WALKS, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
