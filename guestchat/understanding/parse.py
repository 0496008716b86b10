"""Owns parsing: a guest's text and what it may refer to -> a Query. Pure: no database, no clock of its own."""

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from guestchat.understanding import clauses, follow_up
from guestchat.understanding.lexicon import Lexicon
from guestchat.understanding.query import Context, Intent, Part, Query
from guestchat.understanding.reading import Reading
from guestchat.understanding.vocabulary import LANGUAGES, Match, Vocabulary, vocabulary
from guestchat.understanding.when import SOON
from guestchat.words import words

_REQUESTED = ("late_checkout", "wake_up", "taxi", "maintenance", "housekeeping", "other")

# A room by its bare number: "to 412", "auf 412", "à la 412".
_TO_A_ROOM = re.compile(
    r"(?<!\bup )\b(?:to|auf|a la|a l'|in die|nach|fur|for|room)\s+(\d{3}[a-z]?)\b(?! ?(?:g|ml|kcal|eur|€))"
)


def parse(text: str, lexicon: Lexicon, context: Context, at: dt.datetime, language: str) -> Query:
    """Return a guest's message as a query; `at` is the moment of asking in the hotel's own time."""
    known = vocabulary(language)
    readings = [
        Reading(clause, known, lexicon, at, clauses.is_marked(clause, text))
        for clause in _clauses(text, lexicon, known)
    ]
    stated = dict.fromkeys(code for reading in readings for code in reading.stated_allergies)
    parts: list[Part] = []
    for reading in readings:
        before = follow_up.after(parts[-1], context) if parts else context
        parts.append(follow_up.resolve(_part(reading), reading, context, before))
    parts = [_only_stated(part, reading, parts) for part, reading in zip(parts, readings, strict=True)]
    return Query(text=text, language=language, parts=tuple(_spread(parts)), allergies=tuple(stated))


def _clauses(text: str, lexicon: Lexicon, known: Vocabulary) -> Sequence[str]:
    """Return a message's questions; an article's own question, as it was offered to tap, is one."""
    return [text] if tuple(words(text)) in lexicon.headings else clauses.split(text, known)


def _only_stated(part: Part, reading: Reading, parts: Sequence[Part]) -> Part:
    """ "Allergic to nuts. What can I have for dinner?": the first clause asks for nothing of its own."""
    asks = reading.asks or part.courses or part.meals or part.venues or part.items
    if len(parts) > 1 and part.intent is Intent.LIST and reading.stated_allergies and not asks:
        return replace(part, topic="statement")
    return part


def _spread(parts: Sequence[Part]) -> list[Part]:
    """Let "I'm vegan." hold for the other questions of its message, and let a greeting yield to a question."""
    stated = [part for part in parts if part.topic == "statement"]
    asked = [part for part in parts if part not in stated and part.intent is not Intent.TALK]
    if not asked:
        return [*stated[:1], *(part for part in parts if part not in stated)][:1]
    diets = [diet for part in stated for diet in part.diets]
    avoid = [code for part in stated for code in part.avoid]
    return [
        replace(
            part,
            diets=tuple(dict.fromkeys((*part.diets, *diets))),
            avoid=tuple(dict.fromkeys((*part.avoid, *avoid))),
        )
        if part.intent in {Intent.LIST, Intent.DISH}
        else part
        for part in asked
    ]


def _part(reading: Reading) -> Part:
    """Decide what a clause wants: what is urgent first, then what rows can tell, then a question to the articles."""
    for decide in (
        _emergency,
        _private,
        _who,
        _person,
        _talk,
        _request,
        _dish,
        _statement,
        _fact,
        _list,
        _hours,
        _place,
    ):
        part = decide(reading)
        if part is not None:
            return part
    return _make(reading, Intent.QUESTION)


# What rows tell of these is not lessened by words that ask for nothing of their own.
_PLAINLY = frozenset({Intent.HOURS, Intent.PLACE, Intent.FACT, Intent.LIST})


