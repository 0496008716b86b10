"""Owns the addresses of the admin's pages that the staff's pages lead to."""

from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from menus.models import Hotel


def rows(model: str, hotel: Hotel) -> str:
    """Return the page of a hotel's rows of a kind."""
    return f"{reverse(f'admin:menus_{model}_changelist')}?{urlencode({'hotel__id__exact': hotel.pk})}"


def new(model: str, hotel: Hotel) -> str:
    """Return the page on which a hotel gets a row of a kind."""
    return f"{reverse(f'admin:menus_{model}_add')}?{urlencode({'hotel': hotel.pk})}"


def change(model: str, key: Any) -> str:
    """Return the page of one row."""
    return reverse(f"admin:menus_{model}_change", args=[key])
