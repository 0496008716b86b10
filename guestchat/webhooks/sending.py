"""Owns what a worker does about it: each system is told what waits for it, in order, or is tried again later.

Signed as Standard Webhooks asks for: `webhook-id`, `webhook-timestamp`, `webhook-signature`. Neither a redirect nor a
proxy is followed, and what a system answers is read no further than its status.
"""

import base64
import concurrent.futures
import contextlib
import datetime as dt
import hashlib
import hmac
import http.client
import json
import logging
import random
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from guestchat.models import Delivery, Webhook
from guestchat.traces import trace
from guestchat.webhooks import addresses, outbox
from menus import tenancy

log = logging.getLogger(__name__)

ANSWERS_WITHIN_S = 8.0
_AT_ONCE = 4
_MOST_SYSTEMS = 1_000
_MOST_IN_A_ROW = 50
_BUSY_FOR_AT_MOST_S = 20.0
# Longer than one run can take: if its worker dies, another one goes on.
_CLAIMED_FOR = dt.timedelta(seconds=90)
_PAUSES_MIN = (1, 2, 5, 15, 30, 60)
_GIVEN_UP_AFTER = dt.timedelta(hours=24)
# A system that understands a message and refuses it will do so again; the next ones need not wait for that a day.
_REFUSALS = 3
_TOO_MANY_REQUESTS, _TIMED_OUT, _CONFLICT, _GONE = 429, 408, 409, 410


def tell_all(now: dt.datetime | None = None) -> int:
    """Tell every system what waits for it; return how many messages arrived."""
    now = now or timezone.now()
    with tenancy.everywhere():
        due = Webhook.objects.filter(Q(next_at=None) | Q(next_at__lte=now), is_active=True)
        found = list(due.filter(pk__in=outbox.waiting().values("webhook")).order_by("next_at", "pk")[:_MOST_SYSTEMS])
    if not found:
        return 0
    _let_go()
    until = time.monotonic() + _BUSY_FOR_AT_MOST_S
    with concurrent.futures.ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="systems") as threads:
        return sum(threads.map(lambda hook: _tell_or_log(hook, now, until), found))


def _tell_or_log(hook: Webhook, now: dt.datetime, until: float) -> int:
    try:
        with tenancy.at(hook.hotel_id):
            return _tell(hook, now, until)
    except Exception as error:
        log.error("hotel %s: a system could not be told: %s", hook.hotel_id, trace(error))
        return 0
    finally:
        _let_go()


def _let_go() -> None:
    """Give the connection back: others need it while this thread waits for somebody else's computer."""
    if not connection.in_atomic_block:
        connection.close()


def _tell(hook: Webhook, now: dt.datetime, until: float) -> int:
    """Tell one system, oldest first, until one message fails; return how many arrived."""
    if not _claim(hook, now):
        return 0
    told = 0
    for delivery in _waiting(hook):
        if time.monotonic() > until:
            break
        body = json.dumps(body_of(delivery), ensure_ascii=False).encode()
        _let_go()
        answer = post(hook, delivery, body)
        if not _note(hook, delivery, answer, timezone.now()):
            return told
        told += answer.is_taken
    _rows(hook).update(next_at=None)
    return told


def _claim(hook: Webhook, now: dt.datetime) -> bool:
    """Keep other workers away from a system for a while; return whether none is at it."""
    free = _rows(hook).filter(Q(next_at=None) | Q(next_at__lte=now), is_active=True)
    return bool(free.update(next_at=timezone.now() + _CLAIMED_FOR))


def _rows(hook: Webhook) -> Any:
    return Webhook.objects.filter(hotel=hook.hotel_id, pk=hook.pk)


def _waiting(hook: Webhook) -> list[Delivery]:
    rows = outbox.waiting().filter(hotel=hook.hotel_id, webhook=hook)
    return list(rows.select_related("hotel", "request__conversation__place", "request__owner")[:_MOST_IN_A_ROW])


# --- what is said ---------------------------------------------------------------
def body_of(delivery: Delivery) -> dict[str, Any]:
    """Return a message: what happened when, and the request as it is now."""
    request = delivery.request
    data: dict[str, Any] = {"hotel": delivery.hotel.slug}
    if delivery.reference:
        data["request"] = {"id": delivery.reference}
    if request is not None:
        place = request.conversation.place
        data["request"] |= {
            "status": delivery.kind.removeprefix("request."),
            "kind": request.kind,
            "quantity": request.quantity,
            "details": request.details,
            "urgent": request.urgent,
            "wants_a_person": request.is_call,
            "place": {"kind": place.kind, "label": place.label} if place else None,
            "owner": request.owner.get_full_name() or request.owner.get_username() if request.owner else None,
            "created_at": request.created_at.isoformat(),
        }
    return {"type": delivery.kind, "timestamp": delivery.occurred_at.isoformat(), "data": data}


