"""Calls for a person that nobody looks at: no handover is silent, for the team and for the guest."""

import asyncio
import datetime as dt
import socket
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.core import mail
from django.db import connection
from django.utils import timezone

from guestchat import calls, stays, takeover, tasks, turns
from guestchat.guest.database import in_thread
from guestchat.models import Conversation, Deletion, Message, ServiceRequest
from menus.models import Hotel, Membership, OpeningHours, User, Venue
from tests.guestchat.guest.chatting import PARKING, make_hotel
from tests.guestchat.test_tasks import called, escalated

PERSON, FIRE = "I want to talk to a person", "Help, there is a fire in my room!"
NOBODY_YET = "Nobody from the team has been able to look at your message yet. I have called them again."


@pytest.fixture
def hotel(db: None) -> Hotel:
    return make_hotel()


@pytest.fixture
def anna(hotel: Hotel) -> User:
    return person(hotel, "anna", email="anna@small.example")


def person(hotel: Hotel, name: str, role: str = "reception", **more: Any) -> User:
    found = User.objects.create(username=name, first_name=name.title(), is_staff=True, **more)
    Membership.objects.create(user=found, hotel=hotel, role=role)
    return found


def told(call: ServiceRequest) -> list[str]:
    """Return what the guest was told by nobody in person."""
    found = Message.objects.filter(conversation=call.conversation_id, role=Message.Role.SYSTEM).order_by("seq")
    return list(found.values_list("text", flat=True))


def ask(conversation: Conversation, text: str, *, minutes_ago: float = 0) -> Message:
    turn = turns.begin(conversation.pk, text, uuid.uuid4())
    answer = turns.finish(turn, turns.answer_turn(turn))
    then = timezone.now() - dt.timedelta(minutes=minutes_ago)
    Message.objects.filter(conversation=conversation, seq__gte=answer.seq - 1).update(created_at=then)
    return answer


# --- the second alert -------------------------------------------------------------------
def test_a_call_that_somebody_took_is_not(hotel: Hotel) -> None:
    call = called(hotel, PERSON, minutes_ago=60)
    ServiceRequest.objects.filter(pk=call.pk).update(status=ServiceRequest.Status.ACKNOWLEDGED)
    assert calls.escalate(hotel) == 0


def test_where_somebody_may_be_in_danger_a_minute_is_long(hotel: Hotel) -> None:
    urgent = called(hotel, FIRE, minutes_ago=1.1)
    assert calls.escalate(hotel) == 1
    assert escalated() == {urgent.pk}


def test_each_hotel_says_how_long_a_guest_may_wait(hotel: Hotel) -> None:
    hotel.escalate_after_minutes = 3
    called(hotel, PERSON, minutes_ago=4)
    called(make_hotel("other"), PERSON, minutes_ago=4)
    assert [calls.escalate(each) for each in Hotel.objects.filter(slug="other")] == [0]
    assert calls.escalate(hotel) == 1


async def test_the_staff_are_nudged(transactional_db: None) -> None:
    def late() -> Hotel:
        hotel = make_hotel()
        called(hotel, PERSON, minutes_ago=11)
        return hotel

    hotel = await in_thread(late)
    layer = get_channel_layer()
    staff = await layer.new_channel()
    await layer.group_add(f"staff.{hotel.pk}", staff)
    await sync_to_async(lambda: (calls.escalate(hotel), connection.close()))()
    assert await asyncio.wait_for(layer.receive(staff), 5) == {"type": "nudge"}


def test_the_guest_is_told_once_that_nobody_has_come_yet(hotel: Hotel) -> None:
    Hotel.objects.update(phone="+49 1")
    call = called(hotel, PERSON, minutes_ago=11)
    for _again in range(2):
        tasks.escalate(0)
    assert told(call) == [f"{NOBODY_YET} You can also reach them at +49 1."]
    assert list(call.conversation.messages.values_list("seq", flat=True)) == [1, 2, 3]


