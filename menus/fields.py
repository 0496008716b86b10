"""Owns the form fields of content: texts by language, weekdays, prices. Knows no request; texts are kept as written."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import BaseRenderer, TemplatesSetting
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    CHECKBOX_CLASSES,
    INPUT_CLASSES,
    UnfoldAdminExpandableTextareaWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from menus.models import DAYS

LANGUAGE_PATTERN = r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?"
DAY_NAMES = dict(zip(DAYS, (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")), strict=True))


class ProjectTemplate(forms.Widget):
    """A widget whose template is one of the project's, which Django's own form renderer does not look for."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> Any:
        return super().render(name, value, attrs, TemplatesSetting())


class TextsWidget(ProjectTemplate):
    """One input for each language of the hotel, and for each other language that the text already has."""

    template_name = "menus/widgets/texts.html"

    def __init__(self, attrs: dict[str, Any] | None = None, *, long: bool = False) -> None:
        super().__init__(attrs)
        self.long = long
        self.languages: tuple[str, ...] = ()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        texts = value if isinstance(value, dict) else {}
        identity = str((attrs or {}).get("id") or f"id_{name}")
        context["widget"]["parts"] = [
            self._part(name, identity, language, texts.get(language, ""))
            for language in dict.fromkeys((*self.languages, *texts))
        ]
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> dict[str, str]:
        return {key.removeprefix(f"{name}__"): data[key] for key in data if key.startswith(f"{name}__")}

    def value_omitted_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return not any(key.startswith(f"{name}__") for key in data)

    def id_for_label(self, id_: str) -> str:
        return f"{id_}__{self.languages[0]}" if id_ and self.languages else id_

    def _part(self, name: str, identity: str, language: str, text: str) -> dict[str, Any]:
        attrs = {"lang": language, "dir": "auto"}
        widget = UnfoldAdminExpandableTextareaWidget(attrs) if self.long else UnfoldAdminTextInputWidget(attrs)
        here = f"{identity}__{language}"
        return {"id": here, "language": language, "html": widget.render(f"{name}__{language}", text, {"id": here})}


class TextsField(forms.Field):
    """A text in several languages; a language left blank is dropped."""

    widget: Any = TextsWidget
    default_error_messages = {"required": _("Write this in the hotel's language.")}

    def __init__(self, *, long: bool = False, **kwargs: Any) -> None:
        kwargs["widget"] = TextsWidget(long=long)
        kwargs.pop("encoder", None)
        kwargs.pop("decoder", None)
        super().__init__(**kwargs)

    def speak(self, languages: Iterable[str]) -> None:
        """Offer these languages, in this order."""
        self.widget.languages = tuple(languages)

    def to_python(self, value: Any) -> dict[str, str]:
        texts = value if isinstance(value, dict) else {}
        return {
            language: text.strip().replace("\r\n", "\n")
            for language, text in texts.items()
            if isinstance(text, str) and text.strip() and re.fullmatch(LANGUAGE_PATTERN, language)
        }

    def has_changed(self, initial: Any, data: Any) -> bool:
        return not self.disabled and self.to_python(initial) != self.to_python(data)


