"""Owns what the house should look at again: answers that disagree, are to be confirmed, or tell nothing any more.

Guests never read one side of a contradiction alone, and nothing that has ended; here the house puts it right.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from guestchat import catalogue
from guestchat.answering import disagreement
from guestchat.answering.disagreement import Conflict
from guestchat.answering.scene import Scene
from guestchat.staff import admin_pages
from guestchat.staff.door import Desk, at_desk, must_host
from guestchat.staff.inbox import common
from guestchat.understanding.query import Context
from menus.content import Article as ArticleContent
from menus.models import Article, Hotel
from menus.texts import pick
from menus.times import opening_times

# How long a confirmed answer counts until it is asked about again, in days.
TERMS = {"30": gettext_lazy("a month"), "90": gettext_lazy("three months"), "365": gettext_lazy("a year")}
_MOST_SHOWN = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """One of two that disagree: what it is, what it says, and where that is changed."""

    name: str
    said: str
    address: str


class ConfirmForm(forms.Form):
    """An answer that is still true, and for how long that is believed."""

    article = forms.SlugField(max_length=64)
    term = forms.ChoiceField(choices=list(TERMS.items()))


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def truth(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What should be looked at again; a confirmed answer is asked about later."""
    must_host(desk)
    if request.method == "POST":
        form = ConfirmForm(request.POST)
        if not form.is_valid() or not _confirm(desk, form.cleaned_data["article"], int(form.cleaned_data["term"])):
            messages.warning(request, _("Nothing was confirmed: there is no such answer any more."))
        return redirect("staff_truth", desk.hotel.slug)
    today = desk.hotel.today()
    answers = Article.objects.filter(hotel=desk.hotel)
    due = answers.filter(review_by__lte=today).exclude(valid_until__lt=today).order_by("review_by", "position")
    ended = answers.filter(valid_until__lt=today).order_by("-valid_until")
    shown = {
        **common(desk, "truth"),
        "conflicts": conflicts(desk.hotel)[:_MOST_SHOWN],
        "due": [_listed(article, desk.hotel) for article in due[:_MOST_SHOWN]],
        "ended": [_listed(article, desk.hotel) for article in ended[:_MOST_SHOWN]],
        "terms": TERMS.items(),
    }
    return render(request, "staff/truth.html", shown)


def conflicts(hotel: Hotel) -> list[tuple[Side, Side]]:
    """Return what disagrees in the hotel's rows today, side by side; one query where nothing has changed."""
    return [(_side(each.article, hotel), _other_side(each, scene, hotel)) for scene, each in _found(hotel)]


def warnings(article: Article) -> list[str]:
    """Return a sentence for each answer or row that tells something else than an article that was just saved."""
    hotel, told = article.hotel, []
    for scene, each in _found(hotel):
        if article.key == each.article.key:
            other = _other_side(each, scene, hotel)
        elif each.other is not None and article.key == each.other.key:
            other = _side(each.article, hotel)
        else:
            continue
        warning = _("This disagrees with “%(name)s”: %(said)s Guests read both until one is changed.")
        told.append(warning % {"name": other.name, "said": other.said})
    return told


def _found(hotel: Hotel) -> Iterator[tuple[Scene, Conflict]]:
    here = catalogue.current(hotel.pk)
    if here is not None:
        at = timezone.now().astimezone(hotel.zone)
        scene = Scene(catalogue=here, at=at, language=hotel.default_language, context=Context())
        yield from ((scene, each) for each in disagreement.everywhere(scene))


def _side(article: Article | ArticleContent, hotel: Hotel) -> Side:
    return Side(
        name=pick(article.question, hotel.default_language),
        said=pick(article.answer, hotel.default_language),
        address=admin_pages.change("article", article.pk),
    )


def _other_side(conflict: Conflict, scene: Scene, hotel: Hotel) -> Side:
    if conflict.other is not None:
        return _side(conflict.other, hotel)
    if conflict.topic:
        names = {"check_in": _("Check-in of the hotel"), "check_out": _("Check-out of the hotel")}
        time: dt.time = getattr(hotel, conflict.topic)
        address = admin_pages.change("hotel", hotel.pk)
        return Side(name=names[conflict.topic], said=f"{time:%H:%M}.", address=address)
    hours = dict.fromkeys(
        " ".join(filter(None, (f"{days}:", times, label)))
        for venue in conflict.venues
        for days, times, label in opening_times(venue, scene.content, scene.at.date(), scene.language)
    )
    return Side(
        name=_("Opening hours of %(venue)s") % {"venue": ", ".join(map(scene.name, conflict.venues))},
        said=f"{'; '.join(hours)}.",
        address=admin_pages.rows("venue", hotel),
    )


def _listed(article: Article, hotel: Hotel) -> dict[str, Any]:
    side = _side(article, hotel)
    return {"side": side, "key": article.key, "review_by": article.review_by, "valid_until": article.valid_until}


def _confirm(desk: Desk, key: str, days: int) -> bool:
    """Note that an answer is still true, until it is asked about again; return whether it is there."""
    until = desk.hotel.today() + dt.timedelta(days=days)
    with transaction.atomic():
        article = Article.objects.select_for_update().filter(hotel=desk.hotel, key=key).first()
        if article is None:
            return False
        article.review_by = until
        article.save(update_fields=["review_by"])
        told = f"Confirmed as true; to be looked at again by {until:%Y-%m-%d}."
        LogEntry.objects.log_actions(desk.person.pk, [article], CHANGE, change_message=told, single_object=True)
    return True
