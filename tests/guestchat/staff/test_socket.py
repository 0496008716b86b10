"""The staff's socket: who may listen and for how long, and what they and the guest hear of each other."""

import datetime as dt
import json
import uuid
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth import logout
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from config.asgi import application
from guestchat import calls, takeover
from guestchat.groups import tell_staff
from guestchat.staff.consumer import NOT_ALLOWED
from menus.models import Hotel, Membership, User
from tests.guestchat.guest.chatting import PARKING, TOWELS, Guest, conversation_of, make_hotel, pass_of, scan

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]
PERSON = "I want to talk to a person"
in_database = database_sync_to_async


class Listener:
    """A staff browser's socket."""

    def __init__(
        self, browser: Client | None, *, slug: str = "small", origin: str | None = "http://testserver"
    ) -> None:
        headers = [(b"host", b"testserver")]
        if origin is not None:
            headers.append((b"origin", origin.encode()))
        if browser is not None:
            cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
            headers.append((b"cookie", cookies.encode()))
        self.socket = WebsocketCommunicator(application, f"/ws/staff/{slug}/", headers=headers)

    async def is_let_in(self) -> bool:
        """Try to come in."""
        accepted, _code = await self.socket.connect(timeout=10)
        return bool(accepted)

    async def come(self) -> "Listener":
        assert await self.is_let_in()
        assert await self.hear() == "welcome"
        return self

    async def hear(self) -> str:
        return str(json.loads(await self.socket.receive_from(timeout=10))["type"])

    async def ping(self) -> None:
        await self.socket.send_to(text_data='{"type": "ping"}')

    async def leave(self) -> None:
        await self.socket.disconnect(timeout=10)


def staff(hotel: Hotel, role: str = "reception", **more: Any) -> tuple[User, Client]:
    user = User.objects.create(username=f"{role}-{uuid.uuid4().hex[:6]}", first_name="Anna", is_staff=True, **more)
    Membership.objects.create(user=user, hotel=hotel, role=role)
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user, browser


# --- who may listen -----------------------------------------------------------------
async def test_strangers_guests_and_the_staff_of_others_are_refused() -> None:
    hotel, other = await in_database(make_hotel)(), await in_database(make_hotel)("other")
    _user, own = await in_database(staff)(hotel)
    _user, foreign = await in_database(staff)(other, "owner")
    _user, left = await in_database(staff)(hotel, is_active=False)
    guest = await in_database(scan)(hotel)
    for listener in (
        Listener(None),
        Listener(guest),
        Listener(foreign),
        Listener(left),
        Listener(own, slug="nowhere"),
        Listener(own, slug="other"),
        Listener(own, origin=None),
        Listener(own, origin="http://evil.example"),
    ):
        assert not await listener.is_let_in()
    await (await Listener(own).come()).leave()


async def test_who_needs_a_second_factor_is_refused_without_it() -> None:
    hotel = await in_database(make_hotel)()
    user, browser = await in_database(staff)(hotel)
    await in_database(TOTPDevice.objects.create)(user=user, confirmed=True)
    assert not await Listener(browser).is_let_in()


@pytest.mark.parametrize("end", ["membership", "account", "session", "password"])
@pytest.mark.parametrize("word", ["ping", "nudge"])
async def test_a_right_that_ends_ends_the_socket_at_its_next_word(end: str, word: str) -> None:
    hotel = await in_database(make_hotel)()
    user, browser = await in_database(staff)(hotel)
    listener = await Listener(browser).come()
    await listener.ping()
    assert await listener.hear() == "pong"

    def take_away() -> None:
        if end == "membership":
            Membership.objects.all().delete()
        elif end == "account":
            User.objects.update(is_active=False)
        elif end == "password":
            user.set_password("another one")
            user.save()
        else:
            request = HttpRequest()
            request.session = browser.session
            logout(request)

    await in_database(take_away)()
    if word == "ping":
        await listener.ping()
    else:
        await tell_staff(hotel.pk)
    closed = await listener.socket.receive_output(timeout=10)
    assert (closed["type"], closed["code"]) == ("websocket.close", NOT_ALLOWED)


@pytest.mark.parametrize("frame", ["x", "[]", "1", '{"type": "take"}', "[" * 5000, "\x00"])
async def test_a_bad_frame_gets_an_error_and_the_socket_stays(frame: str) -> None:
    hotel = await in_database(make_hotel)()
    _user, browser = await in_database(staff)(hotel)
    listener = await Listener(browser).come()
    await listener.socket.send_to(text_data=frame)
    assert await listener.hear() == "error"
    await listener.ping()
    assert await listener.hear() == "pong"
    await listener.leave()


