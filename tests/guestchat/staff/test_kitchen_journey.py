"""A dish sold out from the kitchen door, on a phone, and the very next guest."""

import pytest

from tests.guestchat.guest.conftest import Hotel
from tests.guestchat.guest.test_page_with_staff import OpenPhone, write
from tests.guestchat.staff.conftest import OpenScreen

expect = pytest.importorskip("playwright.sync_api").expect


def test_the_next_guest_knows_what_is_sold_out(
    open_phone: OpenPhone, open_screen: OpenScreen, running_hotel: Hotel
) -> None:
    guest, guest_watch = open_phone()
    guest.goto(running_hotel.guest_link)
    answers = guest.locator('[data-role="assistant"] .body')
    write(guest, "Is the Linden burger available?")
    expect(answers.last).to_contain_text("Linden burger")
    expect(answers.last).not_to_contain_text("sold out")

    cook, watch = open_screen("kitchen", "phone")
    cook.goto("/staff/lindenhof/kitchen/")
    cook.get_by_label("Find a dish").fill("linden burger")
    cook.get_by_label("Find a dish").press("Enter")
    burger = cook.locator(".dish", has_text="Linden burger")
    burger.get_by_role("button", name="Sold out").tap()
    expect(cook.locator(".dish.is-out", has_text="Linden burger")).to_be_visible()

    write(guest, "Is the Linden burger available?")
    expect(answers.last).to_contain_text("sold out")
    burger.get_by_role("button", name="There again").tap()
    expect(cook.locator(".dish.is-out", has_text="Linden burger")).to_have_count(0)
    assert (guest_watch.complaints, watch.complaints) == ([], [])
