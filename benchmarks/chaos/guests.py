"""Owns the guests of a trial: they behave like the page, on as many tabs as told, and note what they were promised.

Like the page: an outbox with one id a question until it is acknowledged, one question in flight, `resume` after the
last number that is whole, a silent line is given up. Worse than the page where a trial asks for it: doubled and
shuffled sends, stale resumes, stops, plain requests instead of sockets.
"""

import asyncio
import collections
import contextlib
import http.client
import itertools
import json
import random
import ssl
import urllib.parse
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

Frame = dict[str, Any]
Moment = Callable[[str, int], Awaitable[None]]

# Every id begins so: a proxy before the database knows a question by it.
ID_BEGINS = "c4a05eed"
_OPEN_WITHIN_S = 5.0
# The page is as patient with a pong and a resume, and looks into silence less often.
_SILENCE_S = 2.0
_REACT_WITHIN_S = 5.0
_RESUME_WITHIN_S = 15.0
_BACKOFF_S = 0.4


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a conversation's tabs behave."""

    tabs: int = 1
    sends: int = 1  # how often each question is sent at once
    shuffled: bool = False  # all that is left is sent at once, in any order
    stops: bool = False
    stale_resumes: bool = False
    posts: bool = False
    slow: bool = False  # reads late
    pause_s: float = 0.1


@dataclass(kw_only=True)
class Question:
    """What one guest writes: acknowledged under a number, or not yet."""

    id: str
    text: str
    seq: int | None = None
    sent: bool = False


@dataclass
class Conversation:
    """One guest's conversation, its tabs and what is wrong with it."""

    cookie: str
    id: str
    manner: Manner
    tabs: "list[Tab]" = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    tls: ssl.SSLContext | None = None  # where the doors speak TLS

    @property
    def questions(self) -> list[Question]:
        return [question for tab in self.tabs for question in tab.questions]

    @property
    def is_done(self) -> bool:
        return all(tab.is_done for tab in self.tabs)

    def blame(self, fault: str) -> None:
        self.faults.append(fault)


