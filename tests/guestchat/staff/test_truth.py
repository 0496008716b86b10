"""What the house should look at again: contradictions named on both sides, answers to confirm, and what has ended."""

import datetime as dt

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from guestchat.staff import truth
from menus.models import Article, Hotel, OpeningHours, Venue
from tests.menus.test_admin import change, errors, page_of

HERE = "/staff/small/truth/"


def article(hotel: Hotel, key: str, question: str, answer: str, **more: object) -> Article:
    return Article.objects.create(hotel=hotel, key=key, question={"en": question}, answer={"en": answer}, **more)


def named(hotel: Hotel) -> list[tuple[str, str]]:
    return [(one.name, other.name) for one, other in truth.conflicts(hotel)]


def test_two_answers_to_one_question_with_other_figures_are_named_once(hotel: Hotel, boss: Client) -> None:
    article(hotel, "dogs", "What does a dog cost?", "A dog is 15 € a night.")
    article(hotel, "pets", "How much is a dog?", "Dogs cost 20 € a night.")
    article(hotel, "cats", "What does a cat cost?", "A cat is 5 € a night.")
    assert named(hotel) == [("What does a dog cost?", "How much is a dog?")]
    page = boss.get(HERE).content.decode()
    assert "1 contradiction" in page
    for key in ("dogs", "pets"):
        assert reverse("admin:menus_article_change", args=[Article.objects.get(hotel=hotel, key=key).pk]) in page


def test_what_has_ended_contradicts_nobody(hotel: Hotel) -> None:
    article(hotel, "dogs", "What does a dog cost?", "A dog is 15 € a night.", valid_until=dt.date(2020, 1, 1))
    article(hotel, "pets", "How much is a dog?", "Dogs cost 20 € a night.")
    assert named(hotel) == []


def test_an_answer_that_tells_other_times_than_the_hotels_rows_is_named(hotel: Hotel) -> None:
    hotel.check_out = dt.time(11)
    hotel.save()
    article(hotel, "leave", "When do I have to check out?", "Please leave your room by 10:00.")
    assert named(hotel) == [("When do I have to check out?", "Check-out of the hotel")]
    Article.objects.filter(key="leave").update(answer={"en": "Please leave your room by 11:00."})
    assert named(hotel) == []


def test_an_answer_that_tells_other_hours_than_the_venues_is_named(hotel: Hotel) -> None:
    spa = Venue.objects.create(hotel=hotel, key="spa", kind="spa", name={"en": "Spa"})
    OpeningHours.objects.create(hotel=hotel, venue=spa, days=["mon", "tue"], opens=dt.time(8), closes=dt.time(20))
    article(hotel, "spa-hours", "When is the spa open?", "The spa is open from 9:00 to 20:00.")
    [(one, other)] = truth.conflicts(hotel)
    assert (one.name, other.name) == ("When is the spa open?", "Opening hours of Spa")
    assert "Mon, Tue" in other.said


@pytest.mark.django_db(transaction=True)
def test_saving_an_answer_that_disagrees_warns_with_the_others_name(hotel: Hotel, boss: Client) -> None:
    article(hotel, "dogs", "What does a dog cost?", "A dog is 15 € a night.")
    made = article(hotel, "pets", "How much is a dog?", "Dogs cost 15 € a night.")
    assert truth.warnings(made) == []
    made.answer = {"en": "Dogs cost 20 € a night."}
    made.save()
    [told] = truth.warnings(made)
    assert "What does a dog cost?" in told
    assert "15 €" in told
    done = change(boss, made, answer__en="Dogs cost 25 € a night.")
    assert done.status_code == 302, errors(done)
    assert "disagrees with “What does a dog cost?”" in boss.get(page_of(made)).content.decode()


def test_an_answer_that_is_due_is_confirmed_for_a_while(hotel: Hotel, boss: Client) -> None:
    made = article(hotel, "bus", "Is there a bus?", "Line 5 stops here.", review_by=dt.date(2020, 1, 1))
    article(hotel, "boat", "Is there a boat?", "From the pier.", review_by=dt.date(2099, 1, 1))
    page = boss.get(HERE).content.decode()
    assert "Is there a bus?" in page
    assert "Is there a boat?" not in page
    boss.post(HERE, {"article": "bus", "term": "90"})
    made.refresh_from_db()
    assert made.review_by == hotel.today() + dt.timedelta(days=90)
    assert "Is there a bus?" not in boss.get(HERE).content.decode()
    [entry] = LogEntry.objects.filter(object_id=str(made.pk))
    assert entry.user.username == "jonas"
    assert "Confirmed as true" in entry.get_change_message()


@pytest.mark.parametrize("data", [{}, {"article": "gone", "term": "90"}, {"article": "bus", "term": "9999"}])
def test_a_confirmation_that_fits_nothing_changes_nothing(hotel: Hotel, boss: Client, data: dict[str, str]) -> None:
    made = article(hotel, "bus", "Is there a bus?", "Line 5 stops here.", review_by=dt.date(2020, 1, 1))
    page = boss.post(HERE, data, follow=True).content.decode()
    assert "Nothing was confirmed" in page
    made.refresh_from_db()
    assert made.review_by == dt.date(2020, 1, 1)


def test_another_houses_answer_cannot_be_confirmed(hotel: Hotel, boss: Client) -> None:
    other = Hotel.objects.create(slug="other", name="Other", languages=["en"])
    theirs = article(other, "bus", "Is there a bus?", "No.", review_by=dt.date(2020, 1, 1))
    boss.post(HERE, {"article": "bus", "term": "90"})
    theirs.refresh_from_db()
    assert theirs.review_by == dt.date(2020, 1, 1)
    assert boss.get("/staff/other/truth/").status_code == 404


def test_what_has_ended_is_told_to_the_house_and_to_no_guest(hotel: Hotel, boss: Client) -> None:
    article(hotel, "fair", "Is there a fair?", "In June, on the square.", valid_until=dt.date(2020, 7, 1))
    page = boss.get(HERE).content.decode()
    assert "No longer told" in page
    assert "ended July 1, 2020" in page


def test_a_house_in_order_reads_so(hotel: Hotel, boss: Client) -> None:
    assert "Nothing to check" in boss.get(HERE).content.decode()
