"""Owns what every long-running command does first: refuse servers that cannot be used, and be ready to end in order."""

import os
import signal

import psycopg
from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection

_REACH_WITHIN_S = 5


class Ending:
    """A polite request to end, at any time: it runs the exits, which stop the embedded database.

    A server's own handler takes its place as soon as that runs.
    """

    CODE = 128 + signal.SIGTERM

    def __init__(self) -> None:
        self.is_asked = False
        self._at_once = True
        signal.signal(signal.SIGTERM, self._ask)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup wishes
            # A closed terminal ends it like SIGTERM, whoever handles that by then.
            signal.signal(signal.SIGHUP, lambda number, frame: os.kill(os.getpid(), signal.SIGTERM))

    def wait(self) -> None:
        """Only note a request from now on; whoever calls this looks at `is_asked` soon.

        What is raised amid the import of a module leaves its lock behind, and another thread waits for that for ever.
        """
        self._at_once = False
        if self.is_asked:
            raise SystemExit(self.CODE)

    def _ask(self, number: int, frame: object) -> None:
        self.is_asked = True
        if self._at_once:
            raise SystemExit(128 + number)


def refuse_an_unusable_database() -> None:
    """Raise CommandError where the server in DATABASE_URL cannot be reached or cannot compare vectors."""
    if settings.DATABASES["default"]["ENGINE"] == "config.embedded_postgres":
        return  # it is started at the first query, and says itself what is wrong
    parameters = connection.get_connection_params()
    parameters = {name: value for name, value in parameters.items() if name not in {"cursor_factory", "context"}}
    try:
        with psycopg.connect(**{"connect_timeout": _REACH_WITHIN_S, **parameters}) as probe:
            offered = probe.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'").fetchone()
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
        raise CommandError(f"DATABASE_URL names a database that cannot be used: {reason}") from None
    if offered is None:
        raise CommandError("DATABASE_URL names a server without the extension pgvector; install it there.")


def refuse_an_unusable_redis() -> None:
    """Raise CommandError where nothing answers at REDIS_URL."""
    if not settings.REDIS_URL:
        return
    import redis  # 0.1 s, which a start without it need not pay

    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=_REACH_WITHIN_S) as probe:
            probe.ping()
    except (redis.RedisError, ValueError, OSError) as error:
        raise CommandError(f"REDIS_URL names a server that does not answer ({type(error).__name__}).") from None
