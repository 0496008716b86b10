"""Owns the system checks of what settings alone cannot know."""

import ipaddress
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from guestchat.retrieval.embedder import EmbedderError, get_embedder


@register("guestchat")
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


@register(deploy=True)
def guests_come_over_tls(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Warn where guests would come over a public network without TLS."""
    if settings.BEHIND_TLS or _is_near(urlsplit(settings.GUESTCHAT_BASE_URL).hostname or ""):
        return []
    return [
        Warning(
            "GUESTCHAT_BASE_URL begins with http: whoever is on the way can read chats and take over sessions.",
            hint="Put a proxy with TLS before this server and begin the address with https.",
            id="guestchat.W001",
        )
    ]


def _is_near(host: str) -> bool:
    """Return whether a host is this machine or one of its private network."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost" or host.endswith((".local", ".internal")) or "." not in host
