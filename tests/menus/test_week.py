"""Opening hours as a grid: what people write on doors is understood, and what was not touched stays as it is."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menus import week
from menus.content import Content
from menus.models import DAYS, OpeningHours, User, Venue
from menus.week import BadTimes, Dated, Entry, Line, Span, Week

NOON, HALF_PAST_TWO, SIX, TEN, ONE, MIDNIGHT = (
    dt.time(12),
    dt.time(14, 30),
    dt.time(18),
    dt.time(22),
    dt.time(1),
    dt.time(0),
)
CLOSED = Span()


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("", ()),
        (" – ", ()),
        ("closed", (CLOSED,)),
        ("Ruhetag", (CLOSED,)),
        ("FERMÉ", (CLOSED,)),
        ("12:00–14:30", (Span(NOON, HALF_PAST_TWO),)),
        ("12-14.30", (Span(NOON, HALF_PAST_TWO),)),
        ("12h-14h30", (Span(NOON, HALF_PAST_TWO),)),
        ("12 bis 14:30 Uhr", (Span(NOON, HALF_PAST_TWO),)),
        ("12 pm to 2:30 pm", (Span(NOON, HALF_PAST_TWO),)),
        ("6–10 pm", (Span(SIX, TEN),)),
        ("12am-1am", (Span(MIDNIGHT, ONE),)),
        ("18–24", (Span(SIX, MIDNIGHT),)),
        ("18:00-01:00", (Span(SIX, ONE),)),
        ("18–22, 12–14:30", (Span(NOON, HALF_PAST_TWO), Span(SIX, TEN))),
        ("12–14:30 and 18–22", (Span(NOON, HALF_PAST_TWO), Span(SIX, TEN))),
        ("12–14:30 / 18–22", (Span(NOON, HALF_PAST_TWO), Span(SIX, TEN))),
        ("12–14:30; 12–14:30", (Span(NOON, HALF_PAST_TWO),)),
        ("00:00–00:00", (Span(MIDNIGHT, MIDNIGHT),)),
        ("24/7", (Span(MIDNIGHT, MIDNIGHT),)),
        ("8 a.m. – 5 p.m.", (Span(dt.time(8), dt.time(17)),)),
    ],
)
def test_what_people_write_on_a_door_is_understood(text: str, spans: tuple[Span, ...]) -> None:
    assert week.parse(text) == spans


@pytest.mark.parametrize(
    "text",
    [
        "12",
        "12–",
        "noon–two",
        "25–26",
        "12:60–13",
        "13 pm–14",
        "0 am–1 am",
        "12–15, 14–18",
        "12–14, closed",
        "9" * 130,
    ],
)
def test_what_is_no_time_is_told_and_not_guessed(text: str) -> None:
    with pytest.raises(BadTimes) as bad:
        week.parse(text)
    assert str(bad.value).endswith((".", "closed."))


times = st.times(max_value=dt.time(23, 59)).map(lambda time: time.replace(second=0, microsecond=0))
spans = st.one_of(st.just(CLOSED), st.builds(Span, times, times))
labels = st.sampled_from([{}, {"en": "Lunch"}, {"en": "Dinner", "de": "Abendessen"}])


@given(text=st.text(alphabet="0123456789:.,;-–/ aphmclosed", max_size=30))
def test_whatever_is_written_is_times_or_a_sentence(text: str) -> None:
    try:
        found = week.parse(text)
    except BadTimes:
        return
    assert week.parse(week.show(found)) == found


entries = st.lists(
    st.one_of(
        st.builds(
            Entry,
            days=st.lists(st.sampled_from(DAYS), min_size=1, unique=True).map(
                lambda days: tuple(sorted(days, key=DAYS.index))
            ),
            span=spans,
            label=labels,
        ),
        st.builds(Entry, date=st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 9)), span=spans, label=labels),
    ),
    max_size=8,
)


@given(rows=entries)
def test_a_grid_loses_nothing_of_the_rows(rows: list[Entry]) -> None:
    def said(these: list[Entry]) -> set[tuple[object, ...]]:
        return {
            (str(each.date or day), each.span, tuple(sorted(each.label.items())))
            for each in these
            for day in (each.days or ("",))
        }

    try:
        back = week.entries(week.read(rows))
    except BadTimes:
        return  # rows that overlap or close and open one day are shown, and not saved so
    assert said(back) == said(rows)


def test_days_of_the_same_time_stand_in_one_row() -> None:
    cells = ("12–14:30",) * 5 + ("12–14:30, 18–22", "closed")
    found = week.entries(Week(lines=(Line(label={}, cells=cells),)))
    assert [(each.days, str(each.span)) for each in found] == [
        (DAYS[:6], "12:00–14:30"),
        (("sat",), "18:00–22:00"),
        (("sun",), "closed"),
    ]


def test_a_day_that_one_line_closes_and_another_opens_is_named() -> None:
    closed, lunch = Line(label={}, cells=("closed",) * 7), Line(label={"en": "Lunch"}, cells=("12–14",) + ("",) * 6)
    assert week.contradictions(week.entries(Week(lines=(closed, lunch)))) == ["mon"]


# --- in the database ----------------------------------------------------------------
@pytest.fixture
def linden(lindenhof: Content) -> Venue:
    return Venue.objects.get(key="linden")


def rows_of(venue: Venue) -> list[OpeningHours]:
    return list(OpeningHours.objects.filter(venue=venue))


@pytest.fixture
def person(db: None) -> User:
    return User.objects.create(username="anna", is_staff=True)


def test_every_venue_of_the_demo_hotel_comes_back_as_it_was(lindenhof: Content, person: User) -> None:
    for venue in Venue.objects.all():
        rows = rows_of(venue)
        before = [(row.pk, str(row), row.label, row.position) for row in rows]
        assert week.save(venue, week.entries(week.read(map(week.entry_of, rows))), week.mark(rows), person)
        assert sorted((pk, text) for pk, text, *_ in before) == sorted((row.pk, str(row)) for row in rows_of(venue))


def test_only_what_was_changed_is_written_anew(linden: Venue, person: User) -> None:
    rows = rows_of(linden)
    entries = week.entries(week.read(map(week.entry_of, rows)))
    changed = [*entries[1:], Entry(date=dt.date(2026, 12, 31), span=Span(SIX, ONE))]
    assert week.save(linden, changed, week.mark(rows), person)
    after = rows_of(linden)
    assert len({row.pk for row in after} - {row.pk for row in rows}) == 1
    assert len({row.pk for row in rows} - {row.pk for row in after}) == 1
    assert [row.position for row in after] == list(range(len(after)))


def test_whoever_was_slower_changes_nothing(linden: Venue, person: User) -> None:
    rows = rows_of(linden)
    mark = week.mark(rows)
    OpeningHours.objects.filter(pk=rows[0].pk).update(closed=True, opens=None, closes=None)
    before = [str(row) for row in rows_of(linden)]
    assert not week.save(linden, [], mark, person)
    assert [str(row) for row in rows_of(linden)] == before


def test_a_date_is_shown_with_its_own_label() -> None:
    shown = week.read([Entry(date=dt.date(2026, 12, 24), span=CLOSED, label={"en": "Christmas Eve"})])
    assert shown == Week(dated=(Dated(date=dt.date(2026, 12, 24), label={"en": "Christmas Eve"}, cell="closed"),))
