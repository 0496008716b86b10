"""Owns parsing: a guest's text and what it may refer to -> a Query. Pure: no database, no clock of its own."""

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise

from guestchat.understanding import clauses, follow_up, intolerance, living
from guestchat.understanding.asides import WISHES, without_asides
from guestchat.understanding.denying import DENYING
from guestchat.understanding.food import asked_for, concepts, is_kind
from guestchat.understanding.hours import asks_when, asks_whether_a_meal_is_served, hours
from guestchat.understanding.leading import without_lead
from guestchat.understanding.lexicon import Lexicon
from guestchat.understanding.matters import AT_TABLE
from guestchat.understanding.parts import make
from guestchat.understanding.query import Context, Intent, Part, Query
from guestchat.understanding.reading import NUMBER, Reading
from guestchat.understanding.requesting import request
from guestchat.understanding.vocabulary import LANGUAGES, Match, Vocabulary, vocabulary
from guestchat.understanding.wording import without_pictures
from guestchat.words import words


def parse(text: str, lexicon: Lexicon, context: Context, at: dt.datetime, language: str) -> Query:
    """Return a guest's message as a query; `at` is the moment of asking in the hotel's own time."""
    known = vocabulary(language)
    text = without_pictures(text, language)
    asked = without_lead(text, known)
    said = asked if context.pending else without_asides(asked, known, lexicon.name_words)
    if said != asked and _is_read_whole(asked, known, lexicon, at):
        said = asked
    return _query(text, said, lexicon, context, at, language)


def parse_in_short(query: Query, lexicon: Lexicon, context: Context, at: dt.datetime) -> Query | None:
    """Return a message once more, without all that may be an aside; None where nothing more is.

    For a message that was not understood: "three kids screaming, one hand free. where can i have a cig".
    """
    if context.pending or any(part.intent not in _ASKS for part in query.parts):
        return None
    known = vocabulary(query.language)
    asked = without_lead(query.text, known)
    said = without_asides(asked, known, lexicon.name_words, leniently=True)
    if said in (query.said, asked) or _is_read_whole(asked, known, lexicon, at):
        return None
    return _query(query.text, said, lexicon, context, at, query.language)


_ASKS = frozenset({Intent.QUESTION, Intent.LIST, Intent.DISH, Intent.HOURS, Intent.PLACE, Intent.FACT})


def _is_read_whole(text: str, known: Vocabulary, lexicon: Lexicon, at: dt.datetime) -> bool:
    """Return whether each word of a message may matter, or is meant for somebody who reads it all.

    What somebody cannot eat, a call for help, a complaint, what is to be done for a guest, a kind word as a whole
    ("Morning! Lovely place you've got"), and a question that was offered to tap.
    """
    whole = Reading(text, known, lexicon, at)
    of_health = whole.allergens.codes or whole.stated_allergies or whole.found("diet") or _speaks_of_health(whole)
    to_people = _emergency(whole) or _private(whole) or _person(whole) or set(whole.keys("request")) - WISHES
    return bool(of_health or to_people or _kind_words(whole)) or tuple(words(text)) in lexicon.headings


# Stems, in any language: what may decide an answer though nobody asks for it.
_OF_HEALTH = """
    pregnan expecting insulin diabet pacemaker epilep wheelchair crutch walker rollator medica disab blind deaf autis
    asthma allerg intoler surgery schwanger herzschritt rollstuhl kruck gehbehind behindert gehorlos
    medikament enceinte fauteuil bequil handicap aveugle sourd embaraz marcapas silla muleta discapacit ciego
    sordo cardia
"""
_HEALTH = tuple(_OF_HEALTH.split())


def _speaks_of_health(reading: Reading) -> bool:
    return any(token.startswith(_HEALTH) for token in reading.tokens)


def _query(text: str, said: str, lexicon: Lexicon, context: Context, at: dt.datetime, language: str) -> Query:
    known = vocabulary(language)
    readings = [
        Reading(clause, known, lexicon, at, clauses.is_marked(clause, said), bool(context.pending))
        for clause in _clauses(said, lexicon, known, context)
    ]
    # "I have several allergies", and in the next message "nuts and milk".
    for reading in readings[:1]:
        reading.after_allergies = "allergies_policy" in context.subjects and not context.items
    for reading, following in pairwise(readings):
        # "My daughter can't have sesame and my husband gluten" is two clauses of one statement.
        following.after_allergies = reading.speaks_of_allergies or bool(reading.stated_allergies)
    stated = dict.fromkeys(code for reading in readings for code in reading.stated_allergies)
    unlisted = dict.fromkeys(word for reading in readings for word in reading.unlisted.words)
    parts: list[Part] = []
    for reading in readings:
        before = follow_up.after(parts[-1], context, lexicon) if parts else context
        part = follow_up.resolve(_part(reading), reading, context, before)
        parts.append(follow_up.of_what_was_stated(part, reading, parts[-1] if parts else None, context))
    parts, readings = _as_one_change(parts, readings)
    parts = [_only_stated(part, reading, parts) for part, reading in zip(parts, readings, strict=True)]
    parts = _for_whom_it_was_stated(_with_what_is_told(parts, readings), readings)
    kept_to = next((each for reading in readings if (each := living.on(reading)) is not None), None)
    diets, of_another = (context.diets, context.diets_of_another) if kept_to is None else kept_to
    if kept_to is None:
        parts = [living.kept_to(part, reading, context) for part, reading in zip(parts, readings, strict=True)]
    return Query(
        text=text,
        said=said,
        language=language,
        parts=tuple(_spread(_to_the_room_told(parts))),
        allergies=tuple(stated),
        unlisted=tuple(unlisted),
        without=tuple(dict.fromkeys(word for reading in readings for word in reading.unlisted.without)),
        diets=diets,
        diets_of_another=of_another,
    )


