"""Owns how asynchronous code reaches the database: a few threads of its own, each with a connection while it works.

Channels' own bridge runs everything on one shared thread, where one slow query would hold up every guest.
"""

import asyncio
import atexit
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection

P = ParamSpec("P")
T = TypeVar("T")

# Together fewer than the pool's connections, so that pages and the admin always find one free.
THREADS = 8
# Taking a connection out of the pool costs a round trip to see that it lives, and Django's own set-up: as much as a
# query. A thread that has just worked keeps its own for the next call, and gives it back when it rests.
_REST_S = 0.5

_Work = tuple[Future[Any], Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class Threads(Executor):
    """Threads that run calls in turn, each keeping its connection until it rests."""

    def __init__(self, most: int, name: str) -> None:
        self._most, self._name = most, name
        self._work: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._started: list[threading.Thread] = []
        self._free = threading.Semaphore(0)  # how many threads wait for work
        self._lock = threading.Lock()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a call on one of the threads; a new one begins only where all are at work."""
        future: Future[Any] = Future()
        self._work.put((future, fn, args, kwargs))
        if not self._free.acquire(blocking=False):
            self._begin_a_thread()
        return future

    def _begin_a_thread(self) -> None:
        with self._lock:
            if len(self._started) < self._most:
                name = f"{self._name}-{len(self._started)}"
                thread = threading.Thread(target=self._run, name=name, daemon=True)
                self._started.append(thread)
                thread.start()

    def _run(self) -> None:
        rested = True
        while True:
            try:
                work = self._work.get(timeout=None if rested else _REST_S)
            except queue.Empty:
                connection.close()  # back to the pool
                rested = True
                continue
            if work is None:
                connection.close()
                return
            rested = False
            _do(*work)
            del work  # a thread that waits holds on to nothing
            self._free.release()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the threads end once what was submitted is done."""
        with self._lock:
            ending, self._started = self._started, []
        for _thread in ending:
            self._work.put(None)
        for thread in ending if wait else ():
            thread.join()
        self._free = threading.Semaphore(0)


def _do(future: Future[Any], call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = call(*args, **kwargs)
    except BaseException as error:
        if isinstance(error, OperationalError | InterfaceError):
            connection.close()  # perhaps its server has left; the next call gets another one
        future.set_exception(error)
    else:
        future.set_result(result)


_threads = Threads(THREADS, "turns")
# The Wi-Fi comes back and every phone reconnects at once: who is here already is still answered beside them.
_arrivals = Threads(2, "arrivals")


async def in_thread(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a call that uses the database."""
    return await asyncio.wrap_future(_threads.submit(call, *args, **kwargs))


async def at_arrival(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a call like `in_thread`, for a guest who comes or comes back: a crowd of them is admitted two at a time."""
    return await asyncio.wrap_future(_arrivals.submit(call, *args, **kwargs))


@atexit.register
def rest() -> None:
    """Let the threads finish what they are at, and give all connections back; the next call begins new ones."""
    for each in (_threads, _arrivals):
        each.shutdown()
