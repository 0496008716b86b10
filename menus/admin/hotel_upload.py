"""Owns the page that takes a hotel file: every mistake with its place, or what would change, then the import itself.

Nothing is kept between the two steps but what the page carries, signed: what is imported is what was looked at.
"""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from menus import carried, hotel_file, models, uploads
from menus.content import Content
from menus.hotel_file import HotelFileError, Problem

_SALT = "menus.admin.hotel_upload"
KINDS = {
    "hotel": _("Hotel"),
    "venues": _("Venues"),
    "menus": _("Menu cards"),
    "items": _("Dishes"),
    "options": _("Options"),
    "articles": _("Answers"),
    "places": _("Places"),
}


class FileForm(forms.Form):
    """One hotel file."""

    file = forms.FileField(label=_("Hotel file (JSON, at most 5 MB)"), widget=UnfoldAdminFileFieldWidget)


def page(admin: Any, request: HttpRequest) -> HttpResponse:
    """Take a file and show what it would do; take the word to do it."""
    if request.method != "POST":
        return _show(admin, request)
    try:
        if "carried" in request.POST:
            return _import(admin, request)
        return _look(admin, request)
    except HotelFileError as error:
        return _show(admin, request, problems=error.problems, status=400)


def _look(admin: Any, request: HttpRequest) -> HttpResponse:
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        raise _problem(str(_("Choose a file.")))
    try:
        document = uploads.read(form.cleaned_data["file"], uploads.Kind.JSON)
    except uploads.RefusedFile as refused:
        raise _problem(str(refused)) from refused
    content = _readable(admin, request, document)
    changes = hotel_file.put(content, keep=False)
    try:
        sealed = carried.seal({"file": document.decode("utf-8-sig")}, _person(request), _SALT)
    except carried.TooMuch:
        raise _problem(str(_("The file is too large for this page. Use the command import_hotel."))) from None
    counts = [(KINDS.get(kind, kind), each) for kind, each in changes.things.items()]
    shown: dict[str, Any] = {"content": content, "counts": counts, "total": changes.total, "carried": sealed}
    return _show(admin, request, warnings=hotel_file.warnings(content), **shown)


def _import(admin: Any, request: HttpRequest) -> HttpResponse:
    try:
        seen = carried.unseal(request.POST["carried"], _person(request), _SALT)
    except carried.NotWhatWasSeen as refused:
        raise _problem(str(refused)) from None
    content = _readable(admin, request, seen["file"])
    changes = hotel_file.put(content, keep=True)
    total = changes.total
    hotel = models.Hotel.objects.get(slug=content.slug)
    admin.log_change(request, hotel, "Imported a hotel file.")
    told = _("%(hotel)s: %(created)d created, %(updated)d updated, %(removed)d removed, %(unchanged)d unchanged.") % {
        "hotel": content.name,
        "created": total.created,
        "updated": total.updated,
        "removed": total.removed,
        "unchanged": total.unchanged,
    }
    messages.success(request, told)
    return HttpResponseRedirect(reverse("admin:menus_hotel_changelist"))


def _readable(admin: Any, request: HttpRequest, document: bytes | str) -> Content:
    """Return the content of a file that this person may import; a new hotel is a superuser's to make."""
    content = hotel_file.read(document)
    hotel = models.Hotel.objects.filter(slug=content.slug).first()
    may = admin.has_add_permission(request) if hotel is None else admin.has_change_permission(request, hotel)
    if not may:
        sentence = str(_("You may import your own hotels only, and none of them has this slug."))
        raise HotelFileError([Problem(pointer="/hotel/slug", sentence=sentence)])
    return content


def _person(request: HttpRequest) -> int:
    return int(request.user.pk or 0)


def _problem(sentence: str) -> HotelFileError:
    return HotelFileError([Problem(pointer="", sentence=sentence)])


def _show(admin: Any, request: HttpRequest, status: int = 200, **shown: Any) -> HttpResponse:
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Upload a hotel file"),
        "opts": cast(Any, models.Hotel)._meta,
        "form": FileForm(),
        **shown,
    }
    return render(request, "menus/hotel_upload.html", context, status=status)
