"""Owns running statements that are prepared once a connection, bound like everything else. Knows no statement.

Django would compile each anew and write the values into it, which costs more than most of them.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import psycopg
from django.db import connection

from menus import tenancy

_BIND = f"SELECT set_config('{tenancy.SETTING}', %s, true)"
Dumpers = Sequence[tuple[type, type[psycopg.abc.Dumper]]]


def run(statement: str, values: Mapping[str, Any], dumpers: Dumpers = ()) -> "psycopg.Cursor[Any]":
    """Run a statement and return its cursor; one round trip, in an open transaction and outside of any."""
    [cursor] = Sent([(statement, values)], dumpers).cursors()
    return cursor


class Sent:
    """Statements that run one after the other in one transaction; one round trip where none is open.

    Each sees what the earlier have done and what others had committed when it began. All of it holds, or nothing.
    Until `cursors` was called this thread's connection may not be used for anything else.
    """

    def __init__(self, statements: Sequence[tuple[str, Mapping[str, Any]]], dumpers: Dumpers = ()) -> None:
        connection.ensure_connection()
        database = connection.connection
        self._cursors = [psycopg.Cursor(database) for _ in statements]
        for cursor in self._cursors:
            for kind, dumper in dumpers:
                cursor.adapters.register_dumper(kind, dumper)
        self._open = contextlib.ExitStack()
        self._pipeline: psycopg.Pipeline | None = None
        self._failed: BaseException | None = None
        with self._whole():
            # What is sent in one pipeline is one transaction, so the binding ends with the statements that it is for.
            if not connection.in_atomic_block:
                self._pipeline = self._open.enter_context(database.pipeline())
                psycopg.Cursor(database).execute(_BIND, [tenancy.current().value], prepare=True)
            for cursor, (statement, values) in zip(self._cursors, statements, strict=True):
                cursor.execute(statement, values, prepare=True)

    def commit(self) -> None:
        """Let the database commit what it was sent, without waiting for it."""
        if self._pipeline is not None:
            with self._whole():
                # As `Pipeline.sync` does, which then waits for all results. The statements themselves are sent already.
                connection.connection.pgconn.pipeline_sync()
                self._pipeline.result_queue.append(None)

    def cursors(self) -> "list[psycopg.Cursor[Any]]":
        """Wait until all is done and committed; return each statement's cursor, or raise what went wrong."""
        if self._failed is not None:
            raise self._failed
        with self._whole():
            self._open.close()
        return self._cursors

    @contextlib.contextmanager
    def _whole(self) -> Iterator[None]:
        try:
            with connection.wrap_database_errors:
                yield
        except BaseException as error:
            self._failed = error
            if self._pipeline is not None:
                # What came after the error was not prepared, and psycopg believes that it was: each later call of it on
                # this connection would fail.
                connection.connection.close()
                with contextlib.suppress(Exception):
                    self._open.close()
                connection.close()
            raise
