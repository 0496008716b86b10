"""Owns starting the product on one machine: database, demo, first admin, then the server. What `make run` calls."""

import errno
import gc
import json
import os
import secrets
import socket
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from menus import qr
from menus.models import Hotel, Place, User

# A hotel's Wi-Fi comes back and every phone reconnects at once: the default backlog of 50 refused some of them.
_BACKLOG = 4096


class Command(BaseCommand):
    """Serve the product from this process."""

    help = "Serve on HOST:PORT; migrates, loads the demo hotel into an empty database and makes the first admin."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--prepare-only", action="store_true", help="do all but serve")

    def handle(self, *args: Any, **options: Any) -> None:
        _refuse_a_busy_port()
        _migrate()
        if not Hotel.objects.exists():
            self.stdout.write("Loading the demo hotel …")
            call_command("demo", stdout=self.stdout, stderr=self.stderr)
        admin = _first_admin(Path(settings.VAR_DIR) / "admin.json")
        self._greet(admin)
        connection.close()
        if not options["prepare_only"]:
            _serve()

    def _greet(self, admin: dict[str, str] | None) -> None:
        places = Place.objects.filter(revoked_at=None).select_related("hotel").order_by("hotel_id", "position", "id")
        place = places.filter(kind=Place.Kind.ROOM).first() or places.first()
        if place is not None:
            self.stdout.write(qr.terminal(place))
            self.stdout.write(f"Guest link  {qr.guest_link(place)}  ({place.hotel.name}, {place})")
        if admin is not None:
            self.stdout.write(f"Admin       {admin['url']}  user {admin['user']}  password {admin['password']}")
        self.stdout.write(f"Serving on  http://{settings.HOST}:{settings.PORT}  (Ctrl-C ends it)")
        self.stdout.flush()


def _refuse_a_busy_port() -> None:
    """Raise CommandError where the port is taken or the host is not this machine's, before anything is changed."""
    try:
        family, _type, _proto, _name, address = socket.getaddrinfo(
            settings.HOST, settings.PORT, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CommandError(f"PORT {settings.PORT} is busy on {settings.HOST}; set PORT to a free one.") from None
        raise CommandError(f"HOST {settings.HOST} PORT {settings.PORT} cannot be served: {error.strerror}.") from None


def _migrate() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


def _first_admin(file: Path) -> dict[str, str] | None:
    """Return the admin that this product made; makes one, with a random password, where nobody could log in yet."""
    url = f"{settings.GUESTCHAT_BASE_URL}/admin/"
    if file.exists():
        kept: dict[str, str] = {**json.loads(file.read_text("utf-8")), "url": url}
        if User.objects.filter(username=kept["user"]).exists():
            return kept
    elif User.objects.filter(is_superuser=True).exists():
        return None
    made = {"url": url, "user": "admin", "password": secrets.token_urlsafe(15)}
    user, _created = User.objects.get_or_create(username=made["user"])
    user.is_staff = user.is_superuser = True
    user.set_password(made["password"])
    user.save()
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as kept_file:
        json.dump(made, kept_file, indent=1)
    return made


def _serve() -> None:
    # Daphne takes over the event loop when imported, so only where it serves.
    from daphne.endpoints import build_endpoint_description_strings
    from daphne.server import Server

    from config.asgi import application

    endpoints = [
        f"{endpoint}:backlog={_BACKLOG}"
        for endpoint in build_endpoint_description_strings(host=settings.HOST, port=settings.PORT)
    ]
    server = Server(application, endpoints=endpoints, server_name="guestchat", ready_callable=_warm_up)
    server.run()


def _warm_up() -> None:
    """Load the model beside the first connections, then keep what is loaded out of garbage collection's way."""
    threading.Thread(target=_load, daemon=True).start()


def _load() -> None:
    from guestchat import catalogue
    from guestchat.retrieval.embedder import get_embedder

    try:
        get_embedder().encode_query(["warm up"])
        hotels = list(Hotel.objects.values_list("pk", flat=True)[: catalogue.KEPT_HOTELS])
        for hotel in hotels:
            catalogue.current(hotel)
    finally:
        connection.close()
    gc.collect()
    gc.freeze()
    # Collections over thousands of sockets paused everyone for 140 ms and more; rare ones over little do not.
    gc.set_threshold(50_000, 50, 1_000)
