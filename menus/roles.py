"""Owns which roles do what in a hotel, for the admin and the staff's pages alike."""

from menus.models import Membership

Role = Membership.Role
HOUSE = frozenset({Role.OWNER, Role.MANAGER})
FRONT = HOUSE | {Role.RECEPTION}
CARDS = HOUSE | {Role.KITCHEN}
