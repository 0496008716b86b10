"""Owns what the tests of the guest's door share: a small hotel to commit, a browser, a socket to talk through."""

import asyncio
import datetime as dt
import json
import uuid
from decimal import Decimal
from typing import Any

from channels.testing import WebsocketCommunicator
from django.test import Client

from config.asgi import application
from guestchat.guest import consumer, pass_cookie
from menus import models

Frame = dict[str, Any]

PARKING = "Where can I park?"
TOUR = "What is the story of the house?"
WHEAT = "Does the plum cake contain wheat?"
TOWELS = "Could I get two more towels please?"
# Every line is a piece of its own; some letters take two bytes, some four, and one flag two code points.
STORY = "\n".join(f"- Zimmer {number}: Äpfel 🍎, Brücke 🌉, Fahne 🇩🇪" for number in range(60))


def make_hotel(slug: str = "small", *, name: str = "", parking: str = "Behind the **house**.") -> models.Hotel:
    """Make a hotel with two venues, one dish, two articles, a room and a table."""
    hotel = models.Hotel.objects.create(slug=slug, name=name or f"The {slug}", languages=["en", "de"])
    cafe = models.Venue.objects.create(hotel=hotel, key="cafe", kind="cafe", name={"en": "Corner café"})
    models.Venue.objects.create(hotel=hotel, key="bar", kind="bar", name={"en": "Night bar"}, position=1)
    models.OpeningHours.objects.create(
        venue=cafe, days=["mon", "tue", "wed", "thu", "fri", "sat", "sun"], opens=dt.time(8), closes=dt.time(18)
    )
    menu = models.Menu.objects.create(venue=cafe, key="card", name={"en": "Card"})
    section = models.MenuSection.objects.create(menu=menu, name={"en": "Cakes"})
    cake = models.MenuItem.objects.create(
        section=section, key="plum-cake", name={"en": "Plum cake", "de": "Pflaumenkuchen"}, price=Decimal("4.50")
    )
    models.ItemAllergen.objects.create(item=cake, code="gluten.wheat", status="contains")
    for key, question, answer in (("parking", PARKING, parking), ("story", TOUR, STORY)):
        models.Article.objects.create(hotel=hotel, key=key, question={"en": question}, answer={"en": answer})
    models.Place.objects.create(hotel=hotel, key="room-7", kind="room", label="7")
    models.Place.objects.create(hotel=hotel, key="table-1", kind="table", label="1", venue=cafe, position=1)
    return hotel


def code(hotel: models.Hotel, key: str = "room-7") -> str:
    """Return the code that hangs at a place."""
    return hotel.places.get(key=key).code


def scan(hotel: models.Hotel, key: str = "room-7", browser: Client | None = None) -> Client:
    """Scan a place's code with a browser, a new one unless given, and return the browser."""
    browser = browser or Client()
    response = browser.get(f"/q/{code(hotel, key)}/")
    assert (response.status_code, response["Location"]) == (302, "/chat/")
    return browser


def pass_of(browser: Client) -> str:
    """Return the value of a browser's pass."""
    return browser.cookies[pass_cookie.COOKIE].value


def conversation_of(browser: Client) -> uuid.UUID:
    """Return the conversation that a browser's pass opens."""
    held = pass_cookie.read(pass_of(browser))
    assert held is not None
    return held.conversation


class Guest:
    """A socket as a browser opens it."""

    def __init__(self, value: str | None, *, origin: str | None = "http://testserver", path: str = "/ws/chat/") -> None:
        headers = [(b"host", b"testserver")]
        if origin is not None:
            headers.append((b"origin", origin.encode("latin-1")))
        if value is not None:
            headers.append((b"cookie", f"{pass_cookie.COOKIE}={value}".encode("latin-1")))
        self.socket = WebsocketCommunicator(application, path, headers=headers)

    async def come(self) -> Frame:
        """Open the socket and return what it is met with."""
        accepted, _protocol = await self.socket.connect(timeout=10)
        assert accepted
        return await self.hear()

    async def leave(self) -> None:
        """Close the socket and wait for its end, and for what goes on without it: the next test empties the tables."""
        await self.socket.disconnect(timeout=10)
        await asyncio.gather(*consumer._running)

    async def say(self, **frame: Any) -> None:
        """Send a frame."""
        await self.socket.send_to(text_data=json.dumps(frame))

    async def ask(self, text: str, id: uuid.UUID | None = None) -> uuid.UUID:
        """Send a question and return its id."""
        id = id or uuid.uuid4()
        await self.say(type="ask", id=str(id), text=text)
        return id

    async def hear(self) -> Frame:
        """Return the next frame."""
        frame: Frame = json.loads(await self.socket.receive_from(timeout=10))
        return frame

    async def hear_until(self, type: str) -> list[Frame]:
        """Return the frames up to and with the first of a type."""
        heard = [await self.hear()]
        while heard[-1]["type"] != type:
            heard.append(await self.hear())
        return heard

    async def is_silent(self, seconds: float = 0.2) -> bool:
        """Return whether nothing is heard for a while."""
        return bool(await self.socket.receive_nothing(timeout=seconds))
