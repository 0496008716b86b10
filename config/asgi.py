"""Owns the application that a server runs: pages by Django, the guest's socket by Channels."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.sessions import CookieMiddleware  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.urls import path  # noqa: E402

pages = get_asgi_application()

from guestchat.guest.consumer import ChatConsumer  # noqa: E402
from guestchat.guest.gatekeeper import same_origin, unknown_socket  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": pages,
        "websocket": same_origin(
            CookieMiddleware(URLRouter([path("ws/chat/", ChatConsumer.as_asgi()), path("<path:rest>", unknown_socket)]))
        ),
    }
)
