"""Owns what is done without anybody asking, and when. Each job may run twice, late or beside itself: it does no harm.

Imported by workers alone. A job goes from hotel to hotel; what fails for one is told and tried again, and keeps nothing
from the others. What is done every minute goes only where something waits: most of many hotels are quiet.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable

from django.db.models import QuerySet
from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status

from guestchat import calls, groups, stays, turns
from guestchat.models import Message
from guestchat.traces import trace
from guestchat.webhooks import outbox
from menus import tenancy
from menus.models import Hotel

log = logging.getLogger(__name__)

# Longer than any answer takes: the process that began it has died, and its guest has not come back.
_ABANDONED_AFTER_S = 60
_MOST_AT_ONCE = 500
_WORKER_IS_DEAD_AFTER_S = 60
_MOST_ATTEMPTS = 3
_KEEP_FAILED_JOBS_HOURS = 7 * 24


class NotForAllHotels(Exception):
    """A job failed for at least one hotel; the log says for which and where."""


def _for_each_hotel(work: Callable[[Hotel], int], done: str, *, of: Callable[[], Iterable[int]] | None = None) -> None:
    """Do the work for all hotels, or for those `of` which it returns the primary keys."""
    failed = False
    with tenancy.everywhere():
        rows = Hotel.objects.order_by("pk")
        hotels = list(rows if of is None else rows.filter(pk__in=set(of())))
    for hotel in hotels:
        try:
            with tenancy.at(hotel.pk):  # whatever a job forgets to filter, it does to one hotel at a time
                number = work(hotel)
            if number:
                log.info("hotel %s: %s %s", hotel.pk, number, done)
        except Exception as error:
            log.error("hotel %s: a job failed: %s", hotel.pk, trace(error))
            failed = True
    if failed:
        raise NotForAllHotels


@app.periodic(cron="23 3 * * *")
@app.task(queueing_lock="purge", retry=_MOST_ATTEMPTS)
def purge(timestamp: int) -> None:
    """Delete what each hotel has kept long enough."""
    _for_each_hotel(stays.purge, "chats deleted after their time")
    _for_each_hotel(lambda hotel: outbox.forget_old(hotel.pk), "old messages to other systems deleted")


@app.periodic(cron="* * * * *")
@app.task(name=outbox.TASK, queueing_lock=outbox.QUEUEING_LOCK)
def tell_systems(timestamp: int) -> None:
    """Tell the hotels' own systems what became of requests; at once where something is new, and again what failed."""
    if not outbox.waits():
        return
    from guestchat.webhooks import sending  # not above: it brings TLS, for which most hotels have no use

    told = sending.tell_all()
    if told:
        log.info("%s messages taken by other systems", told)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="escalate")
def escalate(timestamp: int) -> None:
    """Tell the team again of calls that nobody has looked at in time, then by e-mail, and tell the guests so."""
    _for_each_hotel(calls.look_after, "calls for a person have waited too long", of=calls.hotels_with_calls)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="finish_abandoned")
def finish_abandoned(timestamp: int) -> None:
    """Answer what a process that died left unanswered, or say honestly that it cannot be."""
    _for_each_hotel(_finish_abandoned, "chats with abandoned answers finished", of=_with_abandoned_answers)


def _with_abandoned_answers() -> Iterable[int]:
    return _abandoned().order_by().values_list("hotel", flat=True).distinct()


def _abandoned() -> QuerySet[Message]:
    before = timezone.now() - dt.timedelta(seconds=_ABANDONED_AFTER_S)
    return Message.objects.filter(status=Message.Status.PENDING, created_at__lte=before)


def _finish_abandoned(hotel: Hotel) -> int:
    abandoned = _abandoned().filter(hotel=hotel)
    conversations = list(abandoned.order_by().values_list("conversation", flat=True).distinct()[:_MOST_AT_ONCE])
    for conversation in conversations:
        turns.finish_pending(conversation, older_than_s=_ABANDONED_AFTER_S)
    groups.tell(conversations, [hotel.pk] if conversations else [])
    return len(conversations)


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="sweep_jobs", pass_context=True)
async def sweep_jobs(context: JobContext, timestamp: int) -> None:
    """Run again what a worker that died had begun, a few times; forget what failed long ago."""
    jobs = context.app.job_manager
    for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=_WORKER_IS_DEAD_AFTER_S):
        try:
            if job.attempts < _MOST_ATTEMPTS:
                await jobs.retry_job(job)
                continue
        except ConnectorException:
            pass  # the same is waiting already
        await jobs.finish_job(job, status=Status.FAILED, delete_job=False)
    await jobs.delete_old_jobs(
        nb_hours=_KEEP_FAILED_JOBS_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
