"""Owns who may open a socket: our own pages only. Refuses at the handshake, before anything else runs."""

from collections.abc import Awaitable, Callable
from typing import Any

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


def refuse_malformed_origins(protocol: type[Any]) -> None:
    """Make a server's protocol answer an Origin that it cannot read with 403, as any other that is not ours.

    Autobahn, under Daphne, reads the header before any application is asked, and would call it a bad request.
    """
    fail_handshake = protocol.failHandshake

    def fail(self: Any, reason: str, code: int = 400, *arguments: Any) -> None:
        fail_handshake(self, reason, 403 if "Origin header" in reason else code, *arguments)

    protocol.failHandshake = fail
