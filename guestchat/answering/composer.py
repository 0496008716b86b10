"""Owns composing: a query and its hits -> an answer. Chooses who answers each part; the facts come from rows."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from guestchat.answering import (
    articles,
    choosing,
    deciding,
    disagreement,
    dishes,
    gate,
    opening,
    people,
    ranking,
    statements,
    wanting,
    wishes,
)
from guestchat.answering.answer import Answer, Outcome, Reply, Source
from guestchat.answering.scene import Scene
from guestchat.retrieval.search import Hit
from guestchat.understanding.hours import ASKS_WHEN
from guestchat.understanding.matters import AT_TABLE
from guestchat.understanding.query import Context, Intent, Part, Query
from guestchat.understanding.when import When
from guestchat.words import fold, words
from menus.allergens import Status, suits
from menus.content import Venue

_WORST_LAST = (
    Outcome.REQUEST,
    Outcome.HANDOVER,
    Outcome.ANSWERED,
    Outcome.CLARIFY,
    Outcome.UNANSWERED,
    Outcome.SMALLTALK,
)
MAX_CANDIDATES = 10
Search = Callable[[Part], Sequence[Hit]]
# What stands in no row of a venue: an article or a sentence may tell it, or nobody.
_MEASURES = frozenset({"happy_hour", "depth", "length", "width", "height", "weight", "temperature"})


class _Found:
    """What search finds for a query's parts, each searched once, and only where something asks for it."""

    def __init__(self, parts: Sequence[Part], search: Search, scene: Scene) -> None:
        self._parts, self._search, self._scene = parts, search, scene
        self.hits: dict[int, Sequence[Hit]] = {}

    def of(self, number: int) -> Sequence[Hit]:
        """Return a part's hits, best first."""
        if number not in self.hits:
            part = self._parts[number]
            self.hits[number] = ranking.rerank(part, self._search(part), self._scene)
        return self.hits[number]


def compose(query: Query, search: Search, scene: Scene) -> Answer:
    """Return the answer to a query; `search` is asked for the parts that rows do not explain word by word."""
    found = _Found(query.parts, search, scene)
    replies = [_reply(part, partial(found.of, number), scene) for number, part in enumerate(query.parts)]
    not_offered = _not_offered(query.parts, replies, scene)
    parts, replies = _asked(query.parts, replies)
    if not replies:
        replies = [Reply(text=scene.say("unknown.empty"), outcome=Outcome.CLARIFY)]
    replies = _distinct(replies)
    replies = dishes.with_unlisted(replies, scene)
    outcome = min((reply.outcome for reply in replies), key=_WORST_LAST.index)
    requests = [reply.request for reply in replies if reply.request]
    sources = list(dict.fromkeys(source for reply in replies for source in reply.sources))
    return Answer(
        text="\n\n".join(reply.text for reply in replies),
        language=scene.language,
        outcome=outcome,
        sources=sources,
        candidates=_candidates(
            sources, {n: articles.calibrated(query.parts[n], hits, scene) for n, hits in found.hits.items()}
        ),
        items=[
            key
            for key in dict.fromkeys(key for reply in replies for key in reply.items)
            if key not in not_offered and not scene.is_sold_out(key)
        ],
        claims=list(dict.fromkeys(claim for reply in replies for claim in reply.claims)),
        request=next(iter(requests), None),
        also_requested=requests[1:],
        alert=next((reply.alert for reply in replies if reply.alert), None),
        settlement=next((reply.settlement for reply in replies if reply.settlement), None),
        suggestions=list(dict.fromkeys(each for reply in replies for each in reply.suggestions))[:3],
        context=_context(parts, replies, scene),
    )


def _not_offered(parts: Sequence[Part], replies: Sequence[Reply], scene: Scene) -> set[str]:
    """Return the dishes that are spoken of and offered to nobody: "is the schnitzel vegan?" is answered with a no."""
    offers = scene.content.offers
    unmarked = {
        key
        for part, reply in zip(parts, replies, strict=True)
        for key in reply.items
        if key in offers and any(not suits(offers[key].item.declaration, diet) for diet in part.diets)
    }
    warned = {
        claim.item
        for reply in replies
        for claim in reply.claims
        if claim.allergen in scene.allergies and claim.status is not Status.FREE
    }
    return unmarked | warned


