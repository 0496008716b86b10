"""Owns `export_hotel`: a hotel as a hotel file on standard output."""

import io
import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from menus import content, hotel_file
from menus.models import Hotel


class Command(BaseCommand):
    """Write a hotel as a hotel file."""

    help = "Write a hotel as a hotel file (guestchat-hotel/1) on standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG")

    def handle(self, *args: Any, slug: str, **options: Any) -> None:
        hotel_id = Hotel.objects.filter(slug=slug).values_list("pk", flat=True).first()
        found = content.load(hotel_id) if hotel_id else None
        if found is None:
            self.stderr.write(f"There is no hotel with the slug {slug!r}.")
            sys.exit(1)
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")  # a hotel file is UTF-8, whatever the terminal is
        self.stdout.write(json.dumps(hotel_file.dump(found), indent=1, ensure_ascii=False))
