"""Owns who gets in, before anything else runs: sockets of our own pages only, guessers slowly, pages few at once."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from guestchat.guest import limits

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]


_GUESSED_AT = ("/q/", "/r/")
_REFUSAL_TAKES_S = 2.0
_MOST_WAITING_REQUESTS = 2_000


def same_origin(application: Application) -> Application:
    """Return the application for sockets whose Host is ours and whose Origin is that very host; 403 for others."""

    async def guarded(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if _may_enter(dict(scope.get("headers", []))):
            await application(scope, receive, send)
            return
        await unknown_socket(scope, receive, send)

    return guarded


def pages_in_turn(application: Any, most: int) -> Application:
    """Return the application for pages, so many at once, of which an address that guesses has no more than a third."""
    guesses_apart = few_at_once(few_at_once(application, most), max(1, most // 3), of=_guesser)
    return slow_refusals(guesses_apart)


def _may_guess(scope: dict[str, Any]) -> bool:
    return bool(scope.get("path", "").startswith(_GUESSED_AT))


def _guesser(scope: dict[str, Any]) -> Hashable:
    """Return whose guess a request may be, or None where it is none."""
    if not _may_guess(scope):
        return None
    forwarded = dict(scope.get("headers", [])).get(b"x-forwarded-for", b"").decode("latin-1")
    return limits.address(forwarded, (scope.get("client") or ("",))[0])


def slow_refusals(application: Any) -> Application:
    """Return the application for pages, where a client that was told to wait also has to: its answer comes late.

    Late means after the application is done: while it runs, it holds a connection to the database that others need.
    """

    async def slowed(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if not _may_guess(scope):
            await application(scope, receive, send)
            return
        held: list[dict[str, Any]] = []

        async def hold(message: dict[str, Any]) -> None:
            held.append(message)

        await application(scope, receive, hold)
        if held and held[0].get("status") == 429:
            await asyncio.sleep(_REFUSAL_TAKES_S)
        for message in held:
            await send(message)

    return slowed


def few_at_once(application: Any, most: int, *, of: Callable[[dict[str, Any]], Hashable] = lambda _: "") -> Application:
    """Return the application for pages, so many at once; the next ones wait, and beyond a crowd they are turned away.

    `of`: whose requests are counted together; those of None are not. Each request is a thread with a connection to the
    database: without a bound, a hundred slow clients would have all connections, and every guest an error.
    """
    turns: dict[Hashable, _Turns] = {}
    waiting = 0

    async def bounded(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        nonlocal waiting
        key = of(scope)
        if key is None:
            await application(scope, receive, send)
            return
        if waiting >= _MOST_WAITING_REQUESTS:
            await send({"type": "http.response.start", "status": 503, "headers": [(b"retry-after", b"2")]})
            await send({"type": "http.response.body", "body": b"Too many requests at once. Try again.\n"})
            return
        here = turns.setdefault(key, _Turns(free=asyncio.Semaphore(most)))
        here.wanted += 1
        waiting += 1
        try:
            await here.free.acquire()
        except BaseException:
            here.wanted -= 1
            raise
        finally:
            waiting -= 1
        try:
            await application(scope, receive, send)
        finally:
            here.free.release()
            here.wanted -= 1
            if not here.wanted:
                turns.pop(key, None)

    return bounded


@dataclass(kw_only=True)
class _Turns:
    """The turns of one client or of all, and how many requests are at work or wait for one."""

    free: asyncio.Semaphore
    wanted: int = 0


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
