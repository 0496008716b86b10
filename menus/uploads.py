"""Owns what an uploaded file must be before anything reads it: its size, its kind by content, its bombs defused; pure.

Names and content types that a browser tells are not asked: whoever sends a file writes them.
"""

import io
import warnings
import zipfile
from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

from PIL import Image

_MB = 1_048_576


class Kind(StrEnum):
    """The kinds of file that staff may upload."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    IMAGE = "image"


MOST_BYTES: Mapping[Kind, int] = {Kind.JSON: 5 * _MB, Kind.CSV: 5 * _MB, Kind.XLSX: 5 * _MB, Kind.IMAGE: 5 * _MB}
IMAGE_FORMATS = ("PNG", "JPEG", "WEBP")
MOST_PIXELS = 40_000_000
MOST_ENTRIES = 500
MOST_UNPACKED_BYTES = 50 * _MB
# XML packs well, 20 to 1; a bomb packs 1,000 to 1.
MOST_RATIO = 100
_RATIO_MATTERS_FROM_BYTES = _MB
_SAVE_AS_UTF_8 = " In your spreadsheet program, save it as an Excel workbook (.xlsx) or as “CSV UTF-8”."
_PICTURE = "The file is a picture. Send the table itself, as an Excel workbook (.xlsx) or as CSV."
# What people send in place of a table, by how it begins.
_NO_TABLES: Mapping[bytes, str] = {
    b"\x89PNG": _PICTURE,
    b"\xff\xd8\xff": _PICTURE,
    b"GIF8": _PICTURE,
    b"RIFF": _PICTURE,
    b"%PDF": "The file is a PDF. Send the table itself, as an Excel workbook (.xlsx) or as CSV.",
    b"\xd0\xcf\x11\xe0": "The workbook has a password or is an old one (.xls). Save it as .xlsx, without a password.",
}
_WORKBOOK = {"[Content_Types].xml", "xl/workbook.xml"}
_CHUNK_BYTES = 65_536


class Uploaded(Protocol):
    """What of Django's uploaded file is used."""

    @property
    def size(self) -> int | None: ...

    def read(self, num_bytes: int = ...) -> bytes: ...


class RefusedFile(Exception):
    """A file that is not read any further; the message is for whoever sent it."""


def read(file: Uploaded, kind: Kind) -> bytes:
    """Return the content of an uploaded file of a kind; raises RefusedFile with a sentence."""
    content = _bounded(file, MOST_BYTES[kind])
    _check(content, kind)
    return content


def read_table(file: Uploaded) -> tuple[Kind, bytes]:
    """Return the kind and the content of an uploaded CSV or workbook; raises RefusedFile with a sentence."""
    content = _bounded(file, MOST_BYTES[Kind.XLSX])
    for beginning, sentence in _NO_TABLES.items():
        if content.startswith(beginning):
            raise RefusedFile(sentence)
    kind = Kind.XLSX if content.startswith(b"PK") else Kind.CSV
    _check(content, kind)
    return kind, content


def _bounded(file: Uploaded, most: int) -> bytes:
    if file.size is None or file.size > most:
        raise RefusedFile(f"The file is too large: it may have {most // _MB} MB.")
    content = file.read(most + 1)
    if len(content) > most:
        raise RefusedFile(f"The file is too large: it may have {most // _MB} MB.")
    if not content:
        raise RefusedFile("The file is empty.")
    return content


def _check(content: bytes, kind: Kind) -> None:
    if kind is Kind.XLSX:
        _check_workbook(content)
    elif kind is Kind.IMAGE:
        _check_image(content)
    else:
        _check_text(content, kind)


def _check_text(content: bytes, kind: Kind) -> None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        advice = _SAVE_AS_UTF_8 if kind is Kind.CSV else ""
        raise RefusedFile(
            f"The file is no {kind.upper()} in UTF-8: byte {error.start} cannot be read.{advice}"
        ) from None
    if "\x00" in text:
        raise RefusedFile(f"The file is no {kind.upper()}: it has NUL characters.")
    if kind is Kind.JSON and not text.lstrip(" \t\r\n").startswith("{"):
        raise RefusedFile("The file is no JSON object: it does not begin with a brace.")


# --- workbooks: a zip of XML --------------------------------------------------
def _check_workbook(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_entries(archive)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError, RuntimeError):
        raise RefusedFile("The file is no XLSX workbook, or is damaged.") from None


def _check_entries(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise RefusedFile(f"The workbook has too many parts: {len(entries)}.")
    if not {each.filename for each in entries} >= _WORKBOOK:
        raise RefusedFile("The file is no XLSX workbook.")
    left = MOST_UNPACKED_BYTES
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise RefusedFile("The workbook is encrypted; save it without a password.")
        if entry.filename.endswith("vbaProject.bin"):
            raise RefusedFile("The workbook has macros; save it as a plain XLSX.")
        # By what comes out, not by what the archive says of itself.
        left -= _unpacked_bytes(archive, entry, left)


def _unpacked_bytes(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> int:
    size, before = 0, b""
    with archive.open(entry) as part:
        while chunk := part.read(_CHUNK_BYTES):
            size += len(chunk)
            if size > left or size > max(_RATIO_MATTERS_FROM_BYTES, MOST_RATIO * entry.compress_size):
                raise RefusedFile("The workbook unpacks to far more than it should.")
            # Entities that expand into one another; no spreadsheet program writes them.
            if b"<!DOCTYPE" in before + chunk or b"<!ENTITY" in before + chunk:
                raise RefusedFile("The workbook declares XML entities, which no spreadsheet needs.")
            before = chunk[-16:]
    return size


# --- images --------------------------------------------------------------------
def _check_image(content: bytes) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the bound below is tighter
            # Opening reads the header alone; no pixel is unpacked before their number is known.
            with Image.open(io.BytesIO(content), formats=IMAGE_FORMATS) as image:
                width, height = image.size
                if width * height > MOST_PIXELS:
                    raise RefusedFile(f"The image has too many pixels: {width} by {height}.")
                if getattr(image, "is_animated", False):
                    raise RefusedFile("The image is animated; send a still one.")
                image.verify()
    except RefusedFile:
        raise
    except Image.DecompressionBombError:
        raise RefusedFile("The image has too many pixels.") from None
    except Exception:  # Pillow's readers raise whatever a damaged file leads them to
        raise RefusedFile("The file is no PNG, JPEG or WebP image, or is damaged.") from None
