"""What is ours in serving with Daphne: whoever never reads is cut off, and connections are looked at in turn."""

from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet.task import Clock

from guestchat.serving import with_daphne


class Transport:
    """A network that takes nothing more once it is told so."""

    def __init__(self) -> None:
        self.producer: Any = None

    def registerProducer(self, producer: Any, streaming: bool) -> None:  # noqa: N802
        assert streaming
        self.producer = producer

    def unregisterProducer(self) -> None:  # noqa: N802
        self.producer = None


def test_a_client_that_never_reads_is_cut_off_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    monkeypatch.setattr(WebSocketProtocol, "serverSend", lambda self, content, binary=False: sent.append(1))
    monkeypatch.setattr(WebSocketProtocol, "onOpen", lambda self: None)
    guest = with_daphne.GuestProtocol.__new__(with_daphne.GuestProtocol)
    guest.transport, guest.state = Transport(), guest.STATE_OPEN
    dropped: list[bool] = []
    guest.dropConnection = lambda abort: dropped.append(abort)
    guest.onOpen()
    for _ in range(40):
        guest.serverSend("x" * 100_000)
    assert (len(sent), dropped) == (40, [])  # as long as the network takes it, any amount may be sent
    guest.transport.producer.pauseProducing()
    for _ in range(8):
        guest.serverSend("x" * 100_000)
    guest.transport.producer.resumeProducing()
    guest.transport.producer.pauseProducing()
    for _ in range(12):
        guest.serverSend("x" * 100_000)
    assert len(sent) == 40 + 8 + 10
    assert dropped == [True, True]


class Connection:
    """A connection as Daphne's server looks at it, with the moments at which it was looked at."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.looked_at = clock, list[float]()

    def check_timeouts(self) -> None:
        """Note the moment."""
        self.looked_at.append(round(self.clock.seconds(), 6))


class Server:
    """What Daphne's server holds that matters here."""

    connections: dict[Connection, None]
    timeout_checker: Callable[[], None]


def test_connections_are_looked_at_in_turn_each_every_two_seconds() -> None:
    clock, server = Clock(), Server()
    some = [Connection(clock) for _ in range(1_000)]
    server.connections = dict.fromkeys(some)
    with_daphne.check_in_turn(server, clock)
    server.timeout_checker()
    clock.pump([0.05] * 119)  # six seconds
    assert {len(each.looked_at) for each in some} == {3}
    for each in some:
        assert [later - at for at, later in pairwise(each.looked_at)] == [pytest.approx(2.0)] * 2
    at_once = Counter(moment for each in some for moment in each.looked_at)
    assert max(at_once.values()) == 25


def test_who_has_gone_is_looked_at_no_more_and_who_has_come_soon_is() -> None:
    clock, server = Clock(), Server()
    gone, late = Connection(clock), Connection(clock)
    server.connections = dict.fromkeys([gone, *(Connection(clock) for _ in range(79))])
    with_daphne.check_in_turn(server, clock)
    server.timeout_checker()
    server.connections.pop(gone)
    server.connections[late] = None
    clock.pump([0.05] * 79)
    assert not gone.looked_at
    assert len(late.looked_at) == 1
