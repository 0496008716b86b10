"""Owns the pages of what guests asked in vain: the groups, an answer written in place, what is asked most."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from guestchat import gaps
from guestchat.gaps import Draft, Group
from guestchat.staff.door import Desk, at_desk, must_host
from guestchat.staff.inbox import common
from menus.models import Hotel

_MOST_WAYS = 5
_MOST_QUESTION_CHARS = 300
_MOST_ANSWER_CHARS = 4_000


class DraftForm(forms.Form):
    """An answer in the hotel's languages; the first of them is asked for, the others may be left out."""

    also_asked = forms.CharField(required=False, max_length=2_000)

    def __init__(self, *args: Any, hotel: Hotel, group: Group, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages = list(dict.fromkeys((hotel.default_language, *hotel.languages)))
        for code in self.languages:
            needed = code == hotel.default_language
            self.fields[f"question_{code}"] = forms.CharField(required=needed, max_length=_MOST_QUESTION_CHARS)
            self.fields[f"answer_{code}"] = forms.CharField(required=needed, max_length=_MOST_ANSWER_CHARS)
        # A line that a guest wrote is in the language that the guest spoke; what was changed, in the hotel's.
        self._spoken = {" ".join(each.text.split()): each.language for each in group.questions}

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What the page shows for each language."""
        return [
            {"code": code, "question": self[f"question_{code}"], "answer": self[f"answer_{code}"]}
            for code in self.languages
        ]

    def draft(self) -> Draft:
        """Return what was written, once it is valid."""
        lines = [" ".join(each.split()) for each in self.cleaned_data["also_asked"].splitlines()]
        spoken = [(self._spoken.get(each, self.languages[0]), each) for each in dict.fromkeys(lines) if each]
        return Draft(
            question=self._texts("question"),
            answer=self._texts("answer"),
            also_asked=tuple({code: text} for code, text in spoken if code in self.languages),
        )

    def _texts(self, name: str) -> dict[str, str]:
        texts = {code: self.cleaned_data[f"{name}_{code}"] for code in self.languages}
        return {code: text for code, text in texts.items() if text}


def _first(group: Group, hotel: Hotel) -> dict[str, str]:
    """Return what stands in the form at first: the question as most guests ask it, and the other ways."""
    ways = list(dict.fromkeys(" ".join(each.text.split()) for each in group.questions))
    return {
        f"question_{hotel.default_language}": ways[0][:_MOST_QUESTION_CHARS],
        "also_asked": "\n".join(ways[1 : _MOST_WAYS + 1]),
    }


# --- pages ------------------------------------------------------------------------
@at_desk
@require_safe
def unanswered(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What guests asked in vain, grouped; `?popular=1`: what is asked most."""
    must_host(desk)
    shown = {**common(desk, "gaps"), "is_popular": request.GET.get("popular") == "1", "days": gaps.LOOK_BACK_DAYS}
    if shown["is_popular"]:
        return render(request, "staff/gaps.html", {**shown, "popular": gaps.popular(desk.hotel)})
    return render(request, "staff/gaps.html", {**shown, "groups": gaps.groups(desk.hotel)})


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def gap(request: HttpRequest, desk: Desk, id: uuid.UUID, seq: int) -> HttpResponse:
    """One group: write its answer, try it, publish it, or put the group away."""
    must_host(desk)
    group = next((each for each in gaps.groups(desk.hotel) if _holds(each, id, seq)), None)
    if group is None:
        if request.method == "POST":
            messages.warning(request, _("Somebody was quicker: this question is not open any more."))
            return redirect("staff_gaps", desk.hotel.slug)
        raise Http404
    if request.method != "POST":
        return _form(request, desk, group, DraftForm(_first(group, desk.hotel), hotel=desk.hotel, group=group))
    if request.POST.get("do") == "dismiss":
        gaps.dismiss(desk.hotel, group, desk.person)
        messages.success(request, _("Put away: “%(question)s”.") % {"question": group.lead.text[:80]})
        return redirect("staff_gaps", desk.hotel.slug)
    form = DraftForm(request.POST, hotel=desk.hotel, group=group)
    if not form.is_valid():
        return _form(request, desk, group, form, is_refused=True)
    return _try_or_publish(request, desk, group, form)


def _try_or_publish(request: HttpRequest, desk: Desk, group: Group, form: DraftForm) -> HttpResponse:
    try:
        if request.POST.get("do") != "publish":
            return _form(request, desk, group, form, asked=gaps.ask_again(desk.hotel, group, form.draft()))
        asked = gaps.publish(desk.hotel, group, form.draft(), desk.person)
    except ValidationError as wrong:
        form.add_error(None, wrong.messages)
        return _form(request, desk, group, form, is_refused=True)
    said = _("Published. %(proof)s") % {"proof": proof(sum(each.is_answered for each in asked), len(asked))}
    messages.success(request, said)
    return redirect("staff_gaps", desk.hotel.slug)


def proof(answered: int, all: int) -> str:
    """Return the sentence that tells what a draft is worth: "23 of 25 questions are now answered."."""
    said = ngettext("%(n)d of %(all)d question is now answered.", "%(n)d of %(all)d questions are now answered.", all)
    return said % {"n": answered, "all": all}


def _form(
    request: HttpRequest,
    desk: Desk,
    group: Group,
    form: DraftForm,
    *,
    asked: list[gaps.Asked] | None = None,
    is_refused: bool = False,
) -> HttpResponse:
    shown = {**common(desk, "gaps"), "group": group, "form": form, "asked": asked, "is_refused": is_refused}
    if asked is not None:
        shown["proof"] = proof(sum(each.is_answered for each in asked), len(asked))
    return render(request, "staff/gap.html", shown, status=400 if is_refused else 200)


def _holds(group: Group, id: uuid.UUID, seq: int) -> bool:
    return any(each.conversation == id and each.seq == seq for each in group.questions)
