"""Owns the truth that answers about allergens are held against; pure.

It is the safety rule of the hotel file written a second time, from the file's JSON and not from `menus.allergens`: a
slip in the product's rule must not be a slip in its judge as well.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]

_ANIMAL = ("milk", "eggs", "fish", "crustaceans", "molluscs")
_SEA = ("fish", "crustaceans", "molluscs")


class Referee:
    """One hotel file's dishes: what is declared of each, as ordered."""

    def __init__(self, hotel_file: Json) -> None:
        self.items: dict[str, Json] = {item["key"]: item for item in _items(hotel_file)}

    def status(self, key: str, code: str, options: Iterable[str] = ()) -> str:
        """Return contains, may_contain, unknown or free for one allergen in a dish with these options."""
        dish = self.items[key]
        ordered = [dish, *(option for option in dish.get("options", []) if option["key"] in set(options))]
        found = [declared(each, code) for each in ordered]
        return next(each for each in ("contains", "may_contain", "unknown", "free") if each in found)

    def is_free(self, key: str, codes: Iterable[str], options: Iterable[str] = ()) -> bool:
        """Return whether a dish, so ordered, is declared free of every one of these."""
        options = tuple(options)
        return all(self.status(key, code, options) == "free" for code in codes)

    def suits(self, key: str, diet: str) -> bool:
        """Return whether a dish may be offered for a diet; a vegan dish is vegetarian too."""
        dish = self.items[key]
        diets = set(dish.get("diets", []))
        meant = {"vegetarian", "vegan"} if diet == "vegetarian" else {diet}
        return bool(diets & meant) and not is_contradictory(dish)


def declared(thing: Json, code: str) -> str:
    """Return what a dish's or an option's own declaration says of one allergen."""
    listed: Json = thing.get("allergens") or {}
    group, _, child = code.partition(".")
    said = {status for each, status in listed.items() if each == code or each.startswith(code + ".")}
    if "contains" in said:
        return "contains"
    if "may_contain" in said:
        return "may_contain"
    if is_contradictory(thing):
        return "unknown"
    if child and listed.get(group) in ("contains", "may_contain"):
        # "Contains nuts" with no nut named could be any nut; beside "contains almonds" the almonds are meant.
        named = [each for each in listed if each.startswith(group + ".") and listed[each] == listed[group]]
        if not named:
            return "unknown"
    if listed.get(code) == "free" or (child and listed.get(group) == "free"):
        return "free"
    return "free" if thing.get("allergens_complete") else "unknown"


def is_contradictory(thing: Json) -> bool:
    """Return whether a declaration contradicts itself: a diet or a `free` group, and what rules it out."""
    listed: Json = thing.get("allergens") or {}
    contained = {code.partition(".")[0] for code, status in listed.items() if status == "contains"}
    diets = thing.get("diets") or []
    if "vegan" in diets and contained & set(_ANIMAL):
        return True
    if "vegetarian" in diets and contained & set(_SEA):
        return True
    return any(
        status != "free" and "." in code and listed.get(code.partition(".")[0]) == "free"
        for code, status in listed.items()
    )


def _items(hotel_file: Json) -> Iterator[Json]:
    for venue in hotel_file.get("venues", []):
        for menu in venue.get("menus", []):
            for section in menu.get("sections", []):
                yield from section.get("items", [])
