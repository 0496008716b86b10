"""Owns follow-ups: what a part without a topic of its own refers to in the last answer's rows. Pure."""

import datetime as dt
import re
from dataclasses import replace

from guestchat.understanding import living, settling
from guestchat.understanding.clauses import RELATIVES
from guestchat.understanding.food import asked_for
from guestchat.understanding.lexicon import Lexicon
from guestchat.understanding.matters import CIRCUMSTANCES
from guestchat.understanding.naming import WITH
from guestchat.understanding.options import WELL_NAMED, options_of
from guestchat.understanding.query import Context, Intent, Part
from guestchat.understanding.reading import Reading
from guestchat.understanding.settling import BESIDE_REQUESTS, ONE_THING
from guestchat.understanding.stems import says
from guestchat.understanding.when import When

# So few dishes are told one by one: a list would leave out what the others hold.
_ALL_TOLD = 3


# Of all languages: the option is not taken after all.
_LEAVES_OUT_SAID = """
    plain instead pur stattdessen nature solo normal regular standard normale normalen normales normaler ordinary
    classic klassisch classique
"""
_LEAVES_OUT = frozenset(_LEAVES_OUT_SAID.split())
# The same, unless an allergen is asked to be away: "is it without mustard?".
_WITHOUT = frozenset({"without", "ohne", "sans", "sin"})


def after(part: Part, context: Context, lexicon: Lexicon) -> Context:
    """Return what the next question of the same message may refer to, before that one is answered."""
    if part.intent in BESIDE_REQUESTS or not (part.subjects or part.items or part.venues or part.venue_kinds):
        return context
    of_kinds = [key for key, kind in lexicon.venue_kind.items() if kind in part.venue_kinds]
    return Context(
        intent=part.intent,
        items=part.items if part.intent is Intent.DISH else (),
        options=part.options if part.intent is Intent.DISH else (),
        venues=part.venues or (tuple(of_kinds) if len(of_kinds) == 1 else ()),
        subjects=tuple(sorted(part.subjects)),
        allergies=context.allergies,
    )


def resolve(part: Part, reading: Reading, context: Context, before: Context) -> Part:
    """Return the part with what it refers to filled in; a part with a topic of its own is left alone.

    `context` is what the last answer left, `before` the same or what an earlier question of the same message was about.
    """
    return _as_it_was_taken(_referring(part, reading, context, before), reading, before)


def _as_it_was_taken(part: Part, reading: Reading, before: Context) -> Part:
    """ "The avocado bread with gluten-free bread. Does that have lupin?": asked of the dish with its option.

    What another option would change is told beside: perhaps that one is meant.
    """
    of_one = len(part.items) == 1 and part.items == before.items[:1]
    if not (part.follow_up and part.intent is Intent.DISH and of_one and before.options) or before.pending:
        return part
    leaves_out = not _LEAVES_OUT.isdisjoint(reading.tokens)
    leaves_out = leaves_out or (not reading.allergens.codes and not _WITHOUT.isdisjoint(reading.tokens))
    return part if part.options or leaves_out else replace(part, options=before.options, options_held=True)


def _referring(part: Part, reading: Reading, context: Context, before: Context) -> Part:
    if before is not context and before.items and _says_more_of_it(part, reading):
        return _of_these(part, before.items)
    if before is not context and (come_with_it := _with_what_comes(part, reading, before)) is not part:
        return come_with_it
    resolved = _resolved(part, reading, context)
    if resolved is not part:
        return resolved
    open_then = _of_venues_spoken_of(part, reading, before)
    return open_then if open_then is not part else _of_subjects(part, reading, before)


def of_what_was_stated(part: Part, reading: Reading, before: Part | None, context: Context) -> Part:
    """ "My friend can't have milk, is there any in it": asked of the dish spoken of or ordered last."""
    stated = before is not None and before.topic == "statement" and before.avoid
    if not stated or before is None or part.items or part.intent not in {Intent.QUESTION, Intent.LIST}:
        return part
    items = context.items or tuple(str(each) for each in context.pending.get("items", ()))
    points = "it" in reading.keys("follow_up") or _IN_THERE.search(reading.folded)
    if not items or len(items) > _ALL_TOLD or not points or _words_of_its_own(part, reading):
        return part
    return replace(_of_these(part, items), containing=before.avoid)


_IN_THERE = re.compile(r"\b(?:drin|drinnen|dabei|enthalten|in (?:it|there|that)|dedans|lleva|dentro)\b")


