"""Owns what the allergen cells of a row declare; pure. An empty cell never says that a dish is free of something.

What a person left empty takes back that the dish is free of it, and takes no warning away: that has to be said, by
"unknown". A list is complete only where every allergen is written out, because what it leaves out would be free.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from menus.allergens import CHILDREN, CODES, DIETS, GROUPS, Declaration, Status, contradictions, status, suits
from menus.content import Offer
from menus.dish_table.cells import Reader
from menus.dish_table.columns import COMPLETE, DIETS_COLUMN, Column
from menus.dish_table.told import Told

_Said = Mapping[str, Mapping[str, Status] | None]
_BEST_LAST = (Status.CONTAINS, Status.MAY_CONTAIN, Status.UNKNOWN, Status.FREE)


def declare(told: Told, reader: Reader, before: Offer | None) -> Declaration:
    """Return what a dish declares once a row is taken in; what is wrong is noted at the row."""
    old = before.item.declaration if before else Declaration()
    said: _Said = {
        group: told.value(partial(reader.statuses, group=group), "allergen", None, None, part=group)
        for group in GROUPS
        if told.has("allergen", group)
    }
    # Left empty it is not complete: only a yes says that what is missing is not in the dish.
    complete = bool(told.value(reader.flag, COMPLETE, False, None)) if told.has(COMPLETE) else old.complete
    statuses = dict(old.statuses)
    for group, declared in said.items():
        codes = codes_of(group)
        was_left_out = old.complete and not any(code in statuses for code in codes)
        kept = {code: statuses.pop(code) for code in codes if code in statuses}
        if declared is None:
            declared = {code: each for code, each in kept.items() if each is not Status.FREE}
        if not (complete and was_left_out and declared == {group: Status.FREE}):
            statuses.update(declared)
    if complete and (not old.complete or told.differs(before, "allergen")):
        _refuse_silence(told, old, said)
    diets = told.value(reader.diets, DIETS_COLUMN, old.diets, before) or ()
    return Declaration(statuses=statuses, complete=complete, diets=diets)


def codes_of(group: str) -> tuple[str, ...]:
    """Return a group with its named kinds."""
    return (group, *CHILDREN.get(group, ()))


def eases(column: Column, old: Declaration, new: Declaration) -> bool:
    """Return whether a guest would be warned less, or offered the dish for a diet, after a column has changed."""
    if contradictions(old) and not contradictions(new) and _warns_less(old, new, CODES):
        return True  # until now guests were told that it is free of nothing
    if column.code == "allergen":
        return _warns_less(old, new, codes_of(column.part))
    if column.code == COMPLETE:
        return _warns_less(old, new, CODES)
    return any(suits(new, diet) and not suits(old, diet) for diet in DIETS)


def _warns_less(old: Declaration, new: Declaration, codes: Sequence[str]) -> bool:
    return any(_BEST_LAST.index(status(new, code)) > _BEST_LAST.index(status(old, code)) for code in codes)


def _refuse_silence(told: Told, old: Declaration, said: _Said) -> None:
    """Refuse a complete list that was not written out."""
    for group in GROUPS:
        if group not in said:
            if not old.complete and not any(code in old.statuses for code in codes_of(group)):
                told.refuse(COMPLETE, "A list is complete only where the table has a column for each allergen.")
        elif not said[group]:
            told.refuse(
                "allergen",
                "“List is complete” says yes, so each allergen is to be written out: contains, may contain or free.",
                group,
            )
