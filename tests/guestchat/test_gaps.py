"""Gaps: what guests asked in vain, by meaning, and that an article closes exactly what it answers."""

import datetime as dt
import uuid

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guestchat import gaps, stays, turns
from guestchat.gaps import Draft
from guestchat.models import Conversation, Deletion, Gap, Message
from menus.models import Article, Hotel, User
from tests.guestchat.guest.chatting import PARKING, make_hotel

SCOOTERS = ["Do you rent out electric scooters?", "Can I rent an e-scooter here?", "e-scooter rental?"]
PIANO = ["Do you have a piano?", "Is there a piano I can play?"]
DRAFT = Draft(
    question={"en": "Can I rent an electric scooter?"},
    answer={"en": "Yes, two e-scooters stand at the gate. Reception unlocks them for EUR 5 an hour."},
    also_asked=({"en": "Is there an e-scooter rental?"},),
)


@pytest.fixture
def hotel(db: None) -> Hotel:
    return make_hotel()


@pytest.fixture
def anna(db: None) -> User:
    return User.objects.create(username="anna", first_name="Anna", is_staff=True)


def ask(hotel: Hotel, *texts: str) -> Conversation:
    talk = Conversation.objects.create(hotel=hotel, place=hotel.places.first(), language="en")
    for text in texts:
        turn = turns.begin(talk.pk, text, uuid.uuid4())
        turns.finish(turn, turns.answer_turn(turn))
    return talk


def texts(hotel: Hotel) -> list[set[str]]:
    return [{each.text for each in group.questions} for group in gaps.groups(hotel)]


def test_questions_of_one_meaning_are_together_and_the_largest_group_is_first(hotel: Hotel) -> None:
    for text in (PIANO[0], *SCOOTERS, PIANO[1], PARKING):
        ask(hotel, text)
    ask(make_hotel("other"), "Is there a ski bus?")
    assert texts(hotel) == [set(SCOOTERS), set(PIANO)]
    assert gaps.groups(hotel)[0].lead.text in SCOOTERS


def test_a_thumb_down_is_a_gap_and_a_thumb_up_is_none(hotel: Hotel) -> None:
    for value in (1, -1):
        talk = ask(hotel, PARKING)
        turns.rate(talk.pk, 2, value)
    (group,) = gaps.groups(hotel)
    assert [(each.conversation, each.is_disliked) for each in group.questions] == [(talk.pk, True)]
    assert group.disliked == 1


def test_what_is_old_or_deleted_is_none(hotel: Hotel) -> None:
    ask(hotel, PIANO[0])
    Message.objects.update(created_at=timezone.now() - dt.timedelta(days=31))
    stays.delete(ask(hotel, SCOOTERS[0]), Deletion.Reason.GUEST)
    assert gaps.groups(hotel) == []


def test_a_draft_is_tried_by_the_pipeline_and_leaves_nothing(hotel: Hotel) -> None:
    for text in SCOOTERS:
        ask(hotel, text)
    (group,) = gaps.groups(hotel)
    Hotel.objects.get(pk=hotel.pk)
    before = (Article.objects.count(), Hotel.objects.values_list("version", flat=True).get(pk=hotel.pk))
    asked = gaps.ask_again(hotel, group, DRAFT)
    assert {each.question.text for each in asked if each.is_answered} == set(SCOOTERS)
    assert all("EUR 5 an hour" in each.text for each in asked)
    assert before == (Article.objects.count(), Hotel.objects.values_list("version", flat=True).get(pk=hotel.pk))
    assert (ask(hotel, SCOOTERS[0]).messages.get(seq=2).outcome, Gap.objects.count()) == ("unanswered", 0)


def test_a_draft_about_something_else_answers_nothing(hotel: Hotel) -> None:
    ask(hotel, PIANO[0])
    (group,) = gaps.groups(hotel)
    assert [each.is_answered for each in gaps.ask_again(hotel, group, DRAFT)] == [False]


def test_publishing_closes_what_is_answered_and_the_next_guest_hears_it(hotel: Hotel, anna: User) -> None:
    for text in SCOOTERS:
        ask(hotel, text)
    (group,) = gaps.groups(hotel)
    mixed = gaps.Group(questions=(*group.questions, *_gap_of(hotel, PIANO[0]).questions))
    asked = gaps.publish(hotel, mixed, DRAFT, anna)
    assert sum(each.is_answered for each in asked) == 3
    assert texts(hotel) == [{PIANO[0]}], "what it does not answer stays open"
    article = Article.objects.get(hotel=hotel, key="can-i-rent-an-electric-scooter")
    assert set(Gap.objects.values_list("state", "article", "closed_by")) == {("answered", article.key, anna.pk)}
    assert "EUR 5 an hour" in ask(hotel, SCOOTERS[1]).messages.get(seq=2).text
    assert LogEntry.objects.get().object_id == str(article.pk)


def _gap_of(hotel: Hotel, text: str) -> gaps.Group:
    ask(hotel, text)
    return next(each for each in gaps.groups(hotel) if each.lead.text == text)


def test_what_is_put_away_is_gone_until_it_is_asked_again(hotel: Hotel, anna: User) -> None:
    group = _gap_of(hotel, PIANO[0])
    for _twice in range(2):
        gaps.dismiss(hotel, group, anna)
    assert (gaps.groups(hotel), Gap.objects.get().state) == ([], "dismissed")
    ask(hotel, PIANO[1])
    assert texts(hotel) == [{PIANO[1]}]


def test_an_article_that_promises_an_allergen_is_not_said(hotel: Hotel) -> None:
    group = _gap_of(hotel, PIANO[0])
    draft = Draft(question={"en": PIANO[0]}, answer={"en": "Yes, and our cakes beside it are free of nuts."})
    assert not any("free of nuts" in each.text for each in gaps.ask_again(hotel, group, draft))


def test_an_impossible_draft_is_refused_and_nothing_is_written(hotel: Hotel, anna: User) -> None:
    group = _gap_of(hotel, PIANO[0])
    with pytest.raises(ValidationError):
        gaps.publish(hotel, group, Draft(question={"en": "x"}, answer={"en": " "}), anna)
    assert (Article.objects.filter(hotel=hotel).count(), Gap.objects.count()) == (2, 0)


def test_the_same_key_is_given_once(hotel: Hotel, anna: User) -> None:
    for _twice in range(2):
        gaps.publish(hotel, _gap_of(hotel, PIANO[0]), DRAFT, anna)
    keys = set(Article.objects.filter(hotel=hotel).values_list("key", flat=True))
    assert keys >= {"can-i-rent-an-electric-scooter", "can-i-rent-an-electric-scooter-2"}


def test_what_is_asked_most_is_called_as_now(hotel: Hotel) -> None:
    for _ in range(3):
        ask(hotel, PARKING)
    ask(hotel, "Does the plum cake contain wheat?")
    article = Article.objects.get(hotel=hotel, key="parking")
    article.question = {"en": "Where is the car park?"}
    article.save()
    assert [(each.name, each.times) for each in gaps.popular(hotel)] == [
        ("Where is the car park?", 3),
        ("Plum cake", 1),
    ]


def test_more_questions_ask_no_more_of_the_database(hotel: Hotel) -> None:
    counts = []
    for text in (*PIANO, *SCOOTERS):
        ask(hotel, text)
        with CaptureQueriesContext(connection) as asked:
            gaps.groups(hotel)
        counts.append(len(asked))
    assert set(counts) == {1}
