"""Owns what a guest is met with: the hotel, the place, and a few questions to tap."""

import uuid
from typing import Any

from guestchat import catalogue, ledger
from guestchat.answering.suggestions import suggestions


def frame(conversation_id: uuid.UUID) -> dict[str, Any] | None:
    """Return the `welcome` frame, or None where the conversation is over; one query."""
    arrived = ledger.arrived(conversation_id)
    hotel = catalogue.at_version(arrived.hotel_id, arrived.version) if arrived else None
    if arrived is None or hotel is None:
        return None
    return {
        "type": "welcome",
        "conversation": str(conversation_id),
        "seq": arrived.seq,
        "hotel": hotel.content.name,
        "place": arrived.place_label,
        "suggestions": suggestions(hotel.content, arrived.language, hotel.content.places_by_key.get(arrived.place_key)),
    }
