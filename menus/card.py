"""Owns a venue's menu card as a guest reads it: chosen dishes in words, and an honest count of what was left out; pure.

Whether a dish is safe or suits a diet is decided by `menus.allergens` alone.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from menus import content as rows
from menus.allergen_names import name as allergen_name
from menus.allergens import (
    CHILDREN,
    CODES,
    DIETS,
    GROUPS,
    Declaration,
    Status,
    contradictions,
    is_safe,
    parent,
    status,
    suits,
)
from menus.menu_words import counted, words
from menus.prices import format_price
from menus.texts import pick


class Query(Protocol):
    """What of a request's query is read: every value of a name, as of Django's QueryDict."""

    def getlist(self, key: str) -> Sequence[str]: ...


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a guest chose: suits every one of `diets`, free of every one of `without`; `unknown` was not understood."""

    diets: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.diets or self.without)

    def fits(self, dish: Declaration) -> bool:
        """Return whether the kitchen's declaration allows offering a dish, or an option, under this choice."""
        return all(suits(dish, diet) for diet in self.diets) and is_safe(dish, self.without)


@dataclass(frozen=True, kw_only=True)
class Declared:
    """A declaration in words: `state` is complete, free, incomplete or contradictory."""

    contains: tuple[str, ...]
    may_contain: tuple[str, ...]
    state: str


@dataclass(frozen=True, kw_only=True)
class Extra:
    """An option in words."""

    name: str
    price: str
    declared: Declared


@dataclass(frozen=True, kw_only=True)
class Dish:
    """A dish in words; `diets` are (code, name)."""

    key: str
    name: str
    description: str
    price: str
    portion: str
    calories: str
    spiciness: str
    confirmed: str
    available: bool
    diets: tuple[tuple[str, str], ...]
    declared: Declared
    options: tuple[Extra, ...]
    options_left_out: str


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A section with the dishes that fit."""

    name: str
    dishes: tuple[Dish, ...]


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many dishes there are, fit, and were left out for which reason; every dish is counted once."""

    total: int
    shown: int
    left_out: Mapping[str, int]

    def sentences(self, choice: Choice, language: str) -> list[str]:
        """Return a sentence for each reason that left out a dish."""
        said = words(language)
        diets = ", ".join(said["diets"][diet].lower() for diet in choice.diets)
        return [
            counted(said[f"left_out_{reason}"], number, diets=diets)
            for reason, number in self.left_out.items()
            if number
        ]


def read_choice(query: Query) -> Choice:
    """Return the choice in a query's `diet` and `without`; a value that is neither is kept as unknown."""
    diets = [value.strip().lower() for value in query.getlist("diet") if value.strip()]
    without = [value.strip().lower() for value in query.getlist("without") if value.strip()]
    unknown = [each for each in diets if each not in DIETS] + [each for each in without if each not in CODES]
    return Choice(
        diets=tuple(diet for diet in DIETS if diet in diets),
        without=tuple(code for code in CODES if code in without),
        unknown=tuple(dict.fromkeys(unknown)),
    )


def tally(items: Iterable[rows.Item], choice: Choice) -> Tally:
    """Count what fits and, of the rest, each dish under its gravest reason."""
    left_out: Counter[str] = Counter()
    total = 0
    for item in items:
        total += 1
        if not choice.fits(item.declaration):
            left_out[_reason(item.declaration, choice)] += 1
    reasons = ("diet", "contains", "may_contain", "unknown")
    return Tally(total=total, shown=total - left_out.total(), left_out={each: left_out[each] for each in reasons})


def headings(menu: rows.Menu, choice: Choice, hotel: rows.Content, language: str) -> tuple[Heading, ...]:
    """Return a menu's sections with the dishes that fit, leaving out sections in which none does."""
    found = (
        Heading(
            name=pick(section.name, language, hotel.default_language),
            dishes=tuple(
                dish(item, choice, hotel, language) for item in section.items if choice.fits(item.declaration)
            ),
        )
        for section in menu.sections
    )
    return tuple(each for each in found if each.dishes)


