"""Owns the guests: a process of its own that holds their sockets and asks on time, whether or not answers come.

Open loop: every question has a moment at which it is to be sent, decided before the run, and its times count from that
moment. A server that stalls is charged for all whom it keeps waiting, and so is this client where it is late itself.
Reads a plan from standard input and writes what it saw to standard output, both as one JSON object.
"""

import asyncio
import collections
import gc
import http.client
import json
import random
import sys
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import chain
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from benchmarks.figures import Pace, send_times
from benchmarks.questions import talk
from guestchat.management.descriptors import allow_many_sockets

# The product's own limit: ten at once, then one every two seconds.
BURST_QUESTIONS = 10
QUESTION_INTERVAL_S = 2.0
MOST_ASKED_PER_GUEST_S = 1 / QUESTION_INTERVAL_S

_SCANS_AT_ONCE = 8
_PATIENCE_S = 20.0
_LOOK_EVERY_S = 0.05
_TIMEOUT_S = 30.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the guests are to do. `codes`: the paths behind the places' codes."""

    port: int
    codes: Sequence[str]
    guests: int
    rate: float
    warm_up_s: float
    seconds: float
    spacing: str = "poisson"
    seed: int = 1


@dataclass(kw_only=True)
class Asked:
    """One question's moments on this process's clock, in seconds; `due` is when it was to be sent."""

    id: str
    due: float
    measured: bool
    sent: float | None = None
    acknowledged: float | None = None
    first_piece: float | None = None
    finished: float | None = None
    outcome: str | None = None
    error: str | None = None


@dataclass
class Guest:
    """One guest: a cookie, a socket and what was asked over it."""

    cookie: str
    texts: Iterator[str]
    socket: ClientConnection | None = None
    by_id: dict[str, Asked] = field(default_factory=dict)
    by_seq: dict[int, Asked] = field(default_factory=dict)
    by_answer: dict[int, Asked] = field(default_factory=dict)


def scan(port: int, code: str) -> str:
    """Scan a code like a phone without a cookie; return the cookie that opens the new conversation."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", code)
        answer = connection.getresponse()
        answer.read()
        cookie = answer.getheader("Set-Cookie")
        if answer.status != 302 or cookie is None:
            raise RuntimeError(f"The code was answered with {answer.status} instead of a conversation.")
        return cookie.partition(";")[0]
    finally:
        connection.close()


def read_log(port: int, cookie: str) -> list[dict[str, Any]]:
    """Return all messages of a guest's conversation as the database has them."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", "/chat/messages/?after=0", headers={"Cookie": cookie, "Accept": "application/json"})
        answer = connection.getresponse()
        messages: list[dict[str, Any]] = json.loads(answer.read())["messages"]
        return messages
    finally:
        connection.close()


def faults(messages: Sequence[dict[str, Any]], acknowledged: Sequence[str]) -> list[str]:
    """Return what a conversation's log lacks of what its guest was promised.

    Promised are numbers from 1 without gaps, every acknowledged question once, and one complete answer to each.
    """
    found = []
    if [message["seq"] for message in messages] != list(range(1, len(messages) + 1)):
        found.append("numbers have gaps")
    questions = collections.Counter(message["id"] for message in messages if message["role"] == "guest")
    seqs = {message["id"]: message["seq"] for message in messages if message["role"] == "guest"}
    answers = collections.Counter(
        message["reply_to"]
        for message in messages
        if message["role"] == "assistant" and message["status"] == "complete" and message["text"]
    )
    for id in acknowledged:
        if questions[id] != 1:
            found.append(f"a question is there {questions[id]} times")
        elif answers[seqs[id]] != 1:
            found.append(f"a question has {answers[seqs[id]]} complete answers")
    return found


async def ask_all(plan: Plan) -> dict[str, Any]:
    """Play the plan; return every question's moments, the errors by code and what the database lacks."""
    chance = random.Random(plan.seed)
    guests = await _arrive(plan, chance)
    errors: collections.Counter[str] = collections.Counter()
    listeners = [asyncio.create_task(_listen(guest, errors)) for guest in guests]
    # This process's own pauses would be taken for the server's.
    gc.collect()
    gc.freeze()
    gc.disable()
    print("ready", file=sys.stderr, flush=True)
    asked = await _ask_on_time(plan, guests, chance, errors)
    await _await_answers(asked)
    for guest in guests:
        if guest.socket is not None:
            await guest.socket.close()
    await asyncio.gather(*listeners)
    gc.enable()
    lacking = await _verify(plan.port, guests)
    return {
        "asked": [asdict(each) for each in asked],
        "errors": dict(errors),
        "verified": sum(each.acknowledged is not None for each in asked),
        "lacking": lacking,
    }