class AlsoAskedField(forms.CharField):
    """Other ways to ask: a line for each question and language; a blank line, or a language again, begins the next."""

    default_error_messages = {
        "language": _("The hotel's languages are %(known)s; the line “%(line)s” begins with another."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.pop("encoder", None)
        kwargs.pop("decoder", None)
        kwargs["widget"] = UnfoldAdminTextareaWidget({"rows": 6})
        kwargs["help_text"] = _(
            "A line for each question in each language, as in “en: Is there Wi-Fi?”. Lines directly below one another "
            "are one question in several languages; leave a blank line before the next question."
        )
        super().__init__(**kwargs)
        self.languages: tuple[str, ...] = ()

    def speak(self, languages: Iterable[str]) -> None:
        """Understand these languages at the beginning of a line; the first needs no mark."""
        self.languages = tuple(languages)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n\n".join(self._lines(each) for each in value)

    def clean(self, value: Any) -> Any:
        asked: list[dict[str, str]] = []
        follows = False
        for line in (each.strip() for each in super().clean(value).splitlines()):
            if not line:
                follows = False
                continue
            language, text = self._split(line)
            if follows and language not in asked[-1]:
                asked[-1][language] = text
            else:
                asked.append({language: text})
            follows = True
        return asked

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool((initial or []) != self.clean(data))
        except ValidationError:
            return True

    def _lines(self, texts: Mapping[str, str]) -> str:
        order = [code for code in dict.fromkeys((*self.languages, *texts)) if code in texts]
        return "\n".join(f"{code}: {texts[code]}" for code in order)

    def _split(self, line: str) -> tuple[str, str]:
        found = re.match(rf"({LANGUAGE_PATTERN}):\s*(\S.*)", line)
        if found and found[1] in self.languages:
            return found[1], found[2]
        if found and re.match(r"[a-z]{2}:", line):
            raise ValidationError(
                self.error_messages["language"],
                code="language",
                params={"known": ", ".join(self.languages), "line": line},
            )
        return (self.languages or ("en",))[0], line


class ChoicesWidget(ProjectTemplate, forms.CheckboxSelectMultiple):
    """Checkboxes side by side."""

    template_name = "menus/widgets/choices.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["box_class"] = " ".join(CHECKBOX_CLASSES)
        return context


class ChoicesField(forms.MultipleChoiceField):
    """Several of a few fixed words, kept as a list in the order of the choices."""

    def __init__(self, **kwargs: Any) -> None:
        for foreign in ("base_field", "max_length", "delimiter"):
            kwargs.pop(foreign, None)
        kwargs["widget"] = ChoicesWidget()
        super().__init__(**kwargs)

    def clean(self, value: Any) -> list[str]:
        chosen = super().clean(value)
        return [code for code, _label in self.choices if code in chosen]  # type: ignore[misc, union-attr]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return not self.disabled and set(initial or []) != set(data or [])


class LanguagesField(forms.CharField):
    """Language codes, separated by commas."""

    def __init__(self, **kwargs: Any) -> None:
        for foreign in ("base_field", "max_length", "delimiter"):
            kwargs.pop(foreign, None)
        kwargs["widget"] = UnfoldAdminTextInputWidget()
        kwargs["help_text"] = _("The languages that the hotel writes its texts in, such as: en, de")
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        codes = list(dict.fromkeys(re.split(r"[\s,;]+", super().clean(value).strip(" ,;"))))
        for code in codes:
            if not re.fullmatch(LANGUAGE_PATTERN, code):
                raise ValidationError(_("“%(code)s” is not a language code such as en or de."), params={"code": code})
        return codes

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) != data)


class PriceField(forms.DecimalField):
    """An amount in the hotel's currency, with a decimal point or a decimal comma."""

    default_error_messages = {"invalid": _("Write a price such as 14.50, or leave it empty.")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs["widget"] = UnfoldAdminTextInputWidget({"inputmode": "decimal", "class": "price-input"})
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return plain_amount(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.strip().replace(",", ".") if isinstance(value, str) else value)


class DateWidget(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__({"class": " ".join((*INPUT_CLASSES, "date-input"))}, format="%Y-%m-%d")


class TimeWidget(forms.TimeInput):
    """Hours and minutes as a hotel's clock says them; the browser's own picker would follow the reader's computer."""

    def __init__(self) -> None:
        attrs = {"class": " ".join((*INPUT_CLASSES, "time-input")), "inputmode": "numeric", "placeholder": "18:30"}
        super().__init__(attrs, format="%H:%M")


def plain_amount(amount: Decimal) -> str:
    """Return an amount with two digits after the point, or three where the third is not zero."""
    cents = amount.quantize(Decimal("0.01"))
    return str(cents if cents == amount else amount)
