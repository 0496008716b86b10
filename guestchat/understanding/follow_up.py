"""Owns follow-ups: what a part without a topic of its own refers to in the last answer's rows. Pure."""

import datetime as dt
import re
from dataclasses import replace

from guestchat.understanding.food import asked_for
from guestchat.understanding.lexicon import Lexicon
from guestchat.understanding.matters import CIRCUMSTANCES
from guestchat.understanding.naming import WITH
from guestchat.understanding.query import Context, Intent, Part
from guestchat.understanding.reading import Reading
from guestchat.understanding.stems import says
from guestchat.understanding.when import SOON, When

# From this share of its name on a dish is named for itself.
_WELL_NAMED = 0.75
# So few dishes are told one by one: a list would leave out what the others hold.
_ALL_TOLD = 3
# What points at one thing, in any language: "is it vegan", "enthält das Nüsse".
_ONE_THING = frozenset({"it", "that", "this", "das", "dies", "dieses", "ca", "eso", "esto", "lo"})


def after(part: Part, context: Context, lexicon: Lexicon) -> Context:
    """Return what the next question of the same message may refer to, before that one is answered."""
    if part.intent in _BESIDE_REQUESTS or not (part.subjects or part.items or part.venues or part.venue_kinds):
        return context
    of_kinds = [key for key, kind in lexicon.venue_kind.items() if kind in part.venue_kinds]
    return Context(
        intent=part.intent,
        items=part.items if part.intent is Intent.DISH else (),
        venues=part.venues or (tuple(of_kinds) if len(of_kinds) == 1 else ()),
        subjects=tuple(sorted(part.subjects)),
        allergies=context.allergies,
    )


def resolve(part: Part, reading: Reading, context: Context, before: Context) -> Part:
    """Return the part with what it refers to filled in; a part with a topic of its own is left alone.

    `context` is what the last answer left, `before` the same or what an earlier question of the same message was about.
    """
    if before is not context and before.items and _says_more_of_it(part, reading):
        return _of_these(part, before.items)
    if before is not context and (come_with_it := _with_what_comes(part, reading, before)) is not part:
        return come_with_it
    resolved = _resolved(part, reading, context)
    if resolved is not part:
        return resolved
    open_then = _of_venues_spoken_of(part, reading, before)
    return open_then if open_then is not part else _of_subjects(part, reading, before)


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
    if context.pending and (of_request := _of_request(part, reading, context)) is not None:
        return of_request
    if part.intent in {Intent.EMERGENCY, Intent.PRIVATE, Intent.PERSON, Intent.REQUEST} or part.topic == "statement":
        return part
    if not context.venues and _asks_when_it_is_open(part, reading, context):
        part = replace(part, intent=Intent.QUESTION, topic="")
    chosen = _chosen(reading, context)
    if chosen:
        return replace(part, intent=Intent.DISH, items=(chosen,), unsure=False, follow_up=True)
    if context.intent in {Intent.DISH, Intent.LIST, Intent.REQUEST} and context.items:
        return _of_dishes(_asking_of_an_allergen(part, reading), reading, context)
    if context.venues and part.aspects & {"location", "phone"} and _is_bare(part, reading):
        return replace(part, intent=Intent.PLACE, venues=context.venues, follow_up=True)
    if context.intent == Intent.HOURS or (context.intent == Intent.PLACE and part.intent is Intent.HOURS):
        return _of_hours(part, reading, context)
    if context.article and part.intent is Intent.LIST and _only_of_children(part, reading):
        # "And for my ten-year-old?" after the lift passes asks for no dish.
        return replace(part, intent=Intent.QUESTION, follow_up=True, subjects=frozenset(context.subjects))
    told_hours = "hours" in reading.lexicon.article_details.get(context.article, frozenset())
    if context.article and (not told_hours or part.when.dates or (reading.asks and reading.found("hours"))):
        open_then = _of_venues_spoken_of(part, reading, context)
        if open_then is not part:
            return open_then
    if context.article and part.intent is Intent.QUESTION and not _own_topic(part, reading):
        return replace(part, follow_up=True, subjects=frozenset(context.subjects))
    if context.article and _speaks_of(context.article, part, reading):
        return replace(part, intent=Intent.QUESTION, follow_up=True)
    return part


def _asks_when_it_is_open(part: Part, reading: Reading, context: Context) -> bool:
    """ "What time does it open?" after the gym asks nothing of the whole house."""
    named = part.venues or part.venue_kinds or part.meals or part.items
    spoken_of = context.article or context.subjects
    return part.intent is Intent.HOURS and not named and bool(spoken_of) and _singular(reading)


def _only_of_children(part: Part, reading: Reading) -> bool:
    other = part.diets or part.avoid or part.containing or part.courses or part.order or part.drinks or part.meals
    asked = any(match.key == "start" for match in reading.found("follow_up"))
    return part.kids and asked and not other and not {"ask"} & set(reading.keys("menu"))


