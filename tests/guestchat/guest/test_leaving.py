"""Who sees a chat and until when, over HTTP and the socket: one browser, until it is deleted or a new guest comes."""

import datetime as dt
import uuid
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.test import AsyncClient, Client
from django.urls import reverse
from django.utils import timezone

from guestchat import catalogue, turns
from guestchat.answering.answer import Answer
from guestchat.guest import pass_cookie
from guestchat.guest.database import in_thread
from guestchat.guest.page_texts import page_texts
from guestchat.models import Conversation, Deletion, Message
from menus.models import Hotel, Membership, User
from tests.guestchat.guest.chatting import (
    PARKING,
    TOUR,
    TOWELS,
    Guest,
    code,
    conversation_of,
    make_hotel,
    pass_of,
    scan,
)

WORDS = page_texts("en")
JSON = {"Accept": "application/json"}
MESSAGES, DELETE = "/chat/messages/", "/chat/delete/"


@pytest.fixture
def hotel(db: None) -> Hotel:
    return make_hotel()


@pytest.fixture
def browser(hotel: Hotel) -> Client:
    browser = scan(hotel)
    assert browser.post(MESSAGES, {"text": PARKING}, headers=JSON).status_code == 200
    return browser


def reception(hotel: Hotel, role: str = "reception") -> Client:
    user = User.objects.create_user(f"{role}-{hotel.slug}", is_staff=True)
    Membership.objects.create(user=user, hotel=hotel, role=role)
    client = Client()
    client.force_login(user)
    return client


def press(client: Client, hotel: Hotel, action: str, **more: Any) -> Any:
    """Run an action of the list of places on the room."""
    chosen = {"action": action, "_selected_action": [hotel.places.get(key="room-7").pk], **more}
    return client.post(reverse("admin:menus_place_changelist"), chosen)


def delete(browser: Client, conversation: Any = None, **headers: str) -> Any:
    return browser.post(DELETE, {"conversation": str(conversation or conversation_of(browser))}, headers=headers)


# --- one browser --------------------------------------------------------------------------
def test_the_next_guest_who_scans_sees_nothing(hotel: Hotel, browser: Client) -> None:
    following = scan(hotel)
    assert conversation_of(following) != conversation_of(browser)
    assert following.get(MESSAGES, headers=JSON).json() == {"seq": 0, "messages": []}
    assert PARKING not in following.get("/chat/").content.decode().split('<ol class="messages"')[1].split("</ol>")[0]
    assert Conversation.objects.count() == 2


def test_a_browser_that_comes_back_after_weeks_begins_another_stay(hotel: Hotel, browser: Client) -> None:
    before = conversation_of(browser)
    for days, is_same in ((29, True), (31, False)):
        Conversation.objects.filter(pk=before).update(created_at=timezone.now() - dt.timedelta(days=days))
        assert (conversation_of(scan(hotel, browser=browser)) == before) == is_same
    assert browser.get(MESSAGES, headers=JSON).json()["seq"] == 0


# --- a new guest --------------------------------------------------------------------------
def test_a_new_guest_ends_what_the_last_one_sees(hotel: Hotel, browser: Client) -> None:
    press(reception(hotel), hotel, "new_guests")
    page = browser.get("/chat/")
    assert page.status_code == 403
    assert WORDS["ended_text"] in page.content.decode()
    assert (browser.get(MESSAGES, headers=JSON).status_code, browser.get("/menu/").status_code) == (410, 403)
    assert browser.get(DELETE).status_code == 403
    again = scan(hotel, browser=browser)
    assert again.get(MESSAGES, headers=JSON).json()["seq"] == 0


def test_an_old_code_is_a_friendly_404_and_the_new_one_opens(hotel: Hotel, browser: Client) -> None:
    old = code(hotel)
    press(reception(hotel), hotel, "make_new_codes")
    for who in (Client(), browser):
        response = who.get(f"/q/{old}/")
        assert response.status_code == 404
        assert WORDS["not_found_title"] in response.content.decode()
    assert browser.get("/chat/").status_code == 200, "a chat that has begun goes on"
    scan(hotel)