def _clauses(text: str, lexicon: Lexicon, known: Vocabulary, context: Context) -> Sequence[str]:
    """Return a message's questions; an article's own question, as it was offered to tap, is one."""
    if tuple(words(text)) in lexicon.headings:
        return [text]
    return clauses.split(text, known, on_a_dish=bool(context.items))


def _as_one_change(parts: Sequence[Part], readings: Sequence[Reading]) -> tuple[list[Part], list[Reading]]:
    """Join what is said of one waiting request in several clauses: "make that 8:30. Room 322." changes it once."""
    joined: list[tuple[Part, Reading]] = []
    for part, reading in zip(parts, readings, strict=True):
        before = joined[-1][0] if joined else None
        both = before is not None and before.intent is part.intent is Intent.REQUEST and before.topic == part.topic
        if before is None or not both or not (before.follow_up and part.follow_up) or part.topic in _VERDICTS:
            joined.append((part, reading))
            continue
        one = replace(
            before,
            text=f"{before.text}, {part.text}",
            spelt=f"{before.spelt}, {part.spelt}",
            when=before.when or part.when,
            room=before.room or part.room,
            quantity=part.quantity if before.quantity is None else before.quantity,
            items=tuple(dict.fromkeys((*before.items, *part.items))),
            options=tuple(dict.fromkeys((*before.options, *part.options))),
            dropped=tuple(dict.fromkeys((*before.dropped, *part.dropped))),
        )
        joined[-1] = one, joined[-1][1]
    return [part for part, _ in joined], [reading for _, reading in joined]


_VERDICTS = frozenset({"accepted", "declined"})


def _only_stated(part: Part, reading: Reading, parts: Sequence[Part]) -> Part:
    """ "Allergic to nuts. What can I have for dinner?": the first clause asks for nothing of its own."""
    asks = reading.asks or part.courses or part.meals or part.venues or part.items
    if len(parts) > 1 and part.intent is Intent.LIST and reading.stated_allergies and not asks:
        return replace(part, topic="statement")
    return part


# Questions that begin with their verb.
_INVERTED = re.compile(
    r"(?:\W|and|so|ok|okay|hi|hey|hello|und|also|et|alors|y|pero)*\b(?:can|could|may|might|shall|should|would|am|any|anything"
    r"|kann|konn\w*|darf|durf\w*|gibt\w*|habt|haben|hat|hast|ist|sind|muss|peut|puis|avez|faut|puedo|puede\w*|hay|tien\w*|es)\b"
)


_SAID_OF_SOMEBODY = """
    i i'm im we we're me us my our he she they his her ich wir mir mich uns mein meine unser unsere er sie je nous moi
    mon ma mes notre nos il elle yo nosotros mi mis nuestro nuestra el ella
"""
_OF_SOMEBODY = frozenset(_SAID_OF_SOMEBODY.split()) | clauses.RELATIVES


def _with_what_is_told(parts: Sequence[Part], readings: Sequence[Reading]) -> list[Part]:
    """Mark what is told beside a question, and let a question without a subject of its own be searched with it.

    "Feathers make me sneeze. Anything else to put my head on?"
    """
    if len(parts) < 2:
        return list(parts)
    told: list[Part] = []
    for part, reading in zip(parts, readings, strict=True):
        before = told[-1] if told else None
        if before is not None and before.tells and part.intent in {Intent.HOURS, Intent.PLACE} and _of_them(reading):
            # "My sister lives in town, can she come for a swim" asks for nobody's hours.
            part = make(reading, Intent.QUESTION)
            part = replace(part, subjects=part.subjects | before.subjects, details=part.details | before.details)
            part = replace(part, text=f"{before.text}, {part.text}", spelt=f"{before.spelt}, {part.spelt}")
        elif before is not None and before.tells and part.intent is Intent.QUESTION and not part.subjects:
            part = replace(part, text=f"{before.text}. {part.text}", spelt=f"{before.spelt}. {part.spelt}")
        told.append(replace(part, tells=_tells(part, reading)))
    return told if any(not part.tells for part in told) else list(parts)