def _of_venues_spoken_of(part: Part, reading: Reading, before: Context) -> Part:
    """ "How early can I get in there" after who may use the gym, "till when do they serve" after its dishes."""
    if part.intent is not Intent.QUESTION or _own_topic(part, reading) or not (reading.found("hours") or part.when):
        return part
    # "How early can I get in there" speaks of no room.
    points = part.subjects <= CIRCUMSTANCES | {"early_check_in"} and reading.keys("follow_up")
    if (part.subjects and not points) or part.details - {"hours"} or part.aspects & {"price", "location", "phone"}:
        return part
    meals = before.meals or tuple(each for each in before.subjects if each in _MEALS)
    venues = before.venues if meals else _venues_spoken_of(before, reading)
    if len(venues) != 1 and not meals:
        return part
    topic = "closes" if "closes" in reading.keys("hours") else "hours"
    return replace(part, intent=Intent.HOURS, topic=topic, venues=venues, meals=meals, follow_up=True)


_MEALS = frozenset({"breakfast", "brunch", "lunch", "dinner"})


def _venues_spoken_of(before: Context, reading: Reading) -> tuple[str, ...]:
    """Return the venues that were named, that are of a kind or a subject spoken of, or that serve the last dishes."""
    if before.venues:
        return before.venues
    lexicon, subjects = reading.lexicon, set(before.subjects)
    found = [
        key
        for key, kind in lexicon.venue_kind.items()
        if kind in subjects
        or (lexicon.venue_subjects.get(key, frozenset()) | lexicon.venue_kinds.get(key, frozenset())) & subjects
    ]
    serving = dict.fromkeys(lexicon.item_venues[key][0] for key in before.items if key in lexicon.item_venues)
    return tuple(found or serving)


def _says_more_of_it(part: Part, reading: Reading) -> bool:
    """ "Any dairy in the wellington? It says vegan": the second sentence asks for no list."""
    asks = part.diets or part.avoid or part.containing
    beside = part.items or part.courses or part.meals or part.venues
    points = _singular(reading) and "which" not in reading.keys("menu")
    return bool(asks) and not beside and points and part.intent in {Intent.LIST, Intent.QUESTION}


def _resolved(part: Part, reading: Reading, context: Context) -> Part:
    if context.pending and (of_request := settling.word_on_it(part, reading, context)) is not None:
        return of_request
    if part.intent in BESIDE_REQUESTS or part.topic == "statement":
        return part
    if context.intent != Intent.REQUEST and not reading.marked and settling.never_minds(reading):
        return replace(part, intent=Intent.TALK, topic="no")  # nothing waits, and nothing was passed on
    if len(context.items) == 1 and _orders_it(part, reading):
        return replace(part, intent=Intent.REQUEST, topic="order", items=context.items, follow_up=False)
    if context.intent == Intent.PERSON and _says_more_to_the_team(part, reading):
        return replace(part, intent=Intent.PERSON, topic="complaint", follow_up=True)
    if context.article and (of_it := _of_the_article(part, reading, context)) is not None:
        return of_it
    if not context.venues and _asks_when_it_is_open(part, reading, context):
        part = replace(part, intent=Intent.QUESTION, topic="")
    chosen = _chosen(reading, context)
    if chosen:
        return replace(part, intent=Intent.DISH, items=(chosen,), unsure=False, follow_up=True)
    if context.intent == Intent.DISH and context.items and _PER.fullmatch(reading.folded.strip(" .!?¿¡")):
        return replace(_of_these(part, context.items[:1]), aspects=frozenset({"price", "about"}))
    if one := _the_one(part, reading, context):
        return _of_these(_with_its_question(part, reading, context), (one,))
    if context.intent in {Intent.DISH, Intent.LIST, Intent.REQUEST} and context.items:
        return _of_dishes(_asking_of_an_allergen(part, reading), reading, context)
    if part.aspects & {"location", "phone"} and _is_bare(part, reading):
        venues = context.venues or (_venues_spoken_of(context, reading) if context.article else ())
        if context.venues or len(venues) == 1:
            return replace(part, intent=Intent.PLACE, venues=venues, follow_up=True)
    if context.intent == Intent.HOURS or (context.intent == Intent.PLACE and part.intent is Intent.HOURS):
        return _of_hours(part, reading, context)
    if context.article and part.intent is Intent.LIST and _only_of_children(part, reading):
        # "And for my ten-year-old?" after the lift passes asks for no dish.
        return replace(part, intent=Intent.QUESTION, follow_up=True, subjects=frozenset(context.subjects))
    told_hours = "hours" in reading.lexicon.article_details.get(context.article, frozenset())
    if told_hours and _asks_only_when(part, reading, context):
        about = frozenset(context.subjects)
        return replace(
            part, intent=Intent.QUESTION, topic="", follow_up=True, subjects=about, details=frozenset({"hours"})
        )
    if context.article and (not told_hours or part.when.dates or (reading.asks and reading.found("hours"))):
        open_then = _of_venues_spoken_of(part, reading, context)
        if open_then is not part:
            return open_then
    if context.article and part.intent is Intent.QUESTION and not _own_topic(part, reading):
        return replace(part, follow_up=True, subjects=frozenset(context.subjects))
    if context.article and _speaks_of(context.article, part, reading):
        return replace(part, intent=Intent.QUESTION, follow_up=True)
    return part


