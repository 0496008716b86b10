"""Owns what a guest is met with: the hotel, the place, and a few questions to tap."""

import uuid
from typing import Any

from guestchat import catalogue, ledger
from guestchat.answering.suggestions import suggestions
from guestchat.ledger import Grounds


def frame(conversation_id: uuid.UUID) -> tuple[dict[str, Any], Grounds] | None:
    """Return the `welcome` frame and what a first answer will rest on, or None where all is over; one query."""
    arrived = ledger.arrived(conversation_id)
    if arrived is None:
        return None
    grounds = arrived.grounds
    hotel = catalogue.at_version(grounds.hotel_id, grounds.version)
    if hotel is None:
        return None
    place = hotel.content.places_by_key.get(grounds.place_key or "")
    greeting = {
        "type": "welcome",
        "conversation": str(conversation_id),
        "seq": grounds.seq,
        "hotel": hotel.content.name,
        "place": arrived.place_label,
        "suggestions": suggestions(hotel.content, grounds.language, place),
    }
    return greeting, grounds
