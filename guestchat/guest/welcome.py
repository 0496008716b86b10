"""Owns what a guest is met with: the hotel, the place, and a few questions to tap."""

import uuid
from typing import Any

from guestchat import catalogue
from guestchat.answering.suggestions import suggestions
from guestchat.models import Conversation


def frame(conversation_id: uuid.UUID) -> dict[str, Any] | None:
    """Return the `welcome` frame, or None where the conversation is over; two queries."""
    conversation = Conversation.objects.select_related("place").filter(pk=conversation_id, closed_at=None).first()
    hotel = catalogue.current(conversation.hotel_id) if conversation else None
    if conversation is None or hotel is None:
        return None
    key = conversation.place.key if conversation.place else ""
    return {
        "type": "welcome",
        "conversation": str(conversation.pk),
        "seq": conversation.seq,
        "hotel": hotel.content.name,
        "place": conversation.place.label if conversation.place else "",
        "suggestions": suggestions(hotel.content, conversation.language, hotel.content.places_by_key.get(key)),
    }
