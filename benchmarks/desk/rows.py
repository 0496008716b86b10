"""Owns the rows of a large hotel, written beside the demo hotel's. Run inside the product, by `manage.py shell`."""

import datetime as dt
import itertools
import json
import random
import sys
import uuid
from collections.abc import Iterator
from typing import Any

from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from benchmarks.questions import talk
from guestchat.models import Conversation, Message, Rating, ServiceRequest
from menus.models import Article, Hotel, ItemAllergen, Membership, Menu, MenuItem, MenuSection, Place, User, Venue

VENUES, MENUS, SECTIONS, DISHES = 5, 10, 10, 20  # each of the one before: 10,000 dishes
OPEN_CHATS, OLD_CHATS = 1_000, 5_000
_ROOMS = 300
_SEED = 11
_OUTCOMES = ("answered",) * 15 + ("clarify", "request", "handover", "unanswered", "smalltalk")
_ADJECTIVES = ("Roast", "Grilled", "Smoked", "Cold", "Warm", "Spiced", "Sweet", "Braised", "Fried", "Pickled")
_NOUNS = ("trout", "beetroot", "pumpkin", "duck", "noodles", "plums", "mushrooms", "lamb", "lentils", "cheese")


def fill() -> None:
    """Fill the demo hotel, and print as JSON the manager's session and what addresses are made of."""
    hotel, chance = Hotel.objects.get(slug="lindenhof"), random.Random(_SEED)
    boss = User.objects.create(username="boss", first_name="Jonas", is_staff=True)
    Membership.objects.create(user=boss, hotel=hotel, role=Membership.Role.MANAGER)
    _dishes(hotel)
    Place.objects.bulk_create(
        Place(hotel=hotel, key=f"big-{number}", kind="room", label=str(1_000 + number), position=100 + number)
        for number in range(_ROOMS)
    )
    call_command("sync_passages", verbosity=0, stdout=sys.stderr)
    talks = _chats(hotel, boss, chance)
    dish = MenuItem.objects.filter(hotel=hotel, key__startswith="big-").select_related("section__menu").first()
    assert dish is not None
    sys.stdout.write(
        json.dumps(
            {
                "session": session_of(boss),
                "conversation": str(talks[0].pk),
                "menu": dish.section.menu.key,
                "menu_pk": dish.section.menu_id,
                "venue_pk": dish.section.menu.venue_id,
                "section_pk": dish.section_id,
                "dish_pk": dish.pk,
                "hotel_pk": hotel.pk,
                "article_pk": Article.objects.filter(hotel=hotel).values_list("pk", flat=True)[0],
                "places": [f"big-{number}" for number in range(40)],
            }
        )
    )


def session_of(user: User) -> str:
    """Return the value of a session cookie of a person who has logged in."""
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def _dishes(hotel: Hotel) -> None:
    def below(model: Any, above: str, rows: list[Any], number: int, **more: Any) -> list[Any]:
        made = [
            model(
                **{"hotel": hotel, above: row},
                name={"en": f"{_ADJECTIVES[at % 10]} {_NOUNS[one % 10]} {at}-{one}"},
                position=one,
                **({"key": f"big-{at}-{one}"} if hasattr(model, "key") else {}),
                **more,
            )
            for at, row in enumerate(rows)
            for one in range(number)
        ]
        return list(model.objects.bulk_create(made))

    venues = below(Venue, "hotel", [hotel], VENUES, kind=Venue.Kind.RESTAURANT)
    menus = below(Menu, "venue", venues, MENUS)
    sections = below(MenuSection, "menu", menus, SECTIONS)
    dishes = below(MenuItem, "section", sections, DISHES, price="12.50")
    ItemAllergen.objects.bulk_create(
        ItemAllergen(hotel=hotel, item=dish, code=code, status=status)
        for dish in dishes
        for code, status in (("milk", "contains"), ("eggs", "may_contain"), ("fish", "free"))
    )


def _chats(hotel: Hotel, boss: User, chance: random.Random) -> list[Conversation]:
    """Write the open chats, of which some wait for a person, and those of the last 30 days; return the open ones."""
    now, places = timezone.now(), list(Place.objects.filter(hotel=hotel))
    talks = []
    for number in range(OPEN_CHATS + OLD_CHATS):
        is_open = number < OPEN_CHATS
        at = now - dt.timedelta(seconds=chance.uniform(0, 3_600 * 5 if is_open else 86_400 * 29))
        talks.append(
            Conversation(
                id=uuid.UUID(int=chance.getrandbits(128)),
                hotel=hotel,
                place=chance.choice(places),
                language="en",
                seq=6,
                asked_at=at,
                closed_at=None if is_open else at,
                taken_by=boss if is_open and number % 25 == 1 else None,
            )
        )
    Conversation.objects.bulk_create(talks)
    messages = Message.objects.bulk_create(_messages(hotel, talks, chance), batch_size=5_000)
    # A row that is made takes its time from the clock.
    written = Message.objects.filter(hotel=hotel)
    asked_at = Conversation.objects.filter(pk=OuterRef("conversation")).values("asked_at")
    written.update(created_at=Subquery(asked_at[:1]))
    written.filter(role="assistant").update(finished_at=F("created_at") + dt.timedelta(milliseconds=20))
    answers = [each for each in messages if each.role == Message.Role.ASSISTANT]
    Rating.objects.bulk_create(Rating(message=each, value=chance.choice((1, 1, 1, -1))) for each in answers[::20])
    requests = [
        ServiceRequest(
            hotel=hotel,
            conversation=each,
            seq=2,
            kind=chance.choice(ServiceRequest.Kind.values),
            details="Two of them, please.",
            is_call=number < OPEN_CHATS and number % 20 == 0,
            status=chance.choice(("new", "acknowledged")) if number < OPEN_CHATS else "done",
            owner=None if number < OPEN_CHATS else boss,
        )
        for number, each in enumerate(talks)
        if number % 4 == 0
    ]
    ServiceRequest.objects.bulk_create(requests)
    return talks[:OPEN_CHATS]


def _messages(hotel: Hotel, talks: list[Conversation], chance: random.Random) -> Iterator[Message]:
    texts = list(itertools.islice(talk(chance), 500))
    for each in talks:
        for seq in (1, 3, 5):
            yield Message(hotel=hotel, conversation=each, seq=seq, role="guest", text=chance.choice(texts))
            yield Message(
                hotel=hotel,
                conversation=each,
                seq=seq + 1,
                reply_to=seq,
                role="assistant",
                outcome=chance.choice(_OUTCOMES),
                language="en",
                text="From 07:00 to 10:30, on Sundays until 11:00. " * 3,
                sources=[{"type": "article", "key": "parking", "label": "Where can I park?"}],
            )