def _asked(parts: Sequence[Part], replies: Sequence[Reply]) -> tuple[list[Part], list[Reply]]:
    """Return the parts with their replies, without "I don't know" to what was only told beside a question."""
    unknown = {Outcome.UNANSWERED, Outcome.CLARIFY}
    of_dishes = any(reply.items or reply.claims for reply in replies)
    if of_dishes and any(part.tells and part.words for part in parts):
        return list(parts), list(replies)  # what was told may be what a guest cannot eat
    kept = [
        (part, reply)
        for part, reply in zip(parts, replies, strict=True)
        if not (part.tells and reply.outcome in unknown)
    ]
    # What was told is answered, and the question that leans on it adds nothing: "my father has a wheelchair, can he …"
    told = [part.text for part, reply in kept if part.tells and reply.outcome is Outcome.ANSWERED]
    kept = [
        (part, reply)
        for part, reply in kept
        if reply.outcome not in unknown or not any(part.text.startswith(f"{each},") for each in told)
    ]
    return ([part for part, _ in kept], [reply for _, reply in kept]) if kept else (list(parts), list(replies))


def _distinct(replies: Sequence[Reply]) -> list[Reply]:
    """Drop replies that say again what an earlier one said, and "I don't know" beside a real answer of the same row."""
    kept: list[Reply] = []
    for reply in replies:
        if all(reply.text != each.text for each in kept):
            kept.append(reply)
    return kept


def _candidates(sources: Sequence[Source], hits: Mapping[int, Sequence[Hit]]) -> list[Hit]:
    """Return the rows considered, best first: those that answered, then what search found."""
    found = sorted((hit for part_hits in hits.values() for hit in part_hits), key=lambda hit: -hit.score)
    by_row: dict[tuple[str, str], Hit] = {}
    for hit in found:
        by_row.setdefault((hit.type, hit.key), hit)
    answered = [
        by_row.get((source.type, source.key))
        or Hit(type=source.type, key=source.key, score=1.0, similarity=0.0, matched=0.0)
        for source in sources
    ]
    return list({(hit.type, hit.key): hit for hit in [*answered, *by_row.values()]}.values())[:MAX_CANDIDATES]


