import datetime as dt
import uuid

import pytest
from django.utils import timezone

from guestchat import turns
from guestchat.answering.answer import Answer, Outcome, Proposal, Settlement, Verdict
from guestchat.models import Conversation, Message, ServiceRequest
from guestchat.understanding.query import Context
from menus.models import Hotel, OpeningHours, Place, Venue
from tests.conftest import TUESDAY_NOON, Ask

pytestmark = pytest.mark.django_db

EMERGENCIES = [
    ("en", "my child cannot breathe"),
    ("de", "mein Kind bekommt keine Luft"),
    ("fr", "mon enfant ne respire plus"),
    ("es", "mi hijo no puede respirar"),
    ("en", "FIRE"),
    ("de", "es brennt im Flur"),
    ("fr", "il y a le feu dans le couloir"),
    ("es", "hay fuego en el pasillo"),
    ("en", "someone collapsed in the lobby"),
    ("de", "jemand ist in der Lobby zusammengebrochen"),
    ("fr", "ma femme fait une crise cardiaque"),
    ("es", "mi marido tiene un infarto"),
]


@pytest.fixture
def conversation() -> Conversation:
    hotel = Hotel.objects.get(slug="lindenhof")
    place = Place.objects.get(hotel=hotel, key="room-212")
    return Conversation.objects.create(hotel=hotel, place=place, language="en")


def say(conversation: Conversation, text: str) -> Message:
    turn = turns.begin(conversation.pk, text, uuid.uuid4())
    return turns.finish(turn, turns.answer_turn(turn, at=TUESDAY_NOON))


def said(conversation: Conversation, **fields: object) -> Message:
    turn = turns.begin(conversation.pk, "Something.", uuid.uuid4())
    return turns.finish(turn, answer(**fields))


def answer(**fields: object) -> Answer:
    return Answer(text="Said.", language="en", outcome=Outcome.REQUEST, **fields)  # type: ignore[arg-type]


def rows(conversation: Conversation) -> list[tuple[str, str]]:
    found = ServiceRequest.objects.filter(conversation=conversation).order_by("seq", "number")
    return list(found.values_list("kind", "status"))


# --- rows of one answer -------------------------------------------------------
def test_what_one_message_asks_for_is_a_row_each_and_one_word_settles_all(conversation: Conversation) -> None:
    asked = (Proposal(kind="taxi", details="At 7."), Proposal(kind="order", details="A soup."))
    message = said(conversation, request=Proposal(kind="housekeeping", details="Towels."), also_requested=asked)
    assert rows(conversation) == [("housekeeping", "proposed"), ("taxi", "proposed"), ("order", "proposed")]
    shown = turns.requests_of(conversation.pk, [message.seq])[message.seq]
    assert (shown.kind, shown.status, shown.details) == ("other", "proposed", "Towels.\nAt 7.\nA soup.")
    confirmed = turns.confirm(conversation.pk, message.seq, accept=True)
    assert confirmed is not None
    assert confirmed.status == "new"
    assert {status for _kind, status in rows(conversation)} == {"new"}


def test_several_requests_are_as_far_as_the_one_furthest_behind(conversation: Conversation) -> None:
    message = said(conversation, request=Proposal(kind="taxi"), also_requested=(Proposal(kind="taxi"),))
    turns.confirm(conversation.pk, message.seq, accept=True)
    ServiceRequest.objects.filter(number=0).update(status="done")
    shown = turns.requests_of(conversation.pk, [message.seq])[message.seq]
    assert (shown.kind, shown.status) == ("taxi", "new")


# --- a text settles as a frame does -------------------------------------------
@pytest.mark.parametrize(
    ("verdict", "status"),
    [(Verdict.ACCEPTED, "new"), (Verdict.CANCELLED, "cancelled"), (Verdict.REPLACED, "cancelled")],
)
def test_a_text_settles_what_was_proposed(conversation: Conversation, verdict: Verdict, status: str) -> None:
    proposed = said(conversation, request=Proposal(kind="taxi"))
    said(conversation, settlement=Settlement(verdict=verdict, seq=proposed.seq))
    assert rows(conversation) == [("taxi", status)]


def test_a_yes_opens_one_request_and_no_second(conversation: Conversation) -> None:
    taxi = Proposal(kind="taxi")
    proposed = said(conversation, request=taxi)
    turns.confirm(conversation.pk, proposed.seq, accept=True)
    said(conversation, request=taxi, settlement=Settlement(verdict=Verdict.ACCEPTED, seq=proposed.seq))
    assert rows(conversation) == [("taxi", "new")]


