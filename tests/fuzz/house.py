"""Owns a hotel whose every text is a script payload, as a hotel file; pure."""

from collections.abc import Sequence
from typing import Any

SLUG = "hostile"
_PER_SECTION = 25


def hotel_file(payloads: Sequence[str]) -> dict[str, Any]:
    """Return a hotel with each payload as a question, an answer, a dish, an option, a venue and a place."""
    first = payloads[0]
    return {
        "format": "guestchat-hotel/1",
        "hotel": {
            "slug": SLUG,
            "name": f"Hotel {first}",
            "timezone": "Europe/Berlin",
            "currency": "EUR",
            "default_language": "en",
            "languages": ["en", "de"],
            "description": {"en": first},
            "address": first,
            "phone": first[:64],
            "email": first,
        },
        "venues": [_venue(number, payloads, _of_venue(payloads, number)) for number in range(_venues(payloads))],
        "articles": [
            {
                "key": f"article-{number}",
                "question": {"en": question(number, payload)},
                "also_asked": [{"en": payload}],
                "answer": {"en": f"Answer {number}: {payload} and **{payload}**\n- {payload}"},
                "category": payload[:64],
            }
            for number, payload in enumerate(payloads)
        ],
        "places": [
            {"key": f"room-{number}", "kind": "room", "label": payload[:64]} for number, payload in enumerate(payloads)
        ],
    }


def question(number: int, payload: str) -> str:
    """Return the question whose answer holds a payload."""
    return f"What is amenity number {number} {payload}?"


def _venues(payloads: Sequence[str]) -> int:
    return -(-len(payloads) // (2 * _PER_SECTION))


def _of_venue(payloads: Sequence[str], number: int) -> Sequence[str]:
    return payloads[number * 2 * _PER_SECTION : (number + 1) * 2 * _PER_SECTION]


def _venue(number: int, payloads: Sequence[str], own: Sequence[str]) -> dict[str, Any]:
    payload = payloads[number]
    return {
        "key": f"venue-{number}",
        "kind": "restaurant",
        "name": {"en": f"Venue {number} {payload}"},
        "description": {"en": payload},
        "location": {"en": payload},
        "phone": payload[:64],
        "opening_hours": [
            {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "opens": "00:00", "closes": "00:00",
             "label": {"en": payload}}
        ],
        "menus": [
            {
                "key": f"menu-{number}",
                "name": {"en": f"Menu {payload}"},
                "sections": [
                    {
                        "name": {"en": f"Section {payload}"},
                        "items": [_item(f"{number}-{start + at}", text) for at, text in enumerate(part)],
                    }
                    for start in range(0, len(own), _PER_SECTION)
                    for part in [own[start : start + _PER_SECTION]]
                ],
            }
        ],
    }  # fmt: skip


def _item(key: str, payload: str) -> dict[str, Any]:
    return {
        "key": f"item-{key}",
        "name": {"en": f"Dish {key} {payload}"},
        "description": {"en": payload},
        "price": "4.50",
        "portion": payload[:64],
        "allergens": {"milk": "contains"},
        "options": [{"key": f"option-{key}", "name": {"en": f"Option {payload}"}, "price": "1.00"}],
    }
