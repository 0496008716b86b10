"""Owns what a cell of a dish table becomes; pure. It has to be what a hotel file may say, told in the same words."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from menus.allergens import DIETS, Status
from menus.content import Content
from menus.dish_table.words import Unclear, flag, shown, squeeze, statuses
from menus.hotel_file.currencies import DECIMALS
from menus.hotel_file.draft import Draft
from menus.hotel_file.fields import Fields
from menus.prices import SYMBOLS

T = TypeVar("T")
_CELL = "cell"
_DIET_WORDS = {"vegetarisch": "vegetarian", "koscher": "kosher"}


class Reader:
    """Reads the cells of one hotel; each method takes a cell that is not empty and raises Unclear."""

    def __init__(self, content: Content) -> None:
        self._content = content

    def key(self, cell: str) -> str:
        """Return a dish's key."""
        return self._checked(cell, lambda fields: fields.key(_CELL, "item"))

    def text(self, cell: str) -> str:
        """Return a text."""
        return cell

    def portion(self, cell: str) -> str:
        """Return a portion."""
        return self._checked(cell, lambda fields: fields.string(_CELL, longest=64))

    def price(self, cell: str) -> Decimal | None:
        """Return a price, written with a point or a comma, with or without the hotel's own currency."""
        amount = squeeze(cell)
        for sign in (self._content.currency, SYMBOLS.get(self._content.currency, "")):
            amount = amount.removeprefix(squeeze(sign)).removesuffix(squeeze(sign)).strip()
        plain = amount.replace(",", ".") if amount.count(",") + amount.count(".") == 1 else amount
        try:
            return self._checked(plain, lambda fields: fields.price(_CELL))
        except Unclear as unclear:
            # It is told of what stands in the cell.
            raise Unclear(str(unclear).replace(repr(plain), shown(cell))) from None

    def spiciness(self, cell: str) -> int | None:
        """Return how spicy a dish is."""
        return self._checked(_integer(cell), lambda fields: fields.integer(_CELL, highest=3))

    def calories(self, cell: str) -> int | None:
        """Return a dish's calories."""
        return self._checked(_integer(cell), lambda fields: fields.integer(_CELL))

    def diets(self, cell: str) -> tuple[str, ...]:
        """Return the diets that a dish is declared for."""
        said = [squeeze(each) for each in re.split(r"[,;\n]", cell) if each.strip()]
        return self._checked([_DIET_WORDS.get(each, each) for each in said], lambda fields: fields.words(_CELL, DIETS))

    def flag(self, cell: str) -> bool:
        """Return yes or no."""
        return flag(cell)

    def statuses(self, cell: str, group: str) -> dict[str, Status]:
        """Return what is declared of a group."""
        return statuses(cell, group)

    def _checked(self, value: object, read: Callable[[Fields], T]) -> T:
        draft = Draft(decimals=DECIMALS.get(self._content.currency))
        found = read(Fields({_CELL: value}, "", draft))
        if draft.problems:
            raise Unclear(draft.problems[0].sentence)
        return found


def _integer(cell: str) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", cell):
        raise Unclear(f"{shown(cell)} is no whole number.")
    return int(cell)
