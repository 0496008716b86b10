"""Owns a hotel's content as one immutable value, and reading it from the rows in one snapshot. Writes nothing.

Import, export, search and answers all speak in these types, so a fact has one shape from the file to the guest.
Positions are the order in their tuples; `pk`s are there for passages and admin links and take no part in equality.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from menus import models
from menus.allergens import Declaration, Status
from menus.texts import Text


@dataclass(frozen=True, kw_only=True)
class Hours:
    """One entry of opening hours: weekdays or a date; open from/until, or closed. `closes <= opens`: past midnight."""

    days: tuple[str, ...] = ()
    date: dt.date | None = None
    closed: bool = False
    opens: dt.time | None = None
    closes: dt.time | None = None
    label: Text = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Served:
    """When a menu is served."""

    days: tuple[str, ...]
    starts: dt.time
    ends: dt.time


@dataclass(frozen=True, kw_only=True)
class Option:
    """Something to order with a dish; the price is in the hotel's currency."""

    key: str
    name: Text
    price: Decimal | None = None
    declaration: Declaration = field(default_factory=Declaration)


@dataclass(frozen=True, kw_only=True)
class Item:
    """A dish or a drink."""

    key: str
    name: Text
    description: Text = field(default_factory=dict)
    price: Decimal | None = None
    portion: str = ""
    declaration: Declaration = field(default_factory=Declaration)
    allergens_confirmed_on: dt.date | None = None
    available: bool = True
    spiciness: int | None = None
    calories: int | None = None
    options: tuple[Option, ...] = ()
    pk: int | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading of a menu with its dishes."""

    name: Text
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Menu:
    """A menu card; served whenever its venue is open where `served` is empty."""

    key: str
    name: Text
    served: tuple[Served, ...] = ()
    sections: tuple[Section, ...] = ()
    pk: int | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True)
class Venue:
    """A part of the hotel with hours and menus."""

    key: str
    kind: str
    name: Text
    description: Text = field(default_factory=dict)
    location: Text = field(default_factory=dict)
    phone: str = ""
    opening_hours: tuple[Hours, ...] = ()
    menus: tuple[Menu, ...] = ()
    pk: int | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True)
class Article:
    """A question and its answer; it speaks only from `valid_from` to `valid_until`, both included."""

    key: str
    question: Text
    answer: Text
    also_asked: tuple[Text, ...] = ()
    category: str = ""
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    review_by: dt.date | None = None
    pk: int | None = field(default=None, compare=False)

    def is_current(self, on: dt.date) -> bool:
        """Return whether the article may answer on a day."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_until is None or on <= self.valid_until
        )


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a code hangs; the code itself is no content and is kept by the row."""

    key: str
    kind: str
    label: str
    venue: str | None = None


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A dish with where it stands: what answers need beside the dish itself."""

    item: Item
    section: Section
    menu: Menu
    venue: Venue


@dataclass(frozen=True, kw_only=True)
class Content:
    """Everything that one hotel has written, at one `version` of its row."""

    slug: str
    name: str
    timezone: str
    currency: str
    default_language: str
    languages: tuple[str, ...]
    description: Text = field(default_factory=dict)
    address: str = ""
    phone: str = ""
    email: str = ""
    check_in: dt.time | None = None
    check_out: dt.time | None = None
    venues: tuple[Venue, ...] = ()
    articles: tuple[Article, ...] = ()
    places: tuple[Place, ...] = ()
    # How sure the assistant must be to answer, in per cent; a setting beside the content, None where none was made.
    answer_confidence: int | None = field(default=None, compare=False)
    version: int = field(default=0, compare=False)
    pk: int | None = field(default=None, compare=False)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The hotel's time zone."""
        return ZoneInfo(self.timezone)

    @cached_property
    def offers(self) -> dict[str, Offer]:
        """Every dish by its key, in the order of the menus."""
        return {offer.item.key: offer for offer in self._offers()}

    @cached_property
    def venues_by_key(self) -> dict[str, Venue]:
        """Every venue by its key."""
        return {venue.key: venue for venue in self.venues}

    @cached_property
    def articles_by_key(self) -> dict[str, Article]:
        """Every article by its key, expired ones too."""
        return {article.key: article for article in self.articles}

    @cached_property
    def places_by_key(self) -> dict[str, Place]:
        """Every place by its key."""
        return {place.key: place for place in self.places}

    def _offers(self) -> Iterator[Offer]:
        for venue in self.venues:
            for menu in venue.menus:
                for section in menu.sections:
                    for item in section.items:
                        yield Offer(item=item, section=section, menu=menu, venue=venue)


def load(hotel_id: int) -> Content | None:
    """Return a hotel's content, or None where there is no such hotel; 13 queries in one repeatable-read snapshot.

    Inside an open transaction (an import, a test) the reads take part in it instead.
    """
    if connection.in_atomic_block:
        return _load(hotel_id)
    with transaction.atomic():
        with connection.cursor() as cursor:
            # One snapshot, so that the rows cannot be newer or older than the version that they are kept under.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return _load(hotel_id)


