"""The pages of what guests asked in vain: written in place, tried, published, put away."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guestchat.models import Conversation, Gap
from menus.models import Article, Hotel
from tests.guestchat.guest.chatting import make_hotel
from tests.guestchat.staff.test_pages import talk
from tests.guestchat.test_gaps import PIANO, SCOOTERS


def page_of(conversation: Conversation) -> str:
    return f"/staff/{conversation.hotel.slug}/gaps/{conversation.pk}/1/"


def form(**more: str) -> dict[str, str]:
    written = {"question_en": "Can I rent an electric scooter?", "answer_en": "Yes, two e-scooters stand at the gate."}
    return {**written, "question_de": "", "answer_de": "", "also_asked": "", **more}


def test_the_list_tells_what_how_often_and_leads_to_the_form(hotel: Hotel, anna: Client) -> None:
    for text in (*SCOOTERS, PIANO[0]):
        first = talk(hotel, text)
    page = anna.get("/staff/small/gaps/").content.decode()
    assert ("3×" in page, "1×" in page, page_of(first) in page) == (True, True, True)
    opened = anna.get(page_of(first)).content.decode()
    assert opened.count(PIANO[0]) >= 2, "in the heading and in the form"


def test_a_draft_is_tried_and_published(hotel: Hotel, anna: Client) -> None:
    for text in SCOOTERS:
        conversation = talk(hotel, text)
    tried = anna.post(page_of(conversation), form(do="try"))
    assert "3 of 3 questions are now answered." in tried.content.decode()
    assert "two e-scooters stand at the gate" in tried.content.decode(), "what was written is still there"
    assert not Article.objects.filter(hotel=hotel, key__startswith="can-i-rent").exists()
    done = anna.post(page_of(conversation), form(do="publish"), follow=True)
    assert done.redirect_chain == [("/staff/small/gaps/", 302)]
    page = done.content.decode()
    assert "Published. 3 of 3 questions are now answered." in page
    assert "Every question had an answer." in page
    assert Gap.objects.count() == 3


def test_a_line_of_a_guest_keeps_the_language_it_was_asked_in(hotel: Hotel, anna: Client) -> None:
    conversation = talk(hotel, "Wo kann ich einen E-Scooter mieten?")
    anna.post(page_of(conversation), form(do="publish", also_asked="Wo kann ich einen E-Scooter mieten?\nany scooters"))
    article = Article.objects.get(hotel=hotel, key__startswith="can-i-rent")
    assert article.also_asked == [{"de": "Wo kann ich einen E-Scooter mieten?"}, {"en": "any scooters"}]


@pytest.mark.parametrize(
    "wrong", [{"answer_en": " "}, {"question_en": ""}, {"answer_en": "x" * 4_001}, {"answer_en": "a\0b"}]
)
def test_what_cannot_be_an_article_is_refused_at_its_field(hotel: Hotel, anna: Client, wrong: dict[str, str]) -> None:
    conversation = talk(hotel, PIANO[0])
    for do in ("try", "publish"):
        refused = anna.post(page_of(conversation), form(do=do, **wrong))
        assert (refused.status_code, 'aria-invalid="true"' in refused.content.decode()) == (400, True)
    assert Article.objects.filter(hotel=hotel).count() == 2


def test_put_away_is_put_away_and_who_comes_second_is_told(hotel: Hotel, anna: Client) -> None:
    conversation = talk(hotel, PIANO[0])
    assert "Put away" in anna.post(page_of(conversation), {"do": "dismiss"}, follow=True).content.decode()
    late = anna.post(page_of(conversation), form(do="publish"), follow=True)
    assert "Somebody was quicker" in late.content.decode()
    assert anna.get(page_of(conversation)).status_code == 404


def test_another_hotels_questions_are_not_there(hotel: Hotel, anna: Client) -> None:
    foreign = talk(make_hotel("other"), PIANO[0])
    assert PIANO[0] not in anna.get("/staff/small/gaps/").content.decode()
    for url in (page_of(foreign), page_of(foreign).replace("/other/", "/small/")):
        assert anna.get(url).status_code == 404
        response: Any = anna.post(url, form(do="publish"), follow=True)
        assert not Article.objects.filter(key__startswith="can-i-rent").exists(), response


def test_the_pages_grow_without_more_queries(hotel: Hotel, anna: Client) -> None:
    counts: dict[str, set[int]] = {"": set(), "?popular=1": set()}
    for text in (*PIANO, *SCOOTERS):
        talk(hotel, text, "Where can I park?")
        for query, numbers in counts.items():
            with CaptureQueriesContext(connection) as asked:
                anna.get(f"/staff/small/gaps/{query}")
            numbers.add(len(asked))
    assert all(len(numbers) == 1 for numbers in counts.values()), counts


def test_what_guests_asked_is_no_markup(hotel: Hotel, anna: Client) -> None:
    conversation = talk(hotel, "<script>alert(1)</script> piano?")
    for url in ("/staff/small/gaps/", page_of(conversation)):
        assert "<script>alert" not in anna.get(url).content.decode()
