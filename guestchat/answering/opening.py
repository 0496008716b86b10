"""Owns answers about opening hours: on a day, at a moment, now, and the regular week. Times come from `menus.hours`."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from guestchat.answering import gate
from guestchat.answering.answer import Reply, Source
from guestchat.answering.scene import Scene
from guestchat.understanding.query import Part
from guestchat.understanding.vocabulary import told_by
from guestchat.understanding.when import DAYS
from guestchat.words import words
from menus import hours
from menus.content import Menu, Venue
from menus.hours import Interval

_MOST_DAYS = 3


def answer(part: Part, scene: Scene) -> Reply | None:
    """Answer when the venues or meals of a part are open; None where the hotel has none of them."""
    venues = find_venues(part, scene)
    if not venues:
        if part.venues or part.venue_kinds or part.meals:
            return None
        # "Can we still eat at nine" asks for nine.
        return _what_is_open(part, scene) if part.when.now and not part.when.time else _overview(part, scene)
    said = [" ".join(_about(venue, part, scene)) for venue in venues]
    # The pool inside the spa: the venue's own words say which of its hours are the pool's.
    said = [
        f"{each} {_description(venue, scene)}".rstrip() if _is_around(venue, part, scene) else each
        for each, venue in zip(said, venues, strict=True)
    ]
    return Reply(
        text="\n".join(said),
        sources=[Source("venue", venue.key) for venue in venues],
        venues=[venue.key for venue in venues],
    )


def _is_around(venue: Venue, part: Part, scene: Scene) -> bool:
    """Return whether what is asked for is inside a venue and not the venue itself."""
    inside = scene.catalogue.lexicon.venue_kinds[venue.key] & set(part.venue_kinds)
    return not part.venues and bool(inside - {venue.kind})


def _description(venue: Venue, scene: Scene) -> str:
    description = scene.text(venue.description)
    return "" if gate.promises(description) else description


def find_venues(part: Part, scene: Scene) -> list[Venue]:
    """Return the venues that a part means: by name, else by kind, else by the meal that they serve."""
    everything = scene.content.venues
    kinds = set(part.venue_kinds)
    inside = scene.catalogue.lexicon.venue_kinds
    # "The rooftop bar", "the bar by the pool": one venue of all these kinds before each of one.
    of_all = [venue for venue in everything if len(kinds) > 1 and kinds <= inside[venue.key] | {venue.kind}]
    if part.venues:
        found = [scene.content.venues_by_key[key] for key in part.venues if key in scene.content.venues_by_key]
        found = of_all or found  # "the bar by the pool" is no pool, however that is called
    elif kinds:
        found = [venue for venue in everything if venue.kind in kinds]
        found = [venue for venue in of_all if venue in found] or found
        if not found and not part.rest:
            # Only the plain question: "women-only hours of the sauna" are not the spa's.
            found = [venue for venue in everything if inside[venue.key] & kinds]
    elif part.meals:
        for tells in (_intervals_of_meals, _menus_of_meals, serves_meal, _is_there_for):
            if found := [venue for venue in everything if tells(venue, part.meals)]:
                break
        return found
    elif part.intent == "hours" and len(everything) == 1:
        found = list(everything)
    else:
        return []
    if part.meals and len(found) > 1:
        found = [venue for venue in found if serves_meal(venue, part.meals)] or found
    return found


def are_untold(keys: Sequence[str], scene: Scene) -> bool:
    """Return whether there are venues and none of them tells any hours."""
    return bool(keys) and not any(scene.content.venues_by_key[key].opening_hours for key in keys)


def _intervals_of_meals(venue: Venue, meals: Sequence[str]) -> bool:
    return any(told_by("meal", entry.label) & set(meals) for entry in venue.opening_hours)


def _menus_of_meals(venue: Venue, meals: Sequence[str]) -> list[Menu]:
    """Return a venue's menus of these meals that are served at times of their own."""
    return [menu for menu in venue.menus if menu.served and told_by("meal", menu.name) & set(meals)]


def _tells_of_meals(venue: Venue, meals: Sequence[str]) -> bool:
    """Return whether a venue's hours or menus tell when these meals are served in it."""
    return _intervals_of_meals(venue, meals) or bool(_menus_of_meals(venue, meals))


