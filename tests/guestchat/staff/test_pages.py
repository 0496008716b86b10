"""The staff's pages: who sees what, what needs a person first, and that nothing is done twice or by the wrong one."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guestchat import service_requests, stays, takeover, turns
from guestchat.models import Conversation, Deletion, ServiceRequest
from menus.models import Hotel, Membership, User
from tests.guestchat.guest.chatting import PARKING, TOWELS, make_hotel, scan
from tests.guestchat.staff.people import browser_of, person

PERSON = "I want to talk to a person"
FIRE = "Help, there is a fire in my room!"
HTMX = {"HX-Request": "true"}


def talk(hotel: Hotel, *texts: str, place: str = "room-7") -> Conversation:
    conversation = Conversation.objects.create(hotel=hotel, place=hotel.places.get(key=place), language="en")
    for text in texts:
        turn = turns.begin(conversation.pk, text, uuid.uuid4())
        turns.finish(turn, turns.answer_turn(turn))
    return conversation


def order(hotel: Hotel, kind: str = "order", status: str = "new", details: str = "Soup") -> ServiceRequest:
    return ServiceRequest.objects.create(
        hotel=hotel, conversation=talk(hotel, PARKING), seq=2, kind=kind, status=status, details=details
    )


def address(conversation: Conversation, deed: str = "") -> str:
    return f"/staff/{conversation.hotel.slug}/conversations/{conversation.pk}/{deed}"


def step(request: ServiceRequest) -> str:
    return f"/staff/{request.hotel.slug}/requests/{request.conversation_id}/{request.seq}/{request.number}/"


def everything(hotel: Hotel, conversation: Conversation) -> list[tuple[str, str]]:
    """Return all that can be asked for at a hotel."""
    request = order(hotel)
    return [
        ("get", f"/staff/{hotel.slug}/"),
        ("get", address(conversation)),
        ("post", address(conversation, "take/")),
        ("post", address(conversation, "write/")),
        ("post", address(conversation, "hand-back/")),
        ("get", f"/staff/{hotel.slug}/requests/"),
        ("post", step(request)),
    ]


def state(hotel: Hotel) -> list[Any]:
    return [
        list(hotel.conversations.order_by("pk").values_list("seq", "taken_by")),
        list(hotel.service_requests.order_by("pk").values_list("status", "owner")),
    ]


# --- who comes in -------------------------------------------------------------------
def test_nobody_is_led_to_the_login_and_back(hotel: Hotel) -> None:
    guest = scan(hotel)
    conversation = talk(hotel, PARKING)
    for browser in (Client(), guest):
        for verb, url in [("get", "/staff/"), *everything(hotel, conversation)]:
            response = getattr(browser, verb)(url)
            assert (response.status_code, response["Location"]) == (302, f"/admin/login/?next={url}")
            part = getattr(browser, verb)(url, headers=HTMX | {"HX-Current-URL": "http://testserver/staff/small/"})
            assert part.headers["HX-Redirect"] == "/admin/login/?next=/staff/small/"


@pytest.mark.parametrize("change", [{"is_staff": False}, {"is_active": False}])
def test_an_account_that_is_no_staff_any_more_is_led_to_the_login(hotel: Hotel, change: dict[str, bool]) -> None:
    anna = person(hotel)
    browser = browser_of(anna)
    User.objects.filter(pk=anna.pk).update(**change)
    assert browser.get("/staff/small/")["Location"].startswith("/admin/login/")


def test_the_staff_of_another_hotel_find_nothing_and_change_nothing(hotel: Hotel) -> None:
    foreign = make_hotel("other")
    conversation = talk(hotel, PERSON)
    browser = browser_of(person(foreign, "owner"))
    for verb, url in everything(hotel, conversation):
        before = state(hotel)
        data = {"to": "acknowledged", "text": "Hello", "id": str(uuid.uuid4())} if verb == "post" else {}
        assert getattr(browser, verb)(url, data).status_code == 404
        # By way of their own hotel's name, neither; there the pages of a hotel are their own.
        own = getattr(browser, verb)(url.replace("/small/", "/other/"), data)
        assert own.status_code == (404 if str(conversation.pk) in url or verb == "post" else 200)
        assert str(conversation.pk) not in own.content.decode()
        assert state(hotel) == before


def test_a_person_of_two_hotels_chooses_and_one_of_one_is_led_there(hotel: Hotel) -> None:
    anna = person(hotel)
    assert browser_of(anna).get("/staff/")["Location"] == "/staff/small/"
    second = make_hotel("second", name="The Second")
    make_hotel("third", name="The Third")
    Membership.objects.create(user=anna, hotel=second, role="kitchen")
    page = browser_of(anna).get("/staff/").content.decode()
    assert ("The small" in page, "The Second" in page, "The Third" in page) == (True, True, False)


def test_a_superuser_has_all_hotels_and_somebody_of_none_is_told_so(hotel: Hotel) -> None:
    make_hotel("second", name="The Second")
    chief = User.objects.create(username="chief", is_staff=True, is_superuser=True)
    page = browser_of(chief).get("/staff/").content.decode()
    assert ("The small" in page, "The Second" in page) == (True, True)
    assert browser_of(chief).get("/staff/second/").status_code == 200
    new = User.objects.create(username="new", is_staff=True)
    assert "belongs to no hotel yet" in browser_of(new).get("/staff/").content.decode()


@pytest.mark.parametrize("role", ["owner", "manager", "reception"])
def test_the_front_of_the_house_opens_every_page(hotel: Hotel, role: str) -> None:
    conversation = talk(hotel, PERSON)
    browser = browser_of(person(hotel, role))
    for verb, url in everything(hotel, conversation):
        if verb == "get":
            assert browser.get(url).status_code == 200


def test_the_kitchen_sees_and_moves_orders_alone(hotel: Hotel) -> None:
    conversation = talk(hotel, FIRE)
    dish, towels = order(hotel), order(hotel, "housekeeping", details="Towels")
    browser = browser_of(person(hotel, "kitchen"))
    assert browser.get("/staff/small/")["Location"] == "/staff/small/requests/"
    page = browser.get("/staff/small/requests/").content.decode()
    assert ("Soup" in page, "Towels" in page, "fire" in page, "conversations/" in page) == (True, False, False, False)
    for deed in ("take/", "write/", "hand-back/"):
        assert browser.post(address(conversation, deed)).status_code == 404
    assert browser.get(address(conversation)).status_code == 404
    assert browser.post(step(towels), {"to": "acknowledged"}).status_code == 404
    assert browser.post(step(dish), {"to": "acknowledged"}).status_code == 302
    dish.refresh_from_db()
    assert dish.status == "acknowledged"


def test_the_pages_keep_the_strict_policy_and_take_no_foreign_form(hotel: Hotel) -> None:
    anna = person(hotel)
    conversation = talk(hotel, PERSON)
    response = browser_of(anna).get(address(conversation))
    assert "script-src 'self';" in response["Content-Security-Policy"] + ";"
    assert "unsafe" not in response["Content-Security-Policy"]
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(anna, backend="django.contrib.auth.backends.ModelBackend")
    assert strict.post(address(conversation, "take/")).status_code == 403
    assert browser_of(anna).get(address(conversation, "take/")).status_code == 405


# --- the inbox ------------------------------------------------------------------------
def shown(browser: Client, query: str = "") -> list[str]:
    return [str(each.pk) for each in browser.get(f"/staff/small/{query}").context["conversations"]]


def test_what_needs_a_person_stands_first(hotel: Hotel) -> None:
    quiet = talk(hotel, PARKING)
    taken = talk(hotel, PARKING)
    takeover.take(taken.pk, person(hotel, name="ben"))
    recent, older, late, urgent = (talk(hotel, text) for text in (PERSON, PERSON, PERSON, FIRE))
    for minutes, conversation in ((20, older), (15, late)):
        then = timezone.now() - dt.timedelta(minutes=minutes)
        ServiceRequest.objects.filter(conversation=conversation).update(created_at=then)
    ServiceRequest.objects.filter(conversation=late).update(escalated_at=timezone.now())
    browser = browser_of(person(hotel))
    assert shown(browser) == [str(each.pk) for each in (urgent, late, older, recent, taken)]
    assert shown(browser, "?all=1")[-2:] == [str(taken.pk), str(quiet.pk)]
    page = browser.get("/staff/small/").content.decode()
    for mark in ("Emergency", "Waits too long", "Asks for a person", "Room 7", "20 min", "Ben"):
        assert mark in page


def test_a_list_grows_without_more_queries(hotel: Hotel) -> None:
    browser = browser_of(person(hotel))
    talk(hotel, PERSON)
    order(hotel)
    for url in ("/staff/small/", "/staff/small/?all=1", "/staff/small/requests/"):
        with CaptureQueriesContext(connection) as few:
            browser.get(url)
        for _ in range(3):
            talk(hotel, FIRE)
            order(hotel)
        with CaptureQueriesContext(connection) as many:
            browser.get(url)
        assert len(many) == len(few)


def test_unread_is_what_nobody_has_opened(hotel: Hotel) -> None:
    browser = browser_of(person(hotel))
    conversation = talk(hotel, PARKING, PERSON)
    assert [each.unread for each in browser.get("/staff/small/").context["conversations"]] == [2]
    browser.get(address(conversation))
    assert [each.unread for each in browser.get("/staff/small/").context["conversations"]] == [0]


def test_an_emergency_outlives_the_deletion_of_its_chat_and_a_closed_chat_is_gone(hotel: Hotel) -> None:
    fire, call = talk(hotel, FIRE), talk(hotel, PERSON)
    stays.delete(fire, Deletion.Reason.GUEST)
    Conversation.objects.filter(pk=call.pk).update(closed_at=timezone.now())
    browser = browser_of(person(hotel))
    assert shown(browser) == [str(fire.pk)]
    assert "The guest has deleted the chat." in browser.get("/staff/small/").content.decode()
    assert "This conversation has ended." in browser.get(address(fire)).content.decode()
    assert browser.post(address(call, "take/")).status_code == 409


# --- one conversation -------------------------------------------------------------------
def test_taking_writing_and_handing_back_by_plain_forms(hotel: Hotel) -> None:
    conversation = talk(hotel, PERSON)
    browser = browser_of(person(hotel))
    for deed, form in (
        ("take/", {}),
        ("write/", {"text": "Good evening", "id": str(uuid.uuid4())}),
        ("hand-back/", {"seen": "4"}),
    ):
        response = browser.post(address(conversation, deed), form)
        assert (response.status_code, response["Location"]) == (302, address(conversation))
    said = list(conversation.messages.values_list("role", "text", "author"))[2:]
    assert [role for role, _text, _author in said] == ["system", "staff", "system"]
    assert said[1] == ("staff", "Good evening", "Anna")


def test_the_second_colleague_sees_who_has_it_and_keeps_what_they_wrote(hotel: Hotel) -> None:
    conversation = talk(hotel, PERSON)
    anna = person(hotel)
    takeover.take(conversation.pk, anna)
    ben = browser_of(person(hotel, name="ben"))
    page = ben.get(address(conversation)).content.decode()
    assert "Anna has this conversation." in page
    assert 'name="text"' not in page
    refused = ben.post(address(conversation, "take/"))
    assert (refused.status_code, "Anna has this conversation now." in refused.content.decode()) == (409, True)
    ben.post(address(conversation, "take/"), {"instead_of": str(anna.pk)})
    late = browser_of(anna).post(address(conversation, "write/"), {"text": "My long text", "id": str(uuid.uuid4())})
    assert (late.status_code, "Ben has this conversation now." in late.content.decode()) == (409, True)
    assert not conversation.messages.filter(role="staff").exists()


@pytest.mark.parametrize(
    "form",
    [
        {"text": "  ", "id": str(uuid.uuid4())},
        {"text": "x" * 2001, "id": str(uuid.uuid4())},
        {"text": "a\0b", "id": str(uuid.uuid4())},
        {"text": "Hello", "id": "1"},
        {},
    ],
)
def test_words_that_cannot_be_sent_are_refused(hotel: Hotel, form: dict[str, str]) -> None:
    conversation = talk(hotel)
    anna = person(hotel)
    takeover.take(conversation.pk, anna)
    response = browser_of(anna).post(address(conversation, "write/"), form)
    assert (response.status_code, "This could not be sent" in response.content.decode()) == (409, True)
    assert not conversation.messages.filter(role="staff").exists()


@pytest.mark.parametrize("number", ["", "x", "-1", "9" * 30, "٣"])
def test_numbers_that_are_none_are_no_error(hotel: Hotel, number: str) -> None:
    conversation = talk(hotel, PERSON)
    anna, ben = person(hotel), person(hotel, name="ben")
    takeover.take(conversation.pk, ben)
    assert browser_of(anna).post(address(conversation, "take/"), {"instead_of": number}).status_code == 409
    assert browser_of(ben).post(address(conversation, "hand-back/"), {"seen": number}).status_code == 409


def test_the_controls_come_again_only_when_somebody_else_has_it(hotel: Hotel) -> None:
    conversation = talk(hotel, PERSON)
    anna = person(hotel)
    browser = browser_of(anna)
    for known, expected in (("None.False", False), (f"{anna.pk}.False", True)):
        part = browser.get(address(conversation), {"state": known}, headers=HTMX).content.decode()
        assert ('id="controls"' in part) is expected


def test_what_guests_write_is_no_markup(hotel: Hotel) -> None:
    conversation = talk(hotel, "<script>alert(1)</script> I want to talk to a person")
    browser = browser_of(person(hotel))
    for url in ("/staff/small/", address(conversation), "/staff/small/requests/"):
        assert "<script>alert" not in browser.get(url).content.decode()


# --- the board ----------------------------------------------------------------------------
def test_the_board_shows_what_was_confirmed_with_room_kind_age_and_owner(hotel: Hotel) -> None:
    conversation = talk(hotel, TOWELS)
    browser = browser_of(person(hotel))
    assert "towels" not in browser.get("/staff/small/requests/").content.decode(), "the guest has not said yes"
    turns.confirm(conversation.pk, 2, accept=True)
    page = browser.get("/staff/small/requests/").content.decode()
    assert all(part in page for part in ("Room 7", "Housekeeping", "towels", "now"))
    request = ServiceRequest.objects.get(conversation=conversation)
    browser.post(step(request), {"to": "acknowledged"})
    assert "Anna" in browser.get("/staff/small/requests/").content.decode()


def test_who_comes_second_is_told_so(hotel: Hotel) -> None:
    request = order(hotel)
    anna, ben = person(hotel), person(hotel, name="ben")
    assert browser_of(anna).post(step(request), {"to": "acknowledged"}, headers=HTMX).status_code == 200
    second = browser_of(ben).post(step(request), {"to": "acknowledged"}, headers=HTMX)
    assert (second.status_code, "Somebody was quicker" in second.content.decode()) == (409, True)
    request.refresh_from_db()
    assert request.owner == anna


def test_what_was_done_leaves_the_board_after_a_day(hotel: Hotel) -> None:
    request = order(hotel, status="acknowledged")
    anna = person(hotel)
    service_requests.move(request, "done", anna)
    browser = browser_of(anna)
    assert "Soup" in browser.get("/staff/small/requests/").content.decode()
    ServiceRequest.objects.update(updated_at=timezone.now() - dt.timedelta(hours=25))
    assert "Soup" not in browser.get("/staff/small/requests/").content.decode()


# --- the guest --------------------------------------------------------------------------
def test_a_guest_without_a_socket_reads_who_writes(hotel: Hotel) -> None:
    guest = scan(hotel)
    guest.post("/chat/messages/", {"text": PERSON})
    conversation = Conversation.objects.get(hotel=hotel)
    anna = person(hotel)
    takeover.take(conversation.pk, anna)
    takeover.write(conversation.pk, anna, "Good evening", uuid.uuid4())
    said = guest.get("/chat/messages/?after=2", headers={"Accept": "application/json"}).json()["messages"]
    assert [(each["role"], each.get("author")) for each in said] == [("system", None), ("staff", "Anna")]
    assert "Anna · Hotel team" in guest.get("/chat/").content.decode()
    asked = {"text": PARKING, "id": str(uuid.uuid4())}
    answer = guest.post("/chat/messages/", asked, headers={"Accept": "application/json"}).json()["messages"][-1]
    assert (answer["status"], answer["text"]) == ("passed_on", "The hotel team has your message.")
