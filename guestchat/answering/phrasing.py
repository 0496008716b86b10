"""Owns the assistant's own words and how times, days, prices and lists are written in each language; pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import rtoml
from django.utils import formats, translation

from guestchat.understanding.when import DAYS
from menus.hotel_file.currencies import DECIMALS

LANGUAGES = ("en", "de", "fr", "es")
_FOLDER = Path(__file__).parent / "phrases"
# Django's plain "en" writes dates as Americans do; most guests who write English here do not.
_LOCALES = {"en": "en-gb"}
# The signs that guests know; any other currency is written by its code.
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "ILS": "₪", "VND": "₫"}


@cache
def _phrases(language: str) -> dict[str, Any]:
    return rtoml.loads((_FOLDER / f"{language}.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One language's words."""

    language: str

    def say(self, key: str, **values: object) -> str:
        """Return a phrase by its `table.name`, filled."""
        table, name = key.split(".")
        phrase: str = _phrases(self.language)[table][name]
        return phrase.format(**values)

    def join(self, names: Sequence[str], key: str = "format.and") -> str:
        """Return "a, b and c"."""
        if len(names) < 2:
            return "".join(names)
        return ", ".join(names[:-1]) + self.say(key) + names[-1]

    def time(self, time: dt.time | dt.datetime) -> str:
        """Return a time of day."""
        return time.strftime(self.say("format.time"))

    def day(self, day: dt.date, today: dt.date) -> str:
        """Return "today", "tomorrow" or "on Friday, 25 December"."""
        if day == today:
            return self.say("format.today")
        if day == today + dt.timedelta(days=1):
            return self.say("format.tomorrow")
        return self.say("format.on_day", weekday=self.say(f"weekday.{DAYS[day.weekday()]}"), date=self.date(day))

    def moment(self, moment: dt.datetime, today: dt.date) -> str:
        """Return "tomorrow at 07:00"."""
        return self.say("format.at", day=self.day(moment.date(), today), time=self.time(moment))

    def date(self, day: dt.date) -> str:
        """Return a day and month as the language writes them."""
        with translation.override(_LOCALES.get(self.language, self.language)):
            return formats.date_format(day, "MONTH_DAY_FORMAT")

    def full_date(self, day: dt.date) -> str:
        """Return a date with its year."""
        with translation.override(_LOCALES.get(self.language, self.language)):
            return formats.date_format(day, "DATE_FORMAT")

    def price(self, price: Decimal, currency: str) -> str:
        """Return a price with the currency's own number of decimals."""
        with translation.override(self.language):
            amount = formats.number_format(price, decimal_pos=DECIMALS.get(currency, 2), use_l10n=True)
        if currency in _SYMBOLS:
            return self.say("format.price", symbol=_SYMBOLS[currency], amount=amount)
        return f"{currency}\N{NO-BREAK SPACE}{amount}"


@cache
def phrasing(language: str, *fallbacks: str) -> Phrasing:
    """Return the words of a language, else of the first fallback that has any, else English."""
    for each in (language, *fallbacks):
        if each[:2] in LANGUAGES:
            return Phrasing(each[:2])
    return Phrasing("en")