def test_out_of_hours_the_guest_is_told_when_somebody_is_back(hotel: Hotel) -> None:
    desk = Venue.objects.create(hotel=hotel, key="desk", kind="reception", name={"en": "Reception"})
    OpeningHours.objects.create(venue=desk, days=["mon"], opens=dt.time(8), closes=dt.time(9))
    call = called(hotel, PERSON, minutes_ago=11)
    sunday = dt.datetime(2036, 11, 23, 12, tzinfo=dt.UTC)
    calls.escalate(hotel, sunday)
    (said,) = told(call)
    assert said.startswith(f"{NOBODY_YET} Reception is closed now and opens")
    assert "08:00" in said or "8:00" in said


def test_in_danger_the_number_to_call_comes_first(hotel: Hotel) -> None:
    call = called(hotel, FIRE, minutes_ago=1.1)
    calls.escalate(hotel)
    assert told(call)[0].startswith("If someone is in danger, call 112 now. Nobody from the team")


def test_a_guest_of_another_language_is_told_in_it(hotel: Hotel) -> None:
    call = called(hotel, PERSON, minutes_ago=11)
    Conversation.objects.update(language="de")
    calls.escalate(hotel)
    assert told(call)[0].startswith("Vom Team konnte noch niemand")


def test_a_chat_that_its_guest_deleted_is_told_nothing_and_its_call_is_escalated(hotel: Hotel) -> None:
    call = called(hotel, FIRE, minutes_ago=2)
    stays.delete(call.conversation, Deletion.Reason.GUEST)
    assert calls.escalate(hotel) == 1
    assert told(call) == []


# --- a colleague who does not answer --------------------------------------------------------
def test_a_guest_whom_a_colleague_leaves_waiting_is_called_for_again(hotel: Hotel, anna: User) -> None:
    call = called(hotel, PERSON, minutes_ago=30)
    talk = call.conversation
    takeover.take(talk.pk, anna)
    assert calls.look_after(hotel) == 0, "whoever has it has looked, and the guest has not written since"
    waiting = ask(talk, PARKING, minutes_ago=9)
    assert calls.look_after(hotel) == 0
    Message.objects.filter(pk=waiting.pk).update(created_at=timezone.now() - dt.timedelta(minutes=11))
    assert calls.look_after(hotel) == 1
    opened = ServiceRequest.objects.exclude(pk=call.pk).get()
    assert (opened.is_call, opened.status, opened.seq) == (True, "new", waiting.seq)
    assert opened.details == "Waits for an answer from Anna."
    assert opened.escalated_at is not None
    assert told(call)[-1].startswith(NOBODY_YET)
    assert calls.look_after(hotel) == 0, "once for each silence"
    takeover.write(talk.pk, anna, "Sorry!", uuid.uuid4())
    opened.refresh_from_db()
    assert (opened.status, opened.owner) == ("acknowledged", anna)
    ask(talk, PARKING, minutes_ago=20)
    assert calls.look_after(hotel) == 1


def test_two_workers_at_once_call_again_once(transactional_db: None) -> None:
    hotel = make_hotel()
    anna = person(hotel, "anna")
    talk = Conversation.objects.create(hotel=hotel, place=hotel.places.first(), language="en")
    takeover.take(talk.pk, anna)
    ask(talk, PARKING, minutes_ago=20)
    barrier = threading.Barrier(4)

    def work() -> int:
        barrier.wait(10)
        try:
            return calls.call_again(hotel)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(each.result() for each in [pool.submit(work) for _ in range(4)]) == 1
    assert ServiceRequest.objects.count() == 1
    assert list(talk.messages.values_list("role", flat=True)) == ["system", "guest", "assistant", "system"]


def test_who_has_answered_leaves_nobody_waiting(hotel: Hotel, anna: User) -> None:
    talk = called(hotel, PERSON, minutes_ago=30).conversation
    takeover.take(talk.pk, anna)
    ask(talk, PARKING, minutes_ago=20)
    takeover.write(talk.pk, anna, "Behind the house.", uuid.uuid4())
    assert calls.look_after(hotel) == 0


