"""Owns the admin pages of the house: the hotel, its venues and hours, its answers, its places and their codes."""

import datetime as dt
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.db import transaction
from django.db.models import Count, DateField, DateTimeField, F, Func, Q, QuerySet
from django.db.models.functions import Cast, Now
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from menus import forms, models, qr, signals
from menus.admin import hotel_upload
from menus.admin.scope import (
    HotelPage,
    OwnFilter,
    Rows,
    button,
    called,
    column,
    is_superuser,
    roles,
)
from menus.roles import FRONT, HOUSE, Role
from menus.texts import pick

ARTICLE_STATES = {
    "current": (_("Answers"), "success"),
    "expired": (_("Expired"), "danger"),
    "later": (_("Not yet"), "info"),
    "review": (_("Look it over"), "warning"),
}
# The day that it is at the hotel; hotels in one list can be in different time zones.
TODAY_THERE = Cast(Func(F("hotel__timezone"), Now(), function="timezone", output_field=DateTimeField()), DateField())


class HoursRows(Rows):
    """When a venue is open."""

    model = models.OpeningHours
    form = forms.OpeningHoursForm
    edited_by = FRONT
    fields = ("days", "date", "closed", "opens", "closes", "label", "position")
    ordering_field = "position"
    hide_ordering_field = True


class MenuRows(Rows):
    """The menus of a venue, each with the way to its sections."""

    model = models.Menu
    edited_by = FRONT
    fields = ("name", "sections_there", "dishes_there", "page", "position")
    readonly_fields = ("sections_there", "dishes_there", "page")
    ordering_field = "position"
    hide_ordering_field = True

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows.annotate(
            section_count=Count("sections", distinct=True), dish_count=Count("sections__items", distinct=True)
        )

    @column(_("Sections"))
    def sections_there(self, row: Any) -> int | str:
        return getattr(row, "section_count", "–")

    @column(_("Dishes"))
    def dishes_there(self, row: Any) -> int | str:
        return getattr(row, "dish_count", "–")


@admin.register(models.Hotel)
class HotelRowPage(HotelPage):
    """The hotels."""

    form = forms.HotelForm
    fieldsets = (
        (None, {"fields": ("name", "description", ("check_in", "check_out"))}),
        (_("How to reach it"), {"fields": ("address", ("phone", "email"))}),
        (
            _("Languages, money and time"),
            {"fields": (("languages", "default_language"), ("currency", "timezone"), "slug")},
        ),
        (_("The assistant"), {"fields": ("answer_confidence",)}),
        (_("Guests and their chats"), {"fields": (("retention_days", "escalate_after_minutes"),)}),
        (_("What you print"), {"fields": ("color",)}),
        (_("The staff's accounts"), {"fields": ("second_factor",)}),
    )
    list_display = ("name", "slug", "spoken", "currency", "timezone", "check_in", "check_out")
    search_fields = ("name", "slug", "address")
    search_texts = ("description",)
    actions_list = ("upload",)

    @button(_("Upload a hotel file"), url_path="upload", permissions=["upload"])
    def upload(self, request: HttpRequest) -> HttpResponse:
        return hotel_upload.page(self, request)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        response: HttpResponse = super().response_add(request, obj, post_url_continue)
        is_ended = not {"_continue", "_addanother", IS_POPUP_VAR} & set(request.POST)
        return redirect("staff_start", obj.slug) if is_ended else response

    def has_upload_permission(self, request: HttpRequest, *args: Any) -> bool:
        return self.has_change_permission(request)

    @column(_("Languages"))
    def spoken(self, row: Any) -> str:
        return ", ".join(row.languages)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = super().get_readonly_fields(request, obj)
        is_owner = obj is not None and roles(request).get(obj.pk) == Role.OWNER
        return fixed if is_owner or is_superuser(request) else (*fixed, "second_factor")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request)


@admin.register(models.Venue)
class VenuePage(HotelPage):
    """Restaurants, bars, the spa, with their hours."""

    edited_by = FRONT
    inlines = (HoursRows, MenuRows)
    fieldsets = (
        (None, {"fields": ("hotel", "name", "kind", "description", "location", "phone")}),
        (_("More"), {"fields": (("key", "position"),), "classes": ("collapse",)}),
    )
    list_display = ("named", "kind", "open_when", "menu_count", "position", "hotel")
    list_editable = ("position",)
    list_filter = (("hotel", OwnFilter), "kind")
    list_select_related = ("hotel",)
    search_fields = ("key",)
    search_texts = ("name", "description", "location")
    ordering = ("hotel", "position", "pk")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request).prefetch_related("opening_hours")
        return rows.annotate(menus_there=Count("menus"))

    @column(_("Venue"))
    def named(self, row: Any) -> str:
        return called(row, row.hotel)

    @column(_("Menus"))
    def menu_count(self, row: Any) -> int:
        return int(row.menus_there)

    @column(_("Opening hours"))
    def open_when(self, row: Any) -> str:
        weekly = [str(each) for each in row.opening_hours.all() if each.date is None]
        return "; ".join(weekly[:3]) + (" …" if len(weekly) > 3 else "")


