"""Owns `make fuzz`: everything hostile against a real server, and the figures that docs/security.md tells."""

import argparse
import asyncio
import contextlib
import datetime as dt
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.fuzz import attack
from tests.guestchat.guest.conftest import FLAGS, Hotel, chromium

STORED = Path(__file__).resolve().parents[2] / "docs" / "fuzz.json"


def main() -> int:
    """Run what was asked for; return 1 where anything got through."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("parts", nargs="*", default=[], help="of: frames, requests, pages, guesses; all unless given")
    parser.add_argument("--frames", type=int, default=200_000)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--guesses", type=int, default=100_000)
    parser.add_argument("--connections", type=int, default=500, help="of whoever guesses")
    parser.add_argument("--seed", type=int, default=int(dt.date.today().strftime("%Y%m%d")))
    parser.add_argument("--folder", help="an empty folder for the server's data and log, which is kept")
    chosen = parser.parse_args()
    parts = chosen.parts or ["frames", "requests", "pages", "guesses"]
    figures: dict[str, Any] = json.loads(STORED.read_text()) if STORED.exists() else {}
    whole = True
    with contextlib.nullcontext(chosen.folder) if chosen.folder else tempfile.TemporaryDirectory() as folder:
        hotel = Hotel(Path(folder))
        hotel.start()
        try:
            attack.settle(hotel)
            for part in parts:
                begun = time.monotonic()
                print(f"{part} …", flush=True)
                if part == "frames":
                    told, held = asyncio.run(attack.by_frames(hotel, chosen.frames, seed=chosen.seed, guests=100))
                elif part == "requests":
                    told, held = asyncio.run(attack.by_requests(hotel, chosen.requests, seed=chosen.seed))
                elif part == "guesses":
                    told, held = asyncio.run(attack.by_guesses(hotel, chosen.guesses, connections=chosen.connections))
                else:
                    with sync_playwright() as running:
                        browser = running.chromium.launch(executable_path=chromium(), args=FLAGS)
                        told, held = attack.by_pages(hotel, browser, details=40)
                whole = whole and held
                figures[part] = {**told, "took_s": round(time.monotonic() - begun), "seed": chosen.seed}
                print(
                    json.dumps(figures[part], indent=1, ensure_ascii=False),
                    "" if held else "  NOT AS PROMISED",
                    flush=True,
                )
        finally:
            hotel.end()
    figures["measured_on"] = dt.date.today().isoformat()
    STORED.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
    print(f"stored in {STORED.relative_to(STORED.parents[1])}")
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
