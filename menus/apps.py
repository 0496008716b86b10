"""Owns the application's registration."""

from django.apps import AppConfig


class MenusConfig(AppConfig):
    """What the hotel offers."""

    name = "menus"
    verbose_name = "Hotel content"
