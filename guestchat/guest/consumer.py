"""Owns the guest's socket: one consumer, in three parts: socket events, the client's frames, nudges from others.

The database is the log. A socket that misses something reads it back; nothing is kept here that could be lost.
"""

import asyncio
import json
import logging
from collections.abc import Coroutine
from typing import Any

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.core.exceptions import ObjectDoesNotExist
from django.db import Error as DatabaseError

from guestchat import turns
from guestchat.answering.answer import Answer
from guestchat.guest import frames, pass_cookie, welcome
from guestchat.guest.database import in_thread
from guestchat.models import Message

log = logging.getLogger(__name__)

MOST_WAITING = 16
PENDING_PATIENCE_S = 2.0


class ChatConsumer(AsyncWebsocketConsumer):
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
        self.conversation_id = held.conversation
        self.group = f"conversation.{held.conversation.hex}"
        self.sent = 0  # all numbers up to here have reached this socket
        self.own: set[int] = set()  # numbers above that this socket has sent by itself
        self.closed = False
        self.questions: asyncio.Queue[turns.Turn] = asyncio.Queue(MOST_WAITING)
        self.streaming: turns.Turn | None = None
        self.stopped = False
        await self.accept()
        self.answering = asyncio.create_task(self._answer_questions())
        try:
            await self.channel_layer.group_add(self.group, self.channel_name)
        except Exception:
            log.warning("channel layer unavailable: this socket gets no nudges until it reconnects")
        try:
            greeting = await in_thread(welcome.frame, self.conversation_id)
        except DatabaseError:
            await self._say(frames.error("unavailable", "The database is not available. Try again."))
            await self.close(1013)
            return
        if greeting is None:
            await self._say(frames.error("closed", "This conversation has ended. Scan the code again."))
            await self.close(4404)
            return
        self.sent = greeting["seq"]
        await self._say(greeting)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        """End the socket's task; what was being answered is finished all the same, for the guest's return."""
        task = getattr(self, "answering", None)
        if task is not None:
            self.closed = True
            task.cancel()
            try:
                await self.channel_layer.group_discard(self.group, self.channel_name)
            except Exception:
                log.warning("channel layer unavailable at disconnect")
            await asyncio.gather(task, return_exceptions=True)
            if not self.questions.empty():
                _keep_running(in_thread(finish_pending, self.conversation_id))
        raise StopConsumer

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Read one frame and do what it says; a bad one gets an error and the socket stays open."""
        try:
            frame = frames.read(text_data, bytes_data)
            await self._do(frame)
        except frames.BadFrame as bad:
            await self._say(frames.error(bad.code, bad.detail, bad.id))
        except turns.ConversationClosed:
            await self._say(frames.error("closed", "This conversation has ended. Scan the code again."))
            await self.close(4404)
        except DatabaseError:
            log.exception("database unavailable")
            id = str(frame.id) if isinstance(frame, frames.Ask) else None
            await self._say(frames.error("unavailable", "The database is not available. Try again.", id, 2.0))

    # --- the client's frames --------------------------------------------
    async def _do(self, frame: frames.Frame) -> None:
        match frame:
            case frames.Ask():
                await self._ask(frame)
            case frames.Resume(after):
                await self._resume(after)
            case frames.Stop():
                self.stopped = True
            case frames.Rate(seq, value):
                if not await in_thread(turns.rate, self.conversation_id, seq, value):
                    raise frames.BadFrame("No answer has this number.")
            case frames.Confirm(seq, accept):
                request = await in_thread(turns.confirm, self.conversation_id, seq, accept=accept)
                if request is None:
                    raise frames.BadFrame("Nothing was proposed under this number.")
                await self._say(frames.request(request))
                await self._nudge()
            case frames.Ping():
                await self._say({"type": "pong"})

    async def _ask(self, ask: frames.Ask) -> None:
        """Acknowledge a question once it is committed, then let it wait its turn."""
        if self.questions.full():
            await self._say(frames.error("busy", "Too many questions are waiting.", str(ask.id), 2.0))
            return
        try:
            turn = await in_thread(turns.begin, self.conversation_id, ask.text, ask.id)
        except turns.TooManyQuestions as refused:
            await self._say(
                frames.error("rate_limited", "Too many questions at once.", str(ask.id), refused.retry_after_s)
            )
            return
        self.own.add(turn.question.seq)
        await self._say(frames.message(turn.question))
        if not turn.is_repeat:
            self.questions.put_nowait(turn)

    async def _answer_questions(self) -> None:
        while True:
            turn = await self.questions.get()
            self.streaming, self.stopped = turn, False
            try:
                # Shielded: a guest who leaves still finds the answer on return.
                await asyncio.shield(self._answer(turn))
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("a turn failed")
                await self._say(frames.error("unavailable", "Something went wrong.", None))
            finally:
                self.streaming = None

    async def _answer(self, turn: turns.Turn) -> None:
        """Stream one answer and commit it, in that order for speed: a client keeps only what `finished` confirms."""
        await self._say(frames.started(turn.answer_seq, turn.question.seq))
        answer = await in_thread(answer_or_apologise, turn)
        sent = ""
        for delta in frames.deltas(turn.answer_seq, answer):
            if self.stopped:
                break
            await self._say(delta)
            sent += delta["text"]
        if self.stopped and sent != answer.text:
            row = await in_thread(turns.stop, turn, answer, sent)
        else:
            row = await in_thread(turns.finish, turn, answer)
        self.own.add(row.seq)
        await self._say(frames.finished(row))
        if answer.request is not None and row.status == Message.Status.COMPLETE:
            await self._say({"type": "request", "seq": row.seq, "status": "proposed", **answer.request.as_json()})
        await self._nudge()

    async def _resume(self, after: int) -> None:
        """Replay what came after a number, in order and without a gap; answers under way are waited for a little."""
        last, rows = await in_thread(turns.said_after, self.conversation_id, after)
        deadline = asyncio.get_running_loop().time() + PENDING_PATIENCE_S
        while any(row.status == Message.Status.PENDING for row in rows):
            if asyncio.get_running_loop().time() > deadline:
                await in_thread(finish_pending, self.conversation_id)
            await asyncio.sleep(0.05)
            last, rows = await in_thread(turns.said_after, self.conversation_id, after)
        requests = await in_thread(turns.requests_of, self.conversation_id, [row.seq for row in rows])
        for row in rows:
            await self._say(frames.message(row, requests.get(row.seq)))
        self.sent = max(self.sent, last)
        await self._say({"type": "resumed", "seq": last})

    # --- nudges from other sockets --------------------------------------
    async def _nudge(self) -> None:
        """Tell the conversation's other sockets to look at the log."""
        try:
            await self.channel_layer.group_send(self.group, {"type": "nudge", "from": self.channel_name})
        except Exception:
            log.warning("channel layer unavailable: other sockets will catch up when they resume")

    async def nudge(self, event: dict[str, Any]) -> None:
        """Send what another socket of this conversation has caused."""
        if event["from"] == self.channel_name:
            return
        last, rows = await in_thread(turns.said_after, self.conversation_id, self.sent)
        for row in rows:
            if row.status == Message.Status.PENDING:
                break  # the nudge that follows its end brings it
            self.sent = row.seq
            if row.seq not in self.own:
                await self._say(frames.message(row))
            self.own.discard(row.seq)

    async def _say(self, frame: dict[str, Any]) -> None:
        if self.closed:
            return  # the answer goes on into the log; whoever comes back reads it there
        await self.send(text_data=json.dumps(frame, ensure_ascii=False))


_running: set[asyncio.Task[None]] = set()


def _keep_running(work: Coroutine[Any, Any, None]) -> None:
    """Let work end that outlives its socket; asyncio itself keeps no task alive."""
    task = asyncio.create_task(work)
    _running.add(task)
    task.add_done_callback(_running.discard)


def answer_or_apologise(turn: turns.Turn) -> Answer:
    """Answer a turn; what fails for another reason than the database is apologised for, logged without the text."""
    try:
        return turns.answer_turn(turn)
    except (DatabaseError, turns.ConversationClosed):
        raise
    except Exception:
        log.exception("answering failed for message %s of %s", turn.question.seq, turn.question.conversation_id)
        return turns.apologise(turn)


def finish_pending(conversation_id: Any) -> None:
    """Answer what a process that died left unanswered."""
    for turn in turns.pending(conversation_id):
        try:
            turns.finish(turn, answer_or_apologise(turn))
        except ObjectDoesNotExist:
            continue
