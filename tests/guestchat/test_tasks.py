"""What is done without anybody asking: each job by itself, and run by a real worker on a real database."""

import asyncio
import datetime as dt
import logging
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector

from guestchat import pipeline, stays, tasks, turns, worker
from guestchat.guest.database import in_thread
from guestchat.models import Conversation, Message, ServiceRequest
from menus.models import Hotel
from tests.guestchat.guest.chatting import PARKING, TOWELS, make_hotel

PERSON = "I want to talk to a person"


@pytest.fixture
def hotel(db: None) -> Hotel:
    return make_hotel()


def begun(hotel: Hotel, text: str, *, seconds_ago: float = 0) -> turns.Turn:
    """Commit a question as a process that dies before it answers."""
    conversation = Conversation.objects.create(hotel=hotel, place=hotel.places.first(), language="en")
    turn = turns.begin(conversation.pk, text, uuid.uuid4())
    then = timezone.now() - dt.timedelta(seconds=seconds_ago)
    Message.objects.filter(conversation=conversation).update(created_at=then)
    return turn


def called(hotel: Hotel, text: str, *, minutes_ago: float) -> ServiceRequest:
    """Make an answered question whose requests were opened some minutes ago."""
    turn = begun(hotel, text)
    turns.finish(turn, turns.answer_turn(turn))
    found = ServiceRequest.objects.filter(conversation=turn.question.conversation_id)
    found.update(created_at=timezone.now() - dt.timedelta(minutes=minutes_ago))
    return found.get()


def escalated() -> set[int]:
    return set(ServiceRequest.objects.exclude(escalated_at=None).values_list("pk", flat=True))


# --- calls for a person -------------------------------------------------------------------
def test_a_call_that_nobody_looked_at_is_escalated_once(hotel: Hotel, caplog: pytest.LogCaptureFixture) -> None:
    late = called(hotel, PERSON, minutes_ago=11)
    for minutes, text in ((9, PERSON), (11, TOWELS)):
        called(hotel, text, minutes_ago=minutes)
    with caplog.at_level(logging.INFO):
        tasks.escalate(0)
    assert late.is_call
    assert escalated() == {late.pk}
    assert f"hotel {hotel.pk}: 1 calls for a person have waited too long" in caplog.text
    first = ServiceRequest.objects.get(pk=late.pk).escalated_at
    tasks.escalate(0)
    assert ServiceRequest.objects.get(pk=late.pk).escalated_at == first


@pytest.mark.parametrize("job", [tasks.escalate, tasks.finish_abandoned, tasks.tell_systems])
def test_a_quiet_hotel_is_not_asked_every_minute(hotel: Hotel, job: Any) -> None:
    counts = []
    for slug in ("second", "third"):
        make_hotel(slug)
        with CaptureQueriesContext(connection) as asked:
            job(0)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 4


# --- answers that a crash left ---------------------------------------------------------------
def test_what_a_dead_process_left_is_answered_and_what_is_being_answered_is_let_be(hotel: Hotel) -> None:
    dead, alive = begun(hotel, PARKING, seconds_ago=61), begun(hotel, PARKING, seconds_ago=30)
    tasks.finish_abandoned(0)
    finished = Message.objects.get(conversation=dead.question.conversation_id, seq=2)
    assert (finished.status, finished.outcome) == ("complete", "answered")
    assert "Behind the" in finished.text
    assert Message.objects.get(conversation=alive.question.conversation_id, seq=2).status == "pending"


def test_what_cannot_be_answered_says_so(hotel: Hotel, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any, **_options: Any) -> None:
        raise KeyError

    monkeypatch.setattr(pipeline, "answer", broken)
    dead = begun(hotel, PARKING, seconds_ago=100)
    tasks.finish_abandoned(0)
    finished = Message.objects.get(conversation=dead.question.conversation_id, seq=2)
    assert (finished.status, finished.outcome) == ("complete", "unanswered")


