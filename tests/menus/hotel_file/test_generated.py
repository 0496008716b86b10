"""Generated hotels: what is written is read the same, and rows become equal to whatever content there is."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from menus import content, hotel_file, models
from menus.allergens import CODES, DIETS, Declaration, Status
from menus.content import Article, Content, Hours, Item, Menu, Option, Place, Section, Served, Venue

LANGUAGES = ("en", "de", "pt-BR")
CURRENCIES = {"EUR": 2, "JPY": 0, "KWD": 3}
DECLARABLE = [Status.CONTAINS, Status.MAY_CONTAIN, Status.FREE]

characters = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
words = st.text(characters, min_size=1, max_size=12).filter(str.strip)
maybe = words | st.just("")
texts = st.dictionaries(st.sampled_from(LANGUAGES), words, min_size=1)
NO_TEXT: dict[str, str] = {}
labels = texts | st.just(NO_TEXT)
keys = st.text("abcxyz019-", min_size=1, max_size=6)
times = st.builds(dt.time, st.integers(0, 23), st.integers(0, 59))
dates = st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31))
days = st.lists(st.sampled_from(models.DAYS), min_size=1, unique=True).map(tuple)


def listed(things: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(things, max_size=most).map(tuple)


def prices(decimals: int) -> st.SearchStrategy[Decimal | None]:
    amounts = st.decimals(0, 9_999_999, places=decimals, allow_nan=False, allow_infinity=False)
    return st.none() | amounts


def declarations(diets: st.SearchStrategy[Any]) -> st.SearchStrategy[Declaration]:
    statuses = st.dictionaries(st.sampled_from(CODES), st.sampled_from(DECLARABLE), max_size=4)
    return st.builds(Declaration, statuses=statuses, complete=st.booleans(), diets=diets)


any_hours = (
    st.builds(Hours, days=days, opens=times, closes=times, label=labels)
    | st.builds(Hours, date=dates, opens=times, closes=times, label=labels)
    | st.builds(Hours, days=days, closed=st.just(True), label=labels)
    | st.builds(Hours, date=dates, closed=st.just(True), label=labels)
)


class Keys:
    """Draws keys that are unique among their kind, few enough that they come again in the next hotel."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._taken: dict[str, set[str]] = {}

    def __call__(self, kind: str) -> str:
        taken = self._taken.setdefault(kind, set())
        key: str = self._draw(keys.filter(lambda each: each not in taken))
        taken.add(key)
        return key


@st.composite
def contents(draw: st.DrawFn) -> Content:
    currency = draw(st.sampled_from(list(CURRENCIES)))
    key, price = Keys(draw), prices(CURRENCIES[currency])

    def few(make: Any, most: int = 3) -> tuple[Any, ...]:
        return tuple(make() for _ in range(draw(st.integers(0, most))))

    def option() -> Option:
        return Option(
            key=key("option"),
            name=draw(texts),
            price=draw(price),
            declaration=draw(declarations(st.just(()))),
        )

    def item() -> Item:
        return Item(
            key=key("item"),
            name=draw(texts),
            description=draw(labels),
            price=draw(price),
            portion=draw(maybe),
            declaration=draw(declarations(st.lists(st.sampled_from(DIETS), unique=True).map(tuple))),
            allergens_confirmed_on=draw(st.none() | dates),
            available=draw(st.booleans()),
            spiciness=draw(st.none() | st.integers(0, 3)),
            calories=draw(st.none() | st.integers(0, 2**31 - 1)),
            options=few(option, 2),
        )

    def menu() -> Menu:
        return Menu(
            key=key("menu"),
            name=draw(texts),
            served=draw(listed(st.builds(Served, days=days, starts=times, ends=times), 2)),
            sections=few(lambda: Section(name=draw(texts), items=few(item)), 2),
        )

    def venue() -> Venue:
        return Venue(
            key=key("venue"),
            kind=draw(st.sampled_from(models.Venue.Kind.values)),
            name=draw(texts),
            description=draw(labels),
            location=draw(labels),
            phone=draw(maybe),
            opening_hours=draw(listed(any_hours)),
            menus=few(menu, 2),
        )

    def article() -> Article:
        valid = sorted(draw(st.lists(dates, min_size=2, max_size=2)))
        return Article(
            key=key("article"),
            question=draw(texts),
            answer=draw(texts),
            also_asked=draw(listed(texts)),
            category=draw(maybe),
            valid_from=draw(st.sampled_from([None, valid[0]])),
            valid_until=draw(st.sampled_from([None, valid[1]])),
            review_by=draw(st.none() | dates),
        )

    venues = few(venue, 2)

    def place() -> Place:
        return Place(
            key=key("place"),
            kind=draw(st.sampled_from(models.Place.Kind.values)),
            label=draw(words),
            venue=draw(st.sampled_from([None, *(venue.key for venue in venues)])),
        )

    return Content(
        slug="generated",
        name=draw(words),
        timezone=draw(st.sampled_from(["Europe/Berlin", "Asia/Tokyo", "UTC"])),
        currency=currency,
        default_language=draw(st.sampled_from(LANGUAGES)),
        languages=tuple(draw(st.permutations(LANGUAGES))),
        description=draw(labels),
        address=draw(maybe),
        phone=draw(maybe),
        email=draw(maybe),
        check_in=draw(st.none() | times),
        check_out=draw(st.none() | times),
        venues=venues,
        articles=few(article),
        places=few(place),
    )


