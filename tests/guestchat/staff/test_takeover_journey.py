"""A guest's phone and two colleagues, at the desk and on a phone: nobody writes over anybody."""

from typing import Any

import pytest

from tests.guestchat.guest.conftest import Hotel
from tests.guestchat.guest.test_page_with_staff import OpenPhone, write
from tests.guestchat.staff.conftest import OpenScreen

expect = pytest.importorskip("playwright.sync_api").expect


def test_two_colleagues_and_a_guest(open_phone: OpenPhone, open_screen: OpenScreen, running_hotel: Hotel) -> None:
    guest, guest_watch = open_phone()
    guest.goto(running_hotel.guest_link)
    notes: Any = guest.locator('[data-role="system"] .body')
    (anna, anna_watch), (ben, ben_watch) = open_screen("reception"), open_screen("second", "phone")
    for colleague in (anna, ben):
        colleague.goto("/staff/lindenhof/")
        expect(colleague.locator("#line")).to_have_text("Live")

    write(guest, "I would like to talk to someone about a late arrival")
    for colleague in (anna, ben):
        colleague.locator(".talk", has_text="late arrival").click()
        expect(colleague.get_by_role("button", name="Take over")).to_be_visible()

    anna.get_by_role("button", name="Take over").click()
    expect(notes.last).to_have_text("Anna from the hotel team has joined. What you write now is read by a person.")
    # Ben sees at once that it is hers, and has nothing to write with.
    expect(ben.get_by_text("Anna Berger has this conversation.")).to_be_visible()
    expect(ben.get_by_label("Your message to the guest")).to_have_count(0)
    anna.get_by_label("Your message to the guest").fill("We keep your room until midnight.")
    anna.keyboard.press("Enter")
    expect(guest.locator('[data-role="staff"] .body')).to_have_text("We keep your room until midnight.")
    expect(ben.get_by_text("We keep your room until midnight.")).to_be_visible()

    # He takes it from her, knowing so. Her page says so, and what she had begun is refused, not sent beside his.
    ben.get_by_role("button", name="Take over from Anna Berger").tap()
    expect(notes.last).to_contain_text("Ben from the hotel team has joined.")
    expect(anna.get_by_text("Ben Okafor has this conversation.")).to_be_visible()
    expect(anna.get_by_label("Your message to the guest")).to_have_count(0)
    write(guest, "And is there something to eat so late?")
    expect(guest.locator('[data-status="passed_on"] .body')).to_have_text("The hotel team has your message.")
    ben.get_by_label("Your message to the guest").fill("Yes, I leave you a sandwich at reception.")
    ben.get_by_role("button", name="Send").tap()
    expect(guest.locator('[data-role="staff"] .body').last).to_have_text("Yes, I leave you a sandwich at reception.")

    # His page has read the talk again: a tap amid that is lost on what it replaces.
    expect(ben.get_by_text("Yes, I leave you a sandwich at reception.")).to_be_visible()
    expect(ben.get_by_label("Your message to the guest")).to_have_value("")
    ben.get_by_role("button", name="Hand back to the assistant").tap()
    expect(notes.last).to_contain_text("The automatic assistant is back.")
    expect(anna.get_by_role("button", name="Take over")).to_be_visible()
    assert (guest_watch.complaints, anna_watch.complaints, ben_watch.complaints) == ([], [], [])
