"""Owns the admin page of what was deleted: numbers and no content, to be read by whoever works at the hotel."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from procrastinate.contrib.django.models import ProcrastinateJob

from guestchat.models import Deletion
from menus.admin.scope import HotelList, OwnFilter

# Jobs are the operator's business, at the command line; nothing about them can be done in the admin.
admin.site.unregister(ProcrastinateJob)


@admin.register(Deletion)
class DeletionPage(HotelList):
    """What was deleted, when and why. Nobody can change it, a superuser neither."""

    list_display = ("deleted_at", "reason", "conversations", "messages", "requests", "ratings", "hotel")
    list_display_links = None
    list_filter = (("hotel", OwnFilter), "reason")
    list_select_related = ("hotel",)
    date_hierarchy = "deleted_at"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
