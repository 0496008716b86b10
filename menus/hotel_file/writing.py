"""Owns writing content as a hotel file, in one canonical form; pure.

A text that has only the default language is a plain string, and what is empty is left out, but for what a reader should
see said: the lists that things stand in, a place's venue, and of dishes and options the price, diets and allergens.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from menus.allergens import Declaration
from menus.content import Article, Content, Hours, Item, Menu, Option, Place, Section, Venue
from menus.hotel_file.currencies import DECIMALS
from menus.hotel_file.reading import FORMAT
from menus.texts import Text

Json = dict[str, Any]


def dump(content: Content) -> Json:
    """Return the hotel file of a content, as JSON values; `read` gives the content back."""
    return _Writing(content).file()


class _Writing:
    """One content being written: what its texts and prices need to know of the hotel."""

    def __init__(self, content: Content) -> None:
        self._content = content

    def file(self) -> Json:
        content = self._content
        return {
            "format": FORMAT,
            "hotel": self._hotel(),
            "venues": [self._venue(each) for each in content.venues],
            "articles": [self._article(each) for each in content.articles],
            "places": [_place(each) for each in content.places],
        }

    def _hotel(self) -> Json:
        hotel = self._content
        return {
            "slug": hotel.slug,
            "name": hotel.name,
            "timezone": hotel.timezone,
            "currency": hotel.currency,
            "default_language": hotel.default_language,
            "languages": list(hotel.languages),
        } | _given(
            {
                "description": self._text(hotel.description),
                "address": hotel.address,
                "phone": hotel.phone,
                "email": hotel.email,
                "check_in": _time(hotel.check_in),
                "check_out": _time(hotel.check_out),
            }
        )

    def _venue(self, venue: Venue) -> Json:
        return {
            "key": venue.key,
            "kind": venue.kind,
            "name": self._text(venue.name),
            **_given(
                {
                    "description": self._text(venue.description),
                    "location": self._text(venue.location),
                    "phone": venue.phone,
                }
            ),
            "opening_hours": [self._hours(each) for each in venue.opening_hours],
            "menus": [self._menu(each) for each in venue.menus],
        }

    def _hours(self, hours: Hours) -> Json:
        return _given(
            {
                "days": list(hours.days),
                "date": _date(hours.date),
                "closed": hours.closed or None,
                "opens": _time(hours.opens),
                "closes": _time(hours.closes),
                "label": self._text(hours.label),
            }
        )

    def _menu(self, menu: Menu) -> Json:
        return {
            "key": menu.key,
            "name": self._text(menu.name),
            "served": [
                {"days": list(each.days), "from": _time(each.starts), "to": _time(each.ends)} for each in menu.served
            ],
            "sections": [self._section(each) for each in menu.sections],
        }

    def _section(self, section: Section) -> Json:
        return {"name": self._text(section.name), "items": [self._item(each) for each in section.items]}

    def _item(self, item: Item) -> Json:
        return {
            "key": item.key,
            "name": self._text(item.name),
            **_given({"description": self._text(item.description)}),
            "price": self._price(item.price),
            **_given({"portion": item.portion}),
            "diets": list(item.declaration.diets),
            **_declared(item.declaration),
            **_given({"allergens_confirmed_on": _date(item.allergens_confirmed_on)}),
            "available": item.available,
            **_given(
                {
                    "spiciness": item.spiciness,
                    "calories": item.calories,
                    "options": [self._option(each) for each in item.options],
                }
            ),
        }

    def _option(self, option: Option) -> Json:
        return {
            "key": option.key,
            "name": self._text(option.name),
            "price": self._price(option.price),
            **_declared(option.declaration),
        }

    def _article(self, article: Article) -> Json:
        return {
            "key": article.key,
            "question": self._text(article.question),
            **_given({"also_asked": [self._text(each) for each in article.also_asked]}),
            "answer": self._text(article.answer),
            **_given(
                {
                    "category": article.category,
                    "valid_from": _date(article.valid_from),
                    "valid_until": _date(article.valid_until),
                    "review_by": _date(article.review_by),
                }
            ),
        }

    def _text(self, text: Text) -> str | dict[str, str]:
        default = self._content.default_language
        return text[default] if text.keys() == {default} else dict(text)

    def _price(self, price: Decimal | None) -> str | None:
        return None if price is None else write_price(price, self._content.currency)


def write_price(price: Decimal, currency: str) -> str:
    """Return a price with as many decimals as its currency has, or more where it has more itself."""
    own = max(0, -int(price.normalize().as_tuple().exponent))
    # A price with more decimals than its currency cannot be imported; written as it is, it is seen and mended.
    return f"{price:.{max(own, DECIMALS.get(currency, 2))}f}"


def _place(place: Place) -> Json:
    return {"key": place.key, "kind": place.kind, "label": place.label, "venue": place.venue}


def _declared(declaration: Declaration) -> Json:
    return {
        "allergens": {code: status.value for code, status in declaration.statuses.items()},
        "allergens_complete": declaration.complete,
    }


def _given(members: Mapping[str, Any]) -> Json:
    """Return the members that say something: zero and false do."""
    return {key: value for key, value in members.items() if value is not None and value not in ("", [], {})}


def _time(time: dt.time | None) -> str | None:
    return None if time is None else f"{time:%H:%M}"


def _date(date: dt.date | None) -> str | None:
    return None if date is None else date.isoformat()
