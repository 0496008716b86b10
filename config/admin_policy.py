"""Owns the admin pages' content security policy: wider than the guests', because their scripts need it; no third party.

django-unfold's Alpine evaluates expressions (`unsafe-eval`) and its pages carry inline styles.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

SELF = "'self'"
WIDER: dict[str, list[str]] = {
    "script-src": [SELF, "'unsafe-eval'"],
    "style-src": [SELF, "'unsafe-inline'"],
}


def admin_policy() -> dict[str, Any]:
    """Return the guests' directives with the admin's wider ones in their place."""
    return {**settings.CONTENT_SECURITY_POLICY["DIRECTIVES"], **WIDER}


class AdminPolicyMiddleware:
    """Gives every answer below the admin's address its own policy; stands after (inside) CSPMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.path_info.startswith(reverse("admin:index")) and not hasattr(response, "_csp_config"):
            response._csp_config = admin_policy()  # type: ignore[attr-defined]
        return response
