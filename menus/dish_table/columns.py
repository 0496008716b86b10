"""Owns which columns a dish table has, what they are called, and what a dish says in each; pure.

A column is recognised by its heading, wherever it stands; the allergens in every language that they have names in.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from menus.allergen_names import name as allergen_name
from menus.allergens import DIETS, GROUPS, Status
from menus.content import Content, Offer
from menus.dish_table.words import NO, STATUS_WORDS, YES, names_of, squeeze, write_statuses
from menus.hotel_file.writing import write_price
from menus.texts import Text, pick

COMPLETE = "complete"
DIETS_COLUMN = "diets"
WHERE = ("venue", "menu", "section")


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column; `part` is an allergen's code or a language where there are several of a kind."""

    code: str
    part: str = ""
    heading: str
    show: Callable[[Offer], str]
    also: frozenset[str] = frozenset()
    choices: tuple[str, ...] = ()
    is_number: bool = False

    @property
    def is_safety(self) -> bool:
        """Whether somebody may be harmed where it is wrong."""
        return self.code in {"allergen", COMPLETE, DIETS_COLUMN}

    def is_called(self, heading: str) -> bool:
        """Return whether a heading means this column."""
        said = squeeze(heading)
        return said == squeeze(self.heading) or said in self.also


def columns(content: Content) -> tuple[Column, ...]:
    """Return the columns of a hotel's table in their order."""
    language = content.default_language
    spoken = tuple(dict.fromkeys((language, *content.languages)))
    return (
        Column(code="venue", heading="Venue", show=lambda offer: pick(offer.venue.name, language)),
        Column(code="menu", heading="Menu", show=lambda offer: pick(offer.menu.name, language)),
        Column(code="section", heading="Section", show=lambda offer: pick(offer.section.name, language)),
        Column(code="key", heading="Key", show=lambda offer: offer.item.key),
        *(_texts("name", "Name", code, lambda offer: offer.item.name) for code in spoken),
        *(_texts("description", "Description", code, lambda offer: offer.item.description) for code in spoken),
        Column(
            code="price",
            heading=f"Price ({content.currency})",
            show=lambda offer: _price(offer.item.price, content.currency),
            also=frozenset({"price"}),
            is_number=True,
        ),
        Column(code="portion", heading="Portion", show=lambda offer: offer.item.portion),
        Column(
            code="available",
            heading="Available",
            show=lambda offer: YES if offer.item.available else NO,
            choices=(YES, NO),
        ),
        Column(
            code=DIETS_COLUMN,
            heading="Diets",
            show=lambda offer: ", ".join(diet for diet in DIETS if diet in offer.item.declaration.diets),
        ),
        Column(
            code="spiciness",
            heading="Spiciness (0–3)",
            show=lambda offer: _number(offer.item.spiciness),
            also=frozenset({"spiciness", "spiciness (0-3)"}),
            is_number=True,
        ),
        Column(code="calories", heading="Calories", show=lambda offer: _number(offer.item.calories), is_number=True),
        *(_allergen(group, language) for group in GROUPS),
        Column(
            code=COMPLETE,
            heading="List is complete",
            show=lambda offer: YES if offer.item.declaration.complete else NO,
            choices=(YES, NO),
        ),
    )


def cells(offer: Offer, shown: Sequence[Column]) -> list[str | Decimal | None]:
    """Return a dish's row."""
    row: list[str | Decimal | None] = []
    for column in shown:
        text = column.show(offer)
        row.append((Decimal(text) if text else None) if column.is_number else text)
    return row


def _texts(code: str, called: str, language: str, of: Callable[[Offer], Text]) -> Column:
    return Column(
        code=code, part=language, heading=f"{called} ({language})", show=lambda offer: of(offer).get(language, "")
    )


def _allergen(group: str, language: str) -> Column:
    def show(offer: Offer) -> str:
        declared = offer.item.declaration
        return write_statuses(declared.statuses, group, language, complete=declared.complete)

    return Column(
        code="allergen",
        part=group,
        heading=allergen_name(group, language).capitalize(),
        show=show,
        also=frozenset(names_of(group)),
        choices=tuple(STATUS_WORDS[each] for each in (*_DECLARED, Status.UNKNOWN)),
    )


_DECLARED = (Status.CONTAINS, Status.MAY_CONTAIN, Status.FREE)


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _price(price: Decimal | None, currency: str) -> str:
    return "" if price is None else write_price(price, currency)
