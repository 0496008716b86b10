"""Owns the engine: the product's PostgreSQL backend that starts its server before the first connection."""

from typing import Any

import psycopg
from django.conf import settings

from config.embedded_postgres.server import connection_address, revive
from config.postgres import base


class DatabaseWrapper(base.DatabaseWrapper):
    """The product's wrapper, with the address found at the first connection instead of in the settings."""

    def get_connection_params(self) -> dict[str, Any]:
        address = connection_address(settings.EMBEDDED_POSTGRES_DIR, settings.DATABASES["default"]["NAME"])
        return {**super().get_connection_params(), **address}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect, once more where the server had died and could be started again."""
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError:
            if not revive(settings.EMBEDDED_POSTGRES_DIR):
                raise
            self.close_pool()  # its workers pause ever longer after each failure
            return super().get_new_connection(conn_params)