async def test_a_new_guest_closes_the_open_sockets(transactional_db: None) -> None:
    hotel = await in_thread(make_hotel)
    browser, elsewhere = await in_thread(scan, hotel), await in_thread(scan, hotel, "table-1")
    guests = [Guest(pass_of(browser)), Guest(pass_of(browser)), Guest(pass_of(elsewhere))]
    for guest in guests:
        await guest.come()

    def new_guest() -> None:
        press(reception(hotel), hotel, "new_guests")
        connection.close()

    await sync_to_async(new_guest)()
    for guest in guests[:2]:
        assert (await guest.hear())["code"] == "closed"
        assert await guest.socket.receive_output(5) == {"type": "websocket.close", "code": 4404}
        assert await guest.is_silent()
        await guest.leave()
    assert await guests[2].is_silent()
    await guests[2].leave()
    late = Guest(pass_of(browser))
    assert (await late.come())["code"] == "closed"
    await late.leave()


@pytest.mark.parametrize("frame", [{"type": "resume", "after": 0}, {"type": "rate", "seq": 2, "value": 1}])
async def test_a_socket_that_missed_the_nudge_reads_nothing_any_more(
    transactional_db: None, frame: dict[str, Any]
) -> None:
    browser = await in_thread(lambda: scan(make_hotel()))
    guest = Guest(pass_of(browser))
    await guest.come()
    await in_thread(lambda: Conversation.objects.update(closed_at=timezone.now()))
    await guest.say(**frame)
    assert (await guest.hear())["code"] == "closed"
    await guest.leave()


# --- delete this chat ---------------------------------------------------------------------
def test_the_page_tells_how_long_it_keeps_and_how_to_delete(hotel: Hotel, browser: Client) -> None:
    Hotel.objects.update(retention_days=12)
    page = browser.get("/chat/").content.decode()
    assert WORDS["kept"].format(days=12) in page
    assert page.count(f'href="{DELETE}"') == 2


def test_deleting_is_asked_about_first(browser: Client) -> None:
    page = browser.get(DELETE)
    assert page.status_code == 200
    assert WORDS["delete_title"] in page.content.decode()
    assert WORDS["delete_requests"] not in page.content.decode()
    assert Message.objects.count() == 2
    browser.post(MESSAGES, {"text": TOWELS}, headers=JSON)
    browser.post(MESSAGES, {"confirm": "4", "accept": "true"}, headers=JSON)
    assert WORDS["delete_requests"] in browser.get(DELETE).content.decode()


def test_a_deleted_chat_is_gone_and_the_page_begins_afresh(hotel: Hotel, browser: Client) -> None:
    before = conversation_of(browser)
    receipt = Message.objects.get(seq=2).receipt
    response = delete(browser)
    assert (response.status_code, response["Location"]) == (303, "/chat/?notice=deleted")
    assert conversation_of(browser) != before
    page = browser.get(response["Location"]).content.decode()
    assert WORDS["deleted"] in page
    assert 'data-seq="0"' in page
    assert Message.objects.count() == 0
    assert browser.get(f"/r/{receipt}/").status_code == 404
    assert Conversation.objects.get().place == hotel.places.get(key="room-7")
    assert Deletion.objects.get().reason == "guest"
    scan(hotel, browser=browser)
    assert Conversation.objects.count() == 1, "the browser's pass knows the new one"
    browser.post(MESSAGES, {"text": PARKING})
    assert WORDS["deleted"] not in browser.get(response["Location"]).content.decode()


def test_a_chat_is_deleted_in_json(browser: Client) -> None:
    before = conversation_of(browser)
    answer = browser.post(DELETE, {"conversation": str(before)}, content_type="application/json", headers=JSON)
    assert answer.json() == {"deleted": str(before), "conversation": str(conversation_of(browser))}


@pytest.mark.parametrize("wrong", [{}, {"conversation": ""}, {"conversation": str(uuid.uuid4())}])
def test_who_does_not_know_the_conversation_deletes_nothing(browser: Client, wrong: dict[str, str]) -> None:
    assert browser.post(DELETE, wrong).status_code == 303
    assert browser.post(DELETE, wrong, headers=JSON).status_code == 409
    assert Message.objects.count() == 2


def test_another_site_and_another_browser_delete_nothing(hotel: Hotel, browser: Client) -> None:
    assert delete(browser, Origin="https://evil.example").status_code == 403
    assert delete(browser, Origin="null").status_code == 403
    other = scan(hotel)
    assert delete(other, conversation_of(browser), **JSON).status_code == 409
    assert delete(Client(), conversation_of(browser)).status_code == 403
    assert browser.post(DELETE, "[", content_type="application/json", headers=JSON).status_code == 400
    assert Message.objects.count() == 2


def test_where_the_code_counts_no_more_the_page_says_to_scan(hotel: Hotel, browser: Client) -> None:
    hotel.places.update(revoked_at=timezone.now())
    response = delete(browser)
    page = browser.get(response["Location"])
    assert page.status_code == 403
    assert WORDS["ended_title"] in page.content.decode()
    assert Conversation.objects.count() == 0