def _reply(part: Part, hits: Callable[[], Sequence[Hit]], scene: Scene) -> Reply:
    """Answer one part: from rows where they explain its words, else from an article, else honestly not."""
    match part.intent:
        case Intent.EMERGENCY:
            return people.emergency(part, scene)
        case Intent.PRIVATE:
            return Reply(text=scene.say("unknown.private"), outcome=Outcome.UNANSWERED)
        case Intent.REQUEST if (told := _told_rather_than_done(part, hits, scene)) is not None:
            return told
        case Intent.PERSON:
            return people.handover(part, scene, complaint=part.topic == "complaint")
        case Intent.TALK:
            return _talk(part, scene)
        case Intent.REQUEST:
            return wishes.answer(part, scene)
    if part.topic == "statement":
        return _statement(part, scene)
    of_what_was_told = articles.tells_more(part, scene)
    if part.intent is not Intent.DISH and not of_what_was_told and (fact := _fact_of_the_subject(part, scene)):
        return fact
    if part.intent is Intent.HOURS and "price" in part.details and (both := _hours_and_price(part, hits(), scene)):
        return both
    measured = part.intent in {Intent.HOURS, Intent.PLACE} and part.details & _MEASURES
    from_rows = None if measured else _from_rows(part, scene) if _rows_tell(part, scene) else None
    # A season is told in words: by an article, if there is one.
    if (
        from_rows is not None
        and part.intent is Intent.HOURS
        and opening.are_untold(from_rows.venues, scene)
        and (told := _from_article(part, hits(), scene)) is not None
    ):
        return _both(from_rows, told)
    if from_rows is not None and _finds_nothing(part, from_rows):
        if (told := _from_article(part, hits(), scene)) is not None:
            return told
        if from_rows.outcome is Outcome.ANSWERED:
            return from_rows
        return articles.of_what_was_told(part, scene) or _unknown(part, hits(), scene)
    if from_rows is not None and part.intent is Intent.PLACE and not part.aspects & _ITS_ROW_TELLS:
        # "May my daughter of 14 use the gym" names a venue, whose row tells what it is; an article tells the rest.
        told = _from_article(part, hits(), scene)
        if told is not None and deciding.weigh(part, hits(), scene).chance >= _CERTAIN:
            return _both(from_rows, told)
    # Search costs more than all the rest: not for what rows tell already, nor for the article that was just told.
    open_words = _leaves_words(part, scene) or ranking.asked_word_by_word(part, scene) is not None
    unexplained = from_rows is None or (open_words and part.intent is not Intent.DISH)
    searched = unexplained and not of_what_was_told
    article = articles.answer(part, hits() if searched else (), scene, sure=unexplained)
    # "What's it per day" after the garage is near to whatever has a price, and shares a word with the dish of the day.
    only_rows = article is None and from_rows is not None and unexplained
    if not part.subjects and (only_rows or (article is not None and article.article != scene.context.article)):
        article = articles.of_what_was_told(part, scene) or article
    to_call = part.venues and "phone" in part.aspects
    said = None if part.intent is Intent.DISH or to_call else statements.answer(part, scene)
    if from_rows is not None and (article is None or not _prefers_article(part, article, scene)):
        return said if said is not None and not from_rows.items and (part.rest or _tells_more(part)) else from_rows
    if article is not None and from_rows is not None and _tell_both(part, from_rows):
        return _both(from_rows, article)
    if article is not None:
        return article
    if said is not None:
        return said
    if (more := articles.of_what_was_told(part, scene)) is not None:
        return more
    return _unknown(part, hits(), scene)


# How a question begins that wants to know something; "why is it broken" complains.
_WANTS_TO_KNOW = re.compile(
    r"(?:when|what time|what days?|which|where|how (?:far|long|much|many|often|early|late)"
    r"|wann|wo|woher|wohin|welche\w*|wie (?:weit|lange|viel\w*|oft|fruh|spat)|ab wann|bis wann|um wie ?viel uhr"
    r"|quand|ou|combien|quel\w*|a quelle heure|cuando|donde|cuant\w*|cual\w*|a que hora|que dias?)\b"
)


def _told_rather_than_done(part: Part, hits: Callable[[], Sequence[Hit]], scene: Scene) -> Reply | None:
    """ "Which days can I get fresh towels": the article that tells it, before anybody is sent with one."""
    wants_to_know = _WANTS_TO_KNOW.match(fold(part.text).lstrip(" \u00bf\u00a1.,!"))
    if part.topic == "maintenance" or part.follow_up or part.when or part.quantity or not wants_to_know:
        return None  # "when will somebody fix the heating", "where can I get a taxi for 9": that it is done
    return _from_article(part, hits(), scene)


def _from_article(part: Part, hits: Sequence[Hit], scene: Scene) -> Reply | None:
    """Return what an article answers, if one does."""
    told = articles.answer(part, hits, scene, sure=True)
    return told if told is not None and told.outcome is Outcome.ANSWERED else None


def _hours_and_price(part: Part, hits: Sequence[Hit], scene: Scene) -> Reply | None:
    """ "When is breakfast and what does it cost": the hours from rows, the price from an article, if it is told."""
    times = _from_rows(part, scene)
    price = articles.answer(replace(part, details=part.details - {"hours"}, when=When()), hits, scene, sure=True)
    return None if times is None or price is None else _both(times, price)


def _tell_both(part: Part, rows: Reply) -> bool:
    """Return whether rows stand beside an article: they are as true as the house's own words on its hours.

    "When does the club open, and from what age": the hours of one venue, whatever else is asked.
    """
    of_one = part.intent is Intent.HOURS and len(rows.venues) == 1
    return of_one or (not part.rest and part.intent in {Intent.HOURS, Intent.FACT})


