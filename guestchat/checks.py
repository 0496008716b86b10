"""Owns the system checks of what settings alone cannot know."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from guestchat.retrieval.embedder import EmbedderError, get_embedder


@register
def embedder_loads(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a model that somebody named and that cannot be loaded; the built-in one ships with the product."""
    if settings.GUESTCHAT_EMBEDDER == "onnx":
        return []
    try:
        get_embedder()
    except EmbedderError as error:
        return [
            Error(
                f"GUESTCHAT_EMBEDDER cannot be used. {error}",
                hint="Unset it for the built-in model.",
                id="guestchat.E001",
            )
        ]
    return []
