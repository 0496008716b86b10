"""Owns the step from bytes to JSON values. Refuses what a JSON parser lets pass and the database would not."""

import json
import math
import re
from collections import Counter

from menus.hotel_file.problems import HotelFileError, Problem, below, note

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 24  # the deepest value of a valid file, an option's allergen, lies at 12
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class _Object(dict[str, object]):
    """A JSON object that remembers which of its keys were given more than once."""

    repeated: tuple[str, ...] = ()


def parse(document: bytes | str) -> tuple[object, list[Problem]]:
    """Return the JSON value with the problems that have a place in it.

    Raises HotelFileError where there is no value at all: too large, not UTF-8, not JSON, nested beyond parsing.
    """
    if len(document) > MAX_BYTES:
        raise _refusal(f"A hotel file has at most {MAX_BYTES // 1024 // 1024} MB.")
    text = document if isinstance(document, str) else _decode(document)
    try:
        value: object = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_object, parse_int=_integer)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise _refusal(f"This is not JSON ({place}): {error.msg.removesuffix(' at')}.") from error
    except RecursionError as error:
        raise _refusal("The values are nested too deeply.") from error
    problems: list[Problem] = []
    _check(value, "", 0, problems)
    return value, problems


def _refusal(sentence: str) -> HotelFileError:
    return HotelFileError([Problem(pointer="", sentence=sentence)])


def _decode(document: bytes) -> str:
    try:
        return document.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refusal(f"This is not UTF-8: byte {error.start} cannot be read.") from error


def _object(pairs: list[tuple[str, object]]) -> _Object:
    value = _Object(pairs)
    if len(value) < len(pairs):
        value.repeated = tuple(key for key, times in Counter(key for key, _value in pairs).items() if times > 1)
    return value


def _integer(digits: str) -> int | float:
    # Python refuses to parse thousands of digits; as an infinity such a number is reported at its own place.
    return int(digits) if len(digits) < 1000 else math.inf


def _check(value: object, pointer: str, depth: int, problems: list[Problem]) -> None:
    """Collect repeated keys, numbers and characters that cannot be kept, and nesting that is too deep."""

    def refuse(sentence: str) -> None:
        note(problems, Problem(pointer=pointer, sentence=sentence))

    if isinstance(value, float) and not math.isfinite(value):
        refuse("This number is not finite, or too large.")
    elif isinstance(value, str) and _UNSTORABLE.search(value):
        refuse("This text has a NUL character or half a character (a lone surrogate).")
    elif isinstance(value, dict | list) and depth == MAX_DEPTH:
        refuse("The values are nested too deeply.")
    elif isinstance(value, list):
        for index, element in enumerate(value):
            _check(element, below(pointer, index), depth + 1, problems)
    elif isinstance(value, _Object):
        for key in value.repeated:
            sentence = "This key is given more than once in one object."
            note(problems, Problem(pointer=below(pointer, key), sentence=sentence))
        for key, member in value.items():
            _check(member, below(pointer, key), depth + 1, problems)
