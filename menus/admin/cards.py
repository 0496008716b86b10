"""Owns the admin pages of menu cards: menus, their sections, dishes and options with what they declare."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from menus import dish_table, forms, models
from menus.admin.scope import DIET_NAMES, HotelPage, OwnFilter, Rows, button, called, column, hotels
from menus.allergen_names import name as allergen_name
from menus.allergens import CHILDREN, DIETS, GROUPS, Declaration, Status, contradictions
from menus.content import load
from menus.roles import CARDS

ALLERGEN_STATES = {
    "complete": (_("Complete"), "success"),
    "incomplete": (_("Not complete"), "warning"),
    "contradictory": (_("Contradicts itself"), "danger"),
}


def declared(row: Any) -> Declaration:
    """Return what a dish's or an option's rows declare; one query unless its allergens are prefetched."""
    return Declaration(
        statuses={each.code: Status(each.status) for each in row.allergens.all()},
        complete=row.allergens_complete,
        diets=tuple(getattr(row, "diets", ())),
    )


def allergen_state(row: Any) -> tuple[str, Any]:
    """Return the state of a dish's declaration: a key of ALLERGEN_STATES, and its words."""
    found = declared(row)
    state = "contradictory" if contradictions(found) else "complete" if found.complete else "incomplete"
    return state, ALLERGEN_STATES[state][0]


