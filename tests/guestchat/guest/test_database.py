"""The threads on which the guest's door reaches the database, against a real PostgreSQL."""

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest
from django.db import OperationalError, connection

from guestchat.guest.database import Threads

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def one() -> Iterator[Threads]:
    threads = Threads(1, "one")
    yield threads
    threads.shutdown()


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def is_held() -> bool:
    return connection.connection is not None


def test_a_thread_at_work_keeps_its_connection(one: Threads) -> None:
    first = one.submit(backend).result(5)
    assert one.submit(is_held).result(5)
    assert one.submit(backend).result(5) == first


def test_a_thread_at_rest_gives_it_back(one: Threads) -> None:
    one.submit(backend).result(5)
    time.sleep(1.0)
    assert not one.submit(is_held).result(5)


def test_a_broken_connection_fails_one_call_only(one: Threads) -> None:
    mine = one.submit(backend).result(5)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [mine])
    with pytest.raises(OperationalError):
        one.submit(backend).result(5)
    assert one.submit(backend).result(5) != mine


def test_an_error_reaches_who_called_and_the_thread_goes_on(one: Threads) -> None:
    with pytest.raises(ZeroDivisionError):
        one.submit(lambda: 1 / 0).result(5)
    assert one.submit(lambda: 1).result(5) == 1


def test_calls_run_beside_each_other_up_to_the_bound() -> None:
    threads = Threads(3, "three")
    together = threading.Barrier(3)
    waiting = [threads.submit(together.wait, 5) for _ in range(6)]
    assert sorted(each.result(10) for each in waiting) == [0, 0, 1, 1, 2, 2]
    assert len({threads.submit(threading.get_ident).result(5) for _ in range(20)}) <= 3
    threads.shutdown()


async def test_what_is_cancelled_before_it_begins_never_runs() -> None:
    threads = Threads(1, "one")
    free, ran = threading.Event(), threading.Event()
    busy = asyncio.wrap_future(threads.submit(free.wait, 5))
    waiting = asyncio.wrap_future(threads.submit(ran.set))
    waiting.cancel()
    await asyncio.sleep(0)
    free.set()
    assert await busy
    threads.shutdown()
    assert not ran.is_set()


def test_ending_waits_for_what_was_submitted() -> None:
    threads = Threads(2, "two")
    done = [threads.submit(time.sleep, 0.2) for _ in range(4)]
    threads.shutdown()
    assert all(each.done() for each in done)
    assert threads.submit(lambda: 2).result(5) == 2
    threads.shutdown()
