"""Owns the shape of a hotel file: what each thing has and how its parts must agree; pure."""

import datetime as dt
import re
from functools import cache
from zoneinfo import available_timezones

from menus.allergens import DIETS, Declaration
from menus.content import Article, Content, Hours, Item, Menu, Option, Place, Section, Served, Venue
from menus.hotel_file.currencies import DECIMALS
from menus.hotel_file.document import parse
from menus.hotel_file.draft import Draft
from menus.hotel_file.fields import Fields
from menus.hotel_file.problems import HotelFileError
from menus.models import DAYS
from menus.models import Place as PlaceRow
from menus.models import Venue as VenueRow

FORMAT = "guestchat-hotel/1"
_LANGUAGE = re.compile(r"(?=.{2,16}$)[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # BCP 47, as far as hotels need it
_ANY_TIME = dt.time()  # stands in for a time that was refused


def read(document: bytes | str) -> Content:
    """Return the content of a hotel file; no query. Raises HotelFileError with every problem that it has."""
    value, problems = parse(document)
    draft = Draft(problems=problems)
    with Fields(value, "", draft) as fields:
        content = _content(fields, draft)
    if draft.problems:
        raise HotelFileError(draft.problems)
    return content


def _content(fields: Fields, draft: Draft) -> Content:
    fields.word("format", [FORMAT], required=True)
    draft.venues = _venue_keys(fields.take("venues"))
    with fields.member("hotel") as hotel:
        _agree_on_languages(hotel, draft)
        currency = hotel.word("currency", DECIMALS, required=True)
        draft.decimals = DECIMALS.get(currency)
        return Content(
            slug=hotel.key("slug", "hotel"),
            name=hotel.string("name", longest=200, required=True),
            timezone=hotel.word("timezone", _timezones(), required=True),
            currency=currency,
            default_language=draft.default_language,
            languages=draft.languages,
            description=hotel.text("description"),
            address=hotel.string("address", longest=500),
            phone=hotel.string("phone", longest=64),
            email=hotel.string("email", longest=254),
            check_in=hotel.time("check_in"),
            check_out=hotel.time("check_out"),
            venues=tuple(_venue(each) for each in fields.objects("venues")),
            articles=tuple(_article(each) for each in fields.objects("articles")),
            places=tuple(_place(each, draft) for each in fields.objects("places")),
        )


def _agree_on_languages(hotel: Fields, draft: Draft) -> None:
    draft.default_language = hotel.string("default_language", longest=16, required=True)
    draft.languages = hotel.words("languages", _LANGUAGE, required=True)
    if hotel.take("languages") == []:
        hotel.refuse("languages", "A hotel has at least one language.")
    if draft.languages and draft.default_language and draft.default_language not in draft.languages:
        hotel.refuse("default_language", "The default language is not one of the hotel's languages.")


def _venue_keys(venues: object) -> frozenset[str]:
    """Return the keys of the venues as they stand, so that one wrong venue is not told again at each of its places."""
    keys = [venue.get("key") for venue in venues if isinstance(venue, dict)] if isinstance(venues, list) else []
    return frozenset(key for key in keys if isinstance(key, str))


def _venue(fields: Fields) -> Venue:
    with fields:
        return Venue(
            key=fields.key("key", "venue"),
            kind=fields.word("kind", VenueRow.Kind.values) or VenueRow.Kind.OTHER.value,
            name=fields.text("name", required=True),
            description=fields.text("description"),
            location=fields.text("location"),
            phone=fields.string("phone", longest=64),
            opening_hours=tuple(_hours(each) for each in fields.objects("opening_hours")),
            menus=tuple(_menu(each) for each in fields.objects("menus")),
        )


def _hours(fields: Fields) -> Hours:
    with fields:
        closed = fields.flag("closed")
        hours = Hours(
            days=fields.words("days", DAYS),
            date=fields.date("date"),
            closed=closed,
            opens=fields.time("opens", required=not closed),
            closes=fields.time("closes", required=not closed),
            label=fields.text("label"),
        )
        has_days, has_date = bool(fields.take("days")), fields.take("date") is not None
        if has_days and has_date:
            fields.refuse("date", "Hours are for weekdays or for a date, not for both.")
        elif not has_days and not has_date:
            fields.refuse("days", "Hours need at least one weekday, or a date.")
        for key in ("opens", "closes"):
            if closed and fields.take(key) is not None:
                fields.refuse(key, "What is closed has no times.")
        return hours


def _menu(fields: Fields) -> Menu:
    with fields:
        return Menu(
            key=fields.key("key", "menu"),
            name=fields.text("name", required=True),
            served=tuple(_served(each) for each in fields.objects("served")),
            sections=tuple(_section(each) for each in fields.objects("sections")),
        )


def _served(fields: Fields) -> Served:
    with fields:
        served = Served(
            days=fields.words("days", DAYS, required=True),
            starts=fields.time("from", required=True) or _ANY_TIME,
            ends=fields.time("to", required=True) or _ANY_TIME,
        )
        if fields.take("days") == []:
            fields.refuse("days", "A menu is served on at least one weekday.")
        return served


def _section(fields: Fields) -> Section:
    with fields:
        return Section(
            name=fields.text("name", required=True), items=tuple(_item(each) for each in fields.objects("items"))
        )


def _item(fields: Fields) -> Item:
    with fields:
        return Item(
            key=fields.key("key", "item"),
            name=fields.text("name", required=True),
            description=fields.text("description"),
            price=fields.price("price"),
            portion=fields.string("portion", longest=64),
            declaration=Declaration(
                statuses=fields.statuses("allergens"),
                complete=fields.flag("allergens_complete"),
                diets=fields.words("diets", DIETS),
            ),
            allergens_confirmed_on=fields.date("allergens_confirmed_on"),
            available=fields.flag("available", default=True),
            spiciness=fields.integer("spiciness", highest=3),
            calories=fields.integer("calories"),
            options=tuple(_option(each) for each in fields.objects("options")),
        )


def _option(fields: Fields) -> Option:
    with fields:
        return Option(
            key=fields.key("key", "option"),
            name=fields.text("name", required=True),
            price=fields.price("price"),
            declaration=Declaration(statuses=fields.statuses("allergens"), complete=fields.flag("allergens_complete")),
        )


def _article(fields: Fields) -> Article:
    with fields:
        article = Article(
            key=fields.key("key", "article"),
            question=fields.text("question", required=True),
            also_asked=fields.texts("also_asked"),
            answer=fields.text("answer", required=True),
            category=fields.string("category", longest=64),
            valid_from=fields.date("valid_from"),
            valid_until=fields.date("valid_until"),
            review_by=fields.date("review_by"),
        )
        if article.valid_from and article.valid_until and article.valid_until < article.valid_from:
            fields.refuse("valid_until", "This is before valid_from.")
        return article


def _place(fields: Fields, draft: Draft) -> Place:
    with fields:
        place = Place(
            key=fields.key("key", "place"),
            kind=fields.word("kind", PlaceRow.Kind.values, required=True),
            label=fields.string("label", longest=64, required=True),
            venue=fields.string("venue", longest=64) or None,
        )
        if place.venue is not None and place.venue not in draft.venues:
            fields.refuse("venue", f"There is no venue with the key {place.venue!r:.40}.")
        return place


@cache
def _timezones() -> frozenset[str]:
    # The IANA names; some systems add files that are not of that database.
    return frozenset(available_timezones() - {"Factory", "localtime"})
