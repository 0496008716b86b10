"""Owns whom a nudge is for: the sockets of a conversation, the staff of a hotel. How it gets there is the layer's."""

import logging
import uuid
from collections.abc import Iterable
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

log = logging.getLogger(__name__)


def group_of(conversation_id: uuid.UUID) -> str:
    """Return the channel layer's group of a conversation's sockets."""
    return f"conversation.{conversation_id.hex}"


def staff_of(hotel_id: int) -> str:
    """Return the channel layer's group of a hotel's staff."""
    return f"staff.{hotel_id}"


async def tell_others(conversation_id: uuid.UUID, sender: str = "", *, request: int | None = None) -> None:
    """Tell a conversation's other sockets to look at the log; `request`: the number whose request has changed."""
    try:
        event = {"type": "nudge", "from": sender, "request": request}
        await get_channel_layer().group_send(group_of(conversation_id), event)
    except Exception:
        log.warning("channel layer unavailable: other sockets will catch up when they resume")


async def tell_staff(hotel_id: int) -> None:
    """Tell a hotel's staff to look at its requests: something was opened or has changed that must not wait."""
    try:
        await get_channel_layer().group_send(staff_of(hotel_id), {"type": "nudge"})
    except Exception:
        log.warning("channel layer unavailable: the staff of hotel %s see what was opened when they look", hotel_id)


def tell(conversations: Iterable[uuid.UUID] = (), hotels: Iterable[int] = (), *, requests: Iterable[int] = ()) -> None:
    """Nudge the sockets of conversations and the staff of hotels, from a thread of the server or of a worker.

    `requests`: the numbers whose requests have changed.
    """
    async_to_sync(_tell_all)(list(conversations), list(hotels), list(requests) or [None])


async def _tell_all(conversations: Iterable[uuid.UUID], hotels: Iterable[Any], requests: Iterable[int | None]) -> None:
    for conversation in conversations:
        for request in requests:
            await tell_others(conversation, request=request)
    for hotel in hotels:
        await tell_staff(hotel)