async def test_other_tabs_learn_of_the_deletion_even_while_an_answer_is_written(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await in_thread(lambda: scan(make_hotel()))
    guests = [Guest(pass_of(browser)), Guest(pass_of(browser))]
    for guest in guests:
        await guest.come()
    deleted = False

    def answered_late(turn: turns.Turn) -> Answer:
        answer = turns.answer_turn(turn)
        nonlocal deleted
        if not deleted:
            deleted = True
            Conversation.objects.get(pk=turn.question.conversation_id).delete()
        return answer

    monkeypatch.setattr(turns, "answer_or_apologise", answered_late)
    monkeypatch.setattr(catalogue, "kept", lambda *_: None)  # nothing is answered ahead of the commit
    await guests[0].ask(TOUR)
    heard = await guests[0].hear_until("error")
    assert heard[-1]["code"] == "closed"
    assert "answer.finished" not in [frame["type"] for frame in heard]
    for guest in guests:
        await guest.leave()
    assert await in_thread(Message.objects.count) == 0


async def test_deleting_ends_the_sockets_of_all_tabs(transactional_db: None) -> None:
    browser = await in_thread(lambda: scan(make_hotel()))
    guests = [Guest(pass_of(browser)), Guest(pass_of(browser))]
    for guest in guests:
        await guest.come()
    await guests[0].ask(PARKING)
    await guests[0].hear_until("answer.finished")
    await guests[1].hear_until("message")
    client = AsyncClient()
    client.cookies[pass_cookie.COOKIE] = pass_of(browser)
    response = await client.post(DELETE, {"conversation": str(conversation_of(browser))})
    assert response.status_code == 303
    await sync_to_async(lambda: connection.close())()  # the test client leaves it open in the thread of its requests
    for guest in guests:
        assert (await guest.hear_until("error"))[-1]["code"] == "closed"
        await guest.leave()
    assert await in_thread(Message.objects.count) == 0


# --- who may ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("role", "ends", "deletes"),
    [("owner", 1, 1), ("manager", 1, 1), ("reception", 1, 0), ("kitchen", 0, 0)],
)
def test_who_may_end_a_stay_and_who_delete_it(
    hotel: Hotel, browser: Client, role: str, ends: int, deletes: int
) -> None:
    client = reception(hotel, role)
    press(client, hotel, "new_guests")
    assert Conversation.objects.exclude(closed_at=None).count() == ends
    press(client, hotel, "delete_chats", sure="yes")
    assert Deletion.objects.count() == deletes


def test_another_hotels_staff_end_nothing_here(hotel: Hotel, browser: Client) -> None:
    press(reception(make_hotel("other"), "owner"), hotel, "new_guests")
    press(reception(make_hotel("third"), "owner"), hotel, "delete_chats", sure="yes")
    assert Conversation.objects.filter(closed_at=None).count() == 1


def test_deleting_all_chats_is_asked_about_first_and_kept_in_the_history(hotel: Hotel, browser: Client) -> None:
    client, room = reception(hotel, "owner"), hotel.places.get(key="room-7")
    asked = press(client, hotel, "delete_chats")
    assert asked.status_code == 200
    assert "cannot be brought back" in asked.content.decode()
    assert Conversation.objects.count() == 1
    press(client, hotel, "new_guests")
    press(client, hotel, "delete_chats", sure="yes")
    assert Conversation.objects.count() == 0
    history = client.get(reverse("admin:menus_place_history", args=[room.pk])).content.decode()
    assert "New guest: chats ended: 1." in history
    assert "All chats deleted: 1." in history


def test_the_log_of_deletions_is_read_only_and_the_hotels_own(hotel: Hotel, browser: Client) -> None:
    delete(browser)
    row = Deletion.objects.get()
    listing = reverse("admin:guestchat_deletion_changelist")
    assert "By the guest" in reception(hotel).get(listing).content.decode()
    assert 'class="field-reason' in reception(hotel, "kitchen").get(listing).content.decode()
    assert 'class="field-reason' not in reception(make_hotel("other"), "owner").get(listing).content.decode()
    boss = Client()
    boss.force_login(User.objects.create(username="boss", is_staff=True, is_superuser=True))
    assert boss.get(listing).status_code == 200
    assert boss.get(reverse("admin:guestchat_deletion_add")).status_code == 403
    assert boss.post(reverse("admin:guestchat_deletion_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
