"""Owns the addresses that need no staff: a server that starts answers guests before it has read the admin's pages."""

from django.urls import include, path

from config import health

urlpatterns = [
    path("", include("guestchat.guest.urls")),
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
]