def _both(rows: Reply, article: Reply) -> Reply:
    """Return what rows and an article say together."""
    text = f"{rows.text}\n{article.text}"
    return replace(article, text=text, sources=[*rows.sources, *article.sources], venues=rows.venues)


def _rows_tell(part: Part, scene: Scene) -> bool:
    """Return whether rows can tell what is asked, rather than something that shares a word with it."""
    if part.intent is Intent.DISH:
        # "Is there a kids' club" is near to a club sandwich.
        about_food = part.avoid or part.containing or part.aspects & {"allergens", "safe", "ingredients"}
        # "The burger from room service" names where it is ordered, and no other matter.
        return not (part.unsure and part.subjects - set(part.venue_kinds) - _EATEN_TOO and not about_food)
    told = {"allergies_policy"} if scene.unlisted else set()
    if part.intent is Intent.LIST and part.subjects - AT_TABLE - told:
        return _asks_for_food(part) or _asks_what_is_served(part, scene)
    if part.intent is Intent.PLACE:
        return part.details <= _OF_A_PLACE
    if part.intent is Intent.HOURS:
        return "price" not in part.details
    return True


# "Any lamb on the menu?": what a farm has and a card as well.
_EATEN_TOO = frozenset({"farm_animals"}) | AT_TABLE


def _finds_nothing(part: Part, reply: Reply) -> bool:
    """Return whether a list names no dish, at most the cards: "afternoon tea" may be an article.

    So may what the kitchen packs for those who leave at five, or whether a waiter expects a tip.
    """
    named = reply.items or part.avoid or part.containing or (reply.sources and part.venues)
    return part.intent is Intent.LIST and not named


def _asks_what_is_served(part: Part, scene: Scene) -> bool:
    """ "What can I get to eat at the kiosk": a kiosk is a shop as well, and this one has a card."""
    serving = {offer.venue.key: offer.venue.kind for offer in scene.content.offers.values()}
    if "price" in part.aspects:
        return False
    # "Can I order food to my room" asks for what is brought there.
    to_the_room = part.subjects <= AT_TABLE | {"room_service"} and "room_service" in part.venue_kinds
    return bool(part.venues and serving.keys() >= set(part.venues)) or (
        to_the_room and "room_service" in serving.values()
    )


def _asks_for_food(part: Part) -> bool:
    """Return whether a list is asked for by more than a word that some dish's name holds as well."""
    kinds = (part.diets, part.avoid, part.containing, part.courses, part.sections, part.meals, part.order)
    return any(kinds) or part.drinks or part.kids or part.price_up_to is not None or part.price_from is not None


_ITS_ROW_TELLS = frozenset({"location", "phone", "about", "available"})
# How likely an article must be to stand beside a row that explains all words of a question.
_CERTAIN = 0.9


# What a venue's row tells of it; a price, a temperature or an age is told by a sentence or an article, or not at all.
_OF_A_PLACE = frozenset({"floor", "hours", "children", "booking", "outdoors"})


def _tells_more(part: Part) -> bool:
    """Return whether more is asked of a venue than its hours and its place: a sentence of its own tells that."""
    return part.intent in {Intent.HOURS, Intent.PLACE} and bool(part.details - {"hours", "floor"})


def _prefers_article(part: Part, article: Reply, scene: Scene) -> bool:
    """Return whether an article answers better than rows that leave words of the question unexplained."""
    if part.intent is Intent.DISH or article.outcome is not Outcome.ANSWERED:
        return False
    return _leaves_words(part, scene) or ranking.asked_word_by_word(part, scene) == article.article


def _leaves_words(part: Part, scene: Scene) -> bool:
    """Return whether rows leave out what an article may tell; who must avoid something is told what rows declare."""
    return bool(part.rest or (part.aside and not (part.diets or part.avoid or scene.allergies)))


def _from_rows(part: Part, scene: Scene) -> Reply | None:
    match part.intent:
        case Intent.DISH:
            return dishes.named(part, scene)
        case Intent.LIST:
            if part.topic == "when":
                return _when_it_is_served(part, scene) or dishes.listed(part, scene)
            return _listed(part, scene) or _when_it_is_served(part, scene)
        case Intent.HOURS:
            return _hours(part, scene)
        case Intent.FACT:
            return _fact(part, scene)
        case Intent.PLACE:
            return _place(part, scene)
    return None


