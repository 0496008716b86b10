"""A gap closed at the desk, with its proof, and the very next guest who asks."""

import pytest

from tests.guestchat.guest.conftest import Hotel
from tests.guestchat.guest.test_page_with_staff import OpenPhone, write
from tests.guestchat.staff.conftest import OpenScreen

expect = pytest.importorskip("playwright.sync_api").expect


def test_a_question_asked_in_vain_gets_its_answer(
    open_phone: OpenPhone, open_screen: OpenScreen, running_hotel: Hotel
) -> None:
    guest, guest_watch = open_phone()
    guest.goto(running_hotel.guest_link)
    answers = guest.locator('[data-role="assistant"] .body')
    write(guest, "Is there a piano I can play?")
    expect(answers.last).to_contain_text("I don't know that")

    desk, watch = open_screen("manager")
    desk.goto("/staff/lindenhof/")
    desk.get_by_role("link", name="Unanswered").click()
    gap = desk.locator(".gap", has_text="piano")
    expect(gap.locator(".gap-times")).to_have_text("3×")  # two of other days are with it
    gap.get_by_role("link").click()
    desk.get_by_label("Answer").first.fill("Yes, a grand piano stands in Café Wintergarten. Please play until 21:00.")
    desk.get_by_role("button", name="Try it").click()
    expect(desk.locator("#proof")).to_have_text("3 of 3 questions are now answered.")
    write(guest, "Is there a piano I can play?")
    expect(answers.last).to_contain_text("I don't know that")  # nothing is published by trying
    desk.get_by_role("button", name="Publish").click()
    expect(desk.get_by_text("Published.")).to_be_visible()
    expect(desk.locator(".gap", has_text="piano")).to_have_count(0)

    write(guest, "Do you have a piano?")
    expect(answers.last).to_contain_text("a grand piano stands in Café Wintergarten")
    assert (guest_watch.complaints, watch.complaints) == ([], [])
