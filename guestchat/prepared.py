"""Owns running statements that are prepared once a connection, bound like everything else. Knows no statement.

Django would compile each anew and write the values into it, which costs more than most of them.
"""

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import connection

from menus import tenancy

_BIND = f"SELECT set_config('{tenancy.SETTING}', %s, true)"
Dumpers = Sequence[tuple[type, type[psycopg.abc.Dumper]]]


def run(statement: str, values: Mapping[str, Any], dumpers: Dumpers = ()) -> "psycopg.Cursor[Any]":
    """Run a statement and return its cursor; one round trip, in an open transaction and outside of any."""
    [cursor] = run_together([(statement, values)], dumpers)
    return cursor


def run_together(
    statements: Sequence[tuple[str, Mapping[str, Any]]], dumpers: Dumpers = ()
) -> "list[psycopg.Cursor[Any]]":
    """Run statements one after the other in one transaction, and return their cursors; one round trip outside of any.

    Each sees what the earlier have done and what others had committed when it began. All of it holds, or nothing.
    """
    connection.ensure_connection()
    database = connection.connection
    with connection.wrap_database_errors:
        cursors = [psycopg.Cursor(database) for _ in statements]
        for cursor in cursors:
            for kind, dumper in dumpers:
                cursor.adapters.register_dumper(kind, dumper)
        # What is sent in one pipeline is one transaction, so the binding ends with the statements that it is for.
        alone = not connection.in_atomic_block
        with database.pipeline() if alone else contextlib.nullcontext():
            if alone:
                psycopg.Cursor(database).execute(_BIND, [tenancy.current().value], prepare=True)
            for cursor, (statement, values) in zip(cursors, statements, strict=True):
                cursor.execute(statement, values, prepare=True)
    return cursors
