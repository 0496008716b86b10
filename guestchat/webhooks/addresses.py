"""Owns where a message may go: to the public internet, and to networks of the operator's choice; never to this one.

An address is typed in by somebody at one of many hotels, and the server that calls it stands inside a network. So a
name is resolved once, each of its addresses is looked at, and the connection goes to the very address that was.
"""

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Public by their numbers, and on the way each becomes an IPv4 address of whatever network does the translating.
_TRANSLATED = tuple(
    ipaddress.ip_network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}")


class Refused(Exception):
    """Nothing is sent there; the text says why, in a sentence for whoever typed the address in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A web address in its parts, as they stand on the wire."""

    is_encrypted: bool
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        """The host as a request names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_encrypted else 80) else f"{host}:{self.port}"


def read(url: str) -> Target:
    """Return an address in its parts; raises Refused where it is none, or no message should go there."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        host = parts.hostname or ""
    except ValueError:
        raise Refused(_("This is no web address.")) from None
    if not host.isascii():
        # The standards of 2003 and 2008 write some of them differently: it would be guessed whose address that is.
        raise Refused(_("Write the name as computers do, beginning with xn--."))
    if parts.scheme not in {"https", "http"} or not _HOST.fullmatch(host):
        raise Refused(_("This is no web address: one begins with https:// and a name."))
    if "@" in parts.netloc or parts.fragment:
        raise Refused(_("This address has a password or a # in it. Leave that out."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii() or not path.isprintable() or " " in path:
        raise Refused(_("This address has blanks or letters that a web address cannot have."))
    is_encrypted = parts.scheme == "https"
    target = Target(is_encrypted=is_encrypted, host=host, port=port or (443 if is_encrypted else 80), path=path)
    literal = _as_address(host)
    if literal is not None:
        _require_permitted(target, literal)
    elif not is_encrypted and not settings.GUESTCHAT_WEBHOOK_NETWORKS:
        raise Refused(_unencrypted())
    return target


def resolve(target: Target) -> Address:
    """Return the address to connect to; raises Refused where the name has none, or one that is not permitted."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused(_("No computer has this name: %(host)s.") % {"host": target.host}) from None
    addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    for each in addresses:
        _require_permitted(target, each)
    return addresses[0]


def _unencrypted() -> str:
    return _("What goes there could be read on the way. The address has to begin with https://.")


def _as_address(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _require_permitted(target: Target, address: Address) -> None:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    seen = mapped or address
    if any(seen in network for network in settings.GUESTCHAT_WEBHOOK_NETWORKS):
        return
    if not target.is_encrypted:
        raise Refused(_unencrypted())
    if not seen.is_global or seen.is_multicast or any(seen in network for network in _TRANSLATED):
        raise Refused(_("%(address)s is inside a private network, and nothing is sent there.") % {"address": seen})
