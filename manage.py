#!/usr/bin/env python
"""Django's command line, with configuration errors told in one line."""

import contextlib
import gc
import os
import sys
import threading

from django.core.exceptions import ImproperlyConfigured


def main() -> None:
    """Run a command; exit 1 with one sentence where the environment cannot work."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    from menus import tenancy

    # What is loaded stays; looking it through for garbage again and again takes a twentieth of the start.
    gc.set_threshold(100_000, 20, 20)
    try:
        if sys.argv[1:2] in (["serve"], ["answerer"]):
            gc.disable()  # until all is loaded: `memory.settle` enables it
            # Before numpy is read: it multiplies a few hundred numbers here, and OpenBLAS's threads spin for more.
            os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        if sys.argv[1:2] == ["serve"]:
            _start_others()
        # A command is an operator's, who has the database anyway; `serve` gives this up before it serves.
        tenancy.begin_with(tenancy.OWNER)
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"guestchat: {' '.join(str(error).split())}")
    except OperationalError as error:
        sys.exit(f"guestchat: the database cannot be used, see DATABASE_URL: {' '.join(str(error).split())}")


def _start_others() -> None:
    """Let the answerers and the embedded server start while the modules are read.

    Whoever needs one of them first waits, or is told why not. The database only where it was there before: what refuses
    to serve, a busy port for one, leaves no new folder behind.
    """
    from django.conf import settings

    from guestchat import answerers

    if "--prepare-only" not in sys.argv:
        answerers.begin(settings.GUESTCHAT_ANSWERERS)
    database = settings.DATABASES["default"]
    if database["ENGINE"] != "config.embedded_postgres" or not (settings.EMBEDDED_POSTGRES_DIR / "PG_VERSION").exists():
        return
    from config.embedded_postgres.server import connection_address

    def start() -> None:
        with contextlib.suppress(ImproperlyConfigured):
            connection_address(settings.EMBEDDED_POSTGRES_DIR, database["NAME"])

    # No daemon: a process that ends meanwhile waits, and stops what it has started.
    threading.Thread(target=start, name="postgres").start()


if __name__ == "__main__":
    main()
