"""Owns taking a dish table in: what was looked at and nothing else, in one transaction, by the hotel file's own way."""

from collections.abc import Sequence

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.db import transaction

from menus import hotel_file
from menus.content import load
from menus.dish_table.plan import Plan
from menus.dish_table.planning import plan
from menus.matrix import DECLARED
from menus.models import Hotel, MenuItem, User
from menus.spreadsheets import Row

TAKEN_IN = "Taken from a table."


class DishesHaveChanged(Exception):
    """The table would do something else now than what was looked at; nothing was done."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("The dishes have changed since the table was looked at.")
        self.plan = plan


def put(hotel: Hotel, table: Sequence[Row], seen: str, person: User) -> Plan:
    """Do what a table says, where that is what a person has seen, by its mark; return it.

    Raises DishesHaveChanged, or django.db.Error where the database refuses a row. The number of queries does not grow
    with the rows, but for batches of 200.
    """
    touched = [each.key for each in _as_seen(hotel, table, seen).changed]
    with transaction.atomic():
        # First the dishes, then the hotel, as whoever edits a dish takes them: nobody waits for one another in a ring.
        list(MenuItem.objects.select_for_update().filter(hotel=hotel, key__in=touched).order_by("pk").values("pk"))
        # Whoever changes anything of the hotel from here on waits, so the plan is made of what is written to.
        Hotel.objects.select_for_update(no_key=True).get(pk=hotel.pk)
        found = _as_seen(hotel, table, seen)
        hotel_file.apply(found.content)
        _note(hotel, found, person)
    return found


def _as_seen(hotel: Hotel, table: Sequence[Row], seen: str) -> Plan:
    content = load(hotel.pk)
    assert content is not None
    found = plan(content, table)
    if found.mark != seen:
        raise DishesHaveChanged(found)
    return found


def _note(hotel: Hotel, done: Plan, person: User) -> None:
    rows = {row.key: row for row in MenuItem.objects.filter(hotel=hotel, key__in=[each.key for each in done.entries])}
    for entries, flag, note in (
        (done.new, ADDITION, TAKEN_IN),
        (done.changed, CHANGE, TAKEN_IN),
        (done.safety, CHANGE, DECLARED),
    ):
        noted = [rows[each.key] for each in entries]
        if noted:
            LogEntry.objects.log_actions(person.pk, noted, flag, change_message=note)
