"""Owns what the tests of starting share: commands in processes and folders of their own."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Whatever the machine that tests has set is not what a fresh one has.
OURS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "HOST", "PORT", "GUESTCHAT_")

Manage = Callable[..., subprocess.CompletedProcess[str]]


def environment(var: Path, **variables: str) -> dict[str, str]:
    """Return a fresh machine's environment with a folder for its data."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {**kept, "GUESTCHAT_VAR_DIR": str(var), **variables}


def start(var: Path, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    """Start a program of this checkout's Python."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment(var, **variables),
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=_take_signals,
    )


def _take_signals() -> None:
    """Undo what a shell in the background or `nohup` hands down: an ignored signal would stay ignored."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """A folder for one machine's data."""
    return tmp_path / "var"


@pytest.fixture
def manage(var: Path) -> Manage:
    """Run `manage.py` as a fresh machine would."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=environment(var, **variables),
            text=True,
            capture_output=True,
            timeout=60,
        )

    return run
