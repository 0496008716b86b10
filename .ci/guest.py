"""Owns a scripted guest: scans a room's code, asks over the socket, compares the answers with the hotel's own file."""

import asyncio
import datetime as dt
import http.client
import json
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import websockets

ANSWER_WITHIN_S = 10
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def main() -> None:
    """Be a guest of the hotel that the given checkout serves; exit 1 with a sentence where something is wrong."""
    clone = Path(sys.argv[1])
    hotel = json.loads(manage(clone, "export_hotel", "lindenhof"))
    places = json.loads(manage(clone, "places", "lindenhof", "--json"))
    link = next(place["url"] for place in places if place["kind"] == "room")
    questions = [breakfast_tomorrow(hotel), price_of_a_dish(hotel), check_out(hotel)]
    asyncio.run(ask(link, scan(link), questions))


def manage(clone: Path, *arguments: str) -> str:
    """Return what one of the product's own commands prints."""
    command = [str(clone / ".venv" / "bin" / "python"), "manage.py", *arguments]
    return subprocess.run(command, cwd=clone, capture_output=True, text=True, check=True, timeout=60).stdout


# --- what must be in the answers, from the exported file --------------------
def breakfast_tomorrow(hotel: dict[str, Any]) -> tuple[str, list[str]]:
    """Ask for tomorrow's breakfast; its hours are those of the restaurant's entry of that name."""
    tomorrow = dt.datetime.now(ZoneInfo(hotel["hotel"]["timezone"])).date() + dt.timedelta(days=1)
    entries = [entry for venue in hotel["venues"] if venue["kind"] == "restaurant" for entry in venue["opening_hours"]]
    named = [entry for entry in entries if "breakfast" in english(entry.get("label")).lower()]
    dated = [entry for entry in entries if entry.get("date") == tomorrow.isoformat() and not entry.get("closed")]
    on_day = [entry for entry in named if DAYS[tomorrow.weekday()] in (entry.get("days") or [])]
    times = next(([entry["opens"], entry["closes"]] for entry in (dated or on_day)), [])
    return "What time is breakfast tomorrow?", times


def price_of_a_dish(hotel: dict[str, Any]) -> tuple[str, list[str]]:
    """Ask for the price of a dish whose name only one dish has."""
    dishes = [
        item
        for venue in hotel["venues"]
        for menu in venue["menus"]
        for section in menu["sections"]
        for item in section["items"]
    ]
    names = [english(dish["name"]) for dish in dishes]
    dish = next(
        dish
        for dish in dishes
        if dish["price"] and dish.get("available", True) and sum(english(dish["name"]) in name for name in names) == 1
    )
    return f"How much is the {english(dish['name'])}?", [dish["price"]]


def check_out(hotel: dict[str, Any]) -> tuple[str, list[str]]:
    """Ask until when a room can be kept."""
    return "When is check-out?", [hotel["hotel"]["check_out"]]


def english(text: Any) -> str:
    """Return a text of the hotel file in the language that the guest speaks."""
    return str(text.get("en") or next(iter(text.values()))) if isinstance(text, dict) else text or ""


# --- at the door ------------------------------------------------------------
def scan(link: str) -> str:
    """Follow the code's link as a browser does, without following further; return the cookie that it gives."""
    address = urlsplit(link)
    connection = http.client.HTTPConnection(address.netloc, timeout=10)
    connection.request("GET", address.path)
    answer = connection.getresponse()
    cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
    if answer.status not in {302, 303} or answer.getheader("Location") != "/chat/" or not cookie:
        sys.exit(f"{link} leads nowhere: {answer.status} {answer.getheader('Location')} {cookie!r}")
    answer.read()
    connection.request("GET", "/chat/", headers={"Cookie": cookie})
    page = connection.getresponse()
    if page.status != 200 or b'role="log"' not in page.read():
        sys.exit(f"/chat/ is no page to chat on: {page.status}")
    return cookie


async def ask(link: str, cookie: str, questions: list[tuple[str, list[str]]]) -> None:
    """Ask each question, compare, then come back and find all of it."""
    host = urlsplit(link).netloc
    door = websockets.connect(
        f"ws://{host}/ws/chat/", additional_headers={"Cookie": cookie}, origin=websockets.Origin(f"http://{host}")
    )
    async with door as socket:
        await frame(socket, "welcome")
        for number, (question, facts) in enumerate(questions):
            started = time.perf_counter()
            await socket.send(json.dumps({"type": "ask", "id": str(uuid.uuid4()), "text": question}))
            finished = await frame(socket, "answer.finished")
            taken = (time.perf_counter() - started) * 1000
            print(f"{'first answer' if not number else 'answer':21} {taken:6.1f} ms  {question}", flush=True)
            missing = [fact for fact in facts if fact not in finished["text"]]
            if finished["outcome"] != "answered" or not facts or missing:
                sys.exit(f"{question}\n{finished['outcome']}: {finished['text']}\nlacks {missing} of {facts}")
    async with door as socket:
        await frame(socket, "welcome")
        await socket.send(json.dumps({"type": "resume", "after": 0}))
        messages = []
        while (received := await frame(socket, "message", "resumed"))["type"] != "resumed":
            messages.append(received)
    if [each["seq"] for each in messages] != list(range(1, received["seq"] + 1)):
        sys.exit(f"The history has gaps: {[each['seq'] for each in messages]}")
    if [each["text"] for each in messages if each["role"] == "guest"] != [question for question, _facts in questions]:
        sys.exit("The history is not what was asked.")


async def frame(socket: websockets.ClientConnection, *kinds: str) -> dict[str, Any]:
    """Return the next frame of one of these kinds; an error ends the guest."""
    async with asyncio.timeout(ANSWER_WITHIN_S):
        while True:
            received: dict[str, Any] = json.loads(await socket.recv())
            if received["type"] == "error":
                sys.exit(f"error frame: {received}")
            if received["type"] in kinds:
                return received


if __name__ == "__main__":
    main()
