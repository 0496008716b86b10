"""Owns whether the database has the tables of this version of the code. Changes none of them."""

import pkgutil
from importlib.util import find_spec

from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder


def is_migrated() -> bool:
    """Return whether no migration is left to apply; reads their files only where one is not recorded as applied."""
    if _named() <= MigrationRecorder(connection).applied_migrations().keys():
        return True
    # One that replaces others counts as applied where these are.
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _named() -> set[tuple[str, str]]:
    """Return the label and name of every migration by its file's name: reading all of them takes 40 ms of a start."""
    return {
        (config.label, module.name)
        for config in apps.get_app_configs()
        if (spec := find_spec(f"{config.name}.migrations")) is not None
        for module in pkgutil.iter_modules(spec.submodule_search_locations)
        if module.name[0] not in "_~"
    }