def serves_meal(venue: Venue, meals: Sequence[str]) -> bool:
    """Return whether a venue serves one of these meals, by its hours' labels or its menus' names."""
    return _intervals_of_meals(venue, meals) or any(told_by("meal", menu.name) & set(meals) for menu in venue.menus)


# When a meal is eaten nearly everywhere.
_USUALLY = {"breakfast": dt.time(9), "brunch": dt.time(11), "lunch": dt.time(12, 45), "dinner": dt.time(19, 30)}


def is_open_for(venue: Venue, meals: Sequence[str]) -> bool:
    """Return whether a venue that names no meals at all is open on some day when one of these is usually eaten."""
    if serves_meal(venue, tuple(_USUALLY)):
        return False
    times = [_USUALLY[meal] for meal in meals if meal in _USUALLY]
    return any(
        entry.opens is not None
        and entry.closes is not None
        and (entry.opens <= time < entry.closes or (entry.closes <= entry.opens and time >= entry.opens))
        for entry in venue.opening_hours
        for time in times
    )


# A place that its description calls a meal's, open for no longer than that: the breakfast room.
_ENDS_BY = {"breakfast": dt.time(12, 30), "brunch": dt.time(15, 30)}


def _is_there_for(venue: Venue, meals: Sequence[str]) -> bool:
    """Return whether a venue's description names one of these meals, and its hours are no longer than that."""
    told = told_by("meal", venue.description) & set(meals)
    weekly = [entry for entry in venue.opening_hours if entry.days and entry.closes]
    ends = max((_ENDS_BY[meal] for meal in told if meal in _ENDS_BY), default=None)
    return bool(weekly) and ends is not None and all(entry.closes and entry.closes <= ends for entry in weekly)


def _on(venue: Venue, day: dt.date, part: Part, scene: Scene) -> list[Interval]:
    """Return a day's intervals, of the meals asked for where the venue's labels or its menus' times tell them apart."""
    intervals = hours.hours_on(venue, day, scene.content.zone)
    if part.meals and _intervals_of_meals(venue, part.meals):
        return [interval for interval in intervals if told_by("meal", interval.label) & set(part.meals)]
    if menus := _menus_of_meals(venue, part.meals):
        served = {
            (each.opens, each.closes): each
            for menu in menus
            for each in hours.servings_on(menu, venue, day, scene.content.zone)
        }
        return [served[times] for times in sorted(served)]
    return list(intervals)


def _about(venue: Venue, part: Part, scene: Scene) -> Iterator[str]:
    if not venue.opening_hours:
        yield scene.say("hours.unknown", venue=scene.name(venue))
        if description := _description(venue, scene):
            yield description  # a season is told in words
        return
    asked_time = part.when.time or (part.when.around if not part.meals else None)
    if part.when.now or (asked_time is not None and part.topic == "hours"):
        yield _at(venue, part, scene)
        return
    days = part.when.dates[:_MOST_DAYS] or (scene.at.date(),)
    open_somewhere = False
    for day in days:
        intervals = _on(venue, day, part, scene)
        open_somewhere = open_somewhere or bool(intervals)
        yield _day(venue, day, intervals, part, scene)
        yield from _last_orders(venue, day, intervals, part, scene)
        if not intervals and part.meals and (others := hours.hours_on(venue, day, scene.content.zone)):
            # "New Year's brunch" is what there is instead of breakfast.
            yield _day(venue, day, others, replace(part, meals=()), scene)
    if not part.when.dates:
        yield from _regular(venue, part, scene)
    if not open_somewhere and (following := _next(venue, part, scene, days[-1])):
        yield scene.say("hours.next", when=scene.words.moment(following.opens, scene.at.date()))


def _last_orders(venue: Venue, day: dt.date, intervals: Sequence[Interval], part: Part, scene: Scene) -> Iterator[str]:
    """Yield until when the menu of a meal is served, where that ends before the hours of the meal do."""
    if not intervals or not _intervals_of_meals(venue, part.meals):
        return
    for menu in _menus_of_meals(venue, part.meals):
        served = hours.servings_on(menu, venue, day, scene.content.zone)
        if served and served[-1].closes < intervals[-1].closes:
            name = gate.held_back(scene.text(menu.name), scene.name(venue))
            yield scene.say("hours.served_until", menu=name, time=scene.words.time(served[-1].closes))


