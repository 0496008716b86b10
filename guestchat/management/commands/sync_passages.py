"""Owns making passages equal to the content by hand: after another encoder, or after edits in plain SQL."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from guestchat.retrieval.passages import sync
from menus.models import Hotel


class Command(BaseCommand):
    """Embed what changed."""

    help = "Make the passages of a hotel, or of all, equal to its content; prints how many texts were embedded."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", nargs="?", help="the hotel; all of them where it is left out")

    def handle(self, *args: Any, **options: Any) -> None:
        hotels = Hotel.objects.order_by("slug")
        if options["slug"]:
            hotels = hotels.filter(slug=options["slug"])
            if not hotels:
                raise CommandError(f"There is no hotel {options['slug']!r}.")
        for hotel in hotels:
            self.stdout.write(f"{hotel.slug}: {sync(hotel.pk)} passages embedded")
