"""The guest's pages: the code's target, the chat without a socket, the receipt; and the real server's refusals."""

import asyncio
import datetime as dt
import json
import re
import urllib.error
import urllib.request
import uuid
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import DatabaseError
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from guestchat import turns
from guestchat.guest import pass_cookie
from guestchat.guest.page_texts import LANGUAGES, page_texts
from guestchat.models import Conversation, Message, Rating, ServiceRequest
from menus.models import Article, Hotel, MenuItem
from tests.guestchat.guest import conftest
from tests.guestchat.guest.chatting import (
    PARKING,
    TOWELS,
    WHEAT,
    code,
    conversation_of,
    make_hotel,
    scan,
)

MESSAGES = "/chat/messages/"
JSON = {"Accept": "application/json"}


@pytest.fixture
def hotel(db: None) -> Hotel:
    return make_hotel()


@pytest.fixture
def browser(hotel: Hotel) -> Client:
    return scan(hotel)


def post(browser: Client, text: str | None = PARKING, **fields: Any) -> Any:
    """Post a form and return what JSON says."""
    sent = {name: value for name, value in {"text": text, **fields}.items() if value is not None}
    return browser.post(MESSAGES, sent, headers=JSON)


# --- scanning ---------------------------------------------------------------
def test_a_scan_begins_a_conversation_at_its_place(hotel: Hotel, browser: Client) -> None:
    conversation = Conversation.objects.get()
    assert conversation.pk == conversation_of(browser)
    assert conversation.place == hotel.places.get(key="room-7")
    assert "The small" in browser.get("/chat/").content.decode()


def test_the_same_place_again_goes_on(hotel: Hotel, browser: Client) -> None:
    first = conversation_of(browser)
    scan(hotel, "room-7", browser)
    assert conversation_of(browser) == first


def test_another_place_is_another_conversation_and_the_first_is_found_again(hotel: Hotel, browser: Client) -> None:
    first = conversation_of(browser)
    scan(hotel, "table-1", browser)
    assert conversation_of(browser) != first
    scan(hotel, "room-7", browser)
    assert conversation_of(browser) == first


def test_a_conversation_that_is_over_is_begun_anew(hotel: Hotel, browser: Client) -> None:
    first = conversation_of(browser)
    Conversation.objects.update(closed_at=timezone.now())
    scan(hotel, "room-7", browser)
    assert conversation_of(browser) != first


def test_the_next_guest_sees_nothing_of_the_last_one(hotel: Hotel, browser: Client) -> None:
    post(browser, "My secret question")
    other = scan(hotel)
    assert conversation_of(other) != conversation_of(browser)
    assert "secret" not in other.get("/chat/").content.decode()
    assert other.get(MESSAGES, headers=JSON).json() == {"seq": 0, "messages": []}


def test_the_pass_is_for_this_site_only_and_not_for_scripts(browser: Client) -> None:
    cookie = browser.cookies[pass_cookie.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"], cookie["path"]) == (
        True,
        "Lax",
        30 * 86_400,
        "/",
    )
    assert not cookie["secure"]


def test_behind_tls_the_pass_never_travels_in_the_clear(hotel: Hotel, settings: Any) -> None:
    settings.BEHIND_TLS = True
    assert scan(hotel).cookies[pass_cookie.COOKIE]["secure"]


@pytest.mark.parametrize("wrong", ["x", "x" * 22, "x" * 5_000, "%00", "%0A", "%ff", "ä", "..", "a b", "<script>"])
def test_an_unknown_code_is_a_friendly_404(db: None, wrong: str) -> None:
    response = Client().get(f"/q/{wrong}/")
    assert response.status_code == 404
    assert page_texts("en")["not_found_title"] in response.content.decode()
    assert pass_cookie.COOKIE not in response.cookies


def test_a_revoked_code_is_a_friendly_404_in_the_browsers_language(hotel: Hotel) -> None:
    hotel.places.update(revoked_at=timezone.now())
    response = Client().get(f"/q/{code(hotel)}/", headers={"Accept-Language": "de-AT,de;q=0.9"})
    assert response.status_code == 404
    assert page_texts("de")["not_found_title"] in response.content.decode()


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("de-AT,en;q=0.5", "de"), ("fr,de;q=0.3", "de"), ("pt", "en"), ("", "en"), ("*", "en"), (",;q=,", "en")],
)
def test_a_conversation_begins_in_the_browsers_language(hotel: Hotel, accepted: str, language: str) -> None:
    Client().get(f"/q/{code(hotel)}/", headers={"Accept-Language": accepted})
    assert Conversation.objects.get().language == language


