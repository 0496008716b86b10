"""Owns the application that a server runs: pages by Django, the guest's socket by Channels."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.sessions import CookieMiddleware
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.urls import path, re_path

pages = get_asgi_application()

from guestchat.guest.consumer import ChatConsumer  # noqa: E402
from guestchat.guest.gatekeeper import before_pages, before_sockets, unknown_socket  # noqa: E402
from guestchat.staff.consumer import StaffConsumer  # noqa: E402

# The last one matches every path, the empty one too: the router answers a path that it does not know with a crash.
sockets = URLRouter(
    [
        path("ws/chat/", ChatConsumer.as_asgi()),
        path("ws/staff/<slug:slug>/", StaffConsumer.as_asgi()),
        re_path("", unknown_socket),  # type: ignore[arg-type]
    ]
)

application = ProtocolTypeRouter(
    {
        "http": before_pages(pages, settings.GUESTCHAT_PAGES_AT_ONCE),
        "websocket": before_sockets(CookieMiddleware(sockets)),
    }
)
