"""Owns the guest's socket: one consumer, in three parts: socket events, the client's frames, nudges from others.

The database is the log. A socket that misses something reads it back; nothing is kept here that could be lost.
"""

import asyncio
import json
import logging
import time
import uuid
from collections.abc import Coroutine
from typing import Any, TypeVar

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import Error as DatabaseError
from django.utils import timezone

from guestchat import measures, turns
from guestchat.answering.answer import Answer
from guestchat.buckets import Buckets, Pace
from guestchat.groups import group_of, tell_others, tell_staff
from guestchat.guest import frames, pass_cookie, welcome
from guestchat.guest.database import at_arrival, in_thread
from guestchat.ledger import Grounds
from guestchat.models import Message
from guestchat.traces import trace
from menus import tenancy

log = logging.getLogger(__name__)

# With its answer, where that could be made ahead; then its first piece has been sent as well. And when it was read.
Question = tuple[turns.Turn, Answer | None, float]

MOST_WAITING = 16
# Of all kinds of frames together: resuming reads the log, and asks for nothing that a token would be taken for.
_pace = Buckets(Pace(burst=60, per_second=20))
PENDING_PATIENCE_S = 2.0
# Whoever answers, answers sooner; what waits longer was left by a process that died.
ABANDONED_AFTER_S = 10.0
# A client gives a silent socket up after a few seconds; a slow database must not look like a dead line.
HEARTBEAT_PATIENCE_S = 1.0


class ChatConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One guest's socket. Answers are sent by a task of its own, one at a time, so that frames keep being read."""

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Call the event's method; without Channels' closing of connections on one shared thread, as we use none."""
        await getattr(self, message["type"].replace(".", "_"))(message)

    # --- socket events --------------------------------------------------
    async def connect(self) -> None:
        """Accept whoever has a pass; nothing is asked of the database before."""
        cookies = self.scope.get("cookies", {})
        held = pass_cookie.read(cookies.get(pass_cookie.COOKIE))
        if held is None:
            await self.close()
            return
        tenancy.bind_task(held.hotel)
        self.conversation_id = held.conversation
        self.group = group_of(held.conversation)
        self.sent = 0  # all numbers up to here have reached this socket
        self.own: set[int] = set()  # numbers above that this socket has sent by itself
        self.behind = False  # whether a nudge could not bring everything, because an answer was still being written
        self.replaying = asyncio.Lock()  # what comes from the log is sent by one at a time: once, and in order
        self.closed = False
        self.questions: asyncio.Queue[Question] = asyncio.Queue(MOST_WAITING)
        self.busy = False  # whether an answer is being made or sent
        self.ahead_from = 0.0  # on the loop's clock; a guest who asks too fast gets no work done ahead
        self.asked = 0  # the last question that this socket took
        self.stopped_at = 0  # the last question that its guest wants no answer to any more
        self.answering_seq = 0  # the answer being made, sent and committed: whoever reads it leaves it to its own task
        self.spot = turns.Spot(held.hotel, held.place)
        self.expected: Grounds | None = None  # what the next answer will rest on, as far as this socket can tell
        await self.accept()
        measures.came()
        self.answering: asyncio.Task[None] | None = asyncio.create_task(self._answer_questions())
        try:
            await self.channel_layer.group_add(self.group, self.channel_name)
        except Exception:
            log.warning("channel layer unavailable: this socket gets no nudges until it reconnects")
        try:
            greeting = await at_arrival(welcome.frame, self.conversation_id)
        except DatabaseError as error:
            log.error("database unavailable: %s", trace(error))
            await self._say(frames.error("unavailable", "The database is not available. Try again.", None, 2.0))
            await self.close(1013)
            return
        if greeting is None:
            await self._end()
            return
        frame, self.expected = greeting
        self.sent = frame["seq"]
        await self._say(frame)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        """End the socket's task; what was being answered is finished all the same, for the guest's return."""
        task = getattr(self, "answering", None)
        if task is not None:
            self.closed = True
            measures.left()
            task.cancel()
            _pace.forget(self.channel_name)
            try:
                await self.channel_layer.group_discard(self.group, self.channel_name)
            except Exception:
                log.warning("channel layer unavailable at disconnect")
            await asyncio.gather(task, return_exceptions=True)
            self.answering = None  # it refers back to this consumer, which would wait for garbage collection
            if not self.questions.empty():
                keep_running(_finish_and_tell(self.conversation_id))
        raise StopConsumer

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Read one frame and do what it says; a bad one gets an error and the socket stays open."""
        id: str | None = None
        await asyncio.sleep(_pace.owe(self.channel_name))  # what follows waits, and soon in the client's own buffers
        try:
            frame = frames.read(text_data, bytes_data)
            id = str(frame.id) if isinstance(frame, frames.Ask) else None
            await self._do(frame)
        except frames.BadFrame as bad:
            await self._say(frames.error(bad.code, bad.detail, bad.id))
        except turns.ConversationClosed:
            await self._end()
        except DatabaseError as error:
            log.error("database unavailable: %s", trace(error))
            await self._say(frames.error("unavailable", "The database is not available. Try again.", id, 2.0))
        except Exception as error:
            log.error("a frame failed: %s", trace(error))
            await self._say(frames.error("unavailable", "Something went wrong.", id))

    async def _end(self) -> None:
        await self._say(frames.error("closed", "This conversation has ended. Scan the code again."))
        await self.close(4404)
        self.closed = True  # nothing is said after the goodbye, whatever is still being answered

    # --- the client's frames --------------------------------------------
    async def _do(self, frame: frames.Frame) -> None:
        match frame:
            case frames.Ask():
                await self._ask(frame)
            case frames.Resume(after):
                await self._resume(after)
            case frames.Stop():
                # All that was asked before, also what waits: its answers have not begun and never need to.
                self.stopped_at = self.asked
            case frames.Rate(seq, value):
                if not await in_thread(turns.rate, self.conversation_id, seq, value):
                    raise frames.BadFrame("No answer has this number.")
            case frames.Confirm(seq, accept):
                request = await in_thread(turns.confirm, self.conversation_id, seq, accept=accept)
                if request is None:
                    raise frames.BadFrame("Nothing was proposed under this number.")
                await self._say(frames.request(request))
                await tell_others(self.conversation_id, self.channel_name, request=seq)
                await tell_staff(request.hotel_id)
            case frames.Ping():
                await self._say(frames.pong(await self._look()))

    async def _ask(self, ask: frames.Ask) -> None:
        """Acknowledge a question once it is committed, then let it wait its turn."""
        begun = time.perf_counter()
        if self.questions.full():
            await self._say(frames.error("busy", "Too many questions are waiting.", str(ask.id), 2.0))
            return
        try:
            turn, answer = await in_thread(
                turns.ask, self.conversation_id, ask.text, ask.id, self.spot, self._expected()
            )
        except turns.TooManyQuestions as refused:
            self.ahead_from = asyncio.get_running_loop().time() + refused.retry_after_s
            await self._say(
                frames.error("rate_limited", "Too many questions at once.", str(ask.id), refused.retry_after_s)
            )
            return
        if turn.is_repeat or not self._has_sent(turn.question.seq):
            await self._say(frames.message(turn.question))
        measures.took("acknowledged", begun)
        if not turn.is_repeat:
            self.asked = turn.question.seq
            if answer is not None:
                # At once, so that it leaves with the acknowledgement: nobody else is answered, and nothing waits.
                await self._begin(turn, answer)
                measures.took("first_piece", begun)
            self.questions.put_nowait((turn, answer, begun))

    async def _begin(self, turn: turns.Turn, answer: Answer) -> None:
        """Say that an answer begins, and its first piece."""
        await self._say(frames.started(turn.answer_seq, turn.question.seq))
        for delta in frames.deltas(turn.answer_seq, answer)[:1]:
            await self._say(delta)

    def _expected(self) -> Grounds | None:
        """Return what an answer made while its question is committed may rest on; None where none is to be made yet."""
        is_free = not self.busy and self.questions.empty()
        return self.expected if is_free and asyncio.get_running_loop().time() >= self.ahead_from else None

    async def _answer_questions(self) -> None:
        while True:
            turn, answer, begun = await self.questions.get()
            self.busy = True
            # Shielded: a guest who leaves still finds the answer on return.
            await asyncio.shield(keep_running(self._answer_or_say_why(turn, answer, begun)))
            self.busy = False

    async def _answer_or_say_why(self, turn: turns.Turn, answer: Answer | None, begun: float) -> None:
        try:
            self.answering_seq = turn.answer_seq
            try:
                await self._answer(turn, answer, begun)
            finally:
                self.answering_seq = 0
            await tell_others(self.conversation_id, self.channel_name)
            if self.behind:
                await self._catch_up()
        except turns.ConversationClosed:
            await self._end()
        except Exception as error:
            log.error("a turn failed: %s", trace(error))
            measures.failed()
            await self._say(frames.error("unavailable", "Something went wrong.", None))
            await tell_others(self.conversation_id, self.channel_name)

    async def _answer(self, turn: turns.Turn, answer: Answer | None, begun: float) -> None:
        """Stream one answer and commit it, in that order for speed: a client keeps only what `finished` confirms."""
        said = 1
        if answer is None:
            await self._say(frames.started(turn.answer_seq, turn.question.seq))
            answer, said = await in_thread(turns.answer_or_apologise, turn), 0
        deltas = frames.deltas(turn.answer_seq, answer)
        sent = "".join(delta["text"] for delta in deltas[:said])
        for delta in deltas[said:]:
            await asyncio.sleep(0)  # sending alone never waits, and a guest's stop would be read only at the end
            if self._is_stopped(turn):
                break
            await self._say(delta)
            if not sent:
                measures.took("first_piece", begun)
            sent += delta["text"]
        if self._is_stopped(turn) and sent != answer.text:
            row = await in_thread(turns.stop, turn, answer, sent)
            self.expected = None
        else:
            row = await in_thread(turns.finish, turn, answer)
            self.expected = turns.after(turn, answer)
        self._has_sent(row.seq)
        await self._say(frames.finished(row))
        measures.took("finished", begun)
        await self._tell_requests(row, answer)

    async def _tell_requests(self, row: Message, answer: Answer) -> None:
        """Send what an answer proposed or opened, and how it settled an earlier proposal; alert the staff."""
        if answer.concerns_staff:
            await tell_staff(row.hotel_id)
        settled = answer.settlement.seq if answer.settlement else 0
        if not (answer.request or answer.alert or settled):
            return
        found = await in_thread(turns.requests_of, self.conversation_id, [settled, row.seq])
        for seq in sorted(found):
            await self._say(frames.request(found[seq]))
        if settled in found:
            await tell_others(self.conversation_id, self.channel_name, request=settled)

    def _is_stopped(self, turn: turns.Turn) -> bool:
        return turn.question.seq <= self.stopped_at

    def _has_sent(self, seq: int) -> bool:
        """Note a number that this socket brings, and how far it has everything; return whether it was brought before.

        Noted before it is sent: while it is, what comes from the log must not bring it a second time.
        """
        if seq <= self.sent or seq in self.own:
            return True
        self.own.add(seq)
        while self.sent + 1 in self.own:
            self.sent += 1
            self.own.discard(self.sent)
        return False

    async def _resume(self, after: int) -> None:
        """Replay what came after a number, in order and without a gap; answers under way are waited for a little."""
        deadline = asyncio.get_running_loop().time() + PENDING_PATIENCE_S
        last, rows = await at_arrival(turns.said_after, self.conversation_id, after)
        patient = True
        while patient and any(row.status == Message.Status.PENDING for row in rows):
            patient = asyncio.get_running_loop().time() < deadline
            if patient:
                await asyncio.sleep(0.05)
            else:
                await in_thread(turns.finish_pending, self.conversation_id)
            last, rows = await in_thread(turns.said_after, self.conversation_id, after)
        requests = await in_thread(turns.requests_of, self.conversation_id, [row.seq for row in rows])
        async with self.replaying:
            for row in rows:
                await self._say(frames.message(row, requests.get(row.seq)))
            if after <= self.sent:
                self.sent = max(self.sent, last)
                self.own = {seq for seq in self.own if seq > self.sent}
            await self._say({"type": "resumed", "seq": last})

    # --- nudges from other sockets --------------------------------------
    async def nudge(self, event: dict[str, Any]) -> None:
        """Send what another socket, a form or the staff has caused in this conversation."""
        try:
            await self._catch_up()
            if event["request"] is not None:
                found = await in_thread(turns.requests_of, self.conversation_id, [event["request"]])
                for request in found.values():
                    await self._say(frames.request(request))
        except turns.ConversationClosed:
            await self._end()
        except DatabaseError as error:
            log.error("database unavailable: %s", trace(error))
            self.behind = True

    async def _catch_up(self) -> None:
        async with self.replaying:
            self.behind = False
            _last, rows = await in_thread(turns.said_after, self.conversation_id, self.sent)
            requests = await in_thread(turns.requests_of, self.conversation_id, [row.seq for row in rows])
            for row in rows:
                if row.seq <= self.sent or row.seq in self.own:
                    continue  # brought by this socket's own questions and answers
                if row.status == Message.Status.PENDING or row.seq == self.answering_seq:
                    self.behind = True  # the nudge that follows its end, or its own task, brings it
                    break
                self._has_sent(row.seq)
                await self._say(frames.message(row, requests.get(row.seq)))

    async def _look(self) -> int | None:
        """Bring what a nudge that got lost would have brought; return how far the log is written, if it tells in time.

        Raises ConversationClosed.
        """
        try:
            async with asyncio.timeout(HEARTBEAT_PATIENCE_S):
                written = await in_thread(turns.written, self.conversation_id)
            since = written.missing_since
            if since is not None and (timezone.now() - since).total_seconds() > ABANDONED_AFTER_S:
                keep_running(_finish_and_tell(self.conversation_id, older_than_s=ABANDONED_AFTER_S))
            if written.seq > self.sent and not self.busy:  # an answer under way brings itself, and looks when it ends
                await self._catch_up()
        except (TimeoutError, DatabaseError) as error:
            log.warning("a heartbeat did not see the log (%s)", type(error).__name__)
            return None
        return written.seq

    async def _say(self, frame: dict[str, Any]) -> None:
        if self.closed:
            return  # the answer goes on into the log; whoever comes back reads it there
        if frame["type"] == "error":
            measures.refused(frame["code"])
        await self.send(text_data=json.dumps(frame, ensure_ascii=False))


# --- work that outlives its socket ----------------------------------------------
_running: set[asyncio.Task[Any]] = set()
T = TypeVar("T")


def keep_running(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Return work as a task that ends even where nobody waits for it; asyncio itself keeps no task alive."""
    task = asyncio.create_task(work)
    _running.add(task)
    task.add_done_callback(_running.discard)
    return task


def under_way() -> list[asyncio.Task[Any]]:
    """Return what outlives its sockets and has not ended."""
    return list(_running)


async def _finish_and_tell(conversation_id: uuid.UUID, *, older_than_s: float = 0) -> None:
    try:
        await in_thread(turns.finish_pending, conversation_id, older_than_s=older_than_s)
    except Exception as error:
        log.error("questions of a guest who left wait for the return: %s", trace(error))
    await tell_others(conversation_id)
