"""The codes that hang in rooms: their links and pictures."""

from typing import Any

import pytest

from menus import qr
from menus.models import Place


@pytest.fixture
def place(settings: Any) -> Place:
    settings.GUESTCHAT_BASE_URL = "https://chat.seeblick.example"
    return Place(key="room-12", kind="room", label="12", code="re0iy6fOe-n44h2BLFl1oQ")


def test_the_link_holds_the_code(place: Place) -> None:
    assert qr.guest_link(place) == "https://chat.seeblick.example/q/re0iy6fOe-n44h2BLFl1oQ/"


def test_the_picture_scales_with_its_container(place: Place) -> None:
    picture = qr.svg(place)
    assert picture.startswith("<svg ")
    assert 'viewBox="0 0 ' in picture
    assert " width=" not in picture


def test_the_terminal_shows_blocks(place: Place) -> None:
    lines = qr.terminal(place).splitlines()
    assert len(lines) > 15
    assert "█" in "".join(lines) or "▀" in "".join(lines)


def test_another_code_is_another_picture(place: Place) -> None:
    before = qr.svg(place)
    place.code = "x" * 22
    assert qr.svg(place) != before
