"""The attacks of `make fuzz`, short: a real server takes what is hostile, and nothing gets through."""

import asyncio
import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fuzz import attack, frames, payloads
from tests.guestchat.guest.conftest import Hotel

SEED = 20_261_126
FRAMES = 600
REQUESTS = 400
GUESSES = 120
PAYLOADS = 8


@pytest.fixture(scope="module")
def hostile_hotel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotel]:
    """A product of its own: what is sent here would weigh on the tests of others."""
    hotel = Hotel(tmp_path_factory.mktemp("hostile"))
    try:
        hotel.start()
        attack.settle(hotel, PAYLOADS)
        yield hotel
    finally:
        hotel.end()


def test_there_are_three_hundred_payloads() -> None:
    assert len(set(payloads.PAYLOADS)) == len(payloads.PAYLOADS) >= 300


def test_frames_are_of_every_kind() -> None:
    chance = random.Random(SEED)
    sent = [frames.frame(chance) for _ in range(2000)]
    assert len(set(sent)) > 1500
    assert any(len(each) > 16_384 for each in sent)
    assert sum(not frames._is_utf8(each) for each in sent) > 3


def test_mutated_frames(hostile_hotel: Hotel) -> None:
    told, held = asyncio.run(attack.by_frames(hostile_hotel, FRAMES, seed=SEED, guests=12))
    assert held, told
    assert told["came_back"]["error bad_frame"] > FRAMES / 4


def test_odd_requests(hostile_hotel: Hotel) -> None:
    told, held = asyncio.run(attack.by_requests(hostile_hotel, REQUESTS, seed=SEED))
    assert held, told
    assert {"200", "302", "403", "404"} <= told["answers"].keys()


def test_guessed_codes(hostile_hotel: Hotel) -> None:
    told, held = asyncio.run(attack.by_guesses(hostile_hotel, GUESSES, connections=40))
    assert held, told
    # Two seconds for each that was told to wait, on 40 connections.
    assert told["answers"]["429"] >= GUESSES - 40
    assert told["guesses_per_second"] < 40


def test_more_slow_refusals_than_connections_starve_nobody(hostile_hotel: Hotel) -> None:
    """A refusal that waits held a connection to the database: a dozen of them shut everybody out."""
    told, held = asyncio.run(attack.by_guesses(hostile_hotel, 100, connections=100))
    assert held, told
    assert told["guest_answers"].keys() == {"302"}


@pytest.mark.browser
def test_script_payloads(hostile_hotel: Hotel, guest_browser: Any) -> None:
    told, held = attack.by_pages(hostile_hotel, guest_browser, details=3, most=PAYLOADS)
    assert held, told
    assert told["guest"]["payloads_on_them"] > 100
    assert told["staff"]["payloads_on_them"] > 100
