"""Owns nginx before the machines: the very file that is shipped, with this run's ports and paths in it."""

import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.server import ROOT, BenchError

SHIPPED = ROOT / "deploy" / "nginx.conf"
SHIPPED_UPSTREAM = ROOT / "deploy" / "upstream.conf"
_SHIPPED_SERVERS = ("127.0.0.1:8001", "127.0.0.1:8002")
_STOP_WITHIN_S = 10.0


def program() -> str | None:
    """Return where nginx is, or None; Debian keeps it where only root looks."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def missing() -> list[str]:
    """Return the programs that are needed and not installed."""
    return [
        *(name for name in ("redis-server", "openssl") if shutil.which(name) is None),
        *([] if program() else ["nginx"]),
    ]


def render(shipped: str, changes: Mapping[str, str]) -> str:
    """Return a file with each of some words changed; raises BenchError where the file has no such words."""
    for old, new in changes.items():
        if old not in shipped:
            raise BenchError(f"deploy/ has no {old!r} any more.")
        shipped = shipped.replace(old, new)
    return shipped


class Front:
    """One nginx."""

    def __init__(self, folder: Path, *, port: int, plain_port: int, static: Path) -> None:
        self.folder = folder
        self.port = port
        self.plain_port = plain_port
        self._static = static
        self.certificate = folder / "fullchain.pem"
        self._process: subprocess.Popen[bytes] | None = None
        self._command = [program() or "nginx", "-p", f"{folder}/", "-c", str(folder / "nginx.conf")]

    def prepare(self, addresses: Sequence[str]) -> None:
        """Write its files for two processes' addresses, and let nginx itself judge them."""
        self.folder.mkdir(mode=0o711, exist_ok=True)
        self._make_certificate()
        (self.folder / "upstream.conf").write_text(
            render(SHIPPED_UPSTREAM.read_text("utf-8"), dict(zip(_SHIPPED_SERVERS, addresses, strict=True))), "utf-8"
        )
        temporary = " ".join(
            f"{each}_temp_path {self.folder}/{each};" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        changes = {
            "/etc/guestchat/upstream.conf": str(self.folder / "upstream.conf"),
            "/etc/guestchat/tls/": f"{self.folder}/",
            "/var/log/nginx/": f"{self.folder}/",
            "/srv/guestchat": str(self._static),
            "listen 443 ssl": f"listen 127.0.0.1:{self.port} ssl",
            "listen 80": f"listen 127.0.0.1:{self.plain_port}",
            "guests.example.org": "127.0.0.1",
            "http {\n": f"http {{ {temporary}\n",
        }
        (self.folder / "nginx.conf").write_text(render(SHIPPED.read_text("utf-8"), changes), "utf-8")
        judged = subprocess.run([*self._command, "-t", "-q"], capture_output=True, text=True, check=False)
        if judged.returncode or judged.stderr:
            raise BenchError(f"nginx refuses deploy/nginx.conf:\n{judged.stderr}")

    def start(self) -> None:
        """Start it and wait until it listens."""
        one = f"daemon off; pid {self.folder}/nginx.pid;"
        self._process = subprocess.Popen([*self._command, "-g", one])
        deadline = time.monotonic() + _STOP_WITHIN_S
        while not (self.folder / "nginx.pid").exists():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise BenchError(f"nginx did not start:\n{self.errors()}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End it, open sockets included."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_STOP_WITHIN_S)

    def errors(self) -> str:
        """Return the end of what it wrote down as errors."""
        log = self.folder / "error.log"
        return log.read_text("utf-8", "replace")[-2000:] if log.exists() else ""

    def _make_certificate(self) -> None:
        name = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        files = ("-keyout", str(self.folder / "privkey.pem"), "-out", str(self.certificate))
        subprocess.run(["openssl", "req", "-x509", "-days", "2", *key, *name, *files], check=True, capture_output=True)
