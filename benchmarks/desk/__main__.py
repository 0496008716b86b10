"""Owns the command: fill a large hotel, ask for every page of its staff, print how long each took, keep the figures."""

import argparse
import http.client
import json
import signal
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from benchmarks import machine, server
from benchmarks.figures import Spread, percentile, spread
from benchmarks.report import rewrite_block

RESULTS = server.ROOT / "benchmarks" / "desk" / "results.json"
DOCUMENT = server.ROOT / "docs" / "performance.md"
FORMAT = "guestchat-desk/1"
MOST_P95_MS = 300.0
_FILL_WITHIN_S = 900
_WARM_UP = 3
# Asked for by a page that is there already.
_PARTS = {"figures, what was asked most"}


def main() -> int:
    """Return 1 where a page took longer than is allowed, 2 where it could not be measured."""
    options = _options()
    # Whoever ends it, in the background too, leaves no server running.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    about = machine.describe(server.ROOT)
    try:
        with server.fresh_house() as house:
            print("Filling the hotel …", file=sys.stderr)
            fill = "from benchmarks.desk import rows; rows.fill()"
            made = json.loads(house.manage("shell", "-v", "0", "-c", fill, within_s=_FILL_WITHIN_S))
            with house.serving() as process:
                server.await_first_answer(house, house.codes()[0])

                def worked_s() -> float:
                    return server.processor_s([process, *house.database()])

                run = {"machine": about, "pages": measure(house.port, made, options.times, worked_s)}
    except server.BenchError as error:
        print(f"desk: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    print(report(run))
    if options.keep:
        RESULTS.write_text(json.dumps({"format": FORMAT, "run": run}, ensure_ascii=False, indent=1) + "\n", "utf-8")
        DOCUMENT.write_text(rewrite_block(DOCUMENT.read_text("utf-8"), report(run), "desk"), "utf-8")
    return 1 if slow(run) else 0


def addresses(made: Mapping[str, Any]) -> dict[str, str]:
    """Return what is asked for, by what it is called."""
    staff, admin = f"/staff/{server.HOTEL}/", "/admin/menus/"
    sheet = urlencode([("form", "a6"), *(("place", each) for each in made["places"])])
    return {
        "hotels": "/staff/",
        "inbox": staff,
        "inbox, all chats": f"{staff}?all=1",
        "one chat": f"{staff}conversations/{made['conversation']}/",
        "requests": f"{staff}requests/",
        "unanswered": f"{staff}gaps/",
        "asked most": f"{staff}gaps/?popular=1",
        "kitchen": f"{staff}kitchen/?menu={made['menu']}",
        "kitchen, a dish looked for": f"{staff}kitchen/?q=pumpkin",
        "allergens": f"{staff}allergens/?menu={made['menu']}",
        "figures, today": f"{staff}figures/?of=day",
        "figures, 7 days": f"{staff}figures/",
        "figures, 30 days": f"{staff}figures/?of=month",
        "figures, what was asked most": f"{staff}figures/?of=month",
        "set-up": f"{staff}start/",
        "to check": f"{staff}truth/",
        "usual questions": f"{staff}start/answers/",
        "ask as a guest": f"{staff}ask/",
        "opening hours": f"{staff}hours/",
        "codes": f"{staff}codes/",
        "a round through the house": f"{staff}codes/patrol/",
        "40 codes to print": f"{staff}codes/sheet/?{sheet}",
        "admin": "/admin/",
        "admin: dishes": f"{admin}menuitem/",
        "admin: dishes, page 100": f"{admin}menuitem/?p=100",
        "admin: dishes looked for": f"{admin}menuitem/?q=pumpkin",
        "admin: a dish": f"{admin}menuitem/{made['dish_pk']}/change/",
        "admin: sections": f"{admin}menusection/",
        "admin: a section": f"{admin}menusection/{made['section_pk']}/change/",
        "admin: menu cards": f"{admin}menu/",
        "admin: a menu card": f"{admin}menu/{made['menu_pk']}/change/",
        "admin: options": f"{admin}option/",
        "admin: venues": f"{admin}venue/",
        "admin: a venue": f"{admin}venue/{made['venue_pk']}/change/",
        "admin: answers": f"{admin}article/",
        "admin: an answer": f"{admin}article/{made['article_pk']}/change/",
        "admin: places": f"{admin}place/",
        "admin: hotels": f"{admin}hotel/",
        "admin: the hotel": f"{admin}hotel/{made['hotel_pk']}/change/",
        "admin: who works where": f"{admin}membership/",
        "admin: deleted chats": "/admin/guestchat/deletion/",
        "admin: connected systems": "/admin/guestchat/webhook/",
    }


def measure(port: int, made: Mapping[str, Any], times: int, worked_s: Callable[[], float]) -> dict[str, Any]:
    """Ask for each page one after the other; return the first time and the spread of the later ones, in ms.

    `worked_s` tells the processor time of server and database so far, which others on the machine do not lengthen.
    """
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    found: dict[str, Any] = {}
    for name, address in addresses(made).items():
        headers = {"Cookie": f"sessionid={made['session']}", **({"HX-Request": "true"} if name in _PARTS else {})}
        first, *_warm = [_ask(line, address, headers) for _time in range(_WARM_UP)]
        before = worked_s()
        took = [_ask(line, address, headers) for _time in range(times)]
        worked = 1_000 * (worked_s() - before) / times
        spread_of = spread(took)
        assert isinstance(spread_of, Spread)
        p95 = percentile(sorted(took), 95)
        found[name] = {
            **spread_of.as_json(),
            "p95": round(p95, 3),
            "first": round(first, 3),
            "worked": round(worked, 1),
        }
        print(f"{name}: {p95:.0f} ms", file=sys.stderr, flush=True)
    return found


def _ask(line: http.client.HTTPConnection, address: str, headers: Mapping[str, str]) -> float:
    begun = time.perf_counter()
    line.request("GET", address, headers=dict(headers))
    answer = line.getresponse()
    answer.read()
    if answer.status not in {200, 302} or "login" in answer.headers.get("Location", ""):
        raise server.BenchError(f"{address} answered {answer.status}.")
    return (time.perf_counter() - begun) * 1_000


def slow(run: Mapping[str, Any]) -> list[str]:
    """Return the pages that took longer than is allowed."""
    return [name for name, page in run["pages"].items() if page["p95"] > MOST_P95_MS]


def report(run: Mapping[str, Any]) -> str:
    """Return a run as Markdown."""
    about, pages = run["machine"], run["pages"]
    count = next(iter(pages.values()))["count"]
    lines = [
        f"{about['date'][:10]}, commit {about['commit'] or 'unknown'}, {about['cores']} cores ({about['processor']}),"
        f" Python {about['python']}, load before the run {about['load_before']:g}. Each page {count} times after"
        f" {_WARM_UP} to warm up, one after the other. P95 over {MOST_P95_MS:.0f} ms:"
        f" {', '.join(slow(run)) or 'none'}.",
        "",
        "| page, ms | P50 | P95 | most | the very first | processor time |",
        "|---|---:|---:|---:|---:|---:|",
        *(
            f"| {name} | " + " | ".join(f"{page[each]:.0f}" for each in ("p50", "p95", "max", "first", "worked")) + " |"
            for name, page in pages.items()
        ),
    ]
    return "\n".join(lines)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.desk", description=__doc__)
    parser.add_argument("--times", type=int, default=40, help="how often each page is asked for")
    parser.add_argument("--keep", action="store_true", help="write the figures down in docs/performance.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