class ArticleStateFilter(admin.SimpleListFilter):
    """Answers by whether they may speak today, by their hotel's calendar."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(state, words) for state, (words, _color) in ARTICLE_STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        begun = Q(valid_from=None) | Q(valid_from__lte=F("today_there"))
        lasting = Q(valid_until=None) | Q(valid_until__gte=F("today_there"))
        wanted = {
            "current": begun & lasting,
            "expired": Q(valid_until__lt=F("today_there")),
            "later": Q(valid_from__gt=F("today_there")),
            "review": Q(review_by__lte=F("today_there")),
        }.get(self.value() or "")
        return queryset if wanted is None else queryset.alias(today_there=TODAY_THERE).filter(wanted)


@admin.register(models.Article)
class ArticlePage(HotelPage):
    """Questions that guests ask, and the hotel's answers."""

    form = forms.ArticleForm
    edited_by = FRONT
    fieldsets = (
        (None, {"fields": ("hotel", "question", "also_asked", "answer", "category")}),
        (_("When it counts"), {"fields": ("valid_from", "valid_until", "review_by")}),
        (_("More"), {"fields": (("key", "position"),), "classes": ("collapse",)}),
    )
    list_display = ("asked", "category", "state", "valid_until", "review_by", "spoken", "hotel")
    list_filter = (("hotel", OwnFilter), ArticleStateFilter, "category")
    list_select_related = ("hotel",)
    search_fields = ("key", "category")
    search_texts = ("question", "answer", "also_asked")
    ordering = ("hotel", "position", "pk")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)

        def warn() -> None:
            told: list[tuple[Any, Any]] = signals.article_saved.send(models.Article, article=obj)
            for _receiver, sentences in told:
                for sentence in sentences:
                    messages.warning(request, sentence)

        # Not before: what is read amid the edit is the hotel at a version that may never be.
        transaction.on_commit(warn)

    @column(_("Question"))
    def asked(self, row: Any) -> str:
        return pick(row.question, row.hotel.default_language) or row.key

    @column(_("Answered in"))
    def spoken(self, row: Any) -> str:
        return ", ".join(row.answer)

    @column(_("State"), label={key: color for key, (_words, color) in ARTICLE_STATES.items()})
    def state(self, row: Any) -> tuple[str, Any]:
        state = article_state(row, row.hotel.today())
        return state, ARTICLE_STATES[state][0]


def article_state(row: models.Article, today: dt.date) -> str:
    """Return whether an answer counts on a day: a key of ARTICLE_STATES."""
    if row.valid_until is not None and row.valid_until < today:
        return "expired"
    if row.valid_from is not None and row.valid_from > today:
        return "later"
    return "review" if row.review_by is not None and row.review_by <= today else "current"


