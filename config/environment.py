"""Owns reading the environment: typed, and loud about a value that cannot work. Knows no setting by name."""

import contextlib
import ipaddress
import os
import re
import secrets
import socket
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import psutil
import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

_NAME = re.compile(r"(?=.*[a-z0-9])[a-z0-9.-]+", re.IGNORECASE | re.ASCII)


def text(name: str, default: str = "") -> str:
    """Return the variable, or the default where it is unset or blank."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: str = "0") -> bool:
    """Return whether the variable is `1`; only `0`, `1` and nothing, which is the default, are understood."""
    value = text(name, default)
    if value not in {"0", "1"}:
        raise ImproperlyConfigured(f"{name} must be 0 or 1, not {value!r}.")
    return value == "1"


def choice(name: str, *offered: str) -> str:
    """Return the variable, which is one of these; the first where it is unset."""
    value = text(name, offered[0])
    if value not in offered:
        raise ImproperlyConfigured(f"{name} must be {' or '.join(offered)}, not {value!r}.")
    return value


def number(name: str, default: int, *, low: int, high: int) -> int:
    """Return the variable as an integer within bounds."""
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise ImproperlyConfigured(f"{name} must be a whole number from {low} to {high}, not {value!r}.")
    return int(value)


def cores() -> int:
    """Return how many processors this process may use."""
    with contextlib.suppress(AttributeError):  # not on every system
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def address(name: str, default: str) -> str:
    """Return the variable as the address of a web site, without a trailing slash: `https://host`, no path below it."""
    value = text(name, default)
    parts = _split(value, "http", "https")
    if parts is None or parts.path not in {"", "/"} or parts.query or "@" in parts.netloc:
        raise ImproperlyConfigured(f"{name} must be an address like https://guests.example.org, and is not.")
    return value.rstrip("/")


def redis(name: str) -> str | None:
    """Return the variable as the address of a Redis server, or None where it is unset."""
    value = text(name)
    parts = _split(value, "redis", "rediss")
    if value and (parts is None or not re.fullmatch("(/[0-9]*)?", parts.path)):
        # Without the value: such an address may hold a password.
        raise ImproperlyConfigured(f"{name} must be an address like redis://host:6379/0, and is not.")
    return value or None


def mail(name: str) -> dict[str, Any]:
    """Return Django's e-mail settings from `smtp://user:password@host:587` or `smtps://…`; no host where it is unset.

    A password goes to the server only over TLS; by `smtp` it is begun with STARTTLS.
    """
    value = text(name)
    parts = _split(value, "smtp", "smtps")
    if value and (parts is None or parts.path not in {"", "/"} or parts.query):
        # Without the value: such an address may hold a password.
        raise ImproperlyConfigured(f"{name} must be an address like smtp://user:password@host:587, and is not.")
    secured = bool(parts and parts.scheme == "smtps")
    user = unquote(parts.username or "") if parts else ""
    return {
        "EMAIL_HOST": parts.hostname if parts else "",
        "EMAIL_PORT": (parts and parts.port) or (465 if secured else 587 if user else 25),
        "EMAIL_HOST_USER": user,
        "EMAIL_HOST_PASSWORD": unquote(parts.password or "") if parts else "",
        "EMAIL_USE_SSL": secured,
        "EMAIL_USE_TLS": bool(user) and not secured,
    }


def _split(value: str, *schemes: str) -> SplitResult | None:
    """Return a URL's parts, or None where no such server can be meant."""
    try:
        parts = urlsplit(value)
        usable = parts.scheme in schemes and _is_host(parts.hostname or "") and parts.port != 0
    except ValueError:
        return None
    return parts if usable and not parts.fragment else None


def _is_host(name: str) -> bool:
    """Return whether this can be a host's name or address, the latter without brackets."""
    if ":" not in name:
        return bool(_NAME.fullmatch(name))
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(name).version == 6
    return False


def hosts(name: str) -> list[str]:
    """Return the names in the variable, which commas or spaces part; as Django's ALLOWED_HOSTS: `.example.org`, `*`."""
    found = text(name).replace(",", " ").split()
    for host in found:
        if host != "*" and not _is_host(host.strip("[]").removeprefix(".")):
            raise ImproperlyConfigured(f"{name} must be names or addresses without scheme and port, not {host!r}.")
    if text(name) and not found:
        raise ImproperlyConfigured(f"{name} names no host.")
    return found


def networks(name: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Return the networks in the variable, which commas or spaces part: `10.1.0.0/16`, `192.168.1.20`."""
    found = []
    for network in text(name).replace(",", " ").split():
        try:
            found.append(ipaddress.ip_network(network))
        except ValueError:
            raise ImproperlyConfigured(f"{name} must be networks like 10.1.0.0/16, not {network!r}.") from None
    return found


def unsupported(*names: str) -> None:
    """Refuse variables for what this version does not do, so that none is silently ignored."""
    for name in names:
        if text(name):
            raise ImproperlyConfigured(f"{name} cannot be used: this version has no LLM composer; unset it.")


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
    if not str(known.get("port", "1")).isdigit():
        raise ImproperlyConfigured(f"{name} must have a number for its port.")
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
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _place_once(path, secrets.token_urlsafe(48))
        return path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"GUESTCHAT_VAR_DIR {path.parent} cannot be used ({error.strerror}); name a folder that can be written."
        ) from error


def _place_once(path: Path, content: str) -> None:
    """Put a complete file in its place unless there is one: whoever starts at the same moment reads the same secret."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")  # of this call alone: threads share a process
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(content)
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def own_hosts() -> list[str]:
    """Return the names and addresses by which this machine's own network can reach it."""
    name = socket.gethostname().lower()
    found = {"localhost", name, f"{name.partition('.')[0]}.local"}
    for interface in psutil.net_if_addrs().values():
        found.update(each.address for each in interface if each.family == socket.AF_INET)
        found.update(f"[{each.address.partition('%')[0]}]" for each in interface if each.family == socket.AF_INET6)
    return sorted(found | {"127.0.0.1", "[::1]"})
