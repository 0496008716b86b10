"""Owns what operators ask: is the process up, is it ready, what does it measure. Turns are `guestchat.measures`'."""

import asyncio
import contextlib

import psutil
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from guestchat import answerers, wall
from guestchat.guest import database
from guestchat.migrated import is_migrated
from guestchat.retrieval.embedder import EmbedderError, get_embedder
from guestchat.retrieval.judge import JudgeError, get_judge

_tasks = Gauge(
    "guestchat_tasks", "Tasks of this process's event loop: some for each open socket, and they leave with it."
)
_waiting = Gauge("guestchat_calls_waiting", "Calls of guests that no thread has begun yet.", ["of"])
_answerers = Gauge("guestchat_answerers", "Processes that answer beside this one: wanted, and ready.", ["state"])
_answerers_cpu = Gauge("guestchat_answerers_cpu_seconds", "Processor time of the answerers that run now.")
_answerers_memory = Gauge("guestchat_answerers_memory_bytes", "Resident memory of the answerers that run now.")
_connections = Gauge(
    "guestchat_database_connections", "Connections of the pool: open, free, and waited for.", ["state"]
)


@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers, is migrated and parts the hotels, and the models are loaded; else 503 with what is not."""
    checks = {"database": False, "migrations": False, "wall": False, "model": False}
    try:
        checks["migrations"] = is_migrated()
        checks["database"] = True
        checks["wall"] = not wall.gaps()
    except DatabaseError:
        pass  # told by the checks themselves
    checks["model"] = _are_models_loaded()
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)


def _are_models_loaded() -> bool:
    far = answerers.current()
    if far is not None:
        return far.are_ready
    try:
        get_embedder()
        get_judge()
    except (EmbedderError, JudgeError):
        return False  # the check itself tells
    return True


def _measure_answerers() -> None:
    far = answerers.current()
    _answerers.labels("wanted").set(0 if far is None else far.number)
    _answerers.labels("ready").set(0 if far is None else far.ready)
    seconds = memory = 0.0
    for pid in [] if far is None else far.pids:
        with contextlib.suppress(psutil.Error):  # one that has just ended
            process = psutil.Process(pid)
            times = process.cpu_times()
            seconds, memory = seconds + times.user + times.system, memory + process.memory_info().rss
    _answerers_cpu.set(seconds)
    _answerers_memory.set(memory)


@never_cache
@require_safe
async def metrics(request: HttpRequest) -> HttpResponse:
    """The process's figures in Prometheus' text form."""
    _tasks.set(len(asyncio.all_tasks()))
    for of, number in database.waiting().items():
        _waiting.labels(of).set(number)
    _measure_answerers()
    pool = getattr(connection, "pool", None)
    if pool is not None:
        stats = pool.get_stats()
        for state, name in (("open", "pool_size"), ("free", "pool_available"), ("waited_for", "requests_waiting")):
            _connections.labels(state).set(stats.get(name, 0))
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