def _make(reading: Reading, intent: Intent, *, explained: Sequence[str] = (), **fields: Any) -> Part:
    """Return a part with everything that any answer may use; `explained` tables take their words from the rest."""
    allergens = reading.allergens
    named = {place for each in reading.named for place in each.places} if intent is Intent.DISH else set()
    explained = (*explained, "wine") if reading.wines else explained
    taken = reading.places(*explained, "follow_up") | named | allergens.places | reading.venue_places
    return Part(
        **{
            "text": reading.text,
            "intent": intent,
            "venues": reading.venues,
            "venue_kinds": reading.keys("venue"),
            "meals": reading.keys("meal"),
            "courses": reading.keys("course"),
            "wines": reading.wines,
            "diets": reading.keys("diet"),
            "avoid": tuple(dict.fromkeys((*allergens.mine, *allergens.avoid))),
            "containing": allergens.contains,
            "aspects": reading.aspects,
            "price_up_to": reading.price_up_to,
            "price_from": reading.price_from,
            "order": next((key for key in reading.keys("menu") if key in {"cheapest", "dearest"}), ""),
            "kids": "kids" in reading.keys("menu"),
            "mild": "not_spicy" in reading.keys("menu"),
            "spicy": intent is Intent.LIST and "spicy" in reading.aspects and "not_spicy" not in reading.keys("menu"),
            "drinks": "drink" in reading.keys("menu"),
            "when": reading.when,
            "room": reading.room or (_room_by_number(reading) if intent is Intent.REQUEST else ""),
            "quantity": reading.quantity,
            "words": reading.stems(reading.topics),
            "subjects": reading.matters.subjects,
            "details": reading.matters.details,
            "beyond": reading.beyond,
            "bounds": reading.bounds,
            "rest": reading.stems(reading.topics - taken - (reading.plain if intent in _PLAINLY else set())),
            **fields,
        }
    )


def _emergency(reading: Reading) -> Part | None:
    """Help comes before grammar: cries of any language count, as nobody in need minds the page's."""
    own = any(match.key == "ask" for match in reading.found("emergency"))
    if own or any(_cries(reading, language) for language in LANGUAGES):
        return _make(reading, Intent.EMERGENCY)
    return None


# Short words are left to their own language: a German "Brand" is a fire, an English "brand" is a label.
_TELLING_LETTERS = 7


def _cries(reading: Reading, language: str) -> bool:
    known, tokens = vocabulary(language), reading.cried
    found = known["emergency"].find(tokens)
    if any(match.key == "ask" and _is_telling(tokens[match.start : match.end]) for match in found):
        return True
    calm = any(match.key == "calm" for match in found) or any(
        match.key == "calm" for match in reading.found("emergency")
    )
    return not calm and bool(known.cries.find(tokens))


def _is_telling(tokens: Sequence[str]) -> bool:
    return len(tokens) > 1 or len(tokens[0]) >= _TELLING_LETTERS


def _private(reading: Reading) -> Part | None:
    asks_after_somebody = reading.asks and reading.known.whereabouts.find(reading.tokens)
    return _make(reading, Intent.PRIVATE) if reading.found("private") or asks_after_somebody else None


def _person(reading: Reading) -> Part | None:
    keys = set(reading.keys("person"))
    if reading.asks:
        keys.discard("noise")  # "is it very loud by the lift?" complains of nothing
    if keys == {"noise"} and ("maintenance" in reading.keys("request") or reading.asks_for_dishes):
        return None  # the thing that makes the noise is out of order; "can't sleep, what can I still eat" complains not
    if not keys:
        return None
    return _make(reading, Intent.PERSON, topic="ask" if "ask" in keys else "complaint")


def _who(reading: Reading) -> Part | None:
    """ "Are you a human?" asks who speaks; it asks for nobody. "Can you help me with my luggage" asks for help."""
    asked = [match for match in reading.found("talk") if match.key == "who_are_you"]
    if not asked or reading.places("topic") - reading.places("talk") or reading.when or reading.found("request"):
        return None
    if all(match.end - match.start == 1 for match in asked) and reading.topics - reading.places("talk"):
        return None  # "the loo won't flush, help"
    return _make(reading, Intent.TALK, topic="who_are_you")


def _talk(reading: Reading) -> Part | None:
    """Small talk is a clause that says nothing else; whoever swears about a broken tap wants the tap mended."""
    keys = reading.keys("talk")
    if not keys:
        return None
    spoken = reading.places("talk")
    wants = reading.found("request") or reading.found("hours") or reading.found("menu") or reading.venues
    if reading.when and any(match.key == "start" for match in reading.found("follow_up")):
        return None  # "and in the evening?" greets nobody
    if "price" in reading.aspects:
        return None  # "cuánto vale": the same word is thanks
    if "abuse" in keys and not wants:
        return _make(reading, Intent.TALK, topic="abuse")
    beside = set(range(len(reading.tokens))) - spoken
    if beside - reading.filler or (beside and wants):
        return None
    # "who are you" says more than the greeting before it.
    telling = [key for key in keys if key not in {"greeting", "thanks", "yes", "no"}]
    return _make(reading, Intent.TALK, topic=(telling or list(keys))[0])


