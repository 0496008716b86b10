"""Owns dates and times in a question, read at the moment of asking in the hotel's own time; pure."""

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from guestchat.understanding.vocabulary import Vocabulary
from guestchat.words import words

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"\b([01]?\d|2[0-3])[:.h]([0-5]\d)\b")
_HOUR_MARKED = re.compile(r"\b(1?\d|2[0-4])\s*(a\.?m\.?|p\.?m\.?|o'?clock|uhr|h|heures?|horas?)\b(?!\w)")
# A figure that says itself which half of the day it means.
_MARKED = re.compile(r"\d\s*[ap]\.?m\b|\b0\d[:.h]|\bin the morning\b|\bmorgens\b|\bdu matin\b|\bde la manana\b")
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_NUMERIC = re.compile(r"\b([0-3]?\d)\.([01]?\d)\.(\d{4})?")
# "On the 24th", "am 24.", "le 24": the next such day. "On the 3rd floor" names none.
_ON_THE = re.compile(
    r"\b(?:am|vom|bis zum|zum) ([0-3]?\d)\.(?!\d|\s*(?:abend\b|tag|mal\b|morgen\b|platz))"
    r"|(?:\b(?:on|until|till|by|for) the ([0-3]?\d)(?:st|nd|rd|th)\b|\b(?:el|le) (?:dia )?([0-3]?\d)\b)"
    r"(?=\s*(?:$|[?,.!;)]|(?:at|from|for|in|and|or|please|then|we|i|is|are|it|a|au|y|et|por|est|on|il|vous|hay|esta|abre"
    r"|ouvert)\b))"
)
# "Am 1.12." is no twelve past one.
_A_DATE = re.compile(r"\b(?:am|vom|zum) [0-3]?\d\.[01]?\d\b\.?")
# "Next Monday" is the coming one, on a Monday that of the week after.
_NEXT = frozenset(
    {"next", "coming", "nachsten", "nachster", "nachste", "kommenden", "kommender", "prochain", "proximo"}
)
_COMING = _NEXT | {"this", "diesen", "ce", "este"}
_PRICE = re.compile(r"(\d+)(?:[.,]\d+)?\s*(?:€|\$|£|euros?\b|eur\b|chf\b|dollars?\b|pounds?\b)")
_AROUND = {"evening": dt.time(19), "morning": dt.time(9)}
# "In ten minutes", "asap": a time for a wish, and no hour of the clock.
SOON = re.compile(
    r"\b(?:in|en|dans|dentro de) (?:\S+ ){1,3}?(?:min|hour|std|stunde|heure|hora|quart|cuarto|viertel)\w*"
    r"|\b(?:asap|as soon as possible|immediately|straight away|right away|so schnell wie moglich|sofort|gleich"
    r"|des que possible|immediatement|lo antes posible|cuanto antes|enseguida|inmediatamente)\b"
)
_NIGHTS = frozenset({"night", "nacht", "nuit", "noche", "nights"})
# A sun terrace is there on other days than Sunday.
_OF_THE_SUN = re.compile(r"terrace|deck|lounger|bed|chair|cream|screen|lotion|hat|umbrella|room|shade")
_NIGHT_ENDS = dt.time(5)
_FIXED = {
    "christmas_eve": (12, 24),
    "christmas": (12, 25),
    "boxing_day": (12, 26),
    "new_years_eve": (12, 31),
    "new_year": (1, 1),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class When:
    """What a question says about time. `dates` are in order; empty means that it names no day.

    `around` is the hour that stands for "tonight" or "in the morning".
    """

    dates: tuple[dt.date, ...] = ()
    time: dt.time | None = None
    around: dt.time | None = None
    now: bool = False
    places: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.dates or self.time or self.around or self.now)


def find(text: str, tokens: Sequence[str], vocabulary: Vocabulary, at: dt.datetime) -> When:
    """Return the days and the time that a folded question names, counted from the hotel's local time `at`."""
    places: set[int] = set()
    dates = _dates(text, tokens, vocabulary, at.date(), places)
    of_days = frozenset(places)
    time = _time(_A_DATE.sub(" ", text), _without_prices(text, tokens), vocabulary, places)
    of_time = places - of_days
    now = [match for match in vocabulary["hours"].find(tokens) if match.key == "now"]
    for match in now:
        places.update(match.places)
    spoken = vocabulary["time"].keys(tokens)
    around = next((hour for key, hour in _AROUND.items() if key in spoken), None)
    if time is not None and not _MARKED.search(text):
        beside = {place + step for place in of_time for step in (-2, -1, 1)}
        evenings = (match for match in vocabulary["time"].find(tokens) if match.key == "evening")
        evening = any(not beside.isdisjoint(match.places) for match in evenings)
        time = _later(time, vocabulary["meal"].keys(tokens), evening=evening)
    if time is not None and time < _NIGHT_ENDS and dates and ("evening" in spoken or not _NIGHTS.isdisjoint(tokens)):
        dates = [day + dt.timedelta(days=1) for day in dates]  # "at 1 am on Saturday night" is on Sunday
    return When(dates=tuple(dates), time=time, around=around, now=bool(now) and not dates, places=frozenset(places))