def test_one_hotels_failure_keeps_nothing_from_the_others(
    hotel: Hotel, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    other = make_hotel("other")
    purged: list[int] = []
    words = "a guest's own"

    def purge(each: Hotel) -> int:
        if each == hotel:
            raise ValueError(words)
        purged.append(each.pk)
        return 0

    monkeypatch.setattr(stays, "purge", purge)
    with pytest.raises(tasks.NotForAllHotels):
        tasks.purge(0)
    assert other.pk in purged
    assert f"hotel {hotel.pk}: a job failed: ValueError" in caplog.text
    assert words not in caplog.text


# --- a real worker ---------------------------------------------------------------------------
@pytest.fixture
def jobs(transactional_db: None) -> Iterator[Callable[[], list[tuple[str, str, int]]]]:
    """Return a function that tells the jobs there are: name, status, attempts. All are forgotten afterwards."""

    def listed() -> list[tuple[str, str, int]]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT task_name, status::text, attempts FROM procrastinate_jobs ORDER BY id")
            return [(name.rpartition(".")[2], status, attempts) for name, status, attempts in cursor.fetchall()]

    yield listed
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers CASCADE")


async def work_once() -> None:
    """Do all jobs that wait, with a worker as an operator starts it."""
    kwargs = await sync_to_async(connector_params)()
    with app.replace_connector(PsycopgConnector(kwargs=kwargs, min_size=1, max_size=2)):
        async with app.open_async():
            await app.run_worker_async(wait=False, install_signal_handlers=False)


def put_job(name: str, *, attempts: int = 0, status: str = "todo") -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (task_name, queue_name, args, status, attempts, queueing_lock)"
            " VALUES (%s, 'default', '{\"timestamp\": 0}', %s::procrastinate_job_status, %s, %s)",
            [f"guestchat.tasks.{name}", status, attempts, f"test {name}"],
        )


def old_chat() -> None:
    old = timezone.now() - dt.timedelta(days=31)
    Conversation.objects.update(asked_at=old, created_at=old)


async def test_a_worker_purges(jobs: Callable[[], Any]) -> None:
    def prepare() -> None:
        begun(make_hotel(), PARKING)
        old_chat()
        put_job("purge")

    await in_thread(prepare)
    await work_once()
    assert await in_thread(Conversation.objects.count) == 0
    assert [job for job in await in_thread(jobs) if job[0] == "purge"] == []


async def test_what_a_dead_worker_had_begun_is_done_again_a_few_times(jobs: Callable[[], Any]) -> None:
    def prepare() -> None:
        begun(make_hotel(), PARKING)
        old_chat()
        put_job("purge", status="doing", attempts=1)
        put_job("escalate", status="doing", attempts=3)
        put_job("sweep_jobs")

    await in_thread(prepare)
    await work_once()
    assert await in_thread(Conversation.objects.count) == 0
    # The purge is done and forgotten; what killed three workers is not tried a fourth time.
    assert await in_thread(jobs) == [("escalate", "failed", 4)]


def listeners() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %%'"
        )
        return int(cursor.fetchone()[0])


def cut_off() -> None:
    """End every connection of the worker, as a server that is restarted does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = %s",
            [worker.NAME],
        )
        assert cursor.rowcount >= 2


async def until(holds: Callable[[], Any]) -> None:
    """Wait for what must become true; fail after a while."""
    async with asyncio.timeout(20):
        while not await in_thread(holds):  # noqa: ASYNC110 - a row tells no event
            await asyncio.sleep(0.05)


async def test_the_worker_inside_goes_on_after_the_database_was_away(
    jobs: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_PAUSE_S", 0.1)
    working = asyncio.create_task(worker.run())
    try:
        await until(listeners)
        await in_thread(cut_off)
        await until(listeners)

        def prepare() -> None:
            begun(make_hotel(), PARKING)
            old_chat()
            put_job("purge")

        await in_thread(prepare)
        await until(lambda: not Conversation.objects.exists())
    finally:
        working.cancel()
        await asyncio.wait([working], timeout=10)
    assert working.cancelled()
    await until(lambda: not listeners())