# "There's no toilet roll left": nobody wishes, and yet somebody has to bring it.
_LACKING = re.compile(
    r"\b(?:(?:is|are|have|got|there'?s|theres) no|run(?:ning)? out of|ran out of|out of|missing|kein\w*|fehl(?:t|en)|leer"
    r"|pas de|plus de|manquent?|no hay|no queda\w*|no tenemos|faltan?|sin)\b(?! need)"
)


def _request(reading: Reading) -> Part | None:
    keys = _wishes(reading)
    if "housekeeping" in keys and not reading.asks and _LACKING.search(reading.folded):
        return _make(reading, Intent.REQUEST, topic="housekeeping")
    wished = "wish" in keys and "necessity" not in keys  # "do I need an adapter?" wants to know
    asks_price = "price" in reading.keys("aspect")
    if "dirty" in keys and not reading.asks:
        return _make(reading, Intent.REQUEST, topic="housekeeping")
    kind = next((each for each in _REQUESTED if each in keys), "")
    if _books_for_a_time(reading, keys):
        return _make(reading, Intent.REQUEST, topic="taxi" if kind == "taxi" else "other")
    if kind == "maintenance" and _is_a_dishs_own(reading, "maintenance"):
        return None  # "and the beef dripping chips?"
    # "My charger is broken, do you lend any" has it mended by nobody.
    lent = reading.matters.details & {"rental", "sale"}
    if kind == "maintenance" and not reading.text.rstrip().endswith("?") and not lent:
        return _make(reading, Intent.REQUEST, topic=kind)
    if kind == "wake_up" or (kind and kind != "maintenance" and wished and not asks_price):
        return _make(reading, Intent.REQUEST, topic=kind)
    if kind == "other" or (kind and kind != "maintenance" and _is_plainly_wished(reading, kind)):
        return _make(reading, Intent.REQUEST, topic=kind)
    if asks_price or ("available" in reading.keys("aspect") and reading.when.now):
        return None  # "can I order the eggs now?" wants to know
    return _order(reading, wished=wished)


def _is_a_dishs_own(reading: Reading, key: str) -> bool:
    """Return whether a dish's name holds all the words that would be a wish of that kind."""
    named = {place for each in reading.named for place in each.places}
    said = {place for match in reading.found("request") if match.key == key for place in _places_of(match)}
    return bool(said) and said <= named


def _wishes(reading: Reading) -> tuple[str, ...]:
    """Return what is wished for; the glass of "wines by the glass" is no tumbler."""
    kinds = [set(range(each.start, each.end)) for each in reading.found("course") if each.end - each.start > 1]
    return tuple(
        dict.fromkeys(
            each.key
            for each in reading.found("request")
            if not any(set(range(each.start, each.end)) < kind for kind in kinds)
        )
    )


# "Dinner for 5 at 8": a table, though nobody says so.
_MEAL_FOR_SOME = re.compile(
    r"\b(?:dinner|lunch|supper|abendessen|mittagessen|diner|dejeuner|cena|almuerzo) (?:for|fur|fuer|pour|para) "
    r"(?:\d|two|three|four|five|six|seven|eight|zwei|drei|vier|funf|sechs|deux|trois|quatre|cinq|dos|tres|cuatro|cinco)\b"
)


# "I'd like a massage tomorrow at 4": what somebody sets time aside for.
_DONE_AT_A_TIME = frozenset({"massage", "babysitting", "shuttle", "guided_tour"})
_WOULD_LIKE = re.compile(
    r"^(?:\W|hi|hello|hey)*(?:i|we)(?:'?d| would| want| wanna)\b|\bich (?:hatte|mochte|will)\b|\bje (?:voudrais|veux)\b|\bquiero\b|\bquisiera\b"
)


def _books_for_a_time(reading: Reading, keys: Collection[str]) -> bool:
    """ "A table for two at 8", "book me the sauna for friday at 5": somebody has to write it down."""
    wants_to_know = {"location", "price", "phone"} & reading.aspects or reading.found("hours")
    if "necessity" in keys or wants_to_know or not reading.when.time:
        return False
    table = "restaurant_reservation" in reading.matters.subjects or bool(_MEAL_FOR_SOME.search(reading.folded))
    slot = bool(_DONE_AT_A_TIME & reading.matters.subjects) and bool(_WOULD_LIKE.search(reading.folded))
    return table or slot or ("booking" in reading.matters.details and ("wish" in keys or not reading.asks))


