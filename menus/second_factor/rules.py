"""Owns who has a second factor, who must have one, and whether a code counts. The arithmetic is django-otp's."""

import datetime as dt
import math
import re
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from menus.models import Hotel, Membership, User

RECOVERY_CODES = 10
_APP_CODE = re.compile("[0-9]{6}")
_ROLES_OF_THE_HOUSE = (Membership.Role.OWNER, Membership.Role.MANAGER)


class TooSoon(Exception):
    """A code came too soon after wrong ones; it was not looked at."""

    def __init__(self, until: dt.datetime) -> None:
        super().__init__(until)
        self.seconds = max(1, math.ceil((until - timezone.now()).total_seconds()))


def has_one(user: Any) -> bool:
    """Return whether a person has set up a second factor."""
    return bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())


def is_demanded(user: User) -> bool:
    """Return whether a hotel where the person works demands it of their role; of superusers, whichever hotel does."""
    if user.is_superuser:
        return Hotel.objects.exclude(second_factor=Hotel.SecondFactor.OPTIONAL).exists()
    house = Q(hotel__second_factor=Hotel.SecondFactor.HOUSE, role__in=_ROLES_OF_THE_HOUSE)
    everybody = Q(hotel__second_factor=Hotel.SecondFactor.EVERYBODY)
    return Membership.objects.filter(house | everybody, user=user).exists()


def lets_in(user: Any) -> bool:
    """Return whether somebody who is logged in needs nothing more; `user` as OTPMiddleware makes it."""
    return bool(user.is_verified() or not (has_one(user) or is_demanded(user)))


def begin(user: User) -> TOTPDevice:
    """Return the app's secret that a person is setting up; it counts for nothing before it is confirmed."""
    device, _created = TOTPDevice.objects.get_or_create(user=user, confirmed=False, defaults={"name": "app"})
    return device


@transaction.atomic
def confirm(user: User, code: str) -> tuple[TOTPDevice, list[str]] | None:
    """Let the app count from now on, in the place of an earlier one, and return it with new recovery codes.

    None where the code is wrong; raises TooSoon.
    """
    device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
    if device is None or not _counts(device, _plain(code)):
        return None
    forget(user, keep=device)
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    recovery = StaticDevice.objects.create(user=user, name="recovery")
    codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create([StaticToken(device=recovery, token=each) for each in codes])
    return device, codes


@transaction.atomic
def check(user: User, code: str) -> Device | None:
    """Return the device that a code came from, None where it is wrong; no code counts twice. Raises TooSoon."""
    given = _plain(code)
    model = TOTPDevice if _APP_CODE.fullmatch(given) else StaticDevice
    # Locked: two requests with one code at the same moment would both find it unused.
    device = model.objects.select_for_update().filter(user=user, confirmed=True).first()
    return device if device is not None and _counts(device, given) else None


def forget(user: User, *, keep: TOTPDevice | None = None) -> None:
    """Take a person's second factor away."""
    TOTPDevice.objects.filter(user=user).exclude(pk=keep.pk if keep else None).delete()
    StaticDevice.objects.filter(user=user).delete()


def _plain(code: str) -> str:
    return "".join(code.split()).lower()


def _counts(device: Any, code: str) -> bool:
    allowed, why = device.verify_is_allowed()
    if not allowed:
        raise TooSoon(why["locked_until"])
    return bool(device.verify_token(code))
