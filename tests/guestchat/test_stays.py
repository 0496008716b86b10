"""How conversations end, in the rows: what is closed, what is deleted, what stays, and that nothing comes back."""

import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from guestchat import stays, turns
from guestchat.models import Conversation, Deletion, Message, Rating, ServiceRequest
from guestchat.turns import finish_pending
from menus.models import Hotel, Place
from tests.guestchat.guest.chatting import PARKING, TOWELS, make_hotel

FIRE = "Help, there is a fire in my room!"


@pytest.fixture
def hotel(db: None) -> Hotel:
    return make_hotel()


@pytest.fixture
def room(hotel: Hotel) -> Place:
    return hotel.places.get(key="room-7")


def talk(place: Place, *texts: str, days_ago: int = 0) -> Conversation:
    """Make a conversation with answered questions, the last of them some days ago."""
    conversation = Conversation.objects.create(hotel=place.hotel, place=place, language="en")
    for text in texts:
        turn = turns.begin(conversation.pk, text, uuid.uuid4())
        turns.finish(turn, turns.answer_turn(turn))
    then = timezone.now() - dt.timedelta(days=days_ago)
    Conversation.objects.filter(pk=conversation.pk).update(created_at=then, asked_at=then if texts else None)
    conversation.refresh_from_db()
    return conversation


def left() -> tuple[int, int, int, int]:
    """Return how many conversations, messages, requests and ratings there are."""
    return tuple(model.objects.count() for model in (Conversation, Message, ServiceRequest, Rating))  # type: ignore[return-value]


def logged() -> list[tuple[str, int, int, int, int]]:
    return list(Deletion.objects.values_list("reason", "conversations", "messages", "requests", "ratings"))


# --- a new guest ----------------------------------------------------------------
def test_a_new_guest_closes_the_chats_of_the_place_alone(room: Place) -> None:
    here, there = talk(room, PARKING), talk(room.hotel.places.get(key="table-1"), PARKING)
    assert stays.close_at(room) == 1
    here.refresh_from_db()
    there.refresh_from_db()
    assert here.closed_at is not None
    assert there.closed_at is None
    assert here.messages.count() == 2, "it is kept until its time is over"
    assert stays.close_at(room) == 0
    assert logged() == []


def test_nothing_is_said_or_read_in_a_closed_conversation(room: Place) -> None:
    conversation = talk(room, PARKING, TOWELS)
    stays.close_at(room)
    for deed in (
        lambda: turns.begin(conversation.pk, PARKING, uuid.uuid4()),
        lambda: turns.said_after(conversation.pk, 0),
        lambda: turns.rate(conversation.pk, 2, 1),
    ):
        with pytest.raises(turns.ConversationClosed):
            deed()
    assert turns.confirm(conversation.pk, 4, accept=True) is None


def test_the_staff_delete_all_chats_of_a_place(room: Place) -> None:
    talk(room, PARKING)
    stays.close_at(room)
    talk(room, TOWELS, FIRE)
    talk(room.hotel.places.get(key="table-1"), PARKING)
    assert stays.delete_at(room) == 2
    assert left() == (1, 2, 0, 0)
    assert logged() == [("staff", 2, 6, 2, 0)]


# --- retention --------------------------------------------------------------------
def test_what_was_kept_long_enough_is_deleted_and_counted(room: Place) -> None:
    old = talk(room, PARKING, TOWELS, days_ago=31)
    turns.rate(old.pk, 2, -1)
    silent = talk(room, days_ago=31)
    recent = talk(room, PARKING, days_ago=29)
    assert stays.purge(room.hotel) == 2
    assert set(Conversation.objects.values_list("pk", flat=True)) == {recent.pk}
    assert not Message.objects.filter(conversation__in=[old.pk, silent.pk]).exists()
    assert left() == (1, 2, 0, 0)
    assert logged() == [("retention", 2, 4, 1, 1)]
    assert stays.purge(room.hotel) == 0
    assert len(logged()) == 1


def test_each_hotel_says_how_long(room: Place) -> None:
    other = make_hotel("other")
    Hotel.objects.filter(pk=other.pk).update(retention_days=3)
    other.refresh_from_db()
    talk(room, PARKING, days_ago=4)
    talk(other.places.get(key="room-7"), PARKING, days_ago=4)
    assert [stays.purge(each) for each in (room.hotel, other)] == [0, 1]
    assert Conversation.objects.get().hotel == room.hotel
    assert Deletion.objects.get().hotel == other


def test_many_go_in_small_transactions_and_are_one_line_of_the_log(
    room: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stays, "_AT_ONCE", 2)
    for _ in range(5):
        talk(room, PARKING, days_ago=40)
    assert stays.purge(room.hotel) == 5
    assert left() == (0, 0, 0, 0)
    assert logged() == [("retention", 5, 10, 0, 0)]


