"""Owns an evening at the demo hotel: guests who ask, call and order by the real pipeline, and the people at work.

Run inside the served product, by `manage.py shell`; what browsers and screenshots look at.
"""

import datetime as dt
import itertools
import json
import sys
import uuid
from typing import Any

from django.db.models import F
from django.utils import timezone

from benchmarks.desk.rows import session_of
from guestchat import takeover, turns
from guestchat.models import Conversation, Message, Rating, ServiceRequest
from guestchat.staff import usual
from menus.models import Article, Hotel, Membership, MenuItem, Place, User, Venue

PEOPLE = {
    "owner": ("Helga", "Brandt"),
    "manager": ("Jonas", "Brandt"),
    "reception": ("Anna", "Berger"),
    "second": ("Ben", "Okafor"),
    "kitchen": ("Karim", "Saidi"),
    "founder": ("Mia", "Lund"),
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

# What guests of the two weeks before asked, one chat each, and how many a day, yesterday first.
BEFORE = [
    "What time is breakfast?",
    "Is there parking?",
    "What is vegan on the menu?",
    "Wie ist das WLAN-Passwort?",
    "Does the Linden burger contain milk?",
    "When does the spa close?",
    "Could I get two more towels please?",
    "Where can I leave my luggage?",
    "Can I check out later?",
    "I need a taxi at 7 in the morning",
    "Is there a gym?",
    "Are dogs allowed?",
    "I would like to talk to a person",
]
A_DAY = (6, 9, 8, 11, 14, 12, 7, 9, 10, 8, 13, 15, 12, 8)


def ask(hotel: Hotel, place: str, texts: list[str]) -> Conversation:
    """Let a guest ask one text after the other."""
    there = hotel.places.get(key=place)
    talk = Conversation.objects.create(hotel=hotel, place=there, language="en")
    for text in texts:
        turn = turns.begin(talk.pk, text, uuid.uuid4())
        turns.finish(turn, turns.answer_turn(turn))
    talk.refresh_from_db()
    return talk


def move(talk: Conversation, then: dt.datetime, *, apart_s: int = 0, is_over: bool = False) -> None:
    """Let a talk have been at another time, its messages some seconds apart."""
    back = talk.created_at - then
    seconds: Any = dt.timedelta(seconds=apart_s)
    moved = {name: F(name) - back + seconds * F("seq") for name in ("created_at", "finished_at")}
    Message.objects.filter(conversation=talk).update(**moved)
    ServiceRequest.objects.filter(conversation=talk).update(created_at=then)
    closed_at = then if is_over else None
    Conversation.objects.filter(pk=talk.pk).update(asked_at=then, created_at=then, closed_at=closed_at)


def earlier(hotel: Hotel, now: dt.datetime) -> None:
    """Let guests have asked on the days before, some have liked it, and everything have been done."""
    anna = User.objects.get(username="anna")
    texts = itertools.cycle(BEFORE)
    for days, number in enumerate(A_DAY, 1):
        for one in range(number):
            then = now - dt.timedelta(days=days, minutes=47 * one)
            talk = ask(hotel, "room-301", [next(texts)])
            move(talk, then, is_over=True)
            done_at = then + dt.timedelta(minutes=4 + 3 * one)
            ServiceRequest.objects.filter(conversation=talk).update(status="done", owner=anna, updated_at=done_at)
            if one % 3 == 0:
                answer = Message.objects.get(conversation=talk, seq=2)
                Rating.objects.create(message=answer, value=1 if days % 6 or one else -1)


def doubtful(hotel: Hotel, today: dt.date) -> None:
    """Let two answers contradict what else is written, let two be due to be confirmed, and one have ended."""
    written = {
        "dogs-too": ("Are dogs allowed?", "Yes, dogs are welcome for EUR 25 per night."),
        "leaving": ("When is check-out?", "Please leave your room by 10:00."),
    }
    for key, (question, answer) in written.items():
        Article.objects.create(hotel=hotel, key=key, question={"en": question}, answer={"en": answer}, position=900)
    due = Article.objects.filter(hotel=hotel).order_by("position", "pk")[3:5]
    Article.objects.filter(pk__in=[article.pk for article in due]).update(review_by=today - dt.timedelta(days=2))
    Article.objects.create(
        hotel=hotel,
        key="market",
        question={"en": "Is there a market?"},
        answer={"en": "On the square, until the end of September."},
        valid_until=today.replace(month=9, day=30) if today.month > 9 else today - dt.timedelta(days=3),
        position=901,
    )


def found(owner: User) -> None:
    """Let a second hotel be half set up, without a guest."""
    house = Hotel.objects.create(
        slug="birke",
        name="Haus Birke",
        languages=["en", "de"],
        address="Am Wald 1, 01234 Birkenau",
        phone="+49 30 1234567",
        check_in=dt.time(15),
        check_out=dt.time(11),
        description={"en": "A small house at the wood."},
    )
    Membership.objects.create(user=owner, hotel=house, role="owner")
    for number in range(1, 9):
        Place.objects.create(hotel=house, key=f"room-{number}", kind="room", label=str(number), position=number)
    Venue.objects.create(hotel=house, key="cafe", kind="cafe", name={"en": "Café Birke"})
    questions = {"parking": "Behind the house, free of charge.", "pets": "Dogs are welcome at EUR 10 a night."}
    for key, text in questions.items():
        Article.objects.create(hotel=house, key=key, question={"en": usual.questions("en")[key]}, answer={"en": text})


def fill() -> None:
    """Make the evening, and print each person's session as JSON."""
    hotel = Hotel.objects.get(slug="lindenhof")
    sessions = {}
    for name, (first, last) in PEOPLE.items():
        role = {"second": "reception", "founder": "manager"}.get(name, name)
        user = User.objects.create(username=first.lower(), first_name=first, last_name=last, is_staff=True)
        Membership.objects.create(user=user, hotel=hotel, role=role)
        sessions[name] = session_of(user)
    now = timezone.now()
    for place, minutes, texts in TALKS:
        talk = ask(hotel, place, texts)
        move(talk, now - dt.timedelta(minutes=minutes), apart_s=7)
    for hours, text in enumerate(IN_VAIN, 20):
        move(ask(hotel, "room-301", [text]), now - dt.timedelta(hours=hours), is_over=True)
    earlier(hotel, now)
    found(User.objects.get(username="mia"))
    doubtful(hotel, now.date())
    late = now - dt.timedelta(minutes=7)
    ServiceRequest.objects.filter(conversation__place__key="room-312").update(escalated_at=late)
    MenuItem.objects.filter(hotel=hotel, key__in=["wiener-schnitzel", "club-sandwich"]).update(available=False)
    ben = User.objects.get(username="ben")
    takeover.take(Conversation.objects.get(place__key="room-201").pk, ben)
    sys.stdout.write(json.dumps(sessions))