def _is_plainly_wished(reading: Reading, kind: str) -> bool:
    """ "Taxi at 7", "2 pillows", "late check-out until 2 pm": no word of wishing, and yet no question."""
    if reading.asks or reading.aspects - {"available"} or "necessity" in reading.keys("request"):
        return False
    beside = reading.topics - reading.places("request", "talk", "follow_up", "number", "time", "date", "day")
    timed = reading.when.time or reading.when.now or reading.when.around
    if kind == "housekeeping":
        return not beside and reading.quantity is not None
    if kind == "late_checkout":
        return not beside and bool(timed)
    leads_somewhere = any(each.key == "taxi" and each.end - each.start > 1 for each in reading.found("request"))
    return len(beside) <= (2 if leads_somewhere else 1 if timed or SOON.search(reading.folded) else 0)


def _room_by_number(reading: Reading) -> str:
    found = _TO_A_ROOM.search(reading.folded)
    return found[1] if found else ""


_ASKS_WHAT = frozenset(
    {"what", "whats", "which", "how", "was", "welche", "wie", "que", "quel", "quelle", "combien", "cuanto"}
)


def _order(reading: Reading, *, wished: bool) -> Part | None:
    """ "Send a club sandwich to 412", "two beers to room 101", "I want to order"."""
    keys = set(reading.keys("request"))
    wished = wished or "order_what" in keys
    if reading.marked and reading.allergens.codes and reading.aspects & {"safe", "allergens"}:
        return None  # "allergique aux crustacés, la salade, c'est bon pour moi ?"
    if not wished and not _ASKS_WHAT.isdisjoint(reading.tokens[:1]):
        return None  # "what do you get with the burger on the room"
    items = tuple(dict.fromkeys(each.key for each in reading.named))
    where = bool(reading.room or _room_by_number(reading))
    if items and (("order" in keys and (wished or where or len(keys) == 1)) or (where and not reading.asks)):
        return _make(reading, Intent.REQUEST, topic="order", items=items, options=reading.options)
    if reading.asks:
        return None
    drinks_or_food = reading.keys("course") or "drink" in reading.keys("menu")
    if "order" in keys and where and drinks_or_food:
        return _make(reading, Intent.REQUEST, topic="order")
    beside = reading.topics - reading.places("request", "talk", "menu", "venue", "follow_up") - reading.venue_places
    return _make(reading, Intent.REQUEST, topic="order") if "order_what" in keys and not beside else None


def _dish(reading: Reading) -> Part | None:
    if not reading.named:
        return None
    if _asks_for_many(reading):
        return _narrowed(reading)
    best = reading.named[0]
    if best.coverage < 0.95 and set(best.places) < reading.matters.places and not reading.allergens.places:
        return None  # "a kids' club" is no club sandwich
    places = {place for each in reading.named for place in each.places}
    hot = any(token == "hot" and place not in places for place, token in enumerate(reading.tokens))
    return _make(
        reading,
        Intent.DISH,
        aspects=reading.aspects | {"spicy"} if hot else reading.aspects,  # "is the katsu hot"
        explained=("aspect", "menu", "diet", "hours", "meal", "course", "venue"),
        items=tuple(each.key for each in reading.named),
        options=reading.options,
        # "Can a coeliac eat it", "nuts in the cake?": an allergen named beside a dish is always a question about it.
        containing=tuple(dict.fromkeys((*reading.allergens.contains, *reading.allergens.named))),
        unsure=best.coverage < 0.5 or not best.exact,
    )


def _asks_for_many(reading: Reading) -> bool:
    """ "Which pizzas are vegan", "pasta under 14", "sushi without fish": the word names a kind, not one dish."""
    best = reading.named[0]
    said = set(best.places) - reading.filler
    if reading.aspects & {"calories", "portion"}:
        return False  # "how big is a draught pils": no list tells that
    if (best.coverage >= 0.75 and len(reading.named) == 1) or "options" in reading.aspects or reading.options:
        return False
    menu = set(reading.keys("menu"))
    if "ingredients" in reading.aspects and len(reading.named) == 1:
        return False  # "what does the scallops starter come with"
    if not reading.topics - set(best.places) and reading.naming.is_heading and len(reading.naming.of_the_kind) > 1:
        return True  # "pizzas?"
    if menu & {"cheapest", "dearest"} or reading.price_up_to or reading.price_from:
        return len(reading.named) > 1 or reading.naming.is_heading or best.coverage < 0.75
    wanted = bool(reading.keys("diet") or reading.allergens.avoid)
    if "which" in menu and (wanted or reading.keys("course")) and best.coverage < 0.75 and len(said) < 2:
        return True
    return wanted and (reading.naming.is_heading or ("which" in menu and len(reading.named) > 1))


