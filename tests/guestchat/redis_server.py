"""Owns a real Redis for tests: started on a free port, and killed, frozen or emptied as a test wishes."""

import contextlib
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest
import redis

_ANSWER_WITHIN_S = 10.0


class RedisServer:
    """A server that keeps nothing on the disk."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"redis://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
        deadline = time.monotonic() + _ANSWER_WITHIN_S
        with redis.Redis.from_url(self.url) as client:
            while True:
                with contextlib.suppress(redis.RedisError):
                    client.ping()
                    return
                assert time.monotonic() < deadline
                time.sleep(0.02)

    def kill(self) -> None:
        """Kill it as a power cut does."""
        self._tell(signal.SIGKILL)
        if self._process is not None:
            self._process.wait(_ANSWER_WITHIN_S)

    def freeze(self) -> None:
        """Let it take connections and answer nothing."""
        self._tell(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._tell(signal.SIGCONT)

    def subscriptions(self) -> int:
        """Return how many channels somebody listens to."""
        with redis.Redis.from_url(self.url) as client:
            return len(client.pubsub_channels())

    def keys(self) -> int:
        """Return how many keys it keeps."""
        with redis.Redis.from_url(self.url) as client:
            return int(client.dbsize())

    def _tell(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)


@contextlib.contextmanager
def running_redis() -> Iterator[RedisServer]:
    """A running server, stopped in the end; skips where none is installed."""
    if shutil.which("redis-server") is None:
        pytest.skip("no redis-server to start")
    server = RedisServer()
    server.start()
    try:
        yield server
    finally:
        server.kill()