def _next(venue: Venue, part: Part, scene: Scene, after: dt.date) -> Interval | None:
    for ahead in range(1, 15):
        if intervals := _on(venue, after + dt.timedelta(days=ahead), part, scene):
            return intervals[0]
    return None


def _day(venue: Venue, day: dt.date, intervals: Sequence[Interval], part: Part, scene: Scene) -> str:
    name, when = scene.name(venue), scene.words.day(day, scene.at.date())
    meal = scene.say(f"meal.{part.meals[0]}") if part.meals and _tells_of_meals(venue, part.meals) else ""
    if not intervals:
        # "No lunch on Sunday" would leave it open whether there is dinner.
        without_meal = meal and hours.hours_on(venue, day, scene.content.zone)
        return _capital(
            scene.say("hours.meal_none", venue=name, meal=meal, day=when)
            if without_meal
            else scene.say("hours.closed_day", venue=name, day=when)
        )
    if part.topic in {"closes", "opens"} and len(intervals) == 1 and not meal:
        one = intervals[0].closes if part.topic == "closes" else intervals[0].opens
        return _capital(scene.say(f"hours.{part.topic}", venue=name, day=when, times=scene.words.time(one)))
    times_of_day = _times(intervals, scene, labelled=not meal)
    if meal:
        return _capital(scene.say("hours.meal_on_day", meal=meal, venue=name, day=when, times=times_of_day))
    return _capital(scene.say("hours.on_day", venue=name, day=when, times=times_of_day))


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _times(intervals: Sequence[Interval], scene: Scene, *, labelled: bool) -> str:
    return scene.words.join([_span(interval, scene, labelled=labelled) for interval in intervals])


def _span(interval: Interval, scene: Scene, *, labelled: bool) -> str:
    if interval.opens.time() == interval.closes.time():
        span = scene.say("format.round_the_clock")
    else:
        span = scene.say(
            "format.from_to", opens=scene.words.time(interval.opens), closes=scene.words.time(interval.closes)
        )
    label = scene.text(interval.label)
    # A meal's own name is said already; "Dinner, half-board guests only" says more.
    label = label if labelled or len(words(label)) > 1 else ""
    return f"{span} ({label})" if label else span


def _at(venue: Venue, part: Part, scene: Scene) -> str:
    """Say whether a venue is open at a moment, and until or from when."""
    name, zone = scene.name(venue), scene.content.zone
    moment = scene.moment(part.when)
    interval = hours.open_now(venue, moment, zone)
    if part.meals and _tells_of_meals(venue, part.meals):
        return _meal_at(venue, moment, part, scene)
    if part.when.time is not None or (part.when.around is not None and not part.when.now):
        day, time = scene.words.day(moment.date(), scene.at.date()), scene.words.time(moment)
        if interval is not None:
            if _is_whole_day(interval):
                return scene.say("hours.open_all_day", venue=name, day=day)
            return scene.say("hours.open_at", venue=name, day=day, time=time, until=scene.words.time(interval.closes))
        intervals = _on(venue, moment.date(), part, scene)
        if intervals:
            closed = scene.say("hours.closed_at", venue=name, day=day, time=time)
            return f"{closed} {_day(venue, moment.date(), intervals, part, scene)}"
        closed = scene.say("hours.closed_at", venue=name, day=day, time=time)
        following = _next(venue, part, scene, moment.date())
        then = scene.say("hours.next", when=scene.words.moment(following.opens, scene.at.date())) if following else ""
        return f"{closed} {then}".rstrip()
    if interval is not None:
        if _is_whole_day(interval):
            return scene.say("hours.open_all_day", venue=name, day=scene.words.day(moment.date(), scene.at.date()))
        return scene.say("hours.open_now", venue=name, until=scene.words.time(interval.closes))
    following = hours.next_opening(venue, moment, zone)
    if following is None:
        return scene.say("hours.closed_now_unknown", venue=name)
    return scene.say("hours.closed_now", venue=name, when=scene.words.moment(following.opens, scene.at.date()))