# --- the page ---------------------------------------------------------------
@pytest.mark.parametrize("path", ["/chat/", MESSAGES, "/menu/", "/menu/cafe/"])
@pytest.mark.parametrize("value", [None, "", "forged", "a:b:c", "ä"])
def test_without_a_pass_there_is_a_friendly_403(hotel: Hotel, path: str, value: str | None) -> None:
    browser = Client()
    if value is not None:
        browser.cookies[pass_cookie.COOKIE] = value
    response = browser.get(path)
    assert response.status_code == 403
    assert page_texts("en")["ended_title"] in response.content.decode()


def test_without_a_pass_json_says_so_as_well(hotel: Hotel) -> None:
    for response in (Client().get(MESSAGES, headers=JSON), Client().post(MESSAGES, {"text": "x"}, headers=JSON)):
        assert (response.status_code, response.json()["code"]) == (403, "closed")


def test_a_conversation_that_is_over_says_so(browser: Client) -> None:
    Conversation.objects.update(closed_at=timezone.now())
    assert browser.get("/chat/").status_code == 403
    for response in (browser.get(MESSAGES, headers=JSON), post(browser)):
        assert (response.status_code, response.json()["code"]) == (410, "closed")


PAYLOAD = "<script>alert('x')</script><img src=x onerror=alert(1)>"


def test_what_a_guest_writes_is_shown_as_text(browser: Client) -> None:
    for page in (post(browser, PAYLOAD) and browser.get("/chat/"), browser.get(MESSAGES)):
        shown = page.content.decode()
        assert "&lt;script&gt;alert" in shown
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown


def test_what_a_hotel_writes_cannot_run_either(hotel: Hotel) -> None:
    Article.objects.filter(key="parking").update(
        answer={"en": f"{PAYLOAD} [here](javascript:alert(1))"}, question={"en": f"{PARKING} {PAYLOAD}"}
    )
    hotel.name = f"Hotel {PAYLOAD}"
    hotel.save()
    browser = scan(hotel)
    said = post(browser).json()["messages"][1]
    assert said["sources"][0]["key"] == "parking"
    for path in ("/chat/", MESSAGES, said["receipt"]):
        shown = browser.get(path).content.decode()
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert 'href="javascript' not in shown


def test_the_page_changes_its_language_to_one_that_is_offered(browser: Client) -> None:
    for wanted, language in (("de", "de"), ("fr", "de"), ("\x00", "de"), ("en", "en")):
        shown = browser.get("/chat/", {"lang": wanted}).content.decode()
        assert f'<html lang="{language}">' in shown


def test_the_page_finishes_what_a_dead_process_left(browser: Client) -> None:
    turns.begin(conversation_of(browser), PARKING, uuid.uuid4())
    assert "pending" in browser.get("/chat/").content.decode()
    Message.objects.update(created_at=timezone.now() - dt.timedelta(minutes=1))
    assert "Behind the" in browser.get("/chat/").content.decode()
    assert Message.objects.get(seq=2).status == "complete"


# --- asking without a socket ------------------------------------------------
def test_a_form_leads_back_to_the_page(browser: Client) -> None:
    response = browser.post(MESSAGES, {"text": PARKING})
    assert (response.status_code, response["Location"]) == (303, "/chat/#last")
    shown = browser.get("/chat/").content.decode()
    assert "Behind the <strong>house</strong>." in shown


def test_htmx_gets_a_fragment(browser: Client) -> None:
    response = browser.post(MESSAGES, {"text": PARKING}, headers={"HX-Request": "true"})
    shown = response.content.decode()
    assert response.status_code == 200
    assert "<html" not in shown
    assert shown.count("data-seq=") == 2


