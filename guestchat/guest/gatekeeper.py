"""Owns who gets in: sockets of our own pages only, and whoever guesses codes only slowly. Before anything else runs."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings
from django.http.request import split_domain_port, validate_host

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]


_GUESSED_AT = ("/q/", "/r/")
_REFUSAL_TAKES_S = 2.0


def same_origin(application: Application) -> Application:
    """Return the application for sockets whose Host is ours and whose Origin is that very host; 403 for others."""

    async def guarded(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if _may_enter(dict(scope.get("headers", []))):
            await application(scope, receive, send)
            return
        await unknown_socket(scope, receive, send)

    return guarded


def slow_refusals(application: Any) -> Application:
    """Return the application for pages, where a client that was told to wait also has to: its answer comes late."""

    async def slowed(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        async def send_late(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start" and message["status"] == 429:
                await asyncio.sleep(_REFUSAL_TAKES_S)
            await send(message)

        guarded = scope["path"].startswith(_GUESSED_AT)
        await application(scope, receive, send_late if guarded else send)

    return slowed


async def unknown_socket(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Refuse the handshake: a close before the accept is answered with 403."""
    await receive()
    await send({"type": "websocket.close"})


def is_own(origin: str, host: str) -> bool:
    """Return whether an Origin names a Host and nothing more; both as the browser sent them."""
    # Whether TLS ends at a proxy is nothing that the header of either side tells for sure.
    return origin.lower() in {f"http://{host.lower()}", f"https://{host.lower()}"}


def _may_enter(headers: dict[bytes, bytes]) -> bool:
    host = headers.get(b"host", b"").decode("latin-1").lower()
    domain, _port = split_domain_port(host)
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        return False
    return is_own(headers.get(b"origin", b"").decode("latin-1"), host)
