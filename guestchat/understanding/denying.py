"""Owns the plain words that take something away, in any language. Pure."""

_TAKING_AWAY = "no not without kein keine keinen nicht ohne pas sans sin"
DENYING = frozenset(_TAKING_AWAY.split())