@pytest.mark.parametrize("content_type", ["form", "application/json", "application/json; charset=utf-8"])
def test_json_gets_the_frames(browser: Client, content_type: str) -> None:
    id = str(uuid.uuid4())
    sent = {"text": PARKING, "id": id}
    if content_type == "form":
        response = browser.post(MESSAGES, sent, headers=JSON)
    else:
        response = browser.post(MESSAGES, json.dumps(sent), content_type=content_type, headers=JSON)
    told = response.json()
    assert (response.status_code, told["seq"]) == (200, 2)
    question, answer = told["messages"]
    assert (question["type"], question["seq"], question["role"], question["id"]) == ("message", 1, "guest", id)
    assert (answer["seq"], answer["reply_to"], answer["outcome"]) == (2, 1, "answered")
    assert answer["sources"] == [{"type": "article", "key": "parking", "label": PARKING}]
    assert {"html", "items", "claims", "receipt"} <= answer.keys()
    assert "Accept" in response["Vary"]
    assert "no-store" in response["Cache-Control"]


def test_the_same_id_is_one_message_and_one_answer(browser: Client) -> None:
    id = str(uuid.uuid4())
    assert post(browser, id=id).json() == post(browser, id=id).json()
    assert Message.objects.count() == 2


def test_a_repeat_finishes_what_a_dead_process_left(browser: Client) -> None:
    id = uuid.uuid4()
    turns.begin(conversation_of(browser), PARKING, id)
    assert post(browser, id=str(id)).json()["messages"][1]["outcome"] == "answered"


@pytest.mark.parametrize(
    ("fields", "status", "refused"),
    [
        ({"text": None}, 400, "bad_frame"),
        ({"text": ""}, 400, "bad_frame"),
        ({"text": " \n\t"}, 400, "bad_frame"),
        ({"text": "\x00"}, 400, "bad_frame"),
        ({"text": "\u200b"}, 400, "bad_frame"),
        ({"text": "x", "id": "x"}, 400, "bad_frame"),
        ({"text": "x" * 2_001}, 413, "too_long"),
        ({"text": None, "confirm": "2"}, 400, "bad_frame"),
        ({"text": None, "confirm": "2", "accept": "maybe"}, 400, "bad_frame"),
        ({"text": None, "confirm": "2", "accept": "true"}, 400, "bad_frame"),
        ({"text": None, "confirm": "-2", "accept": "true"}, 400, "bad_frame"),
        ({"text": None, "confirm": "9" * 5_000, "accept": "true"}, 400, "bad_frame"),
        ({"text": None, "confirm": "٢", "accept": "true"}, 400, "bad_frame"),
    ],
)
def test_a_bad_form_is_refused(browser: Client, fields: dict[str, Any], status: int, refused: str) -> None:
    response = post(browser, **fields)
    assert (response.status_code, response.json()["type"], response.json()["code"]) == (status, "error", refused)
    sent = {name: value for name, value in fields.items() if value is not None}
    plain = browser.post(MESSAGES, sent)
    assert (plain.status_code, plain["Location"]) == (303, f"/chat/?notice={refused}")
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"text": 1, "id": "0f8fad5b-d9cb-469f-a165-70867728950e"}',
        b'{"text": "x"}',
        b'{"text": "x", "id": 1}',
        b'{"confirm": "2", "accept": true}',
        b'{"confirm": 2, "accept": "true"}',
        b'{"confirm": null}',
        b'{"text": "x", "id": ' + b"9" * 5_000 + b"}",
    ],
)
def test_a_bad_body_is_refused(browser: Client, body: bytes) -> None:
    response = browser.post(MESSAGES, body, content_type="application/json", headers=JSON)
    assert (response.status_code, response.json()["code"]) == (400, "bad_frame")


def test_a_body_without_end_is_refused(browser: Client) -> None:
    body = b'{"text": "' + b"x" * 3_000_000
    assert browser.post(MESSAGES, body, content_type="application/json", headers=JSON).status_code in {400, 413}


def test_2000_characters_of_any_writing_are_taken(browser: Client) -> None:
    assert post(browser, "🍎" * 2_000).json()["messages"][0]["text"] == "🍎" * 2_000


def test_faster_than_the_pace_is_told_when_to_come_back(browser: Client) -> None:
    for _ in range(10):
        assert post(browser).status_code == 200
    response = post(browser)
    assert (response.status_code, response.json()["code"]) == (429, "rate_limited")
    assert 0 < response.json()["retry_after_s"] <= int(response["Retry-After"]) <= 2
    plain = browser.post(MESSAGES, {"text": PARKING})
    assert plain["Location"] == "/chat/?notice=rate_limited"
    assert page_texts("en")["script"]["rate_limited"] in browser.get(plain["Location"]).content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_words_without_holes(language: str) -> None:
    t = page_texts(language)
    for refused in ("bad_frame", "too_long", "rate_limited", "busy", "unavailable", "closed"):
        words = t["script"][refused]
        assert words
        assert "{" not in words


