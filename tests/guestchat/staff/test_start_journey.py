"""From the first login to a published hotel, by the steps alone, at a desk and on a phone; then its first guest."""

from typing import Any

import pytest

from tests.guestchat.guest.conftest import Hotel, Watch
from tests.guestchat.guest.test_page_with_staff import OpenPhone, write
from tests.guestchat.staff.conftest import SCREENS

expect = pytest.importorskip("playwright.sync_api").expect
ANSWERS = {
    "wifi": "The network is called Birke, without a password.",
    "parking": "Behind the house, free of charge.",
    "breakfast": "From 7:00 to 10:30 in the café.",
    "luggage": "Leave it at reception, it is locked away.",
    "pets": "Dogs are welcome at EUR 10 a night.",
    "smoking": "On the terrace.",
    "safe": "In every wardrobe.",
    "hairdryer": "In every bathroom.",
    "payment": "In cash or by card.",
    "invoice": "We send it to you by e-mail.",
}


class Founder:
    """Whoever sets a hotel up, and goes from step to step."""

    def __init__(self, page: Any, address: str, slug: str) -> None:
        self.page, self.address, self.slug = page, address, slug

    def log_in(self, way_in: dict[str, str]) -> None:
        self.page.goto(f"{self.address}/admin/")
        self.page.fill("[name=username]", way_in["user"])
        self.page.fill("[name=password]", way_in["password"])
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "/login/" not in url)

    def save(self) -> None:
        self.page.get_by_role("button", name="Save", exact=True).click()
        self.page.wait_for_load_state()
        assert self.page.locator(".errornote, .errorlist").all_inner_texts() == [], self.page.url

    def step(self, key: str, call: str) -> None:
        """Go to the set-up by way of the hotels, and take a step that is still to be done."""
        self.page.goto(f"{self.address}/staff/")
        self.page.get_by_role("link", name=f"Haus {self.slug}").click()
        step = self.page.locator(f"#step-{key}")
        expect(step).not_to_have_class("step is-done")
        step.get_by_role("link", name=call).click()

    def add_row(self, group: str, **values: str) -> None:
        """Begin a row of a table below a form, and fill it in."""
        self.page.locator(f"#{group}-group").get_by_role("link", name="Add another").click()
        for name, value in values.items():
            self.page.fill(f'[name="{group}-0-{name}"]', value)


@pytest.mark.parametrize("screen", ["desk", "phone"])
def test_a_new_hotel_gets_from_its_first_login_to_its_first_guest(
    open_phone: OpenPhone, guest_browser: Any, running_hotel: Hotel, screen: str
) -> None:
    touch: dict[str, Any] = {"has_touch": True, "is_mobile": True} if screen == "phone" else {}
    context = guest_browser.new_context(viewport=SCREENS[screen], locale="en-GB", **touch)
    page, watch, slug = context.new_page(), Watch(), f"birke-{screen}"
    page.on("pageerror", lambda error: watch.complaints.append(str(error)))
    page.set_default_timeout(6000)
    founder = Founder(page, running_hotel.address, slug)
    founder.log_in(running_hotel.admin())

    page.goto(f"{running_hotel.address}/admin/menus/hotel/add/")
    page.fill("[name=name]", f"Haus {slug}")
    page.fill("[name=slug]", slug)
    page.locator("[name=languages]").fill("en")
    founder.save()
    expect(page.get_by_role("heading", name="On the way to your first guest")).to_be_visible()
    expect(page.locator(".start-done")).to_contain_text("of 10 done")

    founder.step("details", "Fill in")
    for name, value in {"address": "Am Wald 1", "phone": "+49 30 1", "check_in": "15:00", "check_out": "11:00"}.items():
        page.fill(f"[name={name}]", value)
    page.fill("[name=description__en]", "A small house at the wood.")
    founder.save()

    founder.step("places", "Add a place")
    page.select_option("[name=kind]", "room")
    page.fill("[name=label]", "1")
    founder.save()

    founder.step("venue", "Add a venue")
    page.fill("[name=name__en]", "Café Birke")
    page.select_option("[name=kind]", "cafe")
    founder.save()

    founder.step("hours", "Write the hours")
    page.locator('[name="line.0.mon"]').fill("7–18")
    page.get_by_role("button", name="Every day the same").click()
    page.get_by_role("button", name="Save the hours").click()
    expect(page.locator('[name="line.0.sun"]')).to_have_value("07:00–18:00")

    founder.step("menu", "Write the menu")
    founder.add_row("menus", name__en="Cakes and coffee")
    page.get_by_role("button", name="Save and continue editing").click()
    page.locator("#menus-group .row-page").first.click()
    founder.add_row("sections", name__en="Cakes")
    page.get_by_role("button", name="Save and continue editing").click()
    page.locator("#sections-group .row-page").first.click()
    founder.add_row("items", name__en="Birch cake", price="4.50")
    founder.save()

    founder.step("allergens", "Declare them")
    page.get_by_label("Milk: Birch cake").select_option("contains")
    page.get_by_role("button", name="Save all").click()
    expect(page.get_by_text("1 dish saved.")).to_be_visible()

    founder.step("answers", "Write answers")
    for key, answer in ANSWERS.items():
        page.locator(f"#id_{key}").fill(answer)
    page.get_by_role("button", name="Publish what is written").click()
    expect(page.get_by_text("10 answers published.")).to_be_visible()

    founder.step("ask", "Ask a question")
    page.get_by_label("Your question").fill("Is there Wi-Fi?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".ask-said")).to_have_text("The network is called Birke, without a password.")
    expect(page.locator(".proof")).to_contain_text("How do I get onto the Wi-Fi?")

    founder.step("published", "Print codes")
    page.get_by_role("button", name="Show the sheets").click()
    link = page.locator(".address").first.inner_text().strip()

    guest, guest_watch = open_phone()
    guest.goto(link)
    write(guest, "Does the birch cake contain milk?")
    expect(guest.locator('[data-role="assistant"] .body').last).to_contain_text("milk")
    page.goto(f"{running_hotel.address}/staff/{slug}/start/")
    expect(page.get_by_role("heading", name="Everything is set up")).to_be_visible()
    expect(page.locator(".start-done")).to_contain_text("10 of 10 done")
    assert (watch.complaints, guest_watch.complaints) == ([], [])
    context.close()
