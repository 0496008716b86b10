"""Owns the machines that server processes run on: network namespaces where this user may make them, else loopback.

A machine that is cut off hears nothing and says nothing, and nobody is told: its cable is out.
"""

import contextlib
import os
import subprocess
from pathlib import Path

from benchmarks.chaos.stack import App, Stack

# Of an address range for private networks (RFC 1918); which part of it, each run takes by its own number.
_NETWORK = "10.213"
_PORT = 8000


class OwnMachine(App):
    """A server process in a network namespace of its own, with a cable to this machine."""

    def __init__(self, stack: Stack, number: int) -> None:
        super().__init__(stack, number)
        part = 8 * (os.getpid() % 8_000) + 4 * number
        prefix = f"{_NETWORK}.{part // 256}"
        self.gateway, self.host, self.port = f"{prefix}.{part % 256 + 1}", f"{prefix}.{part % 256 + 2}", _PORT
        self._namespace, self._cable = f"guestchat-{os.getpid()}-{number}", f"gc{os.getpid()}n{number}"

    @property
    def address(self) -> str:
        """Return where a proxy reaches it."""
        return f"{self.host}:{self.port}"

    async def open(self) -> None:
        """Make the namespace and lay the cable."""
        _ip("netns", "add", self._namespace)
        _ip("link", "add", self._cable, "type", "veth", "peer", "name", "eth0", "netns", self._namespace)
        _ip("addr", "add", f"{self.gateway}/30", "dev", self._cable)
        _ip("link", "set", self._cable, "up")
        _ip("-n", self._namespace, "addr", "add", f"{self.host}/30", "dev", "eth0")
        _ip("-n", self._namespace, "link", "set", "lo", "up")
        self.mend()

    def before_command(self) -> list[str]:
        return ["ip", "netns", "exec", self._namespace]

    def environment(self) -> dict[str, str]:
        own = {"HOST": self.host, "PORT": str(self.port), "GUESTCHAT_VAR_DIR": str(self._stack.folder / self._cable)}
        return {**self._stack.environment(Path(self.gateway), self.port), **own}

    def cut(self) -> None:
        """Pull the cable."""
        _ip("-n", self._namespace, "link", "set", "eth0", "down")

    def mend(self) -> None:
        """Plug it in again."""
        _ip("-n", self._namespace, "link", "set", "eth0", "up")

    async def close(self) -> None:
        await super().close()
        for what in (["link", "del", self._cable], ["netns", "del", self._namespace]):
            with contextlib.suppress(subprocess.CalledProcessError):
                _ip(*what)


class SameMachine(App):
    """A server process on loopback, with proxies for its cables."""

    gateway = "127.0.0.1"

    @property
    def address(self) -> str:
        """Return where a proxy reaches it."""
        return f"127.0.0.1:{self.door}"

    def cut(self) -> None:
        """Let nothing pass, to guests and to the database."""
        self.front.freeze()
        self.back.freeze()

    def mend(self) -> None:
        """Let it pass again."""
        self.front.heal()
        self.back.heal()


Machine = OwnMachine | SameMachine


def can_be_own() -> bool:
    """Return whether this user may make network namespaces."""
    name = f"guestchat-{os.getpid()}"
    try:
        _ip("netns", "add", name)
        _ip("netns", "exec", name, "true")
        _ip("netns", "del", name)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