@pytest.mark.parametrize("notice", ["today", "you", "<script>", "\x00", "rate_limited "])
def test_only_refusals_are_shown_as_notices(browser: Client, notice: str) -> None:
    shown = browser.get("/chat/", {"notice": notice}).content.decode()
    assert re.search(r'id="notice"[^>]*></p>', shown)


def test_a_database_that_refuses_is_told(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any) -> Any:
        raise DatabaseError("away")

    monkeypatch.setattr(turns, "begin", refuse)
    response = post(browser)
    assert (response.status_code, response.json()["code"], response["Retry-After"]) == (503, "unavailable", "2")


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "", "http://testserver.evil.example", "http://[", "http://testserver/x"]
)
def test_another_site_neither_asks_nor_reads(browser: Client, origin: str) -> None:
    for response in (
        browser.post(MESSAGES, {"text": PARKING}, headers={"Origin": origin}),
        browser.get(MESSAGES, headers={"Origin": origin}),
    ):
        assert response.status_code == 403
    assert not Message.objects.exists()


def test_our_own_page_does(browser: Client) -> None:
    response = browser.post(MESSAGES, {"text": PARKING}, headers={"Origin": "http://testserver"})
    assert response.status_code == 303


# --- a word on a proposed request -----------------------------------------------
def test_a_form_confirms_a_request(browser: Client) -> None:
    post(browser, TOWELS)
    response = browser.post(MESSAGES, {"confirm": "2", "accept": "true"})
    assert (response.status_code, response["Location"]) == (303, "/chat/#message-2")
    assert ServiceRequest.objects.get().status == "new"
    assert Message.objects.count() == 2


@pytest.mark.parametrize("content_type", ["form", "application/json"])
@pytest.mark.parametrize(("accept", "status"), [(True, "new"), (False, "cancelled")])
def test_json_gets_the_requests_frame(browser: Client, content_type: str, accept: bool, status: str) -> None:
    post(browser, TOWELS)
    if content_type == "form":
        response = post(browser, None, confirm="2", accept="true" if accept else "false")
    else:
        sent = json.dumps({"confirm": 2, "accept": accept})
        response = browser.post(MESSAGES, sent, content_type=content_type, headers=JSON)
    told = response.json()
    assert (told["type"], told["seq"], told["kind"], told["status"]) == ("request", 2, "housekeeping", status)
    assert post(browser, None, confirm="2", accept="true").json()["status"] == status


def test_htmx_gets_the_message_with_its_request(browser: Client) -> None:
    post(browser, TOWELS)
    response = browser.post(MESSAGES, {"confirm": "2", "accept": "true"}, headers={"HX-Request": "true"})
    shown = response.content.decode()
    assert shown.count("data-seq=") == 1
    assert page_texts("en")["request_status"]["new"] in shown


def test_a_form_rates_an_answer_and_the_page_shows_it(browser: Client) -> None:
    answer = post(browser).json()["messages"][1]
    for value in ("1", "-1", "-1"):
        response = browser.post(MESSAGES, {"rate": answer["seq"], "value": value})
        assert (response.status_code, response["Location"]) == (303, f"/chat/#message-{answer['seq']}")
    assert [rating.value for rating in Rating.objects.all()] == [-1]
    pressed = re.findall(r'value="(-?1)" aria-pressed="true"', browser.get("/chat/").content.decode())
    assert pressed == ["-1"]


def test_json_rates_an_answer_and_gets_it_with_its_rating(browser: Client) -> None:
    answer = post(browser).json()["messages"][1]
    response = browser.post(MESSAGES, {"rate": answer["seq"], "value": "1"}, headers=JSON)
    assert response.json() == {"seq": answer["seq"], "messages": [answer | {"rating": 1}]}


@pytest.mark.parametrize(
    "fields", [{"rate": "1", "value": "1"}, {"rate": "2", "value": "0"}, {"rate": "x", "value": "1"}]
)
def test_what_is_no_rating_is_refused(browser: Client, fields: dict[str, str]) -> None:
    post(browser)
    response = browser.post(MESSAGES, fields, headers=JSON)
    assert (response.status_code, response.json()["code"]) == (400, "bad_frame")
    assert not Rating.objects.exists()


