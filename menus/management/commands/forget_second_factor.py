"""Owns `forget_second_factor`: the way back in for the last superuser whose phone and recovery codes are gone."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from menus.models import User
from menus.second_factor import rules


class Command(BaseCommand):
    """Take a person's second factor away."""

    help = "Take a person's second factor away; for others on the staff, the accounts' page in the admin does it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", metavar="USER")

    def handle(self, *args: Any, user: str, **options: Any) -> None:
        person = User.objects.filter(username=user).first()
        if person is None:
            self.stderr.write(f"There is nobody with the user name {user!r}.")
            sys.exit(1)
        rules.forget(person)
        self.stdout.write(f"{user} logs in with the password alone, until a second factor is set up again.")
