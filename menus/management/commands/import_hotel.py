"""Owns `import_hotel`: a hotel file from disk or standard input into the database, or nothing of it."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser

from menus import hotel_file
from menus.content import Content
from menus.hotel_file import Changes, Counts, HotelFileError, Problem


class Command(BaseCommand):
    """Make a hotel equal to a hotel file."""

    help = "Make a hotel equal to a hotel file (guestchat-hotel/1), all or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the hotel file, or - for standard input")
        parser.add_argument("--dry-run", action="store_true", help="do everything, tell what changed, keep nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, file: str, dry_run: bool, json: bool, **options: Any) -> None:
        try:
            content = hotel_file.read(_bytes(file))
            changes = hotel_file.put(content, keep=not dry_run)
        except HotelFileError as error:
            self._fail(error.problems, as_json=json)
        warnings = hotel_file.warnings(content)
        if json:
            self._write_json(content, changes, warnings, dry_run=dry_run)
        else:
            self._write(content, changes, warnings, dry_run=dry_run)

    def _fail(self, problems: Sequence[Problem], *, as_json: bool) -> NoReturn:
        if as_json:
            self.stdout.write(json.dumps({"errors": _members(problems)}))
        else:
            for problem in problems:
                self.stderr.write(str(problem))
        sys.exit(1)

    def _write_json(self, content: Content, changes: Changes, warnings: Sequence[Problem], *, dry_run: bool) -> None:
        total = changes.total
        told = {
            "hotel": content.slug,
            "created": total.created,
            "updated": total.updated,
            "removed": total.removed,
            "unchanged": total.unchanged,
            "embedded": changes.embedded,
            "warnings": _members(warnings),
            "dry_run": dry_run,
        }
        self.stdout.write(json.dumps(told))

    def _write(self, content: Content, changes: Changes, warnings: Sequence[Problem], *, dry_run: bool) -> None:
        for warning in warnings:
            self.stderr.write(f"warning: {warning}")
        self.stdout.write(f"{content.name} ({content.slug})")
        for kind, counts in [*changes.things.items(), ("total", changes.total)]:
            self.stdout.write(f"  {kind:9}{_sentence(counts)}")
        self.stdout.write(f"{changes.embedded} passages embedded.")
        if dry_run:
            self.stdout.write("This was a dry run: nothing of it was kept.")


def _bytes(file: str) -> bytes:
    """Return what the file holds, one byte over the limit at most: larger ones are refused without being read."""
    try:
        if file == "-":
            return sys.stdin.buffer.read(hotel_file.MAX_BYTES + 1)
        with Path(file).open("rb") as source:
            return source.read(hotel_file.MAX_BYTES + 1)
    except OSError as error:
        sentence = f"This file cannot be read: {error.strerror}."
        raise HotelFileError([Problem(pointer="", sentence=sentence)]) from error


def _members(problems: Sequence[Problem]) -> list[dict[str, str]]:
    return [{"pointer": each.pointer, "message": each.sentence} for each in problems]


def _sentence(counts: Counts) -> str:
    return f"{counts.created} created, {counts.updated} updated, {counts.removed} removed, {counts.unchanged} unchanged"