def _later(time: dt.time, meals: Collection[str], *, evening: bool) -> dt.time:
    """Return the hour that is meant: "dinner at 8" and "at 8 tonight" are in the evening, "lunch at 2" after noon."""
    if "breakfast" in meals:
        return time
    of_dinner = ("dinner" in meals or evening) and _NIGHT_ENDS <= time < dt.time(12)
    of_lunch = "lunch" in meals and dt.time(1) <= time < dt.time(6)
    return time.replace(hour=time.hour + 12) if of_dinner or of_lunch else time


def _dates(text: str, tokens: Sequence[str], vocabulary: Vocabulary, today: dt.date, places: set[int]) -> list[dt.date]:
    if iso := _ISO.search(text):
        places.update(_spoken(tokens, iso.group().split("-")))
        return _dates_of(int(iso[1]), int(iso[2]), int(iso[3]))
    if numeric := _NUMERIC.search(text):
        places.update(_spoken(tokens, [part for part in numeric.groups() if part]))
        return _coming(today, int(numeric[2]), int(numeric[1]), year=int(numeric[3]) if numeric[3] else None)
    found: list[dt.date] = []
    greeted = {
        place for match in vocabulary["talk"].find(tokens) if match.end - match.start > 1 for place in match.places
    }
    parts_of_a_day = [set(match.places) for match in vocabulary["time"].find(tokens)]
    for match in vocabulary["date"].find(tokens):
        said = set(match.places)
        if said <= greeted or any(said < part for part in parts_of_a_day):
            continue  # "guten Morgen" and "por la mañana" are no tomorrow
        places.update(match.places)
        found += _named(match.key, today)
    for match in vocabulary["day"].find(tokens):
        if tokens[match.start] == "sun" and match.end < len(tokens) and _OF_THE_SUN.match(tokens[match.end]):
            continue
        places.update(match.places)
        next_to_it = (match.start - 1, match.end)
        places.update(place for place in next_to_it if 0 <= place < len(tokens) and tokens[place] in _COMING)
        ahead = (DAYS.index(match.key) - today.weekday()) % 7
        if not ahead and any(0 <= place < len(tokens) and tokens[place] in _NEXT for place in next_to_it):
            ahead = 7
        found.append(today + dt.timedelta(days=ahead))
    if not found and not vocabulary["month"].find(tokens) and (on_the := _ON_THE.search(text)):
        day_of_month = next(each for each in on_the.groups() if each)
        places.update(_spoken(tokens, [day_of_month, *words(on_the[0])[-1:]]))
        found += _next_such_day(today, int(day_of_month))
    for match in vocabulary["month"].find(tokens):
        # A month is a date only beside a day of the month: "may" is mostly no month.
        for beside in (match.start - 1, match.start - 2, match.end):
            if 0 <= beside < len(tokens) and (day := _day_of_a_month(tokens[beside])):
                places.update({*match.places, beside})
                found += _coming(today, int(match.key), day)
                break
    return list(dict.fromkeys(found))


_DAY_OF_A_MONTH = re.compile(r"([0-3]?\d)(?:st|nd|rd|th|er)?")
# What is said of the first days of a month, in any language: "January first", "le premier mai".
_SPELT_DAYS = {
    **dict.fromkeys(("first", "erster", "ersten", "premier", "primero", "1ero"), 1),
    **dict.fromkeys(("second", "zweiter", "zweiten"), 2),
    **dict.fromkeys(("third", "dritter", "dritten"), 3),
}


def _day_of_a_month(token: str) -> int:
    """Return the day that a word beside a month's name says; 0 where it says none."""
    figure = _DAY_OF_A_MONTH.fullmatch(token)
    return int(figure[1]) if figure else _SPELT_DAYS.get(token, 0)


def _next_such_day(today: dt.date, day: int) -> list[dt.date]:
    """Return the next day of that number, of this month or of one that has it."""
    coming = (today + dt.timedelta(days=each) for each in range(62))
    return [next(each for each in coming if each.day == day)] if 1 <= day <= 31 else []


def _spoken(tokens: Sequence[str], parts: Sequence[str]) -> set[int]:
    return {place for place, token in enumerate(tokens) if token in parts}


