"""Owns running a statement that is prepared once a connection, bound like everything else. Knows no statement.

Django would compile each anew and write the values into it, which costs more than most of them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import connection

from menus import tenancy

_BIND = f"SELECT set_config('{tenancy.SETTING}', %s, true)"
Dumpers = Sequence[tuple[type, type[psycopg.abc.Dumper]]]


def run(statement: str, values: Mapping[str, Any], dumpers: Dumpers = ()) -> "psycopg.Cursor[Any]":
    """Run a statement and return its cursor; one round trip, in an open transaction and outside of any."""
    connection.ensure_connection()
    database = connection.connection
    with connection.wrap_database_errors:
        cursor = psycopg.Cursor(database)
        for kind, dumper in dumpers:
            cursor.adapters.register_dumper(kind, dumper)
        if connection.in_atomic_block:
            return cursor.execute(statement, values, prepare=True)
        # What is sent in one pipeline is one transaction, so the binding ends with the statement that it is for.
        with database.pipeline():
            psycopg.Cursor(database).execute(_BIND, [tenancy.current().value], prepare=True)
            cursor.execute(statement, values, prepare=True)
    return cursor
