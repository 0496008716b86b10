"""Owns the attacks as wholes: what each sends to a running product, its figures, and whether the product held."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.fuzz import frames, guesses, house, pages, payloads, requests
from tests.guestchat.guest.conftest import Hotel

Told = tuple[dict[str, Any], bool]
# What an unforeseen failure leaves in the server's log, whoever caught it.
_TRACES = ("Traceback", '  File "', "a frame failed", "a turn failed", "Internal Server Error", "failed: ")


def settle(hotel: Hotel, most: int = len(payloads.PAYLOADS)) -> None:
    """Import the hostile hotel beside the demo."""
    file = Path(hotel.folder) / "hostile.json"
    file.write_text(json.dumps(house.hotel_file(_some(most))))
    hotel.manage("import_hotel", str(file))


def _some(most: int) -> Sequence[str]:
    """Return so many payloads, from all their kinds."""
    return payloads.PAYLOADS[:: len(payloads.PAYLOADS) // most][:most]


def traces(hotel: Hotel) -> list[str]:
    """Return the lines of the server's log that tell of a failure."""
    log = (Path(hotel.folder) / "log").read_text("utf-8", "replace")
    return [line for line in log.splitlines() if any(each in line for each in _TRACES)]


async def by_frames(hotel: Hotel, most: int, *, seed: int, guests: int) -> Told:
    """Mutated frames on as many sockets; holds where each batch was answered and nothing failed."""
    links = [place["url"] for place in hotel.places()]
    told = await frames.flood([links[number % len(links)] for number in range(guests)], most, seed=seed)
    found = {
        "frames": told["sent"],
        "sockets": guests,
        "came_back": dict(sorted(told.items())),
        "traces": len(traces(hotel)),
    }
    unforeseen = told["error unavailable"] + told["closed for no reason"]
    return found, told["sent"] == most and not unforeseen and not traces(hotel)


async def by_requests(hotel: Hotel, most: int, *, seed: int) -> Told:
    """Odd requests, as nobody, as a guest and as the staff; holds where none is answered with a 5xx."""
    cookies = [frames.pass_of(hotel.guest_link)]
    cookies.append(f"{cookies[0]}; sessionid={hotel.staff_session()}")
    answered = await requests.send(hotel.guest_link, cookies, most, seed=seed)
    found = {
        "requests": answered.statuses.total(),
        "answers": dict(sorted(answered.statuses.items())),
        "server_errors": len(answered.failed),
        "first_errors": answered.failed[:5],
        "traces": len(traces(hotel)),
    }
    return found, not answered.failed and not traces(hotel)


async def by_guesses(hotel: Hotel, most: int, *, connections: int) -> Told:
    """Guessed codes; holds where none is right and the guest of the same address always gets in."""
    found = await guesses.guess(hotel.guest_link, most, connections=connections)
    told = {**found.told(), "connections": connections}
    return told, found.answers.keys() <= {0, 404, 429} and found.guest_answers.keys() == {302} and not traces(hotel)


def by_pages(hotel: Hotel, browser: Any, *, details: int, most: int = len(payloads.PAYLOADS)) -> Told:
    """Script payloads in every text, looked at by Chromium; holds where nothing of them runs or becomes an element."""
    links = [place["url"] for place in hotel.places(house.SLUG)]
    guest = pages.look_as_guest(browser, links, pages.questions(_some(most)))
    staff = pages.look_as_staff(browser, hotel.address, hotel.way_in(), details=details)
    told = {"payloads": most, "guest": guest.told(), "staff": staff.told(), "traces": len(traces(hotel))}
    first = [
        each for seen in (guest, staff) for each in (*seen.dialogs, *seen.violations, *seen.foreign, *seen.failures)
    ]
    told["first_findings"] = first[:5]
    return told, not first and not traces(hotel)
