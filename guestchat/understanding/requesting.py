"""Owns what a clause wants somebody to do: a wish, a repair, an order; and what only sounds like one. Pure."""

import re
from collections.abc import Collection
from itertools import combinations

from guestchat.understanding.denying import DENYING
from guestchat.understanding.parts import make, room_by_number
from guestchat.understanding.query import Intent, Part
from guestchat.understanding.reading import Reading
from guestchat.understanding.settling import MORE
from guestchat.understanding.vocabulary import Match
from guestchat.understanding.when import SOON

_REQUESTED = ("late_checkout", "wake_up", "taxi", "maintenance", "housekeeping", "other")

# "There's no toilet roll left": nobody wishes, and yet somebody has to bring it.
_LACKING = re.compile(
    r"\b(?:(?:is|are|have|got|there'?s|theres) no|run(?:ning)? out of|ran out of|out of|missing|kein\w*"
    r"|fehl(?:t|en)|leer|pas de|plus de|manquent?|no hay|no queda\w*|no tenemos|faltan?|sin)\b(?! need)"
)


def request(reading: Reading) -> Part | None:
    """Return a part that wants something done; None where the clause only sounds like it."""
    keys = _wishes(reading)
    elsewhere = reading.matters.subjects & {"pharmacy", "supermarket", "shopping"}  # "ran out of toothpaste, any shop?"
    if elsewhere and reading.found("hours"):
        return None
    if "housekeeping" in keys and not reading.asks and _LACKING.search(reading.folded):
        return make(reading, Intent.REQUEST, topic="housekeeping")
    wished = "wish" in keys and "necessity" not in keys  # "do I need an adapter?" wants to know
    if wished and not reading.asks and _wants_more_of_it(reading):
        return make(reading, Intent.REQUEST, topic="housekeeping")
    asks_price = "price" in reading.keys("aspect")
    washed = "laundry" in reading.matters.subjects  # "a shirt with a stain, is it back before dinner"
    if "dirty" in keys and not reading.asks and not washed:
        return make(reading, Intent.REQUEST, topic="housekeeping")
    kind = next((each for each in _REQUESTED if each in keys), "")
    if _books_for_a_time(reading, keys):
        return make(reading, Intent.REQUEST, topic="taxi" if kind == "taxi" else "other")
    if kind == "maintenance" and _is_in_a_dishs_name(reading, "maintenance"):
        return None  # "and the beef dripping chips?"
    # "My charger is broken, do you lend any" has it mended by nobody.
    lent = reading.matters.details & {"rental", "sale"}
    of_money = reading.matters.subjects & {"credit_card", "deposit"}  # "how much is blocked on my card"
    if kind == "maintenance" and not reading.text.rstrip().endswith("?") and not lent and not of_money:
        return make(reading, Intent.REQUEST, topic=kind)
    if kind == "wake_up" or (kind and kind != "maintenance" and wished and not asks_price):
        return make(reading, Intent.REQUEST, topic=kind)
    if kind == "other" or (kind and kind != "maintenance" and _is_plainly_wished(reading, kind)):
        return make(reading, Intent.REQUEST, topic=kind)
    if asks_price or ("available" in reading.keys("aspect") and reading.when.now):
        return None  # "can I order the eggs now?" wants to know
    return _order(reading, wished=wished)


def _is_in_a_dishs_name(reading: Reading, key: str) -> bool:
    """Return whether a dish's name holds all the words that would be a wish of that kind."""
    named = {place for each in reading.named for place in each.places}
    said = {place for match in reading.found("request") if match.key == key for place in match.places}
    return bool(said) and said <= named


def _wishes(reading: Reading) -> tuple[str, ...]:
    """Return what is wished for; the glass of "wines by the glass", or of "a glass of wine", is no tumbler."""
    kinds = [set(each.places) for each in reading.found("course") if each.end - each.start > 1]
    return tuple(
        dict.fromkeys(
            each.key
            for each in reading.found("request")
            if not any(set(each.places) < kind for kind in kinds) and not _measures_a_drink(each, reading)
        )
    )


_OF_VESSELS = """
    glass glasses cup cups mug mugs pot pots bottle bottles glas glaser tasse tassen kannchen flasche flaschen verre
    verres tasses bouteille bouteilles vaso vasos copa copas taza tazas botella botellas
"""
_VESSELS = frozenset(_OF_VESSELS.split())
_OF = frozenset({"of", "de", "d'"})


def _measures_a_drink(match: Match, reading: Reading) -> bool:
    """ "A glass of white wine", "zwei Gläser Rotwein": how much of it, and nothing to drink from."""
    tokens = reading.tokens
    behind = match.end + (match.end < len(tokens) and tokens[match.end] in _OF)
    return tokens[match.end - 1] in _VESSELS and any(each.start == behind for each in reading.found("course"))


# What is brought to a room, and the words that ask for so many of it or for another.
_BROUGHT = frozenset(
    {"bathrobe", "bed_linen", "blanket", "crib", "hairdryer", "iron", "kettle", "pillows", "toiletries", "towels"}
)
_MORE = MORE | {"additional", "spare", "mehr", "zusatzlich", "plus"}