class Tab:
    """One page of a conversation."""

    def __init__(
        self,
        conversation: Conversation,
        doors: Sequence[int],
        questions: list[Question],
        chance: random.Random,
        moment: Moment,
    ) -> None:
        self.conversation = conversation
        self.questions = questions
        self._by_id = {question.id: question for question in questions}
        self._doors = doors
        self._chance = chance
        self._moment = moment
        self.seen: dict[int, Frame] = {}  # what is whole, by number
        self.after = 0
        self._replay: list[int] | None = None  # the numbers since a resume was sent
        self._replay_after = 0
        self._sent: set[str] = set()
        self._quiet_until = 0.0
        self.connected = 0

    # --- what it has --------------------------------------------------------
    @property
    def is_done(self) -> bool:
        """Whether all that is asked here is acknowledged and all of the conversation is here, answers included."""
        return self.after >= 2 * len(self.conversation.questions)

    def ask_no_more(self) -> None:
        """Forget what was not sent yet; what was is still waited for."""
        self.questions[:] = [question for question in self.questions if question.sent]

    def _left(self) -> list[Question]:
        return [question for question in self.questions if question.seq is None]

    def note(self, frame: Frame) -> None:
        """Write down what a frame promises, and what it contradicts."""
        kind = frame["type"]
        if kind == "message" and frame["role"] == "guest":
            self._note_question(frame)
        elif (kind == "message" or kind == "answer.finished") and frame.get("status") in {"complete", "stopped"}:
            self._keep(frame)
        if kind == "message" and self._replay is not None:
            self._replay.append(frame["seq"])
        if kind == "resumed":
            self._note_replay(frame["seq"])

    def _note_question(self, frame: Frame) -> None:
        own = self._by_id.get(frame["id"])
        if own is not None:
            if own.seq not in {None, frame["seq"]}:
                self.conversation.blame(f"question {own.seq} was acknowledged again as {frame['seq']}")
            if own.text != frame["text"]:
                self.conversation.blame(f"question {frame['seq']} came back with another text")
            own.seq = frame["seq"]
        self._keep(frame)

    def _keep(self, frame: Frame) -> None:
        seq, before = frame["seq"], self.seen.get(frame["seq"])
        if before is not None and before["text"] != frame["text"]:
            self.conversation.blame(f"message {seq} changed after it was whole")
        self.seen[seq] = frame
        while self.after + 1 in self.seen:
            self.after += 1

    def _note_replay(self, last: int) -> None:
        replay, self._replay = self._replay, None
        if replay is None:
            return
        expected = list(range(self._replay_after + 1, last + 1))
        if expected and replay[-len(expected) :] != expected:
            self.conversation.blame(f"a resume after {self._replay_after} brought {replay} up to {last}")

    # --- sockets ------------------------------------------------------------
    async def chat(self) -> None:
        """Ask all, and stay until all is here; come back whenever the line breaks."""
        which = self._chance.randrange(len(self._doors))
        while not self.is_done:
            door = self._doors[which % len(self._doors)]
            try:
                if self.conversation.manner.posts:
                    await self._poll(door)
                else:
                    await self._talk(door)
            except (OSError, WebSocketException, TimeoutError, http.client.HTTPException):
                which += self._chance.randrange(2)
            self._replay = None
            if not self.is_done:
                await asyncio.sleep(self._chance.uniform(0, _BACKOFF_S))

    async def _talk(self, door: int) -> None:
        tls = self.conversation.tls
        async with connect(
            f"{'wss' if tls else 'ws'}://127.0.0.1:{door}/ws/chat/",
            additional_headers={"Cookie": self.conversation.cookie},
            origin=f"{'https' if tls else 'http'}://127.0.0.1:{door}",  # type: ignore[arg-type]
            ssl=tls,
            compression=None,
            ping_interval=None,
            open_timeout=_OPEN_WITHIN_S,
            close_timeout=0.2,
        ) as socket:
            self.connected += 1
            self._sent.clear()
            greeting = json.loads(await asyncio.wait_for(socket.recv(), _OPEN_WITHIN_S))
            if greeting["type"] != "welcome":
                return
            await self._resume(socket, self.after)
            sender = asyncio.create_task(self._send(socket))
            try:
                await self._listen(socket, door)
            finally:
                sender.cancel()
                await asyncio.gather(sender, return_exceptions=True)

    async def _listen(self, socket: ClientConnection, door: int) -> None:
        patience = _SILENCE_S
        while not self.is_done:
            try:
                text = await asyncio.wait_for(socket.recv(), _RESUME_WITHIN_S if self._replay is not None else patience)
            except TimeoutError:
                if patience > _SILENCE_S or self._replay is not None:
                    raise
                patience = _REACT_WITHIN_S
                await socket.send('{"type": "ping"}')
                continue
            patience = _SILENCE_S
            if self.conversation.manner.slow:
                await asyncio.sleep(self._chance.uniform(0, 0.05))
            await self._heed(socket, json.loads(text), door)

    async def _heed(self, socket: ClientConnection, frame: Frame, door: int) -> None:
        own = self._by_id.get(frame.get("id") or "")
        is_news = frame["type"] == "message" and own is not None and own.seq is None
        self.note(frame)
        if frame["type"] == "pong" and frame.get("seq", 0) > self.after:
            await self._resume(socket, self.after)
        elif frame["type"] == "error":
            self._quiet_until = asyncio.get_running_loop().time() + (frame.get("retry_after_s") or 0.5)
            self._sent.discard(frame.get("id") or "")
            if frame["id"] is None:
                self._replay = None
                await asyncio.sleep(0.3)
                await self._resume(socket, self.after)
        elif is_news:
            await self._moment("acknowledged", door)
        elif frame["type"] == "answer.delta":
            await self._moment("answering", door)
            if self.conversation.manner.stops and self._chance.random() < 0.2:
                await socket.send('{"type": "stop"}')
        if self.conversation.manner.stale_resumes and self._chance.random() < 0.1:
            await self._resume(socket, self._chance.randint(0, self.after))

    async def _resume(self, socket: ClientConnection, after: int) -> None:
        if self._replay is not None:
            return  # one at a time: what is replayed belongs to one question
        self._replay, self._replay_after = [], after
        await socket.send(json.dumps({"type": "resume", "after": after}))

    async def _send(self, socket: ClientConnection) -> None:
        loop = asyncio.get_running_loop()
        while self._left():
            await asyncio.sleep(self._chance.uniform(0, self.conversation.manner.pause_s) + 0.005)
            left = self._left()
            if loop.time() < self._quiet_until:
                continue
            due = [
                each for each in (left if self.conversation.manner.shuffled else left[:1]) if each.id not in self._sent
            ]
            if self.conversation.manner.shuffled:
                self._chance.shuffle(due)
            for question in due:
                self._sent.add(question.id)
                question.sent = True
                for _ in range(self.conversation.manner.sends):
                    await socket.send(json.dumps({"type": "ask", "id": question.id, "text": question.text}))

    # --- where no socket opens ----------------------------------------------
    async def _poll(self, door: int) -> None:
        for question in self._left():
            await asyncio.sleep(self._chance.uniform(0, self.conversation.manner.pause_s))
            if question not in self.questions:
                break
            question.sent = True
            fields = {"id": question.id, "text": question.text}
            for frame in await asyncio.to_thread(self._request, door, f"/chat/messages/?after={self.after}", fields):
                self.note(frame)
            if question.seq is None:
                break  # told to wait: the next one would come before it
            await self._moment("acknowledged", door)
        for frame in await asyncio.to_thread(self._request, door, f"/chat/messages/?after={self.after}", None):
            self.note(frame)

    def _request(self, door: int, path: str, fields: dict[str, str] | None) -> list[Frame]:
        connection = _open(door, self.conversation.tls, _OPEN_WITHIN_S)
        headers = {"Cookie": self.conversation.cookie, "Accept": "application/json"}
        try:
            if fields is None:
                connection.request("GET", path, headers=headers)
            else:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
                connection.request("POST", "/chat/messages/", urllib.parse.urlencode(fields), headers)
            answer = connection.getresponse()
            read = json.loads(answer.read()) if answer.headers.get_content_type() == "application/json" else {}
        except ValueError:
            return []
        finally:
            connection.close()
        if answer.status != 200 and answer.status not in {429, 503}:
            raise http.client.HTTPException(answer.status)
        messages: list[Frame] = read.get("messages", [])
        return messages


