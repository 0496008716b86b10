"""Owns a series of trials: each fault in turn, every run from its own seed, judged by the database and the guests."""

import asyncio
import collections
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.chaos import guests
from benchmarks.chaos.faults import FAULTS, Fault, Trial
from benchmarks.chaos.guests import Conversation, Tab
from benchmarks.chaos.stack import Stack, fresh_stack

# What is asked: mostly what needs no search, since delivery is tried and not answering; with a request among it.
TEXTS = (
    *(("Thank you!", "Hello", "Good morning", "Danke") * 3),
    "When is breakfast?",
    "Is there milk in the tomato soup?",
    "Do you have anything vegan?",
    "Where can I park?",
    "Could I get two more towels please?",
    "Wann schließt die Bar?",
)
_QUESTIONS = 9  # a conversation's burst is ten
_GUESTS_WITHIN_S = 120.0
_FAULT_WITHIN_S = 60.0


@dataclass(frozen=True, kw_only=True)
class Series:
    """How much is tried. A run of it is replayed by its fault and its seed."""

    runs: int
    seed: int = 1
    conversations: int = 12
    names: Sequence[str] = tuple(FAULTS)
    within_s: float = 7_200.0


@dataclass
class Tally:
    """What came of the runs of one fault."""

    runs: int = 0
    hits: int = 0
    acknowledged: int = 0
    answers: int = 0
    reconnects: int = 0
    longest_s: float = 0.0
    broken: collections.Counter[str] = field(default_factory=collections.Counter)
    examples: list[str] = field(default_factory=list)


async def try_all(series: Series, tell: Callable[[str], None]) -> dict[str, Tally]:
    """Run a series on a fresh stack; return a tally by fault."""
    tallies = {name: Tally() for name in series.names}
    begun = time.monotonic()
    async with fresh_stack() as stack:
        codes = await asyncio.to_thread(stack.codes)
        for number in range(series.runs):
            if time.monotonic() - begun > series.within_s:
                tell(f"Time is up after {number} runs.")
                break
            fault = FAULTS[series.names[number % len(series.names)]]
            seed = series.seed + number
            await _run(stack, codes, fault, seed, series, tallies[fault.name])
            tally = tallies[fault.name]
            told = f"run {number + 1}/{series.runs}, seed {seed}: {fault.name}: {tally.longest_s:.1f} s at most"
            tell(told + (f", BROKEN {dict(tally.broken)}" if tally.broken else ""))
    return tallies


async def _run(stack: Stack, codes: Sequence[str], fault: Fault, seed: int, series: Series, tally: Tally) -> None:
    chance = random.Random(f"{fault.name} {seed}")
    trial = Trial(stack, chance)
    await stack.heal()
    conversations = await _arrive(trial, codes, fault, series.conversations)
    begun = time.monotonic()
    suffering = asyncio.create_task(asyncio.wait_for(fault.deed(trial), _FAULT_WITHIN_S))
    chatting = asyncio.create_task(guests.all_chat(conversations, _GUESTS_WITHIN_S))
    try:
        await chatting
        tally.longest_s = max(tally.longest_s, time.monotonic() - begun)
        await suffering
    finally:
        suffering.cancel()
        chatting.cancel()
        await asyncio.gather(suffering, chatting, return_exceptions=True)
    await stack.heal()
    tally.runs += 1
    tally.hits += trial.hits
    kept = await asyncio.to_thread(read_log, stack, [conversation.id for conversation in conversations])
    for conversation in conversations:
        rows = kept[conversation.id]
        broken = guests.judge(conversation, rows)
        tally.broken += broken
        tally.acknowledged += sum(question.seq is not None for question in conversation.questions)
        tally.answers += sum(row[1] == "assistant" for row in rows)
        tally.reconnects += sum(max(0, tab.connected - 1) for tab in conversation.tabs)
        if broken:
            what = "; ".join([*(f"{name} {count}" for name, count in broken.items()), *conversation.faults[:3]])
            tally.examples.append(f"seed {seed}, conversation {conversation.id}: {what}")


async def _arrive(trial: Trial, codes: Sequence[str], fault: Fault, number: int) -> list[Conversation]:
    doors = [app.door for app in trial.stack.apps]
    found = await guests.scan_all(doors, codes, number)
    conversations = []
    for cookie, id in found:
        conversation = Conversation(cookie, id, fault.manner)
        asked = guests.questions(trial.chance, _QUESTIONS, TEXTS)
        for tab in range(fault.manner.tabs):
            own = asked[tab :: fault.manner.tabs]
            chance = random.Random(trial.chance.getrandbits(64))
            conversation.tabs.append(Tab(conversation, doors[tab % len(doors) :] + doors, own, chance, trial.moment))
        conversations.append(conversation)
    return conversations


def read_log(stack: Stack, conversations: Sequence[str]) -> dict[str, list[tuple[Any, ...]]]:
    """Return what the database keeps of each conversation: number, role, status, id, answers, text, in order."""
    found: dict[str, list[tuple[Any, ...]]] = {id: [] for id in conversations}
    with stack.postgres.connect() as connection:
        for id, *row in connection.execute(
            "SELECT conversation_id, seq, role, status, client_id, reply_to, text FROM guestchat_message"
            " WHERE conversation_id = ANY(%s::uuid[]) ORDER BY conversation_id, seq",
            [list(conversations)],
        ):
            found[str(id)].append(tuple(row))
    return found