def _narrowed(reading: Reading) -> Part:
    """Return a list of the dishes that say the named words in their name, description or heading."""
    keys = reading.naming.of_the_kind
    return _make(
        reading,
        Intent.LIST,
        explained=("aspect", "menu", "diet", "course", "meal", "venue"),
        items=keys,
        rest=(),
        containing=reading.allergens.contains,
    )


def _statement(reading: Reading) -> Part | None:
    """ "I am vegan", "my daughter has a nut allergy": asks nothing, yet changes what follows."""
    if not (reading.stated_allergies or reading.keys("diet")) or reading.named or reading.asks_for_dishes:
        return None
    # "No puedo comer gluten" holds a "puedo comer" that asks for nothing.
    wanted = {
        match.key for match in reading.found("aspect") if reading.allergens.places.isdisjoint(_places_of(match))
    } & {"safe", "available"}
    if reading.stated_allergies and not wanted and (reading.allergens.mine or not reading.asks):
        return _make(reading, Intent.LIST, topic="statement")
    explained = reading.places("aspect", "diet", "talk") | reading.allergens.places | reading.filler
    if not reading.found("me") or reading.allergens.codes or len(reading.tokens) < 2:
        return None
    return _make(reading, Intent.LIST, topic="statement") if set(range(len(reading.tokens))) <= explained else None


def _places_of(match: Match) -> range:
    return range(match.start, match.end)


def _list(reading: Reading) -> Part | None:
    if _asks_whether_a_meal_is_served(reading):
        return _make(reading, Intent.HOURS, topic="hours", explained=("venue", "meal", "menu", "aspect", "time"))
    menu = set(reading.keys("menu"))
    if menu <= {"kids", "which", "under", "over"} and _is_where_nothing_is_served(reading):
        return None  # "what do you do with children in the club on Sundays"
    is_bare = len(reading.topics) <= 2 and not reading.matters.subjects
    filters = bool(
        reading.keys("diet")
        or ("spicy" in reading.aspects and not _beside(reading) and not reading.found("hours"))
        or reading.allergens.codes
        or reading.keys("course")
        or "drink" in menu
        or (menu & {"cheapest", "dearest", "kids"} and (menu & {"ask", "under", "which"} or is_bare))
        or (menu & {"under", "over"} and ("ask" in menu or reading.keys("meal")) and reading.has_price_bound)
        or reading.price_range
        or (menu & {"under", "over"} and reading.has_price_bound and not _beside(reading))
    )
    explained = ("menu", "aspect", "diet", "course", "meal", "venue", *(("wine",) if reading.wines else ()))
    if filters:
        return _filtered_list(reading, explained)
    # "What is on the menu?", "dishes with chicken": food in general, or with words that only dishes may say.
    food = {"ask", "all_dishes"} & menu
    rest = reading.topics - reading.places(*explained) - reading.venue_places
    if reading.found("hours") or ("allergens" in reading.aspects and not reading.allergens.codes):
        return None
    if (food and (reading.topics or reading.when)) or ("which" in menu and rest - reading.plain):
        return _make(reading, Intent.LIST, explained=explained)
    return None


def _is_where_nothing_is_served(reading: Reading) -> bool:
    """Return whether the clause names venues, and none of them has a dish."""
    serving = {venue for venue, _kind in reading.lexicon.item_venues.values()}
    return bool(reading.venues) and serving.isdisjoint(reading.venues) and not reading.allergens.codes


def _beside(reading: Reading) -> set[int]:
    """Return the places of words that are not about dishes and their prices."""
    return reading.topics - reading.places("menu", "aspect", "diet", "course", "meal", "venue") - reading.plain


