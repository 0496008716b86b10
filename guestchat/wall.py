"""Owns the wall between hotels: row-level security on every table with a hotel's rows, raised after each migration.

The tables are found from the models, so a new one cannot be forgotten. What filters rows for the product's own sake is
not here: the wall is what stands when such a filter is forgotten. Who is bound to what is `menus.tenancy`'s.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connection, models, transaction
from psycopg import sql

from guestchat.keyholes import KEYHOLES
from menus import tenancy
from menus.models import Hotel
from menus.tenancy import SERVING_ROLE as ROLE

POLICY = "own_hotel"
# Each in a select of its own: read once a statement, where it would else be read for each row. The second is read only
# where the first does not hold.
_BOUND = f"(SELECT string_to_array(nullif(current_setting('{tenancy.SETTING}', true), '*'), ',')::bigint[])::bigint[]"
_EVERYWHERE = f"(SELECT current_setting('{tenancy.SETTING}', true) = '*')"
# What writes these has just read the row above under the same binding, and looking again would slow every question.
_WRITTEN_WITH_EACH_QUESTION = frozenset({"guestchat_conversation", "guestchat_message"})


class WallError(ImproperlyConfigured):
    """The wall between hotels cannot be raised with this database login; the text says what would help."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Above:
    """What a row hangs below: its own column that says so, and the other's table, key and column of the hotel."""

    column: str
    table: str
    key: str
    hotel_column: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Walled:
    """A table whose rows belong to hotels."""

    table: str
    hotel_column: str | None
    above: tuple[Above, ...]

    @property
    def policy(self) -> str:
        """The policy's conditions: what can be seen, and what may be written."""
        if self.hotel_column is None:
            # It has no hotel of its own: whoever sees what it hangs below sees it.
            return f"USING ({' AND '.join(self._hangs_below(each) for each in self.above)})"
        mine = f"({self.hotel_column} = ANY ({_BOUND}) OR {_EVERYWHERE})"
        if self.table in _WRITTEN_WITH_EACH_QUESTION:
            return f"USING ({mine})"
        # A row of one hotel never hangs below a row of another.
        same = [f"({each.column} IS NULL OR {self._hangs_below(each)})" for each in self.above]
        return f"USING ({mine}) WITH CHECK ({' AND '.join([mine, *same])})"

    def _hangs_below(self, each: Above) -> str:
        same = f" AND above.{each.hotel_column} = {self.table}.{self.hotel_column}"
        return (
            f"EXISTS (SELECT FROM {each.table} AS above WHERE above.{each.key} = {self.table}.{each.column}"
            f"{same if self.hotel_column and each.hotel_column else ''})"
        )

    @property
    def mark(self) -> str:
        """What tells this policy from an earlier version's."""
        return hashlib.sha256(self.policy.encode()).hexdigest()[:16]


# --- which tables -------------------------------------------------------------
def walled() -> list[Walled]:
    """Return every table that holds hotels' rows: those of models that lead to a hotel by foreign keys."""
    found: dict[type[models.Model], Walled] = {}
    waiting = [each for each in apps.get_models(include_auto_created=True) if each._meta.managed]
    while True:
        more = {model: wall for model in waiting if model not in found and (wall := _walled(model, found))}
        if not more:
            break
        found.update(more)
    # Once more: what a row hangs below is complete only when all tables are known.
    return [wall for model in found if (wall := _walled(model, found))]


def _walled(model: type[models.Model], known: dict[type[models.Model], Walled]) -> Walled | None:
    keys = [field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]
    own = "id" if model is Hotel else next((each.column for each in keys if each.related_model is Hotel), None)
    above = tuple(
        Above(
            column=each.column,
            table=each.related_model._meta.db_table,
            key=str(each.target_field.column),
            hotel_column=known[each.related_model].hotel_column,
        )
        for each in keys
        if each.related_model in known and each.related_model is not Hotel
    )
    if own is None and not above:
        return None
    return Walled(table=model._meta.db_table, hotel_column=own, above=above)


# --- raising it -----------------------------------------------------------------
def raise_wall(**kwargs: Any) -> bool:
    """Make the wall complete where it is not; return whether anything had to be done. Runs after each migration.

    Raises WallError where the login would pass by it and may not make a role that does not.
    """
    with tenancy.as_owner(), transaction.atomic(), connection.cursor() as cursor:
        role = _role(cursor)
        raised = _raise_policies(cursor)
        raised |= _cut_keyholes(cursor)
        if role:
            raised |= _grant(cursor)
    database: Any = connection
    if role and not database.has_serving_role and not database.in_atomic_block:
        database.close_pool()  # sessions take the role when they begin; this one goes on
        database.take_serving_role(database.connection)
        raised = True
    return raised


def _raise_policies(cursor: Any) -> bool:
    there = _standing(cursor)
    missing = [each for each in walled() if each.table in there and there[each.table] != each.mark]
    for each in missing:
        cursor.execute(
            f"ALTER TABLE {each.table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {each.table} FORCE ROW LEVEL SECURITY;"
            f" DROP POLICY IF EXISTS {POLICY} ON {each.table}; CREATE POLICY {POLICY} ON {each.table} {each.policy};"
            f" COMMENT ON POLICY {POLICY} ON {each.table} IS '{each.mark}'"
        )
    return bool(missing)


