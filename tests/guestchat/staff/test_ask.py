"""Asking as a guest: the pipeline's own answer with its sources, and nothing of it kept."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from guestchat.models import Conversation, Message, ServiceRequest
from menus.models import Hotel
from tests.guestchat.guest.chatting import PARKING, TOWELS, WHEAT

ASK = "/staff/small/ask/"


def told(browser: Client, text: str, **more: str) -> str:
    """Return what the page says of an answer."""
    response = browser.post(ASK, {"text": text, **more})
    assert response.status_code == 200
    page = response.content.decode()
    return page[page.index('<section class="proof"') : page.index("</main>")]


def test_the_answer_stands_there_with_what_it_was_read_from(hotel: Hotel, anna: Client) -> None:
    page = told(anna, PARKING)
    article = hotel.articles.get(key="parking")
    assert "Answered from what is written." in page
    assert "Behind the **house**." in page
    assert page.count(reverse("admin:menus_article_change", args=[article.pk])) == 2, "as its source and as the nearest"


def test_allergen_statements_are_told_as_declared(anna: Client) -> None:
    assert re.search(r"Plum cake</span>: wheat – contains", told(anna, WHEAT))
    assert "unknown: nobody has declared it" in told(anna, "Does the plum cake contain milk?")


def test_nothing_is_kept_but_that_somebody_asked(hotel: Hotel, anna: Client) -> None:
    for text in (PARKING, TOWELS, "Help, there is a fire in my room!", "I want to talk to a person"):
        told(anna, text)
    assert [model.objects.filter(hotel=hotel).count() for model in (Conversation, Message, ServiceRequest)] == [0, 0, 0]
    assert list(LogEntry.objects.values_list("change_message", flat=True)) == ["Asked as a guest."]
    assert "Would be passed on: Housekeeping" in told(anna, TOWELS).replace("\n", "")


def test_a_question_may_be_asked_at_another_time_and_in_another_language(hotel: Hotel, anna: Client) -> None:
    when = "Is the corner café open now?"
    assert "Yes, Corner café is open until 18:00." in told(anna, when, at="2026-11-24T09:00")
    assert "No, Corner café is closed now." in told(anna, when, at="2026-11-24T03:00"), "in the hotel's own night"
    assert 'lang="de"' in told(anna, "WLAN?", lang="de")


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": " "},
        {"text": "x" * 2_001},
        {"text": "a\0b"},
        {"lang": "xx"},
        {"place": "room-99"},
        {"at": "soon"},
        {"at": "0001-01-01T00:00"},
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(hotel: Hotel, anna: Client, wrong: dict[str, str]) -> None:
    refused = anna.post(ASK, {"text": PARKING, **wrong})
    assert (refused.status_code, 'class="error"' in refused.content.decode()) == (400, True)
    assert 'class="proof"' not in refused.content.decode()


def test_what_is_asked_is_no_markup(anna: Client) -> None:
    page = anna.post(ASK, {"text": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
