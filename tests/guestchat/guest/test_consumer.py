"""The guest's socket, spoken to in the frames of browsers against a real database."""

import asyncio
import gc
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.db import DatabaseError, connection, transaction
from django.test import AsyncClient, Client
from django.utils import timezone
from prometheus_client import REGISTRY

from guestchat import catalogue, pipeline, turns
from guestchat.answering.answer import Answer
from guestchat.buckets import Buckets, Pace
from guestchat.groups import tell_others
from guestchat.guest import consumer, pass_cookie, welcome
from guestchat.guest.database import in_thread
from guestchat.ledger import Written
from guestchat.models import Conversation, Message, Rating, ServiceRequest
from guestchat.understanding.parse import parse
from menus.models import Hotel
from tests.guestchat.guest.chatting import (
    PARKING,
    STORY,
    TOUR,
    TOWELS,
    WHEAT,
    Guest,
    conversation_of,
    make_hotel,
    pass_of,
    scan,
)
from tests.guestchat.guest.test_frames import BAD_FRAMES

pytestmark = pytest.mark.django_db(transaction=True)

ENOUGH_QUESTIONS = 1_000


@pytest.fixture
def hotel(transactional_db: None) -> Hotel:
    return make_hotel()


@pytest.fixture
def browser(hotel: Hotel) -> Client:
    return scan(hotel)


@pytest.fixture
def no_hurry(settings: Any) -> None:
    """Let a guest ask as fast as a test does."""
    settings.GUESTCHAT_BURST_QUESTIONS = ENOUGH_QUESTIONS


def rows() -> list[Message]:
    return list(Message.objects.order_by("seq"))


def begun(browser: Client, text: str = PARKING) -> turns.Turn:
    """Commit a question as a process that dies before it answers."""
    return turns.begin(conversation_of(browser), text, uuid.uuid4())


# --- the handshake ----------------------------------------------------------
async def test_a_guest_is_met_with_the_hotel_and_the_place(browser: Client) -> None:
    guest = Guest(pass_of(browser))
    greeting = await guest.come()
    assert greeting.pop("suggestions")
    assert greeting == {
        "type": "welcome",
        "conversation": str(conversation_of(browser)),
        "seq": 0,
        "hotel": "The small",
        "place": "7",
    }
    await guest.leave()


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "",
        "null",
        "https://evil.example",
        "http://testserver.evil.example",
        "http://testserver:81",
        "http://testserver/",
        "http://testserver/path",
        "http://testserver?x",
        "http://user@testserver",
        "http://",
        "http://[",
        "http://[::1",
        "testserver",
        "//testserver",
        "ws://testserver",
        "file://testserver",
        "javascript:alert(1)",
        "http://testserver, http://testserver",
        "http://tëstserver",
        "\x00",
    ],
)
async def test_a_page_of_another_origin_opens_no_socket(browser: Client, origin: str | None) -> None:
    accepted, _code = await Guest(pass_of(browser), origin=origin).socket.connect()
    assert not accepted


@pytest.mark.parametrize("origin", ["http://testserver", "https://testserver", "HTTP://TestServer"])
async def test_our_own_page_does(browser: Client, origin: str) -> None:
    guest = Guest(pass_of(browser), origin=origin)
    assert (await guest.come())["type"] == "welcome"
    await guest.leave()


@pytest.mark.parametrize("value", [None, "", "x", "a:b:c", "\xe4", "%00", '"', "x" * 8_000])
async def test_nobody_enters_without_a_pass(browser: Client, value: str | None) -> None:
    accepted, _code = await Guest(value).socket.connect()
    assert not accepted


async def test_nobody_enters_with_a_forged_pass(browser: Client) -> None:
    value = pass_of(browser)
    for forged in (value[:-4] + "AAAA", "A" + value, value.replace(":", "", 1)):
        accepted, _code = await Guest(forged).socket.connect()
        assert not accepted