def _standing(cursor: Any) -> dict[str, str | None]:
    """Return each table that is there, with the mark of its policy where it is forced."""
    cursor.execute(
        """
        SELECT class.relname, CASE WHEN relrowsecurity AND relforcerowsecurity
                                   THEN obj_description(policy.oid, 'pg_policy') END
        FROM pg_class AS class LEFT JOIN pg_policy AS policy ON policy.polrelid = class.oid AND policy.polname = %s
        WHERE class.relnamespace = current_schema()::regnamespace AND class.relkind IN ('r', 'p')
        """,
        [POLICY],
    )
    return dict(cursor.fetchall())


def _cut_keyholes(cursor: Any) -> bool:
    """Make the functions through which one exact secret tells its hotel, each where it is missing or another."""
    cursor.execute("SELECT current_schema()")
    schema = cursor.fetchone()[0]
    cut = False
    for keyhole in KEYHOLES:
        made = keyhole.definition(schema)
        mark = hashlib.sha256(made.encode()).hexdigest()[:16]
        cursor.execute("SELECT obj_description(to_regprocedure(%s), 'pg_proc')", [keyhole.signature])
        tables = [f"{schema}.{table}" for table in keyhole.tables]
        if cursor.fetchone()[0] == mark or not _exist(cursor, tables):
            continue
        cursor.execute(f"DROP FUNCTION IF EXISTS {keyhole.signature}; {made}")
        cursor.execute(f"COMMENT ON FUNCTION {keyhole.signature} IS '{mark}'")
        cut = True
    return cut


def _exist(cursor: Any, tables: Sequence[str]) -> bool:
    cursor.execute("SELECT bool_and(to_regclass(name) IS NOT NULL) FROM unnest(%s::text[]) AS name", [tables])
    return bool(cursor.fetchone()[0])


# --- the role ---------------------------------------------------------------------
def _role(cursor: Any) -> bool:
    """Make the role that serves, where there is none; return whether this login can take it."""
    cursor.execute(
        "SELECT rolsuper, rolbypassrls, rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = session_user"
    )
    is_super, passes_by, may_make = cursor.fetchone()
    if may_make:
        # Another database of the same server may be making it at this very moment.
        cursor.execute(
            f"DO $$ BEGIN CREATE ROLE {ROLE} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;"
            " END $$"
        )
        if not is_super:
            cursor.execute(
                f"DO $$ BEGIN GRANT {ROLE} TO SESSION_USER; EXCEPTION WHEN insufficient_privilege THEN NULL; END $$"
            )
    cursor.execute(
        "SELECT rolsuper OR rolbypassrls, pg_has_role(session_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = %s",
        [ROLE],
    )
    found = cursor.fetchone()
    if found and found[0]:
        raise WallError(
            f"The role {ROLE} passes by row-level security, so nothing would part the hotels."
            f" Run as an administrator: ALTER ROLE {ROLE} NOSUPERUSER NOBYPASSRLS;"
        )
    usable = bool(found and found[1])
    if not usable and (is_super or passes_by):
        raise WallError(
            "The login in DATABASE_URL passes by row-level security, so nothing would part the hotels. Use a login"
            f" without BYPASSRLS, or run as an administrator: CREATE ROLE {ROLE} NOLOGIN; and GRANT {ROLE} TO"
            " that login;"
        )
    return usable


def _grant(cursor: Any) -> bool:
    """Let the role work with rows, of what is there and of what this login will make; nothing of the tables is its."""
    cursor.execute(
        """
        SELECT count(*) FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND (
            relkind IN ('r', 'p') AND NOT has_table_privilege(%(role)s, oid, 'SELECT')
            OR relkind = 'S' AND NOT has_sequence_privilege(%(role)s, oid, 'USAGE'))
        """,
        {"role": ROLE},
    )
    if not cursor.fetchone()[0]:
        return False
    cursor.execute("SELECT current_schema()")
    schema = sql.Identifier(cursor.fetchone()[0]).as_string(cursor.connection)
    cursor.execute(
        f"""
        GRANT USAGE ON SCHEMA {schema} TO {ROLE};
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {ROLE};
        GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {ROLE};
        ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {ROLE};
        ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE ON SEQUENCES TO {ROLE};
        REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {ROLE}
        """
    )
    return True


# --- looking at it ------------------------------------------------------------------
def gaps() -> list[str]:
    """Return what is missing of the wall, a sentence each; empty where it stands."""
    with tenancy.at(), transaction.atomic(), connection.cursor() as cursor:
        there = _standing(cursor)
        found = [f"The table {each.table} is open." for each in walled() if there.get(each.table) != each.mark]
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            found.append("The role that serves passes by row-level security.")
    return found


@register(Tags.database)
def serves_as_a_role_of_its_own(databases: Sequence[str] | None, **kwargs: Any) -> list[CheckMessage]:
    """Tell an operator whose server gives no role of its own: the wall stands, on one layer less."""
    database: Any = connection
    if not databases or DEFAULT_DB_ALIAS not in databases:
        return []
    connection.ensure_connection()
    if database.has_serving_role or "django_migrations" not in connection.introspection.table_names():
        return []
    return [
        Warning(
            f"The login of DATABASE_URL cannot take the role {ROLE}, so what serves guests also owns the tables.",
            hint=f"The hotels are parted all the same. To part them twice, run as an administrator: CREATE ROLE {ROLE}"
            f" NOLOGIN; GRANT {ROLE} TO that login; and start anew.",
            id="guestchat.W010",
        )
    ]
