"""Owns the staff's socket: it says "look", and the page asks for what it shows. What is done goes by forms.

Who may listen is asked at the handshake and again before every word: a session, an account, a second factor or a
membership may end while a socket is open.
"""

import asyncio
import json
import logging
import uuid
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar
from urllib.parse import parse_qs

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from guestchat.groups import group_of, staff_of
from guestchat.staff.door import Desk, enter_by_session
from menus import tenancy

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)

NOT_ALLOWED = 4403
TRY_AGAIN_LATER = 1013
# Several nudges at once are one look; a hotel with many calls does not make its staff's browsers ask without end.
_LOOK_AFTER_S = 0.1
_MOST_FRAME_CHARS = 1_000


class StaffConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One browser of the staff. With `?conversation=` it hears of that conversation too."""

    async def connect(self) -> None:
        """Accept whoever has a desk at the hotel; 403 for others."""
        self.groups_joined: list[str] = []
        self.looking: asyncio.Task[None] | None = None
        desk = await self._desk()
        if desk is None:
            await self.close()
            return
        conversation = await asyncio.to_thread(_and_rest, self._conversation, desk)
        await self.accept()
        for group in [staff_of(desk.hotel.pk), *([group_of(conversation)] if conversation else [])]:
            await self.channel_layer.group_add(group, self.channel_name)
            self.groups_joined.append(group)
        await self._say("welcome")

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        """Hear no more."""
        if self.looking is not None:
            self.looking.cancel()
        for group in self.groups_joined:
            await self.channel_layer.group_discard(group, self.channel_name)
        raise StopConsumer

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Answer a heartbeat; there is nothing else to say to this socket."""
        if await self._may_go_on():
            await self._say("pong" if _is_ping(text_data) else "error")

    async def nudge(self, event: dict[str, Any]) -> None:
        """Pass a nudge on, several as one."""
        if self.looking is None or self.looking.done():
            self.looking = asyncio.create_task(self._look())

    async def _look(self) -> None:
        await asyncio.sleep(_LOOK_AFTER_S)
        if await self._may_go_on():
            await self._say("nudge")

    async def _may_go_on(self) -> bool:
        try:
            allowed = await self._desk() is not None
        except DatabaseError as error:
            log.warning("a staff socket is closed: who may listen cannot be asked (%s)", type(error).__name__)
            await self.close(TRY_AGAIN_LATER)
            return False
        if not allowed:
            await self.close(NOT_ALLOWED)
        return allowed

    async def _desk(self) -> Desk | None:
        key = self.scope.get("cookies", {}).get(settings.SESSION_COOKIE_NAME)
        if not key:
            return None
        slug = self.scope["url_route"]["kwargs"]["slug"]
        return await asyncio.to_thread(_and_rest, enter_by_session, key, slug)

    def _conversation(self, desk: Desk) -> uuid.UUID | None:
        asked = parse_qs(self.scope.get("query_string", b"").decode("latin-1")).get("conversation", [""])[0]
        try:
            with tenancy.at(desk.hotel.pk):
                found = desk.conversation(uuid.UUID(asked))
        except ValueError:
            return None
        return found.pk if found else None

    async def _say(self, type: str) -> None:
        await self.send(text_data=json.dumps({"type": type}))


def _and_rest(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a call that uses the database, and give its thread's connection back to the pool."""
    try:
        return call(*args, **kwargs)
    finally:
        connection.close()


def _is_ping(text: str | None) -> bool:
    try:
        frame = json.loads(text[:_MOST_FRAME_CHARS]) if text else None
    except (ValueError, RecursionError):
        return False
    return isinstance(frame, dict) and frame.get("type") == "ping"