_ORDERS_IT = re.compile(
    r"(?:\W|ok|okay|great|then|so|and|well|gut|dann|also|und|alors|bon|et|vale|pues|entonces|y)*"
    r"(?:(?:one|two|three|four|five|six|\d{1,2}|a couple) (?:of )?(?:those|these|them|that)"
    r"|(?:i|we)(?:'?ll| will|'?d like to) (?:have|take|order|go for|try) (?:it|one|those|them|(?:that|this)(?: one)?)"
    r"|(?:that|this) one|(?:das|den|die|eins|einen|eine|zwei|drei|\d{1,2}) (?:davon )?(?:nehme?|nehmen) (?:ich|wir)"
    r"|(?:eins|einen|eine|zwei|drei|vier|\d{1,2}) davon|ich nehm\w* (?:das|den|die|eins|einen)"
    r"|(?:je|on) (?:le|la|l'|les|en) (?:prends?|prendrai)|(?:un|une|deux|trois|\d{1,2}) comme (?:ca|cela)"
    r"|(?:me|nos) (?:lo|la|los|las) (?:llevo|quedo|pido|pone|trae)\w*"
    r"|(?:ja|yes|yep|yeah|oui|si)(?: please| bitte)?[ ,]*"
    r"(?:order|bestellen|commander|pedir)(?: it| that| das| es|lo|la)?"
    r"|(?:uno|una|dos|tres|\d{1,2}) de (?:eso|esos|esas|estos|estas)|(?:lo|la|los|las) (?:quiero|queremos|pido))"
    r"(?:[ ,]+(?:please|pls|plz|thanks|thank you|bitte|danke|svp|merci|por favor|porfa|gracias|now|then"
    r"|(?:to|for|at|in|on|auf|an|am|ins?|aufs|a|en|pour|para) (?:the |my |our |la |mi )?(?:room|table|zimmer|tisch"
    r"|chambre|habitacion|mesa)(?: (?:no |nr |number )?\w{1,5})?"
    r"|(?:for|fur|pour|para) (?:me|us|mich|uns|moi|nous|mi|nosotros)))*\W*"
)


def _orders_it(part: Part, reading: Reading) -> bool:
    """ "Great, one of those please", "two of them to table 4": of the one dish that was spoken of, and no more."""
    asks = reading.marked or reading.asks or part.aspects or part.containing or part.avoid or part.diets
    return not asks and not reading.named and _ORDERS_IT.fullmatch(reading.folded) is not None


# "Is that each?", "pro Tag oder wie": a price that was told, asked after.
_PER = re.compile(
    r"(?:(?:and|so|ok|is|it|that|what'?s|what|how|much|cost|does|price|und|das|ist|es|was|kostet|wie|viel|et|c'est|ca|combien"
    r"|coute|y|eso|es|cuanto|cuesta|vale) )*"
    r"(?:each|(?:per|a) (?:person|night|day|head|room|hour|week)|pro (?:person|nacht|tag|kopf|zimmer|stunde|nase|woche)"
    r"|par (?:personne|nuit|jour|chambre|tete|heure)|(?:por|cada) (?:persona|noche|dia|cabeza|habitacion|hora|uno))"
    r"(?: (?:then|oder wie|oder was|or what|or|ou quoi|o que|o como))?"
)
_SEND_SOMEBODY = re.compile(
    r"\b(?:send (?:some|any)(?:one|body)|send (?:him|her|them|security)|schick\w*|jemand\w*|envoye\w*|quelqu'un"
    r"|mand(?:a|ar|en|e)\b|alguien)"
)


