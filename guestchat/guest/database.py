"""Owns how asynchronous code reaches the database: a few threads of its own, each call with a connection of the pool.

Channels' own bridge runs everything on one shared thread, where one slow query would hold up every guest.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

P = ParamSpec("P")
T = TypeVar("T")

# Together fewer than the pool's connections, so that pages and the admin always find one free.
THREADS = 8
_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="turns")
# The Wi-Fi comes back and every phone reconnects at once: who is here already is still answered beside them.
_arrivals = ThreadPoolExecutor(2, thread_name_prefix="arrivals")


async def in_thread(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a call that uses the database, and give its connection back."""
    return await asyncio.get_running_loop().run_in_executor(_threads, lambda: _run(call, *args, **kwargs))


async def at_arrival(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a call like `in_thread`, for a guest who comes or comes back: a crowd of them is admitted two at a time."""
    return await asyncio.get_running_loop().run_in_executor(_arrivals, lambda: _run(call, *args, **kwargs))


def _run(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return call(*args, **kwargs)
    finally:
        close_old_connections()