@admin.register(models.Place)
class PlacePage(HotelPage):
    """Rooms, tables and the lobby, with their codes; a code is made here, never written."""

    form = forms.PlaceForm
    edited_by = FRONT
    fieldsets = ((None, {"fields": ("hotel", ("kind", "label"), "venue", "key")}),)
    list_display = ("label", "kind", "at", "valid", "hotel")
    list_filter = (
        ("hotel", OwnFilter),
        "kind",
        ("venue", OwnFilter),
        ("revoked_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("venue", "hotel")
    search_fields = ("label", "key")
    ordering = ("hotel", "position", "pk")
    actions = ("new_guests", "revoke_codes", "make_new_codes", "delete_chats")
    actions_submit_line = ("new_guest", "make_new_code", "revoke_code")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        code = (_("Code for guests"), {"fields": ("valid", "link", "picture")})
        return self.fieldsets if obj is None else (*self.fieldsets, code)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), "valid", "link", "picture")

    def get_actions_submit_line(self, request: HttpRequest, object_id: Any) -> Any:
        # They run when the row is saved, and `save_model` has asked by then whether this person may.
        return super().get_actions_submit_line(request, object_id) if self.has_change_permission(request) else []

    @column(_("Venue"))
    def at(self, row: Any) -> str:
        return "" if row.venue is None else called(row.venue, row.hotel)

    @column(_("Code"), boolean=True)
    def valid(self, row: Any) -> bool:
        return row.revoked_at is None

    @column(_("Guest link"))
    def link(self, row: Any) -> SafeString:
        address = qr.guest_link(row)
        return format_html('<a class="guest-link" href="{}" target="_blank" rel="noopener">{}</a>', address, address)

    @column(_("QR code"))
    def picture(self, row: Any) -> SafeString:
        if row.revoked_at is not None:
            return format_html("{}", _("Revoked: whoever scans the printed code is told that it no longer counts."))
        # Only squares are drawn from the address; nothing that anybody wrote reaches the markup.
        return mark_safe(qr.svg(row, scale=5))

    @button(_("New guest"))
    def new_guest(self, request: HttpRequest, row: Any) -> None:
        closed = self._end_stay(request, row)
        messages.success(request, ngettext("%(n)d chat ended.", "%(n)d chats ended.", closed) % {"n": closed})

    @button(_("Make a new code"))
    def make_new_code(self, request: HttpRequest, row: Any) -> None:
        renew(row)
        self.log_change(request, row, "Made a new code.")
        messages.warning(request, _("There is a new code: the printed one no longer counts. Print the new one."))

    @button(_("Revoke code"))
    def revoke_code(self, request: HttpRequest, row: Any) -> None:
        revoke(row)
        self.log_change(request, row, "Revoked the code.")
        messages.warning(request, _("The code is revoked: nobody can begin a chat with it any more."))

    @admin.action(description=_("New guest: end the chats there"), permissions=["change"])
    def new_guests(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        ended = sum(self._end_stay(request, place) for place in self._own(request, queryset))
        self.message_user(request, ngettext("%(n)d chat ended.", "%(n)d chats ended.", ended) % {"n": ended})

    @admin.action(description=_("Delete all chats there, for good"), permissions=["forget"])
    def delete_chats(self, request: HttpRequest, queryset: QuerySet[Any]) -> TemplateResponse | None:
        places = [place for place in queryset.select_related("hotel") if self.has_forget_permission(request, place)]
        if "sure" not in request.POST:
            shown = {**self.admin_site.each_context(request), "opts": self.opts, "places": places}
            shown["title"] = _("Delete all chats there, for good?")
            return TemplateResponse(request, "menus/delete_chats.html", shown)
        gone = sum(self._end_stay(request, place, forget=True) for place in places)
        self.message_user(request, ngettext("%(n)d chat deleted.", "%(n)d chats deleted.", gone) % {"n": gone})
        return None

    def has_forget_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the person may delete what guests wrote: it cannot be brought back."""
        if is_superuser(request):
            return True
        of = roles(request)
        here = of.values() if obj is None else [of.get(obj.hotel_id, "")]
        return any(role in HOUSE for role in here)

    def _own(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[models.Place]:
        return [place for place in queryset.select_related("hotel") if self.has_change_permission(request, place)]

    def _end_stay(self, request: HttpRequest, place: models.Place, *, forget: bool = False) -> int:
        """Tell whoever keeps the chats that a new guest comes; return how many ended."""
        told = signals.stay_ended.send(models.Place, place=place, forget=forget)
        ended = sum(int(number or 0) for _receiver, number in told)
        did = "All chats deleted" if forget else "New guest: chats ended"
        self.log_change(request, place, f"{did}: {ended}.")
        return ended

    @admin.action(description=_("Revoke codes"), permissions=["change"])
    def revoke_codes(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._each(request, queryset, revoke, "Revoked the code.")

    @admin.action(description=_("Make new codes"), permissions=["change"])
    def make_new_codes(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._each(request, queryset, renew, "Made a new code.")

    def _each(self, request: HttpRequest, queryset: QuerySet[Any], do: Any, note: str) -> None:
        own = self._own(request, queryset)
        for place in own:
            do(place)
            self.log_change(request, place, note)
        changed = len(own)
        self.message_user(request, ngettext("%(n)d code changed.", "%(n)d codes changed.", changed) % {"n": changed})


def revoke(place: models.Place) -> None:
    """Let a place's code count no more; a code revoked before keeps its time."""
    place.revoked_at = place.revoked_at or timezone.now()
    place.save(update_fields=["revoked_at"])


def renew(place: models.Place) -> None:
    """Give a place a new code; the old one counts no more."""
    place.code, place.revoked_at = models.new_place_code(), None
    place.save(update_fields=["code", "revoked_at"])
