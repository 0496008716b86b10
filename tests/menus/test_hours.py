"""When a venue is open and a menu is served: midnight, dates, changes of the clock."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menus.content import Hours, Menu, Served, Venue
from menus.hours import Interval, hours_on, next_opening, next_served, open_now, served_now
from menus.models import DAYS

BERLIN = ZoneInfo("Europe/Berlin")
UTC = dt.UTC
EVERY_DAY = tuple(DAYS)
MINUTE = dt.timedelta(minutes=1)


def clock(text: str) -> dt.time:
    return dt.time.fromisoformat(text)


def weekly(days: str, opens: str, closes: str, label: str = "") -> Hours:
    return Hours(
        days=tuple(days.split()), opens=clock(opens), closes=clock(closes), label={"en": label} if label else {}
    )


def dated(date: str, opens: str, closes: str) -> Hours:
    return Hours(date=dt.date.fromisoformat(date), opens=clock(opens), closes=clock(closes))


def closed(date: str) -> Hours:
    return Hours(date=dt.date.fromisoformat(date), closed=True)


def venue(*hours: Hours) -> Venue:
    return Venue(key="bar", kind="bar", name={"en": "Bar"}, opening_hours=hours)


def menu(*served: tuple[str, str, str]) -> Menu:
    times = tuple(Served(days=tuple(days.split()), starts=clock(a), ends=clock(b)) for days, a, b in served)
    return Menu(key="menu", name={"en": "Menu"}, served=times)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def shown(interval: Interval | None) -> str | None:
    return f"{interval.opens:%a %d %H:%M%z} to {interval.closes:%a %d %H:%M%z}" if interval else None


def test_hours_of_a_day_are_in_order_and_in_the_hotels_zone() -> None:
    lunch_and_dinner = venue(weekly("mon", "18:00", "22:00", "Dinner"), weekly("mon", "12:00", "14:00", "Lunch"))
    lunch, dinner = hours_on(lunch_and_dinner, dt.date(2026, 11, 23), BERLIN)
    assert shown(lunch) == "Mon 23 12:00+0100 to Mon 23 14:00+0100"
    assert (lunch.label, dinner.label) == ({"en": "Lunch"}, {"en": "Dinner"})
    assert lunch.opens.tzinfo is BERLIN
    assert hours_on(lunch_and_dinner, dt.date(2026, 11, 24), BERLIN) == ()


DAY = "mon tue wed thu fri sat sun"
NIGHT = venue(weekly("fri sat", "18:00", "02:00"))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-27T17:59:59", None),
        ("2026-11-27T18:00", "Fri 27 18:00+0100 to Sat 28 02:00+0100"),
        ("2026-11-28T00:00", "Fri 27 18:00+0100 to Sat 28 02:00+0100"),
        ("2026-11-28T01:59:59", "Fri 27 18:00+0100 to Sat 28 02:00+0100"),
        ("2026-11-28T02:00", None),
        ("2026-11-29T01:00", "Sat 28 18:00+0100 to Sun 29 02:00+0100"),
        ("2026-11-29T18:00", None),
        ("2026-11-27T01:00", None),
        # aware moments are the same moments, wherever they are told
        ("2026-11-28T00:30+00:00", "Fri 27 18:00+0100 to Sat 28 02:00+0100"),
        ("2026-11-28T01:00+00:00", None),
        ("2026-11-27T12:00-05:00", "Fri 27 18:00+0100 to Sat 28 02:00+0100"),
    ],
)
def test_hours_past_midnight_belong_to_the_day_that_they_began(moment: str, expected: str | None) -> None:
    assert shown(open_now(NIGHT, at(moment), BERLIN)) == expected


def test_equal_times_are_all_day() -> None:
    always = venue(weekly(DAY, "00:00", "00:00"))
    (day,) = hours_on(always, dt.date(2026, 11, 23), BERLIN)
    assert day.lasts == dt.timedelta(hours=24)
    for moment in ("2026-11-23T00:00", "2026-11-23T23:59:59", "2026-03-29T03:00", "2026-10-25T02:30"):
        assert open_now(always, at(moment), BERLIN)
    from_six = venue(weekly("mon", "06:00", "06:00"))
    assert shown(open_now(from_six, at("2026-11-24T05:59"), BERLIN)) == "Mon 23 06:00+0100 to Tue 24 06:00+0100"
    assert open_now(from_six, at("2026-11-24T06:00"), BERLIN) is None


def test_closing_at_midnight_is_closing_that_night() -> None:
    (evening,) = hours_on(venue(weekly("mon", "18:00", "00:00")), dt.date(2026, 11, 23), BERLIN)
    assert shown(evening) == "Mon 23 18:00+0100 to Tue 24 00:00+0100"


CHRISTMAS = venue(
    weekly(DAY, "07:00", "22:00"),
    dated("2026-12-24", "07:00", "10:30"),
    dated("2026-12-24", "18:00", "01:00"),
    closed("2026-12-25"),
)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (23, ["Wed 23 07:00+0100 to Wed 23 22:00+0100"]),
        (24, ["Thu 24 07:00+0100 to Thu 24 10:30+0100", "Thu 24 18:00+0100 to Fri 25 01:00+0100"]),
        (25, []),
        (26, ["Sat 26 07:00+0100 to Sat 26 22:00+0100"]),
    ],
)
def test_a_date_overrides_its_weekday(day: int, expected: list[str]) -> None:
    assert [shown(each) for each in hours_on(CHRISTMAS, dt.date(2026, 12, day), BERLIN)] == expected


def test_a_closed_date_does_not_end_the_night_before() -> None:
    assert open_now(CHRISTMAS, at("2026-12-25T00:30"), BERLIN)
    assert open_now(CHRISTMAS, at("2026-12-25T01:00"), BERLIN) is None
    assert open_now(CHRISTMAS, at("2026-12-25T12:00"), BERLIN) is None


def test_closed_wins_over_hours_beside_it() -> None:
    resting = venue(weekly(DAY, "07:00", "22:00"), Hours(days=("mon",), closed=True))
    assert hours_on(resting, dt.date(2026, 11, 23), BERLIN) == ()
    assert len(hours_on(resting, dt.date(2026, 11, 24), BERLIN)) == 1
    torn = venue(dated("2026-11-23", "07:00", "22:00"), closed("2026-11-23"))
    assert hours_on(torn, dt.date(2026, 11, 23), BERLIN) == ()


def test_of_overlapping_hours_the_last_to_close_counts() -> None:
    both = venue(weekly("mon", "07:00", "10:30", "Breakfast"), weekly("mon", "07:00", "22:00"))
    assert shown(open_now(both, at("2026-11-23T08:00"), BERLIN)) == "Mon 23 07:00+0100 to Mon 23 22:00+0100"


def test_a_venue_without_hours_is_closed() -> None:
    assert open_now(venue(), at("2026-11-23T12:00"), BERLIN) is None
    assert next_opening(venue(), at("2026-11-23T12:00"), BERLIN) is None
    assert not served_now(menu(), venue(), at("2026-11-23T12:00"), BERLIN)
    assert next_served(menu(), venue(), at("2026-11-23T12:00"), BERLIN) is None


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-12-24T06:59", "Thu 24 07:00+0100 to Thu 24 10:30+0100"),
        ("2026-12-24T07:00", "Thu 24 18:00+0100 to Fri 25 01:00+0100"),
        ("2026-12-24T17:59", "Thu 24 18:00+0100 to Fri 25 01:00+0100"),
        ("2026-12-24T23:30", "Sat 26 07:00+0100 to Sat 26 22:00+0100"),
        ("2026-12-24T23:30+00:00", "Sat 26 07:00+0100 to Sat 26 22:00+0100"),
    ],
)
def test_the_next_opening_is_the_first_to_come(moment: str, expected: str) -> None:
    assert shown(next_opening(CHRISTMAS, at(moment), BERLIN)) == expected


def test_the_next_opening_is_looked_for_14_days_ahead() -> None:
    once = venue(dated("2026-12-24", "12:00", "13:00"))
    assert next_opening(once, at("2026-12-09T23:59"), BERLIN) is None
    assert next_opening(once, at("2026-12-10T00:00"), BERLIN)


# Berlin, 29 March 2026: 02:00 is followed by 03:00. 25 October 2026: 03:00 is followed by 02:00.
@pytest.mark.parametrize(
    ("day", "opens", "closes", "expected", "hours"),
    [
        ("2026-03-28", "22:00", "04:00", "Sat 28 22:00+0100 to Sun 29 04:00+0200", 5.0),
        ("2026-03-28", "22:00", "02:30", "Sat 28 22:00+0100 to Sun 29 03:00+0200", 4.0),
        ("2026-03-28", "06:00", "06:00", "Sat 28 06:00+0100 to Sun 29 06:00+0200", 23.0),
        ("2026-03-29", "02:30", "03:15", "Sun 29 03:00+0200 to Sun 29 03:15+0200", 0.25),
        ("2026-03-29", "02:15", "02:45", None, 0),
        ("2026-10-24", "22:00", "04:00", "Sat 24 22:00+0200 to Sun 25 04:00+0100", 7.0),
        ("2026-10-24", "22:00", "02:30", "Sat 24 22:00+0200 to Sun 25 02:30+0200", 4.5),
        ("2026-10-24", "06:00", "06:00", "Sat 24 06:00+0200 to Sun 25 06:00+0100", 25.0),
        ("2026-10-25", "02:30", "03:30", "Sun 25 02:30+0200 to Sun 25 03:30+0100", 2.0),
    ],
)
def test_changes_of_the_clock(day: str, opens: str, closes: str, expected: str | None, hours: float) -> None:
    found = hours_on(venue(dated(day, opens, closes)), dt.date.fromisoformat(day), BERLIN)
    assert [shown(each) for each in found] == ([expected] if expected else [])
    assert sum((each.lasts for each in found), dt.timedelta()) == dt.timedelta(hours=hours)


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    short = venue(dated("2026-10-25", "02:15", "02:45"))
    assert open_now(short, at("2026-10-25T00:30+00:00"), BERLIN)
    assert open_now(short, at("2026-10-25T01:30+00:00"), BERLIN) is None
    assert open_now(short, at("2026-10-25T02:30").replace(tzinfo=BERLIN), BERLIN)
    assert open_now(short, at("2026-10-25T02:30").replace(tzinfo=BERLIN, fold=1), BERLIN) is None
    assert next_opening(short, at("2026-10-25T01:00+00:00"), BERLIN) is None


def test_a_day_that_a_place_left_out_has_no_hours() -> None:
    apia = ZoneInfo("Pacific/Apia")  # there was no 30 December 2011
    assert hours_on(venue(weekly(DAY, "09:00", "17:00")), dt.date(2011, 12, 30), apia) == ()
    assert len(hours_on(venue(weekly(DAY, "09:00", "17:00")), dt.date(2011, 12, 31), apia)) == 1


KITCHEN = menu(("fri sat", "18:30", "22:00"), ("fri", "23:00", "01:00"))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-27T18:15", False),  # open, not served yet
        ("2026-11-27T18:30", True),
        ("2026-11-27T22:00", False),
        ("2026-11-28T00:30", True),  # past midnight, open and served since Friday
        ("2026-11-28T01:30", False),
        ("2026-11-26T19:00", False),  # neither
    ],
)
def test_a_menu_is_served_at_its_times_while_its_venue_is_open(moment: str, expected: bool) -> None:
    assert served_now(KITCHEN, NIGHT, at(moment), BERLIN) is expected


def test_a_menu_is_not_served_where_the_venue_is_closed() -> None:
    shut = venue(*NIGHT.opening_hours, closed("2026-11-27"))
    assert not served_now(KITCHEN, shut, at("2026-11-27T19:00"), BERLIN)
    assert shown(next_served(KITCHEN, shut, at("2026-11-27T12:00"), BERLIN)) == "Sat 28 18:30+0100 to Sat 28 22:00+0100"


def test_a_menu_without_times_is_served_whenever_its_venue_is_open() -> None:
    for moment in ("2026-11-27T17:00", "2026-11-27T18:00", "2026-11-28T01:00", "2026-11-28T03:00"):
        assert served_now(menu(), NIGHT, at(moment), BERLIN) is bool(open_now(NIGHT, at(moment), BERLIN))
        assert next_served(menu(), NIGHT, at(moment), BERLIN) == next_opening(NIGHT, at(moment), BERLIN)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-27T12:00", "Fri 27 18:30+0100 to Fri 27 22:00+0100"),
        ("2026-11-27T18:30", "Fri 27 23:00+0100 to Sat 28 01:00+0100"),
        ("2026-11-27T23:00", "Sat 28 18:30+0100 to Sat 28 22:00+0100"),
        ("2026-11-29T00:00", "Fri 04 18:30+0100 to Fri 04 22:00+0100"),
    ],
)
def test_when_a_menu_is_served_next(moment: str, expected: str) -> None:
    assert shown(next_served(KITCHEN, NIGHT, at(moment), BERLIN)) == expected


def test_serving_begins_with_the_venues_opening_where_that_is_later() -> None:
    lunch = venue(weekly(DAY, "12:00", "14:00", "Lunch"), weekly(DAY, "14:00", "22:00", "Dinner"))
    early = menu((DAY, "11:00", "15:00"))
    found = next_served(early, lunch, at("2026-11-23T08:00"), BERLIN)
    assert shown(found) == "Mon 23 12:00+0100 to Mon 23 14:00+0100"
    assert found is not None
    assert found.label == {"en": "Lunch"}
    # At 14:00 the label changes and the serving goes on: nothing begins.
    assert shown(next_served(early, lunch, at("2026-11-23T13:00"), BERLIN)) == "Tue 24 12:00+0100 to Tue 24 14:00+0100"


ZONES = [ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")]
times = st.builds(dt.time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
days = st.lists(st.sampled_from(DAYS), min_size=1, unique=True).map(tuple)
dates = st.dates(dt.date(2026, 3, 1), dt.date(2026, 11, 30))
open_hours = st.builds(Hours, days=days, opens=times, closes=times) | st.builds(
    Hours, date=dates, opens=times, closes=times
)
closed_hours = st.builds(Hours, days=days, closed=st.just(True)) | st.builds(Hours, date=dates, closed=st.just(True))
venues = st.lists(open_hours | open_hours | closed_hours, max_size=6).map(lambda hours: venue(*hours))
menus = st.lists(st.builds(Served, days=days, starts=times, ends=times), max_size=3).map(
    lambda served: Menu(key="m", name={"en": "M"}, served=tuple(served))
)
moments = st.datetimes(dt.datetime(2026, 3, 1), dt.datetime(2026, 11, 30), timezones=st.just(UTC))
zones = st.sampled_from(ZONES)


def by_the_wall(one: Venue, moment: dt.datetime) -> bool:
    """Tell by naive arithmetic whether a venue is open; right in zones that never change their clock."""
    for day in (moment.date(), moment.date() - dt.timedelta(days=1)):
        entries = [each for each in one.opening_hours if each.date == day] or [
            each for each in one.opening_hours if DAYS[day.weekday()] in each.days
        ]
        if any(each.closed for each in entries):
            continue
        for each in entries:
            assert each.opens is not None
            assert each.closes is not None
            opens, closes = dt.datetime.combine(day, each.opens), dt.datetime.combine(day, each.closes)
            if opens <= moment < (closes if closes > opens else closes + dt.timedelta(days=1)):
                return True
    return False


@given(venues, moments)
def test_without_changes_of_the_clock_the_wall_tells_the_same(one: Venue, moment: dt.datetime) -> None:
    kolkata = ZoneInfo("Asia/Kolkata")
    naive = moment.astimezone(kolkata).replace(tzinfo=None)
    assert (open_now(one, moment, kolkata) is not None) == by_the_wall(one, naive)
    assert open_now(one, naive, kolkata) == open_now(one, moment, kolkata)


@given(venues, moments, zones)
def test_what_is_open_covers_the_moment(one: Venue, moment: dt.datetime, zone: ZoneInfo) -> None:
    interval = open_now(one, moment, zone)
    if interval is not None:
        assert interval.covers(moment)
        assert interval in hours_on(one, interval.opens.date(), zone)
        assert interval.closes.utcoffset() == interval.closes.astimezone(zone).utcoffset()


@given(venues, dates, zones)
def test_hours_last_and_are_in_order(one: Venue, day: dt.date, zone: ZoneInfo) -> None:
    found = hours_on(one, day, zone)
    begun = [each.opens.astimezone(UTC) for each in found]
    assert begun == sorted(begun)
    for each in found:
        assert dt.timedelta() < each.lasts <= dt.timedelta(hours=25)
        assert each.opens.date() == day
        # Both ends are times that a clock in the hotel really shows.
        assert each.opens == each.opens.astimezone(UTC).astimezone(zone)
        assert each.closes == each.closes.astimezone(UTC).astimezone(zone)


@given(venues, moments, zones)
def test_before_the_next_opening_nothing_opens(one: Venue, moment: dt.datetime, zone: ZoneInfo) -> None:
    interval = next_opening(one, moment, zone)
    day = moment.astimezone(zone).date()
    begun = [
        each.opens.astimezone(UTC)
        for ahead in range(15)
        for each in hours_on(one, day + dt.timedelta(days=ahead), zone)
        if each.opens.astimezone(UTC) > moment
    ]
    assert (interval and interval.opens.astimezone(UTC)) == min(begun, default=None)
    if interval is not None:
        assert open_now(one, interval.opens, zone) is not None


@given(menus, venues, moments, zones)
def test_what_is_served_next_begins_then(one: Menu, where: Venue, moment: dt.datetime, zone: ZoneInfo) -> None:
    interval = next_served(one, where, moment, zone)
    if interval is None:
        return
    assert interval.opens.astimezone(UTC) > moment
    assert served_now(one, where, interval.opens, zone)
    assert served_now(one, where, interval.closes.astimezone(UTC) - MINUTE / 2, zone)
    if one.served:
        assert not served_now(one, where, interval.opens.astimezone(UTC) - MINUTE / 2, zone)


@given(menus, venues, moments, zones)
def test_what_is_served_is_open(one: Menu, where: Venue, moment: dt.datetime, zone: ZoneInfo) -> None:
    if served_now(one, where, moment, zone):
        assert open_now(where, moment, zone) is not None
