"""Owns the pages of the second factor: giving a code, setting it up, turning it off."""

import logging
from typing import Any, cast

import segno
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import login as mark_verified
from unfold.widgets import UnfoldAdminTextInputWidget

from menus.models import User
from menus.second_factor import rules

log = logging.getLogger(__name__)

# A browser offers what an app or a message just brought, and remembers nothing.
_CODE = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}


class CodeForm(forms.Form):
    """One code."""

    code = forms.CharField(label=_("Code"), max_length=24, widget=UnfoldAdminTextInputWidget(attrs=_CODE))


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask somebody who gave their password for a code, then lead on to where they wanted to go."""
    user = _person(request)
    if user is None:
        return _to_login(request)
    if not rules.has_one(user):
        return HttpResponseRedirect(reverse("second_factor:set_up"))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            device = rules.check(user, form.cleaned_data["code"])
        except rules.TooSoon as soon:
            return _page(request, "ask", form, soon)
        if device is not None:
            mark_verified(request, device)
            return HttpResponseRedirect(_next(request))
        _refuse(form, user)
    return _page(request, "ask", form)


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """Show the app's secret; with a first code from the app, let it count and show the recovery codes, once."""
    user = _person(request)
    if user is None:
        return _to_login(request)
    if rules.has_one(user) and not _is_verified(request):
        return HttpResponseRedirect(reverse("second_factor:ask"))
    form = CodeForm(request.POST or None)
    device = rules.begin(user)
    shown: dict[str, Any] = {
        "picture": _picture(device.config_url),
        "secret": _secret(device.config_url),
        "has_one": rules.has_one(user),
        "is_demanded": rules.is_demanded(user),
    }
    if request.method == "POST" and form.is_valid():
        try:
            confirmed = rules.confirm(user, form.cleaned_data["code"])
        except rules.TooSoon as soon:
            return _page(request, "set_up", form, soon, **shown)
        if confirmed is not None:
            mark_verified(request, confirmed[0])
            log.info("user %s has set up a second factor", user.pk)
            return _page(request, "codes", form, codes=confirmed[1])
        _refuse(form, user)
    return _page(request, "set_up", form, **shown)


@never_cache
@require_POST
def off(request: HttpRequest) -> HttpResponse:
    """Turn the second factor off, for whoever has given it and is not told to have one."""
    user = _person(request)
    if user is None:
        return _to_login(request)
    if not _is_verified(request) or rules.is_demanded(user):
        messages.error(request, _("Your hotel asks for a second factor: it stays on."))
    else:
        rules.forget(user)
        log.info("user %s has turned their second factor off", user.pk)
        messages.success(request, _("The second factor is off. Your password alone opens your account."))
    return HttpResponseRedirect(reverse("admin:index"))


def _person(request: HttpRequest) -> User | None:
    user = cast(Any, request.user)
    return user if user.is_authenticated and user.is_active and user.is_staff else None


def _is_verified(request: HttpRequest) -> bool:
    return bool(cast(Any, request.user).is_verified())


def _to_login(request: HttpRequest) -> HttpResponse:
    return redirect_to_login(reverse("admin:index"), reverse("admin:login"))


def _next(request: HttpRequest) -> str:
    wanted = request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else reverse("admin:index")


def _refuse(form: CodeForm, user: User) -> None:
    log.warning("a wrong second factor for user %s", user.pk)
    form.add_error("code", _("This code is wrong, or was used before. Wait for the next one and try again."))


def _page(
    request: HttpRequest, name: str, form: CodeForm, soon: rules.TooSoon | None = None, **shown: Any
) -> HttpResponse:
    if soon is not None:
        form.add_error("code", _("Too many wrong codes. Try again in %(n)s seconds.") % {"n": soon.seconds})
    context = {**admin.site.each_context(request), "form": form, **shown}
    response = render(request, f"menus/second_factor/{name}.html", context, status=200 if soon is None else 429)
    if soon is not None:
        response["Retry-After"] = str(soon.seconds)
    return response


def _picture(address: str) -> SafeString:
    # segno draws only squares from the address; nothing that anybody wrote reaches the markup.
    return mark_safe(segno.make(address, error="m", micro=False).svg_inline(scale=5, border=4, light="white"))


def _secret(address: str) -> str:
    """Return the secret in groups of four, for an app without a camera."""
    secret = address.partition("secret=")[2].partition("&")[0]
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
