"""Owns the guest's pass: a signed cookie that says which conversations this browser holds. Asks no database."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core import signing

COOKIE = f"{settings.COOKIE_PREFIX}guestchat"
_SALT = "guestchat.guest.pass"
_MOST_PLACES = 8


@dataclass(frozen=True, kw_only=True)
class Pass:
    """What a browser may read and write: its current conversation, and those it began at other places."""

    conversation: uuid.UUID
    hotel: int  # the conversation's: whoever holds the pass is bound to it before anything is asked of the database
    by_place: Mapping[int, uuid.UUID] = field(default_factory=dict)

    @property
    def place(self) -> int | None:
        """The primary key of the place that the current conversation is of."""
        return next((place for place, found in self.by_place.items() if found == self.conversation), None)

    def write(self) -> str:
        """Return the signed cookie's value."""
        places = list(self.by_place.items())[-_MOST_PLACES:]
        kept = {"c": self.conversation.hex, "h": self.hotel, "p": {str(k): v.hex for k, v in places}}
        return signing.dumps(kept, salt=_SALT)


def read(value: str | None) -> Pass | None:
    """Return the pass that a cookie holds, or None where it is missing, forged or too old."""
    if not value:
        return None
    try:
        kept: Any = signing.loads(value, salt=_SALT, max_age=settings.GUESTCHAT_SESSION_DAYS * 86_400)
        return Pass(
            conversation=uuid.UUID(kept["c"]),
            hotel=int(kept["h"]),
            by_place={int(place): uuid.UUID(found) for place, found in kept["p"].items()},
        )
    except (signing.BadSignature, KeyError, TypeError, ValueError, AttributeError):
        return None
