"""Who is slowed down and who is not: somebody who guesses codes, a flood, and a hotel behind one address."""

import asyncio
import secrets
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, RequestFactory

from guestchat import turns
from guestchat.buckets import Buckets, Pace
from guestchat.guest import gatekeeper, limits
from guestchat.models import Conversation
from tests.guestchat.guest.chatting import code, make_hotel, scan


@pytest.fixture(autouse=True)
def _fresh_buckets() -> Iterator[None]:
    _empty()  # other tests come from the same address
    yield
    _empty()


def _empty() -> None:
    for buckets in (limits.unknown_codes, limits.new_conversations):
        buckets.clear()


@pytest.mark.django_db
def test_a_guesser_is_told_to_wait_and_the_guests_beside_them_are_not() -> None:
    hotel = make_hotel()
    guesser = Client()
    answers = [guesser.get(f"/q/{secrets.token_urlsafe(16)}/") for _ in range(50)]
    assert [each.status_code for each in answers] == [404] * 30 + [429] * 20
    assert int(answers[-1]["Retry-After"]) >= 1
    assert b"scan the code again" in answers[-1].content
    assert Client().get(f"/q/{code(hotel)}/").status_code == 302
    assert guesser.get("/r/guessed/").status_code == 429


@pytest.mark.django_db
def test_one_address_cannot_open_conversations_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "new_conversations", Buckets(Pace(burst=3, per_second=0.1)))
    hotel = make_hotel()
    known = scan(hotel)
    assert [Client().get(f"/q/{code(hotel)}/").status_code for _ in range(4)] == [302, 302, 429, 429]
    assert Conversation.objects.count() == 3
    assert known.get(f"/q/{code(hotel)}/").status_code == 302  # it goes on with its own


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "", "10.0.0.9"),
        (0, "1.2.3.4", "10.0.0.9"),
        (1, "1.2.3.4", "1.2.3.4"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.1", "1.2.3.4"),
        (2, "1.2.3.4", "10.0.0.9"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "not an address: at all", "not an address: at all"),
    ],
)
def test_the_address_is_what_our_own_proxy_saw(settings: Any, proxies: int, forwarded: str, expected: str) -> None:
    settings.GUESTCHAT_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert limits.address_of(RequestFactory(REMOTE_ADDR="10.0.0.9").get("/", headers=headers)) == expected


@pytest.mark.django_db
def test_a_hotel_that_is_flooded_over_many_conversations_is_slowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_of_hotel", Buckets(Pace(burst=3, per_second=0.1)))
    hotel, other = make_hotel(), make_hotel("other")

    def ask(where: Any) -> None:
        conversation = Conversation.objects.create(hotel=where, language="en")
        turns.begin(conversation.pk, "Hello", conversation.pk, turns.Spot(where.pk, None))

    for _ in range(3):
        ask(hotel)
    with pytest.raises(turns.TooManyQuestions):
        ask(hotel)
    ask(other)


@pytest.mark.django_db
def test_what_the_own_pace_refuses_is_not_the_places_flood(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.GUESTCHAT_BURST_QUESTIONS = 1
    monkeypatch.setattr(turns, "_of_place", Buckets(Pace(burst=2, per_second=0.01)))
    hotel = make_hotel()
    eager, other = (Conversation.objects.create(hotel=hotel, language="en") for _ in range(2))
    spot = turns.Spot(hotel.pk, 7)
    turns.begin(eager.pk, "Hello", uuid.uuid4(), spot)
    for _ in range(5):
        with pytest.raises(turns.TooManyQuestions):
            turns.begin(eager.pk, "Hello", uuid.uuid4(), spot)
    turns.begin(other.pk, "Hello", uuid.uuid4(), spot)


@pytest.mark.django_db
def test_a_repeat_is_known_in_a_flood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_of_place", Buckets(Pace(burst=1, per_second=0.01)))
    conversation = Conversation.objects.create(hotel=make_hotel(), language="en")
    spot = turns.Spot(conversation.hotel_id, 7)
    id = uuid.uuid4()
    turns.begin(conversation.pk, "Hello", id, spot)
    assert turns.begin(conversation.pk, "Hello", id, spot).is_repeat


@pytest.mark.django_db
def test_the_form_counts_towards_its_places_flood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_of_place", Buckets(Pace(burst=1, per_second=0.01)))
    hotel = make_hotel()
    statuses = [
        scan(hotel).post(
            "/chat/messages/", {"text": "Hello", "id": uuid.uuid4()}, headers={"Accept": "application/json"}
        )
        for _ in range(2)
    ]
    assert [each.status_code for each in statuses] == [200, 429]


async def test_only_who_guesses_waits_for_the_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gatekeeper, "_REFUSAL_TAKES_S", 0.3)

    async def seconds(path: str, status: int) -> float:
        async def pages(scope: Any, receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": status})

        async def heard(message: Any) -> None:
            await asyncio.sleep(0)

        begun = time.monotonic()
        await gatekeeper.slow_refusals(pages)({"path": path}, None, heard)  # type: ignore[arg-type]
        return time.monotonic() - begun

    assert await seconds("/q/abc/", 429) >= 0.3
    assert await seconds("/q/abc/", 302) < 0.3
    assert await seconds("/chat/messages/", 429) < 0.3


async def test_an_address_that_guesses_takes_a_third_of_the_turns_and_keeps_nobody_else_waiting() -> None:
    at_work: list[tuple[str, str]] = []
    begun: list[tuple[str, str]] = []
    done = asyncio.Event()

    async def pages(scope: Any, receive: Any, send: Any) -> None:
        who = (scope["path"], scope["client"][0])
        at_work.append(who)
        begun.append(who)
        await done.wait()
        at_work.remove(who)

    async def heard(message: Any) -> None: ...

    in_turn = gatekeeper.pages_in_turn(pages, 6)
    guess, chat, elsewhere = ("/q/guessed/", "192.0.2.1"), ("/chat/", "192.0.2.1"), ("/q/right/", "192.0.2.9")
    coming: list[asyncio.Task[None]] = [
        asyncio.create_task(in_turn({"path": path, "client": (address, 1)}, None, heard))  # type: ignore[arg-type]
        for path, address in [guess] * 50 + [elsewhere] + [chat] * 20
    ]
    await asyncio.sleep(0.05)
    assert [at_work.count(each) for each in (guess, elsewhere, chat)] == [2, 1, 3]
    done.set()
    await asyncio.gather(*coming)
    assert [begun.count(each) for each in (guess, elsewhere, chat)] == [50, 1, 20]


async def test_a_crowd_beyond_all_bounds_is_turned_away_and_told_when_to_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gatekeeper, "_MOST_WAITING_REQUESTS", 3)
    done = asyncio.Event()
    told: list[Any] = []

    async def pages(scope: Any, receive: Any, send: Any) -> None:
        await done.wait()
        await send({"status": 200})

    async def heard(message: Any) -> None:
        if "status" in message:
            told.append((message["status"], dict(message.get("headers", []))))

    few = gatekeeper.few_at_once(pages, 1)
    coming: list[asyncio.Task[None]] = [asyncio.create_task(few({"path": "/chat/"}, None, heard)) for _ in range(6)]  # type: ignore[arg-type]
    await asyncio.sleep(0.05)
    assert told == [(503, {b"retry-after": b"2"})] * 2
    done.set()
    await asyncio.gather(*coming)
    assert [status for status, _headers in told] == [503, 503, 200, 200, 200, 200]
