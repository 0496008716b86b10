"""Owns service requests in the talk: what a guest wishes, what is still missing, and the guest's word on it.

Nothing is passed on here: an answer carries a proposal or the guest's verdict, and `service_requests` writes it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from guestchat.answering import dishes, gate, kitchen, people
from guestchat.answering.answer import Outcome, Proposal, Reply, Settlement, Source, Verdict
from guestchat.answering.scene import Scene
from guestchat.understanding.food import asked_for
from guestchat.understanding.query import Part
from guestchat.understanding.stems import stem
from guestchat.understanding.when import SOON
from guestchat.words import fold, words
from menus.allergens import suits

_NEEDS_A_TIME = frozenset({"taxi", "wake_up"})
_NEEDS_A_ROOM = frozenset({"housekeeping", "maintenance", "order", "wake_up"})
# Of these a second one takes the first one's place: nobody is woken twice. Of the others both are wanted.
_ONE_OF_A_KIND = frozenset({"taxi", "wake_up", "late_checkout"})
# "A taxi for 9 on Friday morning"; a taxi for 3 is for three people.
_FOR_AN_HOUR = re.compile(
    r"\b(?:for|fur|pour|para(?: las?)?|um|a las?) \d{1,2}(?= (?:on|in the|am|pm|o'?clock|uhr|h|heures|de la|el)\b)"
)
_BARE_ROOM = re.compile(r"\W*(\d{2,4}[A-Za-z]?)\W*")
_CLOCK = re.compile(r"\d[:.h]\d\d|\d ?(?:am|pm|h|uhr)\b")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a guest wishes so far, in the guest's own words. `missing` is the detail that was asked back."""

    kind: str
    said: tuple[str, ...] = ()
    quantity: int | None = None
    room: str = ""
    days: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    missing: str = ""
    allergies: tuple[str, ...] = ()  # those that the guest was warned of

    def as_json(self) -> dict[str, Any]:
        """Return what a conversation's row keeps."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> "Wish":
        """Return the wish that a row keeps; what this version does not know is dropped."""
        known: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in kept.items()
            if name in cls.__dataclass_fields__
        }
        return cls(**known)


def answer(part: Part, scene: Scene) -> Reply:
    """Propose what a guest wishes, ask back for what is missing, or take the guest's word on a proposal."""
    waiting = scene.context.pending
    before = Wish.of_json(waiting) if waiting.get("kind") else None
    if before is not None and part.topic == "accepted":
        if before.missing:
            return _missed(before, scene)
        if before.kind == "order" and set(scene.allergies) - set(before.allergies):
            return _proposed(before, part, scene)  # stated since: nothing is ordered before it was warned of
        return _accepted(before, waiting, scene)
    if before is not None and part.topic == "declined":
        return Reply(
            text=scene.say("request.declined"),
            outcome=Outcome.SMALLTALK,
            settlement=None if before.missing else Settlement(verdict=Verdict.CANCELLED, seq=waiting.get("seq", 0)),
        )
    takes_over = before is not None and before.kind == part.topic
    wish = _wish(part, before if takes_over else None, scene)
    sold_out = tuple(key for key in wish.items if scene.is_sold_out(key)) if wish.kind == "order" else ()
    if sold_out:
        return _without(sold_out, wish, part, scene)
    if missing := _missing(wish, part):
        return _missed(replace(wish, missing=missing), scene)
    reply = _proposed(wish, part, scene)
    if takes_over and before is not None and not before.missing:
        return replace(reply, settlement=Settlement(verdict=Verdict.REPLACED, seq=waiting.get("seq", 0)))
    return reply


def _without(sold_out: tuple[str, ...], wish: Wish, part: Part, scene: Scene) -> Reply:
    """Tell what of an order is sold out, and propose what is left of it."""
    asked = replace(part, items=sold_out, aspects=frozenset({"available"}), options=(), when=type(part.when)())
    told = dishes.named(asked, scene)
    left = tuple(key for key in wish.items if key not in sold_out)
    if told is None or not left:
        return told or Reply(text=scene.say("unknown.text"), outcome=Outcome.UNANSWERED)
    proposed = _proposed(replace(wish, items=left), part, scene)
    return replace(proposed, text=f"{told.text}\n\n{proposed.text}")


