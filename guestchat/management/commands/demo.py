"""Owns loading the demo hotel that ships with the product."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

FILE = Path(__file__).resolve().parents[2] / "demo" / "lindenhof.json"


class Command(BaseCommand):
    """Load or restore the demo hotel."""

    help = "Load the demo hotel, or make it as it was; the places keep their codes."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("import_hotel", str(FILE), stdout=self.stdout, stderr=self.stderr)