def _speaks_of(article: str, part: Part, reading: Reading) -> bool:
    """ "Also in the restaurant?" after the dogs: the article that was told says that as well."""
    if part.intent not in {Intent.QUESTION, Intent.PLACE} or part.aspects - {"location"}:
        return False
    if not reading.keys("follow_up"):
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


_INTO = frozenset({"in", "into", "to", "at", "inside", "ins", "im", "zum", "zur", "dans", "en", "au", "a", "al"})


def _of_subjects(part: Part, reading: Reading, before: Context) -> Part:
    """ "And for kids?", "what does it cost": asked of what was spoken of last."""
    if not before.subjects or part.subjects or part.intent not in {Intent.QUESTION, Intent.LIST} or not part.details:
        return part
    named = (part.venues, part.items, part.courses, part.meals, part.diets, part.avoid, part.containing, part.order)
    if any(named) or part.beyond or part.drinks:
        return part
    subjects = frozenset(before.subjects)
    return replace(part, intent=Intent.QUESTION, topic="", subjects=subjects, spelt=_named_first(subjects, part))


def _named_first(subjects: frozenset[str], part: Part) -> str:
    """Return a question with what it is about before it: to an encoder, "can my 14 year old use it" is on nothing."""
    return f"{' '.join(sorted(subjects)).replace('_', ' ')}: {part.spelt}"


# What cannot be said of a request.
_BESIDE_REQUESTS = frozenset({Intent.EMERGENCY, Intent.PRIVATE, Intent.PERSON, Intent.REQUEST})
_DO_IT = re.compile(
    r"\b(?:do (?:it|that)|go ahead|(?:book|order|send|request) (?:it|them|that)|mach\w*(?: sie)? das|bestell\w*|buch\w*"
    r"|faites|allez y|reserve\w*|hazlo|hagalo|adelante|pidelo|reserval\w*)"
)
_MORE = frozenset({"another", "more", "extra", "noch", "weiteres", "weitere", "encore", "autre", "otra", "otro", "mas"})
_HURTS = re.compile(
    r"\b(?:hurt|injur|bleed|burn|sick|ill\b|dizzy|verletz|blut|krank|bless|saign|malade|herid|sangr|mareo|enferm)"
)
_WORKS_AGAIN = re.compile(
    r"\b(?:work(?:s|ing) (?:now|again)|is (?:fixed|working)|got it working|(?:geht|funktioniert) (?:jetzt|wieder)"
    r"|remarche|ya funciona)\b"
)


def _says_more_of_the_wish(part: Part, reading: Reading, kind: str) -> bool:
    """ "It just shows a blue screen", "oh and another pillow": what is told right after it belongs to a wish."""
    told = {Intent.QUESTION, Intent.LIST} if kind == "maintenance" else {Intent.QUESTION}
    if part.intent not in told or part.details or part.aspects or _HURTS.search(reading.folded):
        return False
    if kind == "housekeeping":
        adds = any(match.key == "start" and match.start <= 1 for match in reading.found("follow_up"))
        return adds and not _MORE.isdisjoint(reading.tokens)
    return kind == "maintenance" and reading.first_word in _ONE_THING and not reading.asks


# What takes something away, in any language.
_DENIES = frozenset({"no", "not", "without", "kein", "keine", "keinen", "nicht", "ohne", "pas", "sans", "sin"})