def _of_the_article(part: Part, reading: Reading, context: Context) -> Part | None:
    """Return what is asked of the article that was told last in words that ask nothing else; None where it is not."""
    if wished := _wished_for(part, reading, context):
        return replace(part, intent=Intent.REQUEST, topic=wished)
    if _asks_to_book_it(part, reading, context):
        return replace(part, follow_up=True, subjects=frozenset(context.subjects), details=frozenset({"booking"}))
    per = part.intent in {Intent.QUESTION, Intent.TALK} and _PER.fullmatch(reading.folded.strip(" .!?\u00bf\u00a1"))
    included = part.intent in {Intent.LIST, Intent.QUESTION} and _INCLUDED.search(reading.folded) and not part.items
    included = included and len(reading.topics) <= _FEW_TOPICS and not part.subjects - set(context.subjects)
    if per or included or _measures_it(part, reading, context) or _comes_along(part, reading, context):
        about = frozenset(context.subjects)
        return replace(part, intent=Intent.QUESTION, topic="", follow_up=True, subjects=about, details=frozenset())
    return None


def _asks_to_book_it(part: Part, reading: Reading, context: Context) -> bool:
    """ "Do I have to book?" after the massages asks for no table; "do I need a table for dinner" does."""
    if part.intent is not Intent.QUESTION or not part.subjects or not part.subjects <= {"restaurant_reservation"}:
        return False
    of_a_table = part.venues or part.meals or not _TABLES.isdisjoint(reading.tokens)
    return not of_a_table and "booking" in reading.lexicon.article_details.get(context.article, frozenset())


_TABLES = frozenset({"table", "tables", "tisch", "tische", "mesa", "mesas", "eat", "essen", "manger", "comer", "cenar"})
_INCLUDED = re.compile(r"\b(?:includ\w*|inklusiv\w*|inbegriffen|dabei|compris\w*|inclus\w*|inclu\w*)\b")
_FEW_TOPICS = 3
_MEASURE = re.compile(
    r"\d+(?:[.,]\d+)? ?(?:m|cm|kg|kilos?|meters?|metres?|metros?|metern?|ft|lbs?|hoch|breit|lang|high|tall|wide|long"
    r"|haute?|alto)\b"
)


def _measures_it(part: Part, reading: Reading, context: Context) -> bool:
    """ "My van is 2.10 high" after the garage: what was told of it says whether that fits."""
    if not reading.lexicon.article_details.get(context.article, frozenset()) & _OF_A_SIZE:
        return False
    of_food = part.items or part.courses or part.containing or part.avoid or part.diets
    return part.intent is Intent.QUESTION and not of_food and bool(_MEASURE.search(reading.folded))


_OF_A_SIZE = frozenset({"height", "width", "length", "depth", "weight", "size"})


# What is wished for by a time alone, once its article was told: "ok, until 3 then please, room 22".
_WISHED_AT_A_TIME = {"late_check_out": "late_checkout", "taxi": "taxi", "wake_up_call": "wake_up"}
_CLOCK = re.compile(r"\b\d{1,2}(?:[:.h]\d\d| ?(?:h|uhr|am|pm|o'?clock|heures))\b")
_AGREES = re.compile(
    r"\b(?:please|pls|plz|then|bitte|dann|svp|s'il (?:vous|te) plait|alors|por favor|porfa|entonces|pues)\b"
)


def _wished_for(part: Part, reading: Reading, context: Context) -> str:
    """Return the kind of request that a time settles, after the article that tells of it; empty where none."""
    if part.intent not in {Intent.QUESTION, Intent.HOURS} or reading.marked or reading.found("asks"):
        return ""
    timed = part.when.time or _CLOCK.search(reading.folded)
    if not timed or part.aspects or part.venues or not _AGREES.search(reading.folded):
        return ""
    return next((kind for subject, kind in _WISHED_AT_A_TIME.items() if subject in context.subjects), "")


def _says_more_to_the_team(part: Part, reading: Reading) -> bool:
    """ "Just send someone up", "room 118" after a complaint: said to those who were told of it."""
    if part.intent is not Intent.QUESTION or reading.marked:
        return False
    if _SEND_SOMEBODY.search(reading.folded):
        return True
    asks = part.subjects or part.details or part.aspects or part.items or part.venues
    room = part.room or any(token.isdigit() and len(token) > _DIGITS_OF_YEARS for token in reading.tokens)
    return bool(room) and not asks and len(reading.tokens) <= _FEW_WORDS


_FEW_WORDS = 10
_DIGITS_OF_YEARS = 2  # "my son is 10", "we are 12": no rooms


def _asks_when_it_is_open(part: Part, reading: Reading, context: Context) -> bool:
    """ "What time does it open?" after the gym asks nothing of the whole house."""
    named = part.venues or part.venue_kinds or part.meals or part.items
    spoken_of = context.article or context.subjects
    return part.intent is Intent.HOURS and not named and bool(spoken_of) and _singular(reading)


