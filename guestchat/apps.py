"""Owns the application's registration."""

from django.apps import AppConfig


class GuestchatConfig(AppConfig):
    """The conversation."""

    name = "guestchat"
    verbose_name = "Guest conversations"

    def ready(self) -> None:
        """Keep the passages equal to the content and end stays from here on, and register the checks."""
        import guestchat.checks  # noqa: F401 - registered by being imported
        from guestchat import stays
        from guestchat.retrieval import passages

        passages.connect()
        stays.connect()
