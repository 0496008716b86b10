"""Owns the admin pages of a hotel's content; who may see what is `scope`'s."""

from menus.admin import cards, house, people

__all__ = ["cards", "house", "people"]
