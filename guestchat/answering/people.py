"""Owns answers that call for a person: handover, complaint, emergency. Each says only what is really done.

Such an answer carries an alert: a request that is opened with it, without waiting for the guest's word.
"""

import datetime as dt

from guestchat.answering import gate
from guestchat.answering.answer import Outcome, Proposal, Reply, Source
from guestchat.answering.phrasing import Phrasing, phrasing
from guestchat.answering.scene import Scene
from guestchat.understanding.query import Part
from menus import hours
from menus.content import Article, Venue

# Where 112 is the emergency number: the European Union and its neighbours, by the names of their time zones.
_CALLS_112 = ("Europe/", "Atlantic/Canary", "Atlantic/Madeira", "Atlantic/Azores", "Atlantic/Reykjavik", "Asia/Nicosia")
_ABOUT_EMERGENCIES = frozenset({"emergency", "fire_alarm"})


def handover(part: Part | None, scene: Scene, *, complaint: bool = False) -> Reply:
    """Pass a guest on to a person. `part` is None where the guest says yes to the offer to ask reception."""
    said = [scene.say("person.complaint" if complaint else "person.handover"), *_when_closed(scene)]
    if scene.content.phone:
        said.append(scene.say("person.phone", phone=scene.content.phone))
    words = _staff_words(scene)
    details = words.say("person.wants_person", text=part.text) if part else words.say("person.wants_answer")
    return Reply(
        text=" ".join(said),
        outcome=Outcome.HANDOVER,
        alert=Proposal(kind="other", details=_at_place(details, part, scene)),
    )


def emergency(part: Part, scene: Scene) -> Reply:
    """Tell what to do at once, from the hotel's own words where it has written some, and alert the staff."""
    said = [scene.say(_danger(scene))]
    if scene.content.phone:
        said.append(scene.say("person.emergency_phone", phone=scene.content.phone))
    said.append(scene.say("person.alerted"))
    if _closed_reception(scene) is not None:
        said.append(scene.say("person.emergency_closed"))
    article = _emergency_article(scene)
    own = f"\n\n{scene.text(article.answer)}" if article else ""
    details = _staff_words(scene).say("person.emergency_details", text=part.text)
    return Reply(
        text=" ".join(said) + own,
        outcome=Outcome.HANDOVER,
        sources=[Source("article", article.key)] if article else (),
        alert=Proposal(kind="other", details=_at_place(details, part, scene), urgent=True),
    )


def still_waiting(scene: Scene, *, urgent: bool = False) -> str:
    """Return what a guest is told whose call nobody has looked at in time."""
    said = [scene.say("person.still_waiting")]
    phone = scene.content.phone
    if urgent:
        said.insert(0, scene.say(_danger(scene)))
        said += [scene.say("person.emergency_phone", phone=phone)] if phone else []
    else:
        said += [*_when_closed(scene), *([scene.say("person.phone", phone=phone)] if phone else [])]
    return " ".join(said)


def place_name(scene: Scene, words: Phrasing, room: str = "") -> str:
    """Return where the guest is: the room that was named, else the place of asking; empty where it is unknown."""
    if room:
        return words.say("request.room", room=room)
    if scene.place is None:
        return ""
    if scene.place.kind in {"room", "table"}:
        return words.say(f"request.{scene.place.kind}", room=scene.place.label)
    return scene.place.label


def _at_place(details: str, part: Part | None, scene: Scene) -> str:
    where = place_name(scene, _staff_words(scene), part.room if part else "")
    return f"{details} ({where})" if where else details


def _staff_words(scene: Scene) -> Phrasing:
    """Return the words of the hotel's own language: what is opened at once is read by the staff alone."""
    return phrasing(scene.content.default_language)


def _danger(scene: Scene) -> str:
    return "person.emergency" if scene.content.timezone.startswith(_CALLS_112) else "person.emergency_far"


def _closed_reception(scene: Scene) -> Venue | None:
    """Return the reception if it is known to be closed now; where nothing says so, nothing is said."""
    desks = [venue for venue in scene.content.venues if venue.kind == "reception" and venue.opening_hours]
    if not desks or any(hours.open_now(venue, scene.at, scene.content.zone) for venue in desks):
        return None
    return desks[0]


def _when_closed(scene: Scene) -> list[str]:
    desk = _closed_reception(scene)
    if desk is None:
        return []
    following = hours.next_opening(desk, scene.at, scene.content.zone)
    if following is None:
        return [scene.say("person.closed")]
    return [scene.say("person.closed_until", when=_moment(following.opens, scene))]


def _moment(moment: dt.datetime, scene: Scene) -> str:
    return scene.words.moment(moment, scene.at.date())


def _emergency_article(scene: Scene) -> Article | None:
    """Return the hotel's own article on emergencies: the one that is about nothing but them, if there is one."""
    subjects = scene.catalogue.lexicon.article_subjects
    found = [
        article
        for article in scene.content.articles
        if "emergency" in subjects[article.key]
        and article.is_current(scene.at.date())
        and not gate.promises(scene.text(article.answer))
    ]
    return max(
        found,
        key=lambda article: (
            len(subjects[article.key] & _ABOUT_EMERGENCIES),
            -len(subjects[article.key] - _ABOUT_EMERGENCIES),
        ),
        default=None,
    )
