"""Owns what is made to suffer: PostgreSQL, Redis and two server processes behind proxies, in a temporary folder."""

import asyncio
import contextlib
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import psutil
import psycopg
import redis

from benchmarks.chaos.proxy import Proxy, Stream
from benchmarks.server import ROOT, BenchError, free_port, make_folder, manage, outer_environment, paths_of_codes
from config.embedded_postgres.server import connection_address, run_program
from menus.tenancy import SERVING_ROLE

_PREPARE_WITHIN_S = 240.0
_READY_WITHIN_S = 90.0
_STOP_WITHIN_S = 15.0
_DATABASE = "guestchat"
AnyStack = TypeVar("AnyStack", bound="Stack")


class Stack:
    """The product at scale, small: PostgreSQL, Redis, and as many server processes as are asked for."""

    def __init__(self, folder: Path, processes: int, kind: "type[App] | None" = None) -> None:
        self.folder = folder
        self.postgres = Postgres(folder / "postgres")
        self.redis = Redis(folder)
        self.apps = [(kind or App)(self, number) for number in range(processes)]

    def environment(self, sockets: Path, port: int) -> dict[str, str]:
        """Return what a process is started with; `sockets`: where it finds PostgreSQL."""
        address = self.postgres.address
        return {
            **outer_environment(),
            "DATABASE_URL": f"postgresql://{address['user']}@/{_DATABASE}?host={sockets}&port={address['port']}",
            "REDIS_URL": self.redis.url,
            "SECRET_KEY": "a-key-for-the-time-of-these-trials-only",
            "GUESTCHAT_VAR_DIR": str(self.folder / f"var-{port}"),
            "PORT": str(port),
        }

    def _own_environment(self) -> dict[str, str]:
        return self.environment(Path(self.postgres.address["host"]), 8000)

    async def start(self) -> None:
        """Prepare the database and start everything."""
        await asyncio.to_thread(self.postgres.start)
        await asyncio.to_thread(self.redis.start)
        await asyncio.to_thread(manage, self._own_environment(), "serve", "--prepare-only", within_s=_PREPARE_WITHIN_S)
        for app in self.apps:
            await app.open()
        await self.heal()

    async def heal(self) -> None:
        """End every fault: bring back what is gone, and wait until all of it serves."""
        await asyncio.to_thread(self.postgres.heal)
        await asyncio.to_thread(self.redis.heal)
        for app in self.apps:
            app.front.heal()
            app.back.heal()
        await asyncio.gather(*(app.serve() for app in self.apps))

    async def close(self) -> None:
        """Stop everything, in order."""
        for app in self.apps:
            await app.close()
        await asyncio.to_thread(self.redis.stop)

    def codes(self) -> list[str]:
        """Return the paths behind the places' codes."""
        return paths_of_codes(self._own_environment(), within_s=_PREPARE_WITHIN_S)


@contextlib.asynccontextmanager
async def fresh_stack(processes: int = 2) -> AsyncIterator[Stack]:
    """Start a stack in a temporary folder, which is removed in the end."""
    if shutil.which("redis-server") is None:
        raise BenchError("redis-server is not installed.")
    async with started(Stack(make_folder("chaos"), processes)) as stack:
        yield stack


@contextlib.asynccontextmanager
async def started(stack: AnyStack) -> AsyncIterator[AnyStack]:
    """Start a stack; stop it in the end and remove its folder."""
    try:
        await stack.start()
        yield stack
    finally:
        await stack.close()
        await asyncio.to_thread(stack.postgres.stop)
        shutil.rmtree(stack.folder, ignore_errors=True)


