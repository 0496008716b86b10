"""Owns the engine: Django's PostgreSQL backend that starts its server before the first connection."""

from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base

from config.embedded_postgres.server import connection_address


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL's wrapper, with the address found at the first connection instead of in the settings."""

    def get_connection_params(self) -> dict[str, Any]:
        address = connection_address(settings.EMBEDDED_POSTGRES_DIR, settings.DATABASES["default"]["NAME"])
        return {**super().get_connection_params(), **address}
