"""Owns a guest's word on a request that waits: yes, no, a detail, a dish more or another one instead. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from guestchat.understanding.denying import DENYING
from guestchat.understanding.food import asked_for, meanings
from guestchat.understanding.naming import WITH
from guestchat.understanding.options import WELL_NAMED, options_of
from guestchat.understanding.query import Context, Intent, Part
from guestchat.understanding.reading import Reading
from guestchat.understanding.when import SOON
from guestchat.words import words

# What points at one thing, in any language: "is it vegan", "enthält das Nüsse".
ONE_THING = frozenset({"it", "that", "this", "das", "dies", "dieses", "ca", "eso", "esto", "lo"})
# What cannot be said of a request.
BESIDE_REQUESTS = frozenset({Intent.EMERGENCY, Intent.PRIVATE, Intent.PERSON, Intent.REQUEST})
_BEFORE_ALL_ELSE = frozenset({Intent.EMERGENCY, Intent.PRIVATE, Intent.PERSON})
_DO_IT = re.compile(
    r"\b(?:do (?:it|that)|go ahead|(?:book|order|send|request) (?:it|them|that)|mach\w*(?: sie)? das|bestell\w*|buch\w*"
    r"|faites|allez y|reserve\w*|hazlo|hagalo|adelante|pidelo|reserval\w*)"
)
MORE = frozenset({"another", "more", "extra", "noch", "weiteres", "weitere", "encore", "autre", "otra", "otro", "mas"})
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
        return adds and not MORE.isdisjoint(reading.tokens)
    return kind == "maintenance" and reading.first_word in ONE_THING and not reading.asks


def _added(part: Part, reading: Reading, context: Context) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return the dishes and the options that a guest adds to an order; None where that is not all that is said.

    Nothing is taken along unseen by whoever must avoid something: every word of it must name a dish or an option.
    """
    if part.aspects or part.containing or part.avoid or part.when or not DENYING.isdisjoint(reading.tokens):
        return None
    for item in context.pending.get("items", ()):
        if options := options_of(str(item), reading):
            return (), options
    if not reading.named:
        return None
    # "With bacon please" orders no other dish that has some.
    whole = [each for each in reading.named if each.coverage >= WELL_NAMED]
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
# Said of what was just proposed as a whole: "nah cancel that, I'll survive"; "skip the potatoes" leaves an order.
_THE_WHOLE = (
    r"(?:it|that|all|everything|das|es|alles|(?:the|my|our|die|meine) (?:order|request|booking|bestellung|taxi))"
)
_CALLS_IT_OFF = re.compile(
    r"(?:\W|nah|no|nein|nee|non|actually|ok|oh|hm+|finalement|doch|ach|bah|mejor)*"
    rf"(?:(?:cancel|forget|scrap|drop|skip|stornier\w*|vergiss|vergessen sie) {_THE_WHOLE}|never ?mind"
    r"|lass(?:en sie)? (?:mal|es|das)|laisse[zr]? tomber|annule[rz]?(?: tout| ca| la commande)?"
    r"|dej[ae]l[oa]|olvid[ae]l[oa])"
    r"(?: (?:please|pls|bitte|svp|now|then|again|ill|i'll|i|we|we'll|wir|ich|pour \w+|merci|danke|thanks)\b.*)?"
    r"\s*(?:[,.;!].*)?"
)
_INSTEAD = re.compile(
    r"\b(?:instead|rather|swap|switch|change (?:it|that|the)|make (?:it|that)|lieber|statt(?:dessen)?|anstatt|tausch\w*"
    r"|plutot|a la place|au lieu|en vez|en lugar|cambi\w+)\b"
)
# What stands before the dish that is not wanted any more: "the fish instead of the stew".
_NOT_THAT = re.compile(r"\b(?:instead of|rather than|statt|anstatt|au lieu d[eu']?|en vez de|en lugar de)\b")
_TAKES_OUT = re.compile(
    r"^(?:\W|yes|then|ok|okay|and|but|ja|dann|und|aber|oui|alors|et|mais|si|entonces|pues|y|pero)*"
    r"(?:no|not the|without|skip|drop|cancel|leave out|kein\w*|ohne|pas de|sans|sin)\b"
)


