"""Owns the application's registration."""

from django.apps import AppConfig


class GuestchatConfig(AppConfig):
    """The conversation."""

    name = "guestchat"
    verbose_name = "Guest conversations"

    def ready(self) -> None:
        """Keep the passages equal to the content from here on."""
        from guestchat.retrieval import passages

        passages.connect()
