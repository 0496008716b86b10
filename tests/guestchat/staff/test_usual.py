"""The usual questions: asked by the pipeline itself, answered in place, and never with a word that nobody wrote."""

import datetime as dt

import pytest
from django.test import Client

from guestchat.models import Conversation
from guestchat.staff import usual
from menus.models import Article, Hotel
from tests.guestchat.staff.people import browser_of, person

HERE = "/staff/small/start/answers/"


def test_there_are_forty_in_four_languages_and_no_two_are_the_same() -> None:
    for language in ("en", "de", "fr", "es"):
        asked = usual.questions(language)
        assert (len(asked), len(set(asked.values()))) == (40, 40)
    assert all(set(texts) == {"en", "de", "fr", "es"} for texts in usual._questions().values())
    assert usual.questions("it") == usual.questions("en")


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_heading_finds_its_own_answer_and_none_is_answered_from_nothing(db: None, language: str) -> None:
    """A heading that the assistant took for a wish, or for another one, would ask for words that no guest reads."""
    empty = Hotel.objects.create(slug="small", name="Small", default_language=language, languages=[language])
    assert all(each.is_open for each in usual.asked(empty))
    written = {key: f"Nummer {key}." for key in usual.questions(language)}
    browser_of(person(empty, "manager", "jonas")).post(HERE, written)
    empty.refresh_from_db()
    assert {each.key: each.said for each in usual.asked(empty)} == written


def test_what_is_answered_is_shown_as_guests_read_it_and_the_rest_is_asked_for(hotel: Hotel, boss: Client) -> None:
    page = boss.get(HERE).content.decode()
    missing, _, answered = page.partition('<details class="asked"')
    assert "Behind the **house**." in answered
    assert 'name="parking"' not in missing
    assert 'name="wifi"' in missing
    assert Article.objects.filter(hotel=hotel).count() == 2
    assert not Conversation.objects.filter(hotel=hotel).exists()


def test_what_is_written_is_published_and_answers(hotel: Hotel, boss: Client) -> None:
    done = boss.post(HERE, {"wifi": "The network is called Small, without a password.", "pets": " "}, follow=True)
    assert "1 answer published." in done.content.decode()
    article = Article.objects.get(hotel=hotel, question__en="How do I get onto the Wi-Fi?")
    assert (article.answer, article.position) == ({"en": "The network is called Small, without a password."}, 1)
    answered = done.content.decode().partition('<details class="asked"')[2]
    assert "The network is called Small" in answered
    assert "Nothing was written." in boss.post(HERE, {}, follow=True).content.decode()


def test_who_comes_second_is_told(hotel: Hotel, boss: Client) -> None:
    boss.post(HERE, {"wifi": "The network is called Small."})
    late = boss.post(HERE, {"wifi": "Another word.", "pets": "Dogs are welcome at EUR 10 a night."}, follow=True)
    page = late.content.decode()
    assert "Somebody was quicker: “How do I get onto the Wi-Fi?”" in page
    assert "1 answer published." in page
    assert Article.objects.filter(hotel=hotel).count() == 4


def test_a_heading_that_is_written_is_not_asked_for_again(hotel: Hotel, boss: Client) -> None:
    """However a guest would fare with it; outside of its days, an article answers nothing."""
    wifi = "How do I get onto the Wi-Fi?"
    Article.objects.create(
        hotel=hotel, key="w", question={"en": wifi}, answer={"en": "No."}, valid_until=dt.date(2020, 1, 1)
    )
    missing, _, answered = boss.get(HERE).content.decode().partition('<details class="asked"')
    assert (wifi in missing, wifi in answered) == (False, True)


def test_one_wrong_answer_keeps_all_from_being_saved(hotel: Hotel, boss: Client) -> None:
    refused = boss.post(HERE, {"wifi": "The network is called Small.", "pets": "x" * 4_001})
    assert refused.status_code == 400
    page = refused.content.decode()
    assert ('aria-invalid="true"' in page, "The network is called Small." in page) == (True, True)
    assert Article.objects.filter(hotel=hotel).count() == 2


def test_a_hotel_of_another_language_gets_headings_that_it_can_read(hotel: Hotel, boss: Client) -> None:
    Hotel.objects.filter(pk=hotel.pk).update(default_language="it", languages=["it", "en"])
    assert 'lang="en" dir="auto">May I bring my dog?' in boss.get(HERE).content.decode()
    boss.post(HERE, {"pets": "I cani sono benvenuti."})
    article = Article.objects.get(hotel=hotel, key__startswith="may-i-bring")
    assert (article.question, article.answer) == ({"en": "May I bring my dog?"}, {"it": "I cani sono benvenuti."})