def word_on_it(part: Part, reading: Reading, context: Context) -> Part | None:
    """Return a guest's word on a request that waits: yes, no, or a detail of it; None where it says something else."""
    kind, missing = str(context.pending.get("kind", "")), context.pending.get("missing")
    asked = replace(part, intent=Intent.REQUEST, topic=kind, follow_up=True)
    said = set(reading.keys("talk"))
    if part.intent in _BEFORE_ALL_ELSE:
        return None  # "never mind, my wife can't breathe" is no word on a taxi
    calls_off = _CALLS_OFF.search(reading.folded) and (part.intent is Intent.TALK or kind in reading.keys("request"))
    if calls_off or (not reading.marked and _CALLS_IT_OFF.fullmatch(reading.folded)):
        return replace(asked, topic="declined")
    if kind == "maintenance" and _WORKS_AGAIN.search(reading.folded):
        return replace(asked, topic="declined")
    if kind == "order" and (changed := _changed(part, reading, context)) is not None:
        wanted, dropped = changed
        nothing_left = not wanted and set(context.pending.get("items", ())) <= set(dropped)
        return replace(asked, items=wanted, dropped=dropped, topic="declined" if nothing_left else kind)
    if context.pending.get("answers_since"):
        # Yes, no, two, tomorrow: of what was proposed, or of what was told since?
        settles = part.intent is Intent.TALK and "yes" in said and _DO_IT.search(reading.folded)
        if (settles and not context.offered_person) or (not missing and _says_yes_to_it(part, reading, context)):
            return replace(asked, topic="accepted")
        return asked if not missing and _names_a_room(part, reading) else None
    if not missing and _says_yes_to_it(part, reading, context):
        return replace(asked, topic="accepted")
    if part.intent is Intent.TALK and said & {"yes", "no"} and part.topic != "abuse":
        return replace(asked, topic="declined" if "no" in said else "accepted")
    if part.intent in BESIDE_REQUESTS or reading.asks:
        return None
    if missing == "item":
        named = dict.fromkeys(each.key for each in reading.named)
        return replace(asked, items=tuple(named)) if part.intent is not Intent.TALK else None
    if kind == "order" and reading.first_word in _ADDS and (added := _added(part, reading, context)) is not None:
        return replace(asked, items=added[0], options=added[1])
    own = reading.topics - reading.places("talk", "follow_up", "request", "number", "time", "date", "day")
    figures = part.when or part.room or part.quantity or any(token[:1].isdigit() for token in reading.tokens)
    if not missing and (_names_a_room(part, reading) or _says_more_of_the_wish(part, reading, kind)):
        return asked
    if kind == "housekeeping" and _counts_them_up(part, reading):
        return asked
    tells = figures or SOON.search(reading.folded) or (missing and not own)
    return asked if tells and len(own) <= 1 and not reading.named else None


def never_minds(reading: Reading) -> bool:
    """Return whether a clause only takes back what was said, and says no more: "nah, forget it, I'll survive"."""
    return _NEVER_MIND.fullmatch(reading.folded) is not None


_NEVER_MIND = re.compile(
    r"(?:\W|nah|no|nein|nee|non|actually|ok|oh|hm+|doch|ach|bah)*"
    r"(?:(?:cancel|forget|scrap|drop|skip) (?:it|that)|never ?mind|vergiss (?:es|das)|lass (?:es|das|mal)"
    r"|laisse[rz]? tomber|dej[ae]lo|olvid[ae]lo)"
    r"(?:[ ,]+(?:please|pls|bitte|svp|then|now|thanks|thank you|danke|merci|gracias"
    r"|i'?ll (?:survive|manage|be fine|live)|it'?s (?:fine|ok|okay)))*\W*"
)


_MOST_WORDS_AROUND_A_ROOM = 10


def _names_a_room(part: Part, reading: Reading) -> bool:
    """ "Room 7", "sorry, I forgot to say, it's room 7": a room, and nothing that is asked."""
    if _ONLY_A_ROOM.fullmatch(reading.folded.strip(" .!")):
        return True
    beside = part.subjects or part.details or part.aspects or part.items or part.venues or reading.asks
    short = len(reading.tokens) <= _MOST_WORDS_AROUND_A_ROOM
    return bool(part.room) and part.intent is Intent.QUESTION and not beside and short


def _counts_them_up(part: Part, reading: Reading) -> bool:
    """ "Two large ones and a small one": of what was wished for."""
    numbers = reading.places("number") | {place for place, token in enumerate(reading.tokens) if token.isdigit()}
    short = len(reading.topics) <= _MOST_COUNTED
    return 0 in numbers and short and part.intent is Intent.QUESTION and not (part.subjects or part.details)