class App:
    """One server process: guests come through `front`, its database lies behind `back`."""

    def __init__(self, stack: Stack, number: int) -> None:
        self._stack = stack
        self.number = number
        self.host = "127.0.0.1"
        self.port = free_port()
        self.front = Proxy(self._open_server)
        self.back = Proxy(self._open_database)
        self.door = 0  # where guests come in
        self.process: subprocess.Popen[bytes] | None = None
        self._sockets = stack.folder / f"line-{number}"
        self.log = stack.folder / f"server-{number}.log"

    async def open(self) -> None:
        """Open both proxies."""
        self._sockets.mkdir()
        await self.back.listen_on_path(str(self._sockets / f".s.PGSQL.{self._stack.postgres.address['port']}"))
        self.door = await self.front.listen_on_port()

    async def _open_server(self) -> Stream:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def _open_database(self) -> Stream:
        return await asyncio.open_unix_connection(self._stack.postgres.socket)

    def before_command(self) -> list[str]:
        """Return what the process is started by, if by anything."""
        return []

    def environment(self) -> dict[str, str]:
        """Return what the process is started with."""
        return self._stack.environment(self._sockets, self.port)

    def spawn(self) -> None:
        """Start the process, unless it runs."""
        if self.process is not None and self.process.poll() is None:
            return
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.before_command(), sys.executable, "manage.py", "serve"],
                cwd=ROOT,
                env=self.environment(),
                stdout=log,
                stderr=log,
            )

    async def serve(self) -> None:
        """Do what a supervisor does: start it, again where it refused to, until it is ready."""
        self.tell(signal.SIGCONT)
        deadline = time.monotonic() + _READY_WITHIN_S
        while time.monotonic() < deadline:
            self.spawn()
            if await asyncio.to_thread(self._is_ready):
                return
            await asyncio.sleep(0.1)
        raise BenchError(f"A server did not get ready:\n{self.log.read_text('utf-8', 'replace')[-3000:]}")

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{self.host}:{self.port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def tell(self, number: signal.Signals) -> None:
        """Send the process a signal, if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    async def kill(self) -> None:
        """Kill it as a power cut does, and start it again."""
        self.tell(signal.SIGKILL)
        await self._gone()
        self.spawn()

    async def end(self) -> None:
        """End it in order, and start it again."""
        self.tell(signal.SIGTERM)
        await self._gone()
        self.spawn()

    async def _gone(self) -> None:
        if self.process is None:
            return
        try:
            await asyncio.to_thread(self.process.wait, _STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.tell(signal.SIGKILL)
            await asyncio.to_thread(self.process.wait)

    async def close(self) -> None:
        """Stop the process and both proxies."""
        self.tell(signal.SIGCONT)
        self.tell(signal.SIGTERM)
        await self.front.close()
        await self.back.close()
        await self._gone()


class Postgres:
    """A server of its own, with PostgreSQL's own programs to hurt it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.address: dict[str, str] = {}
        self._hosts: Sequence[str] = ()  # where it listens besides its socket

    @property
    def socket(self) -> str:
        """Return the path of its socket."""
        return str(Path(self.address["host"]) / f".s.PGSQL.{self.address['port']}")

    def start(self) -> None:
        """Make and start it."""
        self.address = connection_address(self._directory, _DATABASE)

    def give_to(self, login: str, password: str) -> None:
        """Give the database to a login of its own, as an operator does: no superuser, and no maker of roles."""
        with (self._directory / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all {login} samenet scram-sha-256\n")
        self.do(
            f"CREATE ROLE {login} LOGIN PASSWORD '{password}'",
            f"CREATE ROLE {SERVING_ROLE} NOLOGIN",
            f"GRANT {SERVING_ROLE} TO {login}",
            f"ALTER DATABASE {_DATABASE} OWNER TO {login}",
            "CREATE EXTENSION vector",
        )

    def move(self, hosts: Sequence[str]) -> None:
        """Listen on addresses, too, and on a port that nobody else has."""
        self.stop()
        self._hosts, self.address["port"] = hosts, str(free_port())
        self.heal()

    def restart(self, mode: str) -> None:
        """Restart it: `fast` ends all connections in order, `immediate` leaves the mending to the next start."""
        run_program("pg_ctl", "restart", "-D", str(self._directory), "-m", mode, "-w", "-l", self._log)

    def stop(self) -> None:
        """Stop it, if it runs."""
        if self.address and self.processes():
            run_program("pg_ctl", "stop", "-D", str(self._directory), "-m", "fast", "-w")

    def heal(self) -> None:
        """Start it if it is gone, and take back what was set."""
        if not self.processes():
            options = f"-h '{','.join(self._hosts)}' -p {self.address['port']} -k {self.address['host']}"
            run_program("pg_ctl", "start", "-D", str(self._directory), "-w", "-l", self._log, "-o", options)
        self.do(f"ALTER DATABASE {_DATABASE} RESET ALL")

    @property
    def _log(self) -> str:
        return str(self._directory / "log")

    def connect(self) -> "psycopg.Connection[Any]":
        """Connect past every proxy, and past the timeouts that a fault has set for everybody: this one ends it."""
        own: dict[str, Any] = {**self.address, "options": "-c statement_timeout=0 -c lock_timeout=0"}
        return psycopg.connect(**own, dbname=_DATABASE, autocommit=True, connect_timeout=10)

    def do(self, *statements: str) -> None:
        """Run statements, each by itself."""
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement)

    def end_backends(self) -> int:
        """End all connections but the one that does it; return how many."""
        with self.connect() as connection:
            ended = connection.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND datname = %s AND backend_type = 'client backend'",
                [_DATABASE],
            ).fetchone()
        return int(ended[0]) if ended else 0

    def processes(self) -> list[psutil.Process]:
        """Return its processes, the first of them first."""
        try:
            first = psutil.Process(int((self._directory / "postmaster.pid").read_text().splitlines()[0]))
            return [first, *first.children()] if "postgres" in first.name() else []
        except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
            return []

    def backends(self) -> list[psutil.Process]:
        """Return the processes that serve a connection."""
        return [each for each in self.processes()[1:] if "[local]" in " ".join(each.cmdline())]


class Redis:
    """A server that keeps nothing on the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.hosts: Sequence[str] = ("127.0.0.1",)
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, unless it runs, and wait until it answers."""
        if self._process is None or self._process.poll() is not None:
            command = ["redis-server", "--port", str(self.port), "--bind", *self.hosts, "--protected-mode", "no"]
            self._process = subprocess.Popen(
                [*command, "--save", "", "--dir", str(self._folder)], stdout=subprocess.DEVNULL
            )
        deadline = time.monotonic() + _STOP_WITHIN_S
        with self.client() as client:
            while time.monotonic() < deadline:
                with contextlib.suppress(redis.RedisError):
                    client.ping()
                    return
                time.sleep(0.02)
        raise BenchError("Redis did not start.")

    def client(self) -> "redis.Redis":
        """Return a client past every fault."""
        return redis.Redis.from_url(self.url, socket_timeout=5)

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal, if it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def stop(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End it and wait for its end."""
        self.tell(number)
        if self._process is not None:
            self._process.wait(_STOP_WITHIN_S)

    def heal(self) -> None:
        """Let it run."""
        self.tell(signal.SIGCONT)
        self.start()