def _asks_only_when(part: Part, reading: Reading, context: Context) -> bool:
    """ "When?", "until when" after the yoga: of what was told, and of no venue that has its subject in common.

    When a meal or the pool is, its hours tell.
    """
    of_a_meal = context.meals or (context.subjects and _MEALS.issuperset(context.subjects))
    kinds = set(reading.lexicon.venue_kind.values()).union(*reading.lexicon.venue_kinds.values())
    of_a_place = kinds.intersection(context.subjects)
    if of_a_meal or of_a_place or part.when or part.venues or part.meals or part.items or _singular(reading):
        return False
    asking = reading.places("hours", "time", "asks") | reading.filler
    return bool(reading.found("hours")) and asking.issuperset(range(len(reading.tokens)))


def _only_of_children(part: Part, reading: Reading) -> bool:
    other = part.diets or part.avoid or part.containing or part.courses or part.order or part.drinks or part.meals
    asked = any(match.key == "start" for match in reading.found("follow_up"))
    return part.kids and asked and not other and not {"ask"} & set(reading.keys("menu"))


def _speaks_of(article: str, part: Part, reading: Reading) -> bool:
    """ "Also in the restaurant?" after the dogs: the article that was told says that as well."""
    if part.intent not in {Intent.QUESTION, Intent.PLACE} or part.aspects - {"location"}:
        return False
    if not (reading.keys("follow_up") or _COMES_ALONG.search(reading.folded)):
        return False
    own, lexicon = reading.lexicon.article_words.get(article, frozenset()), reading.lexicon
    beside = reading.topics - reading.places("follow_up")
    if all(says(own, each) for each in reading.stems(beside)):
        return True
    where = beside & (reading.places("venue") | reading.venue_places)
    before = [token for token in reading.tokens[: min(where, default=0)] if token not in _ARTICLES]
    if beside - where or not before or before[-1] not in _INTO:
        return False  # "and the spa?" asks of the spa
    kinds = [key for key, kind in lexicon.venue_kind.items() if kind in part.venue_kinds]
    return any(not own.isdisjoint(lexicon.venue_words[key]) for key in (*part.venues, *kinds))


# "Darf der mit ins Restaurant", "can he sit in the bar with us": who was spoken of.
_COMES_ALONG = re.compile(
    r"^\W*(?:and |und |et |y )?(?:can|may|could|is|are|darf|durfen|kann|konnen|peut|puede|est|sont|esta|estan)\w* "
    r"(?:he|she|they|der|die|er|sie|il|elle|ils|elles)\b"
)


def _comes_along(part: Part, reading: Reading, context: Context) -> bool:
    """ "Und darf er abends mit ins Restaurant" after the dogs asks for nobody's opening hours."""
    on_animals = {"pets", "dogs"} & set(context.subjects)
    asks = part.intent in {Intent.HOURS, Intent.PLACE, Intent.QUESTION} and not part.subjects - set(part.venue_kinds)
    return bool(on_animals) and asks and bool(_COMES_ALONG.search(reading.folded))


_INTO = frozenset({"in", "into", "to", "at", "inside", "ins", "im", "zum", "zur", "dans", "en", "au", "a", "al"})


def _of_subjects(part: Part, reading: Reading, before: Context) -> Part:
    """ "And for kids?", "what does it cost": asked of what was spoken of last."""
    of_somebody = part.intent is Intent.QUESTION and not RELATIVES.isdisjoint(reading.tokens)
    if not before.subjects or part.subjects or part.intent not in {Intent.QUESTION, Intent.LIST}:
        return part
    if not part.details and not of_somebody:
        return part
    named = (part.venues, part.items, part.courses, part.meals, part.diets, part.avoid, part.containing, part.order)
    if any(named) or (part.beyond and not of_somebody) or part.drinks:
        return part
    subjects = frozenset(before.subjects)
    led_by = " ".join(sorted(subjects)).replace("_", " ")
    return replace(part, intent=Intent.QUESTION, topic="", subjects=subjects, led_by=led_by)


_ARTICLES = frozenset({"the", "der", "die", "das", "den", "le", "la", "les", "el", "los", "las"})


def _asking_of_an_allergen(part: Part, reading: Reading) -> Part:
    """ "Cheese?" after a dish asks whether it is in there, even if a cheese plate is on the card."""
    said = reading.allergen_words
    if not said.named or not reading.topics <= said.places or reading.found("aspect"):
        return part
    if not _ARTICLES.isdisjoint(reading.tokens):
        return part  # "and the oysters?" is the next dish
    return replace(part, intent=Intent.QUESTION, items=(), foods=(), containing=said.named, unsure=False)


