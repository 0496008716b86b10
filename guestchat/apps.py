"""Owns the application's registration."""

from django.apps import AppConfig


class GuestchatConfig(AppConfig):
    """The conversation."""

    name = "guestchat"
    verbose_name = "Guest conversations"

    def ready(self) -> None:
        """Keep the passages equal to the content from here on, and register the checks."""
        from guestchat import checks  # noqa: F401 - registered by being imported
        from guestchat.retrieval import passages

        passages.connect()