def _load(hotel_id: int) -> Content | None:
    hotel = models.Hotel.objects.filter(pk=hotel_id).first()
    if hotel is None:
        return None
    venues, venue_keys = _venues(hotel_id)
    return Content(
        slug=hotel.slug,
        name=hotel.name,
        timezone=hotel.timezone,
        currency=hotel.currency,
        default_language=hotel.default_language,
        languages=tuple(hotel.languages),
        description=hotel.description,
        address=hotel.address,
        phone=hotel.phone,
        email=hotel.email,
        check_in=hotel.check_in,
        check_out=hotel.check_out,
        venues=venues,
        articles=tuple(_article(row) for row in models.Article.objects.filter(hotel_id=hotel_id)),
        places=tuple(
            Place(key=row.key, kind=row.kind, label=row.label, venue=venue_keys.get(row.venue_id or 0))
            for row in models.Place.objects.filter(hotel_id=hotel_id)
        ),
        answer_confidence=hotel.answer_confidence,
        version=hotel.version,
        pk=hotel.pk,
    )


def _below(rows: Iterable[Any], above: str) -> dict[int, list[Any]]:
    """Group rows by the primary key of the row above them, keeping their order."""
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[getattr(row, f"{above}_id")].append(row)
    return grouped


def _venues(hotel_id: int) -> tuple[tuple[Venue, ...], dict[int, str]]:
    rows = list(models.Venue.objects.filter(hotel_id=hotel_id))
    hours = _below(models.OpeningHours.objects.filter(hotel_id=hotel_id), "venue")
    menus = _menus(hotel_id)
    venues = tuple(
        Venue(
            key=row.key,
            kind=row.kind,
            name=row.name,
            description=row.description,
            location=row.location,
            phone=row.phone,
            opening_hours=tuple(
                Hours(
                    days=tuple(each.days),
                    date=each.date,
                    closed=each.closed,
                    opens=each.opens,
                    closes=each.closes,
                    label=each.label,
                )
                for each in hours[row.pk]
            ),
            menus=tuple(menus[row.pk]),
            pk=row.pk,
        )
        for row in rows
    )
    return venues, {row.pk: row.key for row in rows}


def _menus(hotel_id: int) -> dict[int, list[Menu]]:
    served = _below(models.ServingTime.objects.filter(hotel_id=hotel_id), "menu")
    sections = _below(models.MenuSection.objects.filter(hotel_id=hotel_id), "menu")
    items = _items(hotel_id)
    menus: dict[int, list[Menu]] = defaultdict(list)
    for row in models.Menu.objects.filter(hotel_id=hotel_id):
        menus[row.venue_id].append(
            Menu(
                key=row.key,
                name=row.name,
                served=tuple(
                    Served(days=tuple(each.days), starts=each.starts, ends=each.ends) for each in served[row.pk]
                ),
                sections=tuple(Section(name=each.name, items=tuple(items[each.pk])) for each in sections[row.pk]),
                pk=row.pk,
            )
        )
    return menus


def _items(hotel_id: int) -> dict[int, list[Item]]:
    declared = _below(models.ItemAllergen.objects.filter(hotel_id=hotel_id), "item")
    options = _options(hotel_id)
    items: dict[int, list[Item]] = defaultdict(list)
    for row in models.MenuItem.objects.filter(hotel_id=hotel_id):
        items[row.section_id].append(
            Item(
                key=row.key,
                name=row.name,
                description=row.description,
                price=_price(row.price),
                portion=row.portion,
                declaration=_declaration(declared[row.pk], row.allergens_complete, row.diets),
                allergens_confirmed_on=row.allergens_confirmed_on,
                available=row.available,
                spiciness=row.spiciness,
                calories=row.calories,
                options=tuple(options[row.pk]),
                pk=row.pk,
            )
        )
    return items


def _options(hotel_id: int) -> dict[int, list[Option]]:
    declared = _below(models.OptionAllergen.objects.filter(hotel_id=hotel_id), "option")
    options: dict[int, list[Option]] = defaultdict(list)
    for row in models.Option.objects.filter(hotel_id=hotel_id):
        options[row.item_id].append(
            Option(
                key=row.key,
                name=row.name,
                price=_price(row.price),
                declaration=_declaration(declared[row.pk], row.allergens_complete),
            )
        )
    return options


def _declaration(rows: Sequence[Any], complete: bool, diets: Iterable[str] = ()) -> Declaration:
    return Declaration(statuses={row.code: Status(row.status) for row in rows}, complete=complete, diets=tuple(diets))


def _price(price: Decimal | None) -> Decimal | None:
    """Return a price without the trailing zeros of its column, so that 14.5 and 14.50 are one value."""
    return None if price is None else price.normalize() + 0


def _article(row: models.Article) -> Article:
    return Article(
        key=row.key,
        question=row.question,
        answer=row.answer,
        also_asked=tuple(row.also_asked),
        category=row.category,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        review_by=row.review_by,
        pk=row.pk,
    )
