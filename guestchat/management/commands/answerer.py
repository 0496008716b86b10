"""Owns one answerer: the process that answers beside a server, which starts it. See `guestchat.answerers`."""

import gc
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from numpy.typing import NDArray

from guestchat import answerers, catalogue, pipeline
from guestchat.answering.answer import Answer
from guestchat.guest.database import close_if_dead
from guestchat.ledger import Grounds
from guestchat.management import memory, warming
from guestchat.retrieval.embedder import get_embedder
from guestchat.traces import trace
from menus import tenancy

log = logging.getLogger(__name__)

_TIDY_EVERY_S = 60.0


class Command(BaseCommand):
    """Answer what a server asks over the sockets whose numbers it hands over."""

    requires_system_checks = ()
    help = "Answer for the server that starts this process; of no use by hand."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("control", type=int, help="the number of the socket that tells whether the models loaded")
        parser.add_argument("lines", type=int, nargs="+", help="the numbers of the sockets that questions come over")

    def handle(self, *args: Any, **options: Any) -> None:
        # Whoever ends the server ends this, too, once what is being answered was answered: by closing the lines.
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        tenancy.begin_with(tenancy.NOBODY)
        memory.keep_together()
        try:
            control, *ends = (socket.socket(fileno=number) for number in (options["control"], *options["lines"]))
        except OSError:
            raise CommandError("These are no sockets; manage.py serve begins answerers by itself.") from None
        lines = [threading.Thread(target=_answer, args=[end]) for end in ends]
        wrong = warming.load_models()
        warming.load_vocabularies()
        memory.settle()
        memory.give_back()  # what optimising the models took, and other processes have a use for
        for line in lines:
            line.start()
        with suppress(OSError):  # the server has gone already, which the lines notice, too
            answerers.send(control, wrong)
        _await_end(control)
        for line in lines:
            line.join()
        self.stderr.flush()
        os._exit(0)  # past the exits, which would stop an embedded database: that is its server's to do


def _await_end(control: socket.socket) -> None:
    """Wait until the server closes its end, and give memory back meanwhile."""
    control.settimeout(_TIDY_EVERY_S)
    while True:
        with suppress(TimeoutError):
            if not control.recv(1):
                return
        memory.give_back()


# --- what may be asked ---------------------------------------------------------
def _answer_alone(hotel_id: int, version: int, text: str, **asked: Any) -> Answer | None:
    with tenancy.at(hotel_id):
        hotel = catalogue.at_version(hotel_id, version)
        return None if hotel is None else pipeline.answer(hotel, text, **asked)


def _answer_on(grounds: Grounds, text: str, at: Any) -> Answer | None:
    with tenancy.at(grounds.hotel_id):
        found = pipeline.answer_on(grounds, text, at)
    # What else was considered is nothing that a conversation keeps, and half of what would go over the line.
    return found and replace(found, candidates=())


def _load_catalogues() -> None:
    warming.load_catalogues(with_words=True)
    gc.freeze()


def _encode_query(texts: Sequence[str]) -> NDArray[np.float32]:
    return get_embedder().encode_query(texts)


def _encode_document(texts: Sequence[str]) -> NDArray[np.float32]:
    return get_embedder().encode_document(texts)


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "answer": _answer_alone,
    "answer_on": _answer_on,
    "load_catalogues": _load_catalogues,
    "embedder_name": lambda: get_embedder().name,
    "encode_query": _encode_query,
    "encode_document": _encode_document,
}


def _answer(line: socket.socket) -> None:
    """Answer one line's questions until the server closes it."""
    with suppress(EOFError, OSError):
        while True:
            operation, arguments, named = answerers.receive(line)
            answerers.send(line, _done(operation, arguments, named))
    connection.close()


def _done(operation: str, arguments: Sequence[Any], named: dict[str, Any]) -> tuple[str, Any]:
    close_if_dead()
    try:
        return "done", _OPERATIONS[operation](*arguments, **named)
    except DatabaseError as error:
        if isinstance(error, OperationalError | InterfaceError):
            connection.close()
        log.error("%s could not use the database: %s", operation, trace(error))
        return "database", None
    except Exception as error:
        log.error("%s failed: %s", operation, trace(error))
        return "failed", type(error).__name__