class DietFilter(admin.SimpleListFilter):
    """Dishes by a declared diet."""

    title = _("diet")
    parameter_name = "diet"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(DIET_NAMES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(diets__contains=[self.value()]) if self.value() in DIETS else queryset


class ContainsFilter(admin.SimpleListFilter):
    """Dishes that are declared to contain an allergen, under its own name or that of one of its kinds."""

    title = _("contains")
    parameter_name = "contains"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(group, allergen_name(group, get_language() or "en")) for group in GROUPS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        group = self.value()
        if group not in GROUPS:
            return queryset
        rows = models.ItemAllergen.objects.filter(code__in=(group, *CHILDREN.get(group, ())), status="contains")
        return queryset.filter(pk__in=rows.values("item_id"))


class ServedRows(Rows):
    """When a menu is served."""

    model = models.ServingTime
    form = forms.ServingTimeForm
    edited_by = CARDS
    fields = ("days", "starts", "ends")
    verbose_name = _("serving time")
    verbose_name_plural = _("Served (leave empty: whenever the venue is open)")


class SectionRows(Rows):
    """The sections of a menu, each with the way to its dishes."""

    model = models.MenuSection
    edited_by = CARDS
    fields = ("name", "dishes", "page", "position")
    readonly_fields = ("dishes", "page")
    ordering_field = "position"
    hide_ordering_field = True
    verbose_name_plural = _("sections")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(dish_count=Count("items"))

    @column(_("Dishes"))
    def dishes(self, row: Any) -> int | str:
        return getattr(row, "dish_count", "–")


class ItemRows(Rows):
    """The dishes of a section: what changes from day to day; the rest is on each dish's own page."""

    model = models.MenuItem
    edited_by = CARDS
    fields = ("name", "price", "available", "page", "position")
    readonly_fields = ("page",)
    ordering_field = "position"
    hide_ordering_field = True
    verbose_name = _("dish")
    verbose_name_plural = _("dishes")


class OptionRows(Rows):
    """What can be ordered with a dish; each option's allergens are on its own page."""

    model = models.Option
    edited_by = CARDS
    fields = ("name", "price", "allergens_complete", "page", "position")
    readonly_fields = ("page",)
    ordering_field = "position"
    hide_ordering_field = True


class DeclaredRows(Rows):
    """What a dish or an option declares."""

    form = forms.AllergenForm
    edited_by = CARDS
    fields = ("code", "status")
    verbose_name = _("allergen")
    verbose_name_plural = _("Allergens: what is not listed is unknown, unless the list is ticked as complete")


class ItemAllergenRows(DeclaredRows):
    """What a dish declares."""

    model = models.ItemAllergen


class OptionAllergenRows(DeclaredRows):
    """What an option declares."""

    model = models.OptionAllergen


@admin.register(models.Menu)
class MenuPage(HotelPage):
    """Menu cards."""

    edited_by = CARDS
    inlines = (ServedRows, SectionRows)
    fieldsets = ((None, {"fields": ("venue", "name", "key")}),)
    list_display = ("named", "at", "section_count", "dish_count", "hotel")
    list_filter = (("hotel", OwnFilter), ("venue", OwnFilter))
    list_select_related = ("venue", "hotel")
    search_fields = ("key",)
    search_texts = ("name",)
    ordering = ("hotel", "venue__position", "position", "pk")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows.annotate(
            sections_there=Count("sections", distinct=True), dishes_there=Count("sections__items", distinct=True)
        )

    @column(_("Menu"))
    def named(self, row: Any) -> str:
        return called(row, row.hotel)

    @column(_("Venue"))
    def at(self, row: Any) -> str:
        return called(row.venue, row.hotel)

    @column(_("Sections"))
    def section_count(self, row: Any) -> int:
        return int(row.sections_there)

    @column(_("Dishes"))
    def dish_count(self, row: Any) -> int:
        return int(row.dishes_there)


@admin.register(models.MenuSection)
class SectionPage(HotelPage):
    """Sections of menus, with their dishes."""

    edited_by = CARDS
    inlines = (ItemRows,)
    fieldsets = ((None, {"fields": ("menu", "name")}),)
    autocomplete_fields = ("menu",)
    list_display = ("named", "card", "venue", "dish_count", "hotel")
    list_filter = (("hotel", OwnFilter), ("menu__venue", OwnFilter))
    list_select_related = ("menu__venue", "hotel")
    search_fields = ("menu__key",)
    search_texts = ("name", "menu__name")
    ordering = ("hotel", "menu__venue__position", "menu__position", "position", "pk")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(dishes_there=Count("items"))

    @column(_("Section"))
    def named(self, row: Any) -> str:
        return called(row, row.hotel)

    @column(_("Venue"))
    def venue(self, row: Any) -> str:
        return called(row.menu.venue, row.hotel)

    @column(_("Menu"))
    def card(self, row: Any) -> str:
        return called(row.menu, row.hotel)

    @column(_("Dishes"))
    def dish_count(self, row: Any) -> int:
        return int(row.dishes_there)


@admin.register(models.MenuItem)
class ItemPage(HotelPage):
    """Dishes and drinks."""

    edited_by = CARDS
    list_per_page = 25  # each row is a form of its own, and takes 5 ms
    inlines = (ItemAllergenRows, OptionRows)
    fieldsets = (
        (None, {"fields": ("name", "description", ("price", "portion"), "available", "section")}),
        (_("Diets and allergens"), {"fields": ("diets", "allergens_complete", "allergens_confirmed_on")}),
        (_("More"), {"fields": (("spiciness", "calories"), "key"), "classes": ("collapse",)}),
    )
    autocomplete_fields = ("section",)
    list_display = ("named", "price", "available", "state", "diet_names", "where", "hotel")
    list_editable = ("price", "available")
    list_filter = (
        ("hotel", OwnFilter),
        ("section__menu__venue", OwnFilter),
        "available",
        DietFilter,
        "allergens_complete",
        ContainsFilter,
    )
    list_select_related = ("section__menu__venue", "hotel")
    search_fields = ("key",)
    search_texts = ("name", "description")
    ordering = (
        "hotel",
        "section__menu__venue__position",
        "section__menu__position",
        "section__position",
        "position",
        "pk",
    )
    actions = ("mark_sold_out", "mark_available", "download")
    actions_list = ("table",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("allergens")

    @column(_("Dish"))
    def named(self, row: Any) -> str:
        return called(row, row.hotel)

    @column(_("Allergens"), label={key: color for key, (_words, color) in ALLERGEN_STATES.items()})
    def state(self, row: Any) -> tuple[str, Any]:
        return allergen_state(row)

    @column(_("Diets"))
    def diet_names(self, row: Any) -> str:
        return ", ".join(str(DIET_NAMES.get(diet, diet)) for diet in row.diets)

    @column(_("On the menu"))
    def where(self, row: Any) -> str:
        above = (row.section, row.section.menu, row.section.menu.venue)
        return " – ".join(called(each, row.hotel) for each in above)

    @admin.action(description=_("Mark as sold out"), permissions=["change"])
    def mark_sold_out(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._set_available(request, queryset, False)

    @admin.action(description=_("Mark as available"), permissions=["change"])
    def mark_available(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._set_available(request, queryset, True)

    @admin.action(description=_("Download as a table (CSV)"), permissions=["view"])
    def download(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        chosen = list(queryset.order_by().values_list("hotel_id", "key"))
        content = load(chosen[0][0]) if len({hotel for hotel, _key in chosen}) == 1 else None
        if content is None:
            # A table is one hotel's: its languages and its currency are in the heading.
            self.message_user(request, _("Choose dishes of one hotel."), messages.WARNING)
            return None
        table = dish_table.as_csv(content, {key for _hotel, key in chosen})
        response = HttpResponse(table, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="dishes.csv"'
        return response

    @button(_("Upload a table"), url_path="table", permissions=["table"])
    def table(self, request: HttpRequest) -> HttpResponse:
        """Lead to the page of the staff where a hotel's table is sent, or to the choice of a hotel."""
        own = [each for each in hotels(request) if self.has_change_permission(request, each)]
        return redirect("staff_dishes", own[0].slug) if len(own) == 1 else redirect("staff")

    def has_table_permission(self, request: HttpRequest, *args: Any) -> bool:
        return self.has_change_permission(request)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        item = models.MenuItem.objects.get(pk=form.instance.pk)
        for each in contradictions(declared(item)):
            messages.warning(
                request,
                _("The declaration contradicts itself: %(what)s. Until it is mended, guests are told nothing is known.")
                % {"what": each},
            )

    def _set_available(self, request: HttpRequest, queryset: QuerySet[Any], available: bool) -> None:
        changed = 0
        # Row by row, so that whoever listens to a row's change hears of each.
        for item in queryset.select_related("hotel"):
            if item.available != available and self.has_change_permission(request, item):
                item.available = available
                item.save(update_fields=["available"])
                changed += 1
        self.message_user(request, ngettext("%(n)d dish changed.", "%(n)d dishes changed.", changed) % {"n": changed})


@admin.register(models.Option)
class OptionPage(HotelPage):
    """Options of dishes, with what they declare."""

    edited_by = CARDS
    inlines = (OptionAllergenRows,)
    fieldsets = ((None, {"fields": ("item", "name", "price", "allergens_complete", "key")}),)
    autocomplete_fields = ("item",)
    list_display = ("named", "price", "allergens_complete", "declares", "dish", "hotel")
    list_editable = ("price",)
    list_filter = (
        ("hotel", OwnFilter),
        ("item__section__menu__venue", OwnFilter),
        "allergens_complete",
    )
    list_select_related = ("item", "hotel")
    search_fields = ("key",)
    search_texts = ("name", "item__name")
    ordering = ("hotel", "item", "position", "pk")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("allergens")

    @column(_("Option"))
    def named(self, row: Any) -> str:
        return called(row, row.hotel)

    @column(_("Dish"))
    def dish(self, row: Any) -> str:
        return called(row.item, row.hotel)

    @column(_("Declares"))
    def declares(self, row: Any) -> str:
        language = get_language() or "en"
        return ", ".join(allergen_name(each.code, language) for each in row.allergens.all())