def dish(item: rows.Item, choice: Choice, hotel: rows.Content, language: str) -> Dish:
    """Return a dish in words, with the options that fit the choice too."""
    said = words(language)
    fitting = [each for each in item.options if is_safe(each.declaration, choice.without)]
    missing = len(item.options) - len(fitting)
    confirmed = item.allergens_confirmed_on
    return Dish(
        key=item.key,
        name=pick(item.name, language, hotel.default_language),
        description=pick(item.description, language, hotel.default_language),
        price=price(item.price, hotel, language),
        portion=item.portion,
        calories="" if item.calories is None else said["calories"].format(n=item.calories),
        spiciness="" if not item.spiciness else said["spiciness"][item.spiciness],
        confirmed="" if confirmed is None else said["confirmed"].format(date=date_in(confirmed, language)),
        available=item.available,
        diets=tuple((diet, said["diets"][diet]) for diet in DIETS if suits(item.declaration, diet)),
        declared=in_words(item.declaration, language),
        options=tuple(
            Extra(
                name=pick(each.name, language, hotel.default_language),
                price=price(each.price, hotel, language),
                declared=in_words(each.declaration, language),
            )
            for each in fitting
        ),
        options_left_out=counted(said["left_out_options"], missing) if missing else "",
    )


def in_words(declaration: Declaration, language: str) -> Declared:
    """Return what a declaration says of the fourteen groups, naming the cereal or nut where it is named."""
    if contradictions(declaration):
        state = "contradictory"
    elif all(status(declaration, group) is Status.FREE for group in GROUPS):
        state = "free"
    else:
        state = "incomplete" if any(status(declaration, code) is Status.UNKNOWN for code in GROUPS) else "complete"
    return Declared(
        contains=_names(declaration, Status.CONTAINS, language),
        may_contain=_names(declaration, Status.MAY_CONTAIN, language),
        state=state,
    )


def price(amount: Any, hotel: rows.Content, language: str) -> str:
    """Return a price in words, or an empty string where none was written."""
    if amount is None:
        return ""
    return format_price(amount, hotel.currency, language) if amount else str(words(language)["free_price"])


def date_in(day: Any, language: str) -> str:
    """Return a date as a reader of the language writes it."""
    return str(words(language)["date"].format(day=f"{day.day:02}", month=f"{day.month:02}", year=day.year))


def _names(declaration: Declaration, wanted: Status, language: str) -> tuple[str, ...]:
    """Return the groups of a status, such as “milk” and “gluten (wheat, rye)” where the cereals are named."""
    found = []
    for group in GROUPS:
        children = [child for child in CHILDREN.get(group, ()) if status(declaration, child) is wanted]
        if children:
            kinds = ", ".join(allergen_name(child, language) for child in children)
            found.append(f"{_short(group, language)} ({kinds})")
        elif status(declaration, group) is wanted:
            found.append(allergen_name(group, language))
    return tuple(found)


def _short(group: str, language: str) -> str:
    return allergen_name(group, language).partition(" (")[0]


def _reason(declaration: Declaration, choice: Choice) -> str:
    if not all(suits(declaration, diet) for diet in choice.diets):
        return "diet"
    found = {status(declaration, code) for code in choice.without}
    return next(each.value for each in (Status.CONTAINS, Status.MAY_CONTAIN, Status.UNKNOWN) if each in found)


def choice_in_words(choice: Choice, language: str) -> str:
    """Return a choice such as “Vegetarian · without milk, egg”, or an empty string where nothing was chosen."""
    said = words(language)
    parts = [", ".join(said["diets"][diet] for diet in choice.diets)]
    if choice.without:
        parts.append(f"{said['without'].lower()} {', '.join(allergen_name(code, language) for code in choice.without)}")
    return " · ".join(part for part in parts if part)


def filter_codes(choice: Choice) -> tuple[str, ...]:
    """Return the allergens that the form offers: the groups, and whichever cereal or nut was chosen by a link."""
    return tuple(code for code in CODES if parent(code) is None or code in choice.without)
