"""The threads on which the guest's door reaches the database, against a real PostgreSQL."""

import asyncio
import threading
import time
from collections.abc import Iterator
from functools import partial

import pytest
from django.db import OperationalError, connection

from guestchat.guest import database
from guestchat.guest.database import Threads

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def one() -> Iterator[Threads]:
    threads = Threads(1, "one")
    yield threads
    threads.end()


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def terminate(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def is_held() -> bool:
    return connection.connection is not None


async def test_a_thread_at_work_keeps_its_connection(one: Threads) -> None:
    first = await one.run(backend)
    assert await one.run(is_held)
    assert await one.run(backend) == first


async def test_a_thread_at_rest_gives_it_back(one: Threads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_REST_S", 0.1)
    await one.run(backend)
    await asyncio.sleep(0.6)
    assert not await one.run(is_held)


async def test_who_worked_last_works_next() -> None:
    threads = Threads(3, "three")
    together = threading.Barrier(3)
    await asyncio.gather(*(threads.run(lambda: together.wait(5)) for _ in range(3)))
    # Who has just told its result may not be back yet when the next call comes.
    assert len({await threads.run(threading.get_ident) for _ in range(20)}) <= 2
    threads.end()


async def test_a_server_that_leaves_an_idle_thread_fails_no_call(one: Threads) -> None:
    mine = await one.run(backend)
    other = Threads(1, "other")
    await other.run(lambda: terminate(mine))
    other.end()
    assert await one.run(backend) != mine


async def test_a_server_that_leaves_amid_a_call_fails_that_one_only(one: Threads) -> None:
    mine = await one.run(backend)
    with pytest.raises(OperationalError):
        await one.run(lambda: terminate(mine))
    assert await one.run(backend) != mine


async def test_an_error_reaches_who_called_and_the_thread_goes_on(one: Threads) -> None:
    with pytest.raises(ZeroDivisionError):
        await one.run(lambda: 1 / 0)
    assert await one.run(lambda: 1) == 1


async def test_calls_run_beside_each_other_up_to_the_bound() -> None:
    threads = Threads(3, "three")
    together = threading.Barrier(3)
    places = await asyncio.gather(*(threads.run(lambda: together.wait(5)) for _ in range(6)))
    assert sorted(places) == [0, 0, 1, 1, 2, 2]
    assert len({await threads.run(threading.get_ident) for _ in range(20)}) <= 3
    threads.end()


async def test_what_is_cancelled_before_it_begins_never_runs(one: Threads) -> None:
    free, ran = threading.Event(), threading.Event()
    busy = asyncio.create_task(one.run(lambda: free.wait(5)))
    await asyncio.sleep(0)
    waiting = asyncio.create_task(one.run(ran.set))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.sleep(0)
    free.set()
    assert await busy
    assert await one.run(lambda: True)
    assert not ran.is_set()


async def test_who_leaves_while_it_runs_hurts_nobody(one: Threads) -> None:
    begun, free = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        free.wait(5)

    left = asyncio.create_task(one.run(work))
    assert await asyncio.to_thread(begun.wait, 5)
    left.cancel()
    free.set()
    assert await one.run(lambda: 7) == 7


async def test_ending_waits_for_what_was_handed_over() -> None:
    threads = Threads(2, "two")
    done: list[int] = []

    def late(number: int) -> None:
        time.sleep(0.2)
        done.append(number)

    for number in range(4):
        asyncio.create_task(threads.run(partial(late, number)))  # noqa: RUF006
    await asyncio.sleep(0)
    threads.end()
    assert sorted(done) == [0, 1, 2, 3]
    assert await threads.run(lambda: 2) == 2
    threads.end()
