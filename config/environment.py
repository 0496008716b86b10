"""Owns reading the environment: typed, and loud about a value that cannot work. Knows no setting by name."""

import os
import secrets
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict


def text(name: str, default: str = "") -> str:
    """Return the variable, or the default where it is unset or blank."""
    return os.environ.get(name, "").strip() or default


def flag(name: str) -> bool:
    """Return whether the variable is `1`; only `0`, `1` and nothing are understood."""
    value = text(name, "0")
    if value not in {"0", "1"}:
        raise ImproperlyConfigured(f"{name} must be 0 or 1, not {value!r}.")
    return value == "1"


def number(name: str, default: int, *, low: int, high: int) -> int:
    """Return the variable as an integer within bounds."""
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise ImproperlyConfigured(f"{name} must be a whole number from {low} to {high}, not {value!r}.")
    return int(value)


def address(name: str, default: str, *, schemes: tuple[str, ...] = ("http", "https")) -> str:
    """Return the variable as an absolute URL without a trailing slash."""
    value = text(name, default)
    try:
        parts = urlsplit(value)
        usable = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ImproperlyConfigured(f"{name} must be an address like {schemes[0]}://host, not {value!r}.")
    return value.rstrip("/")


def optional_address(name: str, *, schemes: tuple[str, ...] = ("http", "https")) -> str | None:
    """Return the variable as an absolute URL, or None where it is unset."""
    return address(name, "", schemes=schemes) if text(name) else None


def database(name: str) -> dict[str, Any] | None:
    """Return Django's connection settings from a `postgresql://` URL, or None where it is unset."""
    value = text(name)
    if not value:
        return None
    if urlsplit(value).scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"{name} must be a postgresql:// URL.")
    try:
        known: dict[str, Any] = dict(conninfo_to_dict(value))
    except psycopg.ProgrammingError as error:
        # libpq's sentence may quote the URL, and a URL holds a password.
        raise ImproperlyConfigured(f"{name} is not a connection URL that PostgreSQL understands.") from error
    if not known.get("dbname"):
        raise ImproperlyConfigured(f"{name} must name a database, as in postgresql://user@host/guestchat.")
    return {
        "NAME": known.pop("dbname"),
        "USER": known.pop("user", ""),
        "PASSWORD": known.pop("password", ""),
        "HOST": known.pop("host", ""),
        "PORT": str(known.pop("port", "")),
        "OPTIONS": known,
    }


def secret(path: Path) -> str:
    """Return the secret kept in a file that only its owner can read, making it once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def own_hosts() -> list[str]:
    """Return the names and addresses by which this machine's own network can reach it."""
    hosts = {"localhost", "127.0.0.1", "[::1]", socket.gethostname().lower()}
    try:
        hosts.update(str(entry[4][0]) for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET))
    except OSError:
        pass  # a machine that cannot look up its own name still has the loopback
    # A connected UDP socket sends nothing; it only tells which address the route out would use.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            hosts.add(probe.getsockname()[0])
        except OSError:
            pass  # no network but the loopback
    return sorted(hosts)
