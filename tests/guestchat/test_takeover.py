"""Conversations in a person's hands, in the log: the assistant is silent, nothing is lost, one person at a time."""

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guestchat import catalogue, ledger, service_requests, stays, takeover, turns
from guestchat.models import Conversation, Deletion, Message, ServiceRequest
from menus.models import User
from tests.guestchat.guest.chatting import PARKING, TOWELS, WHEAT, make_hotel

PERSON = "I want to talk to a person"
FIRE = "Help, there is a fire in my room!"
WITH_THE_TEAM = "The hotel team has your message."


@pytest.fixture
def conversation(db: None) -> Conversation:
    hotel = make_hotel()
    return Conversation.objects.create(hotel=hotel, place=hotel.places.get(key="room-7"), language="en")


@pytest.fixture
def anna(db: None) -> User:
    return User.objects.create(username="anna", first_name="Anna", is_staff=True)


@pytest.fixture
def ben(db: None) -> User:
    return User.objects.create(username="ben", first_name="Ben", is_staff=True)


def ask(conversation: Conversation, text: str) -> Message:
    """Ask, and return the row that stands for the answer."""
    turn = turns.begin(conversation.pk, text, uuid.uuid4())
    return turns.finish(turn, turns.answer_turn(turn))


def rows(conversation: Conversation) -> list[tuple[int, str, str, int | None]]:
    return list(conversation.messages.values_list("seq", "role", "status", "reply_to"))


def requests(conversation: Conversation) -> list[tuple[bool, str]]:
    found = ServiceRequest.objects.filter(conversation=conversation).order_by("seq", "number")
    return list(found.values_list("is_call", "status"))


# --- a question while a person has the conversation -------------------------------
def test_a_question_is_passed_on_and_keeps_its_answers_place(conversation: Conversation, anna: User) -> None:
    ask(conversation, PARKING)
    takeover.take(conversation.pk, anna)
    note = ask(conversation, WHEAT)
    takeover.write(conversation.pk, anna, "I will ask the kitchen.", uuid.uuid4())
    assert (note.text, note.outcome, note.claims, note.sources) == (WITH_THE_TEAM, "handover", [], [])
    assert rows(conversation) == [
        (1, "guest", "complete", None),
        (2, "assistant", "complete", 1),
        (3, "system", "complete", None),
        (4, "guest", "complete", None),
        (5, "assistant", "passed_on", 4),
        (6, "staff", "complete", None),
    ]
    assert turns.written(conversation.pk).seq == 6
    assert turns.pending(conversation.pk) == []


def test_it_asks_no_more_of_the_database_than_another(conversation: Conversation, anna: User) -> None:
    with CaptureQueriesContext(connection) as free:
        ask(conversation, PARKING)
    takeover.take(conversation.pk, anna)
    with CaptureQueriesContext(connection) as taken:
        ask(conversation, PARKING)
    assert len(taken) <= len(free)


def test_it_opens_and_settles_nothing(conversation: Conversation, anna: User) -> None:
    ask(conversation, TOWELS)
    takeover.take(conversation.pk, anna)
    for text in ("yes", PERSON, TOWELS):
        assert ask(conversation, text).status == "passed_on"
    assert requests(conversation) == [(False, "proposed")]


def test_an_emergency_is_answered_and_opened_all_the_same(conversation: Conversation, anna: User) -> None:
    takeover.take(conversation.pk, anna)
    answer = ask(conversation, FIRE)
    assert (answer.status, "112" in answer.text) == ("complete", True)
    assert ServiceRequest.objects.get(conversation=conversation, urgent=True).status == "new"


def test_an_allergy_told_to_a_person_is_kept(conversation: Conversation, anna: User) -> None:
    takeover.take(conversation.pk, anna)
    ask(conversation, "I am allergic to peanuts")
    takeover.hand_back(conversation.pk, anna, seen=3)
    conversation.refresh_from_db()
    assert conversation.context == {"allergies": ["peanuts"]}


def test_what_a_process_that_died_left_is_passed_on(conversation: Conversation, anna: User) -> None:
    takeover.take(conversation.pk, anna)
    turns.begin(conversation.pk, PARKING, uuid.uuid4())
    turns.finish_pending(conversation.pk)
    assert conversation.messages.get(seq=3).status == "passed_on"


