"""Owns an evening at the demo hotel: guests who ask, call and order by the real pipeline, and the people at work.

Run inside the served product, by `manage.py shell`; what browsers and screenshots look at.
"""

import datetime as dt
import json
import sys
import uuid

from django.contrib.sessions.backends.db import SessionStore
from django.db.models import F
from django.utils import timezone

from guestchat import takeover, turns
from guestchat.models import Conversation, Message, ServiceRequest
from menus.models import Hotel, Membership, MenuItem, User

PEOPLE = {
    "owner": ("Helga", "Brandt"),
    "manager": ("Jonas", "Brandt"),
    "reception": ("Anna", "Berger"),
    "second": ("Ben", "Okafor"),
    "kitchen": ("Karim", "Saidi"),
}
# Where, how many minutes ago, and what was said; "yes" confirms what was proposed.
TALKS: list[tuple[str, int, list[str]]] = [
    ("room-118", 2, ["Help, my husband has fallen and cannot get up"]),
    ("room-312", 17, ["The shower runs cold", "I want to talk to a person"]),
    ("room-104", 6, ["Is there parking?", "Could I talk to somebody about my bill?"]),
    ("room-212", 9, ["Could I get two more towels please?", "yes"]),
    ("room-224", 4, ["What is vegan on the menu?", "Bring us two club sandwiches to our room please", "yes"]),
    ("room-301", 31, ["I need a taxi to the station at 7 in the morning", "yes"]),
    ("room-201", 44, ["What time is breakfast?", "Is the pool heated?"]),
    ("lobby", 58, ["Where can I leave my luggage?"]),
    ("room-101", 75, ["Wie ist das WLAN-Passwort?", "Danke"]),
]

# What other guests asked in vain on the days before.
IN_VAIN = [
    "Do you rent out electric scooters?",
    "Where can I rent an e-scooter?",
    "e-scooter rental?",
    "Is there a piano I can play?",
    "piano in the lobby?",
    "Which church has a service on Sunday?",
]


def session_of(user: User) -> str:
    """Return the value of a session cookie of a person who has logged in."""
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def ask(hotel: Hotel, place: str, texts: list[str]) -> Conversation:
    """Let a guest ask one text after the other."""
    there = hotel.places.get(key=place)
    talk = Conversation.objects.create(hotel=hotel, place=there, language="en")
    for text in texts:
        turn = turns.begin(talk.pk, text, uuid.uuid4())
        turns.finish(turn, turns.answer_turn(turn))
    talk.refresh_from_db()
    return talk


def fill() -> None:
    """Make the evening, and print each person's session as JSON."""
    hotel = Hotel.objects.get(slug="lindenhof")
    sessions = {}
    for name, (first, last) in PEOPLE.items():
        role = "reception" if name == "second" else name
        user = User.objects.create(username=first.lower(), first_name=first, last_name=last, is_staff=True)
        Membership.objects.create(user=user, hotel=hotel, role=role)
        sessions[name] = session_of(user)
    now = timezone.now()
    for place, minutes, texts in TALKS:
        talk = ask(hotel, place, texts)
        then = now - dt.timedelta(minutes=minutes)
        Message.objects.filter(conversation=talk).update(created_at=then + dt.timedelta(seconds=7) * F("seq"))  # type: ignore[operator]
        ServiceRequest.objects.filter(conversation=talk).update(created_at=then)
        Conversation.objects.filter(pk=talk.pk).update(asked_at=then, created_at=then)
    for hours, text in enumerate(IN_VAIN, 20):
        talk = ask(hotel, "room-301", [text])
        then = now - dt.timedelta(hours=hours)
        Message.objects.filter(conversation=talk).update(created_at=then)
        Conversation.objects.filter(pk=talk.pk).update(asked_at=then, created_at=then, closed_at=then)
    late = now - dt.timedelta(minutes=7)
    ServiceRequest.objects.filter(conversation__place__key="room-312").update(escalated_at=late)
    MenuItem.objects.filter(hotel=hotel, key__in=["wiener-schnitzel", "club-sandwich"]).update(available=False)
    ben = User.objects.get(username="ben")
    takeover.take(Conversation.objects.get(place__key="room-201").pk, ben)
    sys.stdout.write(json.dumps(sessions))