def _added(part: Part, reading: Reading, context: Context) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return the dishes and the options that a guest adds to an order; None where that is not all that is said.

    Nothing is taken along unseen by whoever must avoid something: every word of it must name a dish or an option.
    """
    if part.aspects or part.containing or part.avoid or part.when or not _DENIES.isdisjoint(reading.tokens):
        return None
    for item in context.pending.get("items", ()):
        if options := _options_of(str(item), reading):
            return (), options
    if not reading.named:
        return None
    # "With bacon please" orders no other dish that has some.
    whole = [each for each in reading.named if each.coverage >= _WELL_NAMED]
    explained = {place for each in whole for place in each.places} | reading.plain
    beside = reading.topics - explained - reading.places("talk", "follow_up", "number", "request")
    wary = context.allergies or reading.stated_allergies
    return None if wary and (beside or not whole) else (tuple(dict.fromkeys(each.key for each in whole)), ())


_ONLY_A_ROOM = re.compile(
    r"(?:it's |it s |its )?(?:in|to|for|auf|im|aufs)? ?(?:(?:my|our|the|mein\w*|unser\w*) )?(?:room|zimmer)"
    r"(?: (?:number |no |nr )?\d{1,4}[a-z]?)?(?: (?:please|bitte))?|\d{3,4}[a-z]?"
    r"|(?:dans |pour )?(?:ma |notre |la )?chambre(?: \d{1,4})?(?: svp)?"
    r"|(?:en |a )?(?:mi |nuestra |la )?habitacion(?: \d{1,4})?(?: por favor)?"
)
# What begins what is ordered as well.
_ADDS = WITH - {"au"} | {"and", "also", "und", "noch", "et", "aussi", "y", "tambien"}
_CALLS_OFF = re.compile(r"\b(?:cancel|stornier|annul|forget|vergiss|vergessen|oubli|olvid|cancela)")


def _of_request(part: Part, reading: Reading, context: Context) -> Part | None:
    """Return a guest's word on a request that waits: yes, no, or a detail of it; None where it says something else."""
    kind, missing = str(context.pending.get("kind", "")), context.pending.get("missing")
    asked = replace(part, intent=Intent.REQUEST, topic=kind, follow_up=True)
    said = set(reading.keys("talk"))
    if _CALLS_OFF.search(reading.folded) and (part.intent is Intent.TALK or kind in reading.keys("request")):
        return replace(asked, topic="declined")
    if kind == "maintenance" and _WORKS_AGAIN.search(reading.folded):
        return replace(asked, topic="declined")
    if context.pending.get("answers_since"):
        # Yes, no, two, tomorrow: of what was proposed, or of what was told since?
        settles = part.intent is Intent.TALK and "yes" in said and _DO_IT.search(reading.folded)
        if settles and not context.offered_person:
            return replace(asked, topic="accepted")
        return asked if not missing and _ONLY_A_ROOM.fullmatch(reading.folded.strip(" .!")) else None
    if part.intent is Intent.TALK and said & {"yes", "no"} and part.topic != "abuse":
        return replace(asked, topic="declined" if "no" in said else "accepted")
    if part.intent in _BESIDE_REQUESTS or reading.asks:
        return None
    if missing == "item":
        named = dict.fromkeys(each.key for each in reading.named)
        return replace(asked, items=tuple(named)) if part.intent is not Intent.TALK else None
    if kind == "order" and reading.first_word in _ADDS and (added := _added(part, reading, context)) is not None:
        return replace(asked, items=added[0], options=added[1])
    own = reading.topics - reading.places("talk", "follow_up", "request", "number", "time", "date", "day")
    figures = part.when or part.room or part.quantity or any(token[:1].isdigit() for token in reading.tokens)
    if not missing and _ONLY_A_ROOM.fullmatch(reading.folded.strip(" .!")):
        return asked
    if not missing and _says_more_of_the_wish(part, reading, kind):
        return asked
    tells = figures or SOON.search(reading.folded) or (missing and not own)
    return asked if tells and len(own) <= 1 and not reading.named else None


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
    adds = asked or reading.first_word in WITH
    if context.intent == Intent.DISH and adds and (options := _options_of(context.items[0], reading)):
        # "And with ice cream on it?": an option of the dish spoken of, whatever else is called so.
        return replace(_with_its_question(_of_these(part, context.items[:1]), reading, context), options=options)
    if (come_with_it := _with_what_comes(part, reading, context)) is not part:
        return come_with_it
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
    return definite or any(each.coverage >= _WELL_NAMED for each in reading.named)


def _options_of(dish: str, reading: Reading) -> tuple[str, ...]:
    """Return the options of a dish that the clause orders with it, named whole or by two of their words."""
    if reading.venues or reading.found("venue") or reading.found("hours"):
        return ()
    if any(each.key != dish and each.coverage >= _WELL_NAMED for each in reading.named):
        return ()  # "and the ramen with egg" is the next dish
    said = set(reading.stems(set(range(len(reading.tokens))) - reading.naming.asked))
    own = reading.lexicon.item_options.get(dish, ())
    return tuple(key for key, stems, _added in own if stems and (stems <= said or len(stems & said) > 1))


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


_SUITS = frozenset({"fine", "good", "alright", "passt", "geht", "gut", "va", "bien", "vale"})


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
    well_named = any(each.coverage >= _WELL_NAMED for each in reading.named)
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
    return replace(part, avoid=tuple(asked.get("avoid", ())), diets=tuple(asked.get("diets", ())), follow_up=True)


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
    return not _ONE_THING.isdisjoint(reading.tokens)


def _meals_then(when: When, context: Context) -> tuple[str, ...]:
    """ "And in the evening?" after lunch asks for dinner."""
    if not context.meals or when.around is None:
        return context.meals
    return ("breakfast",) if when.around < dt.time(12) else ("dinner",)


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
        topic=part.topic or context.topic or "hours",
        venues=part.venues or (() if named else context.venues),
        meals=part.meals or (() if named else _meals_then(when, context)),
        follow_up=True,
    )
