"""Owns how asynchronous code reaches the database: a few threads of its own, each with a connection while it works.

Channels' own bridge runs everything on one shared thread, where one slow query would hold up every guest.
"""

import asyncio
import atexit
import collections
import contextlib
import queue
import select
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
# query. A thread keeps its own for the next call, and gives it back when it rests.
_REST_S = 30.0


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
    """Threads that run calls, each keeping its connection until it rests; who worked last works next.

    So a quiet house is served by one thread, with a connection whose statements are prepared and whose server is warm.
    """

    def __init__(self, most: int, name: str) -> None:
        self._most, self._name = most, name
        self._started: list[_Worker] = []
        self._idle: list[_Worker] = []
        self._waiting: collections.deque[_Work] = collections.deque()
        self._lock = threading.Lock()

    async def run(self, call: Callable[[], T]) -> T:
        """Run a call on one of the threads; a new one begins only where all are at work."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[T] = loop.create_future()
        work = _Work(call, loop, waiting)
        with self._lock:
            if self._idle:
                self._idle.pop().inbox.put(work)
            elif len(self._started) < self._most:
                self._started.append(_Worker(f"{self._name}-{len(self._started)}", self._next))
                self._started[-1].inbox.put(work)
                self._started[-1].start()
            else:
                self._waiting.append(work)
        return await waiting

    def _next(self, worker: "_Worker") -> _Work | None:
        """Return what waits to be done, or None where nothing does: then the worker is idle."""
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            if worker in self._started:  # else it is to end
                self._idle.append(worker)
            return None

    @property
    def waiting(self) -> int:
        """How many calls no thread has begun yet."""
        return len(self._waiting)

    def end(self) -> None:
        """Let the threads finish what was handed over, and wait for it; the next call begins new ones."""
        with self._lock:
            ending, self._started, self._idle = self._started, [], []
        for worker in ending:
            worker.inbox.put(None)
        for worker in ending:
            worker.join()


class _Worker(threading.Thread):
    """One thread with its inbox, where None means the end."""

    def __init__(self, name: str, next: Callable[["_Worker"], _Work | None]) -> None:
        super().__init__(name=name, daemon=True)
        self.inbox: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._next = next

    def run(self) -> None:
        rested = True
        while True:
            try:
                work = self.inbox.get(timeout=None if rested else _REST_S)
            except queue.Empty:
                connection.close()  # back to the pool
                rested = True
                continue
            if work is None:
                connection.close()
                return
            rested = False
            while work is not None:
                close_if_dead()
                work.do()
                work = self._next(self)


def close_if_dead() -> None:
    """Close this thread's kept connection whose server has left: an idle one has nothing to read but a farewell."""
    kept = connection.connection
    if kept is None:
        return
    if not kept.closed:
        line = select.poll()
        line.register(kept.fileno(), select.POLLIN)
        if not line.poll(0):
            return
    connection.close()


_threads = Threads(THREADS, "turns")
# The Wi-Fi comes back and every phone reconnects at once: who is here already is still answered beside them.
_arrivals = Threads(2, "arrivals")


async def in_thread(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a call that uses the database, bound as its caller is."""
    return await _threads.run(partial(_bound, tenancy.current(), call, *args, **kwargs))


async def at_arrival(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a call like `in_thread`, for a guest who comes or comes back: a crowd of them is admitted two at a time."""
    return await _arrivals.run(partial(_bound, tenancy.current(), call, *args, **kwargs))


def waiting() -> dict[str, int]:
    """Return how many calls wait for a thread: of questions, and of guests who come."""
    return {"turns": _threads.waiting, "arrivals": _arrivals.waiting}


def _bound(binding: Binding, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    with tenancy.binding_to(binding):
        return call(*args, **kwargs)


@atexit.register
def rest() -> None:
    """Let the threads finish what they are at, and give all connections back; the next call begins new ones."""
    for each in (_threads, _arrivals):
        each.end()
