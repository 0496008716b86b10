"""A guest's phone and the reception's screen side by side, in a real browser: a call, a takeover, the way back."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.guestchat.guest.conftest import Hotel, Watch

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect
OpenPhone = Callable[..., tuple[Any, Watch]]


def write(page: Any, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.get_by_label("Your message").press("Enter")


def answered_late(route: Any) -> None:
    """Let the server do what it was asked at once, and the browser hear of it a second later."""
    answer = route.fetch()
    time.sleep(1)
    route.fulfill(response=answer)


def test_a_guest_asks_for_a_person_who_takes_over_writes_and_hands_back(
    open_phone: OpenPhone, guest_browser: Any, running_hotel: Hotel
) -> None:
    guest, guest_watch = open_phone()
    guest.goto(running_hotel.guest_link)
    admin = running_hotel.admin()
    # The colleague at the desk has a wide screen; nothing is loaded anew by hand from here on.
    desk = guest_browser.new_context(viewport={"width": 1280, "height": 860})
    staff, complaints = desk.new_page(), []
    staff.goto(f"{running_hotel.address}/staff/")
    staff.fill("[name=username]", admin["user"])
    staff.fill("[name=password]", admin["password"])
    staff.keyboard.press("Enter")
    staff.wait_for_url("**/staff/lindenhof/")
    staff.on("console", lambda said: said.type in {"error", "warning"} and complaints.append(said.text))
    staff.on("pageerror", lambda error: complaints.append(str(error)))
    expect(staff.locator("#line")).to_have_text("Live")

    write(guest, "I would like to talk to someone about my shower")
    expect(guest.locator('[data-role="assistant"] .body').last).to_contain_text("passed your message on")
    call = staff.locator(".talk", has_text="about my shower")
    expect(call).to_contain_text("Asks for a person")
    call.click()
    staff.get_by_role("button", name="Take over").click()
    expect(guest.locator('[data-role="system"]').last).to_contain_text("is read by a person")
    expect(guest.locator(".request-status").last).to_have_text("The hotel team has seen it")

    expect(staff.get_by_label("Your message to the guest")).to_be_focused()
    staff.keyboard.type("Good evening, Marek is on his way.")
    staff.keyboard.press("Enter")
    expect(guest.locator('[data-role="staff"] .body')).to_have_text("Good evening, Marek is on his way.")
    expect(staff.get_by_label("Your message to the guest")).to_have_value("")

    staff.keyboard.type("half a sen")  # what comes in takes nothing away from who is writing
    write(guest, "What time is breakfast?")
    expect(guest.locator('[data-status="passed_on"] .body')).to_have_text("The hotel team has your message.")
    expect(guest.get_by_text("07:00")).to_have_count(0)
    expect(staff.locator('[data-role="guest"] .body').last).to_have_text("What time is breakfast?")
    expect(staff.locator("#spoken")).to_contain_text("What time is breakfast?")
    expect(staff.get_by_label("Your message to the guest")).to_have_value("half a sen")

    # The nudge that the hand-back causes is looked into before the hand-back itself is answered.
    staff.route("**/hand-back/", answered_late)
    staff.get_by_role("button", name="Hand back to the assistant").click()
    expect(guest.locator('[data-role="system"]').last).to_contain_text("assistant is back")
    expect(staff.get_by_role("button", name="Take over")).to_be_visible()
    write(guest, "When is breakfast served?")
    expect(guest.locator('[data-role="assistant"] .body').last).to_contain_text("07:00")
    assert (guest_watch.complaints, complaints) == ([], [])
    desk.close()


def test_a_request_is_taken_and_done_on_a_phone(open_phone: OpenPhone, running_hotel: Hotel) -> None:
    guest, _watch = open_phone()
    guest.goto(running_hotel.guest_link)
    write(guest, "Could I get three more pillows please?")
    guest.get_by_role("button", name="Yes, send it to the hotel").tap()
    status = guest.locator(".request-status")
    expect(status).to_have_text("Sent to the hotel team")
    staff, watch = open_phone()
    admin = running_hotel.admin()
    staff.goto(f"{running_hotel.address}/staff/lindenhof/requests/")
    staff.fill("[name=username]", admin["user"])
    staff.fill("[name=password]", admin["password"])
    staff.keyboard.press("Enter")
    card = staff.locator(".card", has_text="pillows")
    card.get_by_role("button", name="I’ll do it").tap()
    expect(status).to_have_text("The hotel team has seen it")
    card.get_by_role("button", name="Done").tap()
    expect(status).to_have_text("Done")
    expect(card).to_contain_text("Done")
    assert staff.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert watch.complaints == []