def _chosen(reading: Reading, context: Context) -> str:
    """Return the dish of the last list that "the second one" means."""
    for match in reading.found("ordinal"):
        own = reading.topics - reading.places("ordinal", "aspect", "follow_up", "diet") - reading.allergens.places
        number = int(match.key)
        if own or not context.items:
            return ""
        if number == -1:
            return context.items[-1]
        if number <= len(context.items):
            return context.items[number - 1]
    return ""


def _is_bare(part: Part, reading: Reading) -> bool:
    """ "Where is it?": whether a clause names nothing of its own."""
    named = part.venues or part.venue_kinds or part.items or part.meals
    return part.intent in {Intent.QUESTION, Intent.PLACE} and not named and not _own_topic(part, reading)


def _own_topic(part: Part, reading: Reading) -> bool:
    explained = reading.places("aspect", "follow_up", "hours", "talk", "menu") | reading.allergens.places
    # "What can we do with kids" is no word on the way to the town; "and for kids?" is.
    return bool(reading.topics - explained) or (part.kids and not reading.found("follow_up"))


def _of_these(part: Part, items: tuple[str, ...]) -> Part:
    """Return a part that asks of dishes spoken of; no food that it names is one to look for."""
    return replace(part, intent=Intent.DISH, foods=(), items=items, unsure=False, follow_up=True)


def _of_dishes(part: Part, reading: Reading, context: Context) -> Part:
    asked = set(reading.keys("follow_up"))
    points_back = bool(asked) and len(reading.tokens) <= 10
    new_list = part.intent is Intent.LIST and (
        part.courses or part.meals or part.venues or ({"ask", "drink"} & set(reading.keys("menu")) and not points_back)
    )
    points = not ONE_THING.isdisjoint(reading.tokens) and not WITH.isdisjoint(reading.tokens)
    begins = reading.first_word in WITH
    adds = asked or begins or points
    # "And with focaccia?" asks of what was ordered, "with soy milk" changes the order.
    asks_of_order = context.intent == Intent.REQUEST and len(context.items) == 1 and reading.marked
    of_a_dish = context.intent == Intent.DISH or asks_of_order
    if of_a_dish and adds and (options := options_of(context.items[0], reading, of_it=begins)):
        # "And with ice cream on it?": an option of the dish spoken of, whatever else is called so.
        return replace(_with_its_question(_of_these(part, context.items[:1]), reading, context), options=options)
    if (come_with_it := _with_what_comes(part, reading, context)) is not part:
        return come_with_it
    if _takes_it_plain(reading, context):
        return _with_its_question(_of_these(part, context.items[:1]), reading, context)
    if reading.keys("wine") and not reading.wines and _are_wines(context, reading):
        # "What about the white one then": no bean soup.
        return replace(
            part,
            intent=Intent.LIST,
            courses=("wine",),
            wines=reading.keys("wine"),
            items=(),
            rest=(),
            aside=(),
            drinks=True,
        )
    if part.intent is Intent.DISH and (narrowed := _narrowed(part, reading, context)) is not None:
        return narrowed
    if part.intent is Intent.DISH:
        return _with_its_question(part, reading, context)
    if part.intent in {Intent.QUESTION, Intent.LIST} and (listed := _listed(part, reading, context)):
        return _of_these(_with_its_question(part, reading, context), listed)
    if "options" in part.aspects and context.intent == Intent.DISH and not _words_of_its_own(part, reading):
        return replace(part, intent=Intent.DISH, items=context.items[:1], unsure=False, follow_up=True)
    if new_list:
        return _with_its_diet(part, reading, context)
    about_dishes = part.aspects or part.diets or part.avoid or part.containing or part.order
    if not about_dishes or part.intent not in {Intent.QUESTION, Intent.LIST} or _words_of_its_own(part, reading):
        return part
    many = len(context.items) > 1 and ("which" in reading.keys("menu") or not _singular(reading))
    if many and part.containing and len(context.items) <= _ALL_TOLD:
        return _of_these(part, context.items)
    if many and (part.diets or part.avoid or part.containing or part.order):
        return replace(part, intent=Intent.LIST, foods=(), items=context.items, follow_up=True)
    if points_back or part.intent is Intent.QUESTION or not reading.keys("menu"):
        return replace(part, intent=Intent.DISH, items=context.items[:1], unsure=False, follow_up=True)
    return part


def _takes_it_plain(reading: Reading, context: Context) -> bool:
    """ "Nature alors ?", "con la base normal?", "und ohne?" after a dish with an option: asked of it without."""
    said = set(reading.tokens)
    if context.intent != Intent.DISH or not context.options or said.isdisjoint(_LEAVES_OUT | _WITHOUT):
        return False
    own = {each for _key, stems, _added in reading.lexicon.item_options.get(context.items[0], ()) for each in stems}
    explained = reading.places("follow_up", "aspect", "talk") | reading.filler
    beside = {place for place in range(len(reading.tokens)) if place not in explained}
    left = {place for place in beside if reading.tokens[place] not in _LEAVES_OUT | _WITHOUT | WITH | _ARTICLES}
    return own.issuperset(reading.stems(left))