def test_a_tab_of_another_conversation_neither_asks_nor_reads(hotel: Hotel, browser: Client) -> None:
    before = str(conversation_of(browser))
    scan(hotel, "table-1", browser)
    now = str(conversation_of(browser))
    for response in (
        post(browser, conversation=before),
        browser.get(MESSAGES, {"conversation": before}, headers=JSON),
    ):
        assert (response.status_code, response.json()["conversation"]) == (409, now)
    assert browser.post(MESSAGES, {"text": PARKING, "conversation": before})["Location"] == "/chat/"
    assert not Message.objects.exists()
    assert post(browser, conversation=now).status_code == 200


def test_nobody_confirms_for_another(hotel: Hotel, browser: Client) -> None:
    post(browser, TOWELS)
    assert post(scan(hotel), None, confirm="2", accept="true").status_code == 400
    assert ServiceRequest.objects.get().status == "proposed"


# --- reading what came after ----------------------------------------------------
def test_what_came_after_every_number(browser: Client) -> None:
    post(browser)
    post(browser)
    for after in range(6):
        told = browser.get(MESSAGES, {"after": after}, headers=JSON).json()
        assert told["seq"] == 4
        assert [frame["seq"] for frame in told["messages"]] == list(range(after + 1, 5))
        assert browser.get(MESSAGES, {"after": after}).content.decode().count("data-seq=") == max(0, 4 - after)
    assert len(browser.get(MESSAGES, headers=JSON).json()["messages"]) == 4


@pytest.mark.parametrize(
    "after", ["", "-1", "1.0", "+1", " 1", "x", "٣", "1e3", "0x1", "2147483648", "9" * 5_000, "\x00", "1\n"]
)
def test_after_is_a_number_and_nothing_else(browser: Client, after: str) -> None:
    response = browser.get(MESSAGES, {"after": after}, headers=JSON)
    assert (response.status_code, response.json()["code"]) == (400, "bad_frame")


def test_the_largest_number_is_after_everything(browser: Client) -> None:
    assert browser.get(MESSAGES, {"after": 2**31 - 1}, headers=JSON).json()["messages"] == []


# --- verbs ------------------------------------------------------------------
@pytest.mark.parametrize(
    ("path", "verbs"),
    [
        ("/q/x/", ["post", "put", "patch", "delete", "head"]),
        ("/chat/", ["post", "put", "patch", "delete"]),
        (MESSAGES, ["put", "patch", "delete"]),
        ("/menu/", ["post", "put", "patch", "delete"]),
        ("/r/x/", ["post", "put", "patch", "delete"]),
    ],
)
def test_other_verbs_are_not_allowed(browser: Client, path: str, verbs: list[str]) -> None:
    for verb in verbs:
        response: HttpResponse = getattr(browser, verb)(path)
        assert response.status_code == 405, verb


# --- the receipt ------------------------------------------------------------
def test_a_receipt_shows_what_an_answer_was_made_from(browser: Client) -> None:
    answer = post(browser, WHEAT).json()["messages"][1]
    Message.objects.update(created_at=dt.datetime(2026, 11, 24, 11, 30, tzinfo=dt.UTC))
    response = Client().get(answer["receipt"])  # a receipt may be shown to others: its code is its key
    shown = response.content.decode()
    assert response.status_code == 200
    assert answer["html"] in shown
    assert "Plum cake" in shown
    assert "contains wheat" in shown
    assert "24 Nov 2026, 12:30" in shown


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", ["contains", "may_contain", "free", "unknown"])
def test_a_receipt_says_every_claim_in_words(browser: Client, language: str, status: str) -> None:
    answer = post(browser, WHEAT).json()["messages"][1]
    claims = [{"item": "plum-cake", "allergen": "nuts.almond", "status": status}]
    Message.objects.filter(seq=2).update(language=language, claims=claims)
    shown = Client().get(answer["receipt"]).content.decode()
    assert f'<div data-status="{status}">' in shown
    assert page_texts(language)["receipt_allergens"] in shown
    statement = page_texts(language)["claim"][status]
    assert "{allergen}" in statement
    assert "{" not in shown.split("<main")[1]


def test_a_receipt_outlives_the_dish(browser: Client) -> None:
    answer = post(browser, WHEAT).json()["messages"][1]
    MenuItem.objects.all().delete()
    shown = Client().get(answer["receipt"]).content.decode()
    assert "Plum cake" in shown  # the label was kept with the answer
    assert "plum-cake" in shown  # the dish's name is gone, its key is left


