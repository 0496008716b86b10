"""Owns how an answer is made: understood, searched for, composed. Knows of no conversation's log and writes nothing.

It runs in whichever process answers: the one that was asked, or one beside it (`guestchat.answerers`).
"""

import datetime as dt
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from guestchat import catalogue, takeover
from guestchat.answering.answer import Answer, Outcome
from guestchat.answering.composer import compose
from guestchat.answering.labels import labelled
from guestchat.answering.scene import Scene
from guestchat.catalogue import Catalogue
from guestchat.ledger import Grounds
from guestchat.retrieval.embedder import get_embedder
from guestchat.retrieval.search import Hit, search
from guestchat.understanding.language import detect
from guestchat.understanding.parse import parse, parse_in_short
from guestchat.understanding.query import Context, Part

_NOT_UNDERSTOOD = frozenset({Outcome.UNANSWERED, Outcome.CLARIFY})


def answer(
    hotel: Catalogue,
    text: str,
    *,
    context: Context,
    language: str,
    at: dt.datetime,
    place: str | None = None,
    detect_language: bool = True,
    before_search: Callable[[], None] | None = None,
) -> Answer:
    """Answer a text from a hotel's rows as of now. `at` is aware; one query for each part that rows do not explain.

    `language` is the conversation's, and decides where the words do not tell another. `before_search` is called before
    each query.
    """
    started = time.perf_counter()
    content = hotel.content
    at = at.astimezone(content.zone)
    lexicon = hotel.lexicon
    if detect_language:
        spoken = detect(text, language, content.languages, lexicon.spoken, lexicon.name_pairs)
    else:
        spoken = language
    query = parse(text, lexicon, context, at, spoken)
    allergies = tuple(dict.fromkeys((*context.allergies, *query.allergies)))
    understood = time.perf_counter()
    spent = {"embed": 0.0, "search": 0.0}

    def find(part: Part) -> Sequence[Hit]:
        begun = time.perf_counter()
        vector = get_embedder().encode_query([scene.asked(part)])[0]
        embedded = time.perf_counter()
        if before_search is not None:
            before_search()
        found = search(hotel.hotel_id, vector, f"{part.led_by} {part.spelt}", spoken)
        spent["embed"] += embedded - begun
        spent["search"] += time.perf_counter() - embedded
        return found

    scene = Scene(
        catalogue=hotel,
        at=at,
        language=spoken,
        context=context,
        allergies=allergies,
        unlisted=tuple(dict.fromkeys((*context.unlisted, *query.unlisted))),
        without=query.without,
        diets=query.diets,
        diets_of_another=query.diets_of_another,
        place=content.places_by_key.get(place or ""),
    )
    composed = compose(query, find, scene)
    if composed.outcome in _NOT_UNDERSTOOD and (short := parse_in_short(query, lexicon, context, at)) is not None:
        again = compose(short, find, scene)
        composed = composed if again.outcome in _NOT_UNDERSTOOD else again
    ended = time.perf_counter()
    seconds = {
        "understand": understood - started,
        **spent,
        "compose": ended - understood - sum(spent.values()),
        "total": ended - started,
    }
    return replace(composed, timings_ms={stage: round(value * 1000, 3) for stage, value in seconds.items()})


def answer_on(
    grounds: Grounds, text: str, at: dt.datetime, meanwhile: Callable[[], None] | None = None
) -> Answer | None:
    """Answer a conversation's question on what it rests on, its sources labelled; None where there is no such hotel.

    `meanwhile`: this thread's connection is in use until it was called, so that only what is kept can be answered from.
    """
    find = catalogue.at_version if meanwhile is None else catalogue.kept
    hotel = find(grounds.hotel_id, grounds.version)
    if hotel is None:
        return None
    context = Context.of_json(grounds.context)
    composed = answer(
        hotel,
        text,
        context=context,
        language=grounds.language,
        at=at,
        place=grounds.place_key,
        before_search=meanwhile,
    )
    if grounds.taken_by is not None and not (composed.alert and composed.alert.urgent):
        return takeover.passed_on(composed, context)
    return labelled(composed, hotel.content)