def _listed(part: Part, scene: Scene) -> Reply | None:
    """Return what fits; who asks for any food or drink at some time is told first where there is any then."""
    found = dishes.listed(part, scene)
    if found is None or part.meals or part.diets or not part.when or not choosing.asks_for_the_menu(part, scene):
        return found
    then = opening.answer(replace(part, intent=Intent.HOURS, topic="food"), scene)
    if then is None:
        return found
    return replace(found, text=f"{then.text}\n\n{found.text}", sources=[*then.sources, *found.sources])


def _when_it_is_served(part: Part, scene: Scene) -> Reply | None:
    """ "Dinner at 11 pm", "a beer at one in the night": where nothing is served then, the hours answer."""
    if not (part.when.time or part.when.around or part.when.now or part.topic == "when"):
        return None
    if part.topic == "when":
        part = replace(part, when=replace(part.when, time=None, around=None))  # the earliest is no time of its own
    if part.meals or part.venues or part.venue_kinds:
        return opening.answer(replace(part, intent=Intent.HOURS, topic="hours"), scene)
    serving = choosing.venues_of_what_is_asked(part, scene)
    return opening.answer(replace(part, intent=Intent.HOURS, topic="hours", venues=serving), scene) if serving else None


def _hours(part: Part, scene: Scene) -> Reply | None:
    said = opening.answer(part, scene)
    if said is None or len(said.venues) != 1:
        return said
    venues = [scene.content.venues_by_key[key] for key in said.venues]
    return articles.with_rivals(said, disagreement.with_hours(part.subjects, venues, scene), scene)


def _talk(part: Part, scene: Scene) -> Reply:
    if part.topic == "yes" and scene.context.offered_person:
        return people.handover(None, scene)
    return Reply(text=scene.say(f"talk.{part.topic}", hotel=scene.content.name), outcome=Outcome.SMALLTALK)


def _statement(part: Part, scene: Scene) -> Reply:
    codes = tuple(dict.fromkeys((*part.avoid, *scene.allergies)))
    if not codes:
        key = "statement.unlisted" if scene.unlisted else "statement.diet"
        return Reply(text=scene.say(key, things=dishes.unlisted_things(scene)), outcome=Outcome.SMALLTALK)
    allergy = scene.say("statement.allergy", allergens=scene.allergens(codes))
    if scene.unlisted:
        allergy = f"{scene.say('allergen.unlisted', things=dishes.unlisted_things(scene))} {allergy}"
    if (told := dishes.spoken_of(codes, scene)) is not None:
        return replace(told, text=f"{told.text}\n{allergy}")
    return Reply(text=allergy, outcome=Outcome.SMALLTALK)


def _fact_of_the_subject(part: Part, scene: Scene) -> Reply | None:
    """Return when the rooms are ready or to be left, or where the house is, however that was asked."""
    if ranking.asked_word_by_word(part, scene) is not None:
        return None  # the house has an answer of its own to this
    for topic, others in _FACTS.items():
        asks = topic in part.subjects and part.subjects - {topic} <= others and part.details <= {"hours"}
        if asks and (topic == "address" or _asks_for_a_time(part)):
            return _fact(replace(part, topic=topic), scene)
    return None


def _asks_for_a_time(part: Part) -> bool:
    return "hours" in part.details or part.intent is Intent.HOURS or bool(ASKS_WHEN.search(fold(part.text)))


# What a guest may name beside it without asking for it.
_FACTS: Mapping[str, frozenset[str]] = {
    "check_in": frozenset({"reception"}),
    "check_out": frozenset({"reception"}),
    "address": frozenset({"taxi", "airport", "parking", "reception"}),
}


