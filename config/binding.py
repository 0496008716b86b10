"""Owns who a page's request is bound to: a guest to the hotel of the pass, staff to the hotels that they work for.

Everybody else is bound to nobody. What a code or a receipt opens, its view binds by itself.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from guestchat import keyholes
from guestchat.guest import pass_cookie
from menus import tenancy
from menus.second_factor.middleware import STAFF_PATHS
from menus.tenancy import Binding


@sync_and_async_middleware
def binding_middleware(
    get_response: Callable[[HttpRequest], Any],
) -> Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]:
    """Bind each request; stands after (inside) what finds out who is logged in."""
    if iscoroutinefunction(get_response):

        async def bound_later(request: HttpRequest) -> HttpResponseBase:
            found = await sync_to_async(_of_staff)(request) if _is_staff_path(request) else _of_guest(request)
            with tenancy.binding_to(found):
                response: HttpResponseBase = await get_response(request)
                return response

        return bound_later

    def bound(request: HttpRequest) -> HttpResponseBase:
        with tenancy.binding_to(_of_staff(request) if _is_staff_path(request) else _of_guest(request)):
            response: HttpResponseBase = get_response(request)
            return response

    return bound


def _is_staff_path(request: HttpRequest) -> bool:
    return request.path_info.startswith(STAFF_PATHS)


def _of_guest(request: HttpRequest) -> Binding:
    held = pass_cookie.read(request.COOKIES.get(pass_cookie.COOKIE))
    return Binding(hotels=(held.hotel,)) if held else tenancy.NOBODY


def _of_staff(request: HttpRequest) -> Binding:
    user: Any = request.user
    if not user.is_active or not user.is_staff:
        return tenancy.NOBODY
    if user.is_superuser:
        return tenancy.EVERYWHERE
    return Binding(hotels=tuple(keyholes.hotels_of_person(user.pk)))
