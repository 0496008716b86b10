"""Owns how the admin pages are named and ordered, in the words of a hotel."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def _is_superuser(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_superuser)


def _keeps_a_house(request: HttpRequest) -> bool:
    # Not above: settings are read before there are models.
    from menus.admin.scope import roles
    from menus.roles import HOUSE

    return _is_superuser(request) or not HOUSE.isdisjoint(roles(request).values())


def _styles(request: HttpRequest) -> str:
    return static("menus/admin.css")


def _icon(request: HttpRequest) -> str:
    return static("guest/favicon.svg")


def _list(title: Any, icon: str, model: str, *, of: str = "menus", **more: Any) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{of}_{model}_changelist"), **more}


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Guestchat",
    "SITE_HEADER": "Guestchat",
    "SITE_SUBHEADER": _("What your guests can ask"),
    "SITE_SYMBOL": "concierge",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _icon}],
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "8px",
    "STYLES": [_styles],
    "ACCOUNT": {"navigation": [{"title": _("Second factor"), "link": reverse_lazy("second_factor:set_up")}]},
    "COLORS": {
        "primary": {
            "50": "oklch(97% .02 180)",
            "100": "oklch(94% .04 180)",
            "200": "oklch(89% .06 180)",
            "300": "oklch(82% .08 180)",
            "400": "oklch(70% .1 182)",
            "500": "oklch(60% .1 184)",
            "600": "oklch(51% .09 186)",
            "700": "oklch(44% .08 187)",
            "800": "oklch(38% .065 188)",
            "900": "oklch(33% .05 189)",
            "950": "oklch(24% .04 190)",
        }
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "title": _("The desk"),
                "separator": False,
                "items": [{"title": _("Inbox, figures, set-up"), "icon": "inbox", "link": reverse_lazy("staff")}],
            },
            {
                "title": _("Menus"),
                "separator": True,
                "items": [
                    _list(_("Dishes"), "restaurant", "menuitem"),
                    _list(_("Options"), "add_circle", "option"),
                    _list(_("Sections"), "toc", "menusection"),
                    _list(_("Menu cards"), "menu_book", "menu"),
                ],
            },
            {
                "title": _("The house"),
                "separator": True,
                "items": [
                    _list(_("Venues and opening hours"), "schedule", "venue"),
                    _list(_("Answers"), "forum", "article"),
                    _list(_("Places and codes"), "qr_code_2", "place"),
                    _list(_("Connected systems"), "webhook", "webhook", of="guestchat", permission=_keeps_a_house),
                    _list(_("Deleted chats"), "delete_sweep", "deletion", of="guestchat"),
                    _list(_("Hotel"), "apartment", "hotel"),
                ],
            },
            {
                "title": _("People"),
                "separator": True,
                "items": [
                    _list(_("Who works where"), "badge", "membership"),
                    _list(_("Staff accounts"), "person", "user", permission=_is_superuser),
                ],
            },
        ],
    },
}
