"""Owns who sees and edits what on the admin pages: a superuser all hotels, anybody else those of their memberships.

What a membership allows follows from its role; Django's own permissions can add to it, within the same hotels.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, TypeVar, cast

from django import forms
from django.contrib import admin
from django.contrib.auth import get_permission_codename
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import PermissionDenied
from django.db.models import DateField, F, Field, Func, ManyToManyField, Model, QuerySet, TextField, TimeField
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action, display

from menus import fields, models
from menus.allergens import DIETS
from menus.forms import ContentForm, ContentFormSet
from menus.roles import HOUSE, Role
from menus.texts import pick

LONG_TEXTS = frozenset({"description", "answer"})
DIET_NAMES = dict(zip(DIETS, (_("Vegan"), _("Vegetarian"), _("Halal"), _("Kosher")), strict=True))


Method = TypeVar("Method", bound=Callable[..., Any])


def column(description: Any, **more: Any) -> Callable[[Method], Method]:
    """Return unfold's `display` for a method that makes a column, typed."""
    return cast("Callable[[Method], Method]", display(description=description, **more))


def button(description: Any, **more: Any) -> Callable[[Method], Method]:
    """Return unfold's `action` for a method behind a button, typed."""
    return cast("Callable[[Method], Method]", action(description=description, **more))


def roles(request: HttpRequest) -> Mapping[int, str]:
    """Return the person's role by hotel; one query a request."""
    found: Mapping[int, str] | None = getattr(request, "_guestchat_roles", None)
    if found is None:
        found = dict(models.Membership.objects.filter(user_id=request.user.pk or 0).values_list("hotel_id", "role"))
        request._guestchat_roles = found  # type: ignore[attr-defined]
    return found


def hotels(request: HttpRequest) -> list[models.Hotel]:
    """Return the hotels that the person may see, in order; one query a request beside their roles."""
    found: list[models.Hotel] | None = getattr(request, "_guestchat_hotels", None)
    if found is None:
        rows = models.Hotel.objects.all()
        found = list(rows if is_superuser(request) else rows.filter(pk__in=roles(request)))
        request._guestchat_hotels = found  # type: ignore[attr-defined]
    return found


def is_superuser(request: HttpRequest) -> bool:
    """Return whether the person may do everything everywhere."""
    return bool(request.user.is_active and request.user.is_superuser)


def hotel_id(row: Any) -> int | None:
    """Return the hotel that a row belongs to."""
    found = row.pk if isinstance(row, models.Hotel) else row.hotel_id
    return None if found is None else int(found)


def written(column: str) -> Func:
    """Return the texts of a column without their language codes, as one string to search in."""
    # `[*]` reaches into a list of texts and leaves a single one as it is.
    path = "jsonb_path_query_array(%(expressions)s, '$[*].*')::text"
    return Func(F(column), template=path, output_field=TextField())


class HotelScope:
    """What a page and an inline share: whose rows, which rights, which form fields."""

    seen_by: ClassVar[frozenset[str]] = frozenset(Role)
    edited_by: ClassVar[frozenset[str]] = HOUSE

    def may(self, request: HttpRequest, verb: str, row: Any = None) -> bool:
        """Return whether the person may do this to a row of the page's model, or to some row where none is given."""
        if is_superuser(request):
            return True
        of = roles(request)
        if row is None:
            allowed: Iterable[str] = of.values()
        else:
            # A row that is being made has no hotel yet: any role will do until its form names one.
            here = hotel_id(row)
            allowed = of.values() if here is None else [of[here]] if here in of else []
        return any(self.role_allows(request, verb, role) for role in allowed)

    def role_allows(self, request: HttpRequest, verb: str, role: str) -> bool:
        """Return whether a role, or one of Django's own permissions, allows a verb."""
        opts: Any = self.opts  # type: ignore[attr-defined]
        granted = f"{opts.app_label}.{get_permission_codename(verb, opts)}"
        allowed = self.seen_by if verb == "view" else self.edited_by
        return role in allowed or request.user.has_perm(granted)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, "view", obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, "add", obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, "delete", obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request) or bool(roles(request))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        if is_superuser(request):
            return rows
        own = [hotel for hotel, role in roles(request).items() if self.role_allows(request, "view", role)]
        return rows.filter(**{f"{self.hotel_path(rows.model)}__in": own})

    @staticmethod
    def hotel_path(model: type[Model]) -> str:
        """Return the column that names a row's hotel."""
        return "pk" if model is models.Hotel else "hotel_id"

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        target = db_field.remote_field.model
        if target is models.Hotel or hasattr(target, "hotel"):
            rows = target._default_manager.all()
            if not is_superuser(request):
                rows = rows.filter(**{f"{self.hotel_path(target)}__in": roles(request)})
            if target is not models.Hotel:
                rows = rows.select_related(*above_path(target))
                kwargs.setdefault("form_class", PathChoiceField)
            kwargs["queryset"] = rows
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        field = self._content_field(db_field)
        return field if field is not None else super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]

    def _content_field(self, db_field: "Field[Any, Any]") -> forms.Field | None:
        if isinstance(db_field, ManyToManyField):
            return None
        if type(db_field) is DateField:
            return db_field.formfield(widget=fields.DateWidget())
        if type(db_field) is TimeField:
            return db_field.formfield(widget=fields.TimeWidget())
        words: dict[str, Any] = {
            "label": capfirst(db_field.verbose_name),
            "help_text": db_field.help_text,
            "required": not db_field.blank,
        }
        if isinstance(db_field, models.TextField):
            return fields.TextsField(long=db_field.name in LONG_TEXTS, **words)
        if isinstance(db_field, ArrayField):
            if db_field.name == "languages":
                return fields.LanguagesField(label=words["label"], required=True)
            names = fields.DAY_NAMES if db_field.name == "days" else DIET_NAMES
            return fields.ChoicesField(choices=list(names.items()), **words)
        if db_field.name == "also_asked":
            return fields.AlsoAskedField(label=words["label"], required=False)
        if db_field.name == "price":
            return fields.PriceField(max_digits=10, decimal_places=3, min_value=0, **words)
        return None


class PathChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice among rows that are named together with what they stand under."""

    def label_from_instance(self, obj: Any) -> str:
        return path_name(obj)


def above_path(model: Any) -> list[str]:
    """Return the relations from a model up to its hotel, for `select_related`."""
    path, found = "", []
    while model is not models.Hotel:
        above = getattr(model, "above", "hotel")
        path = f"{path}__{above}" if path else above
        found.append(path)
        model = model._meta.get_field(above).remote_field.model
    return found


def called(row: Any, hotel: models.Hotel) -> str:
    """Return what a row is called in its hotel's language."""
    texts = getattr(row, "name", None)
    return (pick(texts, hotel.default_language) if isinstance(texts, dict) else "") or str(row)


def path_name(row: Any) -> str:
    """Return a row's name with those of what it stands under, such as “Starters – Dinner – Restaurant Linden”."""
    parts = []
    while not isinstance(row, models.Hotel):
        parts.append(row)
        row = getattr(row, getattr(row, "above", "hotel"))
    return " – ".join([*(called(part, row) for part in parts), row.name])


class OwnFilter(admin.RelatedOnlyFieldListFilter):
    """A filter by a related row, offering only the person's own, by their names in their hotels' language."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        there = model_admin.get_queryset(request).order_by().distinct().values(f"{self.field_path}__pk")
        rows = field.remote_field.model._default_manager.filter(pk__in=there)
        if field.remote_field.model is models.Hotel:
            return [(row.pk, row.name) for row in rows]
        return [(row.pk, called(row, row.hotel)) for row in rows.select_related("hotel")]


class HotelList(HotelScope, ModelAdmin):  # type: ignore[misc]
    """The list of one kind of rows; which hotel each is of is told only to whoever sees several."""

    list_per_page = 50

    def get_list_display(self, request: HttpRequest) -> Any:
        shown = tuple(super().get_list_display(request))
        return shown if len(hotels(request)) > 1 else tuple(each for each in shown if each != "hotel")

    def get_list_filter(self, request: HttpRequest) -> Any:
        offered = super().get_list_filter(request)
        several = len(hotels(request)) > 1
        return [each for each in offered if several or not (isinstance(each, tuple) and each[0] == "hotel")]


class HotelPage(HotelList):
    """The pages of one kind of content."""

    form = ContentForm
    compressed_fields = True
    warn_unsaved_form = True
    list_filter_sheet = False
    save_on_top = False
    # The JSON columns whose texts the search reads.
    search_texts: ClassVar[tuple[str, ...]] = ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        made = super().get_form(request, obj, change, **kwargs)
        return type(made.__name__, (made,), {"hotels": tuple(hotels(request))})

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial = super().get_changeform_initial_data(request)
        own = hotels(request)
        return {"hotel": own[0].pk, **initial} if len(own) == 1 else dict(initial)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = tuple(super().get_readonly_fields(request, obj))
        named = obj is not None and any(field.name == "hotel" and field.editable for field in self.opts.fields)
        return (*fixed, "hotel") if named else fixed

    def get_search_fields(self, request: HttpRequest) -> Any:
        return (*super().get_search_fields(request), *(f"{column}_written" for column in self.search_texts))

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        for column in self.search_texts:
            queryset = queryset.alias(**{f"{column}_written": written(column)})
        return super().get_search_results(request, queryset, search_term)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        above = getattr(obj, "above", "hotel")
        at = obj if above == "hotel" else getattr(obj, above)
        if not (self.has_change_permission(request, at) if change else self.has_add_permission(request, at)):
            raise PermissionDenied
        super().save_model(request, obj, form, change)


class Rows(HotelScope, TabularInline):  # type: ignore[misc]
    """Rows on the page of the row above them, as a table; the rights are those in that row's hotel."""

    form = ContentForm
    formset = ContentFormSet
    extra = 0
    hide_title = True

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        made = super().get_formset(request, obj, **kwargs)
        made.form = type(made.form.__name__, (made.form,), {"hotels": tuple(hotels(request))})
        return made

    @column(_("More"))
    def page(self, row: Any) -> str:
        """Return the link to the row's own page; a row that is being made has none yet."""
        if row.pk is None:
            return str(_("after saving"))
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])
        return format_html('<a class="row-page" href="{}">{}</a>', address, _("Open"))
