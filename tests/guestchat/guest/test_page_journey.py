"""A guest's way through the page, in a real browser against the real server."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.guestchat.guest.conftest import Hotel, Watch

OpenPhone = Callable[..., tuple[Any, Watch]]

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect  # noqa: E402

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)  # a busy machine answers late; what is tested is that it does

BREAKFAST = "When is breakfast?"
# A socket that never opens and never says why, as a hotel's proxy makes them.
NO_SOCKETS = """
window.WebSocket = class { static CONNECTING = 0; static OPEN = 1; readyState = 0; send() {} close() {} };
"""


def type_and_send(page: Any, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.keyboard.press("Enter")


def answers(page: Any) -> Any:
    return page.locator('.message[data-role="assistant"][data-status="complete"] .body')


def questions(page: Any) -> Any:
    return page.locator('.message[data-role="guest"]')


@pytest.fixture
def guest(open_phone: OpenPhone, running_hotel: Hotel) -> tuple[Any, Watch]:
    """A guest who has just scanned the code in a room."""
    page, watch = open_phone()
    page.goto(running_hotel.guest_link)
    return page, watch


def test_the_page_says_what_it_is_before_anything_is_asked(guest: tuple[Any, Watch]) -> None:
    page, _watch = guest
    expect(page).to_have_url(re.compile(r"/chat/$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Hotel Lindenhof")
    expect(page.get_by_text("I’m the hotel’s automatic assistant.")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Ask a person")).to_be_in_viewport()
    expect(questions(page)).to_have_count(0)


def test_a_typed_question_is_answered_and_kept(guest: tuple[Any, Watch], running_hotel: Hotel) -> None:
    page, watch = guest
    type_and_send(page, BREAKFAST)
    expect(answers(page)).to_contain_text("07:00")
    expect(page.locator(".source")).to_have_text("Restaurant Linden")
    expect(page.get_by_label("Your message")).to_be_focused()
    expect(page.locator("#spoken")).to_contain_text("07:00")
    expect(questions(page).get_by_label("Sent")).to_have_count(1)
    assert page.evaluate("localStorage.length") == 0
    said = answers(page).inner_text()

    page.reload()
    expect(questions(page).locator(".body")).to_have_text(BREAKFAST)
    expect(answers(page)).to_have_text(said)

    assert {urlsplit(url).netloc for url in watch.requests} == {urlsplit(running_hotel.address).netloc}
    assert watch.complaints == []


def test_a_growing_answer_is_written_piece_by_piece(open_phone: OpenPhone, running_hotel: Hotel) -> None:
    page, _watch = open_phone()
    frames: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))
    page.goto(running_hotel.guest_link)
    type_and_send(page, BREAKFAST)
    expect(answers(page)).to_contain_text("07:00")
    kinds = [re.search(r'"type": ?"([a-z.]+)"', frame) for frame in frames]
    told = [kind[1] for kind in kinds if kind]
    assert told[:3] == ["welcome", "resumed", "message"]
    assert told.index("answer.started") < told.index("answer.delta") < told.index("answer.finished")


def test_a_suggestion_is_asked_with_one_tap(guest: tuple[Any, Watch]) -> None:
    page, _watch = guest
    chip = page.locator("#suggestions .chip").first
    wording = chip.inner_text()
    chip.tap()
    expect(questions(page).locator(".body")).to_have_text(wording)
    expect(answers(page)).not_to_have_text("")


def test_a_person_is_one_tap_away(guest: tuple[Any, Watch]) -> None:
    page, _watch = guest
    page.get_by_role("button", name="Ask a person").tap()
    expect(questions(page).locator(".body")).to_have_text("I would like to talk to someone")
    expect(answers(page)).not_to_have_text("")


def test_a_proposed_request_waits_for_the_guests_word(guest: tuple[Any, Watch]) -> None:
    page, _watch = guest
    type_and_send(page, "Could I get two more towels please?")
    page.locator("#messages").get_by_role("button", name="Yes, send it to the hotel").tap()
    expect(page.locator("#messages .request")).to_contain_text("Sent to the hotel team")
    page.reload()
    expect(page.locator("#messages .request")).to_contain_text("Sent to the hotel team")


def test_a_question_written_offline_is_sent_once_on_return(guest: tuple[Any, Watch]) -> None:
    page, _watch = guest
    page.context.set_offline(True)
    type_and_send(page, BREAKFAST)
    expect(questions(page).get_by_label("Waiting to be sent")).to_have_count(1)
    expect(page.get_by_text("Connection lost, trying again…")).to_be_visible()
    assert BREAKFAST in page.evaluate("JSON.stringify(localStorage)")

    page.context.set_offline(False)
    expect(answers(page)).to_contain_text("07:00")
    expect(page.get_by_text("Connection lost, trying again…")).to_be_hidden()
    assert page.evaluate("localStorage.length") == 0
    page.reload()
    expect(questions(page)).to_have_count(1)


def test_a_socket_closed_cleanly_is_opened_again(guest: tuple[Any, Watch]) -> None:
    page, _watch = guest
    page.add_init_script("""
        const Real = WebSocket;
        window.sockets = [];
        window.WebSocket = class extends Real { constructor(...all) { super(...all); sockets.push(this); } };
    """)
    with page.expect_websocket() as first:
        page.reload()
    first.value.wait_for_event("framereceived")
    with page.expect_websocket():
        page.evaluate("sockets[0].close(1000)")
    type_and_send(page, BREAKFAST)
    expect(answers(page)).to_contain_text("07:00")


def test_a_network_that_blocks_sockets_still_answers(guest: tuple[Any, Watch]) -> None:
    page, watch = guest
    page.add_init_script(NO_SOCKETS)
    page.reload()
    type_and_send(page, BREAKFAST)
    expect(answers(page)).to_contain_text("07:00", timeout=15_000)
    expect(page.get_by_text("Slow connection")).to_be_visible()
    expect(questions(page)).to_have_count(1)

    type_and_send(page, "Could I get two more towels please?")
    page.locator("#messages").get_by_role("button", name="Yes, send it to the hotel").tap()
    expect(page.locator("#messages .request")).to_contain_text("Sent to the hotel team")
    assert watch.complaints == []


def test_a_login_page_of_the_wifi_loses_nothing(guest: tuple[Any, Watch]) -> None:
    page, _watch = guest
    page.add_init_script(NO_SOCKETS)
    page.route(
        "**/chat/messages/**", lambda route: route.fulfill(status=403, content_type="text/html", body="<p>Log in")
    )
    page.reload()
    type_and_send(page, BREAKFAST)
    expect(page.get_by_text("Connection lost, trying again…")).to_be_visible()
    page.unroute("**/chat/messages/**")
    page.get_by_role("button", name="Try now").tap()
    expect(answers(page)).to_contain_text("07:00")
    expect(questions(page)).to_have_count(1)


def test_the_form_works_without_a_script(open_phone: OpenPhone, running_hotel: Hotel) -> None:
    page, _watch = open_phone(java_script_enabled=False)
    page.goto(running_hotel.guest_link)
    page.get_by_label("Your message").fill(BREAKFAST)
    page.get_by_role("button", name="Send").click()
    expect(page).to_have_url(re.compile(r"/chat/#last$"))
    expect(answers(page)).to_contain_text("07:00")


def test_a_proposed_request_is_confirmed_without_a_script(open_phone: OpenPhone, running_hotel: Hotel) -> None:
    page, _watch = open_phone(java_script_enabled=False)
    page.goto(running_hotel.guest_link)
    page.get_by_label("Your message").fill("Could I get two more towels please?")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("button", name="Yes, send it to the hotel").click()
    expect(page.locator(".request")).to_contain_text("Sent to the hotel team")


def test_the_page_changes_its_language(guest: tuple[Any, Watch]) -> None:
    page, _watch = guest
    page.locator(".intro").get_by_role("link", name="Deutsch").tap()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_role("button", name="Team fragen")).to_be_visible()


def test_an_unknown_code_is_told_kindly(open_phone: OpenPhone, running_hotel: Hotel) -> None:
    page, _watch = open_phone()
    response = page.goto(f"{running_hotel.address}/q/no-such-code/")
    assert response.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("This code is no longer valid")


def test_every_target_is_large_enough(guest: tuple[Any, Watch]) -> None:
    page, _watch = guest
    type_and_send(page, BREAKFAST)
    expect(answers(page)).to_contain_text("07:00")
    small = page.evaluate("""
        [...document.querySelectorAll("button, a, summary, textarea")]
            .filter((target) => target.checkVisibility() && !target.matches(".skip"))
            .filter((target) => Math.min(target.offsetWidth, target.offsetHeight) < 24)
            .map((target) => target.outerHTML.slice(0, 80))
    """)
    assert small == []


def test_nothing_is_wider_than_the_phone(guest: tuple[Any, Watch]) -> None:
    page, _watch = guest
    type_and_send(page, "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz" * 3)
    expect(answers(page)).not_to_have_text("")
    assert page.evaluate("document.getElementById('log').scrollWidth") <= 390
