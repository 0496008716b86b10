"""Owns the one signal by which content tells that it changed in bulk; row edits speak by Django's own signals."""

from django.dispatch import Signal

# Sent inside the import's transaction with `hotel_id`; a receiver returns how many passages it embedded.
hotel_replaced = Signal()
