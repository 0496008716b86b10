"""Owns in which list of addresses a request is looked up: the guests' short one, or the whole one with the staff's."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from menus.second_factor.middleware import STAFF_PATHS

# Without a slash at the end: who forgets it is led on from the list where the page is.
_STAFF = tuple(path.rstrip("/") for path in STAFF_PATHS)


class GuestDoorMiddleware:
    """Keeps guests' requests from reading the admin's modules, which a server that starts may not have read yet."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(_STAFF):
            request.urlconf = "config.guest_urls"
        return self.get_response(request)
