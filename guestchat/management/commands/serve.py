"""Owns starting the product on one machine: database, demo, first admin, then the server. What `make run` calls."""

import contextlib
import errno
import gc
import importlib
import ipaddress
import json
import os
import secrets
import socket
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection

from guestchat import answerers, wall
from guestchat.management import memory
from guestchat.management.descriptors import allow_many_sockets
from guestchat.management.starting import Ending, refuse_an_unusable_database, refuse_an_unusable_redis
from guestchat.migrated import is_migrated
from guestchat.serving import CannotListenError, Upkeep, beside
from menus import qr, tenancy
from menus.models import Hotel, Place, User

_LOADED_WITHIN_S = 5.0
# PostgreSQL's advisory locks are numbers; any will do that nothing else here uses.
_PREPARING = 20_261_101


class Command(BaseCommand):
    """Serve the product from this process."""

    # Django's own checks look at the code, and read all of it for that: tests do so, not every start.
    requires_system_checks = ("guestchat",)
    help = "Serve on HOST:PORT; migrates, loads the demo hotel into an empty database and makes the first admin."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--prepare-only", action="store_true", help="do all but serve")

    def handle(self, *args: Any, **options: Any) -> None:
        loading: list[threading.Thread] = []
        ending: Ending | None = None
        try:
            if options["prepare_only"]:
                gc.enable()  # migrating leaves much that is garbage
            else:
                ending = Ending()
                memory.keep_together()
                allow_many_sockets()
                _refuse_a_busy_port()
            refuse_an_unusable_redis()
            refuse_an_unusable_database()
            if ending is not None and answerers.current() is None:
                # The models load while the database starts, vocabularies and catalogues while the server's modules do.
                loading.append(beside(_load_models))
            with _alone():
                admin = self._prepare()
            greeting = _greeting(admin)
            if ending is None:
                self.stdout.write(greeting)
                return
            connection.close()
            tenancy.begin_with(tenancy.NOBODY)  # from here on, whoever comes in is bound by the door
            ending.wait()
            loading.append(beside(_load_catalogues))
            self._serve(greeting, loading, ending)
        except KeyboardInterrupt:
            raise SystemExit(130) from None
        except Exception:
            if ending is not None and ending.is_asked:
                # Told to end amid a commit: what the connection says of that is no fault of the server's.
                raise SystemExit(Ending.CODE) from None
            raise
        finally:
            # The encoder's threads end the whole process with an abort where Python ends before they are made.
            for thread in loading:
                thread.join(_LOADED_WITHIN_S)
            answerers.end()  # also before the embedded database, which they use

    def _prepare(self) -> dict[str, str] | None:
        _migrate()
        wall.raise_wall()  # also where nothing was to migrate: a copy from another server comes without the role
        if not Hotel.objects.exists():
            self.stdout.write("Loading the demo hotel …")
            call_command("demo", stdout=self.stdout, stderr=self.stderr)
        return _first_admin(Path(settings.VAR_DIR) / "admin.json")

    def _serve(self, greeting: str, loading: Sequence[threading.Thread], ending: Ending) -> None:
        # Whichever serves is imported by the way that it takes over the process: Daphne makes its event loop at once.
        server = importlib.import_module(f"guestchat.serving.with_{settings.GUESTCHAT_SERVER}")
        from config.asgi import application

        def say() -> None:
            self.stdout.write(greeting)
            self.stdout.write(f"Serving on  http://{settings.HOST}:{settings.PORT}  (Ctrl-C ends it)")
            self.stdout.flush()

        try:
            server.serve(application, settings.HOST, settings.PORT, Upkeep(say, loading), ending)
        except CannotListenError:
            _refuse_a_busy_port()
            raise CommandError(f"HOST {settings.HOST} PORT {settings.PORT} cannot be served.") from None


