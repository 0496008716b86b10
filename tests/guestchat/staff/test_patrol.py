"""The round through the house: ours, an old one, somebody else's; by camera, by photo, by hand."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import segno
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from menus import models, qr
from tests.guestchat.guest.chatting import make_hotel
from tests.guestchat.guest.conftest import FLAGS, chromium
from tests.guestchat.guest.conftest import Hotel as Running

PAGE = "/staff/small/codes/patrol/"


def link(hotel: models.Hotel, key: str = "room-7") -> str:
    return qr.guest_link(hotel.places.get(key=key))


def picture(*texts: str, format: str = "PNG", turned: int = 0, size: int = 900) -> bytes:
    """Return a photo of codes on a grey wall."""
    wall = Image.new("RGB", (size * max(1, len(texts)), size), (150, 145, 140))
    for number, text in enumerate(texts):
        drawn = io.BytesIO()
        segno.make(text, error="m", micro=False).save(drawn, kind="png", scale=8, border=4)
        code = Image.open(drawn).convert("RGB").rotate(turned, expand=True, fillcolor=(255, 255, 255))
        wall.paste(code, (number * size + 150, 180))
    made = io.BytesIO()
    wall.save(made, format=format)
    return made.getvalue()


def sent(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("photo", content)


def states(page: Any) -> list[str]:
    return [each.state for each in page.context["found"]]


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("turned", [0, 90, 17])
def test_a_photo_of_our_code_is_known(hotel: models.Hotel, anna: Client, format: str, turned: int) -> None:
    page = anna.post(PAGE, {"picture": sent(picture(link(hotel), format=format, turned=turned))})
    assert states(page) == ["ours"]
    assert "Room 7" in page.content.decode()


def test_a_code_that_was_pasted_over_ours_is_not_ours(hotel: models.Hotel, anna: Client) -> None:
    code = link(hotel).rsplit("/", 2)[1]
    pasted = [
        f"https://evil.example/q/{code}/",
        f"{link(hotel)}?next=//evil.example",
        f"{link(hotel)}../../evil",
        f"http://testserver.evil.example/q/{code}/",
        f"/q/{code}/",
        code,
        "WIFI:T:WPA;S:Free;P:12345678;;",
        "<script>alert(1)</script>",
    ]
    for text in pasted:
        page = anna.post(PAGE, {"text": text})
        assert states(page) == ["foreign"], text
        assert "<script>alert" not in page.content.decode()


def test_an_old_code_is_told_from_a_good_one(hotel: models.Hotel, anna: Client) -> None:
    before = link(hotel)
    models.Place.objects.filter(key="room-7").update(code=models.new_place_code())
    assert states(anna.post(PAGE, {"text": before})) == ["old"]
    assert states(anna.post(PAGE, {"text": link(hotel)})) == ["ours"]
    models.Place.objects.filter(key="room-7").update(revoked_at=timezone.now())
    page = anna.post(PAGE, {"text": f" {link(hotel)} "})
    assert states(page) == ["old"]
    assert "Revoked" in page.content.decode()


def test_nothing_is_told_of_another_hotels_code(hotel: models.Hotel, anna: Client) -> None:
    foreign = make_hotel("other", name="The Foreigner")
    page = anna.post(PAGE, {"text": link(foreign)})
    assert states(page) == ["old"]
    assert page.context["found"][0].place is None
    assert "Foreigner" not in page.content.decode()


def test_two_codes_in_one_picture_are_told_both(hotel: models.Hotel, anna: Client) -> None:
    page = anna.post(PAGE, {"picture": sent(picture(link(hotel), "https://evil.example/"))})
    assert sorted(states(page)) == ["foreign", "ours"]


def test_a_frame_without_a_code_is_nothing_and_a_photo_without_one_is_told(hotel: models.Hotel, anna: Client) -> None:
    assert anna.post(PAGE, {"frame": sent(picture())}).status_code == 204
    assert "No code can be seen" in anna.post(PAGE, {"picture": sent(picture())}).content.decode()
    assert "No code can be seen" in anna.post(PAGE, {}).content.decode()


@pytest.mark.parametrize(
    "content",
    [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7"],
)
def test_what_is_no_picture_is_refused_with_a_sentence(anna: Client, content: bytes) -> None:
    for field in ("picture", "frame"):
        page = anna.post(PAGE, {field: sent(content)})
        assert page.status_code in {200, 204}
    assert anna.post(PAGE, {"picture": sent(content)}).context["notice"].endswith(".")


def test_half_a_picture_is_refused(hotel: models.Hotel, anna: Client) -> None:
    whole = picture(link(hotel), format="JPEG")
    page = anna.post(PAGE, {"picture": sent(whole[: len(whole) // 2])})
    assert page.context["notice"].endswith(".")


def test_only_this_page_may_look_through_the_camera(anna: Client) -> None:
    assert anna.get(PAGE).headers["Permissions-Policy"] == "camera=(self)"
    assert "camera=()" in anna.get("/staff/small/codes/").headers["Permissions-Policy"]


# --- a phone's camera ------------------------------------------------------------------
@pytest.fixture
def film(tmp_path: Path, running_hotel: Running) -> Path:
    """What a camera sees on a round: a room's code, then one that somebody has pasted."""
    room = next(each for each in running_hotel.places() if each["kind"] == "room")
    file = tmp_path / "seen.mjpeg"
    with file.open("wb") as written:
        for text in (room["url"], "https://evil.example/free-wifi"):
            written.write(picture(text, format="JPEG", size=640) * 30)
    return file


@pytest.fixture
def walking(film: Path, running_hotel: Running, evening: dict[str, str]) -> Iterator[Any]:
    """A phone in the hand of somebody at reception, whose camera sees the film."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium(),
            args=[
                *FLAGS,
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={film}",
            ],
        )
        context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=running_hotel.address)
        context.add_cookies([{"name": "sessionid", "value": evening["reception"], "url": running_hotel.address}])
        yield context.new_page()
        browser.close()


def test_a_round_with_the_camera(walking: Any) -> None:
    walking.goto("/staff/lindenhof/codes/patrol/")
    walking.get_by_role("button", name="Use the camera").click()
    walking.locator(".patrol-row[data-state=ours]").first.wait_for()
    walking.locator(".patrol-row[data-state=foreign]").first.wait_for()
    walking.get_by_role("button", name="Stop").click()
    assert walking.locator("video").is_hidden()
