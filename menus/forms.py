"""Owns the forms of the hotel's own pages: whose row it is, keys, positions, and a sentence at each mistaken field.

The database refuses the same mistakes by its constraints; here they are met first, so that nobody reads a constraint's
name. Who may see which hotel is decided in `menus.admin.scope`.
"""

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ObjectDoesNotExist
from django.db import models as django_models
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminColorInputWidget, UnfoldAdminSelectWidget

from menus import keys, models
from menus.allergen_names import name as allergen_name
from menus.allergens import CHILDREN, GROUPS
from menus.fields import AlsoAskedField, TextsField
from menus.texts import pick

FALLBACK_LANGUAGES = ("en", "de")


class ContentForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form of any row that a hotel owns."""

    # The hotels that the person at the form may work in; set by the admin page.
    hotels: ClassVar[Sequence[models.Hotel]] = ()

    def __init__(self, *args: Any, hotel: models.Hotel | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known_hotel = hotel
        for each in self.fields.values():
            if isinstance(each, TextsField | AlsoAskedField):
                each.speak(self._languages())
        if "key" in self.fields:
            self.fields["key"].required = False
            self.fields["key"].help_text = _("Imports and links know it by this: a-z, 0-9 and -. Empty: made for you.")

        if "position" in self.fields:
            self.fields["position"].required = False
            if self.instance._state.adding:
                # Blank until somebody drags the row somewhere; then it goes behind the others.
                self.initial["position"] = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        hotel = self.hotel()
        if hotel is not None and not self._moves_to(hotel):
            self._require_default_language(hotel)
            self._refuse_a_key_twice(hotel)
        return cleaned

    def clean_position(self) -> int:
        """Return the position, or the one that the row has, where it was left blank."""
        position = self.cleaned_data["position"]
        return int(self.instance.position if position is None else position)

    def save(self, commit: bool = True) -> Any:
        row = self.instance
        if row._state.adding:
            hotel = self.hotel()
            if hasattr(row, "key") and not row.key:
                row.key = fresh_key(row, hotel)
            if hasattr(row, "position") and "position" not in self.changed_data:
                row.position = next_position(row)
        return super().save(commit)

    def hotel(self) -> models.Hotel | None:
        """Return the hotel that the row belongs to, or will, as far as the form knows yet."""
        row = self.instance
        if isinstance(row, models.Hotel):
            return row
        above = getattr(row, "above", "hotel")
        if self._known_hotel is not None and above not in self.fields:
            return self._known_hotel  # below a row of that hotel, and asking each row for it would take a query
        chosen = getattr(self, "cleaned_data", {}).get(above) or _related(row, above)
        if chosen is None:
            return self._known_hotel
        if isinstance(chosen, models.Hotel):
            return chosen
        return _related(chosen, "hotel") or self._known_hotel

    def _languages(self) -> list[str]:
        hotel = self.hotel() or (self.hotels[0] if len(self.hotels) == 1 else None)
        spoken = [hotel] if hotel is not None else self.hotels
        codes = [code for each in spoken for code in (each.default_language, *each.languages)]
        return list(dict.fromkeys(codes or FALLBACK_LANGUAGES))

    def _moves_to(self, hotel: models.Hotel) -> bool:
        """Return whether the row would change its hotel, and refuse it."""
        row, above = self.instance, getattr(self.instance, "above", "hotel")
        if isinstance(row, models.Hotel) or row.pk is None or above not in self.fields or row.hotel_id == hotel.pk:
            return False
        self.add_error(above, _("This belongs to another hotel. Make it anew there instead of moving it."))
        return True

    def _require_default_language(self, hotel: models.Hotel) -> None:
        language = hotel.default_language
        for name, field in self.fields.items():
            texts = self.cleaned_data.get(name)
            if isinstance(field, TextsField) and field.required and texts and language not in texts:
                self.add_error(name, _("Write this in “%(code)s” too, the hotel's language.") % {"code": language})

    def _refuse_a_key_twice(self, hotel: models.Hotel) -> None:
        key = self.cleaned_data.get("key")
        if not key or hotel.pk is None:
            return
        rows = type(self.instance)._default_manager.filter(hotel_id=hotel.pk, key=key).exclude(pk=self.instance.pk)
        if rows.exists():
            self.add_error("key", _("Another entry of this hotel has the key “%(key)s”.") % {"key": key})


class ContentFormSet(PaginationInlineFormSet):  # type: ignore[misc]
    """Rows below one row; they all belong to its hotel."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        above = self.instance
        hotel = above if isinstance(above, models.Hotel) else _related(above, "hotel")
        if isinstance(hotel, models.Hotel) and issubclass(self.form, ContentForm):
            return {**super().get_form_kwargs(index), "hotel": hotel}
        return dict(super().get_form_kwargs(index))

    def get_unique_error_message(self, unique_check: Sequence[str]) -> str:
        if "code" in unique_check:
            return _("The same allergen is declared twice.")
        return _("Two of these entries have the same key.")

    def get_form_error(self) -> str:
        return _("This entry is there twice.")


