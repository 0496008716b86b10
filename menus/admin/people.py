"""Owns the admin pages of people: staff accounts and what each may do where. Guests have no account."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_otp.plugins.otp_static.admin import StaticDevice
from django_otp.plugins.otp_totp.admin import TOTPDevice
from unfold import forms as unfold_forms
from unfold.admin import ModelAdmin, TabularInline

from menus import models
from menus.admin.scope import HotelPage, OwnFilter, column, is_superuser
from menus.roles import Role
from menus.second_factor import rules


class NewPersonForm(unfold_forms.UserCreationForm):  # type: ignore[misc]
    """A new account."""

    class Meta(unfold_forms.UserCreationForm.Meta):  # type: ignore[misc]
        model = models.User


class PersonForm(unfold_forms.UserChangeForm):  # type: ignore[misc]
    """An account."""

    class Meta(unfold_forms.UserChangeForm.Meta):  # type: ignore[misc]
        model = models.User


class MembershipRows(TabularInline):  # type: ignore[misc]
    """Where a person works and as what."""

    model = models.Membership
    extra = 0
    fields = ("hotel", "role")


# A membership's role says what somebody may do; a second way of saying it would only contradict it.
admin.site.unregister(Group)
# Their pages would show everybody's secrets. Imported from these pages' modules: only what is there can be taken away.
admin.site.unregister([TOTPDevice, StaticDevice])


@admin.register(models.User)
class PersonPage(UserAdmin, ModelAdmin):  # type: ignore[misc, type-arg]
    """Staff accounts; only superusers see them, because a person can work for several hotels."""

    form = PersonForm
    add_form = NewPersonForm
    change_password_form = unfold_forms.AdminPasswordChangeForm
    inlines = (MembershipRows,)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Name"), {"fields": (("first_name", "last_name"), "email")}),
        (_("May"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("When"), {"fields": (("last_login", "date_joined"),)}),
    )
    readonly_fields = ("last_login", "date_joined")
    add_fieldsets = ((None, {"fields": ("username", "email", "is_staff", "password1", "password2")}),)
    list_display = ("username", "first_name", "last_name", "works_at", "factor", "is_staff", "is_active", "last_login")
    actions = ("remove_second_factor",)
    list_filter = ("is_staff", "is_superuser", "is_active", ("memberships__hotel", OwnFilter))
    filter_horizontal = ()

    def get_queryset(self, request: HttpRequest) -> Any:
        factor = Exists(TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True))
        return super().get_queryset(request).prefetch_related("memberships__hotel").annotate(has_factor=factor)

    @column(_("Works at"))
    def works_at(self, row: Any) -> str:
        return ", ".join(f"{each.hotel} ({each.get_role_display()})" for each in row.memberships.all())

    @column(_("Second factor"), boolean=True)
    def factor(self, row: Any) -> bool:
        return bool(row.has_factor)

    @admin.action(description=_("Take the second factor away (a lost phone)"), permissions=["change"])
    def remove_second_factor(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        people = list(queryset)
        for person in people:
            rules.forget(person)
            self.log_change(request, person, "Took the second factor away.")
        changed = len(people)
        self.message_user(
            request, ngettext("%(n)d account changed.", "%(n)d accounts changed.", changed) % {"n": changed}
        )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"is_staff": True, **super().get_changeform_initial_data(request)}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request)


@admin.register(models.Membership)
class MembershipPage(HotelPage):
    """Who works where; owners change roles in their own hotel, superusers also add people."""

    edited_by = frozenset({Role.OWNER})
    fields = ("user", "hotel", "role")
    autocomplete_fields = ("user",)
    list_display = ("user", "role", "hotel")
    list_filter = (("hotel", OwnFilter), "role")
    list_select_related = ("user", "hotel")
    search_fields = ("user__username", "user__first_name", "user__last_name", "user__email")
    ordering = ("hotel", "user__username")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = super().get_readonly_fields(request, obj)
        return fixed if obj is None else (*fixed, "user")