_PRONOUNS_SAID = "he she they er sie il elle ils elles el ella ellos"
_PRONOUNS = frozenset(_PRONOUNS_SAID.split())


def _of_them(reading: Reading) -> bool:
    return not _PRONOUNS.isdisjoint(reading.tokens[:4])


def _for_whom_it_was_stated(parts: Sequence[Part], readings: Sequence[Reading]) -> list[Part]:
    """ "My girlfriend is vegetarian, what would she have at the grill": asks for dishes, and for no hours."""
    stated = False
    found: list[Part] = []
    for part, reading in zip(parts, readings, strict=True):
        plainly_open = any(match.key != "now" for match in reading.found("hours"))
        where = reading.aspects & {"location", "phone"}
        only_asks = part.intent is Intent.QUESTION and "ask" in reading.keys("menu") and not reading.topics
        if stated and (only_asks or (part.intent in {Intent.HOURS, Intent.PLACE} and not (plainly_open or where))):
            part = make(reading, Intent.LIST, explained=("menu", "aspect", "course", "meal", "venue"))
        stated = stated or (part.topic == "statement" and bool(part.diets or part.avoid))
        found.append(part)
    return found


def _tells(part: Part, reading: Reading) -> bool:
    goes_on = part.follow_up and bool(reading.found("follow_up") or reading.found("hours") or part.aspects or part.when)
    # "Two things: can I park at the hotel" asks behind the colon.
    asks = reading.asks or _INVERTED.match(reading.folded.rpartition(":")[2]) or goes_on or part.details or part.topic
    # "Airport shuttle for two please" says what is wanted, and tells of nobody.
    wants = part.subjects and not part.follow_up and _OF_SOMEBODY.isdisjoint(reading.tokens)
    of_allergies = "allergens" in part.aspects or "allergies_policy" in part.subjects
    return part.intent is Intent.QUESTION and not (asks or wants or of_allergies)


def _to_the_room_told(parts: Sequence[Part]) -> Sequence[Part]:
    """Give what is to be done the room that is told beside it: "we are in room 214, can I get towels"."""
    rooms = {part.room for part in parts if part.room}
    if len(rooms) != 1 or all(part.intent is not Intent.REQUEST for part in parts):
        return parts
    (room,) = rooms
    return [
        replace(part, room=room) if part.intent is Intent.REQUEST else part for part in parts if not _tells_a_room(part)
    ]


def _tells_a_room(part: Part) -> bool:
    """Return whether a part tells a room and nothing besides."""
    of_food = part.items or part.avoid or part.containing or part.diets or part.courses
    asks = part.subjects or part.details or part.aspects or part.venues or part.beyond or part.when
    return bool(part.room) and part.intent is Intent.QUESTION and not (part.topic or of_food or asks)


def _spread(parts: Sequence[Part]) -> list[Part]:
    """Let "I'm vegan." hold for the other questions of its message, and let a greeting yield to a question."""
    stated = [part for part in parts if part.topic == "statement"]
    asked = [part for part in parts if part not in stated and part.intent is not Intent.TALK]
    if not asked:
        return [*stated[:1], *(part for part in parts if part not in stated)][:1]
    diets = [diet for part in stated for diet in part.diets]
    avoid = [code for part in stated for code in part.avoid]
    if avoid:
        # "I have a sesame allergy, can I take the burger": whatever else may be meant, the dish is warned of.
        asked = [
            replace(part, intent=Intent.DISH, unsure=True)
            if part.intent is Intent.QUESTION and part.items and not part.subjects
            else part
            for part in asked
        ]
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
        request,
        _unlisted,
        _dish,
        _statement,
        _fact,
        _list,
        hours,
        _place,
    ):
        part = decide(reading)
        if part is not None:
            return _of_room_service(part, reading)
    return _kind_words(reading) or _unnamed(reading) or make(reading, Intent.QUESTION)


def _unnamed(reading: Reading) -> Part | None:
    """ "My kid cant have eg": what comes next may name it."""
    about = reading.matters.subjects - {"allergies_policy"}
    told = intolerance.names_nothing_known(reading.said) or intolerance.makes_ill(reading.said)
    if reading.marked or about - _ON_ILLNESS or not told:
        return None
    part = make(reading, Intent.QUESTION, topic="unnamed")
    return replace(part, subjects=frozenset({"allergies_policy"}))


_ON_ILLNESS = frozenset({"doctor", "pharmacy"})


def _of_room_service(part: Part, reading: Reading) -> Part:
    """ "What can I get sent up": what may be eaten in the room, where a menu is kept for that."""
    where = "room_service" in part.subjects and "room_service" in reading.lexicon.venue_kind.values()
    if part.intent is not Intent.LIST or not where or part.venues or part.venue_kinds:
        return part
    return replace(part, venue_kinds=("room_service",), subjects=part.subjects - {"room_service"})


