"""Owns odd HTTP requests: every address and method, with headers, queries, cookies and bodies that no page sends."""

import asyncio
import contextlib
import random
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_PATIENCE_S = 60.0
_METHODS = (
    b"GET",
    b"HEAD",
    b"POST",
    b"PUT",
    b"PATCH",
    b"DELETE",
    b"OPTIONS",
    b"TRACE",
    b"CONNECT",
    b"PROPFIND",
    b"GeT",
)
_PATHS = (
    b"/", b"/q/%s/", b"/q/%%00/", b"/q/../", b"/q/%%ff%%fe/", b"/chat/", b"/chat/messages/", b"/menu/", b"/menu/%s/", b"/r/%s/",
    b"/livez", b"/readyz", b"/metrics", b"/ws/chat/", b"/ws/", b"/static/guest/chat.css", b"/static/../config/settings.py",
    b"/static/%%2e%%2e/%%2e%%2e/etc/passwd", b"/admin/", b"/admin/login/", b"/admin/logout/", b"/admin/menus/menuitem/",
    b"/admin/menus/menuitem/%s/change/", b"/admin/menus/article/add/", b"/admin/autocomplete/", b"/admin/jsi18n/",
    b"/admin/second-factor/", b"/admin/second-factor/set-up/", b"/admin/second-factor/off/", b"/staff/", b"/favicon.ico",
    b"/%%", b"/%s", b"//evil.example/", b"/\\evil", b"*", b"http://evil.example/", b"/q/" + b"a" * 3000 + b"/",
)  # fmt: skip
_WORDS = (
    b"", b"0", b"-1", b"1", b"99999999999999999999", b"null", b"%00", b"%ff", b"%ed%a0%80", b"'", b"%22%3E%3Cscript%3E", b"a" * 500,
    b"%F0%9F%8D%8E", b"..%2f..%2f", b"1e400", b"NaN", b"[]", b"%0d%0aX-Evil:%201", b"en", b"vegan", b"\xc3\xa9", b"milk",
)  # fmt: skip
_NAMES = (b"after", b"lang", b"diet", b"without", b"notice", b"next", b"text", b"id", b"confirm", b"rate", b"value", b"accept",
          b"conversation", b"q", b"p", b"o", b"e", b"available__exact", b"hotel__id__exact", b"_popup", b"app_label", b"")  # fmt: skip
_HEADERS = (
    b"Accept: application/json", b"Accept: ", b"Accept: \xff", b"Accept-Language: \xff,;;q=x", b"Accept-Language: " + b"de," * 2000,
    b"HX-Request: true", b"Origin: null", b"Origin: http://evil.example", b"Origin: \xff", b"Referer: \xff",
    b"X-Forwarded-For: ,,,", b"X-Forwarded-For: " + b"1.2.3.4, " * 500, b"X-Forwarded-Proto: https", b"X-Forwarded-Host: evil",
    b"Cookie: guestchat=", b"Cookie: guestchat=a:b:c; sessionid=x; csrftoken=y", b"Cookie: \xff=\xff;;;=", b"Cookie: " + b"a=b;" * 1500,
    b"Content-Type: application/json", b"Content-Type: multipart/form-data", b"Content-Type: multipart/form-data; boundary=x",
    b"Content-Type: application/x-www-form-urlencoded; charset=utf-7", b"Content-Type: text/plain; charset=nonsense",
    b"Content-Type: \xff", b"Content-Encoding: gzip", b"Range: bytes=0-,5-9,-1", b"If-Modified-Since: yesterday",
    b"If-None-Match: *", b"Upgrade: websocket", b"Expect: 100-continue", b"X-HTTP-Method-Override: DELETE", b"Empty:",
)  # fmt: skip
_BODIES = (
    b"", b"{}", b"[]", b"null", b"{", b'{"text":"x","id":"y"}', b"text=x&id=%00", b"text=" + b"x" * 5000, b"a=b&" * 1500,
    b"--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nhello\r\n--x--\r\n", b"--x\r\n\r\n", b"--x", b"\xff\xfe\x00",
    b"--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"../../x\"\r\n\r\n\x00\r\n--x--\r\n", b"[" * 20_000,
    b"username=admin&password=\xff", b"username=" + b"x" * 3000 + b"&password=y", b"code=%00", b"text=%ed%a0%80",
)  # fmt: skip


@dataclass(kw_only=True)
class Answered:
    """What came back: answers by status; the first request line of each that the server failed at."""

    statuses: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)


async def send(link: str, cookies: list[str], requests: int, *, seed: int, connections: int = 8) -> Answered:
    """Send so many requests, with one of these cookies or none."""
    answered, left = Answered(), [requests]
    chances = [random.Random(f"{seed} {number}") for number in range(connections)]
    await asyncio.gather(*(_send_on(link, cookies, left, chance, answered) for chance in chances))
    return answered


def odd(chance: random.Random, host: str, cookies: list[str]) -> bytes:
    """Return one request's bytes."""
    path = chance.choice(_PATHS)
    path = path % (chance.choice(_WORDS),) if b"%s" in path else path.replace(b"%%", b"%")
    if chance.random() < 0.5:
        path += b"?" + b"&".join(
            chance.choice(_NAMES) + b"=" + chance.choice(_WORDS) for _ in range(chance.randrange(1, 4))
        )
    headers = [
        f"Host: {host}".encode() if chance.random() < 0.97 else chance.choice((b"Host: evil", b"Host: \xff", b"X: y"))
    ]
    if cookies and chance.random() < 0.6:
        headers.append(f"Cookie: {chance.choice(cookies)}".encode())
    headers += [chance.choice(_HEADERS) for _ in range(chance.randrange(4))]
    method = chance.choice(_METHODS) if chance.random() < 0.5 else chance.choice((b"GET", b"POST"))
    body = chance.choice(_BODIES) if method not in {b"GET", b"HEAD"} else b""
    headers.append(b"Content-Length: %d" % len(body))
    return b"%s %s HTTP/1.1\r\n%s\r\nConnection: close\r\n\r\n%s" % (method, path, b"\r\n".join(headers), body)


async def _send_on(link: str, cookies: list[str], left: list[int], chance: random.Random, answered: Answered) -> None:
    site = urlsplit(link)
    while left[0] > 0:
        left[0] -= 1
        sent = odd(chance, site.netloc, cookies)
        reader, writer = await asyncio.open_connection(site.hostname, site.port)
        try:
            writer.write(sent)
            async with asyncio.timeout(_PATIENCE_S):
                said = (await reader.readline()).split()
                with contextlib.suppress(ConnectionError):
                    # An upgraded line stays open; its handshake is what counts.
                    if said[1:2] != [b"101"]:
                        await reader.read()
        except ConnectionError:
            said = []
        finally:
            writer.close()
        status = said[1].decode("latin-1") if len(said) > 1 else "cut"
        answered.statuses[status] += 1
        if status.startswith("5"):
            answered.failed.append(sent[:300].decode("latin-1"))
