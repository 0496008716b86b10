"""Owns answers from what the hotel and its venues say of themselves: the one sentence that tells what is asked."""

import re

from guestchat.answering import gate
from guestchat.answering.answer import Reply, Source
from guestchat.answering.scene import Scene
from guestchat.understanding.matters import SOFT_DETAILS
from guestchat.understanding.query import Intent, Part
from guestchat.understanding.statements import Statement
from guestchat.understanding.stems import says, stem
from guestchat.words import fold


def answer(part: Part, scene: Scene) -> Reply | None:
    """Return the sentence that explains every word of the question; None where none does."""
    found = [
        (weight, each)
        for each in scene.catalogue.statements
        # "Altitude Gym towels" are not those at the pool.
        if each.type != "venue" or not part.venues or each.key in part.venues
        if (weight := _weight(part, each, scene)) > 0
    ]
    if not found:
        return None
    _weight_of_best, best = max(found, key=lambda each: each[0])
    text = scene.text(best.text)
    if gate.promises(text):
        return None
    return Reply(
        text=text,
        sources=[Source(best.type, best.key)],
        venues=[best.key] if best.type == "venue" else (),
    )


_WHO_DID = re.compile(r"who (?:\w+ed|won|wrote|built|made)\b|wer hat\b|qui a\b|quien \w+o\b")


def asks_for_a_doer(part: Part) -> bool:
    """ "Who designed the museum": told only where every word of it is said."""
    return bool(_WHO_DID.match(fold(part.text).strip()))


def _weight(part: Part, statement: Statement, scene: Scene) -> float:
    """Return how much of what is asked a sentence tells; 0 where it leaves out any of it."""
    own = part.subjects & statement.subjects
    # Who may enter the spa may use its sauna; what the spa costs is not what the sauna costs.
    around = statement.names | statement.beside if part.details and part.details <= _OF_ALL_INSIDE else statement.names
    if not part.subjects <= own | around or not _tells(part, own, statement):
        return 0.0
    if statement.type == "venue" and not part.venues and _is_of_elsewhere(part, statement, scene):
        return 0.0
    if part.intent is Intent.HOURS and not (own and "hours" in statement.details):
        return 0.0  # when a bar closes is told by its hours, not by when its music plays
    written = statement.said_to(scene.language)
    if any(not says(written | statement.around, word) for word in part.beyond):
        return 0.0
    said = sum(1.0 for word in part.beyond if says(written, word)) + len(own)
    if not _says_what_is_asked(part, statement, written, scene):
        return 0.0
    plain = not own and not part.details - SOFT_DETAILS
    if plain and len(part.words) > _FEW and not _says_most(part, written | statement.around):
        return 0.0  # a tiled stove says nothing of whether its tiles are the original ones
    if not said and not part.details - SOFT_DETAILS:
        return 0.0  # a venue's name alone asks for the venue, not for this sentence of it
    if asks_for_a_doer(part) and any(not says(written | statement.around, word) for word in part.words):
        return 0.0
    if not part.beyond and not part.subjects and part.details - SOFT_DETAILS <= _FIGURES_OF_ANYTHING:
        return 0.0  # "how much is it": of what?
    return said + len(part.details) + (0.5 if statement.key in part.venues else 0.0)


# Stems of what guests sleep in, and what is done to take a thing along, in any language.
_ROOMS = frozenset(
    stem(word) for word in ("room", "rooms", "zimmer", "chambre", "chambres", "habitacion", "habitaciones")
)
_TAKES_ALONG = re.compile(r"\b(?:rent|hire|borrow|lend|leih|verleih|ausleih|miet|louer|louez|emprunt|alquil|prest)\w*")


def _is_of_elsewhere(part: Part, statement: Statement, scene: Scene) -> bool:
    """ "Do any rooms have a bath" asks of no spa's, "can I rent a bike" of none that stands in the gym."""
    if "room_service" not in part.subjects and (part.room or not _ROOMS.isdisjoint(part.words)):
        return True
    return bool(_TAKES_ALONG.search(fold(part.text)) and not _TAKES_ALONG.search(fold(scene.text(statement.text))))


_FEW = 2


def _says_most(part: Part, stems: frozenset[str]) -> bool:
    return sum(says(stems, word) for word in part.words) * 3 >= len(part.words) * 2


def _says_what_is_asked(part: Part, statement: Statement, written: frozenset[str], scene: Scene) -> bool:
    """Return whether more than a subject joins the two: "a ski resort" tells nothing of sledging."""
    own_language = statement.is_in(scene.language)
    if part.details - SOFT_DETAILS and (statement.type != "hotel" or not own_language):
        return True
    if not own_language:
        return len(part.words) <= len(part.subjects) or bool(part.beyond)
    return any(says(written, word) for word in part.words)


_OF_ALL_INSIDE = frozenset({"age", "children"})


def _tells(part: Part, own: frozenset[str], statement: Statement) -> bool:
    """Return whether the details are told of the very subject: "pool at 27 °C, sauna" tells only the pool's."""
    asked = part.details - SOFT_DETAILS
    if not own:
        return asked <= statement.details
    return any(own <= subjects and asked <= details for subjects, details in statement.pieces)


# What is asked of some thing or other: alone it asks for nothing that a sentence could tell.
_FIGURES_OF_ANYTHING = frozenset({"price", "hours", "duration", "distance", "temperature", "age", "count", "floor"})
