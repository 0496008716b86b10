"""Owns the round through the house: does the code that hangs here lead to this hotel's chat, and is it still good?

Somebody may paste a code of their own over one of ours, and an old one may hang where a new one should. What a phone's
camera sees is looked at here and kept nowhere.
"""

import hashlib
import io
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from PIL import Image, UnidentifiedImageError

from guestchat.staff.door import Desk, at_desk, must_host, wants_part
from guestchat.staff.inbox import common
from menus import qr, uploads
from menus.models import Hotel, Place

OURS, OLD, FOREIGN = "ours", "old", "foreign"
# More than a code needs, and less than takes long to look through.
_LONGEST_SIDE_PX = 1_600
_MOST_TEXT_CHARS = 1_000
_MOST_CODES = 8
# The page alone that looks through a camera may.
_PERMISSIONS = "camera=(self)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What one code turned out to be; `text`: what it says, told only where it is not ours."""

    state: str
    text: str
    place: Place | None = None

    @property
    def mark(self) -> str:
        """By which a page knows that it has just shown this one."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def patrol(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The page with the camera; POST a `picture`, a camera's `frame` or a `text` to learn what its codes are."""
    must_host(desk)
    found: list[Found] = []
    notice = ""
    if request.method == "POST":
        try:
            found = [judge(desk.hotel, text) for text in _texts(request)]
        except uploads.RefusedFile as refused:
            notice = str(refused)
        if "frame" in request.FILES and not found:
            return HttpResponse(status=204)  # the next one comes in a moment
        notice = notice or ("" if found else _("No code can be seen there. Go closer, and keep still."))
    shown: dict[str, Any] = {"found": found, "notice": notice}
    if wants_part(request):
        return render(request, "staff/_patrol.html", shown)
    response = render(request, "staff/patrol.html", {**common(desk, "patrol"), **shown})
    response.headers["Permissions-Policy"] = _PERMISSIONS
    return response


def judge(hotel: Hotel, text: str) -> Found:
    """Return what a code with this text is to a hotel."""
    code = qr.code_of(text)
    if code is None:
        return Found(state=FOREIGN, text=text)
    place = Place.objects.filter(hotel=hotel, code=code).select_related("hotel").first()
    is_good = place is not None and place.revoked_at is None
    return Found(state=OURS if is_good else OLD, text=text, place=place)


def _texts(request: HttpRequest) -> list[str]:
    """Return what the codes in a request say; raises RefusedFile where its picture cannot be looked at."""
    sent = request.FILES.get("frame") or request.FILES.get("picture")
    if sent is not None:
        return read_codes(uploads.read(sent, uploads.Kind.IMAGE))
    text = request.POST.get("text", "").strip()[:_MOST_TEXT_CHARS]
    return [text] if text else []


def read_codes(picture: bytes) -> list[str]:
    """Return what the QR codes in a checked picture say, each once."""
    try:
        with Image.open(io.BytesIO(picture), formats=uploads.IMAGE_FORMATS) as opened:
            opened.draft("L", (_LONGEST_SIDE_PX, _LONGEST_SIDE_PX))  # a JPEG is made smaller while it is read
            grey = opened.convert("L")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise uploads.RefusedFile("The picture is damaged.") from None
    grey.thumbnail((_LONGEST_SIDE_PX, _LONGEST_SIDE_PX))
    import zxingcpp  # not above: a library of megabytes, and most servers never see a picture

    read = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return list(dict.fromkeys(each.text[:_MOST_TEXT_CHARS] for each in read))[:_MOST_CODES]