# --- what is in flight --------------------------------------------------------------
def test_an_answer_that_had_begun_is_finished_in_its_place(conversation: Conversation, anna: User) -> None:
    turn = turns.begin(conversation.pk, PARKING, uuid.uuid4())
    answer = turns.answer_turn(turn)
    takeover.take(conversation.pk, anna)
    assert turns.written(conversation.pk).seq == 1
    turns.finish(turn, answer)
    assert ask(conversation, PARKING).status == "passed_on"
    assert [(seq, status) for seq, _role, status, _to in rows(conversation)] == [
        (1, "complete"),
        (2, "complete"),
        (3, "complete"),
        (4, "complete"),
        (5, "passed_on"),
    ]


@pytest.mark.parametrize("taken_first", [True, False])
def test_an_answer_made_ahead_counts_only_while_nobody_has_taken_it(
    transactional_db: None, anna: User, taken_first: bool
) -> None:
    hotel = make_hotel()
    conversation = Conversation.objects.create(hotel=hotel, place=hotel.places.get(key="room-7"), language="en")
    assert catalogue.current(hotel.pk) is not None  # kept from here on
    if taken_first:
        takeover.take(conversation.pk, anna)
    expected = ledger.grounds(conversation.pk)
    if taken_first:
        takeover.hand_back(conversation.pk, anna, seen=0)
    else:
        takeover.take(conversation.pk, anna)
    turn, ahead = turns.ask(conversation.pk, PARKING, uuid.uuid4(), None, expected)
    assert ahead is None
    assert turns.answer_turn(turn).is_passed_on is not taken_first


# --- two colleagues -----------------------------------------------------------------
def test_who_does_not_have_it_cannot_write_or_hand_back(conversation: Conversation, anna: User, ben: User) -> None:
    for has_it in (None, anna):
        if has_it:
            takeover.take(conversation.pk, has_it)
        before = rows(conversation)
        for deed in (
            lambda: takeover.write(conversation.pk, ben, "Hello", uuid.uuid4()),
            lambda: takeover.hand_back(conversation.pk, ben, seen=99),
        ):
            with pytest.raises(takeover.NotTaken) as refused:
                deed()
            assert refused.value.by == has_it
        assert rows(conversation) == before


def test_a_colleague_takes_over_only_from_whom_they_know_of(conversation: Conversation, anna: User, ben: User) -> None:
    takeover.take(conversation.pk, anna)
    with pytest.raises(takeover.NotTaken) as refused:
        takeover.take(conversation.pk, ben)
    assert refused.value.by == anna
    takeover.take(conversation.pk, ben, instead_of=anna.pk)
    takeover.take(conversation.pk, ben, instead_of=anna.pk)
    with pytest.raises(takeover.NotTaken):
        takeover.write(conversation.pk, anna, "Hello", uuid.uuid4())
    assert [message.text.split()[0] for message in conversation.messages.all()] == ["Anna", "Ben"]


def test_of_eight_at_once_one_has_it(transactional_db: None) -> None:
    hotel = make_hotel()
    conversation = Conversation.objects.create(hotel=hotel, language="en")
    people = [User.objects.create(username=f"p{number}", first_name=f"P{number}") for number in range(8)]
    barrier = threading.Barrier(8)

    def take(person: User) -> bool:
        try:
            barrier.wait(10)
            takeover.take(conversation.pk, person)
            return True
        except takeover.NotTaken:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(take, people))
    conversation.refresh_from_db()
    assert won.count(True) == 1
    assert conversation.taken_by == people[won.index(True)]
    assert rows(conversation) == [(1, "system", "complete", None)]


def test_guests_and_staff_at_once_leave_no_gap_and_no_question_without_its_one_answer(transactional_db: None) -> None:
    hotel = make_hotel()
    conversation = Conversation.objects.create(hotel=hotel, language="en")
    anna = User.objects.create(username="anna", first_name="Anna")
    barrier = threading.Barrier(2)

    def guest() -> None:
        barrier.wait(10)
        for _ in range(8):
            ask(conversation, PARKING)

    def staff() -> None:
        barrier.wait(10)
        for _ in range(4):
            takeover.take(conversation.pk, anna)
            takeover.write(conversation.pk, anna, "Hello", uuid.uuid4())
            takeover.hand_back(conversation.pk, anna, seen=99)

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, (guest, staff)))
    found = rows(conversation)
    assert [seq for seq, *_rest in found] == list(range(1, 29))
    asked = [seq for seq, role, _status, _to in found if role == "guest"]
    answered = [(to, status) for _seq, role, status, to in found if role == "assistant"]
    assert [to for to, _status in answered] == asked
    assert {status for _to, status in answered} <= {"complete", "passed_on"}


