"""Owns whether the database has the tables of this version of the code. Changes none of them."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def is_migrated() -> bool:
    """Return whether no migration is left to apply; reads the files of all of them."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
