"""`deploy/nginx.conf`, run by nginx itself before two processes that note what they are sent."""

import gzip
import http.client
import http.server
import re
import shutil
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from benchmarks.nodes import front
from benchmarks.server import free_port, make_folder

pytestmark = pytest.mark.skipif(bool(front.missing()), reason="nginx, redis-server or openssl is not installed")

PAGE = b"<p>words that are worth compressing</p>" * 200


@dataclass
class Process:
    """What a server process was sent, and whether it dies as soon as it has read a request."""

    dies: bool = False
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@dataclass(frozen=True)
class Site:
    """nginx and the two processes behind it."""

    port: int
    plain_port: int
    folder: Path
    tls: ssl.SSLContext
    processes: tuple[Process, Process]

    def ask(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20, context=self.tls)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body or None, named)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    @property
    def got(self) -> list[tuple[str, dict[str, str], bytes]]:
        return [each for process in self.processes for each in process.got]


def serve(process: Process) -> http.server.HTTPServer:
    class Door(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            process.got.append((f"{self.command} {self.path}", dict(self.headers), body))
            if process.dies:
                self.close_connection = True
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(PAGE)))
            self.end_headers()
            self.wfile.write(PAGE)

        do_POST = do_GET  # noqa: N815 - the library calls it by this name

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return server


@pytest.fixture(scope="module")
def behind() -> Iterator[tuple[front.Front, tuple[Process, Process]]]:
    """nginx, not started yet, and the two processes."""
    folder = make_folder("nginx")
    static = folder / "srv" / "static"
    static.mkdir(parents=True)
    (static / "chat.css").write_bytes(PAGE)
    (folder / "srv" / "secret_key").write_text("not for the world")
    processes = (Process(), Process())
    servers = [serve(process) for process in processes]
    nginx = front.Front(folder / "nginx", port=free_port(), plain_port=free_port(), static=folder / "srv")
    nginx.prepare([f"127.0.0.1:{server.server_address[1]}" for server in servers])
    yield nginx, processes
    for server in servers:
        server.shutdown()
        server.server_close()
    shutil.rmtree(folder)


@pytest.fixture
def site(behind: tuple[front.Front, tuple[Process, Process]]) -> Iterator[Site]:
    """nginx as it has just started: it remembers who failed."""
    nginx, processes = behind
    for process in processes:
        process.got.clear()
        process.dies = False
    nginx.start()
    tls = ssl.create_default_context(cafile=nginx.certificate)
    yield Site(nginx.port, nginx.plain_port, nginx.folder, tls, processes)
    nginx.stop()


def test_a_message_is_sent_again_where_a_process_dies_over_it(site: Site) -> None:
    for process in site.processes:
        process.dies = True
    status, headers, body = site.ask("POST", "/chat/messages/", b"id=1&text=Hello")
    assert status == 503
    assert headers["Retry-After"] == "2"
    assert b"back in a few seconds" in body
    assert [(line, sent) for line, _headers, sent in site.got] == [("POST /chat/messages/", b"id=1&text=Hello")] * 2


def test_one_request_that_nobody_survives_closes_nothing(site: Site) -> None:
    for process in site.processes:
        process.dies = True
    assert site.ask("POST", "/chat/messages/", b"id=1&text=Hello")[0] == 503
    for process in site.processes:
        process.dies = False
    assert site.ask("GET", "/chat/")[0] == 200


@pytest.mark.parametrize("path", ["/staff/requests/", "/admin/login/", "/chat/delete/", "/chat/messages/other/"])
def test_no_other_post_is_sent_twice(site: Site, path: str) -> None:
    for process in site.processes:
        process.dies = True
    assert site.ask("POST", path, b"do=it")[0] == 503
    assert len(site.got) == 1


def test_a_page_is_asked_for_elsewhere(site: Site) -> None:
    site.processes[0].dies = True
    answers = {site.ask("GET", "/chat/")[0] for _ in range(8)}
    assert answers == {200}


def test_a_process_hears_who_asks_and_not_what_was_made_up(site: Site) -> None:
    site.ask("GET", "/chat/", X_Forwarded_For="203.0.113.9", X_Forwarded_Proto="http", Host="guests.example.org:8443")
    ((_line, headers, _body),) = site.got
    assert headers["X-Forwarded-For"] == "127.0.0.1"
    assert headers["X-Forwarded-Proto"] == "https"
    assert headers["Host"] == "guests.example.org:8443", "the socket's Origin is compared with it, port included"


def test_only_what_holds_no_token_is_compressed(site: Site) -> None:
    for path in ("/menu/", "/menu/bar/", "/static/chat.css"):
        _status, headers, body = site.ask("GET", path, Accept_Encoding="gzip")
        assert headers["Content-Encoding"] == "gzip", path
        assert gzip.decompress(body) == PAGE
    for path in ("/chat/", "/staff/", "/admin/", "/q/abc/"):
        assert site.ask("GET", path, Accept_Encoding="gzip")[1]["Content-Encoding"] is None, path


def test_static_files_come_from_their_folder_and_nothing_beside_it(site: Site) -> None:
    status, headers, body = site.ask("GET", "/static/chat.css")
    assert (status, body, headers["X-Content-Type-Options"]) == (200, PAGE, "nosniff")
    assert site.got == []
    for path in ("/static/../secret_key", "/static/%2e%2e/secret_key", "/static/..%2fsecret_key"):
        assert b"not for the world" not in site.ask("GET", path)[2]
    site.ask("GET", "/static/made-by-a-newer-version.css")
    assert site.got[-1][0] == "GET /static/made-by-a-newer-version.css"


def test_what_operators_ask_is_not_for_the_world(site: Site) -> None:
    for path in ("/metrics", "/readyz", "/metrics?x=1"):
        assert site.ask("GET", path)[0] == 404
    assert site.got == []


def test_what_is_too_large_is_refused_before_a_process_sees_it(site: Site) -> None:
    assert site.ask("POST", "/chat/messages/", b"x" * 70_000)[0] == 413
    assert site.ask("GET", "/chat/", X_Long="x" * 9_000)[0] == 400
    assert site.got == []
    assert site.ask("POST", "/admin/upload/", b"x" * 5_000_000)[0] == 200
    assert len(site.got[0][2]) == 5_000_000


def test_no_code_is_logged(site: Site) -> None:
    for path in ("/q/a-very-secret-code/", "/r/a-very-secret-receipt/", "/chat/?word=very-secret"):
        site.ask("GET", path, Referer="https://guests.example.org/q/a-very-secret-code/")
    deadline = time.monotonic() + 5
    while " GET /chat/ 200 " not in (log := (site.folder / "access.log").read_text()):
        assert time.monotonic() < deadline, log
        time.sleep(0.01)
    log += (site.folder / "error.log").read_text()
    assert "very-secret" not in log
    assert re.search(r" GET /q/- 200 ", log)


def test_http_leads_to_https(site: Site) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", site.plain_port, timeout=20)
    connection.request("GET", "/q/abc/")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert (answer.status, answer.headers["Location"]) == (301, "https://127.0.0.1/q/abc/")
    assert site.got == []