# What is asked to be in or beside a thing that is only pointed at, or left out: "¿lleva patatas?", "comes with rice?".
_COMES_WITH_IT = re.compile(
    r"\b(?:does|do|will|would) (?:it|that|this|they) (?:also )?(?:come (?:with|in|on)|have|include)\b"
    r"|\b(?:is|are) (?:it|that|this|they) (?:also )?served with\b|\b(?:have|get) (?:it|that|this) with\b"
    r"|^(?:and )?(?:it |that )?(?:comes|served) with\b|\bin (?:it|that|this|there)$"
    r"|\b(?:kommt|wird|ist|hat|gibt es|gibts|gibt's) (?:das|es|er|sie|dazu) (?:auch )?(?:mit\b|\w+$)"
    r"|\b(?:ist|sind|war|waren) da (?:auch )?\w+ (?:dabei|dazu|drin|drinnen|mit drin)$"
    r"|\bdedans$|^(?:et )?(?:ca|cela|il|elle|c'est) (?:vient |est )?(?:servie? )?avec\b|^servie? avec\b"
    r"|^(?:y )?(?:lleva|viene con|trae|incluye|se sirve con|va con)\b"
)
_MOST_WORDS = 9


def _with_what_comes(part: Part, reading: Reading, context: Context) -> Part:
    """ "Does it come with potatoes?" after the schnitzel names no other dish.

    In doubt a dish that is named is meant: who asks of an allergen, or says "the brownie", is told of that.
    """
    if context.intent != Intent.DISH or len(context.items) > _ALL_TOLD or part.intent not in _MAY_COME_WITH:
        return part
    if part.venues or part.avoid or part.diets or "safe" in part.aspects:
        return part
    if part.subjects and part.intent is Intent.QUESTION:
        return part  # French "poulet" is a farm's animal too
    if part.containing or reading.allergens.codes or len(reading.tokens) > _MOST_WORDS:
        return part
    if _is_called_by_name(reading) or not _COMES_WITH_IT.search(reading.folded.strip(" .!?\u00bf\u00a1")):
        return part
    both = tuple(key for key in context.items if key in part.items)  # "does it come with rice" may be its own rice
    aspects = part.aspects - {"available", "about", "location"} | {"ingredients"}
    asked = _of_these(part, both or context.items)
    return replace(asked, options=(), aspects=aspects, subjects=frozenset())


_MAY_COME_WITH = frozenset({Intent.DISH, Intent.QUESTION})
_DEFINITE = _ARTICLES | {"dem", "your", "our", "il", "lo"}  # French "du" may be some of it


def _is_called_by_name(reading: Reading) -> bool:
    """Return whether a dish is well named, or named as a certain one: "the brownie"."""
    first = {min(each.places) for each in reading.named}
    definite = any(place and reading.tokens[place - 1] in _DEFINITE for place in first)
    return definite or any(each.coverage >= WELL_NAMED for each in reading.named)


def _listed(part: Part, reading: Reading, context: Context) -> tuple[str, ...]:
    """ "So the lamb is fine for me?": the one dish of the last list whose name says the one word that is left."""
    if part.courses or part.drinks or part.venues or part.venue_kinds or part.avoid or len(context.items) < 2:
        return ()
    beside = reading.places("aspect", "diet", "follow_up", "talk", "menu") | reading.plain | reading.allergens.places
    places = {place for place in reading.topics - beside if reading.tokens[place] not in _SUITS}
    if len(places) != 1 or not reading.matters.places <= places or not _asks_of_it(part, reading):
        return ()
    said = asked_for(reading.stems(places)[0])
    names = reading.lexicon.item_name_words
    found = [key for key in context.items if not names.get(key, frozenset()).isdisjoint(said)]
    return tuple(found) if len(found) == 1 else ()


def _the_one(part: Part, reading: Reading, context: Context) -> str:
    """ "Is there gluten in the stout" after an order: a kind of drink, if it were not the one that is spoken of."""
    if part.intent is not Intent.LIST or not part.courses or len(part.courses) > 1 or not _asks_of_it(part, reading):
        return ""
    kinds = {place for match in reading.found("course") for place in match.places}
    definite = [place for place in kinds if place and reading.tokens[place - 1] in _ARTICLES]
    if len(kinds) != 1 or not definite or ("which" in reading.keys("menu") and not part.containing):
        return ""
    tags, spoken_of = reading.lexicon.item_tags, {*context.items, *context.pending.get("items", ())}
    found = [key for key in sorted(spoken_of) if not tags.get(key, frozenset()).isdisjoint(part.courses)]
    return found[0] if len(found) == 1 else ""


