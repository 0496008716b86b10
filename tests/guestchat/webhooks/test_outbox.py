"""What is noted: every step of a request that counts, for each system of its hotel, with the step or not at all."""

import datetime as dt
import uuid

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from guestchat import calls, service_requests, stays, turns
from guestchat.models import Conversation, Deletion, Delivery, ServiceRequest, Webhook
from guestchat.webhooks import outbox
from menus.models import Hotel, User
from tests.guestchat.guest.chatting import PARKING, TOWELS, make_hotel


def say(conversation: Conversation, text: str) -> None:
    turn = turns.begin(conversation.pk, text, uuid.uuid4())
    turns.finish(turn, turns.answer_turn(turn))


def kinds(hook: Webhook) -> list[str]:
    return list(Delivery.objects.filter(webhook=hook).values_list("kind", flat=True))


@pytest.fixture
def talk(hotel: Hotel) -> Conversation:
    return Conversation.objects.create(hotel=hotel, place=hotel.places.get(key="room-7"), language="en")


def test_each_step_is_noted_once_and_what_was_only_offered_is_not(hook: Webhook, talk: Conversation) -> None:
    say(talk, TOWELS)
    assert kinds(hook) == []
    seq = ServiceRequest.objects.get().seq
    for _ in range(2):
        service_requests.confirm(talk.pk, seq, accept=True)
    person = User.objects.create(username="anna")
    for step in ("acknowledged", "done"):
        service_requests.move(ServiceRequest.objects.get(), step, person)
    with pytest.raises(service_requests.WrongStep):
        service_requests.move(ServiceRequest.objects.get(), "done", person)
    assert kinds(hook) == ["request.new", "request.acknowledged", "request.done"]
    assert len(set(Delivery.objects.values_list("reference", flat=True))) == 1


def test_a_word_of_the_guest_opens_it_too_and_a_no_tells_nobody(hook: Webhook, talk: Conversation) -> None:
    say(talk, TOWELS)
    say(talk, "no thanks")
    say(talk, TOWELS)
    say(talk, "yes please")
    assert kinds(hook) == ["request.new"]


def test_a_call_for_a_person_is_noted_and_so_is_one_that_nobody_opened(hook: Webhook, talk: Conversation) -> None:
    say(talk, "I want to talk to a person")
    Conversation.objects.filter(pk=talk.pk).update(taken_by=User.objects.create(username="anna"))
    say(talk, PARKING)
    talk.messages.update(created_at=timezone.now() - dt.timedelta(hours=1))
    calls.call_again(talk.hotel)
    assert kinds(hook) == ["request.new", "request.new"]


def test_what_is_deleted_is_told_to_be_forgotten(hook: Webhook, request_of_room_7: ServiceRequest) -> None:
    outbox.note(hook.hotel_id, [request_of_room_7])
    stays.delete(request_of_room_7.conversation, Deletion.Reason.GUEST)
    (left,) = Delivery.objects.all()
    assert (left.kind, left.request_id) == ("request.deleted", None)
    assert left.reference == outbox.reference(request_of_room_7)
    assert Deletion.objects.get().requests == 1  # and no message to a system counts as one


def test_only_the_hotels_own_systems_that_listen_are_told(hook: Webhook, request_of_room_7: ServiceRequest) -> None:
    Webhook.objects.create(hotel=make_hotel("other"), name="Foreign", url=hook.url)
    Webhook.objects.create(hotel=hook.hotel, name="Off", url=hook.url, is_active=False)
    second = Webhook.objects.create(hotel=hook.hotel, name="Second", url=hook.url)
    outbox.note(hook.hotel_id, [request_of_room_7])
    assert set(Delivery.objects.values_list("webhook", flat=True)) == {hook.pk, second.pk}


@pytest.mark.django_db(transaction=True)
def test_a_step_that_is_rolled_back_is_never_told(hook: Webhook, request_of_room_7: ServiceRequest) -> None:
    with transaction.atomic():
        service_requests.move(request_of_room_7, "acknowledged", User.objects.create(username="anna"))
        assert Delivery.objects.exists()
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()
    assert not ProcrastinateJob.objects.filter(task_name=outbox.TASK).exists()


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_woken_at_once_and_once(hook: Webhook, request_of_room_7: ServiceRequest) -> None:
    person = User.objects.create(username="anna")
    for step in ("acknowledged", "done"):
        service_requests.move(ServiceRequest.objects.get(), step, person)
    assert ProcrastinateJob.objects.filter(task_name=outbox.TASK, status="todo").count() == 1


def test_a_hotel_without_systems_pays_one_question_for_it(hotel: Hotel, request_of_room_7: ServiceRequest) -> None:
    with CaptureQueriesContext(connection) as asked:
        outbox.note(hotel.pk, ServiceRequest.objects.filter(hotel=hotel))
    assert len(asked) == 1
