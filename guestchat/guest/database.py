"""Owns how asynchronous code reaches the database: a few threads of its own, each with a connection while it works.

Channels' own bridge runs everything on one shared thread, where one slow query would hold up every guest.
"""

import asyncio
import atexit
import contextlib
import queue
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection

from menus import tenancy
from menus.tenancy import Binding

P = ParamSpec("P")
T = TypeVar("T")

# Together fewer than the pool's connections, so that pages and the admin always find one free.
THREADS = 8
# Taking a connection out of the pool costs a round trip to see that it lives, and Django's own set-up: as much as a
# query. A thread that has just worked keeps its own for the next call, and gives it back when it rests.
_REST_S = 0.5


class _Work(NamedTuple):
    """A call, and who waits for it where."""

    call: Callable[[], Any]
    loop: asyncio.AbstractEventLoop
    waiting: asyncio.Future[Any]

    def do(self) -> None:
        """Run the call, and tell its result or its error."""
        if self.waiting.cancelled():
            return
        try:
            result, error = self.call(), None
        except BaseException as raised:
            if isinstance(raised, OperationalError | InterfaceError):
                connection.close()  # perhaps its server has left; the next call gets another one
            result, error = None, raised
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self.loop.call_soon_threadsafe(self._tell, result, error)

    def _tell(self, result: Any, error: BaseException | None) -> None:
        if self.waiting.done():
            return  # whoever waited has gone
        if error is None:
            self.waiting.set_result(result)
        else:
            self.waiting.set_exception(error)


class Threads:
    """Threads that run calls in turn, each keeping its connection until it rests."""

    def __init__(self, most: int, name: str) -> None:
        self._most, self._name = most, name
        self._work: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._started: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._at_work = 0  # how many calls were handed over and are not done

    async def run(self, call: Callable[[], T]) -> T:
        """Run a call on one of the threads; a new one begins only where all are at work."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[T] = loop.create_future()
        with self._lock:
            self._at_work += 1
            if len(self._started) < min(self._at_work, self._most):
                name = f"{self._name}-{len(self._started)}"
                thread = threading.Thread(target=self._run, name=name, daemon=True)
                self._started.append(thread)
                thread.start()
        self._work.put(_Work(call, loop, waiting))
        return await waiting

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
            work.do()
            del work  # a thread that waits holds on to nothing
            with self._lock:
                self._at_work -= 1

    def end(self) -> None:
        """Let the threads finish what was handed over, and wait for it; the next call begins new ones."""
        with self._lock:
            ending, self._started = self._started, []
        for _thread in ending:
            self._work.put(None)
        for thread in ending:
            thread.join()


_threads = Threads(THREADS, "turns")
# The Wi-Fi comes back and every phone reconnects at once: who is here already is still answered beside them.
_arrivals = Threads(2, "arrivals")


async def in_thread(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a call that uses the database, bound as its caller is."""
    return await _threads.run(partial(_bound, tenancy.current(), call, *args, **kwargs))


async def at_arrival(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a call like `in_thread`, for a guest who comes or comes back: a crowd of them is admitted two at a time."""
    return await _arrivals.run(partial(_bound, tenancy.current(), call, *args, **kwargs))


def _bound(binding: Binding, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    with tenancy.binding_to(binding):
        return call(*args, **kwargs)


@atexit.register
def rest() -> None:
    """Let the threads finish what they are at, and give all connections back; the next call begins new ones."""
    for each in (_threads, _arrivals):
        each.end()