def _praises(reading: Reading) -> bool:
    """ "Food was great", "das Essen war lecker": a kind word, and no wish for a card."""
    said = set(reading.tokens)
    asks = reading.marked or reading.begins_as_a_question or reading.found("request") or not DENYING.isdisjoint(said)
    plainly = said & _WAS and said & _GREAT and len(reading.tokens) <= _MOST_KIND_WORDS
    return bool(plainly) and not (asks or said & _PLEASE or reading.found("hours"))


_WAS = frozenset({"was", "were", "war", "waren", "etait", "etaient", "estaba", "estuvo", "estaban"})
_GREAT_SAID = """
    great lovely amazing delicious fantastic excellent perfect superb wonderful brilliant gorgeous tasty nice toll super
    lecker wunderbar kostlich hervorragend herrlich prima delicieux delicieuse delicieuses excellente parfait parfaite
    genial rico rica ricos riquisimo delicioso deliciosa excelente estupendo perfecto buenisimo
"""
_GREAT = frozenset(_GREAT_SAID.split())


def _thanks_for_something(reading: Reading) -> bool:
    """ "Thanks for your help", "muchas gracias por todo", "thanks so much youve been really helpful"."""
    said = [
        match
        for match in reading.found("talk")
        if match.key == "thanks" and match.start <= _SOON_SAID and reading.tokens[match.start].startswith(_THANKING)
    ]
    behind = reading.tokens[said[0].end : said[0].end + _SOON_SAID + 1] if said else []
    asks = reading.marked or reading.begins_as_a_question
    wants = reading.found("hours") or reading.aspects or not _PLEASE.isdisjoint(reading.tokens)
    if not said or asks or wants or len(reading.tokens) > _MOST_KIND_WORDS:
        return False
    if reading.found("request") or reading.named:
        return bool(behind) and behind[0] in _FOR_WHAT  # "thanks for the towels", "thanks for the eggs this morning"
    return not _FOR_WHAT.isdisjoint(behind) or not _HELPFUL.isdisjoint(reading.tokens)


_SOON_SAID = 2
# As "ok" and "perfect" stand among the words of thanks, too.
_THANKING = ("thank", "thx", "ty", "dank", "vielen", "herzlich", "merci", "gracias", "much", "mil", "cheers")
_FOR_WHAT = frozenset({"for", "fur", "pour", "por"})
_PLEASE = frozenset({"please", "pls", "plz", "bitte", "svp", "plait", "favor", "but", "aber", "mais", "pero"})
_HELPFUL_SAID = "helpful kind hilfreich nett freundlich gentil gentille utile amable util ayuda"
_HELPFUL = frozenset(_HELPFUL_SAID.split())


_KIND = frozenset({"greeting", "thanks", "goodbye"})
_MOST_KIND_WORDS = 8


def _kind_words(reading: Reading) -> Part | None:
    """ "Good morning dears, slept so well": a greeting or thanks, and a word more that asks for nothing."""
    first = next((match for match in reading.found("talk") if match.key in _KIND and match.start <= 1), None)
    if first is None or len(reading.tokens) > _MOST_KIND_WORDS:
        return None
    asks = reading.asks or _INVERTED.match(reading.folded) or reading.matters.subjects or reading.matters.details
    named = reading.named or reading.venues or reading.allergens.codes or reading.when or reading.found("diet")
    wants = reading.aspects or reading.found("request") or reading.found("menu") or reading.found("course")
    if asks or named or wants:
        return None
    spoken = reading.places("talk", "courtesy") | reading.filler
    beside = {token for place, token in enumerate(reading.tokens) if place not in spoken}
    return make(reading, Intent.TALK, topic=first.key) if beside <= _SAID_KINDLY else None


# What else is said with a greeting or thanks that wants nothing, in any language.
_SAID_KINDLY_SAID = """
    lovely place you've youve hotel house team all everyone everybody folks guys ladies dear dears friend star
    stars legend angel hero slept sleep well night great super wonderful beautiful amazing awesome gorgeous
    fantastic brilliant best so very much really lieben lieber liebe zusammen allerseits wunderbar geschlafen gut
    toll herrlich traumhaft haus ganze ihr alle schon belle beau joli jolie magnifique superbe genial tous toutes
    monde bien dormi excelente precioso bonito todos equipo dormido muy a your are what ein eine
"""
_SAID_KINDLY = frozenset(_SAID_KINDLY_SAID.split())


def _emergency(reading: Reading) -> Part | None:
    """Help comes before grammar: cries of any language count, as nobody in need minds the page's."""
    own = any(match.key == "ask" for match in reading.found("emergency"))
    if own or any(_cries(reading, language) for language in LANGUAGES):
        return make(reading, Intent.EMERGENCY)
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
    return make(reading, Intent.PRIVATE) if reading.found("private") or asks_after_somebody else None


_HOW = frozenset({"how", "wie", "comment", "como", "can", "kann", "peut", "puis", "puedo"})
_A_PERSON = re.compile(
    r"\b(?:human|person|people|some(?:one|body)|any(?:one|body)|staff|manager|owner|team|mensch|mitarbeiter|jemand|chef"
    r"|leit|verantwortlich|personne|quelqu|humain|responsable|equipe|gerant|directeur|alguien|humano|encargad|persona"
    r"|gerente|director)"
)


