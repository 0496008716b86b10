"""Owns the prototype's installation: its environment, its own PostgreSQL, its process."""

import contextlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil

from benchmarks.chaos.stack import Postgres
from benchmarks.server import HOTEL, ROOT, BenchError, end, free_port, make_folder, manage, outer_environment

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
_DATABASE = "guestchat"  # what `Postgres` makes


def environment() -> Path:
    """Return the Python of the prototype's environment, made in `var/` where it is missing or its file changed."""
    home = ROOT / "var" / "peers"
    python, made = home / "bin" / "python", home / "made-from.txt"
    if not made.exists() or made.read_text("utf-8") != REQUIREMENTS.read_text("utf-8"):
        print("Making the prototype's environment; minutes …", file=sys.stderr)
        for command in (
            [sys.executable, "-m", "venv", "--clear", str(home)],
            [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(REQUIREMENTS)],
        ):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise BenchError(f"The prototype's environment could not be made:\n{done.stderr[-2000:]}")
        made.write_text(REQUIREMENTS.read_text("utf-8"), "utf-8")
    return python


def installed_mb(python: Path) -> float:
    """Return the size of the environment's packages in MB of a million bytes, without bytecode and pip."""
    [packages] = (python.parent.parent / "lib").glob("python3.*/site-packages")
    skipped = ("__pycache__", "pip", "setuptools")
    files = (each for each in packages.rglob("*") if each.is_file() and not each.is_symlink())
    counted = (each for each in files if not any(part in skipped for part in each.relative_to(packages).parts))
    return sum(each.stat().st_size for each in counted) / 1e6


class Prototype:
    """The prototype in a temporary folder, with the demo hotel's texts; looks like the bench's own `House`."""

    def __init__(self, directory: Path, python: Path) -> None:
        self.directory = directory
        self.port = free_port()
        self._python = python
        self._postgres = Postgres(directory / "postgres")
        self._postgres.start()
        hotel = directory / "hotel.json"
        hotel.write_text(_demo_hotel(directory), "utf-8")
        host, port = self._postgres.address["host"], self._postgres.address["port"]
        where = f"postgres@/{_DATABASE}?host={host}&port={port}"
        self._environment = {
            **outer_environment(),
            "PORT": str(self.port),
            "PEER_HOTEL": str(hotel),
            "PEER_DATABASE": f"postgresql://{where}",
            "PEER_DATABASE_SQLALCHEMY": f"postgresql+psycopg://{where}",
            "HF_HUB_OFFLINE": "1",
            "TOKENIZERS_PARALLELISM": "false",
        }

    def codes(self) -> list[str]:
        """Return the path behind a code; all are one to the prototype."""
        return ["/q/anything/"]

    @contextlib.contextmanager
    def serving(self) -> Iterator[psutil.Process]:
        """Run the prototype; yield its process as soon as it is started, and stop it in the end."""
        with (self.directory / "server.log").open("ab") as log:
            process = subprocess.Popen(
                [self._python, "-m", "benchmarks.peers.prototype"],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        try:
            yield psutil.Process(process.pid)
            if process.poll() is not None:
                said = (self.directory / "server.log").read_text("utf-8", "replace")[-2000:]
                raise BenchError(f"The prototype ended with {process.returncode}:\n{said}")
        finally:
            end(process)

    def database(self) -> list[psutil.Process]:
        """Return the processes of its PostgreSQL."""
        return self._postgres.processes()

    def errors_logged(self) -> int:
        """Return how many errors it has logged."""
        log = (self.directory / "server.log").read_text("utf-8", "replace")
        return sum("ERROR" in line or "Traceback" in line for line in log.splitlines())

    def close(self) -> None:
        """Stop its PostgreSQL."""
        self._postgres.stop()


@contextlib.contextmanager
def prototype() -> Iterator[Prototype]:
    """Install the prototype in a temporary folder, which is removed in the end."""
    python = environment()
    directory = make_folder("peer")
    try:
        house = Prototype(directory, python)
        try:
            yield house
        finally:
            house.close()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _demo_hotel(directory: Path) -> str:
    """Return the demo hotel's file, from a database that is thrown away."""
    var = directory / "ours"
    given = {**outer_environment(), "GUESTCHAT_VAR_DIR": str(var)}
    manage(given, "serve", "--prepare-only")
    exported = manage(given, "export_hotel", HOTEL)
    json.loads(exported)
    shutil.rmtree(var, ignore_errors=True)
    return exported