def test_the_same_words_sent_twice_are_one_message(conversation: Conversation, anna: User) -> None:
    takeover.take(conversation.pk, anna)
    id = uuid.uuid4()
    for _ in range(2):
        takeover.write(conversation.pk, anna, "Hello", id)
    assert [(message.role, message.author) for message in conversation.messages.all()] == [
        ("system", ""),
        ("staff", "Anna"),
    ]


# --- handing back -------------------------------------------------------------------
def test_the_assistant_answers_again_and_an_old_yes_means_nothing(conversation: Conversation, anna: User) -> None:
    ask(conversation, TOWELS)
    takeover.take(conversation.pk, anna)
    takeover.hand_back(conversation.pk, anna, seen=3)
    assert ask(conversation, "yes").outcome != "request"
    assert requests(conversation) == [(False, "proposed")], "the card is there, and its button still counts"
    assert "house" in ask(conversation, PARKING).text


def test_nobody_hands_back_what_they_have_not_read(conversation: Conversation, anna: User) -> None:
    takeover.take(conversation.pk, anna)
    ask(conversation, PARKING)
    with pytest.raises(takeover.UnreadMessage):
        takeover.hand_back(conversation.pk, anna, seen=1)
    takeover.hand_back(conversation.pk, anna, seen=2)


def test_a_conversation_that_is_over_cannot_be_taken_written_in_or_handed_back(
    conversation: Conversation, anna: User
) -> None:
    takeover.take(conversation.pk, anna)
    stays.delete(conversation, Deletion.Reason.GUEST)
    for deed in (
        lambda: takeover.take(conversation.pk, anna),
        lambda: takeover.write(conversation.pk, anna, "Hello", uuid.uuid4()),
        lambda: takeover.hand_back(conversation.pk, anna, seen=9),
    ):
        with pytest.raises(takeover.ConversationOver):
            deed()
    assert Message.objects.count() == 0


def test_a_colleague_whose_account_is_deleted_leaves_the_assistant_in_charge(
    conversation: Conversation, anna: User
) -> None:
    takeover.take(conversation.pk, anna)
    takeover.write(conversation.pk, anna, "Hello", uuid.uuid4())
    anna.delete()
    assert ask(conversation, PARKING).status == "complete"
    assert conversation.messages.get(role="staff").author == "Anna"


# --- calls and requests ---------------------------------------------------------------
def test_taking_over_answers_the_call_and_handing_back_ends_it(conversation: Conversation, anna: User) -> None:
    ask(conversation, PERSON)
    takeover.take(conversation.pk, anna)
    assert requests(conversation) == [(True, "acknowledged")]
    assert ServiceRequest.objects.get(conversation=conversation).owner == anna
    takeover.hand_back(conversation.pk, anna, seen=3)
    assert requests(conversation) == [(True, "done")]


def test_an_emergency_is_done_only_when_somebody_says_so(conversation: Conversation, anna: User) -> None:
    ask(conversation, FIRE)
    takeover.take(conversation.pk, anna)
    takeover.hand_back(conversation.pk, anna, seen=3)
    call = ServiceRequest.objects.get(conversation=conversation)
    assert (call.urgent, call.status) == (True, "acknowledged")
    service_requests.move(call, "done", anna)
    call.refresh_from_db()
    assert call.status == "done"


@pytest.mark.parametrize("start", ServiceRequest.Status.values)
@pytest.mark.parametrize("to", [*ServiceRequest.Status.values, "nonsense"])
def test_a_request_takes_only_the_steps_there_are(conversation: Conversation, anna: User, start: str, to: str) -> None:
    allowed = {("new", "acknowledged"), ("new", "cancelled"), ("acknowledged", "done"), ("acknowledged", "cancelled")}
    ask(conversation, TOWELS)
    request = ServiceRequest.objects.get(conversation=conversation)
    ServiceRequest.objects.update(status=start)
    if (start, to) in allowed:
        service_requests.move(request, to, anna)
    else:
        with pytest.raises(service_requests.WrongStep) as refused:
            service_requests.move(request, to, anna)
        assert refused.value.status == start
    request.refresh_from_db()
    assert (request.status, request.owner) == ((to, anna) if (start, to) in allowed else (start, None))