def headers_of(hook: Webhook, delivery: Delivery, body: bytes, at: int) -> dict[str, str]:
    """Return a message's headers; `at`: seconds since 1970, by which a receiver refuses what was recorded long ago."""
    key = base64.b64decode(hook.secret.removeprefix("whsec_"))
    signed = hmac.new(key, f"{delivery.event}.{at}.".encode() + body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "User-Agent": "Guestchat",
        "webhook-id": str(delivery.event),
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }


# --- how it arrives ---------------------------------------------------------------
@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What came back: a status, or why there is none."""

    status: int | None = None
    why: str = ""

    @property
    def is_taken(self) -> bool:
        """Whether the message arrived."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_refused(self) -> bool:
        """Whether the system understood it and does not want it."""
        waits = {_TOO_MANY_REQUESTS, _TIMED_OUT, _CONFLICT}
        return self.status is not None and 400 <= self.status < 500 and self.status not in waits

    @property
    def sentence(self) -> str:
        """How it went, for whoever looks at it."""
        if self.is_taken:
            return _("Taken (%(status)s)") % {"status": self.status}
        if self.status is None:
            return self.why
        if 300 <= self.status < 400:
            return _("It sent us elsewhere (%(status)s). Type in the address that it leads to.") % {
                "status": self.status
            }
        return _("It answered %(status)s") % {"status": self.status}


def post(hook: Webhook, delivery: Delivery, body: bytes) -> Reply:
    """Send a message and return what came back; whatever goes wrong on the way is told, not raised."""
    try:
        target = addresses.read(hook.url)
        address = addresses.resolve(target)
    except addresses.Refused as refused:
        return Reply(why=str(refused))
    line = _Line(target, address)
    # A system that sends a byte now and then would never be too late for a socket's own patience.
    patience = threading.Timer(ANSWERS_WITHIN_S, line.cut)
    patience.start()
    try:
        headers = {"Host": target.host_header, **headers_of(hook, delivery, body, int(time.time()))}
        line.request("POST", target.path, body, headers)
        return Reply(status=line.getresponse().status)
    except ssl.SSLCertVerificationError as error:
        return Reply(why=_("Its certificate is not valid: %(why)s") % {"why": error.verify_message})
    except TimeoutError:
        return Reply(why=_too_late())
    except (OSError, http.client.HTTPException) as error:
        return Reply(why=_too_late() if line.is_cut else _("It cannot be reached (%(why)s)") % {"why": _reason(error)})
    finally:
        patience.cancel()
        line.close()


def _too_late() -> str:
    return _("It did not answer within %(n)d seconds") % {"n": ANSWERS_WITHIN_S}


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__


class _Line(http.client.HTTPConnection):
    """A connection to an address that was looked at, in the name of the host that it belongs to."""

    def __init__(self, target: addresses.Target, address: addresses.Address) -> None:
        super().__init__(target.host, target.port, timeout=ANSWERS_WITHIN_S)
        self._address = address
        self.is_cut = False
        self._context = ssl.create_default_context() if target.is_encrypted else None

    def connect(self) -> None:
        """Connect to the address, and not to whatever the name means by now."""
        self.sock = socket.create_connection((str(self._address), self.port), self.timeout)
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)

    def cut(self) -> None:
        """End whatever the connection waits for."""
        self.is_cut = True
        if self.sock is not None:
            with contextlib.suppress(OSError):  # it has just ended by itself
                self.sock.shutdown(socket.SHUT_RDWR)


# --- what becomes of it -----------------------------------------------------------
def _note(hook: Webhook, delivery: Delivery, reply: Reply, now: dt.datetime) -> bool:
    """Keep how it went; return whether the next message may follow at once."""
    attempts = delivery.attempts + 1
    rows = Delivery.objects.filter(hotel=hook.hotel_id, pk=delivery.pk)
    kept: dict[str, Any] = {"attempts": attempts, "result": reply.sentence[:200]}
    if reply.is_taken:
        rows.update(**kept, delivered_at=now)
        if hook.failures:
            _rows(hook).update(failures=0)
            hook.failures = 0
        return True
    is_over = delivery.kind == outbox.TEST or now - delivery.occurred_at > _GIVEN_UP_AFTER
    is_over |= reply.is_refused and attempts >= _REFUSALS
    rows.update(**kept, given_up_at=now if is_over else None)
    log.warning("hotel %s: system %s was not told (%s)", hook.hotel_id, hook.pk, reply.status or "no answer")
    hook.failures += 1
    pause = _PAUSES_MIN[min(hook.failures, len(_PAUSES_MIN)) - 1] * 60 * random.uniform(0.8, 1.2)
    changes: dict[str, Any] = {"failures": hook.failures, "next_at": now + dt.timedelta(seconds=pause)}
    if reply.status == _GONE:
        changes["is_active"] = False  # it says that it will never listen again
    if delivery.kind == outbox.TEST:
        changes["next_at"] = None  # somebody looks at it and corrects the address
    _rows(hook).update(**changes)
    return False
