"""Owns the words that cells of a dish table are written in, and understanding what people write there; pure.

An allergen's word is one of a few that cannot be misread, in the words of the table, of the matrix, or in German; a
cross or a dash is asked back.
"""

import re
from collections.abc import Mapping
from typing import Any

from menus import allergen_names
from menus.allergens import CHILDREN, Status

YES, NO = "yes", "no"
STATUS_WORDS: Mapping[Status, str] = {
    Status.CONTAINS: "contains",
    Status.MAY_CONTAIN: "may contain",
    Status.FREE: "free",
    Status.UNKNOWN: "unknown",
}
_STATUSES: Mapping[str, Status] = {
    word: status
    for status, words in {
        Status.CONTAINS: "contains yes enthält ja",
        Status.MAY_CONTAIN: "may_contain may traces spuren",
        Status.FREE: "free no frei nein",
        Status.UNKNOWN: "unknown ? unbekannt",
    }.items()
    for word in words.split()
} | {"may contain": Status.MAY_CONTAIN, "kann enthalten": Status.MAY_CONTAIN, "free of it": Status.FREE}
_FLAGS: Mapping[str, bool] = dict.fromkeys(("yes", "ja", "true", "wahr", "1"), True) | dict.fromkeys(
    ("no", "nein", "false", "falsch", "0"), False
)
_PARTS = re.compile(r"[,;\n]")


class Unclear(Exception):
    """A cell that says nothing that is understood; the message is for whoever wrote it."""


def squeeze(text: str) -> str:
    """Return a text as it is compared: small letters, one space between words."""
    return " ".join(text.casefold().split())


def flag(cell: str) -> bool:
    """Return what a cell says of yes and no."""
    said = _FLAGS.get(squeeze(cell))
    if said is None:
        raise Unclear(f"{shown(cell)} is not understood here: write {YES} or {NO}.")
    return said


def statuses(cell: str, group: str) -> dict[str, Status]:
    """Return what a cell that is not empty says of a group, by code: of itself, and of the kinds that it names.

    An empty result is "unknown", said in so many words.
    """
    found: dict[str, Status] = {}
    for part in (each for each in _PARTS.split(cell) if each.strip()):
        name, colon, word = part.rpartition(":")
        code = _code(name, group) if colon else group
        status = _STATUSES.get(squeeze(word))
        if status is None:
            known = ", ".join(STATUS_WORDS.values())
            raise Unclear(f"{shown(word)} is not understood here: write one of {known}.")
        if code in found:
            raise Unclear(f"{allergen_names.name(code, 'en').capitalize()} is told twice here.")
        found[code] = status
    if not found:
        raise Unclear(f"{shown(cell)} is not understood here: write one of {', '.join(STATUS_WORDS.values())}.")
    return {code: status for code, status in found.items() if status is not Status.UNKNOWN}


def write_statuses(declared: Mapping[str, Status], group: str, language: str, *, complete: bool) -> str:
    """Return the cell of a group: its own status, and the kinds that are named; never empty.

    What a complete list leaves out is free, and told so.
    """
    parts = [STATUS_WORDS[declared[group]]] if group in declared else []
    parts += [
        f"{allergen_names.name(code, language)}: {STATUS_WORDS[declared[code]]}"
        for code in CHILDREN.get(group, ())
        if code in declared
    ]
    return ", ".join(parts) or STATUS_WORDS[Status.FREE if complete else Status.UNKNOWN]


def names_of(code: str) -> set[str]:
    """Return every name that an allergen is known by, squeezed."""
    said = {allergen_names.name(code, language) for language in allergen_names.languages()}
    return {squeeze(each) for each in (*said, code, code.rpartition(".")[2])}


def shown(text: str) -> str:
    """Return what somebody wrote, in quotation marks and not too long."""
    plain = " ".join(text.split())
    return f"“{plain if len(plain) <= 40 else plain[:39] + '…'}”"


def names_match(cell: str, thing: Any) -> bool:
    """Return whether a cell names a venue, a menu or a section: in any language, or by its key."""
    wanted = squeeze(cell)
    return wanted == getattr(thing, "key", None) or wanted in map(squeeze, thing.name.values())


def _code(name: str, group: str) -> str:
    wanted = squeeze(name)
    for code in (*CHILDREN.get(group, ()), group):
        if wanted in names_of(code):
            return code
    kinds = ", ".join(allergen_names.name(code, "en") for code in CHILDREN.get(group, ()))
    said = f"{shown(name)} is not understood here"
    raise Unclear(f"{said}: the kinds are {kinds}." if kinds else f"{said}: this allergen has no kinds.")