def questions(chance: random.Random, number: int, texts: Sequence[str]) -> list[Question]:
    """Return so many questions with ids of their own."""
    made = []
    for _ in range(number):
        rest = uuid.UUID(int=chance.getrandbits(128), version=4).hex[len(ID_BEGINS) :]
        made.append(Question(id=str(uuid.UUID(ID_BEGINS + rest)), text=chance.choice(texts)))
    return made


async def all_chat(conversations: Sequence[Conversation], within_s: float) -> None:
    """Let all tabs chat until all is here or time is up."""
    tasks = [asyncio.create_task(tab.chat()) for conversation in conversations for tab in conversation.tabs]
    _done, late = await asyncio.wait(tasks, timeout=within_s)
    for task in late:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            raise result


# --- what must hold ----------------------------------------------------------
def judge(conversation: Conversation, rows: Sequence[tuple[Any, ...]]) -> collections.Counter[str]:
    """Return how often a conversation breaks each promise; `rows`: number, role, status, id, answers, text, in order.

    What a guest was told is held against what the database keeps, and what each tab shows against both.
    """
    broken: collections.Counter[str] = collections.Counter()
    broken["contradicted"] = len(conversation.faults)
    if [row[0] for row in rows] != list(range(1, len(rows) + 1)):
        broken["out of order"] += 1
    kept = collections.Counter(str(row[3]) for row in rows if row[1] == "guest")
    at = {str(row[3]): (row[0], row[5]) for row in rows if row[1] == "guest"}
    answers = collections.Counter(row[4] for row in rows if row[1] == "assistant")
    written = collections.Counter(row[4] for row in rows if row[1] == "assistant" and _is_answer(row))
    for question in conversation.questions:
        if question.seq is not None and at.get(question.id) != (question.seq, question.text):
            broken["lost"] += 1
    broken["doubled"] += sum(count - 1 for count in kept.values())
    for row in rows:
        if row[1] == "guest" and (answers[row[0]], written[row[0]]) != (1, 1):
            broken["not answered once"] += 1
    broken["out of order"] += _misplaced(conversation)
    by_seq = {row[0]: row[5] for row in rows}
    for tab in conversation.tabs:
        if not tab.is_done:
            broken["not arrived in time"] += 1
        elif {seq: frame["text"] for seq, frame in tab.seen.items()} != by_seq:
            broken["shown otherwise"] += 1
    return +broken


def _is_answer(row: tuple[Any, ...]) -> bool:
    return row[2] == "stopped" or (row[2] == "complete" and bool(row[5]))


def _misplaced(conversation: Conversation) -> int:
    """Return how many questions of a tab that sends one after the other were numbered before an earlier one."""
    if conversation.manner.shuffled:
        return 0
    misplaced = 0
    for tab in conversation.tabs:
        numbers = [question.seq for question in tab.questions if question.seq is not None]
        misplaced += sum(later < earlier for earlier, later in itertools.pairwise(numbers))
    return misplaced


async def scan_all(
    doors: Sequence[int], codes: Sequence[str], number: int, tls: ssl.SSLContext | None = None
) -> list[tuple[str, str]]:
    """Scan codes for so many conversations; return a cookie and the conversation's id for each."""
    return await asyncio.gather(
        *(asyncio.to_thread(_scan, doors[each % len(doors)], codes[each % len(codes)], tls) for each in range(number))
    )


def _open(door: int, tls: ssl.SSLContext | None, within_s: float) -> http.client.HTTPConnection:
    if tls:
        return http.client.HTTPSConnection("127.0.0.1", door, timeout=within_s, context=tls)
    return http.client.HTTPConnection("127.0.0.1", door, timeout=within_s)


def _scan(door: int, code: str, tls: ssl.SSLContext | None) -> tuple[str, str]:
    connection = _open(door, tls, 30)
    try:
        connection.request("GET", code)
        answer = connection.getresponse()
        answer.read()
        cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        if answer.status != 302 or not cookie:
            raise OSError(f"The code was answered with {answer.status}.")
        connection.request("GET", "/chat/", headers={"Cookie": cookie})
        page = connection.getresponse().read().decode()
    finally:
        with contextlib.suppress(OSError):
            connection.close()
    return cookie, page.partition('data-conversation="')[2].partition('"')[0]