# --- what they hear -------------------------------------------------------------------
async def test_the_staff_hear_of_a_call_a_yes_and_a_word_in_a_taken_conversation_and_others_do_not() -> None:
    hotel, other = await in_database(make_hotel)(), await in_database(make_hotel)("other")
    anna, browser = await in_database(staff)(hotel)
    _user, foreign = await in_database(staff)(other)
    listener, stranger = await Listener(browser).come(), await Listener(foreign, slug="other").come()
    guest_browser = await in_database(scan)(hotel)
    guest = Guest(pass_of(guest_browser))
    await guest.come()
    await guest.ask(PARKING)
    await guest.hear_until("answer.finished")
    assert await listener.socket.receive_nothing(0.3), "the assistant has answered; nobody needs to look"
    await guest.ask(PERSON)
    await guest.hear_until("request")
    assert await listener.hear() == "nudge"
    await guest.ask(TOWELS)
    await guest.hear_until("request")
    await guest.say(type="confirm", seq=6, accept=True)
    await guest.hear_until("request")
    assert await listener.hear() == "nudge"
    await in_database(takeover.take)(conversation_of(guest_browser), anna)
    await guest.ask(PARKING)
    finished = (await guest.hear_until("answer.finished"))[-1]
    assert finished["status"] == "passed_on"
    assert await listener.hear() == "nudge"
    assert await stranger.socket.receive_nothing(0.2)
    for each in (listener, stranger, guest):
        await each.leave()


async def test_the_guest_hears_who_comes_what_they_write_and_each_step_of_a_request() -> None:
    hotel = await in_database(make_hotel)()
    _user, browser = await in_database(staff)(hotel)
    guest_browser = await in_database(scan)(hotel)
    guest = Guest(pass_of(guest_browser))
    await guest.come()
    await guest.ask(TOWELS)
    await guest.hear_until("request")
    await guest.say(type="confirm", seq=2, accept=True)
    await guest.hear_until("request")
    root = f"/staff/small/conversations/{conversation_of(guest_browser)}/"

    async def post(url: str, **form: str) -> None:
        response = await in_database(browser.post)(url, form)
        assert response.status_code == 302

    await post(f"{root}take/")
    assert (await guest.hear())["role"] == "system"
    await post(f"{root}write/", text="Good evening", id=str(uuid.uuid4()))
    heard = await guest.hear()
    assert (heard["seq"], heard["role"], heard["author"], heard["text"]) == (4, "staff", "Anna", "Good evening")
    for status in ("acknowledged", "done"):
        await post(f"/staff/small/requests/{conversation_of(guest_browser)}/2/0/", to=status)
        heard = await guest.hear()
        assert (heard["type"], heard["seq"], heard["status"]) == ("request", 2, status)
    await post(f"{root}hand-back/", seen="4")
    assert (await guest.hear())["role"] == "system"
    await guest.ask(PARKING)
    assert (await guest.hear_until("answer.finished"))[-1]["status"] == "complete"
    await guest.say(type="resume", after=0)
    replayed = await guest.hear_until("resumed")
    assert [frame["seq"] for frame in replayed] == [1, 2, 3, 4, 5, 6, 7, 7]
    await guest.leave()


async def test_nobody_waits_in_silence_for_a_colleague_who_has_gone_away() -> None:
    hotel = await in_database(make_hotel)()
    anna, _browser = await in_database(staff)(hotel)
    _user, browser = await in_database(staff)(hotel)
    guest_browser = await in_database(scan)(hotel)
    guest = Guest(pass_of(guest_browser))
    await guest.come()
    await in_database(takeover.take)(conversation_of(guest_browser), anna)
    await guest.hear_until("message")
    await guest.ask(PARKING)
    await guest.hear_until("answer.finished")
    listener = await Listener(browser).come()
    await in_database(calls.look_after)(hotel, timezone.now() + dt.timedelta(minutes=11))
    assert await listener.hear() == "nudge"
    heard = await guest.hear_until("message")
    assert heard[-1]["text"].startswith("Nobody from the team has been able to look at your message yet.")
    await guest.leave()
    await listener.leave()


async def test_with_a_conversation_open_the_staff_hear_of_every_word_in_it() -> None:
    hotel = await in_database(make_hotel)()
    _user, browser = await in_database(staff)(hotel)
    guest_browser = await in_database(scan)(hotel)
    listener = Listener(browser)
    listener.socket.scope["query_string"] = f"conversation={conversation_of(guest_browser)}".encode()
    await listener.come()
    guest = Guest(pass_of(guest_browser))
    await guest.come()
    await guest.ask(PARKING)
    await guest.hear_until("answer.finished")
    assert await listener.hear() == "nudge"
    await listener.leave()
    await guest.leave()


async def test_the_kitchen_hears_of_no_conversation() -> None:
    hotel = await in_database(make_hotel)()
    _user, browser = await in_database(staff)(hotel, "kitchen")
    guest_browser = await in_database(scan)(hotel)
    listener = Listener(browser)
    listener.socket.scope["query_string"] = f"conversation={conversation_of(guest_browser)}".encode()
    await listener.come()
    guest = Guest(pass_of(guest_browser))
    await guest.come()
    await guest.ask(PARKING)
    await guest.hear_until("answer.finished")
    assert await listener.socket.receive_nothing(0.3)
    await listener.leave()
    await guest.leave()
