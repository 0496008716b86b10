"""Uploaded files: what is taken, what is refused, and that refusing costs nothing."""

import io
import zipfile
import zlib
from dataclasses import dataclass, field

import pytest
from PIL import Image

from menus import uploads
from menus.uploads import Kind, RefusedFile

MB = 1_048_576
WORKBOOK = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}


@dataclass
class File:
    """An uploaded file that tells a size of its own."""

    content: bytes
    size: int | None = None
    was_read: int = field(default=0)

    def __post_init__(self) -> None:
        self.size = len(self.content) if self.size is None else self.size

    def read(self, num_bytes: int = -1) -> bytes:
        self.was_read += 1
        return self.content[:num_bytes] if num_bytes >= 0 else self.content


def workbook(parts: dict[str, bytes] | None = None, **more: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**WORKBOOK, **(parts or {}), **more}.items():
            archive.writestr(name, content)
    return written.getvalue()


def picture(format: str, size: tuple[int, int] = (20, 10), **more: object) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, "red").save(written, format, **more)
    return written.getvalue()


def huge_picture() -> bytes:
    """A PNG whose header promises 900 million pixels and whose data is 60 bytes."""
    small = bytearray(picture("PNG"))
    small[16:24] = (30_000).to_bytes(4, "big") * 2
    small[29:33] = zlib.crc32(small[12:29]).to_bytes(4, "big")
    return bytes(small)


def lying(content: bytes) -> bytes:
    """A workbook whose directory says that its biggest part is one byte long."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        biggest = max(archive.infolist(), key=lambda each: each.file_size).file_size
    return content.replace(biggest.to_bytes(4, "little"), (1).to_bytes(4, "little"))


TAKEN: dict[str, tuple[Kind, bytes]] = {
    "json": (Kind.JSON, b'\xef\xbb\xbf  {"format": "guestchat-hotel/1"}'),
    "csv": (Kind.CSV, "name;price\nKäse;4,50\n".encode()),
    "xlsx": (Kind.XLSX, workbook()),
    "png": (Kind.IMAGE, picture("PNG")),
    "jpeg": (Kind.IMAGE, picture("JPEG")),
    "webp": (Kind.IMAGE, picture("WEBP")),
}
REFUSED: dict[str, tuple[Kind, bytes, str]] = {
    "empty": (Kind.JSON, b"", "empty"),
    "json that is a list": (Kind.JSON, b"[1]", "does not begin with a brace"),
    "json that is an image": (Kind.JSON, picture("PNG"), "no JSON in UTF-8"),
    "csv that is a workbook": (Kind.CSV, workbook(), "no CSV"),
    "csv with NUL": (Kind.CSV, b"a\x00b", "NUL"),
    "csv of another encoding": (Kind.CSV, "Käse".encode("latin-1"), "UTF-8"),
    "xlsx that is no zip": (Kind.XLSX, b"PK\x03\x04 and then nothing", "no XLSX"),
    "xlsx cut short": (Kind.XLSX, workbook()[:-40], "no XLSX"),
    "xlsx that is another zip": (Kind.XLSX, workbook().replace(b"xl/workbook.xml", b"ab/cdefghij.xml"), "no XLSX"),
    "xlsx with too many parts": (Kind.XLSX, workbook({f"x{n}": b"" for n in range(501)}), "too many parts"),
    "xlsx that is a bomb": (Kind.XLSX, workbook({"xl/sheet.xml": b"0" * (30 * MB)}), "unpacks to far more"),
    "xlsx of many small bombs": (
        Kind.XLSX, workbook({f"x{n}": b"0" * 1_000_000 for n in range(60)}), "unpacks to far more"),
    "xlsx that lies about its size": (Kind.XLSX, lying(workbook({"xl/s.xml": b"0" * (30 * MB)})), "XLSX|unpacks"),
    "xlsx with macros": (Kind.XLSX, workbook({"xl/vbaProject.bin": b"x"}), "macros"),
    "xlsx with entities": (
        Kind.XLSX, workbook({"xl/s.xml": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]>"}), "entities"),
    "image of another format": (Kind.IMAGE, picture("GIF"), "no PNG, JPEG or WebP"),
    "image that is SVG": (Kind.IMAGE, b"<svg onload=alert(1)>", "no PNG, JPEG or WebP"),
    "image that is HTML": (Kind.IMAGE, b"<script>alert(1)</script>", "no PNG, JPEG or WebP"),
    "image cut short": (Kind.IMAGE, picture("PNG")[:40], "no PNG, JPEG or WebP"),
    "image with too many pixels": (Kind.IMAGE, huge_picture(), "too many pixels"),
    "image that moves": (
        Kind.IMAGE,
        picture("WEBP", save_all=True, append_images=[Image.new("RGB", (20, 10), "blue")]),
        "animated",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_taken(name: str) -> None:
    kind, content = TAKEN[name]
    assert uploads.read(File(content), kind) == content


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name: str) -> None:
    kind, content, sentence = REFUSED[name]
    with pytest.raises(RefusedFile, match=sentence):
        uploads.read(File(content), kind)


@pytest.mark.parametrize("kind", Kind)
def test_the_size_is_looked_at_before_the_content(kind: Kind) -> None:
    told_large = File(b"x", size=5 * MB + 1)
    with pytest.raises(RefusedFile, match="too large"):
        uploads.read(told_large, kind)
    assert told_large.was_read == 0
    with pytest.raises(RefusedFile, match="too large"):
        uploads.read(File(b"x" * (5 * MB + 1), size=1), kind)


def test_an_encrypted_workbook_is_refused() -> None:
    locked = bytearray(workbook())
    for mark, flags in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = locked.find(mark)
        locked[at + flags] |= 1
    with pytest.raises(RefusedFile, match="encrypted"):
        uploads.read(File(bytes(locked)), Kind.XLSX)
