"""Owns running statements that are prepared once a connection, bound like everything else. Knows no statement.

Django would compile each anew and write the values into it, which costs more than most of them. psycopg's own pipeline
sends each statement by itself and asks the system before and after it whether the line is free: some twenty moments of
a question in which the interpreter goes to another thread, and has to come back. Here all goes out in one piece.
"""

import contextlib
import functools
import itertools
import re
import select
import weakref
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import psycopg
from django.db import connection
from pgvector import HalfVector
from pgvector.psycopg.halfvec import HalfVectorBinaryDumper
from psycopg import adapt, pq
from psycopg.types.numeric import Int8Dumper

from menus import tenancy

Row = tuple[Any, ...]

_BIND = f"SELECT set_config('{tenancy.SETTING}', %(hotels)s, true)"
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_FAILED = (pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.PIPELINE_ABORTED)

_numbers = itertools.count(1)


def run(statement: str, values: Mapping[str, Any]) -> list[Row]:
    """Run a statement and return its rows; one round trip, in an open transaction and outside of any."""
    [rows] = Sent([(statement, values)]).rows()
    return rows


class Sent:
    """Statements that run one after the other in one transaction; one round trip where none is open.

    Each sees what the earlier have done and what others had committed when it began. All of it holds, or nothing; it is
    committed without being waited for. Until `rows` was called this thread's connection may not be used for anything
    else. Values are named, `%(name)s`.
    """

    def __init__(self, statements: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        connection.ensure_connection()
        self._rows: list[list[Row]] | None = None
        self._failed: BaseException | None = None
        with self._whole():
            if connection.in_atomic_block:
                self._rows = [_run_within(statement, values) for statement, values in statements]
            else:
                # What is sent until the sync is one transaction, so the binding ends with what it is for.
                bound: tuple[str, Mapping[str, Any]] = (_BIND, {"hotels": tenancy.current().value})
                self._line = _Line(connection.connection)
                self._line.send([bound, *statements])

    def rows(self) -> list[list[Row]]:
        """Wait until all is done and committed; return each statement's rows, or raise what went wrong."""
        if self._failed is not None:
            raise self._failed
        if self._rows is None:
            with self._whole():
                self._rows = self._line.receive()[1:]
        return self._rows

    @contextlib.contextmanager
    def _whole(self) -> Iterator[None]:
        try:
            with connection.wrap_database_errors:
                yield
        except BaseException as error:
            self._failed = error
            if not connection.in_atomic_block:
                # What it was sent is half done and half read; the next call gets another one.
                if connection.connection is not None:
                    connection.connection.close()
                connection.close()
            raise


def _run_within(statement: str, values: Mapping[str, Any]) -> list[Row]:
    """Run a statement in the transaction that is open, which Django may have yet to begin.

    Not prepared: psycopg forgets all that a connection has prepared, ours as well, when it sees a rollback after
    having prepared anything itself.
    """
    cursor = psycopg.Cursor(connection.connection)
    cursor.adapters.register_dumper(HalfVector, HalfVectorBinaryDumper)
    cursor.execute(statement, values, prepare=False)
    return cursor.fetchall() if cursor.description else []


class _Line:
    """What is sent over one connection and read back from it: once."""

    def __init__(self, database: "psycopg.Connection[Any]") -> None:
        self._pgconn = database.pgconn
        kept = _kept_of(database)
        self._known = kept.names
        self._new: dict[tuple[bytes, Any], bytes] = {}
        self._values = adapt.Transformer(_Context(database, kept.adapters))
        self._is_of_statement: list[bool] = []  # by what is to be read: rows, or that something was prepared

    def send(self, statements: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """Send statements as one transaction, and let it be committed."""
        self._pgconn.enter_pipeline_mode()
        for statement, values in statements:
            self._put(statement, values)
        self._pgconn.pipeline_sync()  # which writes what fits into the system's buffer
        while self._pgconn.flush():
            self._wait(select.POLLIN | select.POLLOUT)
            self._pgconn.consume_input()

    def receive(self) -> list[list[Row]]:
        """Wait for the end of the transaction; return each statement's rows, or raise its error."""
        found = []
        for is_of_statement in self._is_of_statement:
            result = self._result()
            if is_of_statement:
                self._values.set_pgresult(result)
                found.append(self._values.load_rows(0, result.ntuples, tuple))
            self._next()  # nothing: each command's results end so
        if self._result().status != pq.ExecStatus.PIPELINE_SYNC:  # before which nothing is committed
            raise psycopg.OperationalError("the transaction's end is missing")
        self._pgconn.exit_pipeline_mode()
        self._known.update(self._new)
        return found

    def _put(self, statement: str, values: Mapping[str, Any]) -> None:
        text, names = _numbered(statement)
        given = self._values.dump_sequence([values[name] for name in names], [adapt.PyFormat.AUTO] * len(names))
        key = (text, self._values.types)
        name = self._known.get(key) or self._new.get(key)
        if name is None:
            name = self._new[key] = b"guestchat_%d" % next(_numbers)
            self._pgconn.send_prepare(name, text, self._values.types)
            self._is_of_statement.append(False)
        self._pgconn.send_query_prepared(name, given, self._values.formats)
        self._is_of_statement.append(True)

    def _result(self) -> "pq.abc.PGresult":
        """Return the next result, or raise the error that it is."""
        result = self._next()
        if result is None:
            raise psycopg.OperationalError("a result is missing")
        if result.status in _FAILED:
            raise psycopg.errors.error_from_result(result)
        return result

    def _next(self) -> "pq.abc.PGresult | None":
        while self._pgconn.is_busy():
            self._wait(select.POLLIN)
            self._pgconn.consume_input()
        return self._pgconn.get_result()

    def _wait(self, events: int) -> None:
        line = select.poll()
        line.register(self._pgconn.socket, events)
        line.poll()


class _Kept:
    """What is kept of a connection while it lives: the names of what it has prepared, and how values are written.

    The names are found by the statement and the types of its values. Whole numbers always have the longest type:
    psycopg chooses it by the value, and a statement would be prepared once for each combination.
    """

    def __init__(self, database: "psycopg.Connection[Any]") -> None:
        self.names: dict[tuple[bytes, Any], bytes] = {}
        self.adapters = adapt.AdaptersMap(database.adapters)
        self.adapters.register_dumper(int, Int8Dumper)
        self.adapters.register_dumper(HalfVector, HalfVectorBinaryDumper)


_kept: "weakref.WeakKeyDictionary[psycopg.Connection[Any], _Kept]" = weakref.WeakKeyDictionary()


def _kept_of(database: "psycopg.Connection[Any]") -> _Kept:
    found = _kept.get(database)
    if found is None:
        found = _kept[database] = _Kept(database)
    return found


class _Context(NamedTuple):
    """What psycopg asks to write and read values."""

    connection: "psycopg.Connection[Any]"
    adapters: adapt.AdaptersMap


@functools.cache
def _numbered(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """Return a statement with numbered placeholders, and the names of its values in their order."""
    names = tuple(dict.fromkeys(_PLACEHOLDER.findall(statement)))
    return _PLACEHOLDER.sub(lambda found: f"${names.index(found[1]) + 1}", statement).encode(), names