def _wants_more_of_it(reading: Reading) -> bool:
    """ "Need 2 more towls": whatever its slip, what it names is brought to rooms."""
    counted = (reading.quantity or 0) > 1 or not _MORE.isdisjoint(reading.tokens)
    elsewhere = reading.aspects & {"location", "price"} or reading.found("hours")
    if _is_served(reading):
        return False  # "two coffees to room 101"
    return counted and bool(reading.matters.subjects) and reading.matters.subjects <= _BROUGHT and not elsewhere


# What drinks are made or kept in, and belongs to a room: "two coffee pods", "wine glasses".
_OF_THINGS = """
    pod pods capsule capsules bag bags sachet sachets machine maker kettle cup cups mug mugs glass glasses opener cooler
    bucket kapseln maschine beutel tassen glaser capsulas bolsas maquina dosettes sachets tasses verres machine
"""
_THINGS = frozenset(_OF_THINGS.split())


def _is_served(reading: Reading) -> bool:
    """Return whether a drink or a course is named, other than in the name of a thing."""
    tokens = reading.tokens
    return any(each.end >= len(tokens) or tokens[each.end] not in _THINGS for each in reading.found("course"))


# "Dinner for 5 at 8": a table, though nobody says so.
_MEAL_FOR_SOME = re.compile(
    r"\b(?:dinner|lunch|supper|abendessen|mittagessen|diner|dejeuner|cena|almuerzo) (?:for|fur|fuer|pour|para) "
    r"(?:\d|two|three|four|five|six|seven|eight|zwei|drei|vier|funf|sechs|deux|trois|quatre|cinq|dos|tres|cuatro|cinco)\b"
)


# "I'd like a massage tomorrow at 4": what somebody sets time aside for.
_DONE_AT_A_TIME = frozenset({"massage", "babysitting", "shuttle", "guided_tour"})
_WOULD_LIKE = re.compile(
    r"^(?:\W|hi|hello|hey)*(?:i|we)(?:'?d| would| want| wanna)\b|\bich (?:hatte|mochte|will)\b"
    r"|\bje (?:voudrais|veux)\b|\b(?:quiero|quisiera)\b"
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
    if items and not wished and (_TELLS_OF_IT.search(reading.folded) or not _REFUSING.isdisjoint(reading.tokens)):
        return None
    where = bool(reading.room or room_by_number(reading))
    if items and (("order" in keys and (wished or where or len(keys) == 1)) or (where and not reading.asks)):
        return make(reading, Intent.REQUEST, topic="order", items=items, options=reading.options)
    if reading.asks:
        return None
    if items and _is_plainly_ordered(reading):
        return make(reading, Intent.REQUEST, topic="order", items=items, options=reading.options)
    drinks_or_food = reading.keys("course") or "drink" in reading.keys("menu")
    if "order" in keys and where and drinks_or_food:
        return make(reading, Intent.REQUEST, topic="order")
    counted = reading.quantity or _PLEASE.search(reading.folded)
    if counted and not reading.marked and _is_served(reading) and _TO_A_PLACE.search(reading.folded):
        return make(reading, Intent.REQUEST, topic="order")
    beside = reading.topics - reading.places("request", "talk", "menu", "venue", "follow_up") - reading.venue_places
    return make(reading, Intent.REQUEST, topic="order") if "order_what" in keys and not beside else None


# "A glass of white wine please, table 4": which one, and where to.
_TO_A_PLACE = re.compile(r"\b(?:table|room|tisch|zimmer|chambre|mesa|habitacion)\s*(?:no\.?|nr\.?|number)?\s*\d{1,4}\b")
_PLEASE = re.compile(r"\b(?:please|pls|plz|bitte|svp|stp|s'il (?:vous|te) plait|por favor|porfa|xfa)\b")
# What tells how a dish is or was orders none: "the hake was cold for me", "Labskaus ist nix für mich".
_TELLS_OF_IT = re.compile(
    r"\b(?:is|was|were|looks?|looked|tastes?|tasted|ist|war|waren|ware|schmeckt\w*|estaba|estuvo|sabe|etait|zu viel"
    r"|too much|demasiado)\b"
)
_REFUSING = frozenset({"nix", "nichts", "nein", "nothing", "rien", "nada"})
_AT_A_PLACE = frozenset({"table", "room", "tisch", "zimmer", "mesa", "habitacion", "chambre"})


def _is_plainly_ordered(reading: Reading) -> bool:
    """ "The stew and a pint of stout please", "bitte noch zwei Espresso an Tisch 5": dishes, a please, no question."""
    hours = any(match.key != "now" for match in reading.found("hours"))  # "noch zwei Espresso"
    asks = reading.aspects or hours or reading.keys("diet") or reading.allergens.codes
    if not DENYING.isdisjoint(reading.tokens):
        return False  # "no onions please"
    if asks or reading.keys("menu") or reading.when.dates or not _PLEASE.search(reading.folded):
        return False
    named = reading.named
    if any(
        set(one.places) <= set(other.places) or set(other.places) <= set(one.places)
        for one, other in combinations(named, 2)
    ):
        return False  # "the curry please": there are two
    taken = {place for each in named for place in each.places} | reading.naming.option_places | reading.venue_places
    beside = reading.topics - taken - reading.places("talk", "follow_up", "number", "request", "course", "time", "meal")
    beside -= reading.plain | reading.places("with_food")
    return not {place for place in beside if reading.tokens[place] not in _AT_A_PLACE}