def _fact(part: Part, scene: Scene) -> Reply | None:
    content = scene.content
    times = {"check_in": content.check_in, "check_out": content.check_out}
    texts = {"address": content.address, "phone": content.phone, "email": content.email}
    value, rivals = texts.get(part.topic, ""), []
    if time := times.get(part.topic):
        value = scene.words.time(time)
        rivals = disagreement.with_time(part.topic, f"{time:%H:%M}", scene)
    if not value:
        return None
    said = Reply(text=scene.say(f"fact.{part.topic}", value=value), sources=[Source("hotel", content.slug)])
    return articles.with_rivals(said, rivals, scene)


# "Où est la boutique": the word for the venue names a subject as well.
_SAID_BY_ITS_KIND: Mapping[str, frozenset[str]] = {"shop": frozenset({"shopping", "supermarket"})}


def _place(part: Part, scene: Scene) -> Reply | None:
    venues = opening.find_venues(part, scene)
    known = {word for venue in venues for word in scene.catalogue.lexicon.venue_words[venue.key]}
    keys = {venue.key for venue in venues}
    told = {each for said in scene.catalogue.statements if said.key in keys for each in said.subjects | said.names}
    told |= {each for key in keys for each in scene.catalogue.lexicon.venue_about[key]}
    told |= {each for venue in venues for each in _SAID_BY_ITS_KIND.get(venue.kind, ())}
    asked = part.subjects - AT_TABLE - ({"phone_calls"} if "phone" in part.aspects else set())
    if not venues or not set(part.beyond) <= known or not asked <= told:
        return None  # "a pool in the annex": what is said of the pool says nothing of an annex
    if "phone" in part.aspects and not any(venue.phone for venue in venues):
        return _number_of_the_house(venues[0], scene)
    said: list[str] = []
    for venue in venues:
        name, location = scene.name(venue), gate.held_back(scene.text(venue.location))
        if "phone" in part.aspects and venue.phone:
            said.append(scene.say("place.phone", venue=name, phone=venue.phone))
        elif "location" in part.aspects:
            if location:
                said.append(scene.say("place.location", venue=name, location=location))
            else:
                said.append(scene.say("place.no_location", venue=name))
        elif description := gate.held_back(scene.text(venue.description)):
            said.append(scene.say("place.about", venue=name, description=description))
        else:
            said.append(scene.say("place.location", venue=name, location=location or "–"))
    named = replace(part, topic="hours", venues=tuple(venue.key for venue in venues), venue_kinds=())
    hours = opening.answer(named, scene)
    if hours is not None and "phone" not in part.aspects:
        said.append(hours.text)
    return Reply(
        text="\n".join(said),
        sources=[Source("venue", venue.key) for venue in venues],
        venues=[venue.key for venue in venues],
    )


def _number_of_the_house(venue: Venue, scene: Scene) -> Reply | None:
    """Return how the hotel is reached, where a venue that is to be called has no number of its own."""
    phone = scene.content.phone
    if not phone:
        return None
    return Reply(
        text=scene.say("place.no_phone", venue=scene.name(venue), phone=phone),
        sources=[Source("venue", venue.key), Source("hotel", scene.content.slug)],
        venues=[venue.key],
    )


def _unknown(part: Part, hits: Sequence[Hit], scene: Scene) -> Reply:
    if not words(part.text):
        return Reply(text=scene.say("unknown.empty"), outcome=Outcome.CLARIFY)
    if part.topic == "unnamed":
        return Reply(text=scene.say("statement.unnamed"), outcome=Outcome.CLARIFY)
    # "Can I have breakfast in my room" asks for no allergen.
    # "I'm allergic to feathers, other pillows?" asks for no dish either.
    asks_for_allergens = bool({"allergens", "safe"} & part.aspects) and not part.subjects - {"allergies_policy"}
    about_food = asks_for_allergens or part.avoid or part.containing
    if about_food and scene.content.offers:
        return Reply(text=scene.say("unknown.which_allergen_dish"), outcome=Outcome.CLARIFY)
    # "My charger is broken, do you lend any" asks whether there is one, and for nothing to be mended.
    asks_whether = "rental" in part.details
    if not (part.tells or asks_whether) and (kind := wanting.wanted(part, scene)) is not None:
        return _done(part, kind, scene)
    near = [*_named_in_part(part, scene), *articles.nearest(part, hits, scene)][: articles.MOST_OFFERED]
    if near:
        return Reply(
            text="\n".join([scene.say("unknown.clarify"), *(f"- {question}" for question in near)]),
            outcome=Outcome.CLARIFY,
            suggestions=[*near, scene.say("unknown.ask_person")][:3],
        )
    return Reply(
        text=scene.say("unknown.text"),
        outcome=Outcome.UNANSWERED,
        suggestions=[scene.say("unknown.ask_person")],
    )


