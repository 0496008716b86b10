"""Owns a worker in a process of its own: jobs beside servers that run with `GUESTCHAT_RUN_JOBS=0`."""

import asyncio
import contextlib
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from guestchat import worker
from guestchat.management.starting import Ending, refuse_an_unusable_database, refuse_an_unusable_redis
from guestchat.migrated import is_migrated
from menus import tenancy


class Command(BaseCommand):
    """Do jobs until told to end."""

    help = "Do the jobs of a database from this process: beside servers with GUESTCHAT_RUN_JOBS=0, as many as you like."

    def handle(self, *args: Any, **options: Any) -> None:
        Ending()
        refuse_an_unusable_redis()
        refuse_an_unusable_database()
        if not is_migrated():
            raise CommandError("The database is not of this version; run manage.py serve --prepare-only first.")
        connection.close()
        tenancy.begin_with(tenancy.NOBODY)  # as in a server: each job binds itself to one hotel after the other
        asyncio.run(self._work())

    async def _work(self) -> None:
        working = asyncio.ensure_future(worker.run())
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, working.cancel)
        self.stdout.write("Doing jobs  (Ctrl-C ends it)")
        self.stdout.flush()
        with contextlib.suppress(asyncio.CancelledError):
            await working
