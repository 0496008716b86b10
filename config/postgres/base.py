"""Owns the engine: Django's PostgreSQL backend that says the binding at the beginning of each transaction.

A session's own role may see no hotel at all, so whatever forgets to bind finds nothing. The binding is local to the
transaction and goes with it: a connection comes out of the pool as it went in. It costs no round trip, because it goes
along with BEGIN.
"""

import functools
import re
from collections.abc import Callable
from typing import Any, ClassVar

import psycopg
from django.db import connections, transaction
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from psycopg import pq

from menus import tenancy
from menus.tenancy import SERVING_ROLE, Binding

# Takes the role where it is there and may be taken; before the first migration there is none, and no row either.
_TAKE_ROLE = f"""
    SELECT set_config('role', rolname, false) FROM pg_roles
    WHERE rolname = '{SERVING_ROLE}' AND pg_has_role(session_user, oid, 'MEMBER')
"""
# Statements over rows. What else there is either says for itself where it runs, or is the owner's.
_OVER_ROWS = re.compile(r"\s*\(*(SELECT|INSERT|UPDATE|DELETE|WITH|MERGE|VALUES)\b", re.IGNORECASE)


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL's wrapper whose transactions begin bound."""

    # Whether this process's sessions have the serving role. Without it they are the owner's, whom FORCE binds, too.
    has_serving_role: ClassVar[bool] = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.alias != NO_DB_ALIAS:
            self.execute_wrappers.append(_begin_bound)

    def _configure_connection(self, connection: Any) -> bool:
        """Set a new session up: Django's settings, and the serving role."""
        super()._configure_connection(connection)  # type: ignore[misc]
        if self.alias != NO_DB_ALIAS:
            self.take_serving_role(connection)
        return True

    def take_serving_role(self, connection: Any) -> None:
        """Let a session begin as the role that serves; it names no hotel, so nothing of it can leak."""
        with psycopg.Cursor(connection) as cursor:
            type(self).has_serving_role = cursor.execute(_TAKE_ROLE).fetchone() is not None

    def _start_transaction_under_autocommit(self) -> None:
        """Begin a transaction and say its binding, in one message; Django asks a backend that has this to begin."""
        try:
            with self.wrap_database_errors:
                self.connection.execute(b"BEGIN; " + _said(tenancy.current(), False))
        except Exception:
            self.close()  # a connection on which not even that works is of no use to the next one
            raise

    def say_binding(self) -> None:
        """Say the binding again within a transaction; rolling back one that has failed brings the earlier back."""
        if self.connection is not None and self.connection.info.transaction_status == pq.TransactionStatus.INTRANS:
            with self.wrap_database_errors:
                self.connection.execute(_said(tenancy.current(), self.has_serving_role))


@functools.lru_cache(maxsize=1024)
def _said(binding: Binding, from_owner: bool) -> bytes:
    """Return a binding as statements, which last until the transaction ends."""
    # Utility statements, and no SELECT: that would take the snapshot before the isolation level can be set.
    role = "SET LOCAL ROLE NONE; " if binding.is_owner else f"SET LOCAL ROLE {SERVING_ROLE}; " if from_owner else ""
    return f"{role}SET LOCAL {tenancy.SETTING} = '{binding.value}'".encode()


def _begin_bound(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Run a statement that stands alone in a transaction of its own, so that it is bound as well."""
    database: Any = context["connection"]
    is_another = connections[database.alias] is not context["connection"]  # such as a copy that another thread lent
    if is_another or database.in_atomic_block or not database.get_autocommit():
        return execute(sql, params, many, context)
    if isinstance(sql, str) and _OVER_ROWS.match(sql):
        with transaction.atomic(using=database.alias):
            return execute(sql, params, many, context)
    if not tenancy.current().is_owner:
        return execute(sql, params, many, context)
    # What cannot run in a transaction, such as an index that is built beside the guests.
    database.connection.execute(b"SET ROLE NONE")
    try:
        return execute(sql, params, many, context)
    finally:
        database.take_serving_role(database.connection)