# --- the e-mail --------------------------------------------------------------------------------
@pytest.fixture
def _mail_server(settings: Any) -> None:
    settings.EMAIL_HOST = "mail.small.example"


@pytest.mark.usefixtures("_mail_server")
def test_what_is_still_unseen_is_mailed_once_without_a_word_of_the_guests(hotel: Hotel, anna: User) -> None:
    for name, role, more in (("karim", "kitchen", {}), ("left", "owner", {"is_active": False}), ("mute", "owner", {})):
        person(hotel, name, role, email="" if name == "mute" else f"{name}@small.example", **more)
    person(make_hotel("other"), "olga", "owner", email="olga@other.example")
    called(hotel, "I want to talk to a person about my wedding", minutes_ago=25)
    now = timezone.now()
    calls.look_after(hotel, now)
    assert mail.outbox == [], "the team has been told again this very minute"
    calls.look_after(hotel, now + dt.timedelta(minutes=11))
    calls.look_after(hotel, now + dt.timedelta(minutes=30))
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["anna@small.example"], "The small: a guest waits for a person")
    assert "Room 7, for 36 min" in sent.body
    assert "/staff/small/" in sent.body
    assert "wedding" not in sent.body


@pytest.mark.usefixtures("_mail_server")
def test_without_an_address_of_the_staff_the_house_is_written_to_and_an_emergency_after_two_minutes(
    hotel: Hotel,
) -> None:
    Hotel.objects.update(email="desk@small.example")
    hotel.refresh_from_db()
    called(hotel, FIRE, minutes_ago=1.5)
    calls.look_after(hotel)
    calls.look_after(hotel, timezone.now() + dt.timedelta(minutes=1.1))
    assert [each.to for each in mail.outbox] == [["desk@small.example"]]
    assert "EMERGENCY" in mail.outbox[0].body


@pytest.mark.usefixtures("_mail_server")
def test_what_somebody_has_looked_at_is_not_mailed(hotel: Hotel, anna: User) -> None:
    call = called(hotel, PERSON, minutes_ago=25)
    calls.escalate(hotel)
    takeover.take(call.conversation_id, anna)
    assert calls.mail(hotel, timezone.now() + dt.timedelta(hours=1)) == 0


def test_where_no_mail_server_is_set_nothing_is_sent_or_noted(hotel: Hotel, anna: User, settings: Any) -> None:
    settings.EMAIL_HOST = ""
    called(hotel, PERSON, minutes_ago=25)
    calls.escalate(hotel)
    assert calls.mail(hotel, timezone.now() + dt.timedelta(hours=1)) == 0
    assert (mail.outbox, ServiceRequest.objects.get().mailed_at) == ([], None)


class Inbox:
    """What a mail server took."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], bytes]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.taken.append((list(envelope.rcpt_tos), envelope.content))
        return "250 OK"


@pytest.fixture
def mail_server(settings: Any) -> Iterator[Inbox]:
    """A mail server on this machine."""
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield inbox
    server.stop()


def test_a_mail_goes_to_a_real_server_and_is_tried_again_after_a_failure(
    hotel: Hotel, anna: User, mail_server: Inbox, settings: Any
) -> None:
    called(hotel, PERSON, minutes_ago=25)
    ServiceRequest.objects.update(escalated_at=timezone.now() - dt.timedelta(minutes=12))
    port = settings.EMAIL_PORT
    settings.EMAIL_PORT = 1
    with pytest.raises(tasks.NotForAllHotels):
        tasks.escalate(0)
    assert ServiceRequest.objects.get().mailed_at is None
    settings.EMAIL_PORT = port
    tasks.escalate(0)
    ((to, content),) = mail_server.taken
    assert to == ["anna@small.example"]
    assert b"Room 7, for 25 min" in content
    assert ServiceRequest.objects.get().mailed_at is not None
