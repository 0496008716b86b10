"""How a chat ends on a phone's screen: its guest deletes it, or the reception says that a new guest comes."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.guestchat.guest.conftest import Hotel, Watch

OpenPhone = Callable[..., tuple[Any, Watch]]

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect  # noqa: E402

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)

BREAKFAST = "When is breakfast?"


def ask(page: Any) -> None:
    page.get_by_label("Your message").fill(BREAKFAST)
    page.keyboard.press("Enter")
    expect(page.locator('.message[data-role="assistant"][data-status="complete"] .body')).to_contain_text("07:00")


def conversation_of(page: Any) -> str:
    return str(page.locator("#page").get_attribute("data-conversation"))


def test_a_guest_deletes_the_chat_and_begins_afresh_in_all_tabs(open_phone: OpenPhone, running_hotel: Hotel) -> None:
    page, watch = open_phone()
    page.goto(running_hotel.guest_link)
    ask(page)
    before = conversation_of(page)
    other = page.context.new_page()
    other.goto(f"{running_hotel.address}/chat/")
    expect(other.locator(".message")).to_have_count(2)

    page.get_by_label("Menu, phone and languages").tap()
    page.locator(".more").get_by_role("link", name="Delete this chat").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Delete this chat?")
    page.get_by_role("link", name="Keep it").tap()
    expect(page.locator(".message")).to_have_count(2)

    page.locator(".intro").get_by_role("link", name="Delete this chat").tap()
    page.get_by_role("button", name="Delete for good").tap()
    expect(page.get_by_text("Your chat has been deleted. This is a new one.")).to_be_visible()
    for tab in (page, other):
        expect(tab.locator("#page")).not_to_have_attribute("data-conversation", before)
        expect(tab.locator(".message")).to_have_count(0)
    assert running_hotel.rows(before) == []
    ask(other)
    expect(page.locator(".message")).to_have_count(2)
    assert watch.complaints == []


def test_a_guest_deletes_the_chat_without_a_script(open_phone: OpenPhone, running_hotel: Hotel) -> None:
    page, _watch = open_phone(java_script_enabled=False)
    page.goto(running_hotel.guest_link)
    page.get_by_label("Your message").fill(BREAKFAST)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".message")).to_have_count(2)
    page.locator(".intro").get_by_role("link", name="Delete this chat").click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("Your chat has been deleted. This is a new one.")).to_be_visible()
    expect(page.locator(".message")).to_have_count(0)


def test_a_new_guest_ends_the_chat_on_the_last_ones_phone(
    open_phone: OpenPhone, guest_browser: Any, running_hotel: Hotel
) -> None:
    phone, _watch = open_phone()
    phone.goto(running_hotel.guest_link)
    ask(phone)

    admin = running_hotel.admin()
    desk = guest_browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    desk.goto(admin["url"])
    desk.get_by_label("Username").fill(admin["user"])
    desk.get_by_label("Password").fill(admin["password"])
    desk.keyboard.press("Enter")
    desk.get_by_role("link", name="Places and codes").first.click()
    desk.get_by_role("link", name="101", exact=True).click()
    desk.get_by_role("button", name="New guest").click()
    expect(desk.get_by_text(re.compile("chats? ended"))).to_be_visible()
    desk.context.close()

    expect(phone.get_by_role("heading", level=1)).to_have_text("This conversation has ended")
    expect(phone.get_by_text(BREAKFAST)).to_have_count(0)
    phone.go_back()
    expect(phone.get_by_text(BREAKFAST)).to_have_count(0)

    phone.goto(running_hotel.guest_link)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Hotel Lindenhof")
    expect(phone.locator(".message")).to_have_count(0)
