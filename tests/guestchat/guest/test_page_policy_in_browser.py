"""A real Chromium finds nothing on any page, a guest's or the staff's, that the page's own policy forbids."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.guestchat.guest.conftest import Hotel, Watch

OpenPhone = Callable[..., tuple[Any, Watch]]

pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.browser

# Told by the browser itself, before anything on the page runs.
COLLECT = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) =>
    violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`), true);
"""
STAFF_PAGES = (
    "",
    "menus/menuitem/",
    "menus/menuitem/add/",
    "menus/article/",
    "menus/article/add/",
    "menus/venue/",
    "menus/place/",
    "menus/hotel/",
    "menus/membership/",
    "menus/user/",
    "password_change/",
    "second-factor/set-up/",
)


def visit(page: Any, address: str) -> list[str]:
    """Open a page, let it settle, and return what its policy forbade."""
    page.goto(address)
    page.wait_for_timeout(150)  # scripts that wait for the page to be loaded
    return [f"{urlsplit(page.url).path}: {each}" for each in page.evaluate("violations")]


def test_guests_pages(open_phone: OpenPhone, running_hotel: Hotel) -> None:
    page, watch = open_phone()
    page.add_init_script(COLLECT)
    found = visit(page, running_hotel.guest_link)
    page.get_by_label("Your message").fill("Does the tomato soup contain milk?")
    page.keyboard.press("Enter")
    receipt = page.locator(".message[data-status=complete] .receipt").last
    receipt.wait_for()
    found += page.evaluate("violations")
    addresses = [str(receipt.get_attribute("href")), "/menu/", "/menu/linden/?diet=vegan", "/q/none/", "/r/none/"]
    for address in addresses:
        found += visit(page, running_hotel.address + address)
    page.goto(f"{running_hotel.address}/menu/linden/")
    page.locator("details:has([name=diet])").first.evaluate("details => details.open = true")
    page.get_by_label("Vegan").first.check()  # htmx swaps the dishes
    page.wait_for_timeout(500)
    found += page.evaluate("violations")
    assert found == []
    # The last two of the addresses are not there, and the browser says so.
    assert [each for each in watch.complaints if "404" not in each] == []


def test_staff_pages(open_phone: OpenPhone, running_hotel: Hotel) -> None:
    page, watch = open_phone()
    page.add_init_script(COLLECT)
    way_in = running_hotel.way_in()
    found = visit(page, f"{running_hotel.address}/admin/")
    page.fill("[name=username]", way_in["user"])
    page.fill("[name=password]", way_in["password"])
    page.click("[type=submit]")
    page.wait_for_url(lambda address: urlsplit(address).path == "/admin/")
    found += page.evaluate("violations")
    for address in STAFF_PAGES:
        found += visit(page, f"{running_hotel.address}/admin/{address}")
    for model in ("menuitem", "article", "place", "venue", "hotel"):
        page.goto(f"{running_hotel.address}/admin/menus/{model}/")
        found += visit(page, page.locator("#result_list th a").first.evaluate("link => link.href"))
    assert found == []
    assert watch.complaints == [], watch.requests
