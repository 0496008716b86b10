"""Owns what the tests of connected systems share: a system that really listens, and a request to tell it of."""

import contextlib
import ipaddress
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from guestchat.models import Conversation, ServiceRequest, Webhook
from menus.models import Hotel
from tests.guestchat.guest.chatting import make_hotel


@dataclass
class System:
    """Another system: what it was told, and how it answers."""

    url: str = ""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    drips: bool = False
    is_over: threading.Event = field(default_factory=threading.Event)
    told: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def system(settings: Any) -> Iterator[System]:
    """A system on this machine, in a network that the operator has named."""
    settings.GUESTCHAT_WEBHOOK_NETWORKS = [ipaddress.ip_network("127.0.0.0/8")]
    there = System()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            there.told.append(({name.lower(): value for name, value in self.headers.items()}, body))
            if there.drips:
                with contextlib.suppress(OSError):
                    while not there.is_over.wait(0.05):
                        self.wfile.write(b"H")
                return
            self.send_response(there.status)
            for name, value in there.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    there.url = f"http://127.0.0.1:{server.server_port}/told?from=guestchat"
    yield there
    there.is_over.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def hotel(db: None) -> Hotel:
    return make_hotel()


@pytest.fixture
def hook(hotel: Hotel, system: System) -> Webhook:
    return Webhook.objects.create(hotel=hotel, name="Tablet", url=system.url)


@pytest.fixture
def request_of_room_7(hotel: Hotel) -> ServiceRequest:
    conversation = Conversation.objects.create(hotel=hotel, place=hotel.places.get(key="room-7"), language="en")
    return ServiceRequest.objects.create(
        hotel=hotel,
        conversation=conversation,
        seq=2,
        kind="housekeeping",
        details="Two towels, please – größere",
        quantity=2,
        status="new",
    )