def test_a_yes_stands_although_the_card_was_put_aside_a_moment_before(conversation: Conversation) -> None:
    taxi = Proposal(kind="taxi")
    proposed = said(conversation, request=taxi)
    turns.confirm(conversation.pk, proposed.seq, accept=False)
    said(conversation, request=taxi, settlement=Settlement(verdict=Verdict.ACCEPTED, seq=proposed.seq))
    assert rows(conversation) == [("taxi", "cancelled"), ("taxi", "new")]


def test_a_text_settles_nothing_of_another_conversation(conversation: Conversation) -> None:
    other = Conversation.objects.create(hotel=conversation.hotel, language="en")
    proposed = said(other, request=Proposal(kind="taxi"))
    said(conversation, settlement=Settlement(verdict=Verdict.ACCEPTED, seq=proposed.seq))
    assert rows(other) == [("taxi", "proposed")]
    assert rows(conversation) == []


def test_a_frame_settles_what_waits_in_the_context(conversation: Conversation) -> None:
    proposed = said(
        conversation, request=Proposal(kind="taxi"), context=Context(pending={"kind": "taxi"}, allergies=("nuts",))
    )
    conversation.refresh_from_db()
    assert conversation.context["pending"] == {"kind": "taxi", "seq": proposed.seq}
    turns.confirm(conversation.pk, proposed.seq, accept=True)
    conversation.refresh_from_db()
    assert conversation.context == {"allergies": ["nuts"]}


def test_nothing_is_confirmed_in_a_closed_conversation(conversation: Conversation) -> None:
    proposed = said(conversation, request=Proposal(kind="taxi"))
    Conversation.objects.filter(pk=conversation.pk).update(closed_at=timezone.now())
    assert turns.confirm(conversation.pk, proposed.seq, accept=True) is None
    assert rows(conversation) == [("taxi", "proposed")]


# --- people -------------------------------------------------------------------
@pytest.mark.parametrize(("language", "text"), EMERGENCIES)
def test_an_emergency_is_told_what_to_do_and_opened_at_once(
    conversation: Conversation, language: str, text: str
) -> None:
    message = say(conversation, text)
    assert message.outcome == "handover"
    assert "112" in message.text
    assert "+49 7532 5550-0" in message.text
    assert [source["key"] for source in message.sources] == ["emergency-fire"]
    row = ServiceRequest.objects.get(conversation=conversation)
    assert (row.kind, row.status, row.urgent, row.seq) == ("other", "new", True, message.seq)
    assert text in row.details
    assert "212" in row.details


def test_an_emergency_is_opened_even_if_its_answer_was_stopped(conversation: Conversation) -> None:
    turn = turns.begin(conversation.pk, "my child cannot breathe", uuid.uuid4())
    turns.stop(turn, turns.answer_turn(turn), "If")
    assert ServiceRequest.objects.get(conversation=conversation).urgent


def test_no_number_is_told_where_another_one_than_112_is_called(conversation: Conversation) -> None:
    Hotel.objects.filter(slug="lindenhof").update(timezone="America/New_York", phone="")
    Hotel.objects.get(slug="lindenhof").articles.all().delete()
    message = say(conversation, "my child cannot breathe")
    assert message.outcome == "handover"
    assert not any(character.isdigit() for character in message.text)


@pytest.mark.parametrize("text", ["I want to talk to someone", "the food was terrible", "the neighbours are loud"])
def test_a_handover_leaves_a_row_for_the_staff(conversation: Conversation, text: str) -> None:
    message = say(conversation, text)
    assert message.outcome == "handover"
    assert "passed" in message.text
    row = ServiceRequest.objects.get(conversation=conversation)
    assert (row.kind, row.status, row.urgent) == ("other", "new", False)
    assert text in row.details


def test_a_yes_to_the_offer_of_a_person_leaves_a_row(conversation: Conversation) -> None:
    assert say(conversation, "is there a helicopter landing site").outcome == "unanswered"
    assert say(conversation, "yes please").outcome == "handover"
    assert rows(conversation) == [("other", "new")]


def test_a_closed_reception_is_said(conversation: Conversation) -> None:
    desk = Venue.objects.create(hotel=conversation.hotel, key="desk", kind="reception", name={"en": "Reception"})
    OpeningHours.objects.create(venue=desk, days=["wed"], opens=dt.time(7), closes=dt.time(23))
    message = say(conversation, "I want to talk to someone")
    assert "closed now and opens tomorrow at 07:00" in message.text
    assert rows(conversation) == [("other", "new")]
    urgent = say(conversation, "my child cannot breathe")
    assert "do not wait" in urgent.text


@pytest.mark.parametrize(
    "text", ["is it very loud by the street?", "Where is the fire extinguisher?", "I'm dying for a coffee"]
)
def test_what_only_sounds_like_it_alerts_nobody(ask: Ask, text: str) -> None:
    assert ask(text).alert is None