_MOST_COUNTED = 3


def _says_yes_to_it(part: Part, reading: Reading, context: Context) -> bool:
    """ "So yes to the call": a yes that says of which wish, as what else was told since might be meant."""
    yes = {place for match in reading.found("talk") if match.key == "yes" for place in match.places}
    if not yes or reading.marked:
        return False
    wished = {word for said in context.pending.get("said", ()) for word in words(str(said))}
    beside = reading.topics - reading.places("talk", "follow_up") - yes
    own = {reading.tokens[place] for place in beside if not _DO_IT.fullmatch(reading.tokens[place])}
    return bool(own) and own <= wished


def _changed(part: Part, reading: Reading, context: Context) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return the dishes that a guest wants now and those no more; None where an order is not changed."""
    if reading.marked or part.aspects & {"price", "ingredients", "allergens"} or part.intent in BESIDE_REQUESTS:
        return None
    ordered = tuple(str(each) for each in context.pending.get("items", ()))
    named = tuple(dict.fromkeys(each.key for each in reading.named))
    if _TAKES_OUT.search(reading.folded):
        taken_out = (*(key for key in ordered if key in named), *_options_taken_out(reading, ordered))
        return ((), taken_out) if _is_of_the_order(reading, ordered) else None
    if not _INSTEAD.search(reading.folded) or not named:
        return None  # "rather the soup" is asked back: which one?
    no_more = _not_wanted(reading)
    dropped = [each.key for each in reading.named if min(each.places) in no_more]
    dropped += [key for key in ordered if no_more and _is_named_by(key, reading, no_more)]
    if not dropped and not ONE_THING.isdisjoint(reading.tokens):
        dropped = [key for key in ordered if key in context.items and key not in named] or list(ordered[-1:])
    if not dropped and len(ordered) == 1:
        dropped = list(ordered)
    wanted = tuple(key for key in named if key not in dropped)
    return (wanted, tuple(dropped)) if wanted else None


def _options_taken_out(reading: Reading, ordered: Sequence[str]) -> Iterator[str]:
    said = [asked_for(each) for each in reading.stems(reading.topics)]
    for dish in ordered:
        for key, stems, _added in reading.lexicon.item_options.get(dish, ()):
            meant = frozenset().union(*map(meanings, stems))
            if any(not meant.isdisjoint(each) for each in said):
                yield key


def _not_wanted(reading: Reading) -> set[int]:
    """Return the places of what stands behind "instead of", up to the next dish: "instead of the cola the burger"."""
    found = _NOT_THAT.search(reading.folded)
    if found is None:
        return set()
    start = len(words(reading.folded[: found.end()]))
    behind = sorted(min(each.places) for each in reading.named if min(each.places) >= start)
    own = {place for place in range(start, len(reading.tokens)) if place in reading.topics}
    first = min(own, default=start)
    later = [place for place in behind if place > first and place not in _places_of_the_first(reading, first)]
    return set(range(start, min(later, default=len(reading.tokens))))


def _places_of_the_first(reading: Reading, place: int) -> set[int]:
    return {each for named in reading.named if place in named.places for each in named.places}


def _is_named_by(key: str, reading: Reading, places: set[int]) -> bool:
    own = reading.lexicon.item_name_words.get(key, frozenset())
    return any(not own.isdisjoint(asked_for(stem)) for stem in reading.stems(places & reading.topics))


def _is_of_the_order(reading: Reading, ordered: Sequence[str]) -> bool:
    """ "Without the bread": something of the dishes ordered or of their options, and no more."""
    own = reading.topics - reading.places("talk", "follow_up") - reading.plain
    own = {place for place in own if not _TAKES_OUT.search(reading.tokens[place])}
    known = frozenset().union(*(_words_of(key, reading) for key in ordered))
    stems = reading.stems(own)
    # What is on the card and not in the order is taken out of nothing: "and no cola".
    well_named = any(each.coverage >= WELL_NAMED for each in reading.named)
    unknown = len(stems) == 1 and not well_named
    return bool(stems) and (unknown or any(not known.isdisjoint(asked_for(each)) for each in stems))


def _words_of(key: str, reading: Reading) -> frozenset[str]:
    options = (meanings(each) for _key, stems, _added in reading.lexicon.item_options.get(key, ()) for each in stems)
    return reading.lexicon.item_words.get(key, frozenset()).union(*options)
