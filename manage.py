#!/usr/bin/env python
"""Django's command line, with configuration errors told in one line."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured


def main() -> None:
    """Run a command; exit 1 with one sentence where the environment cannot work."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    from menus import tenancy

    try:
        # A command is an operator's, who has the database anyway; `serve` gives this up before it serves.
        tenancy.begin_with(tenancy.OWNER)
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"guestchat: {' '.join(str(error).split())}")
    except OperationalError as error:
        sys.exit(f"guestchat: the database cannot be used, see DATABASE_URL: {' '.join(str(error).split())}")


if __name__ == "__main__":
    main()