def _is_whole_day(interval: Interval) -> bool:
    """Return whether a venue that is open all day would be told to close at midnight."""
    return interval.opens.time() == interval.closes.time() == dt.time()


def _meal_at(venue: Venue, moment: dt.datetime, part: Part, scene: Scene) -> str:
    """Say whether a meal is served at a moment: an open restaurant may be between two meals or at another."""
    day = moment.date()
    around = (day - dt.timedelta(days=1), day)
    served = any(interval.covers(moment) for each in around for interval in _on(venue, each, part, scene))
    first = scene.say("hours.meal_yes" if served else "hours.meal_no")
    return f"{first} {_day(venue, day, _on(venue, day, part, scene), part, scene)}"


def _overview(part: Part, scene: Scene) -> Reply | None:
    """Say when all is open on the day that is asked for."""
    day = part.when.dates[0] if part.when.dates else scene.at.date()
    venues = [venue for venue in scene.content.venues if venue.opening_hours and (part.topic != "food" or venue.menus)]
    if not venues:
        return None
    lines = [f"- {_day(venue, day, _on(venue, day, part, scene), part, scene)}" for venue in venues]
    return Reply(
        text="\n".join(lines),
        sources=[Source("venue", venue.key) for venue in venues],
        venues=[venue.key for venue in venues],
    )


def _what_is_open(part: Part, scene: Scene) -> Reply:
    opened = [
        (venue, interval)
        for venue in scene.content.venues
        if (interval := hours.open_now(venue, scene.at, scene.content.zone))
        if part.topic != "food"
        or any(hours.served_now(menu, venue, scene.at, scene.content.zone) for menu in venue.menus)
    ]
    if not opened:
        return Reply(text=scene.say("hours.nothing_open"), sources=[Source("hotel", scene.content.slug)])
    lines = [f"- {scene.name(venue)}: {_span(interval, scene, labelled=True)}" for venue, interval in opened]
    return Reply(
        text="\n".join([scene.say("hours.what_open", venues="").rstrip(" ."), *lines]),
        sources=[Source("venue", venue.key) for venue, _interval in opened],
        venues=[venue.key for venue, _interval in opened],
    )


def _regular(venue: Venue, part: Part, scene: Scene) -> Iterator[str]:
    """Yield the regular week, days of the same hours together; nothing where only dates are known."""
    entries = list(_weekly(venue, part.meals))
    by_day = {day: tuple(sorted({(opens, closes) for days, opens, closes in entries if day in days})) for day in DAYS}
    groups = [(list(days), spans) for spans, days in groupby(DAYS, key=lambda day: by_day[day])]
    open_groups = [(days, spans) for days, spans in groups if spans]
    if not open_groups:
        return
    if len(groups) == 1:
        yield scene.say("hours.every_day")
        return
    week = "; ".join(f"{_days(days, scene)} {_spans(spans, scene)}" for days, spans in open_groups)
    yield scene.say("hours.weekly", week=week)


def _weekly(venue: Venue, meals: Sequence[str]) -> Iterator[tuple[Sequence[str], dt.time, dt.time]]:
    """Yield the days and times of a regular week, of these meals where hours or menus tell them apart."""
    labelled = bool(meals) and _intervals_of_meals(venue, meals)
    if meals and not labelled and (menus := _menus_of_meals(venue, meals)):
        yield from ((each.days, each.starts, each.ends) for menu in menus for each in menu.served)
        return
    for entry in venue.opening_hours:
        wanted = not labelled or bool(told_by("meal", entry.label) & set(meals))
        if wanted and entry.days and not entry.closed and entry.opens and entry.closes:
            yield entry.days, entry.opens, entry.closes


def _days(days: Sequence[str], scene: Scene) -> str:
    first, last = scene.say(f"weekday_short.{days[0]}"), scene.say(f"weekday_short.{days[-1]}")
    return first if len(days) == 1 else f"{first}\N{EN DASH}{last}"


def _spans(spans: Sequence[tuple[dt.time, dt.time]], scene: Scene) -> str:
    return ", ".join(f"{scene.words.time(opens)}\N{EN DASH}{scene.words.time(closes)}" for opens, closes in spans)
