"""Owns the usual questions: what guests of most hotels ask, whether it is answered here, and writing what is missing.

There are headings alone and no word of an answer: what is true of the house only its own people know.
"""

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from guestchat import catalogue, turns
from guestchat.answering.answer import Outcome
from guestchat.staff.door import Desk, at_desk, must_host
from guestchat.staff.inbox import common
from guestchat.understanding.query import Context
from menus.forms import fresh_key, next_position
from menus.models import Article, Hotel

FILE = Path(__file__).with_name("usual_questions.toml")
_FALLBACK = "en"
_MOST_ANSWER_CHARS = 4_000
_KEPT_HOTELS = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class Usual:
    """One usual question of a hotel, and what the assistant says to it now."""

    key: str
    question: str
    language: str
    said: str
    is_open: bool


def questions(language: str) -> dict[str, str]:
    """Return the usual questions by their keys, in the language, or in English where they are not written in it."""
    return {key: texts.get(language) or texts[_FALLBACK] for key, texts in _questions().items()}


@cache
def _questions() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(FILE.read_text("utf-8"))


class AnswersForm(forms.Form):
    """An answer for each usual question that has none; what is left empty stays so."""

    def __init__(self, *args: Any, usual: Sequence[Usual], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for each in usual:
            self.fields[each.key] = forms.CharField(required=False, max_length=_MOST_ANSWER_CHARS)


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def answers(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The usual questions, those without an answer first; what is written becomes articles, all or none."""
    must_host(desk)
    usual = asked(desk.hotel)
    form = AnswersForm(request.POST if request.method == "POST" else None, usual=usual)
    if request.method == "POST" and form.is_valid():
        try:
            written, late = _write(desk, usual, form.cleaned_data)
        except ValidationError as wrong:
            form.add_error(None, wrong.messages)
        else:
            said = ngettext("%(n)d answer published.", "%(n)d answers published.", written) % {"n": written}
            messages.success(request, said if written or late else _("Nothing was written."))
            for question in late:
                told = _("Somebody was quicker: “%(question)s” is answered already, and yours was not kept.")
                messages.warning(request, told % {"question": question})
            return redirect("staff_usual", desk.hotel.slug)
    shown = {
        **common(desk, "start"),
        "form": form,
        "is_refused": form.is_bound,
        "open": [(each, form[each.key]) for each in usual if each.is_open],
        "answered": [each for each in usual if not each.is_open],
        "all": len(usual),
        "most": _MOST_ANSWER_CHARS,
    }
    return render(request, "staff/usual.html", shown, status=400 if form.is_bound else 200)


def asked(hotel: Hotel) -> tuple[Usual, ...]:
    """Ask the pipeline every usual question as a guest would, in the hotel's own language; kept while nothing changes.

    The hotel is as it was just read: its version tells what was written since.
    """
    return _asked(hotel.pk, hotel.version, hotel.today())


@lru_cache(maxsize=_KEPT_HOTELS)
def _asked(hotel_id: int, version: int, day: dt.date) -> tuple[Usual, ...]:
    here = catalogue.at_version(hotel_id, version)
    if here is None:
        return ()
    now, language = timezone.now(), here.content.default_language
    headings = {text for each in here.content.articles for text in each.question.values()}
    found = []
    for key, question in questions(language).items():
        spoken = language if language in _questions()[key] else _FALLBACK
        answer = turns.answer(here, question, context=Context(), language=spoken, at=now, detect_language=False)
        # What the house has written under this very heading is not asked for again, however a guest would fare with it.
        is_open = answer.outcome != Outcome.ANSWERED and question not in headings
        found.append(Usual(key=key, question=question, language=spoken, said=answer.text, is_open=is_open))
    return tuple(found)


def _write(desk: Desk, usual: Sequence[Usual], written: Mapping[str, str]) -> tuple[int, list[str]]:
    """Write answers as articles; return how many, and the questions that a colleague was quicker to answer."""
    hotel, made, late = desk.hotel, [], []
    with transaction.atomic():
        for each in usual:
            text = written[each.key].strip()
            if text and not each.is_open:
                late.append(each.question)
            elif text:
                article = Article(
                    hotel=hotel, question={each.language: each.question}, answer={hotel.default_language: text}
                )
                article.key, article.position = fresh_key(article, hotel), next_position(article)
                article.full_clean()
                article.save()
                made.append(article)
        if made:
            LogEntry.objects.log_actions(desk.person.pk, made, ADDITION, change_message="Written as a usual answer.")
    return len(made), late