def _filtered_list(reading: Reading, explained: Sequence[str]) -> Part | None:
    rest = reading.topics - reading.places(*explained) - reading.allergens.places - reading.venue_places
    asks_hours = reading.found("hours") and not reading.keys("diet") and not reading.allergens.codes
    if asks_hours and (reading.keys("meal") or reading.venues or reading.keys("venue")):
        return None
    for_a_guest = reading.keys("diet") or reading.allergens.avoid or reading.allergens.mine
    if len(rest - reading.plain) > 1 and not for_a_guest:
        return None  # "coffee machine in the room": a course word among other topics is no order
    # An allergen without a stance beside food words is asked for: "do you have fish?".
    containing = tuple(dict.fromkeys((*reading.allergens.contains, *reading.allergens.named)))
    made = _make(reading, Intent.LIST, explained=explained, containing=containing, foods=reading.naming.foods)
    if asks_hours and made.courses and set(reading.keys("hours")) & {"opens", "closes"}:
        return replace(made, topic="when", rest=())  # "earliest coffee tomorrow"
    return made


ASKS_WHEN = re.compile(r"\b(?:when|what time|how early|how late|earliest|latest|wann|quand|quelle heure|cuando|que hora)\b")


def _hours(reading: Reading) -> Part | None:
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
    topic = "closes" if "closes" in keys else "food" if food and not about else "hours"
    explained = ("hours", "venue", "meal", "menu", "aspect", "time", "course", "doing")
    if kitchen and not (venues or kinds or reading.keys("meal")):
        return _make(reading, Intent.HOURS, topic=topic, explained=(*explained, "kitchen"), venue_kinds=("restaurant",))
    # "When does it open in the morning" asks for the hour, and not whether it is open then.
    asks_when = (reading.asks and "opens" in keys) or ASKS_WHEN.search(reading.folded)
    when = replace(reading.when, around=None) if asks_when else reading.when
    return _make(
        reading, Intent.HOURS, topic=topic, explained=explained, venues=venues, venue_kinds=kinds, when=when
    )


def _is_on_a_matter(reading: Reading) -> bool:
    """ "How long do you hang on to what people leave behind": a matter of the house, and no food."""
    return bool(reading.matters.subjects) and bool(reading.matters.places - reading.places("hours", "menu", "time"))


def _asks_whether_a_meal_is_served(reading: Reading) -> bool:
    """ "Do you serve lunch on Monday?" is about hours; "what can I eat for lunch on Monday" is about dishes."""
    explained = reading.places("meal", "menu", "aspect", "time", "venue")
    beside = reading.topics - explained - reading.venue_places - reading.plain
    # "Can we have lunch on Monday" asks whether, "what can we have" asks what.
    asks_for_dishes = any(
        match.key in {"ask", "drink"} and reading.tokens[match.start] != "can" for match in reading.found("menu")
    )
    then = reading.when.dates or reading.when.time
    return bool(reading.keys("meal") and then and not beside and not asks_for_dishes)


def _fact(reading: Reading) -> Part | None:
    keys = reading.keys("fact")
    if not keys or reading.topics - reading.places("fact", "hours", "aspect", "follow_up", "time"):
        return None  # "how much deposit do I pay at check-in" asks for no time
    return _make(reading, Intent.FACT, topic=keys[0], explained=("fact", "hours", "aspect"))


def _place(reading: Reading) -> Part | None:
    """ "Where is the bar?", "what is the spa's number?": a venue and one of its facts, and nothing else."""
    aspects = set(reading.keys("aspect")) & {"location", "phone", "ingredients", "about", "available"}
    if _asks_when(reading, aspects):
        return _make(
            reading,
            Intent.HOURS,
            topic="hours",
            explained=("venue", "aspect", "menu", "time", "doing"),
            venues=reading.meant_venues,
            venue_kinds=reading.meant_kinds,
        )
    if not (reading.venues or reading.keys("venue")) or not (aspects or len(reading.topics) <= 2):
        return None
    return _make(reading, Intent.PLACE, explained=("venue", "aspect", "menu"))


def _asks_when(reading: Reading, aspects: Collection[str]) -> bool:
    """ "Spa Sunday 2pm?", "is reception staffed at 3 am": a venue and a time, and next to nothing else."""
    if not (reading.meant_venues or reading.meant_kinds) or set(aspects) & {"location", "phone"}:
        return False
    beside = reading.topics - reading.places("venue", "aspect", "menu", "time", "meal", "doing") - reading.venue_places
    if not reading.venues and reading.meant_venues:
        beside -= reading.matters.places
    moment = reading.when.time or reading.when.dates or reading.when.now
    return bool(moment) and len(beside) <= (1 if reading.when.time else 0) and not reading.matters.details - {"hours"}