def _asks_of_reception(reading: Reading) -> bool:
    """ "How do I call reception" asks for its number, "hi, where is reception" for its place: neither for somebody."""
    of_reception = "reception" in reading.matters.subjects or "reception" in reading.keys("venue")
    calls = "phone" in reading.aspects and (reading.first_word in _HOW or not NUMBER.isdisjoint(reading.tokens))
    asks = calls or "location" in reading.aspects
    return of_reception and asks and not _A_PERSON.search(reading.folded)


def _person(reading: Reading) -> Part | None:
    keys = set(reading.keys("person"))
    if reading.asks:
        keys.discard("noise")  # "is it very loud by the lift?" complains of nothing
    if keys == {"noise"} and ("maintenance" in reading.keys("request") or reading.asks_for_dishes):
        return None  # the thing that makes the noise is out of order; "can't sleep, what can I still eat" complains not
    if keys == {"ask"} and reading.matters.subjects & {"airport", "shuttle", "train_station"}:
        return None  # "can someone from the hotel come and get us" asks for a car
    if keys == {"ask"} and _asks_of_reception(reading):
        return None
    wonders = reading.marked or reading.begins_as_a_question
    of_money = keys == {"complaint"} and "cancellation" in reading.matters.subjects
    if of_money and wonders and reading.places("person") <= reading.matters.places:
        return None  # "do I get my money back if I cancel"
    if not keys:
        return None
    return make(reading, Intent.PERSON, topic="ask" if "ask" in keys else "complaint")


def _who(reading: Reading) -> Part | None:
    """ "Are you a human?" asks who speaks; it asks for nobody. "Can you help me with my luggage" asks for help."""
    asked = [match for match in reading.found("talk") if match.key == "who_are_you"]
    if not asked or reading.places("topic") - reading.places("talk") or reading.when or reading.found("request"):
        return None
    if _thanks_for_something(reading):
        return None
    if all(match.end - match.start == 1 for match in asked) and reading.topics - reading.places("talk"):
        return None  # "the loo won't flush, help"
    return make(reading, Intent.TALK, topic="who_are_you")


def _talk(reading: Reading) -> Part | None:
    """Small talk is a clause that says nothing else; whoever swears about a broken tap wants the tap mended."""
    if _praises(reading):
        return make(reading, Intent.TALK, topic="thanks")
    keys = reading.keys("talk")
    if not keys:
        return None
    if _thanks_for_something(reading):
        return make(reading, Intent.TALK, topic="thanks")
    spoken = reading.places("talk")
    wants = reading.found("request") or reading.found("hours") or reading.found("menu") or reading.venues
    if reading.when and any(match.key == "start" for match in reading.found("follow_up")):
        return None  # "and in the evening?" greets nobody
    if reading.aspects & {"price", "location"}:
        return None  # "cuánto vale", "cool and where is that": the same words are thanks
    if not wants and any(
        match.key == "abuse" and not _is_the_hotels(match, reading) for match in reading.found("talk")
    ):
        return make(reading, Intent.TALK, topic="abuse")
    beside = set(range(len(reading.tokens))) - spoken
    if beside - reading.filler or (beside and wants):
        return None
    # "who are you" says more than the greeting before it.
    telling = [key for key in keys if key not in {"greeting", "thanks", "yes", "no"}]
    return make(reading, Intent.TALK, topic=(telling or list(keys))[0])


def _is_the_hotels(match: Match, reading: Reading) -> bool:
    """Return whether the hotel writes these words itself: "con" in a Spanish dish's name is no French insult."""
    return reading.lexicon.own_words.issuperset(reading.tokens[match.start : match.end])


def _unlisted(reading: Reading) -> Part | None:
    """ "I'm allergic to mushrooms" asks for no dish of them."""
    told = reading.unlisted
    elsewhere = {place for each in reading.named for place in each.places} - told.places
    if not told.words or reading.marked or reading.begins_as_a_question or elsewhere or reading.asks_for_dishes:
        return None
    return make(reading, Intent.LIST, topic="statement")


