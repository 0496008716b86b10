"""Owns the addresses; each door keeps its own list. Guests' requests are answered from `guest_urls` alone."""

from django.contrib import admin
from django.urls import include, path

from config import guest_urls

admin.autodiscover()

urlpatterns = [
    *guest_urls.urlpatterns,
    path("staff/", include("guestchat.staff.urls")),
    path("admin/second-factor/", include("menus.second_factor.urls")),
    path("admin/", admin.site.urls),
]
