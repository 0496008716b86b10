"""Owns how fast one address may go: whoever guesses codes, or opens conversations without end.

A conversation's own pace, its place's and its hotel's are kept where questions are taken (`turns.begin`). A hotel's
Wi-Fi is one address for all its guests, so an address may do what thousands of guests do.
"""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

from guestchat.buckets import Buckets, Pace

# Somebody mistypes a code a few times, or a whole lobby scans a poster that was revoked this morning.
unknown_codes = Buckets(Pace(burst=30, per_second=0.5))
# A coach arrives, or the power comes back and every phone scans anew.
new_conversations = Buckets(Pace(burst=6_000, per_second=60))


def address_of(request: HttpRequest) -> str:
    """Return whose request it is: the address that the outermost of our own proxies saw."""
    return address(request.headers.get("X-Forwarded-For", ""), request.META.get("REMOTE_ADDR", ""))


def address(forwarded: str, peer: str) -> str:
    """Return the address that the outermost of our own proxies saw, else the one that the line comes from.

    Each proxy appends the address that it saw; what stands before our own proxies' entries was written by the client.
    """
    proxies: int = settings.GUESTCHAT_PROXIES
    seen = [each.strip() for each in forwarded.split(",")] if proxies else []
    return _network(seen[-proxies] if proxies and len(seen) >= proxies else peer)


def host_of(request: HttpRequest) -> str:
    """Return `address_of` as a plain address: of an IPv6 network, its first."""
    return address_of(request).partition("/")[0]


def _network(address: str) -> str:
    """Return an IPv6 address's network: one subscriber has 2**64 addresses to guess from."""
    if ":" not in address:
        return address
    try:
        return str(ipaddress.IPv6Network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address