def _dish(reading: Reading) -> Part | None:
    if not reading.named:
        return None
    if _asks_for_many(reading):
        return _narrowed(reading)
    best = reading.named[0]
    on_a_matter = set(best.places) < reading.matters.places and reading.matters.subjects != {"farm_animals"}
    if best.coverage < 0.95 and on_a_matter and not reading.allergens.places:
        return None  # "a kids' club" is no club sandwich
    places = {place for each in reading.named for place in each.places}
    said = {token for place, token in enumerate(reading.tokens) if place not in places}
    hot = "hot" in said and said.isdisjoint({"cold", "warm", "served", "still"})
    explained = ("aspect", "menu", "diet", "hours", "meal", "course", "venue")
    items = tuple(each.key for each in reading.named)
    if _is_unwanted(reading):
        return None
    if _asks_what_is_in_it(reading):
        return make(
            reading,
            Intent.DISH,
            aspects=reading.aspects - {"available"} | {"ingredients"},
            explained=explained,
            items=items,
        )
    if not hot and _only_shares_a_word(reading, explained):
        return make(reading, Intent.QUESTION, items=items)
    return make(
        reading,
        Intent.DISH,
        aspects=reading.aspects | {"spicy"} if hot else reading.aspects,  # "is the katsu hot"
        explained=explained,
        items=items,
        options=reading.options,
        added=reading.naming.added,
        # "Can a coeliac eat it", "nuts in the cake?": an allergen named beside a dish is always a question about it.
        containing=tuple(dict.fromkeys((*reading.allergens.contains, *reading.allergens.named))),
        unsure=best.coverage < 0.5 or not best.exact,
    )


def _is_unwanted(reading: Reading) -> bool:
    """ "Any mains, not pasta": the word says what is not to be among them, and names no dish."""
    first = min(min(each.places) for each in reading.named)
    return bool(first) and reading.tokens[first - 1] in DENYING and bool(reading.keys("course"))


# Before what something may be in: "alcohol *in the* tiramisu".
_IN_IT = frozenset({"in", "im", "inside", "dans", "en"})
_BETWEEN = frozenset({"the", "der", "dem", "den", "your", "eurem", "ihrem", "le", "la", "les", "l", "el", "los", "las"})
# What no dish's row names, and its description may.
_DRINKS_IN_DISHES_SAID = "alcohol alcool alkohol wine vin wein vino rum rhum ron liquor liqueur likor booze"
_DRINKS_IN_DISHES = frozenset(_DRINKS_IN_DISHES_SAID.split())


def _asks_what_is_in_it(reading: Reading) -> bool:
    """ "Is there alcohol in the tiramisu": a food or a drink, and the dish that it may be in."""
    named = {place for each in reading.named for place in each.places}
    first = min(named)
    while first and reading.tokens[first - 1] in _BETWEEN:
        first -= 1
    if not first or reading.tokens[first - 1] not in _IN_IT or not reading.asks or reading.allergens.codes:
        return False
    beside = sorted(place for place in reading.topics - named if place < first)
    stems = reading.stems(beside)
    return bool(stems) and all(
        concepts(each) or reading.tokens[place] in _DRINKS_IN_DISHES for place, each in zip(beside, stems, strict=False)
    )


# How much of a dish's name is at least said where other words of the question are left.
_ENOUGH_OF_A_NAME = 0.6


def _only_shares_a_word(reading: Reading, explained: Sequence[str]) -> bool:
    """ "What does a goose egg cost", "could you post us a cheese": a word of a name, beside what no dish tells."""
    named = {place for each in reading.named for place in each.places}
    asked = reading.allergens.codes or set(reading.allergen_words.places) - named or reading.found("diet")
    if asked or reading.options or reading.found("follow_up") or reading.aspects - _OF_WHAT_IS_SHARED:
        return False
    if any(each.coverage >= _ENOUGH_OF_A_NAME or len(each.places) > 1 for each in reading.named):
        return False
    beside = reading.topics - named - reading.places(*explained, "with_food", "request") - reading.venue_places
    own = frozenset().union(*(reading.lexicon.item_words[each.key] for each in reading.named))
    return any(own.isdisjoint(asked_for(each)) and not _holds_any(each, own) for each in reading.stems(beside))


def _holds_any(compound: str, stems: Collection[str]) -> bool:
    """Return whether a word is made of one of some stems: a fillet of a bass is asked for in one German word."""
    return any(compound.startswith(each) for each in stems if len(each) >= _LONG_ENOUGH)


_LONG_ENOUGH = 5


_OF_WHAT_IS_SHARED = frozenset({"price", "available", "location", "about"})


_MOST_OF_A_NAME = 0.75
_DEFINITE_SAID = "the your der die das den dem le la les el los las this that"
_DEFINITE = frozenset(_DEFINITE_SAID.split())


_WHICH = frozenset({"what", "which", "welche", "welches", "welcher", "quel", "quels", "quelle", "quelles", "que"})


def _before(reading: Reading) -> str:
    """Return the word before the first that names a dish: "is *the* pasta vegan", "*which* pasta"."""
    first = min(min(each.places) for each in reading.named)
    return reading.tokens[first - 1] if first else ""