def _named(key: str, today: dt.date) -> list[dt.date]:
    if key == "today":
        return [today]
    if key == "tomorrow":
        return [today + dt.timedelta(days=1)]
    if key == "day_after_tomorrow":
        return [today + dt.timedelta(days=2)]
    if key == "weekend":
        # On Sunday "the weekend" still means this one: its Saturday is over.
        saturday = today + dt.timedelta(days=(5 - today.weekday()) % 7)
        return [today] if today.weekday() == 6 else [saturday, saturday + dt.timedelta(days=1)]
    if key == "weekdays":
        coming = (today + dt.timedelta(days=each) for each in range(7))
        return sorted(day for day in coming if day.weekday() < 5)
    month, day = _FIXED[key]
    return _coming(today, month, day)


def _coming(today: dt.date, month: int, day: int, year: int | None = None) -> list[dt.date]:
    if year is not None:
        return _dates_of(year, month, day)
    this_year = _dates_of(today.year, month, day)
    return this_year if this_year and this_year[0] >= today else _dates_of(today.year + 1, month, day)


def _dates_of(year: int, month: int, day: int) -> list[dt.date]:
    try:
        return [dt.date(year, month, day)]
    except ValueError:
        return []  # the 31st of February names no day


def _time(text: str, tokens: Sequence[str], vocabulary: Vocabulary, places: set[int]) -> dt.time | None:
    if clock := _CLOCK.search(text):
        places.update(_spoken(tokens, list(clock.groups())))
        hour = int(clock[1])
        return dt.time(_afternoon(hour, text[clock.end() : clock.end() + 6]), int(clock[2]))
    if marked := _HOUR_MARKED.search(text):
        places.update(_spoken(tokens, [marked[1], marked[2], marked[1] + marked[2], *marked[2].split(".")]))
        return dt.time(_afternoon(int(marked[1]), marked[2]) % 24)
    return _spoken_time(tokens, vocabulary, places)


def _afternoon(hour: int, mark: str) -> int:
    mark = mark.strip().replace(".", "")
    if mark.startswith("pm") and hour < 12:
        return hour + 12
    return 0 if mark.startswith("am") and hour == 12 else hour


def _without_prices(text: str, tokens: Sequence[str]) -> list[str]:
    """Return the words with amounts of money blanked: "bis 15 Euro" is no time."""
    amounts = {found[1] for found in _PRICE.finditer(text)}
    return ["-" if token in amounts else token for token in tokens]


def _spoken_time(tokens: Sequence[str], vocabulary: Vocabulary, places: set[int]) -> dt.time | None:
    """Read "half seven", "quarter to eight", "at seven", "midnight", "half past midnight"."""
    matches = vocabulary["time"].find(tokens)
    for match in matches:
        if match.key in _NAMED_HOURS:
            beside = next((each for each in matches if each.start == match.end and each.key in _BESIDE_AN_HOUR), match)
            places.update(match.places, beside.places)
            return _clock(_NAMED_HOURS[match.key], _BESIDE_AN_HOUR.get(beside.key, 0))
        if match.key == "half_after":
            hour = _hour(tokens, match.start - 1, vocabulary) if match.start else None
            if hour is not None:
                places.update(range(match.start - 1, match.end))
                return dt.time(hour % 24, 30)
            continue
        if match.key == "at" and match.start and tokens[match.start - 1] == "y":
            continue  # French "il y a 2 lits" folds to the word for "at"
        if match.key == "at" and any(each.start == match.end and each.key in _NAMED_HOURS for each in matches):
            continue  # "à minuit et demi"
        minutes = {"half": vocabulary.half_minutes, "quarter_past": 15, "quarter_to": -15, "at": 0}.get(match.key)
        hour = _hour(tokens, match.end, vocabulary) if minutes is not None else None
        if hour is not None and minutes is not None:
            places.update(range(match.start, match.end + 1))
            return _clock(hour, minutes)
    return None


_NAMED_HOURS = {"noon": 12, "midnight": 0}
# "Minuit et demi", "medianoche y cuarto".
_BESIDE_AN_HOUR = {"half_after": 30, "quarter_past": 15, "quarter_to": -15}


def _clock(hour: int, minutes: int) -> dt.time:
    return dt.time((hour * 60 + minutes) // 60 % 24, minutes % 60)


def _hour(tokens: Sequence[str], place: int, vocabulary: Vocabulary) -> int | None:
    if place >= len(tokens):
        return None
    if tokens[place].isdigit():
        return int(tokens[place]) if int(tokens[place]) < 25 else None
    for key in vocabulary["time"].keys([tokens[place]]) & _NAMED_HOURS.keys():
        return _NAMED_HOURS[key]
    spoken = vocabulary["number"].keys([tokens[place]])
    # "at a …" is an article, not one o'clock.
    return int(next(iter(spoken))) if spoken and len(tokens[place]) > 2 else None
