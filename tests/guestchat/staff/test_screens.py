"""Every staff page in a real browser, on a desk and on a phone: nothing that shuts anybody out, nothing cut off."""

import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.guestchat.staff.conftest import OpenScreen
from tests.guestchat.staff.test_dishes_journey import edited_table

Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
# `make screenshots` keeps what the documents show.
SHOTS = os.environ.get("GUESTCHAT_SCREENSHOTS")
SHOWN = {
    ("inbox", "desk"),
    ("inbox", "phone"),
    ("taken", "desk"),
    ("taken", "phone"),
    ("kitchen", "phone"),
    ("requests", "desk"),
    ("gaps", "desk"),
    ("allergens", "desk"),
    ("figures", "desk"),
    ("figures", "phone"),
    ("truth", "desk"),
    ("hours", "desk"),
    ("patrol", "phone"),
    ("start", "desk"),
    ("start", "phone"),
    ("asked", "desk"),
    ("table", "desk"),
}
# Whose screen, where, and what has to be there before it is looked at.
PAGES = {
    "inbox": ("reception", "/staff/lindenhof/", ".talk"),
    "chats": ("reception", "/staff/lindenhof/?all=1", ".talk"),
    "conversation": ("reception", "room 104", ".message"),
    "taken": ("second", "room 201", "#text"),
    "requests": ("manager", "/staff/lindenhof/requests/", ".card"),
    "gaps": ("reception", "/staff/lindenhof/gaps/", ".gap"),
    "popular": ("reception", "/staff/lindenhof/gaps/?popular=1", ".gap"),
    "gap": ("reception", "scooter", ".draft"),
    "kitchen": ("kitchen", "/staff/lindenhof/kitchen/", ".dish"),
    "allergens": ("kitchen", "/staff/lindenhof/allergens/?menu=linden-dinner", "#matrix"),
    "sheet": ("reception", "/staff/lindenhof/codes/sheet/?form=a6&place=room-101&place=room-104", ".card"),
    "codes": ("reception", "/staff/lindenhof/codes/", "#codes"),
    "hours": ("reception", "/staff/lindenhof/hours/?venue=linden", ".week"),
    "patrol": ("reception", "/staff/lindenhof/codes/patrol/", "#patrol"),
    "figures": ("manager", "/staff/lindenhof/figures/", ".topics"),
    "figures_month": ("manager", "/staff/lindenhof/figures/?of=month", ".chart"),
    "figures_today": ("reception", "/staff/lindenhof/figures/?of=day", ".figures"),
    "truth": ("reception", "/staff/lindenhof/truth/", ".conflicts"),
    "start": ("founder", "/staff/birke/start/", ".step"),
    "usual": ("founder", "/staff/birke/start/answers/", ".draft"),
    "hotels": ("founder", "/staff/", ".choose"),
    "ask": ("kitchen", "/staff/lindenhof/ask/", "#ask"),
    "asked": ("manager", "/staff/lindenhof/ask/", "#ask"),
    "dishes": ("kitchen", "/staff/lindenhof/dishes/", ".file"),
    "table": ("kitchen", "/staff/lindenhof/dishes/", ".file"),
    "orders": ("kitchen", "/staff/lindenhof/requests/", ".card"),
}


def open_page(open_screen: OpenScreen, name: str, screen: str, **options: Any) -> tuple[Any, Any]:
    person, where, there = PAGES[name]
    page, watch = open_screen(person, screen, **options)
    if where.startswith("room"):
        page.goto("/staff/lindenhof/?all=1")
        where = page.locator(".talk", has_text=re.compile(where, re.IGNORECASE)).first.get_attribute("href")
    if name == "gap":
        page.goto("/staff/lindenhof/gaps/")
        where = page.locator(".gap a", has_text=where).first.get_attribute("href")
    page.goto(where)
    page.locator(there).first.wait_for()
    if name == "asked":
        page.get_by_label("Your question").fill("Does the Linden burger contain milk?")
        page.get_by_role("button", name="Ask", exact=True).click()
        page.locator(".ask-said").wait_for()
    if name not in {"sheet", "hotels"}:  # the one is for the printer, the other of no hotel: neither is live
        page.locator('#line[data-state="open"]').wait_for(state="attached")
    if name == "patrol":
        sheet = page.request.get("/staff/lindenhof/codes/sheet/?form=a4&place=room-104").text()
        ours = re.findall(r"http://[^<\s]+/q/[\w-]+/", sheet)[0]
        for text in ("https://free-wifi.example/welcome", ours):
            page.get_by_label("Or type in the address").fill(text)
            page.get_by_role("button", name="Check the address").click()
            page.locator(".patrol-row", has_text="Room" if text == ours else "Not ours").wait_for()
    if name == "table":
        page.get_by_label("Excel workbook").set_input_files(
            edited_table(page, new="Pear strudel", german="Birnenstrudel", price=8.6, milk="free")
        )
        page.get_by_role("button", name="Look at it").click()
        page.locator(".plan").wait_for()
        page.locator('#line[data-state="open"]').wait_for(state="attached")
    return page, watch


@pytest.mark.parametrize("screen", ["desk", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_shuts_nobody_out_and_fits_its_screen(open_screen: OpenScreen, name: str, screen: str) -> None:
    page, watch = open_page(open_screen, name, screen, reduced_motion="reduce")
    if SHOTS and (name, screen) in SHOWN:
        page.screenshot(path=Path(SHOTS, f"staff-{name}-{screen}.png"), full_page=name == "table")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page).response["violations"]
        assert [(each["id"], each["impact"], [node["target"] for node in each["nodes"]]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # Where the page hides what is too wide, that would tell nothing: its parts must end on the screen as well.
    wide = (
        "[...document.querySelectorAll('body > *, main > *')].filter(e => e.getBoundingClientRect().right > innerWidth)"
    )
    if name != "sheet":  # a sheet is as wide as its paper
        assert page.evaluate(f"{wide}.map(e => e.outerHTML.slice(0, 80))") == []
    assert watch.complaints == []
