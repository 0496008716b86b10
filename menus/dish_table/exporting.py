"""Owns writing a hotel's dishes as a table; pure."""

from collections.abc import Collection, Iterator
from decimal import Decimal

from menus import spreadsheets
from menus.content import Content
from menus.dish_table.columns import cells, columns

_STAYS_IN_SIGHT = 5  # up to the dish's name in the hotel's language


def as_csv(content: Content, keys: Collection[str] | None = None) -> str:
    """Return the dishes with these keys, or all, in the order of the menus, as CSV."""
    return spreadsheets.as_csv([each.heading for each in columns(content)], _rows(content, keys))


def as_xlsx(content: Content, keys: Collection[str] | None = None) -> bytes:
    """Return the same as a workbook, in which yes, no and the allergens' words are offered."""
    known = columns(content)
    choices = {index: each.choices for index, each in enumerate(known) if each.choices}
    heading = [each.heading for each in known]
    return spreadsheets.as_xlsx(heading, _rows(content, keys), choices, stays=_STAYS_IN_SIGHT)


def _rows(content: Content, keys: Collection[str] | None) -> Iterator[list[str | Decimal | None]]:
    known = columns(content)
    for key, offer in content.offers.items():
        if keys is None or key in keys:
            yield cells(offer, known)
