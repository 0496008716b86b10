"""Owns `places`: a hotel's places and the guest links behind their codes."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from menus.models import Hotel, Place
from menus.qr import guest_link


class Command(BaseCommand):
    """List a hotel's places with their guest links."""

    help = "List a hotel's places with the guest links behind their QR codes; revoked ones are left out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("--json", action="store_true", help="print a JSON list")

    def handle(self, *args: Any, slug: str, **options: Any) -> None:
        hotel = Hotel.objects.filter(slug=slug).first()
        if hotel is None:
            self.stderr.write(f"There is no hotel with the slug {slug!r}.")
            sys.exit(1)
        rows = [
            {"key": place.key, "kind": place.kind, "label": place.label, "url": guest_link(place)}
            for place in Place.objects.filter(hotel=hotel, revoked_at=None)
        ]
        self.stdout.write(json.dumps(rows) if options["json"] else _table(rows))


def _table(rows: list[dict[str, str]]) -> str:
    """Return the rows as lines of aligned columns."""
    widths = {name: max(len(row[name]) for row in rows) for name in rows[0]} if rows else {}
    return "\n".join("  ".join(f"{row[name]:{width}}" for name, width in widths.items()).rstrip() for row in rows)