def _are_wines(context: Context, reading: Reading) -> bool:
    tags = reading.lexicon.item_tags
    return bool(context.items) and all("wine" in tags.get(key, frozenset()) for key in context.items)


_SUITS = frozenset({"ok", "okay", "fine", "good", "alright", "passt", "geht", "gut", "va", "bien", "vale"})


def _asks_of_it(part: Part, reading: Reading) -> bool:
    said = reading.found("follow_up") or part.aspects - {"location", "phone"} or part.containing or part.diets
    return bool(said) or not _SUITS.isdisjoint(reading.tokens)


_OF_THEM = re.compile(
    r"\b(?:of (?:those|them|these)|davon|darunter|parmi|d'entre|de (?:ellos|ellas|esos|esas|estos|estas))\b"
)


def _narrowed(part: Part, reading: Reading, context: Context) -> Part | None:
    """ "Und davon rote?" after the wines names no red curry."""
    if context.intent != Intent.LIST or not _OF_THEM.search(reading.folded) or set(part.items) & set(context.items):
        return None
    well_named = any(each.coverage >= WELL_NAMED for each in reading.named)
    if well_named or part.containing or part.avoid or context.allergies:
        return None
    wines = reading.keys("wine")
    rest = () if wines else reading.stems(place for each in reading.named for place in each.places)
    return replace(part, intent=Intent.LIST, items=context.items, wines=wines, rest=rest, unsure=False, follow_up=True)


def _with_its_diet(part: Part, reading: Reading, context: Context) -> Part:
    """ "And desserts?" after vegan mains wants vegan ones."""
    if not reading.keys("follow_up") or part.avoid or part.containing or part.diets or len(reading.topics) > 2:
        return part
    asked = context.filters
    diets = () if living.is_for_oneself(reading, context) else tuple(asked.get("diets", ()))
    return replace(part, avoid=tuple(asked.get("avoid", ())), diets=diets, follow_up=True)


def _with_its_question(part: Part, reading: Reading, context: Context) -> Part:
    """ "And the quinoa bowl?" asks of it what was asked of the hummus."""
    begins = reading.keys("follow_up") or reading.first_word in WITH
    if not begins or part.aspects or part.avoid or part.containing or part.diets:
        return part
    asked = context.filters
    return replace(
        part,
        avoid=tuple(asked.get("avoid", ())),
        containing=tuple(asked.get("containing", ())),
        diets=tuple(asked.get("diets", ())),
        follow_up=True,
    )


def _words_of_its_own(part: Part, reading: Reading) -> bool:
    explained = reading.places("aspect", "follow_up", "diet", "menu", "ordinal", "with_food") | reading.allergens.places
    return bool(reading.topics - explained) or bool(part.venue_kinds and not part.venues)


def _singular(reading: Reading) -> bool:
    return not ONE_THING.isdisjoint(reading.tokens)


def _meals_then(when: When, context: Context) -> tuple[str, ...]:
    """ "And in the evening?" after lunch asks for dinner."""
    if not context.meals or when.around is None:
        return context.meals
    return ("breakfast",) if when.around < dt.time(12) else ("dinner",)


def _asked_time(reading: Reading) -> str:
    """ "And from when on Sunday?", after when it closes."""
    keys = set(reading.keys("hours"))
    return next((each for each in ("opens", "closes") if each in keys), "hours" if "ask" in keys else "")


def _of_hours(part: Part, reading: Reading, context: Context) -> Part:
    """ "And on Sunday?" keeps the venue; "and the bar?" keeps the day's question."""
    if part.intent in {Intent.LIST, Intent.DISH, Intent.FACT, Intent.TALK}:
        return part
    explained = reading.places("follow_up", "hours", "venue", "meal", "time") | reading.venue_places
    asks = part.when or part.venues or part.venue_kinds or part.meals or reading.found("hours")
    if reading.topics - explained or not asks:
        return part
    named = part.venues or part.venue_kinds
    when = part.when
    if not when:
        when = When(dates=tuple(dt.date.fromisoformat(day) for day in context.filters.get("dates", ())))
    return replace(
        replace(part, when=when),
        intent=Intent.HOURS,
        topic=part.topic or _asked_time(reading) or context.topic or "hours",
        venues=part.venues or (() if named else context.venues),
        meals=part.meals or (() if named else _meals_then(when, context)),
        follow_up=True,
    )