class HotelForm(ContentForm):
    """The hotel itself."""

    class Meta:
        widgets: ClassVar[dict[str, Any]] = {"color": UnfoldAdminColorInputWidget()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "color" in self.fields:
            self.fields["color"].required = False
        if "timezone" in self.fields:
            zones = sorted({self.instance.timezone, *zoneinfo.available_timezones()})
            self.fields["timezone"] = forms.ChoiceField(
                choices=[(zone, zone) for zone in zones],
                widget=UnfoldAdminSelectWidget(),
                initial=self.fields["timezone"].initial,
                help_text=_("Opening hours are in this time."),
            )

    def clean_color(self) -> str:
        """Return the colour, or the one that every hotel begins with."""
        return str(self.cleaned_data["color"] or self.instance._meta.get_field("color").default)

    def clean_currency(self) -> str:
        """Return the currency in capitals."""
        currency = str(self.cleaned_data["currency"]).upper()
        if len(currency) != 3 or not currency.isascii() or not currency.isalpha():
            raise forms.ValidationError(_("Write the currency's three letters, such as EUR or CHF."))
        return currency

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        language, languages = cleaned.get("default_language"), cleaned.get("languages")
        if language and languages and language not in languages:
            self.add_error("default_language", _("Choose one of the hotel's languages: %s.") % ", ".join(languages))
        return cleaned


class OpeningHoursForm(ContentForm):
    """One entry of opening hours."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        days, date = cleaned.get("days"), cleaned.get("date")
        if "days" not in self.errors and "date" not in self.errors:
            if days and date:
                self.add_error("days", _("Choose weekdays or write a date, not both."))
            elif not days and not date:
                self.add_error("days", _("Choose weekdays, or write one date."))
        if cleaned.get("closed"):
            for field in ("opens", "closes"):
                if cleaned.get(field) is not None:
                    self.add_error(field, _("A closed day has no times: empty this, or untick “closed”."))
            return cleaned
        if cleaned.get("opens") is None and "opens" not in self.errors:
            self.add_error("opens", _("Write when it opens, or tick “closed”."))
        if cleaned.get("closes") is None and "closes" not in self.errors:
            self.add_error("closes", _("Write when it closes, or tick “closed”."))
        return cleaned


class ServingTimeForm(ContentForm):
    """When a menu is served."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["days"].required = True
        self.fields["days"].error_messages["required"] = _("Choose at least one day.")


class ArticleForm(ContentForm):
    """A question and its answer."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        start, end = cleaned.get("valid_from"), cleaned.get("valid_until")
        if isinstance(start, dt.date) and isinstance(end, dt.date) and end < start:
            self.add_error("valid_until", _("It would end before it begins."))
        return cleaned


class PlaceForm(ContentForm):
    """Where a code hangs."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        hotel, venue = self.hotel(), cleaned.get("venue")
        if hotel is not None and venue is not None and venue.hotel_id != hotel.pk:
            self.add_error("venue", _("Choose a venue of the same hotel."))
        return cleaned


class AllergenForm(ContentForm):
    """One declared allergen, named in the language of the person who declares it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        self.fields["code"].choices = [("", _("Choose an allergen")), *allergen_choices(language)]  # type: ignore[attr-defined]
        self.fields["status"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose")),
            ("contains", _("Contains it")),
            ("may_contain", _("May contain it")),
            ("free", _("Free of it")),
        ]


def allergen_choices(language: str) -> list[tuple[str, str]]:
    """Return every allergen with its name, each cereal and nut below its group."""
    return [
        (code, allergen_name(code, language) if code == group else f"– {allergen_name(code, language)}")
        for group in GROUPS
        for code in (group, *CHILDREN.get(group, ()))
    ]


def fresh_key(row: Any, hotel: models.Hotel | None) -> str:
    """Return a key that no row of its kind in the hotel has, made from what the row is called; one query."""
    texts = getattr(row, "name", None) or getattr(row, "question", None)
    said = pick(texts, hotel.default_language if hotel else "en") if texts else f"{row.kind}-{row.label}"
    stem = keys.stem(said, row._meta.model_name)
    rows = type(row)._default_manager.filter(hotel=hotel, key__startswith=stem)
    return keys.first_free(stem, set(rows.values_list("key", flat=True)))


def next_position(row: Any) -> int:
    """Return the position behind the last row beside it; one query."""
    above = getattr(row, "above", "hotel")
    rows = type(row)._default_manager.filter(**{f"{above}_id": getattr(row, f"{above}_id")})
    last = rows.aggregate(last=django_models.Max("position"))["last"]
    return 0 if last is None else int(last) + 1


def _related(row: Any, name: str) -> Any:
    """Return a row's relation, or None where it is not set yet."""
    try:
        return getattr(row, name)
    except ObjectDoesNotExist:
        return None
