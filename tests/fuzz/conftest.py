"""Owns what these tests share with those of the guest's door: the browser."""

from tests.guestchat.guest.conftest import guest_browser

__all__ = ["guest_browser"]
