"""Owns what a browser is told that a page may do: the guests' strict policy, the admin's wider one; no third party."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

SELF = "'self'"
GUESTS: dict[str, list[str]] = {
    "default-src": ["'none'"],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF],
    "font-src": [SELF],
    "connect-src": [SELF],
    "manifest-src": [SELF],
    "form-action": [SELF],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}
# django-unfold's Alpine evaluates expressions, sets styles and draws with images in its own style sheet.
ADMIN: dict[str, list[str]] = {
    **GUESTS,
    "script-src": [SELF, "'unsafe-eval'"],
    "style-src": [SELF, "'unsafe-inline'"],
    "img-src": [SELF, "data:"],
}
# Everything that a browser asks its user for, and this product never needs.
_NEVER_USED = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
PERMISSIONS = ", ".join(f"{each}=()" for each in _NEVER_USED)


class PagePolicyMiddleware:
    """Gives every answer the headers that Django and django-csp do not know, and the admin's pages their own policy.

    Stands after (inside) CSPMiddleware.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.path_info.startswith("/admin/") and not hasattr(response, "_csp_config"):
            response._csp_config = ADMIN  # type: ignore[attr-defined]
        return response
