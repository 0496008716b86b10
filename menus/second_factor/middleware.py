"""Owns the step between the password and the staff's pages: whoever has or needs a second factor passes by it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from menus.second_factor import rules

STAFF_PATHS = ("/admin/", "/staff/")
_OPEN = ("admin:login", "admin:logout", "admin:jsi18n")


class SecondFactorMiddleware:
    """Leads staff whose session has no second factor to where they give it or set it up; stands after OTPMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        step = _step(request) if _is_guarded(request.path_info) else None
        return self.get_response(request) if step is None else HttpResponseRedirect(step)


def _is_guarded(path: str) -> bool:
    # This comparison comes first: guests' pages ask no database who somebody is.
    return path.startswith(STAFF_PATHS) and not path.startswith((*map(reverse, _OPEN), reverse("second_factor:ask")))


def _step(request: HttpRequest) -> str | None:
    user: Any = request.user
    if not user.is_authenticated or user.is_verified():
        return None
    if rules.has_one(user):
        return f"{reverse('second_factor:ask')}?{urlencode({'next': request.get_full_path()})}"
    return reverse("second_factor:set_up") if rules.is_demanded(user) else None
