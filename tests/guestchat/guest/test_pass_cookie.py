"""A browser's pass: what it says, and that only we can write one."""

import time
import uuid

import pytest
from django.core import signing
from django.core.signing import TimestampSigner
from hypothesis import given
from hypothesis import strategies as st

from guestchat.guest import pass_cookie
from guestchat.guest.pass_cookie import Pass

ONE, TWO = uuid.uuid4(), uuid.uuid4()


def signed(kept: object) -> str:
    return signing.dumps(kept, salt="guestchat.guest.pass")


def test_a_pass_says_what_was_written_into_it() -> None:
    held = Pass(conversation=ONE, hotel=1, by_place={3: TWO, 7: ONE})
    assert pass_cookie.read(held.write()) == held


def test_a_pass_keeps_the_last_eight_places_and_fits_into_a_cookie() -> None:
    held = Pass(conversation=ONE, hotel=1, by_place={2**40 + number: uuid.uuid4() for number in range(20)})
    read = pass_cookie.read(held.write())
    assert read is not None
    assert list(read.by_place) == [2**40 + number for number in range(12, 20)]
    assert len(held.write()) < 2_000


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "x",
        ":",
        "::",
        "a:b:c",
        "ä:ö:ü",
        "\x00",
        "x" * 100_000,
        signing.dumps({"c": ONE.hex, "h": 1, "p": {}}, salt="another"),
        signing.dumps({"c": ONE.hex, "h": 1, "p": {}}, key="k" * 50, salt="guestchat.guest.pass"),
        signed(None),
        signed([]),
        signed("x"),
        signed({}),
        signed({"c": ONE.hex}),
        signed({"c": None, "p": {}}),
        signed({"c": "x", "p": {}}),
        signed({"c": 1, "p": {}}),
        signed({"c": ONE.hex, "p": {}}),
        signed({"c": ONE.hex, "h": "x", "p": {}}),
        signed({"c": ONE.hex, "h": 1, "p": []}),
        signed({"c": ONE.hex, "h": 1, "p": {"x": ONE.hex}}),
        signed({"c": ONE.hex, "h": 1, "p": {"1": "x"}}),
        TimestampSigner(salt="guestchat.guest.pass").sign("not base64!"),
    ],
    # A signature holds the time: as a name it would differ between two workers of one run.
    ids=lambda value: str(len(value or "")),
)
def test_anything_else_is_no_pass(value: str | None) -> None:
    assert pass_cookie.read(value) is None


@pytest.mark.parametrize("place", range(0, 100, 7))
def test_one_changed_letter_is_a_forgery(place: int) -> None:
    value = Pass(conversation=ONE, hotel=1).write()
    place %= len(value) - 1  # the very last letter holds bits that its decoding ignores
    letter = "A" if value[place] != "A" else "B"
    assert pass_cookie.read(value[:place] + letter + value[place + 1 :]) is None


def test_a_pass_ends_after_thirty_days(monkeypatch: pytest.MonkeyPatch) -> None:
    value = Pass(conversation=ONE, hotel=1).write()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 29 * 86_400)
    assert pass_cookie.read(value) is not None
    monkeypatch.setattr(time, "time", lambda: now + 31 * 86_400)
    assert pass_cookie.read(value) is None


@given(st.text())
def test_reading_never_fails(value: str) -> None:
    assert pass_cookie.read(value) is None