async def _arrive(plan: Plan, chance: random.Random) -> list[Guest]:
    """Let every guest scan a code for a conversation of its own and open a socket."""
    at_once = asyncio.Semaphore(_SCANS_AT_ONCE)

    async def arrive(number: int) -> Guest:
        async with at_once:
            cookie = await asyncio.to_thread(scan, plan.port, plan.codes[number % len(plan.codes)])
            guest = Guest(cookie, talk(random.Random(chance.getrandbits(32))))
            guest.socket = await connect(
                f"ws://127.0.0.1:{plan.port}/ws/chat/",
                additional_headers={"Cookie": cookie},
                origin=f"http://127.0.0.1:{plan.port}",  # type: ignore[arg-type]
                compression=None,
                open_timeout=_TIMEOUT_S,
            )
            welcome: dict[str, Any] = json.loads(await guest.socket.recv())
            if welcome["type"] != "welcome":
                raise RuntimeError(f"A socket was welcomed with {welcome}.")
            return guest

    return await asyncio.gather(*(arrive(number) for number in range(plan.guests)))


async def _ask_on_time(
    plan: Plan, guests: Sequence[Guest], chance: random.Random, errors: collections.Counter[str]
) -> list[Asked]:
    loop = asyncio.get_running_loop()
    moments = send_times(plan.rate, plan.warm_up_s + plan.seconds, plan.spacing, chance)
    paces = [Pace(BURST_QUESTIONS, QUESTION_INTERVAL_S * 1.05) for _ in guests]
    begin = loop.time() + 0.2
    asked = []
    for moment in moments:
        guest = _someone(guests, paces, moment, chance)
        each = Asked(id=str(uuid.UUID(int=chance.getrandbits(128), version=4)), due=begin + moment, measured=False)
        each.measured = moment >= plan.warm_up_s
        guest.by_id[each.id] = each
        asked.append(each)
        await asyncio.sleep(max(0.0, each.due - loop.time()))
        each.sent = loop.time()
        try:
            assert guest.socket is not None
            await guest.socket.send(json.dumps({"type": "ask", "id": each.id, "text": next(guest.texts)}))
        except ConnectionClosed:
            each.error = "socket_closed"
            errors[each.error] += 1
    return asked


def _someone(guests: Sequence[Guest], paces: Sequence[Pace], moment: float, chance: random.Random) -> Guest:
    """Return a guest at random who may ask now; there is always one while all together ask less than they may."""
    first = chance.randrange(len(guests))
    for number in chain(range(first, len(guests)), range(first)):
        if paces[number].take(moment):
            return guests[number]
    raise RuntimeError("All guests together may not ask that much.")


async def _listen(guest: Guest, errors: collections.Counter[str]) -> None:
    loop = asyncio.get_running_loop()
    assert guest.socket is not None
    async for text in guest.socket:
        _note(guest, json.loads(text), loop.time(), errors)


def _note(guest: Guest, frame: dict[str, Any], now: float, errors: collections.Counter[str]) -> None:
    """Note what a frame tells about a question."""
    kind = frame["type"]
    if kind == "message" and frame["id"] in guest.by_id:
        each = guest.by_id[frame["id"]]
        each.acknowledged = each.acknowledged or now
        guest.by_seq[frame["seq"]] = each
    elif kind == "answer.started" and frame["reply_to"] in guest.by_seq:
        guest.by_answer[frame["seq"]] = guest.by_seq[frame["reply_to"]]
    elif kind == "answer.delta" and frame["seq"] in guest.by_answer:
        each = guest.by_answer[frame["seq"]]
        each.first_piece = each.first_piece or now
    elif kind == "answer.finished" and frame["seq"] in guest.by_answer:
        each = guest.by_answer[frame["seq"]]
        each.finished, each.outcome = now, frame.get("outcome")
    elif kind == "error":
        errors[frame["code"]] += 1
        if frame.get("id") in guest.by_id:
            guest.by_id[frame["id"]].error = frame["code"]


async def _await_answers(asked: Sequence[Asked]) -> None:
    for _ in range(round(_PATIENCE_S / _LOOK_EVERY_S)):
        if all(each.finished is not None or each.error is not None for each in asked):
            return
        await asyncio.sleep(_LOOK_EVERY_S)


async def _verify(port: int, guests: Sequence[Guest]) -> list[str]:
    lacking = []
    for guest in guests:
        if not guest.by_id:
            continue
        messages = await asyncio.to_thread(read_log, port, guest.cookie)
        acknowledged = [id for id, each in guest.by_id.items() if each.acknowledged is not None]
        lacking += faults(messages, acknowledged)
    return lacking


if __name__ == "__main__":
    allow_many_sockets()
    json.dump(asyncio.run(ask_all(Plan(**json.load(sys.stdin)))), sys.stdout)