def _done(part: Part, kind: str, scene: Scene) -> Reply:
    """Return the proposal of what a message is taken to want done, or a person where it wants one."""
    if kind == "person":
        return people.handover(part, scene, complaint=True)
    return wishes.answer(replace(part, intent=Intent.REQUEST, topic=kind), scene)


# So many answers to something else may stand between a proposal and the guest's word on it.
_WAITS_FOR = 3


def _still_waiting(pending: Mapping[str, Any], part: Part, reply: Reply) -> dict[str, Any]:
    """Return what still waits after an answer: "how much is it?" is no word on what was proposed."""
    if part.topic == "statement":
        return dict(pending)  # "my wife has a peanut allergy": the yes that follows is met with what is declared
    told = reply.outcome in {Outcome.ANSWERED, Outcome.UNANSWERED, Outcome.CLARIFY}
    answers_since = int(pending.get("answers_since", 0)) + 1
    waits = pending.get("kind") and told and answers_since <= _WAITS_FOR
    return {**pending, "answers_since": answers_since} if waits else {}


def _named_in_part(part: Part, scene: Scene) -> list[str]:
    """Return the dishes to tap of whose names a question holds a word, and no more."""
    if part.intent is not Intent.QUESTION:
        return []
    names = [scene.name(scene.content.offers[key].item) for key in part.items if key in scene.content.offers]
    return [name for name in dict.fromkeys(names) if not gate.promises(name)]


def _context(parts: Sequence[Part], replies: Sequence[Reply], scene: Scene) -> Context:
    """Return what the next question may refer to: the last part's rows; allergies hold for the whole conversation."""
    if not parts:
        return scene.context
    part, reply = parts[-1], replies[-1]
    waiting = wishes.waiting(replies)
    if part.intent is Intent.TALK:
        pending = waiting or scene.context.pending  # "thanks" is no word on what was proposed
        return replace(
            scene.context,
            allergies=scene.allergies,
            unlisted=scene.unlisted,
            diets=scene.diets,
            diets_of_another=scene.diets_of_another,
            offered_person=False,
            pending=pending,
        )
    # What was not answered and names nothing itself changes no subject: "how deep is it?", "and its hours?".
    unknown = part.intent is Intent.QUESTION and reply.outcome in {Outcome.UNANSWERED, Outcome.CLARIFY}
    on_the_same = unknown and set(part.subjects) <= set(scene.context.subjects)
    article = reply.article or (scene.context.article if on_the_same else "")
    same = part.follow_up and part.intent is Intent.HOURS and part.meals == scene.context.meals
    kept = scene.context.subjects if (unknown and not part.beyond) or (same and not part.subjects) else ()
    return Context(
        intent=Intent.QUESTION if reply.article else part.intent,
        items=tuple(reply.items),
        options=part.options if part.intent is Intent.DISH and reply.items[:1] == list(part.items[:1]) else (),
        venues=tuple(reply.venues),
        article=article,
        topic=part.topic,
        subjects=tuple(sorted(ranking.subjects_of(article, scene) or part.subjects or kept)),
        meals=part.meals,
        allergies=scene.allergies,
        unlisted=scene.unlisted,
        diets=scene.diets,
        diets_of_another=scene.diets_of_another,
        filters={
            "avoid": list(part.avoid),
            "containing": list(part.containing),
            "diets": list(part.diets),
            "dates": [day.isoformat() for day in part.when.dates],
        },
        offered_person=reply.outcome is Outcome.UNANSWERED,
        pending=waiting or _still_waiting(scene.context.pending, part, reply),
    )
