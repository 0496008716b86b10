"""Owns asking as a guest: the real pipeline from a staff page, with what it answered from. No chat comes of it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from guestchat import catalogue, turns
from guestchat.answering.answer import Answer, Outcome, Source
from guestchat.answering.labels import label
from guestchat.models import ServiceRequest
from guestchat.staff import admin_pages
from guestchat.staff.door import Desk, at_desk
from guestchat.staff.inbox import common
from guestchat.templatetags.staff import language_name, where
from guestchat.understanding.query import Context
from menus.content import Content
from menus.models import Hotel, Place

_NOTE = "Asked as a guest."
_MOST_NEAR = 5
_YEARS = range(2000, 2100)
_OUTCOMES = {
    Outcome.ANSWERED: _("Answered from what is written."),
    Outcome.CLARIFY: _("Not sure what was meant, so it asks back."),
    Outcome.UNANSWERED: _("Nothing that is written answers it, so it says so and offers a person."),
    Outcome.REQUEST: _("A wish: passed on to your team once the guest confirms it."),
    Outcome.HANDOVER: _("A person was asked for: your team is called."),
    Outcome.SMALLTALK: _("Small talk."),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A row of the hotel as the page names it; `address` is empty where it has no page of its own."""

    name: str
    address: str
    score: float | None = None


class AskForm(forms.Form):
    """What is asked, in which language, where and when; all but the question may be left as it is now."""

    text = forms.CharField(max_length=settings.GUESTCHAT_MAX_TEXT_CHARS)
    lang = forms.ChoiceField(required=False)
    place = forms.ChoiceField(required=False)
    at = forms.DateTimeField(required=False, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])

    def __init__(self, *args: Any, hotel: Hotel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._zone = hotel.zone
        spoken = dict.fromkeys((hotel.default_language, *hotel.languages))
        self.languages = [("", _("As it is written")), *((code, language_name(code)) for code in spoken)]
        places = Place.objects.filter(hotel=hotel).order_by("position", "pk")
        self.places = [("", _("Nowhere in particular")), *((each.key, where(each)) for each in places)]
        self.fields["lang"].choices = self.languages  # type: ignore[attr-defined]
        self.fields["place"].choices = self.places  # type: ignore[attr-defined]

    def clean_at(self) -> dt.datetime:
        """Return the moment of asking, in the hotel's time zone; now where none is written."""
        at: dt.datetime | None = self.cleaned_data["at"]
        if at is None:
            return timezone.now()
        if at.year not in _YEARS:
            raise forms.ValidationError(_("This year is too far away."))
        return at.replace(tzinfo=self._zone)


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Ask a question as a guest would, and see what the answer was made from."""
    shown: dict[str, Any] = {**common(desk, "ask"), "most": settings.GUESTCHAT_MAX_TEXT_CHARS}
    if request.method != "POST":
        return render(request, "staff/ask.html", {**shown, "form": AskForm(hotel=desk.hotel)})
    form = AskForm(request.POST, hotel=desk.hotel)
    here = catalogue.current(desk.hotel.pk)
    if not form.is_valid() or here is None:
        return render(request, "staff/ask.html", {**shown, "form": form, "is_refused": True}, status=400)
    asked = form.cleaned_data
    answer = turns.answer(
        here,
        asked["text"],
        context=Context(),
        language=asked["lang"] or desk.hotel.default_language,
        at=asked["at"],
        place=asked["place"] or None,
        detect_language=not asked["lang"],
    )
    if not has_asked(desk.hotel):
        LogEntry.objects.log_actions(desk.person.pk, [desk.hotel], CHANGE, change_message=_NOTE, single_object=True)
    return render(request, "staff/ask.html", {**shown, "form": form, **_told(answer, here.content)})


def has_asked(hotel: Hotel) -> bool:
    """Return whether somebody of the house has asked as a guest; that alone is noted, and never what."""
    kind = ContentType.objects.get_for_model(Hotel)
    return LogEntry.objects.filter(content_type=kind, object_id=str(hotel.pk), change_message=_NOTE).exists()


def _told(answer: Answer, content: Content) -> dict[str, Any]:
    near = [(Source(hit.type, hit.key), hit.score) for hit in answer.candidates[:_MOST_NEAR]]
    wishes = [each for each in (answer.request, *answer.also_requested) if each]
    return {
        "answer": answer,
        "why": _OUTCOMES[answer.outcome],
        "language": language_name(answer.language),
        "sources": [_row(content, each) for each in answer.sources],
        "near": [_row(content, each, score) for each, score in near],
        "claims": list(_claims(answer, content)),
        "wishes": [dict(ServiceRequest.Kind.choices).get(each.kind, each.kind) for each in wishes],
    }


def _row(content: Content, source: Source, score: float | None = None) -> Row:
    name = label(content, source, content.default_language) or source.key
    return Row(name=name, address=_address(content, source), score=score)


def _address(content: Content, source: Source) -> str:
    """Return the admin page on which a row can be put right."""
    found: Any = None
    match source.type:
        case "article":
            found = content.articles_by_key.get(source.key)
        case "venue":
            found = content.venues_by_key.get(source.key)
        case "item":
            offer = content.offers.get(source.key)
            found = offer.item if offer else None
        case "menu":
            found = next((each for venue in content.venues for each in venue.menus if each.key == source.key), None)
        case "hotel":
            found = content
    model = {"item": "menuitem"}.get(source.type, source.type)
    return "" if found is None or found.pk is None else admin_pages.change(model, found.pk)


def _claims(answer: Answer, content: Content) -> Iterator[tuple[str, str, str]]:
    """Yield each allergen statement that the answer makes: the dish, the allergen's code, what is said of it."""
    for claim in answer.claims:
        name = label(content, Source("item", claim.item), content.default_language) or claim.item
        yield name, claim.allergen, claim.status.value
