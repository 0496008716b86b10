"""A guest's page on a bad network, in a real browser: nothing lost, nothing doubled, everything in order.

What the page shows is compared with what the database holds.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.guestchat.guest.conftest import Hotel, Watch
from tests.guestchat.guest.network import Link, Network

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)

OpenPhone = Callable[..., tuple[Any, Watch]]

BREAKFAST = "When is breakfast?"
MAINS = "Which vegan mains do you have?"
PARKING = "Where can I park?"
WIFI = "How do I connect to the Wi-Fi?"


@pytest.fixture
def network(running_hotel: Hotel) -> Iterator[Network]:
    """The way to the hotel, in good order until a test breaks it."""
    network = Network(running_hotel.port)
    yield network
    network.close()


@pytest.fixture
def page(open_phone: OpenPhone, network: Network, running_hotel: Hotel) -> Any:
    """The page of a guest who has just scanned the code in a room, behind that network."""
    page, _watch = open_phone()
    page.goto(network.address + urlsplit(running_hotel.guest_link).path)
    return page


def say(page: Any, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.keyboard.press("Enter")


def answers(page: Any) -> Any:
    return page.locator('.message[data-role="assistant"][data-status="complete"]')


def wait_until(true: Callable[[], bool], within_s: float = 10) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def shown(page: Any) -> list[list[Any]]:
    """Return the messages that the page shows, top to bottom: number, role, status, and a guest's words."""
    return page.evaluate("""
        [...document.querySelectorAll("#messages .message")].map(({ dataset: { seq, role, status }, children }) =>
            [Number(seq), role, status, role === "guest" ? children[1].textContent : ""])
    """)


def held(hotel: Hotel, page: Any) -> list[list[Any]]:
    """Return the same of the database; checks that numbers have no gap and every question its one answer."""
    rows = hotel.rows(page.locator("#page").get_attribute("data-conversation"))
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    assert [row[3] for row in rows if row[1] == "assistant"] == [row[0] for row in rows if row[1] == "guest"]
    return [[seq, role, status, text if role == "guest" else ""] for seq, role, status, _reply_to, text in rows]


def agree(hotel: Hotel, page: Any, asked: list[str]) -> None:
    """Wait until the page shows all that was asked, answered; then compare it with the database, and reload."""
    expect(answers(page)).to_have_count(len(asked), timeout=30_000)
    assert shown(page) == held(hotel, page)
    assert [text for _seq, role, _status, text in shown(page) if role == "guest"] == asked
    assert page.evaluate("localStorage.length") == 0
    page.reload()
    expect(answers(page)).to_have_count(len(asked))
    assert shown(page) == held(hotel, page)


# --- the line breaks ------------------------------------------------------------
def test_an_answer_whose_socket_is_cut_is_completed(page: Any, network: Network, running_hotel: Hotel) -> None:
    network.when_told("answer.delta", Link.cut)
    say(page, MAINS)
    agree(running_hotel, page, [MAINS])
    assert network.handshakes >= 2


def test_a_question_whose_acknowledgement_is_lost_is_one_message(
    page: Any, network: Network, running_hotel: Hotel
) -> None:
    say(page, PARKING)
    expect(answers(page)).to_have_count(1)
    network.freeze(mute=False)
    say(page, BREAKFAST)
    wait_until(lambda: len(held(running_hotel, page)) == 4)
    expect(page.get_by_label("Waiting to be sent")).to_have_count(1)
    network.cut()
    agree(running_hotel, page, [PARKING, BREAKFAST])


def test_a_socket_that_dies_silently_is_noticed(page: Any, network: Network, running_hotel: Hotel) -> None:
    say(page, PARKING)
    expect(answers(page)).to_have_count(1)
    network.freeze()
    say(page, BREAKFAST)
    agree(running_hotel, page, [PARKING, BREAKFAST])


def test_an_answer_that_freezes_is_completed(page: Any, network: Network, running_hotel: Hotel) -> None:
    network.when_told("answer.delta", lambda link: network.freeze())
    say(page, MAINS)
    agree(running_hotel, page, [MAINS])


def test_what_is_tapped_while_the_line_is_down_arrives(page: Any, network: Network, running_hotel: Hotel) -> None:
    say(page, "Could I get two more towels please?")
    card = page.locator("#messages .request")
    expect(card).to_have_attribute("data-status", "proposed")
    network.freeze()
    card.get_by_role("button", name="Yes, send it to the hotel").tap()
    expect(card).to_contain_text("Being sent")
    page.locator("#messages").get_by_role("button", name="Helpful", exact=True).tap()
    network.cut()
    expect(card).to_contain_text("Sent to the hotel team")
    page.wait_for_timeout(500)
    page.reload()
    expect(card).to_contain_text("Sent to the hotel team")
    helpful = page.locator("#messages").get_by_role("button", name="Helpful", exact=True)
    expect(helpful).to_have_attribute("aria-pressed", "true")


