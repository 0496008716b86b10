"""Owns whether a clause asks when something is open: of a venue, a meal, or what guests do there. Pure."""

import re
from collections.abc import Collection
from dataclasses import replace

from guestchat.understanding.parts import make
from guestchat.understanding.query import Intent, Part
from guestchat.understanding.reading import Reading

# At the beginning of what is asked: "what do we need when we check in" asks for no time.
ASKS_WHEN = re.compile(
    r"(?:^|[,.;:!?-]\s*|\b(?:and|so|ok|okay|but|also|hi|hello|und|et|y|pero)\s+)\W*"
    r"(?:from |until |till |at |ab |bis |a |de |desde |hasta )?"
    r"(?:when|what time|wann|quand|quelle heure|cuando|que hora)\b"
    r"|\b(?:how early|how late|earliest|latest)\b"
)


def hours(reading: Reading) -> Part | None:
    """Return a part that asks when something is open; None where the clause asks for something else."""
    keys = reading.keys("hours")
    menu = set(reading.keys("menu"))
    kitchen = bool(reading.found("kitchen"))
    venues, kinds = reading.meant_venues, reading.meant_kinds
    about = venues or kinds or reading.keys("meal") or kitchen
    food = {"ask", "drink"} & menu
    beside = reading.topics - reading.places("hours", "menu") - (reading.plain if food else set())
    whole = "house" in keys and not beside
    if not keys or not (about or whole or ("ask" in menu and not _is_on_a_matter(reading))):
        return None
    topic = "food" if food and not about else "closes" if "closes" in keys else "hours"
    explained = ("hours", "venue", "meal", "menu", "aspect", "time", "course", "doing")
    if kitchen and not (venues or kinds or reading.keys("meal")):
        return make(reading, Intent.HOURS, topic=topic, explained=(*explained, "kitchen"), venue_kinds=("restaurant",))
    # "When does it open in the morning" asks for the hour, and not whether it is open then.
    for_the_hour = (reading.asks and "opens" in keys) or ASKS_WHEN.search(reading.folded)
    when = replace(reading.when, around=None) if for_the_hour else reading.when
    return make(reading, Intent.HOURS, topic=topic, explained=explained, venues=venues, venue_kinds=kinds, when=when)


def _is_on_a_matter(reading: Reading) -> bool:
    """ "How long do you hang on to what people leave behind": a matter of the house, and no food."""
    return bool(reading.matters.subjects) and bool(reading.matters.places - reading.places("hours", "menu", "time"))


def asks_whether_a_meal_is_served(reading: Reading) -> bool:
    """ "Do you serve lunch on Monday?" is about hours; "what can I eat for lunch on Monday" is about dishes."""
    explained = reading.places("meal", "menu", "aspect", "time", "venue")
    beside = reading.topics - explained - reading.venue_places - reading.plain
    # "Can we have lunch on Monday" asks whether, "what can we have" asks what.
    asks_for_dishes = any(
        match.key in {"ask", "drink"} and reading.tokens[match.start] != "can" for match in reading.found("menu")
    )
    then = reading.when.dates or reading.when.time
    whether = reading.first_word in _WHETHER and not beside and len(reading.tokens) <= _IN_SHORT
    return bool(reading.keys("meal") and (then or whether) and not beside and not asks_for_dishes)


# "Do you do lunch", "gibt es Abendessen": how a question begins that a yes with the hours answers.
_WHETHER_SAID = """
    do does is are d'you habt haben gibt gibts bietet servez avez proposez hay tienen teneis tenes sirven servis dan
"""
_WHETHER = frozenset(_WHETHER_SAID.split())
_IN_SHORT = 5


def asks_when(reading: Reading, aspects: Collection[str]) -> bool:
    """ "Spa Sunday 2pm?", "is reception staffed at 3 am": a venue and a time, and next to nothing else."""
    if not (reading.meant_venues or reading.meant_kinds) or set(aspects) & {"location", "phone"}:
        return False
    beside = reading.topics - reading.places("venue", "aspect", "menu", "time", "meal", "doing") - reading.venue_places
    if not reading.venues and reading.meant_venues:
        beside -= reading.matters.places
    moment = reading.when.time or reading.when.dates or reading.when.now
    return bool(moment) and len(beside) <= (1 if reading.when.time else 0) and not reading.matters.details - {"hours"}
