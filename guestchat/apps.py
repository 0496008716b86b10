"""Owns the application's registration."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class GuestchatConfig(AppConfig):
    """The conversation."""

    name = "guestchat"
    verbose_name = "Guest conversations"

    def ready(self) -> None:
        """Keep the passages equal to the content, end stays and keep the wall up from here on; register the checks."""
        import guestchat.checks  # noqa: F401 - registered by being imported
        from guestchat import stays, wall
        from guestchat.retrieval import passages

        post_migrate.connect(wall.raise_wall, sender=self, dispatch_uid="wall")
        passages.connect()
        stays.connect()