# --- the phone is offline -------------------------------------------------------
def test_what_is_written_offline_survives_a_reload_and_leaves_in_order(
    page: Any, network: Network, running_hotel: Hotel
) -> None:
    asked = [BREAKFAST, PARKING, WIFI, MAINS]
    say(page, asked[0])
    expect(answers(page)).to_have_count(1)
    page.context.set_offline(True)
    for text in asked[1:]:
        say(page, text)
    expect(page.get_by_label("Waiting to be sent")).to_have_count(3)
    # A page can only be loaded with a network; it must find them before they can leave, so both ways are shut before.
    network.upgrades = "refuse"
    network.cut()
    page.route("**/chat/messages/**", lambda route: route.abort())
    page.context.set_offline(False)
    page.reload()
    expect(page.get_by_label("Waiting to be sent")).to_have_count(3)
    network.upgrades = "pass"
    page.unroute("**/chat/messages/**")
    agree(running_hotel, page, asked)


def test_more_questions_than_the_pace_allows_all_arrive_in_order(page: Any, running_hotel: Hotel) -> None:
    asked = [f"{PARKING} {number}" for number in range(12)]
    page.context.set_offline(True)
    for text in asked:
        say(page, text)
    page.context.set_offline(False)
    expect(page.get_by_text("Your message goes out by itself in")).to_be_visible()
    agree(running_hotel, page, asked)


# --- two tabs, a locked phone ---------------------------------------------------
def test_two_tabs_show_the_same(page: Any, network: Network, running_hotel: Hotel) -> None:
    other = page.context.new_page()
    other.goto(page.url)
    say(page, BREAKFAST)
    expect(answers(other)).to_have_count(1)
    page.context.set_offline(True)
    say(page, PARKING)
    expect(other.get_by_label("Waiting to be sent")).to_have_count(1)
    say(other, WIFI)
    expect(page.get_by_label("Waiting to be sent")).to_have_count(2)
    page.context.set_offline(False)
    agree(running_hotel, page, [BREAKFAST, PARKING, WIFI])
    agree(running_hotel, other, [BREAKFAST, PARKING, WIFI])


def test_what_one_tab_wrote_is_sent_by_the_other(page: Any, running_hotel: Hotel) -> None:
    other = page.context.new_page()
    other.goto(page.url)
    page.context.set_offline(True)
    say(page, PARKING)
    say(other, WIFI)
    page.close()
    other.context.set_offline(False)
    agree(running_hotel, other, [PARKING, WIFI])


def test_a_tab_of_another_place_says_nothing_there(page: Any, network: Network, running_hotel: Hotel) -> None:
    say(page, BREAKFAST)
    expect(answers(page)).to_have_count(1)
    page.context.set_offline(True)
    say(page, PARKING)
    before = page.locator("#page").get_attribute("data-conversation")
    # Somewhere else the same browser scans another code; here that is done by forgetting the first.
    page.context.clear_cookies()
    page.context.set_offline(False)
    other = page.context.request.get(network.address + urlsplit(running_hotel.guest_link).path)
    assert other.ok
    page.wait_for_function("before => document.getElementById('page').dataset.conversation !== before", arg=before)
    expect(page.locator(".message")).to_have_count(0)
    assert page.evaluate("localStorage.length") == 0


def test_a_phone_that_is_unlocked_is_back_at_once(page: Any, network: Network, running_hotel: Hotel) -> None:
    say(page, PARKING)
    expect(answers(page)).to_have_count(1)
    network.freeze()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    wait_until(lambda: network.handshakes == 2, within_s=4.5)
    say(page, BREAKFAST)
    agree(running_hotel, page, [PARKING, BREAKFAST])


# --- a network that lets no socket through --------------------------------------
@pytest.mark.parametrize("upgrades", ["refuse", "swallow"])
def test_without_sockets_plain_requests_stand_in_and_sockets_come_back(
    page: Any, network: Network, running_hotel: Hotel, upgrades: str
) -> None:
    network.upgrades = upgrades
    network.cut()
    page.reload()
    began = time.monotonic()
    say(page, BREAKFAST)
    expect(answers(page)).to_have_count(1)
    assert time.monotonic() - began < 5.5
    expect(page.get_by_text("Slow connection")).to_be_visible()
    page.locator("#messages").get_by_role("button", name="Not helpful").tap()
    say(page, PARKING)
    expect(answers(page)).to_have_count(2)

    network.upgrades = "pass"
    network.cut()
    expect(page.get_by_text("Slow connection")).to_be_hidden()
    say(page, WIFI)
    agree(running_hotel, page, [BREAKFAST, PARKING, WIFI])
    rated = page.locator("#message-2").get_by_role("button", name="Not helpful")
    expect(rated).to_have_attribute("aria-pressed", "true")


# --- the hotel's own server goes --------------------------------------------------
def test_a_server_killed_amid_an_answer_is_missed_by_nobody(page: Any, network: Network, running_hotel: Hotel) -> None:
    say(page, BREAKFAST)
    expect(answers(page)).to_have_count(1)
    network.when_told("answer.started", lambda link: running_hotel.kill())
    try:
        say(page, MAINS)
        expect(page.get_by_text("Connection lost")).to_be_visible()
        say(page, PARKING)
        statuses = [status for _seq, _role, status, _text in held(running_hotel, page)]
        assert statuses[:3] == ["complete"] * 3
        assert statuses[3:] in (["pending"], ["complete"])  # the answer may have been committed in that very moment
    finally:
        running_hotel.start()
    agree(running_hotel, page, [BREAKFAST, MAINS, PARKING])
