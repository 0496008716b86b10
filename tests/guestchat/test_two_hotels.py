"""Two hotels that use the same keys for everything: nothing of one is ever seen in the other."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from guestchat import catalogue, turns
from guestchat.guest.database import in_thread
from guestchat.models import Message, Passage, ServiceRequest
from guestchat.retrieval.embedder import get_embedder
from guestchat.retrieval.search import search
from guestchat.understanding.query import Context
from menus.models import Article, Hotel, MenuItem, Venue
from tests.guestchat.guest.chatting import PARKING, TOWELS, WHEAT, Guest, code, make_hotel, pass_of, scan

NIGHT_BAR = "Where is the night bar?"
QUESTIONS = [
    PARKING,
    WHEAT,
    NIGHT_BAR,
    "Where is the secret lagoon?",
    "What is on the menu?",
    "What vegan dishes are there?",
]
MARKS = {"alpha": "Ankerplatz", "omega": "Olivenhain"}


def marked(slug: str) -> Hotel:
    """Make a hotel every text of which carries a word that no other hotel has."""
    mark = MARKS[slug]
    hotel = make_hotel(slug, name=f"Hotel {mark}", parking=f"In the {mark} garage.")
    Article.objects.filter(hotel=hotel, key="story").update(answer={"en": f"Only {mark} knows."})
    for venue in Venue.objects.filter(hotel=hotel):
        venue.name = {"en": f"{venue.name['en']} {mark}"}
        venue.description = {"en": f"Very {mark}."}
        venue.save()
    cake = MenuItem.objects.get(hotel=hotel)
    cake.name = {"en": f"Plum cake {mark}"}
    cake.diets = ["vegan"]
    cake.save()
    return hotel


@pytest.fixture
def hotels(db: None) -> dict[str, Hotel]:
    made = {slug: marked(slug) for slug in MARKS}
    Article.objects.create(
        hotel=made["omega"],
        key="lagoon",
        question={"en": "Where is the secret lagoon?"},
        answer={"en": "Behind the Olivenhain."},
    )
    return made


def foreign(text: str, slug: str) -> bool:
    return any(mark in text for other, mark in MARKS.items() if other != slug)


def test_search_finds_only_passages_of_its_own_hotel(hotels: dict[str, Hotel]) -> None:
    vector = get_embedder().encode_query(["Where is the secret lagoon?"])[0]
    found = {
        slug: [(hit.type, hit.key) for hit in search(hotel.pk, vector, "secret lagoon", "en", limit=100)]
        for slug, hotel in hotels.items()
    }
    assert found["omega"][0] == ("article", "lagoon")
    assert ("article", "lagoon") not in found["alpha"]
    for slug, hotel in hotels.items():
        own = set(Passage.objects.filter(hotel=hotel).values_list("source_type", "source_key"))
        assert set(found[slug]) == own
    # Even word for word the same, and even when its own hotel has nothing else.
    Passage.objects.filter(hotel=hotels["alpha"]).delete()
    assert not search(hotels["alpha"].pk, vector, "secret lagoon", "en")


@pytest.mark.parametrize("slug", MARKS)
@pytest.mark.parametrize("question", QUESTIONS)
def test_answers_and_candidates_are_of_ones_own_hotel(hotels: dict[str, Hotel], slug: str, question: str) -> None:
    hotel = catalogue.current(hotels[slug].pk)
    assert hotel is not None
    answer = turns.answer(hotel, question, context=Context(), language="en", at=timezone.now())
    assert not foreign(answer.text + str(answer.suggestions), slug)
    own = set(Passage.objects.filter(hotel=hotels[slug]).values_list("source_type", "source_key"))
    assert {(hit.type, hit.key) for hit in answer.candidates} <= own | {("hotel", slug), ("menu", "card")}


def test_the_same_question_has_each_hotels_own_answer(hotels: dict[str, Hotel]) -> None:
    for slug, hotel in hotels.items():
        said = scan(hotel).post("/chat/messages/", {"text": PARKING}, headers={"Accept": "application/json"}).json()
        assert MARKS[slug] in said["messages"][1]["text"]


@pytest.mark.parametrize("slug", MARKS)
def test_pages_menus_and_receipts_show_nothing_of_the_other(hotels: dict[str, Hotel], slug: str) -> None:
    for hotel in hotels.values():
        talk = scan(hotel)
        for question in QUESTIONS:
            talk.post("/chat/messages/", {"text": question})
    browser = scan(hotels[slug])
    for question in QUESTIONS:
        browser.post("/chat/messages/", {"text": question})
    paths = ["/chat/", "/chat/messages/", "/menu/", "/menu/cafe/"]
    receipts = Message.objects.filter(hotel=hotels[slug], receipt__isnull=False).values_list("receipt", flat=True)
    paths += [f"/r/{receipt}/" for receipt in receipts]
    for path in paths:
        response = browser.get(path)
        shown = response.content.decode()
        assert response.status_code == 200, path
        assert not foreign(shown, slug), path
    assert MARKS[slug] in browser.get("/menu/").content.decode()


def test_one_browser_in_two_hotels_keeps_them_apart(hotels: dict[str, Hotel]) -> None:
    browser = Client()
    for slug in (*MARKS, *MARKS):
        scan(hotels[slug], "room-7", browser)
        browser.post("/chat/messages/", {"text": PARKING})
        shown = browser.get("/chat/").content.decode()
        assert MARKS[slug] in shown
        assert not foreign(shown, slug)


def test_codes_differ_although_the_places_keys_are_the_same(hotels: dict[str, Hotel]) -> None:
    codes = [code(hotel, key) for hotel in hotels.values() for key in ("room-7", "table-1")]
    assert len(set(codes)) == 4
    assert all(re.fullmatch(r"[\w-]{22}", each) for each in codes)


def test_an_edit_in_one_hotel_changes_nothing_in_the_other(hotels: dict[str, Hotel]) -> None:
    before = catalogue.current(hotels["omega"].pk)
    assert before is not None
    Article.objects.filter(hotel=hotels["alpha"], key="parking").update(valid_until=dt.date(2020, 1, 1))
    MenuItem.objects.get(hotel=hotels["alpha"]).delete()
    after = catalogue.current(hotels["omega"].pk)
    assert after is not None
    assert after.content == before.content
    answer = turns.answer(after, WHEAT, context=Context(), language="en", at=timezone.now())
    assert list(answer.items) == ["plum-cake"]


@pytest.mark.django_db(transaction=True)
async def test_sockets_hear_nothing_of_the_other(transactional_db: Any) -> None:
    hotels = {slug: await in_thread(marked, slug) for slug in MARKS}
    guests = {slug: Guest(pass_of(await in_thread(scan, hotel))) for slug, hotel in hotels.items()}
    for slug, guest in guests.items():
        assert not foreign(str(await guest.come()), slug)
    for slug, guest in guests.items():
        for question in (PARKING, TOWELS, WHEAT):
            await guest.ask(question)
            heard = await guest.hear_until("answer.finished")
            assert not foreign(str(heard), slug)
            if question == TOWELS:
                await guest.hear_until("request")
        others = [each for other, each in guests.items() if other != slug]
        assert await others[0].is_silent(0.1)
    await guests["alpha"].say(type="confirm", seq=4, accept=True)
    await guests["alpha"].hear_until("request")
    assert await guests["omega"].is_silent(0.1)
    statuses = await in_thread(lambda: dict(ServiceRequest.objects.values_list("hotel__slug", "status")))
    assert statuses == {"alpha": "new", "omega": "proposed"}
    for guest in guests.values():
        await guest.leave()
