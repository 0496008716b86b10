"""Owns what stands before the applications, whichever server serves: who gets in, when, and with how much.

Sockets of our own pages only, guessers slowly, pages few at once and no request longer than a hotel file.
"""

import asyncio
import logging
import tempfile
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from guestchat.guest import limits
from guestchat.traces import trace

log = logging.getLogger(__name__)

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]


_GUESSED_AT = ("/q/", "/r/")
_REFUSAL_TAKES_S = 2.0
_MOST_WAITING_REQUESTS = 2_000
# A hotel file of 5 MB with its form around it.
MOST_BODY_BYTES = 6 * 1_048_576
_IN_MEMORY_BYTES = 65_536
_TOO_LARGE = {"type": "http.response.start", "status": 413, "headers": [(b"connection", b"close")]}


def before_pages(application: Any, most: int) -> Application:
    """Return the application for pages behind all that stands before them, so many at once."""
    return telling_failures(whole_bodies(pages_in_turn(application, most)))


def before_sockets(application: Application) -> Application:
    """Return the application for sockets behind all that stands before them."""
    return telling_failures(same_origin(at_ease(application)))


def same_origin(application: Application) -> Application:
    """Return the application for sockets whose Host is ours and whose Origin is that very host; 403 for others."""

    async def guarded(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if _may_enter(dict(scope.get("headers", []))):
            await application(scope, receive, send)
            return
        await unknown_socket(scope, receive, send)

    return guarded


def telling_failures(application: Application) -> Application:
    """Return the application, whose failures are logged by their places alone; servers would quote what was said."""

    async def told(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        try:
            await application(scope, receive, send)
        except Exception as error:
            log.error("%s failed: %s", "a socket" if scope["type"] == "websocket" else "a page", trace(error))
            raise

    return told


def at_ease(application: Application) -> Application:
    """Return the application for sockets, whose words to somebody who has gone, or was sent away, are lost in silence.

    Some servers raise an error for them. The event that tells of the end is on its way to the application.
    """

    async def eased(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        is_over = False

        async def say(message: dict[str, Any]) -> None:
            nonlocal is_over
            if is_over:
                return
            is_over = message["type"] == "websocket.close"
            try:
                await send(message)
            except OSError:
                is_over = True

        await application(scope, receive, say)

    return eased


def pages_in_turn(application: Any, most: int) -> Application:
    """Return the application for pages, so many at once, of which an address that guesses has no more than a third."""
    guesses_apart = few_at_once(few_at_once(application, most), max(1, most // 3), of=_guesser)
    return slow_refusals(guesses_apart)


def whole_bodies(application: Any) -> Application:
    """Return the application for pages, asked once a request's whole body is here; 413 for one that is too large.

    Whoever sends a body slowly, or never to its end, keeps nobody else waiting for a turn meanwhile.
    """

    async def gathered(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        with tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES) as body:
            told = _told_length(scope)
            is_whole = False
            while told <= MOST_BODY_BYTES and not is_whole:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return
                body.write(message.get("body", b""))
                told = max(told, body.tell())
                is_whole = not message.get("more_body", False)
            if told > MOST_BODY_BYTES:
                log.info("a request was refused: its body is too large")
                await send(_TOO_LARGE)
                await send({"type": "http.response.body", "body": b"This is too large.\n"})
                return
            body.seek(0)
            is_given = False

            async def given() -> dict[str, Any]:
                nonlocal is_given
                if is_given:
                    return await receive()
                piece = body.read(_IN_MEMORY_BYTES)
                is_given = len(piece) < _IN_MEMORY_BYTES
                return {"type": "http.request", "body": piece, "more_body": not is_given}

            await application(scope, given, send)

    return gathered


def _told_length(scope: dict[str, Any]) -> int:
    length = dict(scope.get("headers", [])).get(b"content-length", b"")
    return int(length) if length.isdigit() else 0


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
