"""Owns what the staff's tests share: a small hotel and its people, an evening at the demo hotel, and their screens."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from menus import models
from tests.guestchat.guest.chatting import make_hotel
from tests.guestchat.guest.conftest import Hotel, Watch, guest_browser, open_phone, running_hotel
from tests.guestchat.staff.people import browser_of, person

__all__ = ["guest_browser", "open_phone", "running_hotel"]  # fixtures, used by their names
SCREENS = {"desk": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
OpenScreen = Callable[..., tuple[Any, Watch]]


@pytest.fixture
def hotel(db: None) -> models.Hotel:
    """The small hotel."""
    return make_hotel()


@pytest.fixture
def anna(hotel: models.Hotel) -> Client:
    """The browser of somebody at reception."""
    return browser_of(person(hotel))


@pytest.fixture
def boss(hotel: models.Hotel) -> Client:
    """The browser of the manager."""
    return browser_of(person(hotel, "manager", "jonas"))


@pytest.fixture
def cook(hotel: models.Hotel) -> Client:
    """The browser of somebody in the kitchen."""
    return browser_of(person(hotel, "kitchen"))


@pytest.fixture(scope="session")
def evening(running_hotel: Hotel) -> dict[str, str]:
    """Fill the demo hotel, and return the sessions of its people."""
    printed = running_hotel.manage("shell", "-v", "0", "-c", "from tests.guestchat.staff import evening as e; e.fill()")
    sessions: dict[str, str] = json.loads(printed)
    return sessions


@pytest.fixture
def open_screen(
    guest_browser: Any,
    running_hotel: Hotel,
    evening: dict[str, str],
) -> Iterator[OpenScreen]:
    """Return a function that opens a person's screen, logged in, and says what it complains about."""
    contexts = []

    def open_screen(person: str, screen: str = "desk", **options: Any) -> tuple[Any, Watch]:
        touch = {"has_touch": True, "is_mobile": True} if screen == "phone" else {}
        context = guest_browser.new_context(
            viewport=SCREENS[screen],
            base_url=running_hotel.address,
            locale="en-GB",
            **{**touch, **options},  # type: ignore[arg-type]
        )
        context.add_cookies([{"name": "sessionid", "value": evening[person], "url": running_hotel.address}])
        contexts.append(context)
        page, watch = context.new_page(), Watch()
        page.on("console", lambda said: said.type in {"error", "warning"} and watch.complaints.append(said.text))
        page.on("pageerror", lambda error: watch.complaints.append(str(error)))
        return page, watch

    yield open_screen
    for context in contexts:
        context.close()