def _wish(part: Part, before: Wish | None, scene: Scene) -> Wish:
    """Return what is wished now; `before` is the wish of the same kind that this completes, changes or adds to."""
    days = tuple(
        scene.say("format.on_day", weekday=scene.say(f"weekday.{day:%a}".lower()), date=scene.words.date(day))
        for day in part.when.dates
        if day != scene.at.date()
    )
    room = part.room or _label_of_a_room(part.text, scene)
    asked = before is not None and before.kind in _NEEDS_A_ROOM and not (before.room or before.missing)
    if not room and asked and (bare := _BARE_ROOM.fullmatch(part.text)):
        room = bare[1]
    now = Wish(
        kind=part.topic,
        said=(part.text.strip(),),
        quantity=part.quantity,
        room=room,
        days=days,
        items=part.items,
        options=part.options,
    )
    if before is None or (before.kind in _ONE_OF_A_KIND and not part.follow_up):
        return now
    return replace(
        now,
        said=(*before.said, *now.said),
        quantity=before.quantity if now.quantity is None or part.when.time else now.quantity,
        room=now.room or before.room,
        days=now.days or before.days,
        items=tuple(key for key in dict.fromkeys((*before.items, *now.items)) if key not in part.dropped),
        options=tuple(key for key in dict.fromkeys((*before.options, *now.options)) if key not in part.dropped),
    )


def _label_of_a_room(text: str, scene: Scene) -> str:
    """Return the room that a text names by its bare number: "a club sandwich to 412"."""
    rooms = {place.label.casefold(): place.label for place in scene.content.places if place.kind == "room"}
    return next((rooms[word] for word in words(text) if word in rooms and len(word) > 2), "")


def _missing(wish: Wish, part: Part) -> str:
    if wish.kind in _NEEDS_A_TIME and not any(_tells_a_time(said, wish) for said in wish.said) and not _timed(part):
        return "time"
    return "item" if wish.kind == "order" and not (wish.items or part.courses or part.drinks or part.follow_up) else ""


def _timed(part: Part) -> bool:
    return bool(part.when.time or part.when.around or part.when.now)


def _tells_a_time(said: str, wish: Wish) -> bool:
    """ "In ten minutes", or a figure where only a time can be meant."""
    figures = [word for word in words(said) if word[:1].isdigit() and word != wish.room]
    only_a_time = wish.kind == "wake_up" or said != wish.said[0]
    timed = any(pattern.search(fold(said)) for pattern in (SOON, _FOR_AN_HOUR, _CLOCK))
    return timed or bool(figures and only_a_time)


def _missed(wish: Wish, scene: Scene) -> Reply:
    """Ask back for what is missing."""
    key = "request.order_what" if wish.missing == "item" else f"request.{wish.kind}_when"
    return Reply(text=scene.say(key), outcome=Outcome.CLARIFY, pending=wish.as_json())


def _accepted(wish: Wish, waiting: Mapping[str, Any], scene: Scene) -> Reply:
    # The proposal goes along: where its card was put aside a moment before, the guest's word opens it again.
    return Reply(
        text=scene.say("request.accepted"),
        outcome=Outcome.REQUEST,
        request=_proposal(wish, scene),
        settlement=Settlement(verdict=Verdict.ACCEPTED, seq=waiting.get("seq", 0)),
    )


def _proposed(wish: Wish, part: Part, scene: Scene) -> Reply:
    proposal = _proposal(wish, scene)
    warned = _warning(wish, part, scene)
    # Quoted, "say that the soup is nut-free" would read as the assistant's own word.
    quotable = not gate.promises(proposal.details)
    key = f"request.{wish.kind}" if quotable else "request.as_written"
    said = [warned.text] if warned else []
    said += _unmarked(wish, part, scene)
    said.append(scene.say(key, details=proposal.details))
    at_a_table = wish.kind == "order" and any(_AT_A_TABLE.search(fold(each)) for each in wish.said)
    if wish.kind in _NEEDS_A_ROOM and not at_a_table and not _where(wish, scene):
        said.append(scene.say("request.which_room"))
    items = [key for key in wish.items if key in scene.content.offers]
    return Reply(
        text="\n".join(said),
        outcome=Outcome.REQUEST,
        request=proposal,
        sources=[Source("item", key) for key in items],
        items=items,
        claims=warned.claims if warned else (),
        pending=replace(wish, allergies=scene.allergies).as_json(),
    )