# --- what cannot work is refused before anything is changed -----------------
def _refuse_a_busy_port() -> None:
    """Raise CommandError where the port is taken or the host is not this machine's."""
    try:
        family, _type, _proto, _name, address = socket.getaddrinfo(
            settings.HOST, settings.PORT, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, UnicodeError) as error:
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise CommandError(f"PORT {settings.PORT} is busy on {settings.HOST}; set PORT to a free one.") from None
        reason = getattr(error, "strerror", None) or "no such name"
        raise CommandError(f"HOST {settings.HOST} PORT {settings.PORT} cannot be served: {reason}.") from None


# --- preparing --------------------------------------------------------------
@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time prepare a database: two that start together would both load the demo hotel."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_PREPARING])
        try:
            yield
        finally:
            with contextlib.suppress(DatabaseError):  # told to end meanwhile: the lock went with its connection
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_PREPARING])


def _migrate() -> None:
    if not is_migrated():
        call_command("migrate", verbosity=0, interactive=False)


def _first_admin(file: Path) -> dict[str, str] | None:
    """Return the admin that this product made; makes one, with a random password, where nobody could log in yet."""
    url = f"{settings.GUESTCHAT_BASE_URL}/admin/"
    kept = _kept_admin(file)
    if kept is not None and User.objects.filter(username=kept["user"]).exists():
        return {**kept, "url": url}
    if kept is None and User.objects.filter(is_superuser=True).exists():
        return None
    made = {"url": url, "user": "admin", "password": secrets.token_urlsafe(15)}
    user, _created = User.objects.get_or_create(username=made["user"])
    user.is_staff = user.is_superuser = user.is_active = True
    user.set_password(made["password"])
    user.save()
    _keep_admin(file, made)
    return made


def _kept_admin(file: Path) -> dict[str, str] | None:
    try:
        kept = json.loads(file.read_text("utf-8"))
        return {name: str(kept[name]) for name in ("url", "user", "password")}
    except (OSError, ValueError, KeyError, TypeError):
        return None  # no file, or one that somebody has broken


def _keep_admin(file: Path, made: dict[str, str]) -> None:
    """Write the file in one step, readable by its owner alone."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as written:
        json.dump(made, written, indent=1)
    draft.replace(file)


# --- telling ----------------------------------------------------------------
def _greeting(admin: dict[str, str] | None) -> str:
    """Return a room's link and its code, and where the admin logs in."""
    lines = []
    places = Place.objects.filter(revoked_at=None).select_related("hotel").order_by("hotel_id", "position", "id")
    place = places.filter(kind=Place.Kind.ROOM).first() or places.first()
    if place is not None:
        lines += [qr.terminal(place), f"Guest link  {qr.guest_link(place)}  ({place.hotel.name}, {place})"]
    if admin is not None:
        lines.append(f"Admin       {admin['url']}  user {admin['user']}  password {admin['password']}")
    if not _is_loopback(settings.HOST) and _is_loopback(settings.GUESTCHAT_BASE_URL.split("/")[2].rsplit(":", 1)[0]):
        lines.append("For phones  set GUESTCHAT_BASE_URL to this machine's network address: codes and links use it")
    return "\n".join(lines)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


# --- loading, while the database and the server start ------------------------
def _load_models() -> None:
    importlib.import_module("guestchat.management.warming").load_models()  # /readyz tells what is wrong


def _load_catalogues() -> None:
    from guestchat.management import warming

    far = answerers.current()
    if far is not None:
        beside(_let_load, far)
    else:
        # Here and not beside the models: those load without the interpreter, and a hotel's index waits for these.
        warming.load_vocabularies()
    try:
        warming.load_catalogues(with_words=far is None)
    except DatabaseError:
        pass  # ended before it was warm, or the database is away, which /readyz tells: questions load it, too
    finally:
        connection.close()


def _let_load(far: answerers.Answerers) -> None:
    with contextlib.suppress(DatabaseError, answerers.AnswererError):
        far.ask("load_catalogues")
