"""Owns making a part of a query from a clause: everything that any answer may use. Decides nothing. Pure."""

import re
from collections.abc import Sequence
from typing import Any

from guestchat.understanding.query import Intent, Part
from guestchat.understanding.reading import Reading

# A room by its bare number: "to 412", "auf 412", "à la 412".
_TO_A_ROOM = re.compile(
    r"(?<!\bup )\b(?:to|auf|a la|a l'|in die|nach|fur|for|room)\s+(\d{3}[a-z]?)\b(?! ?(?:g|ml|kcal|eur|€))"
)

_COUNT = frozenset({"count"})
# What rows tell of these is not lessened by words that ask for nothing of their own.
_PLAINLY = frozenset({Intent.HOURS, Intent.PLACE, Intent.FACT, Intent.LIST})


def make(reading: Reading, intent: Intent, *, explained: Sequence[str] = (), **fields: Any) -> Part:
    """Return a part with everything that any answer may use; `explained` tables take their words from the rest."""
    allergens = reading.allergens
    named = {place for each in reading.named for place in each.places} if intent is Intent.DISH else set()
    explained = (*explained, "wine") if reading.wines else explained
    taken = reading.places(*explained, "follow_up", "me") | named | allergens.places | reading.venue_places
    return Part(
        **{
            "text": reading.text,
            "spelt": reading.spelt,
            "intent": intent,
            "venues": reading.venues,
            "venue_kinds": reading.keys("venue"),
            "meals": reading.keys("meal"),
            "courses": reading.keys("course"),
            "wines": reading.wines,
            "diets": reading.keys("diet"),
            "avoid": tuple(dict.fromkeys((*allergens.mine, *allergens.avoid))),
            "containing": allergens.contains,
            "aspects": reading.aspects,
            "price_up_to": reading.price_up_to,
            "price_from": reading.price_from,
            "order": next((key for key in reading.keys("menu") if key in {"cheapest", "dearest"}), ""),
            "kids": "kids" in reading.keys("menu"),
            "mild": "not_spicy" in reading.keys("menu"),
            "spicy": intent is Intent.LIST and "spicy" in reading.aspects and "not_spicy" not in reading.keys("menu"),
            "drinks": "drink" in reading.keys("menu"),
            "when": reading.when,
            "room": reading.room or (room_by_number(reading) if intent is Intent.REQUEST else ""),
            "quantity": reading.quantity,
            "words": reading.stems(reading.topics),
            "subjects": reading.matters.subjects,
            # "The number of the Boathouse" counts nothing.
            "details": reading.matters.details - (_COUNT if reading.venues and "phone" in reading.aspects else set()),
            "beyond": reading.beyond,
            "bounds": reading.bounds,
            "rest": reading.stems(reading.topics - taken - (reading.plain if intent in _PLAINLY else set())),
            **fields,
        }
    )


def room_by_number(reading: Reading) -> str:
    """Return the room that is named by its bare number: "a club sandwich to 412"."""
    found = _TO_A_ROOM.search(reading.folded)
    return found[1] if found else ""