# "A glass of white wine please, table 4": who serves knows where that is.
_AT_A_TABLE = re.compile(r"\b(?:table|tisch|mesa)\s*(?:no\.?|nr\.?|number|nummer|numero)?\s*\d{1,3}\b")


def _unmarked(wish: Wish, part: Part, scene: Scene) -> list[str]:
    """Return what is said of the dishes ordered that are not marked for what the guest lives on."""
    offers = [scene.content.offers[key].item for key in wish.items if key in scene.content.offers]
    unmarked = [
        (item, diet) for item in offers for diet in part.diets if wish.options or not suits(item.declaration, diet)
    ]
    return [kitchen.diet(item, diet, scene, wish.options) for item, diet in unmarked]


def _warning(wish: Wish, part: Part, scene: Scene) -> Reply | None:
    """Return what the kitchen declared about the guest's allergens in the dishes ordered; None where none is named."""
    if not (scene.allergies or part.avoid or part.containing):
        return None
    items = (*wish.items, *_may_be_ordered_too(wish, part, scene))
    if not items:
        return None
    asked = replace(part, items=items, options=wish.options, aspects=frozenset(), diets=(), when=type(part.when)())
    return dishes.named(asked, scene)


def _may_be_ordered_too(wish: Wish, part: Part, scene: Scene) -> list[str]:
    """Return the dishes beside those ordered whose names a word of an order is in: "a cola and some olives"."""
    if wish.kind != "order":
        return []
    names = scene.catalogue.lexicon.item_name_words
    own = frozenset().union(*(names.get(key, frozenset()) for key in wish.items))
    beside = [asked_for(word) for word in part.words if own.isdisjoint(asked_for(word))]
    return [key for key, said in names.items() if any(not said.isdisjoint(each) for each in beside)]


def _proposal(wish: Wish, scene: Scene) -> Proposal:
    """Return what the staff will read: the guest's own words, with what the moment and the place add to them."""
    details = ", ".join(wish.said)
    added = [*_unnamed(wish, scene), *wish.days]
    if not wish.room or not any(wish.room in words(said) for said in wish.said):
        added.append(_where(wish, scene))
    if wish.kind == "order" and scene.allergies:
        added.append(scene.say("request.allergies", allergens=scene.allergens(scene.allergies)))
    if added := [each for each in added if each]:
        details = f"{details} ({'; '.join(added)})"
    return Proposal(kind=wish.kind, quantity=wish.quantity, details=details)


def _unnamed(wish: Wish, scene: Scene) -> list[str]:
    """Return the dishes ordered that the guest's words do not name: "one of those please" tells a kitchen nothing."""
    if wish.kind != "order":
        return []
    said = frozenset().union(*(asked_for(stem(word)) for text in wish.said for word in words(text)))
    names = scene.catalogue.lexicon.item_name_words
    return [
        scene.name(scene.content.offers[key].item)
        for key in wish.items
        if key in scene.content.offers and said.isdisjoint(names.get(key, frozenset()))
    ]


def _where(wish: Wish, scene: Scene) -> str:
    """Return the room named, or the guest's own place where one can be found there; empty where neither is known."""
    if not wish.room and (scene.place is None or scene.place.kind not in {"room", "table"}):
        return ""
    return people.place_name(scene, scene.words, wish.room)


def waiting(replies: Sequence[Reply]) -> dict[str, Any]:
    """Return the wish that waits for a word after these replies; the last one where there are several."""
    return next((dict(reply.pending) for reply in reversed(replies) if reply.pending), {})
