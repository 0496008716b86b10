"""Owns the admin page of what was deleted: numbers and no content, to be read by whoever works at the hotel."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from procrastinate.contrib.django.models import ProcrastinateJob
from unfold.admin import ModelAdmin

from guestchat.models import Deletion
from menus.admin.scope import HotelScope, OwnFilter, hotels

# Jobs are the operator's business, at the command line; nothing about them can be done in the admin.
admin.site.unregister(ProcrastinateJob)


@admin.register(Deletion)
class DeletionPage(HotelScope, ModelAdmin):  # type: ignore[misc]
    """What was deleted, when and why. Nobody can change it, a superuser neither."""

    list_display = ("deleted_at", "reason", "conversations", "messages", "requests", "ratings", "hotel")
    list_display_links = None
    list_filter = (("hotel", OwnFilter), "reason")
    list_select_related = ("hotel",)
    list_per_page = 50
    date_hierarchy = "deleted_at"

    def get_list_display(self, request: HttpRequest) -> Any:
        return self.list_display if len(hotels(request)) > 1 else self.list_display[:-1]

    def get_list_filter(self, request: HttpRequest) -> Any:
        return self.list_filter if len(hotels(request)) > 1 else self.list_filter[1:]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
