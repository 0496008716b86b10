"""Owns the application's registration."""

from typing import Any

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
        from menus.signals import article_saved

        post_migrate.connect(wall.raise_wall, sender=self, dispatch_uid="wall")
        passages.connect()
        stays.connect()
        article_saved.connect(_warn, dispatch_uid="truth")


def _warn(sender: Any, *, article: Any, **kwargs: Any) -> list[str]:
    # Not above: it reads what answers are made with, which most commands do without.
    from guestchat.staff import truth

    return truth.warnings(article)
