"""Owns what somebody is told whose name is locked after too many wrong passwords; django-axes does the counting."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def locked(request: HttpRequest, response: Any, credentials: Any) -> HttpResponse:
    """Return the page that says so, with 429; it is the same whether there is such a name or not."""
    wait_s = int(settings.AXES_COOLOFF_TIME.total_seconds())
    context = {**admin.site.each_context(request), "minutes": wait_s // 60}
    told = render(request, "menus/locked.html", context, status=429)
    told["Retry-After"] = str(wait_s)
    return told