def _asks_for_many(reading: Reading) -> bool:
    """ "Which pizzas are vegan", "pasta under 14", "sushi without fish": the word names a kind, not one dish."""
    best = reading.named[0]
    said = set(best.places) - reading.filler
    if reading.aspects & {"calories", "portion"}:
        return False  # "how big is a draught pils": no list tells that
    if "options" in reading.aspects or reading.options:
        return False
    wanted = bool(reading.keys("diet") or reading.allergens.avoid)
    of_a_kind = all(is_kind(each) for each in reading.stems(said)) and len(reading.naming.of_the_kind) > 1
    if of_a_kind and (_before(reading) in _WHICH or (wanted and _before(reading) not in _DEFINITE)):
        return True  # "vegetarian pasta?", "what pasta is there", where the pasta of the day is called so
    if best.coverage >= _MOST_OF_A_NAME and len(reading.named) == 1:
        return False
    menu = set(reading.keys("menu"))
    if "ask" in menu and reading.naming.is_heading and best.coverage < _MOST_OF_A_NAME:
        return True  # "what can I have from the grill"
    if "ingredients" in reading.aspects and len(reading.named) == 1:
        return False  # "what does the scallops starter come with"
    if not reading.topics - set(best.places) and reading.naming.is_heading and len(reading.naming.of_the_kind) > 1:
        return True  # "pizzas?"
    if menu & {"cheapest", "dearest"} or reading.price_up_to or reading.price_from:
        return len(reading.named) > 1 or reading.naming.is_heading or best.coverage < 0.75
    if "which" in menu and (wanted or reading.keys("course")) and best.coverage < _MOST_OF_A_NAME and len(said) < 2:
        return True
    return wanted and (reading.naming.is_heading or ("which" in menu and len(reading.named) > 1))


def _narrowed(reading: Reading) -> Part:
    """Return a list of the dishes that say the named words in their name, description or heading."""
    keys = reading.naming.of_the_kind
    return make(
        reading,
        Intent.LIST,
        explained=("aspect", "menu", "diet", "course", "meal", "venue"),
        items=keys,
        rest=(),
        containing=reading.allergens.contains,
    )


def _statement(reading: Reading) -> Part | None:
    """ "I am vegan", "my daughter has a nut allergy": asks nothing, yet changes what follows."""
    if reading.tells_what_food_does and not reading.named:
        return make(reading, Intent.LIST, topic="statement")
    if not (reading.stated_allergies or reading.keys("diet")) or reading.named or reading.asks_for_dishes:
        return None
    if living.says_it_of_who_is_here(reading):
        return make(reading, Intent.LIST, topic="statement")
    if living.on(reading) == ((), False) and not (reading.marked or reading.allergens.codes):
        return replace(make(reading, Intent.LIST, topic="statement"), diets=())  # "I'm no longer vegan"
    # "No puedo comer gluten" holds a "puedo comer" that asks for nothing.
    wanted = {match.key for match in reading.found("aspect") if reading.allergens.places.isdisjoint(match.places)} & {
        "safe",
        "available",
    }
    if reading.stated_allergies and not wanted and (reading.allergens.mine or not reading.asks):
        return make(reading, Intent.LIST, topic="statement")
    of_somebody = {place for place, token in enumerate(reading.tokens) if token in clauses.RELATIVES}
    explained = reading.places("aspect", "diet", "talk") | reading.allergens.places | reading.filler | of_somebody
    if not (of_somebody or reading.found("me")) or reading.allergens.codes or len(reading.tokens) < 2:
        return None
    return make(reading, Intent.LIST, topic="statement") if set(range(len(reading.tokens))) <= explained else None


_BRINGS_OWN = re.compile(
    r"\b(?:my|our|your) own\b|\b(?:mein|unser|euer|eigen)\w* eigen\w*\b|\beigene\w* \w+ mitbring|\bmitgebracht\w*\b"
    r"|\b(?:notre|nos|mon|ma|mes) propres?\b|\b(?:mis?|nuestr[oa]s?) propi[oa]s?\b"
)


def _list(reading: Reading) -> Part | None:
    if _asks_what_there_is(reading):
        return make(reading, Intent.LIST, explained=("menu", "aspect", "meal", "venue"))
    if asks_whether_a_meal_is_served(reading):
        return make(reading, Intent.HOURS, topic="hours", explained=("venue", "meal", "menu", "aspect", "time"))
    menu = set(reading.keys("menu"))
    if _BRINGS_OWN.search(reading.folded):
        return None  # "can I bring my own wine" asks for none
    if _belongs_to_a_matter(reading):
        return None
    if "kids" in menu and _asks_of_children(reading, menu):
        return None  # "what do you do with children in the club on Sundays"
    is_bare = len(reading.topics) <= 2 and not reading.matters.subjects
    explained = ("menu", "aspect", "diet", "course", "meal", "venue", *(("wine",) if reading.wines else ()))
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
    if filters:
        return _filtered_list(reading, explained)
    # "What is on the menu?", "dishes with chicken": food in general, or with words that only dishes may say.
    food = {"ask", "all_dishes"} & menu
    rest = reading.topics - reading.places(*explained) - reading.venue_places
    if reading.found("hours") or ("allergens" in reading.aspects and not reading.allergens.codes):
        return None
    wholly = any(match.key == "ask" and match.end - match.start > _FEW_WORDS for match in reading.found("menu"))
    if (food and (reading.topics or reading.when or wholly)) or ("which" in menu and rest - reading.plain):
        return make(reading, Intent.LIST, explained=explained, aside=reading.stems(reading.aside(*explained)))
    return None