@given(contents())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_what_is_written_is_read_the_same(hotel: Content) -> None:
    document = hotel_file.dump(hotel)
    assert hotel_file.read(json.dumps(document)) == hotel
    assert hotel_file.read(json.dumps(document, ensure_ascii=False).encode()) == hotel
    assert hotel_file.dump(hotel_file.read(json.dumps(document))) == document


@pytest.mark.django_db
@pytest.mark.usefixtures("without_search")
@given(before=contents(), after=contents())
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_rows_become_equal_to_any_content_from_any_other(before: Content, after: Content) -> None:
    models.Hotel.objects.all().delete()
    hotel_file.apply(before)
    codes = dict(models.Place.objects.values_list("key", "code"))
    for wanted in (after, before, after):
        counts = hotel_file.apply(wanted).total
        hotel = models.Hotel.objects.get()
        assert content.load(hotel.pk) == wanted
        assert counts.created + counts.updated + counts.unchanged == things(wanted)
        again = hotel_file.apply(wanted).total
        assert again == hotel_file.Counts(unchanged=things(wanted))
        assert models.Hotel.objects.get().version == hotel.version
    kept = dict(models.Place.objects.filter(key__in=codes).values_list("key", "code"))
    stayed = {place.key for place in before.places} & {place.key for place in after.places}
    assert stayed == kept.keys()
    if stayed == codes.keys():
        assert kept == codes


def things(hotel: Content) -> int:
    menus = [menu for venue in hotel.venues for menu in venue.menus]
    items = [offer.item for offer in hotel.offers.values()]
    below = sum(len(item.options) for item in items)
    return 1 + len(hotel.venues) + len(menus) + len(items) + below + len(hotel.articles) + len(hotel.places)


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda values: (
        st.lists(values, max_size=3)
        | st.dictionaries(
            st.sampled_from(["format", "hotel", "venues", "menus", "sections", "items", "key", "name", "days", "x/~y"]),
            values,
            max_size=4,
        )
    ),
)


@given(documents | st.dictionaries(st.sampled_from(["format", "hotel", "venues", "articles", "places"]), documents))
def test_no_document_is_more_than_refused(document: Any) -> None:
    with pytest.raises(hotel_file.HotelFileError) as caught:
        hotel_file.read(json.dumps(document))
    for problem in caught.value.problems:
        assert problem.pointer == "" or problem.pointer.startswith("/")
        assert str(problem).isprintable()


@given(st.binary(max_size=60))
def test_no_bytes_are_more_than_refused(document: bytes) -> None:
    with pytest.raises(hotel_file.HotelFileError):
        hotel_file.read(document)
