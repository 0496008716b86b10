"""Owns looking at every page that shows a hostile hotel's texts, in a real Chromium, as a guest and as the staff."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from tests.fuzz import house

# Told by the browser itself: a script that the policy stops has got into the page all the same.
_COLLECT = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) =>
    violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`), true);
"""
_ANSWERS = ".message[data-role=assistant][data-status=complete]"
# Elements and attributes that no template of a guest's page has.
_FOREIGN = """() => [...document.querySelectorAll("*")].filter((element) =>
    element.matches("iframe, object, embed, base, video, math, animate, frame, img, style, meta[http-equiv=refresh]") ||
    [...element.attributes].some((each) => each.name.startsWith("on") || each.name.startsWith("x-") ||
        each.name.startsWith("hx-on") || /^\\s*(javascript|data):/i.test(each.value))
).map((element) => element.outerHTML.slice(0, 200))"""


@dataclass(kw_only=True)
class Seen:
    """What the browser met with."""

    pages: int = 0
    dialogs: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    payloads: int = 0

    def told(self) -> dict[str, int]:
        """Return the figures."""
        return {
            "pages": self.pages,
            "payloads_on_them": self.payloads,
            "dialogs": len(self.dialogs),
            "policy_violations": len(self.violations),
            "foreign_elements": len(self.foreign),
            "server_errors": len(self.failures),
        }


class Reader:
    """A browser that opens pages one after the other and notes what happens."""

    def __init__(self, browser: Any, address: str, *, is_staff: bool) -> None:
        self.address, self.is_staff, self.seen = address, is_staff, Seen()
        self.context = browser.new_context()
        self.page = self.context.new_page()
        self.page.add_init_script(_COLLECT)
        self.page.on("dialog", self._dialog)
        self.page.on("response", lambda answer: answer.status >= 500 and self.seen.failures.append(answer.url))

    def _dialog(self, dialog: Any) -> None:
        # The admin asks before an unsaved form is left; that is its own.
        if dialog.type != "beforeunload":
            self.seen.dialogs.append(f"{self.page.url} {dialog.message}")
        dialog.dismiss() if dialog.type != "beforeunload" else dialog.accept()

    def open(self, address: str, *, settle_ms: int = 60) -> None:
        """Open a page, let what it would run run, and note it."""
        self.page.goto(urljoin(self.address, address), timeout=120_000)
        self.page.wait_for_timeout(settle_ms)
        self.note()

    def note(self) -> None:
        """Note what is on the page now."""
        self.seen.pages += 1
        self.seen.payloads += self.page.content().count("alert(1)")
        self.seen.violations += [f"{self.page.url} {each}" for each in self.page.evaluate("window.violations || []")]
        if not self.is_staff:
            self.seen.foreign += self.page.evaluate(_FOREIGN)

    def links(self, selector: str) -> list[str]:
        """Return where a page's links lead."""
        found: list[str] = self.page.eval_on_selector_all(selector, "links => links.map((each) => each.href)")
        return found


def look_as_guest(browser: Any, links: Iterable[str], questions: Iterable[str]) -> Seen:
    """Scan the codes; in the first chat ask through the page; see each chat, each receipt, the menus."""
    seen = Seen()
    for number, (link, asked) in enumerate(zip(links, _shared(list(questions)), strict=False)):
        reader = Reader(browser, link, is_staff=False)
        reader.open(link)
        for text in asked:
            answered = reader.page.locator(_ANSWERS).count()
            reader.page.get_by_label(re.compile("message|Nachricht", re.IGNORECASE)).fill(text)
            reader.page.keyboard.press("Enter")
            reader.page.wait_for_function(
                f"before => document.querySelectorAll('{_ANSWERS}').length > before",
                arg=answered,
                timeout=120_000,
            )
        reader.note()
        reader.open("/chat/")
        for receipt in reader.links("a.receipt"):
            reader.open(receipt)
        if number == 0:
            reader.open("/menu/?diet=vegan&without=<script>alert(1)</script>")
            reader.open("/menu/")
            venues = {urlsplit(each).path for each in reader.links("a[href*='/menu/']")}
            for venue in sorted(venues - {"/menu/"}):
                reader.open(venue)
                reader.open(f"{venue}?lang=de&diet=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
        reader.context.close()
        _add(seen, reader.seen)
    return seen


def look_as_staff(browser: Any, address: str, way_in: dict[str, str], *, details: int) -> Seen:
    """Log in, see all list pages with all their pages and searches, and so many rows of each kind."""
    reader = Reader(browser, address, is_staff=True)
    reader.page.goto(f"{address}/admin/")
    reader.page.fill("[name=username]", way_in["user"])
    reader.page.fill("[name=password]", way_in["password"])
    reader.page.click("[type=submit]")
    reader.page.wait_for_url(lambda url: urlsplit(url).path == "/admin/")
    for model in ("menuitem", "article", "venue", "menu", "menusection", "option", "place", "hotel"):
        lists = f"/admin/menus/{model}/"
        reader.open(f"{lists}?q=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E")
        rows: list[str] = []
        for number in range(1, 1 + (20 if details > 10 else 1)):
            reader.open(f"{lists}?p={number}" if model == "hotel" else f"{lists}?p={number}&q=alert")
            more = reader.links("#result_list th a")
            if not set(more) - set(rows):
                break
            rows += [each for each in more if each not in rows]
        for row in rows[:details]:
            reader.open(row)
            if model in {"article", "place"} and row == rows[0]:
                reader.open(row.replace("change/", "delete/"))
                reader.open(row.replace("change/", "history/"))
    reader.context.close()
    return reader.seen


def questions(payloads: Iterable[str]) -> Iterator[str]:
    """Return what guests ask: the payload itself, and the question whose answer holds it."""
    for number, payload in enumerate(payloads):
        yield payload
        yield house.question(number, payload)


def _shared(asked: list[str], each: int = 6) -> Iterator[list[str]]:
    # Ten may be asked at once; then a guest has to wait.
    for start in range(0, len(asked), each):
        yield asked[start : start + each]


def _add(to: Seen, other: Seen) -> None:
    to.pages += other.pages
    to.payloads += other.payloads
    for name in ("dialogs", "violations", "foreign", "failures"):
        getattr(to, name).extend(getattr(other, name))