async def test_a_crowd_is_let_in_at_once_and_reads_two_at_a_time(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The handshake asks no database, and who is here already is answered beside those who come."""
    here = Guest(pass_of(browser))
    await here.come()
    real, doors = welcome.frame, threading.Event()
    reading = [0, 0]  # now, and at most

    def slow(conversation: uuid.UUID) -> Any:
        reading[0] += 1
        reading[1] = max(reading)
        doors.wait(10)
        reading[0] -= 1
        return real(conversation)

    monkeypatch.setattr(welcome, "frame", slow)
    crowd = [Guest(pass_of(browser)) for _ in range(30)]
    for guest in crowd:
        accepted, _protocol = await guest.socket.connect(timeout=10)
        assert accepted
    await here.ask(PARKING)
    assert (await here.hear_until("answer.finished"))[-1]["outcome"] == "answered"
    doors.set()
    for guest in crowd:
        assert (await guest.hear_until("welcome"))[-1]["type"] == "welcome"
    assert reading[1] == 2
    for guest in (here, *crowd):
        await guest.leave()


@pytest.mark.parametrize("path", ["/", "", "/ws/", "/ws/chat", "/ws/chat//", "/ws/chat/x/", "/chat/", "/\n"])
async def test_there_is_no_other_socket(browser: Client, path: str) -> None:
    accepted, _code = await Guest(pass_of(browser), path=path).socket.connect()
    assert not accepted


@pytest.mark.parametrize("host", [b"", b"evil.example", b"testserver:x", b"[", b"\xff", b"test server"])
async def test_another_host_is_refused(browser: Client, host: bytes) -> None:
    guest = Guest(pass_of(browser), origin=f"http://{host.decode('latin-1')}")
    guest.socket.scope["headers"][0] = (b"host", host)
    accepted, _code = await guest.socket.connect()
    assert not accepted


async def test_a_conversation_that_is_over_is_said_to_be_over(browser: Client) -> None:
    await in_thread(lambda: Conversation.objects.update(closed_at=timezone.now()))
    guest = Guest(pass_of(browser))
    assert (await guest.come())["code"] == "closed"
    assert await guest.socket.receive_output(5) == {"type": "websocket.close", "code": 4404}


async def test_a_pass_for_nothing_is_said_to_be_over(hotel: Hotel) -> None:
    guest = Guest(pass_cookie.Pass(conversation=uuid.uuid4(), hotel=1).write())
    assert (await guest.come())["code"] == "closed"


async def test_a_conversation_may_end_while_the_socket_is_open(browser: Client) -> None:
    guest = Guest(pass_of(browser))
    await guest.come()
    await in_thread(lambda: Conversation.objects.update(closed_at=timezone.now()))
    await guest.ask(PARKING)
    assert (await guest.hear())["code"] == "closed"


# --- asking -----------------------------------------------------------------
async def test_a_question_is_acknowledged_streamed_and_kept(browser: Client) -> None:
    guest = Guest(pass_of(browser))
    await guest.come()
    id = await guest.ask("  Where can I park?  ")
    heard = await guest.hear_until("answer.finished")
    ack, started, delta, finished = heard
    assert (ack["type"], ack["seq"], ack["role"], ack["id"], ack["text"]) == ("message", 1, "guest", str(id), PARKING)
    assert started == {"type": "answer.started", "seq": 2, "reply_to": 1}
    assert (delta["type"], delta["seq"], delta["offset"]) == ("answer.delta", 2, 0)
    assert finished["text"] == delta["text"]
    assert "<strong>house</strong>" in finished["html"]
    assert finished["sources"] == [{"type": "article", "key": "parking", "label": PARKING}]
    assert (finished["outcome"], finished["items"], finished["claims"]) == ("answered", [], [])
    row = await in_thread(lambda: Message.objects.get(seq=2))
    assert finished["receipt"] == f"/r/{row.receipt}/"
    await guest.leave()


async def test_the_acknowledgement_comes_only_after_the_commit(browser: Client) -> None:
    guest = Guest(pass_of(browser))
    await guest.come()
    held, release = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def hold() -> None:
        with transaction.atomic():
            list(Conversation.objects.select_for_update())
            loop.call_soon_threadsafe(held.set)
            asyncio.run_coroutine_threadsafe(release.wait(), loop).result(10)

    holding = asyncio.create_task(in_thread(hold))
    await held.wait()
    await guest.ask(PARKING)
    assert await guest.is_silent(0.3)
    release.set()
    await holding
    ack = await guest.hear()
    stored = await in_thread(lambda: Message.objects.filter(seq=1, client_id=ack["id"]).exists())
    assert stored
    await guest.leave()


async def test_without_a_commit_there_is_no_acknowledgement(browser: Client, caplog: pytest.LogCaptureFixture) -> None:
    """The database refuses; the socket stays open and works again afterwards."""
    guest = Guest(pass_of(browser))
    await guest.come()

    def rename(old: str, new: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {old} RENAME TO {new}")

    await in_thread(rename, "guestchat_message", "message_away")
    try:
        id = await guest.ask(PARKING)
        refused = await guest.hear()
        assert (refused["type"], refused["code"], refused["id"]) == ("error", "unavailable", str(id))
        assert refused["retry_after_s"] > 0
        assert await guest.is_silent()
    finally:
        await in_thread(rename, "message_away", "guestchat_message")
    await guest.ask(PARKING, id)
    assert (await guest.hear_until("answer.finished"))[0]["seq"] == 1
    assert PARKING not in caplog.text
    await guest.leave()


async def test_an_answer_that_cannot_be_written_is_told_and_written_on_return(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = Guest(pass_of(browser))
    await guest.come()

    def refuse(*arguments: Any) -> Any:
        raise DatabaseError

    monkeypatch.setattr(turns, "finish", refuse)
    await guest.ask(PARKING)
    heard = await guest.hear_until("error")
    assert (heard[-1]["code"], heard[-1]["id"]) == ("unavailable", None)
    monkeypatch.undo()
    await guest.say(type="resume", after=0)
    replay = await guest.hear_until("resumed")
    assert [frame["seq"] for frame in replay] == [1, 2, 2]
    assert replay[1]["outcome"] == "answered"
    await guest.leave()


async def test_the_same_id_twice_is_one_message_two_acknowledgements_one_answer(browser: Client) -> None:
    guest = Guest(pass_of(browser))
    await guest.come()
    id = await guest.ask(PARKING)
    await guest.ask(PARKING, id)
    heard = [await guest.hear() for _ in range(5)]
    await guest.ask(PARKING, id)
    heard.append(await guest.hear())
    assert await guest.is_silent()
    kinds = [frame["type"] for frame in heard]
    assert (kinds.count("message"), kinds.count("answer.finished")) == (3, 1)
    assert len({str(frame) for frame in heard if frame["type"] == "message"}) == 1
    assert [row.seq for row in await in_thread(rows)] == [1, 2]
    await guest.leave()


async def test_the_same_id_from_eight_sockets_is_one_question_and_one_answer(browser: Client) -> None:
    guests = [Guest(pass_of(browser)) for _ in range(8)]
    for guest in guests:
        await guest.come()
    id = uuid.uuid4()
    await asyncio.gather(*(guest.ask(PARKING, id) for guest in guests))
    acks = []
    for guest in guests:
        heard = await guest.hear()
        while heard.get("id") != str(id):
            heard = await guest.hear()
        acks.append(heard)
    assert {ack["seq"] for ack in acks} == {1}
    for guest in guests:
        await guest.say(type="resume", after=0)
        replay = [frame for frame in await guest.hear_until("resumed") if frame["type"] == "message"]
        assert [frame["seq"] for frame in replay][-2:] == [1, 2]
    assert len(await in_thread(rows)) == 2
    for guest in guests:
        await guest.leave()


async def test_deltas_rebuild_the_text_in_code_points(browser: Client) -> None:
    guest = Guest(pass_of(browser))
    await guest.come()
    await guest.ask(TOUR)
    heard = await guest.hear_until("answer.finished")
    deltas = [frame for frame in heard if frame["type"] == "answer.delta"]
    assert len(deltas) == 60
    text = ""
    for delta in deltas:
        assert delta["offset"] == len(text)
        text += delta["text"]
    assert text == heard[-1]["text"]
    assert STORY in text
    await guest.leave()


@pytest.mark.parametrize(
    "text",
    [
        "?",
        "👩‍👩‍👧‍👦🍎🇩🇪",
        "هل يوجد موقف للسيارات؟",
        "\u202eevil",
        "a\x00b",
        "half \ud83d",
        "' OR 1=1; --",
        "{text} %s <b>",
        "x" * 2_000,
    ],
)
async def test_whatever_a_guest_writes_is_answered(browser: Client, text: str) -> None:
    guest = Guest(pass_of(browser))
    await guest.come()
    await guest.ask(text)
    heard = await guest.hear_until("answer.finished")
    assert heard[0]["text"] == text.replace("\x00", "").replace("\ud83d", "?")
    assert heard[-1]["text"]
    await guest.leave()


@pytest.mark.parametrize("text", ["x" * 2_001, "🍎" * 2_001])
async def test_a_text_over_2000_characters_is_too_long(browser: Client, text: str) -> None:
    guest = Guest(pass_of(browser))
    await guest.come()
    id = uuid.uuid4()
    await guest.socket.send_to(text_data=f'{{"type": "ask", "id": "{id}", "text": "{text}"}}')
    refused = await guest.hear()
    assert (refused["code"], refused["id"]) == ("too_long", str(id))
    await guest.say(type="ping")
    assert (await guest.hear())["type"] == "pong"
    assert not await in_thread(rows)
    await guest.leave()


async def test_bad_frames_get_an_error_and_the_socket_stays_open(browser: Client) -> None:
    guest = Guest(pass_of(browser))
    await guest.come()
    for text in BAD_FRAMES:
        await guest.socket.send_input({"type": "websocket.receive", "text": text})
        refused = await guest.hear()
        assert (refused["type"], refused["code"]) == ("error", "bad_frame"), text[:80]
        assert {"id", "detail"} <= refused.keys()
    for data in (b"", b"\xff", b'{"type": "ping"}'):
        await guest.socket.send_input({"type": "websocket.receive", "bytes": data})
        assert (await guest.hear())["code"] == "bad_frame"
    await guest.ask(PARKING)
    assert (await guest.hear_until("answer.finished"))[-1]["outcome"] == "answered"
    await guest.leave()


async def test_what_nobody_foresaw_gets_an_error_and_the_socket_stays_open(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = Guest(pass_of(browser))
    await guest.come()
    monkeypatch.setattr(turns, "rate", lambda *arguments: 1 / 0)
    await guest.say(type="rate", seq=2, value=1)
    assert (await guest.hear())["code"] == "unavailable"
    await guest.say(type="ping")
    assert (await guest.hear())["type"] == "pong"
    await guest.leave()


async def test_ten_questions_at_once_then_one_every_two_seconds(browser: Client) -> None:
    guest = Guest(pass_of(browser))
    await guest.come()
    for _ in range(14):
        await guest.ask(PARKING)
    heard: list[dict[str, Any]] = []
    while sum(frame["type"] in {"answer.finished", "error"} for frame in heard) < 14:
        heard.append(await guest.hear())
    errors = [frame for frame in heard if frame["type"] == "error"]
    assert len(errors) == 4
    assert {frame["code"] for frame in errors} == {"rate_limited"}
    assert all(0 < frame["retry_after_s"] <= 2 and frame["id"] for frame in errors)
    await asyncio.sleep(errors[-1]["retry_after_s"])
    await guest.ask(PARKING, uuid.UUID(errors[-1]["id"]))
    assert (await guest.hear())["id"] == errors[-1]["id"]
    await guest.leave()


async def test_too_many_waiting_questions_are_refused_before_they_are_taken(
    browser: Client, no_hurry: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, go_on = pipeline.answer, asyncio.Event()
    loop = asyncio.get_running_loop()

    def slowly(*args: Any, **kwargs: Any) -> Answer:
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(10)
        return real(*args, **kwargs)

    monkeypatch.setattr(pipeline, "answer", slowly)
    monkeypatch.setattr(catalogue, "kept", lambda *_: None)  # nothing is answered ahead of the commit
    guest = Guest(pass_of(browser))
    await guest.come()
    for _ in range(consumer.MOST_WAITING + 3):
        await guest.ask(PARKING)
    heard = await guest.hear_until("error")
    assert (heard[-1]["code"], heard[-1]["id"] is not None) == ("busy", True)
    assert sum(frame["type"] == "message" for frame in heard) == consumer.MOST_WAITING + 1
    go_on.set()
    for _ in range(consumer.MOST_WAITING + 1):
        await guest.hear_until("answer.finished")
    await guest.leave()


async def test_a_guest_who_asks_too_fast_gets_no_work_done_ahead(
    browser: Client, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.GUESTCHAT_BURST_QUESTIONS = 1
    real, parsed = parse, 0

    def counted(*args: Any) -> Any:
        nonlocal parsed
        parsed += 1
        return real(*args)

    monkeypatch.setattr(pipeline, "parse", counted)
    guest = Guest(pass_of(browser))
    await guest.come()
    await guest.ask(PARKING)
    await guest.hear_until("answer.finished")
    for _ in range(5):
        await guest.ask(PARKING)
        assert (await guest.hear_until("error"))[-1]["code"] == "rate_limited"
    assert parsed <= 2  # of six
    await guest.leave()


async def test_sockets_count_towards_their_places_flood(hotel: Hotel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_of_place", Buckets(Pace(burst=1, per_second=0.01)))
    guests = [Guest(pass_of(await in_thread(scan, hotel))) for _ in range(2)]
    for guest, heard in zip(guests, ["answer.finished", "error"], strict=True):
        await guest.come()
        await guest.ask(PARKING)
        frame = (await guest.hear_until(heard))[-1]
        assert frame.get("code") == (None if heard == "answer.finished" else "rate_limited")
        await guest.leave()


async def test_ping(browser: Client) -> None:
    guest = Guest(pass_of(browser))
    await guest.come()
    await guest.say(type="ping")
    assert (await guest.hear())["type"] == "pong"
    await guest.leave()


# --- stop -------------------------------------------------------------------
async def test_stop_before_the_stream_begins(browser: Client) -> None:
    guest = Guest(pass_of(browser))
    await guest.come()
    await guest.ask(TOUR)
    await guest.say(type="stop")
    finished = (await guest.hear_until("answer.finished"))[-1]
    assert finished["status"] == "stopped"
    assert len(finished["text"]) < len(STORY)
    row = await in_thread(lambda: Message.objects.get(seq=2))
    assert (row.status, row.text) == ("stopped", finished["text"])
    await guest.ask(PARKING)
    assert (await guest.hear_until("answer.finished"))[-1]["status"] == "complete"
    await guest.leave()


async def test_stop_in_the_middle_keeps_what_was_sent(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    guest = Guest(pass_of(browser))
    await guest.come()
    say = consumer.ChatConsumer._say

    async def say_slowly(self: consumer.ChatConsumer, frame: dict[str, Any]) -> None:
        await say(self, frame)
        if frame["type"] == "answer.delta":
            await asyncio.sleep(0.02)

    monkeypatch.setattr(consumer.ChatConsumer, "_say", say_slowly)
    await guest.ask(TOUR)
    await guest.hear_until("answer.delta")
    await guest.hear_until("answer.delta")
    await guest.say(type="stop")
    finished = (await guest.hear_until("answer.finished"))[-1]
    assert (finished["status"], finished["outcome"]) == ("stopped", "answered")
    assert 2 <= finished["text"].count("\n") < 59
    assert finished["sources"]
    assert finished["receipt"]
    await guest.say(type="resume", after=1)
    replayed = await guest.hear()
    assert (replayed["status"], replayed["text"]) == ("stopped", finished["text"])
    await guest.leave()


async def test_stop_means_all_that_was_asked_before_and_nothing_after(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, go_on = pipeline.answer, asyncio.Event()
    loop = asyncio.get_running_loop()

    def slowly(*args: Any, **kwargs: Any) -> Answer:
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(10)
        return real(*args, **kwargs)

    monkeypatch.setattr(pipeline, "answer", slowly)
    monkeypatch.setattr(catalogue, "kept", lambda *_: None)  # nothing is answered ahead of the commit
    guest = Guest(pass_of(browser))
    await guest.come()
    for text in (TOUR, PARKING):
        await guest.ask(text)
    await guest.say(type="stop")
    await guest.ask(PARKING)
    await guest.say(type="ping")
    await guest.hear_until("pong")
    go_on.set()
    ends = [(await guest.hear_until("answer.finished"))[-1] for _ in range(3)]
    assert [(end["seq"], end["status"]) for end in ends] == [(2, "stopped"), (4, "stopped"), (6, "complete")]
    await guest.leave()


async def test_stop_when_nothing_is_being_answered_does_nothing(browser: Client) -> None:
    guest = Guest(pass_of(browser))
    await guest.come()
    await guest.say(type="stop")
    await guest.ask(PARKING)
    assert (await guest.hear_until("answer.finished"))[-1]["status"] == "complete"
    await guest.say(type="stop")
    await guest.ask(PARKING)
    assert (await guest.hear_until("answer.finished"))[-1]["status"] == "complete"
    await guest.leave()


# --- rate and confirm ---------------------------------------------------------
async def test_rating(hotel: Hotel, browser: Client) -> None:
    other = Guest(pass_of(await in_thread(scan, hotel, "table-1")))
    await other.come()
    await other.ask(PARKING)
    await other.hear_until("answer.finished")
    guest = Guest(pass_of(browser))
    await guest.come()
    for seq in (0, 1, 2, 3, 99, 2**31 - 1):
        await guest.say(type="rate", seq=seq, value=1)
        assert (await guest.hear())["code"] == "bad_frame"
    await guest.ask(PARKING)
    await guest.hear_until("answer.finished")
    for value in (1, 1, -1):
        await guest.say(type="rate", seq=2, value=value)
    await guest.say(type="ping")
    assert (await guest.hear())["type"] == "pong"
    rated = await in_thread(lambda: list(Rating.objects.values_list("message__conversation", "value")))
    assert rated == [(conversation_of(browser), -1)]
    await guest.leave()
    await other.leave()


async def test_confirming(hotel: Hotel, browser: Client) -> None:
    guest, watching = Guest(pass_of(browser)), Guest(pass_of(browser))
    stranger = Guest(pass_of(await in_thread(scan, hotel, "table-1")))
    for each in (guest, watching, stranger):
        await each.come()
    await guest.ask(TOWELS)
    heard = await guest.hear_until("request")
    assert {name: heard[-1][name] for name in ("seq", "kind", "status")} == {
        "seq": 2,
        "kind": "housekeeping",
        "status": "proposed",
    }
    assert "room 7" in heard[-1]["details"]
    seen = [await watching.hear(), await watching.hear()]
    assert [frame["seq"] for frame in seen] == [1, 2]
    assert seen[1]["request"]["status"] == "proposed"
    for seq in (1, 2, 3):
        await stranger.say(type="confirm", seq=seq, accept=True)
        assert (await stranger.hear())["code"] == "bad_frame"
    assert await in_thread(lambda: ServiceRequest.objects.get().status) == "proposed"
    for accept in (True, False, True):
        await guest.say(type="confirm", seq=2, accept=accept)
        assert (await guest.hear())["status"] == "new"
        assert (await watching.hear())["status"] == "new"
    assert await in_thread(lambda: ServiceRequest.objects.get().status) == "new"
    for each in (guest, watching, stranger):
        await each.leave()


# --- resume -----------------------------------------------------------------
async def test_resume_from_every_point_gives_every_message_once_in_order(browser: Client, no_hurry: None) -> None:
    guest = Guest(pass_of(browser))
    await guest.come()
    for text in (PARKING, TOWELS, WHEAT, TOUR):
        await guest.ask(text)
        await guest.hear_until("answer.finished")
    await guest.leave()
    for after in (*range(10), 2**31 - 1):
        back = Guest(pass_of(browser))
        assert (await back.come())["seq"] == 8
        await back.say(type="resume", after=after)
        replay = await back.hear_until("resumed")
        assert [frame["seq"] for frame in replay[:-1]] == list(range(after + 1, 9))
        assert {frame["type"] for frame in replay[:-1]} <= {"message"}
        assert replay[-1] == {"type": "resumed", "seq": 8}
        await back.leave()


async def test_a_replayed_answer_has_all_that_a_finished_one_has(browser: Client) -> None:
    guest = Guest(pass_of(browser))
    await guest.come()
    await guest.ask(TOWELS)
    heard = await guest.hear_until("request")
    await guest.say(type="resume", after=1)
    replayed = await guest.hear()
    finished = heard[-2]
    assert {name: replayed[name] for name in finished if name != "type"} == {
        name: value for name, value in finished.items() if name != "type"
    }
    assert replayed["reply_to"] == 1
    assert replayed["request"]["status"] == "proposed"
    await guest.leave()


async def test_resume_waits_for_an_answer_under_way(browser: Client) -> None:
    turn = await in_thread(begun, browser)
    guest = Guest(pass_of(browser))
    assert (await guest.come())["seq"] == 2
    await guest.say(type="resume", after=0)
    assert await guest.is_silent(0.3)
    answer = await in_thread(turns.answer_turn, turn)
    await in_thread(turns.finish, turn, answer)
    replay = await guest.hear_until("resumed")
    assert [(frame["type"], frame["seq"]) for frame in replay] == [("message", 1), ("message", 2), ("resumed", 2)]
    assert replay[1]["status"] == "complete"
    await guest.leave()


async def test_resume_finishes_what_a_dead_process_left(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer, "PENDING_PATIENCE_S", 0.1)
    for _ in range(2):
        await in_thread(begun, browser)
    guest = Guest(pass_of(browser))
    await guest.come()
    await guest.say(type="resume", after=0)
    replay = await guest.hear_until("resumed")
    assert [frame["seq"] for frame in replay] == [1, 2, 3, 4, 4]
    assert replay[1]["outcome"] == replay[3]["outcome"] == "answered"
    await guest.leave()


async def test_resume_ends_even_where_an_answer_cannot_be_written(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "PENDING_PATIENCE_S", 0.1)
    monkeypatch.setattr(turns, "finish_pending", lambda conversation: None)
    await in_thread(begun, browser)
    guest = Guest(pass_of(browser))
    await guest.come()
    await guest.say(type="resume", after=0)
    replay = await guest.hear_until("resumed")
    assert [frame.get("status", "") for frame in replay] == ["", "pending", ""]
    await guest.leave()


async def test_a_guest_who_leaves_in_the_middle_finds_the_answers_on_return(browser: Client) -> None:
    guest = Guest(pass_of(browser))
    await guest.come()
    for text in (TOUR, PARKING, WHEAT):
        await guest.ask(text)
    await guest.hear()
    await guest.leave()
    back = Guest(pass_of(browser))
    await back.come()
    await back.say(type="resume", after=0)
    replay = [frame for frame in await back.hear_until("resumed") if frame["type"] == "message"]
    assert [frame["seq"] for frame in replay] == list(range(1, len(replay) + 1))
    assert len(replay) in {2, 4, 6}  # as many as had been taken when the line broke
    assert {frame["status"] for frame in replay[1::2]} == {"complete"}
    await back.leave()


# --- several sockets of one conversation ----------------------------------------
async def test_sockets_of_one_conversation_see_each_others_messages_once(browser: Client) -> None:
    one, two = Guest(pass_of(browser)), Guest(pass_of(browser))
    await one.come()
    await two.come()
    for asking, seeing, first in ((one, two, 1), (two, one, 3), (one, two, 5)):
        await asking.ask(PARKING)
        await asking.hear_until("answer.finished")
        seen = [await seeing.hear(), await seeing.hear()]
        assert [(frame["type"], frame["seq"]) for frame in seen] == [("message", first), ("message", first + 1)]
        assert await asking.is_silent(0.1)
    for guest in (one, two):
        await guest.leave()


async def test_sockets_that_ask_at_the_same_time_miss_nothing(browser: Client, no_hurry: None) -> None:
    guests = [Guest(pass_of(browser)) for _ in range(3)]
    for guest in guests:
        await guest.come()

    async def chat(guest: Guest) -> dict[int, int]:
        for _ in range(4):
            await guest.ask(PARKING)
        heard: dict[int, int] = {}
        while len(heard) < 24:
            frame = await guest.hear()
            if frame["type"] in {"message", "answer.finished"}:
                heard[frame["seq"]] = heard.get(frame["seq"], 0) + 1
        assert await guest.is_silent(0.1)
        return heard

    for heard in await asyncio.gather(*map(chat, guests)):
        assert heard == dict.fromkeys(range(1, 25), 1)
    for guest in guests:
        await guest.leave()


async def test_what_is_read_while_it_is_committed_comes_once(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log tells of a question or an answer before the socket that wrote it hears that it is committed."""

    def slow_to_return(name: str, before_s: float, after_s: list[float]) -> None:
        real = getattr(turns, name)

        def slowly(*arguments: Any) -> Any:
            time.sleep(before_s)
            result = real(*arguments)
            time.sleep(after_s.pop(0))
            return result

        monkeypatch.setattr(turns, name, slowly)

    slow_to_return("finish", 0.3, [0.3, 0.0])
    slow_to_return("ask", 0.0, [0.0, 0.8])
    guest = Guest(pass_of(browser))
    await guest.come()
    await guest.ask(PARKING)
    await guest.hear_until("answer.delta")
    conversation = conversation_of(browser)
    await tell_others(conversation)  # the first answer is pending: the socket looks again once it has finished
    await asyncio.sleep(0.1)
    second = await guest.ask(TOUR)  # committed at once, heard of after the first answer has finished
    heard = await guest.hear_until("answer.finished")
    await tell_others(conversation)
    heard += await guest.hear_until("answer.finished")
    assert [frame["seq"] for frame in heard if frame["type"] in {"message", "answer.finished"}] == [2, 3, 4]
    assert [frame["id"] for frame in heard if frame["type"] == "message"] == [str(second)]
    assert await guest.is_silent()
    await guest.leave()


async def test_an_answer_that_others_ask_for_while_it_is_committed_comes_once(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = turns.finish
    committed = threading.Event()

    def slowly(*arguments: Any) -> Any:
        result = real(*arguments)
        committed.set()
        time.sleep(0.4)
        return result

    monkeypatch.setattr(turns, "finish", slowly)
    guest = Guest(pass_of(browser))
    await guest.come()
    await guest.ask(PARKING)
    await asyncio.to_thread(committed.wait)
    await tell_others(conversation_of(browser))
    heard = await guest.hear_until("answer.finished")
    assert [frame["seq"] for frame in heard if frame["type"] in {"message", "answer.finished"}] == [1, 2]
    assert await guest.is_silent()
    await guest.leave()


async def test_a_socket_sees_what_its_conversation_posts_by_form(browser: Client) -> None:
    guest = Guest(pass_of(browser))
    await guest.come()
    client = AsyncClient()
    client.cookies[pass_cookie.COOKIE] = pass_of(browser)
    posted = await client.post("/chat/messages/", {"text": TOWELS})
    assert posted.status_code == 303
    seen = [await guest.hear(), await guest.hear()]
    assert [frame["seq"] for frame in seen] == [1, 2]
    await client.post("/chat/messages/", {"confirm": "2", "accept": "true"})
    assert await guest.hear() == {**seen[1]["request"], "type": "request", "seq": 2, "status": "new"}
    await sync_to_async(lambda: connection.close())()  # the test client leaves it open in the thread of its requests
    await guest.leave()


async def test_other_guests_see_nothing_of_it(hotel: Hotel, browser: Client) -> None:
    same_place = Guest(pass_of(await in_thread(scan, hotel)))
    await same_place.come()
    guest = Guest(pass_of(browser))
    await guest.come()
    await guest.ask(PARKING)
    await guest.hear_until("answer.finished")
    assert await same_place.is_silent()
    await same_place.say(type="resume", after=0)
    assert await same_place.hear() == {"type": "resumed", "seq": 0}
    for each in (guest, same_place):
        await each.leave()


async def test_a_lost_channel_layer_costs_nudges_only(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async def lost(*arguments: Any) -> None:
        raise ConnectionError

    layer = get_channel_layer()
    for name in ("group_add", "group_send", "group_discard"):
        monkeypatch.setattr(layer, name, lost)
    guest = Guest(pass_of(browser))
    await guest.come()
    await guest.ask(PARKING)
    assert (await guest.hear_until("answer.finished"))[-1]["outcome"] == "answered"
    await guest.leave()


async def test_nothing_is_kept_of_a_socket_that_left(browser: Client) -> None:
    exchange = get_channel_layer()._exchange
    before = len(consumer._pace._kept)
    guest = Guest(pass_of(browser))
    await guest.come()
    await guest.say(type="resume", after=0)
    await guest.hear()
    assert len(consumer._pace._kept) == before + 1
    assert exchange._channels
    await guest.leave()
    assert len(consumer._pace._kept) == before
    assert (exchange._channels, exchange._groups) == ({}, {})


# --- the heartbeat -------------------------------------------------------------
async def test_a_heartbeat_tells_how_far_the_log_is_written(browser: Client) -> None:
    guest = Guest(pass_of(browser))
    await guest.come()
    await guest.say(type="ping")
    assert await guest.hear() == {"type": "pong", "seq": 0}
    await guest.ask(PARKING)
    await guest.hear_until("answer.finished")
    await in_thread(begun, browser)
    await guest.say(type="ping")
    heard = await guest.hear_until("pong")
    assert [(frame["type"], frame["seq"]) for frame in heard] == [("message", 3), ("pong", 3)], "4 is being written"
    await guest.leave()


async def test_a_heartbeat_brings_what_a_lost_nudge_would_have_brought(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*arguments: Any) -> None:
        return

    monkeypatch.setattr(get_channel_layer(), "group_send", lost)
    one, two = Guest(pass_of(browser)), Guest(pass_of(browser))
    await one.come()
    await two.come()
    await one.ask(PARKING)
    await one.hear_until("answer.finished")
    assert await two.is_silent()
    for expected in (["message", "message", "pong"], ["pong"]):
        await two.say(type="ping")
        heard = await two.hear_until("pong")
        assert [frame["type"] for frame in heard] == expected
        assert heard[-1]["seq"] == 2
    for guest in (one, two):
        await guest.leave()


@pytest.mark.parametrize("error", [DatabaseError("gone"), None])
async def test_a_heartbeat_outlives_the_database(
    browser: Client, monkeypatch: pytest.MonkeyPatch, error: DatabaseError | None
) -> None:
    ended = threading.Event()

    def away(conversation: uuid.UUID) -> Any:
        try:
            if error is not None:
                raise error
            time.sleep(0.5)
            return Written(last=0, seq=0, missing_since=None)
        finally:
            ended.set()

    monkeypatch.setattr(turns, "written", away)
    monkeypatch.setattr(consumer, "HEARTBEAT_PATIENCE_S", 0.1)
    guest = Guest(pass_of(browser))
    await guest.come()
    await guest.say(type="ping")
    assert await guest.hear() == {"type": "pong"}
    await asyncio.to_thread(ended.wait, 10)
    await guest.leave()


async def test_a_heartbeat_finishes_what_another_process_left_when_it_died(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = Guest(pass_of(browser))
    await guest.come()
    await in_thread(begun, browser)
    await guest.say(type="ping")
    assert (await guest.hear_until("pong"))[-1]["seq"] == 1
    assert await guest.is_silent(), "whoever took the question has its time"
    monkeypatch.setattr(consumer, "ABANDONED_AFTER_S", 0.1)
    await guest.say(type="ping")
    answer = next(frame for frame in await guest.hear_until("message") if frame["type"] == "message")
    assert (answer["seq"], answer["status"]) == (2, "complete")
    await guest.leave()


async def test_a_heartbeat_sees_that_the_conversation_has_ended(browser: Client) -> None:
    guest = Guest(pass_of(browser))
    await guest.come()
    await in_thread(lambda: Conversation.objects.update(closed_at=timezone.now()))
    await guest.say(type="ping")
    assert (await guest.hear())["code"] == "closed"
    await guest.leave()


# --- what is counted ----------------------------------------------------------------
def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_turns_errors_and_sockets_are_counted(browser: Client, no_hurry: None) -> None:
    steps = ("acknowledged", "first_piece", "finished")
    before = {step: counted("guestchat_turn_seconds_count", step=step) for step in steps}
    answered, bad = (
        counted("guestchat_answers_total", outcome="answered"),
        counted("guestchat_errors_total", code="bad_frame"),
    )
    made, open_before = counted("guestchat_stage_seconds_count", stage="total"), counted("guestchat_sockets")
    guest = Guest(pass_of(browser))
    await guest.come()
    assert counted("guestchat_sockets") == open_before + 1
    for _ in range(2):  # the second one is made ahead, while its question is committed
        await guest.ask(PARKING)
        await guest.hear_until("answer.finished")
    await guest.socket.send_to(text_data="{")
    await guest.hear_until("error")
    await guest.leave()
    assert {step: counted("guestchat_turn_seconds_count", step=step) - before[step] for step in steps} == dict.fromkeys(
        steps, 2
    )
    assert counted("guestchat_answers_total", outcome="answered") == answered + 2
    assert counted("guestchat_stage_seconds_count", stage="total") == made + 2
    assert counted("guestchat_errors_total", code="bad_frame") == bad + 1
    assert counted("guestchat_sockets") == open_before


# --- the end --------------------------------------------------------------------
async def test_a_guest_who_has_left_leaves_nothing_to_garbage_collection(browser: Client) -> None:
    def consumers() -> set[int]:
        return {id(each) for each in gc.get_objects() if type(each) is consumer.ChatConsumer}

    gc.collect()
    gc.disable()
    before = consumers()
    try:
        for _ in range(3):
            guest = Guest(pass_of(browser))
            await guest.come()
            await guest.ask(PARKING)
            await guest.hear_until("answer.finished")
            await guest.leave()
            del guest
        for _ in range(60):
            if not consumers() - before:
                break
            await asyncio.sleep(0.05)  # what the loop has not let go of yet
        assert not consumers() - before
    finally:
        gc.enable()


# --- logs -------------------------------------------------------------------
@pytest.fixture
def every_log(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    """Log all that any library says; the function returns it."""
    with caplog.at_level(logging.DEBUG):
        yield lambda: caplog.text


async def test_nothing_that_is_said_gets_into_a_log(browser: Client, every_log: Callable[[], str]) -> None:
    guest = Guest(pass_of(browser))
    await guest.come()
    for text in ("Xylophon allergy, and where can I park?", "xylophon " * 300, "\x00xylophon"):
        await guest.ask(text)
        await guest.hear()
    await guest.socket.send_to(text_data='{"type": "ask", "text": "xylophon"')
    await guest.say(type="rate", seq="xylophon", value=1)
    await guest.say(type="ping")
    await guest.hear_until("pong")
    await guest.leave()
    logged = every_log().lower()
    assert "xylophon" not in logged
    assert "behind the" not in logged
