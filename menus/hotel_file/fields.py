"""Owns taking typed values out of one JSON object of a hotel file; pure. Refuses keys that nobody asked for.

A getter that finds something wrong notes the problem and returns an empty value; `null` counts as left out.
"""

import datetime as dt
import re
from collections.abc import Collection, Iterator
from decimal import Decimal
from types import TracebackType
from typing import Self

from menus.allergens import CODES, Status
from menus.hotel_file.draft import Draft
from menus.hotel_file.problems import below
from menus.texts import Text

MAX_INTEGER = 2_147_483_647
MAX_PRICE = 9_999_999
_KEY = re.compile(r"[a-z0-9-]{1,64}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PRICE = re.compile(r"(-?)([0-9]{1,16})(?:\.([0-9]{1,16}))?")
_DECLARABLE = tuple(each.value for each in Status if each is not Status.UNKNOWN)
_MISSING = "This is required and must be given."
_BLANK = "This text is blank: write something or leave it out."


class Fields:
    """One JSON object being read: in a `with` block, at whose end the keys that were not asked for are refused."""

    def __init__(self, value: object, pointer: str, draft: Draft) -> None:
        self.pointer = pointer
        self._draft = draft
        self._values: dict[str, object] | None = value if isinstance(value, dict) else None
        self._asked: set[str] = set()
        if self._values is None:
            draft.refuse(pointer, _wrong_type("an object", value))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for key in self._values or ():
            if key not in self._asked:
                self.refuse(key, "This key is unknown here.")

    def at(self, key: str) -> str:
        """Return the pointer of a member."""
        return below(self.pointer, key)

    def refuse(self, key: str, sentence: str) -> None:
        """Note a problem with a member."""
        self._draft.refuse(self.at(key), sentence)

    def take(self, key: str, *, required: bool = False) -> object:
        """Return a member as it stands; what is no object misses nothing, its one problem is told already."""
        self._asked.add(key)
        if self._values is None:
            return None
        value = self._values.get(key)
        if value is None and required:
            self.refuse(key, _MISSING)
        return value

    def string(self, key: str, *, longest: int, required: bool = False) -> str:
        """Return a string of at most `longest` characters; an empty one counts as left out where it may be."""
        value = self._string(key, required=required)
        if value is None or (value == "" and not required):
            return ""
        if not value.strip():
            self.refuse(key, _BLANK)
        elif len(value) > longest:
            self.refuse(key, f"This has {len(value)} characters, at most {longest} are possible.")
        return value

    def word(self, key: str, known: Collection[str], *, required: bool = False) -> str:
        """Return a string that is one of the known ones."""
        value = self._string(key, required=required)
        if value is None:
            return ""
        if value not in known:
            self.refuse(key, _unknown(value, known))
        return value

    def words(self, key: str, known: Collection[str] | re.Pattern[str], *, required: bool = False) -> tuple[str, ...]:
        """Return a list of different strings; each is one of the known ones, or of a known form."""
        words = []
        for index, value in enumerate(self._list(key, required=required)):
            pointer = below(self.at(key), index)
            if not isinstance(value, str):
                self._draft.refuse(pointer, _wrong_type("a string", value))
            elif isinstance(known, re.Pattern) and not known.fullmatch(value):
                self._draft.refuse(pointer, f"{_shown(value)} is not well-formed.")
            elif not isinstance(known, re.Pattern) and value not in known:
                self._draft.refuse(pointer, _unknown(value, known))
            elif value in words:
                self._draft.refuse(pointer, f"{value!r} is listed twice.")
            else:
                words.append(value)
        return tuple(words)

    def key(self, name: str, kind: str) -> str:
        """Return a well-formed key that no other thing of its kind in this hotel has."""
        value = self._string(name, required=True)
        if value is None:
            return ""
        if not _KEY.fullmatch(value):
            self.refuse(name, "A key is 1 to 64 of the characters a-z, 0-9 and -.")
        else:
            self._draft.claim(kind, value, self.at(name))
        return value

    def text(self, key: str, *, required: bool = False) -> Text:
        """Return a text; a plain string is one in the hotel's default language."""
        return self._text(self.take(key, required=required), self.at(key), required=required)

    def texts(self, key: str) -> tuple[Text, ...]:
        """Return a list of texts."""
        texts = []
        for index, value in enumerate(self._list(key)):
            pointer = below(self.at(key), index)
            if value is None:
                self._draft.refuse(pointer, _wrong_type("a text", value))
            texts.append(self._text(value, pointer, required=True))
        return tuple(texts)

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return true or false."""
        value = self.take(key)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self.refuse(key, _wrong_type("true or false", value))
        return default

    def integer(self, key: str, *, highest: int = MAX_INTEGER) -> int | None:
        """Return a whole number from 0 up; `true` is none, although Python thinks so."""
        value = self.take(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.refuse(key, _wrong_type("a whole number", value))
            return None
        if not 0 <= value <= highest:
            self.refuse(key, f"This must be from 0 to {highest}.")
        return value

    def time(self, key: str, *, required: bool = False) -> dt.time | None:
        """Return a time of day, as in "07:30"."""
        value = self._string(key, required=required)
        if value is None:
            return None
        if not _TIME.fullmatch(value):
            self.refuse(key, f'{_shown(value)} is no time of day: write it from "00:00" to "23:59".')
            return None
        return dt.time.fromisoformat(value)

    def date(self, key: str) -> dt.date | None:
        """Return a date, as in "2026-12-25"."""
        value = self._string(key)
        if value is None:
            return None
        try:
            # Python reads more forms of ISO 8601 than a hotel file has.
            return dt.date.fromisoformat(value if _DATE.fullmatch(value) else "")
        except ValueError:
            self.refuse(key, f'{_shown(value)} is no date: write it as in "2026-12-25".')
            return None

    def price(self, key: str) -> Decimal | None:
        """Return a price in the hotel's currency, normalized as prices read from rows are."""
        value = self._string(key, expected='a string, as in "14.50"')
        if value is None:
            return None
        found = _PRICE.fullmatch(value)
        if found is None:
            self.refuse(key, f'{_shown(value)} is no price: write it as in "14.50".')
            return None
        sign, whole, decimals = found.groups()
        if sign:
            self.refuse(key, "A price must not be negative.")
        elif int(whole) > MAX_PRICE:
            self.refuse(key, f"A price is at most {MAX_PRICE}.")
        elif self._draft.decimals is not None and len(decimals or "") > self._draft.decimals:
            self.refuse(key, f"The hotel's currency has {self._draft.decimals} decimals, this price has more.")
        return Decimal(value).normalize() + 0

    def statuses(self, key: str) -> dict[str, Status]:
        """Return the declared statuses by allergen code."""
        value = self.take(key)
        if value is None:
            return {}
        with Fields(value, self.at(key), self._draft) as declared:
            named = value if isinstance(value, dict) else {}
            found = {code: declared.word(code, _DECLARABLE) for code in CODES if code in named}
        return {code: Status(status) for code, status in found.items() if status in _DECLARABLE}

    def member(self, key: str) -> "Fields":
        """Return a required object; where it is missing, what it lacks is not told again."""
        value = self.take(key, required=True)
        return Fields({}, self.at(key), Draft()) if value is None else Fields(value, self.at(key), self._draft)

    def objects(self, key: str) -> Iterator["Fields"]:
        """Yield each object of a list."""
        for index, value in enumerate(self._list(key)):
            yield Fields(value, below(self.at(key), index), self._draft)

    def _string(self, key: str, *, required: bool = False, expected: str = "a string") -> str | None:
        value = self.take(key, required=required)
        if value is None or isinstance(value, str):
            return value
        self.refuse(key, _wrong_type(expected, value))
        return None

    def _list(self, key: str, *, required: bool = False) -> list[object]:
        value = self.take(key, required=required)
        if value is None or isinstance(value, list):
            return value or []
        self.refuse(key, _wrong_type("a list", value))
        return []

    def _text(self, value: object, pointer: str, *, required: bool) -> Text:
        if isinstance(value, str):
            self._refuse_blank(value, pointer)
            return {self._draft.default_language: value}
        if isinstance(value, dict):
            return self._translations(value, pointer, required=required)
        if value is not None:
            self._draft.refuse(pointer, _wrong_type("a text (a string, or an object of strings by language)", value))
        return {}

    def _translations(self, value: dict[str, object], pointer: str, *, required: bool) -> Text:
        given = {language: text for language, text in value.items() if text is not None}
        if required and not given:
            self._draft.refuse(pointer, _MISSING)
        text = {}
        for language, translation in given.items():
            place = below(pointer, language)
            if self._draft.languages and language not in self._draft.languages:
                self._draft.refuse(place, f"{_shown(language)} is not one of the hotel's languages.")
            if isinstance(translation, str):
                self._refuse_blank(translation, place)
                text[language] = translation
            else:
                self._draft.refuse(place, _wrong_type("a string", translation))
        return text

    def _refuse_blank(self, text: str, pointer: str) -> None:
        if not text.strip():
            self._draft.refuse(pointer, _BLANK)


def _shown(value: str) -> str:
    return repr(value if len(value) <= 40 else value[:39] + "…")


def _unknown(value: str, known: Collection[str]) -> str:
    choice = f": it must be one of {', '.join(known)}" if len(known) <= 16 else ""
    return f"{_shown(value)} is not known here{choice}."


def _wrong_type(expected: str, value: object) -> str:
    names = {str: "a string", bool: "true or false", list: "a list", type(None): "null", int: "a number"}
    found = next((name for kind, name in names.items() if type(value) is kind), None)
    return f"This must be {expected}, not {found or ('an object' if isinstance(value, dict) else 'a number')}."
