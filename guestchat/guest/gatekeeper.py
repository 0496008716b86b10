"""Owns who may open a socket: our own pages only. Refuses at the handshake, before anything else runs."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]


def same_origin(application: Application) -> Application:
    """Return the application for sockets whose Host is ours and whose Origin is that very host; 403 for others."""

    async def guarded(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if _may_enter(dict(scope.get("headers", []))):
            await application(scope, receive, send)
            return
        await unknown_socket(scope, receive, send)

    return guarded


async def unknown_socket(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Refuse the handshake: a close before the accept is answered with 403."""
    await receive()
    await send({"type": "websocket.close"})


def _may_enter(headers: dict[bytes, bytes]) -> bool:
    host = headers.get(b"host", b"").decode("latin-1").lower()
    domain, _port = split_domain_port(host)
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        return False
    try:
        origin = urlsplit(headers.get(b"origin", b"").decode("latin-1"))
        return origin.scheme in {"http", "https"} and origin.netloc.lower() == host
    except ValueError:
        return False