@pytest.mark.parametrize("wrong", ["x", "%00", "ä", "x" * 5_000])
def test_an_unknown_receipt_is_a_friendly_404(db: None, wrong: str) -> None:
    assert Client().get(f"/r/{wrong}/").status_code == 404


# --- the real server --------------------------------------------------------
websockets = pytest.importorskip("websockets")


def get(url: str, **headers: str) -> tuple[int, Any]:
    """Return the status and headers of a real request that follows no redirect."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *arguments: Any) -> None:
            return None

    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.build_opener(Stay).open(request, timeout=20) as response:
            return response.status, response.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers


def real_pass(served: conftest.Hotel) -> str:
    status, headers = get(served.guest_link)
    assert status == 302
    return str(headers["Set-Cookie"]).split(";")[0]


async def handshake(served: conftest.Hotel, *lines: str, path: str = "/ws/chat/", host: str = "") -> int:
    """Return the status of a handshake written by hand; a browser could not send most of these."""
    address = urlsplit(served.address)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    head = [
        f"GET {path} HTTP/1.1",
        f"Host: {host or address.netloc}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        *lines,
    ]
    writer.write("\r\n".join([*head, "", ""]).encode("latin-1"))
    try:
        line = await asyncio.wait_for(reader.readline(), 20)
        return int(line.split()[1])
    finally:
        writer.close()


async def test_the_real_server_refuses_with_403_and_never_with_500(running_hotel: conftest.Hotel) -> None:
    served = running_hotel
    own, cookie = f"Origin: {served.address}", f"Cookie: {real_pass(served)}"
    assert await handshake(served, own, cookie) == 101
    refused: list[tuple[tuple[str, ...], dict[str, str]]] = [
        ((cookie,), {}),
        ((own,), {}),
        ((own, "Cookie: guestchat=forged"), {}),
        ((own, "Cookie: guestchat=\xe4\xff"), {}),
        ((own, cookie), {"path": "/"}),
        ((own, cookie), {"path": "/ws/"}),
        ((own, cookie), {"path": "/ws/%0A"}),
        ((own, cookie), {"path": "/ws/chat"}),
        ((own, cookie), {"host": "evil.example"}),
        (("Origin: http://evil.example", cookie), {"host": "evil.example"}),
        *(
            ((f"Origin: {origin}", cookie), {})
            for origin in (
                "",
                "null",
                "https://evil.example",
                f"{served.address}.evil.example",
                f"{served.address}/",
                "http://",
                "http://[",
                "http://[::1",
                "http://a:b:c",
                "http://127.0.0.1:99999999",
                "://",
                "nonsense",
                "file:///",
                "\xe4",
            )
        ),
        ((own, own, cookie), {}),
    ]
    statuses = {str(each): await handshake(served, *each[0], **each[1]) for each in refused}
    assert statuses == dict.fromkeys(statuses, 403)


async def test_the_real_server_answers_through_a_real_socket(running_hotel: conftest.Hotel) -> None:
    served = running_hotel
    socket_url = served.address.replace("http", "ws", 1) + "/ws/chat/"
    headers = {"Cookie": real_pass(served)}
    async with websockets.connect(socket_url, origin=served.address, additional_headers=headers) as socket:

        async def hear() -> Any:
            return json.loads(await asyncio.wait_for(socket.recv(), 20))

        assert (await hear())["type"] == "welcome"
        for bad in (b"\x00\x01", "", "[" * 10_000, "x" * 20_000):
            await socket.send(bad)
            assert (await hear())["code"] == "bad_frame"
        await socket.send(json.dumps({"type": "ask", "id": str(uuid.uuid4()), "text": "When is breakfast?"}))
        heard = [await hear()]
        while heard[-1]["type"] != "answer.finished":
            heard.append(await hear())
        assert heard[-1]["outcome"] == "answered"
        assert all(source["label"] for source in heard[-1]["sources"])


async def test_the_real_server_refuses_hosts_that_are_not_its_own(running_hotel: conftest.Hotel) -> None:
    for path in ("/chat/", "/q/x/", "/livez"):
        status, _headers = await asyncio.to_thread(get, running_hotel.address + path, Host="evil.example")
        assert status == 400
