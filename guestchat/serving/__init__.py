"""Owns the server in front of the application: here what both kinds share, `GUESTCHAT_SERVER` chooses.

Neither is imported where it does not serve: a server takes over the process.
"""

import asyncio
import gc
import importlib
import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings

from guestchat.management import memory

# A hotel's Wi-Fi comes back and every phone reconnects at once: the default backlog of 50 refused some of them.
BACKLOG = 4096
# Of one socket, beyond the system's own buffers, which hold 2 to 4 MB on loopback and less on a network.
MOST_UNREAD_BYTES = 1_048_576
# A frame of a guest has 2,000 characters at most; what is longer than this ends its socket.
MOST_MESSAGE_BYTES = 1_048_576
PING_EVERY_S = 20.0
PONG_WITHIN_S = 30.0

_STAFF_AFTER_S = 3.0
_JOBS_BEGIN_AFTER_S = 5.0
_END_WITHIN_S = 6.0
_TIDY_EVERY_S = 60.0


class CannotListenError(Exception):
    """Nothing can be served at this host and port."""


class Upkeep:
    """What a serving process does beside serving: jobs, its memory, and reading what no guest waits for.

    `say`: tells whoever started it that it serves. `loading`: threads that still load what answers need.
    """

    def __init__(self, say: Callable[[], None], loading: Sequence[threading.Thread]) -> None:
        self._say, self._loading = say, loading
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self, is_empty: Callable[[], bool]) -> None:
        """Begin on the running loop, once connections are taken; `is_empty` tells whether nobody is connected."""
        self._say()
        beside(_settle, self._loading)
        work = [_tidy(is_empty), _read_the_staffs_pages()]
        if settings.GUESTCHAT_RUN_JOBS:
            work.append(_do_jobs())
        self._tasks = [asyncio.ensure_future(each) for each in work]

    def stop(self) -> None:
        """Begin nothing new; `end` waits for what is under way."""
        for task in self._tasks:
            task.cancel()

    async def end(self) -> None:
        """End the jobs in order, and let answers that are being written be written; for some seconds at most."""
        from guestchat.guest import consumer

        self.stop()
        under_way = [*self._tasks, *consumer.under_way()]
        if under_way:
            await asyncio.wait(under_way, timeout=_END_WITHIN_S)


def beside(work: Callable[..., None], *args: Any) -> threading.Thread:
    """Start work in a thread that keeps no process from ending; return the thread."""
    thread = threading.Thread(target=work, args=args, daemon=True)
    thread.start()
    return thread


def _settle(loading: Sequence[threading.Thread]) -> None:
    for thread in loading:
        thread.join()
    memory.settle()


async def _tidy(is_empty: Callable[[], bool]) -> None:
    while True:
        await asyncio.sleep(_TIDY_EVERY_S)
        memory.give_back()
        if is_empty():
            memory.look_at_all()


async def _read_the_staffs_pages() -> None:
    """Read what no guest waits for, and keep it out of garbage collection's way as well."""
    await asyncio.sleep(_STAFF_AFTER_S)
    await asyncio.to_thread(importlib.import_module, settings.ROOT_URLCONF)
    gc.freeze()


async def _do_jobs() -> None:
    await asyncio.sleep(_JOBS_BEGIN_AFTER_S)
    # In a thread: guests are served meanwhile.
    worker = await asyncio.to_thread(importlib.import_module, "guestchat.worker")
    await worker.run()