def _asks_what_there_is(reading: Reading) -> bool:
    """ "What do you have for lunch", "was habt ihr zum Abendessen": a meal, and nothing else of it."""
    what = reading.first_word in _WHAT and "available" in reading.aspects and not reading.aspects - {"available"}
    explained = reading.places("aspect", "meal", "menu", "time", "day") | reading.venue_places
    return what and bool(reading.found("meal")) and reading.topics <= explained


_WHAT = frozenset({"what", "whats", "what's", "was", "que", "quoi", "wos", "avez"})


def _belongs_to_a_matter(reading: Reading) -> bool:
    """ "Can I make tea in my room": the words for food tell a matter of the house, on which there is an article."""
    if reading.found("diet") or reading.allergens.codes:
        return False
    told = (reading.matters.subjects - AT_TABLE) & reading.lexicon.subjects
    said = [set(match.places) for match in reading.known["topic"].find(reading.tokens) if match.key in told]
    food = reading.places("course")
    return bool(food) and any(food < places for places in said)


_FEW_WORDS = 3  # "what should she have" asks for dishes, whatever else is said


def _asks_of_children(reading: Reading, menu: Collection[str]) -> bool:
    """ "Somebody to watch the kids tonight", "what does an eight-year-old pay" wants no dish."""
    if reading.keys("diet") or reading.allergens.codes or reading.keys("course") or reading.has_price_bound:
        return False
    said = {
        word
        for match in reading.found("menu")
        if match.key == "kids"
        for word in reading.tokens[match.start : match.end]
    }
    if "ask" in menu or reading.found("meal") or any(word.startswith(_MEALS_OF_CHILDREN) for word in said):
        return False
    if "price" in reading.aspects or reading.matters.subjects or _is_where_nothing_is_served(reading):
        return True
    return bool(reading.aside("menu", "aspect"))  # "do I buy passes for the two kids"


# "The kids' menu", "Kinderteller", "menu enfant": what is on a card.
_MEALS_OF_CHILDREN = ("menu", "meal", "dish", "food", "kinderm", "kindert", "kinderg", "kinderk", "plat", "repas")


def _is_where_nothing_is_served(reading: Reading) -> bool:
    """Return whether the clause names venues, and none of them has a dish."""
    serving = {venue for venue, _kind in reading.lexicon.item_venues.values()}
    return bool(reading.venues) and serving.isdisjoint(reading.venues)


def _beside(reading: Reading) -> set[int]:
    """Return the places of words that are not about dishes and their prices."""
    return reading.topics - reading.places("menu", "aspect", "diet", "course", "meal", "venue") - reading.plain


def _filtered_list(reading: Reading, explained: Sequence[str]) -> Part | None:
    rest = reading.topics - reading.places(*explained) - reading.allergens.places - reading.venue_places
    of_courses = reading.places("course")  # "what could she start with" asks for no hour
    times = any(not set(match.places) <= of_courses for match in reading.found("hours"))
    asks_hours = times and not reading.keys("diet") and not reading.allergens.codes
    if asks_hours and (reading.keys("meal") or reading.venues or reading.keys("venue")):
        return None
    for_a_guest = reading.keys("diet") or reading.allergens.avoid or reading.allergens.mine
    if len(rest - reading.plain) > 1 and not for_a_guest:
        return None  # "coffee machine in the room": a course word among other topics is no order
    # An allergen without a stance beside food words is asked for: "do you have fish?".
    containing = tuple(dict.fromkeys((*reading.allergens.contains, *reading.allergens.named)))
    made = make(
        reading,
        Intent.LIST,
        explained=explained,
        containing=containing,
        foods=reading.naming.foods,
        aside=reading.stems(reading.aside(*explained)),
    )
    if asks_hours and made.courses and set(reading.keys("hours")) & {"opens", "closes"}:
        return replace(made, topic="when", rest=())  # "earliest coffee tomorrow"
    return made


def _fact(reading: Reading) -> Part | None:
    keys = reading.keys("fact")
    if not keys or reading.topics - reading.places("fact", "hours", "aspect", "follow_up", "time"):
        return None  # "how much deposit do I pay at check-in" asks for no time
    return make(reading, Intent.FACT, topic=keys[0], explained=("fact", "hours", "aspect"))


def _place(reading: Reading) -> Part | None:
    """ "Where is the bar?", "what is the spa's number?": a venue and one of its facts, and nothing else."""
    aspects = reading.aspects & {"location", "phone", "ingredients", "about", "available"}
    if asks_when(reading, aspects):
        return make(
            reading,
            Intent.HOURS,
            topic="hours",
            explained=("venue", "aspect", "menu", "time", "doing"),
            venues=reading.meant_venues,
            venue_kinds=reading.meant_kinds,
        )
    if not (reading.venues or reading.keys("venue")) or not (aspects or len(reading.topics) <= 2):
        return None
    return make(reading, Intent.PLACE, explained=("venue", "aspect", "menu"))
