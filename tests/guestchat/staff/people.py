"""Owns the people who work at a hotel of the tests, and their browsers."""

from django.test import Client

from menus.models import Hotel, Membership, User


def person(hotel: Hotel, role: str = "reception", name: str = "anna") -> User:
    """Return somebody who works there, made where they are new."""
    found, _new = User.objects.get_or_create(username=name, first_name=name.title(), is_staff=True)
    Membership.objects.create(user=found, hotel=hotel, role=role)
    return found


def browser_of(user: User) -> Client:
    """Return a browser in which somebody is logged in."""
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser
