"""Owns the admin pages of what the chat itself keeps: what was deleted, and the systems that are told of requests."""

import datetime as dt
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob

from guestchat.models import Deletion, Delivery, Webhook, new_webhook_secret
from guestchat.webhooks import addresses, outbox
from menus.admin.scope import HotelList, HotelPage, OwnFilter, button, column
from menus.forms import ContentForm
from menus.roles import HOUSE

# Jobs are the operator's business, at the command line; nothing about them can be done in the admin.
admin.site.unregister(ProcrastinateJob)

_STEPS = {
    "request.new": _("New request"),
    "request.acknowledged": _("Request acknowledged"),
    "request.done": _("Request done"),
    "request.cancelled": _("Request cancelled"),
    outbox.DELETED: _("Request deleted"),
    outbox.TEST: _("Test"),
}
_MOST_SHOWN = 20


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


class WebhookForm(ContentForm):
    """A connected system."""

    def clean_url(self) -> str:
        """Refuse an address that nothing would be sent to; what its name leads to is looked at with each message."""
        url = str(self.cleaned_data["url"]).strip()
        try:
            addresses.read(url)
        except addresses.Refused as refused:
            self.add_error("url", str(refused))
        return url


@admin.register(Webhook)
class WebhookPage(HotelPage):
    """The systems that are told of each step of a hotel's requests: for those alone who keep the house."""

    form = WebhookForm
    seen_by = HOUSE
    edited_by = HOUSE
    list_display = ("name", "url", "is_active", "state", "hotel")
    list_filter = (("hotel", OwnFilter), "is_active")
    list_select_related = ("hotel",)
    search_fields = ("name", "url")
    readonly_fields = ("secret", "lately")
    actions_submit_line = ("send_test", "make_new_secret")

    def get_queryset(self, request: HttpRequest) -> Any:
        waiting = outbox.waiting().filter(webhook=OuterRef("pk"))
        return super().get_queryset(request).annotate(waits=Exists(waiting))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        what = (None, {"fields": ("hotel", "name", "url", "is_active")})
        if obj is None:
            return (what,)
        return (what, (_("How it knows us"), {"fields": ("secret",)}), (_("What it was told"), {"fields": ("lately",)}))

    def get_actions_submit_line(self, request: HttpRequest, object_id: Any) -> Any:
        # They run when the row is saved, and `save_model` has asked by then whether this person may.
        return super().get_actions_submit_line(request, object_id) if self.has_change_permission(request) else []

    @column(_("State"), label={"works": "success", "fails": "danger", "off": "info"})
    def state(self, row: Any) -> tuple[str, Any]:
        if not row.is_active:
            return "off", _("Not told")
        if row.failures:
            return "fails", _("Cannot be reached")
        return "works", _("Waits to be told") if row.waits else _("Works")

    @column(_("Lately"))
    def lately(self, row: Any) -> SafeString | str:
        found = list(Delivery.objects.filter(hotel=row.hotel_id, webhook=row).order_by("-pk")[:_MOST_SHOWN])
        if not found:
            return gettext("Nothing yet. Save with “Send a test” to see whether messages arrive.")
        rows = format_html_join(
            "", "<tr><td>{}</td><td>{}</td><td>{}</td></tr>", (_told(each, row.hotel.zone) for each in found)
        )
        head = format_html("<tr><th>{}</th><th>{}</th><th>{}</th></tr>", _("When"), _("What"), _("How it went"))
        return format_html('<table class="told">{}{}</table>', head, rows)

    @button(_("Send a test"))
    def send_test(self, request: HttpRequest, row: Any) -> None:
        with transaction.atomic():
            Webhook.objects.filter(hotel=row.hotel_id, pk=row.pk).update(next_at=None)
            outbox.note_test(row)
        messages.success(request, _("A test is on its way. Open this page again in a moment to see how it went."))

    @button(_("Make a new secret"))
    def make_new_secret(self, request: HttpRequest, row: Any) -> None:
        row.secret = new_webhook_secret()
        row.save(update_fields=["secret"])
        self.log_change(request, row, "Made a new secret.")
        messages.warning(request, _("Give the new secret to the other system: the old one is no longer used."))


def _told(delivery: Delivery, zone: dt.tzinfo) -> tuple[Any, Any, Any]:
    when = date_format(localtime(delivery.occurred_at, zone), "DATETIME_FORMAT")
    went = delivery.result or _("waits")
    if delivery.result and not (delivery.delivered_at or delivery.given_up_at):
        went = _("%(result)s – it is tried again") % {"result": delivery.result}
    return when, _STEPS.get(delivery.kind, delivery.kind), went
