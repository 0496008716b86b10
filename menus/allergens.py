"""Owns the allergen codes and the one safety rule; pure. Refuses to guess: what nobody declared is unknown.

Codes follow Regulation (EU) 1169/2011, Annex II: fourteen groups, of which `gluten` and `nuts` have named children.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

CHILDREN: Mapping[str, tuple[str, ...]] = {
    "gluten": tuple(f"gluten.{cereal}" for cereal in ("wheat", "rye", "barley", "oats", "spelt", "khorasan")),
    "nuts": tuple(
        f"nuts.{nut}" for nut in ("almond", "hazelnut", "walnut", "cashew", "pecan", "brazil", "pistachio", "macadamia")
    ),
}
GROUPS: tuple[str, ...] = (
    "gluten",
    "crustaceans",
    "eggs",
    "fish",
    "peanuts",
    "soybeans",
    "milk",
    "nuts",
    "celery",
    "mustard",
    "sesame",
    "sulphites",
    "lupin",
    "molluscs",
)
CODES: tuple[str, ...] = tuple(code for group in GROUPS for code in (group, *CHILDREN.get(group, ())))
DIETS: tuple[str, ...] = ("vegan", "vegetarian", "halal", "kosher")
# What a diet's own definition rules out, as far as the fourteen groups can say it.
EXCLUDED_BY_DIET: Mapping[str, tuple[str, ...]] = {
    "vegan": ("milk", "eggs", "fish", "crustaceans", "molluscs"),
    "vegetarian": ("fish", "crustaceans", "molluscs"),
}


class Status(StrEnum):
    """What the kitchen has said about one allergen in one dish."""

    CONTAINS = "contains"
    MAY_CONTAIN = "may_contain"
    UNKNOWN = "unknown"
    FREE = "free"


_WORST_FIRST = (Status.CONTAINS, Status.MAY_CONTAIN, Status.UNKNOWN, Status.FREE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Declaration:
    """What was declared for a dish or an option: statuses by code, and whether the list is complete."""

    statuses: Mapping[str, Status] = field(default_factory=dict)
    complete: bool = False
    diets: tuple[str, ...] = ()


def parent(code: str) -> str | None:
    """Return the group of a named cereal or nut, or None for a group."""
    group, _, child = code.partition(".")
    return group if child else None


def contradictions(declaration: Declaration) -> list[str]:
    """Return each way in which a declaration contradicts itself, as English sentences for staff."""
    found = [
        f"declared {diet}, yet contains {group}"
        for diet, groups in EXCLUDED_BY_DIET.items()
        if diet in declaration.diets
        for group in groups
        if _listed(declaration, group) is Status.CONTAINS
    ]
    found += [
        f"declared free of {group}, yet {child} is declared as {declaration.statuses[child]}"
        for group, children in CHILDREN.items()
        if declaration.statuses.get(group) is Status.FREE
        for child in children
        if declaration.statuses.get(child, Status.FREE) is not Status.FREE
    ]
    return found


def status(dish: Declaration, code: str, options: Iterable[Declaration] = ()) -> Status:
    """Return the status of one allergen in a dish as ordered with these options.

    The worst of the dish and each option counts. Only a declared `free`, or a complete list that leaves the
    allergen out, is free; anything else that is not declared is unknown, and unknown is never safe.
    Raises ValueError for a code that is none: a complete list says nothing about what it cannot name.
    """
    if code not in CODES:
        raise ValueError(f"{code!r} is no allergen code")
    found = {_status(declaration, code) for declaration in (dish, *options)}
    return next(each for each in _WORST_FIRST if each in found)


def is_safe(dish: Declaration, codes: Iterable[str], options: Iterable[Declaration] = ()) -> bool:
    """Return whether the kitchen declared the dish, so ordered, free of every one of these allergens.

    Of no allergens, every dish is free: an allergy that was not understood must never come here as an empty list.
    """
    options = tuple(options)
    return all(status(dish, code, options) is Status.FREE for code in codes)


def suits(declaration: Declaration, diet: str) -> bool:
    """Return whether a dish may be offered for a diet; vegan dishes are vegetarian, contradictory ones are nothing."""
    declared = diet in declaration.diets or (diet == "vegetarian" and "vegan" in declaration.diets)
    return declared and not _contradicts_itself(declaration)


def _contradicts_itself(declaration: Declaration) -> bool:
    # Most dishes are declared for no diet and free of no group, and then there is nothing to contradict.
    may = bool(declaration.diets) or Status.FREE in declaration.statuses.values()
    return may and _is_contradiction(declaration.diets, frozenset(declaration.statuses.items()))


@lru_cache(maxsize=4096)  # by all that was declared and nothing else: a long menu is asked of each allergen and diet
def _is_contradiction(diets: tuple[str, ...], statuses: frozenset[tuple[str, Status]]) -> bool:
    return bool(contradictions(Declaration(statuses=dict(statuses), diets=diets)))


def _status(declaration: Declaration, code: str) -> Status:
    listed = _listed(declaration, code)
    if listed in {Status.CONTAINS, Status.MAY_CONTAIN}:
        return listed
    if _contradicts_itself(declaration) or _group_leaves_child_open(declaration, code):
        return Status.UNKNOWN
    if listed is Status.FREE or declaration.complete:
        return Status.FREE
    return Status.UNKNOWN


def _listed(declaration: Declaration, code: str) -> Status | None:
    """Return what the list itself says: a child speaks for its group upwards, a free group for its children."""
    own = declaration.statuses.get(code)
    named = [own, *map(declaration.statuses.get, CHILDREN[code])] if code in CHILDREN else [own]
    if Status.CONTAINS in named:
        return Status.CONTAINS
    if Status.MAY_CONTAIN in named:
        return Status.MAY_CONTAIN
    if own is Status.FREE or declaration.statuses.get(parent(code) or "") is Status.FREE:
        return Status.FREE
    return None


def _group_leaves_child_open(declaration: Declaration, code: str) -> bool:
    """Return whether the group is present without saying which child it is, so that it could be this one."""
    group = parent(code)
    if group is None or declaration.statuses.get(group) not in {Status.CONTAINS, Status.MAY_CONTAIN}:
        return False
    own = declaration.statuses[group]
    # "May contain nuts" beside "contains almonds" speaks of other nuts than almonds, and does not say which.
    return not any(declaration.statuses.get(child) is own for child in CHILDREN[group])
