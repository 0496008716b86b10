"""Owns the addresses; each door keeps its own list."""

from django.contrib import admin
from django.urls import include, path

from config import health

urlpatterns = [
    path("", include("guestchat.guest.urls")),
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("staff/", include("guestchat.staff.urls")),
    path("admin/second-factor/", include("menus.second_factor.urls")),
    path("admin/", admin.site.urls),
]