def test_the_log_has_no_place_for_content() -> None:
    kept = {field.name: field.get_internal_type() for field in Deletion._meta.get_fields()}
    texts = {name for name, type in kept.items() if type not in {"PositiveIntegerField", "DateTimeField"}}
    assert texts == {"id", "hotel", "reason"}


# --- the guest's own deletion ---------------------------------------------------------
def test_a_guest_deletes_everything_of_one_conversation(room: Place) -> None:
    mine, other = talk(room, PARKING, TOWELS), talk(room, PARKING)
    turns.rate(mine.pk, 2, 1)
    assert stays.delete(mine, Deletion.Reason.GUEST)
    assert set(Conversation.objects.values_list("pk", flat=True)) == {other.pk}
    assert left() == (1, 2, 0, 0)
    assert logged() == [("guest", 1, 4, 1, 1)]
    assert not stays.delete(mine, Deletion.Reason.GUEST)
    assert len(logged()) == 1


def test_an_urgent_call_outlives_its_chat_without_a_word_until_it_is_looked_after(room: Place) -> None:
    conversation = talk(room, TOWELS, FIRE)
    assert stays.delete(conversation, Deletion.Reason.GUEST)
    call = ServiceRequest.objects.get()
    assert (call.urgent, call.status, call.details) == (True, "new", "")
    assert call.conversation.place == room
    assert call.conversation.closed_at is not None
    assert call.conversation.context == {}
    assert Message.objects.count() == 0
    assert stays.purge(room.hotel, timezone.now() + dt.timedelta(days=31)) == 1
    assert left() == (0, 0, 0, 0)


def test_an_urgent_call_that_is_done_goes_with_its_chat(room: Place) -> None:
    conversation = talk(room, FIRE)
    ServiceRequest.objects.update(status=ServiceRequest.Status.DONE)
    stays.delete(conversation, Deletion.Reason.GUEST)
    assert left() == (0, 0, 0, 0)


# --- what is being answered meanwhile --------------------------------------------------
@pytest.mark.parametrize("before", [(), (FIRE,)], ids=["gone", "kept for an urgent call"])
def test_an_answer_that_comes_after_the_deletion_brings_nothing_back(room: Place, before: tuple[str, ...]) -> None:
    conversation = talk(room, *before)
    turn = turns.begin(conversation.pk, PARKING, uuid.uuid4())
    answer = turns.answer_turn(turn)
    stays.delete(conversation, Deletion.Reason.GUEST)
    for end in (lambda: turns.finish(turn, answer), lambda: turns.stop(turn, answer, "Behi")):
        with pytest.raises(turns.ConversationClosed):
            end()
    finish_pending(conversation.pk)
    assert Message.objects.count() == 0


def test_an_answer_to_a_deleted_question_is_not_even_made(room: Place) -> None:
    conversation = talk(room)
    turn = turns.begin(conversation.pk, PARKING, uuid.uuid4())
    again = turns.pending(conversation.pk)
    stays.delete(conversation, Deletion.Reason.GUEST)
    with pytest.raises(turns.ConversationClosed):
        turns.answer_turn(again[0])
    assert turn.question == again[0].question


def test_what_is_asked_and_deleted_at_once_leaves_nothing(transactional_db: None) -> None:
    room = make_hotel().places.get(key="room-7")

    def in_thread(deed: Any) -> str:
        try:
            deed()
        except turns.ConversationClosed:
            return "closed"
        finally:
            connection.close()
        return "done"

    def ask(conversation: Conversation) -> None:
        for _ in range(4):
            turn = turns.begin(conversation.pk, PARKING, uuid.uuid4())
            turns.finish(turn, turns.answer_turn(turn))
            turns.rate(conversation.pk, turn.answer_seq, 1)

    with ThreadPoolExecutor(2) as threads:
        for _ in range(8):
            conversation = talk(room)
            asking = threads.submit(in_thread, lambda it=conversation: ask(it))
            going = threads.submit(in_thread, lambda it=conversation: stays.delete(it, Deletion.Reason.GUEST))
            assert going.result(30) == "done"
            assert asking.result(30) in {"closed", "done"}
            assert left() == (0, 0, 0, 0)


# --- the setting -------------------------------------------------------------------------
def version(hotel: Hotel) -> int:
    return Hotel.objects.values_list("version", flat=True).get(pk=hotel.pk)


def test_how_long_chats_are_kept_is_no_content(hotel: Hotel) -> None:
    before = version(hotel)
    hotel.refresh_from_db()
    hotel.retention_days, hotel.escalate_after_minutes = 7, 20
    hotel.save()
    assert version(hotel) == before
    hotel.retention_days, hotel.name = 8, "Another name"
    hotel.save()
    assert version(hotel) == before + 1
    hotel.venues.update(phone="1")
    assert version(hotel) == before + 2
