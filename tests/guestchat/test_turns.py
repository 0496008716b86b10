"""A turn from the question to its answer, in the log: committed once, numbered without gaps, never lost."""

import contextlib
import datetime as dt
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from hypothesis.strategies import integers

from guestchat import catalogue, ledger, pipeline, prepared, turns
from guestchat.answering.answer import Answer, Outcome, Proposal, Source
from guestchat.answering.labels import label
from guestchat.catalogue import Catalogue
from guestchat.models import Conversation, Message, Rating, ServiceRequest
from guestchat.turns import finish_pending
from guestchat.understanding.query import Context
from menus.models import Hotel, MenuItem
from tests.guestchat.guest.chatting import PARKING, TOWELS, WHEAT, make_hotel

Clock = Callable[[float], None]


@pytest.fixture
def conversation(db: None) -> Conversation:
    hotel = make_hotel()
    return Conversation.objects.create(hotel=hotel, place=hotel.places.get(key="room-7"), language="en")


@pytest.fixture
def committed_conversation(transactional_db: None) -> Conversation:
    hotel = Hotel.objects.create(slug="bare", name="Bare", languages=["en"])
    return Conversation.objects.create(hotel=hotel, language="en")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stop the clock of the pace; the returned function moves it on by seconds."""
    now = [timezone.now()]
    monkeypatch.setattr(timezone, "now", lambda: now[0])

    def move(seconds: float) -> None:
        now[0] += dt.timedelta(seconds=seconds)

    return move


def said(text: str, **fields: Any) -> Answer:
    return Answer(text=text, language="en", outcome=Outcome.ANSWERED, **fields)


def closed(conversation: Conversation) -> uuid.UUID:
    Conversation.objects.filter(pk=conversation.pk).update(closed_at=timezone.now())
    return conversation.pk


def begin(conversation: Conversation, text: str = "Hello", id: uuid.UUID | None = None) -> turns.Turn:
    return turns.begin(conversation.pk, text, id or uuid.uuid4())


def in_threads(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run work at once in as many threads, each with a connection of its own."""
    barrier = threading.Barrier(count)

    def run(number: int) -> Any:
        try:
            barrier.wait(10)
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


# --- begin ------------------------------------------------------------------
def test_a_question_takes_two_numbers_its_own_and_its_answers(conversation: Conversation) -> None:
    first, second = begin(conversation, "One"), begin(conversation, "Two")
    assert [(turn.question.seq, turn.answer_seq) for turn in (first, second)] == [(1, 2), (3, 4)]
    rows = Message.objects.filter(conversation=conversation).values_list("seq", "role", "status", "reply_to")
    assert list(rows) == [
        (1, "guest", "complete", None),
        (2, "assistant", "pending", 1),
        (3, "guest", "complete", None),
        (4, "assistant", "pending", 3),
    ]


def test_the_same_id_is_the_same_question(conversation: Conversation) -> None:
    id = uuid.uuid4()
    first = begin(conversation, "One", id)
    again = begin(conversation, "One, sent again", id)
    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert again.question == first.question
    assert again.question.text == "One"
    assert Message.objects.filter(conversation=conversation).count() == 2


def test_the_same_id_in_another_conversation_is_another_question(conversation: Conversation) -> None:
    id = uuid.uuid4()
    other = Conversation.objects.create(hotel=conversation.hotel, language="en")
    assert not begin(conversation, "One", id).is_repeat
    assert not begin(other, "One", id).is_repeat


def test_a_closed_or_unknown_conversation_takes_no_question(conversation: Conversation) -> None:
    with pytest.raises(turns.ConversationClosed):
        turns.begin(uuid.uuid4(), "Hello", uuid.uuid4())
    Conversation.objects.update(closed_at=timezone.now())
    with pytest.raises(turns.ConversationClosed):
        begin(conversation)


def test_eight_threads_with_one_id_are_one_question(committed_conversation: Conversation) -> None:
    id = uuid.uuid4()
    begun = in_threads(8, lambda _number: begin(committed_conversation, "One", id))
    assert sorted(turn.is_repeat for turn in begun) == [False] + [True] * 7
    assert {turn.question.seq for turn in begun} == {1}
    assert Message.objects.count() == 2


def test_twenty_questions_at_once_are_numbered_without_gaps(
    committed_conversation: Conversation, settings: Any
) -> None:
    settings.GUESTCHAT_BURST_QUESTIONS = 20
    begun = in_threads(10, lambda _number: [begin(committed_conversation).question.seq for _ in range(2)])
    assert sorted(seq for seqs in begun for seq in seqs) == list(range(1, 40, 2))
    assert list(Message.objects.values_list("seq", flat=True)) == list(range(1, 41))
    committed_conversation.refresh_from_db()
    assert committed_conversation.seq == 40


# --- the pace ---------------------------------------------------------------
def test_ten_at_once_then_one_every_two_seconds(conversation: Conversation, clock: Clock) -> None:
    for _ in range(10):
        begin(conversation)
    with pytest.raises(turns.TooManyQuestions) as refused:
        begin(conversation)
    assert refused.value.retry_after_s == 2.0
    for _ in range(50):
        clock(2.0)
        begin(conversation)
        with pytest.raises(turns.TooManyQuestions):
            begin(conversation)


def test_the_pace_may_jitter_by_half_a_second(conversation: Conversation, clock: Clock) -> None:
    for _ in range(10):
        begin(conversation)
    for wait in [1.5, 2.5] * 20 + [1.5, 2.0, 2.0, 2.0]:
        clock(wait)
        begin(conversation)


def test_jitter_is_lent_only_once(conversation: Conversation, clock: Clock) -> None:
    for _ in range(10):
        begin(conversation)
    clock(1.5)
    begin(conversation)
    clock(1.5)
    with pytest.raises(turns.TooManyQuestions):
        begin(conversation)


def test_after_the_time_that_was_told_the_question_is_taken(conversation: Conversation, clock: Clock) -> None:
    for _ in range(10):
        begin(conversation)
    clock(0.33)
    with pytest.raises(turns.TooManyQuestions) as refused:
        begin(conversation)
    clock(refused.value.retry_after_s)
    begin(conversation)


def test_a_rest_fills_the_burst_again_and_no_further(conversation: Conversation, clock: Clock) -> None:
    begin(conversation)
    clock(3_600)
    for _ in range(10):
        begin(conversation)
    with pytest.raises(turns.TooManyQuestions):
        begin(conversation)


def test_a_refused_question_leaves_nothing_and_may_come_again(conversation: Conversation, clock: Clock) -> None:
    for _ in range(10):
        begin(conversation)
    id = uuid.uuid4()
    with pytest.raises(turns.TooManyQuestions):
        begin(conversation, "Late", id)
    assert Message.objects.filter(client_id=id).count() == 0
    clock(2)
    assert not begin(conversation, "Late", id).is_repeat


def test_a_repeat_costs_nothing(conversation: Conversation, clock: Clock) -> None:
    ids = [uuid.uuid4() for _ in range(10)]
    for id in [*ids, *ids]:
        begin(conversation, "Hello", id)


def test_one_guests_pace_is_not_anothers(conversation: Conversation, clock: Clock) -> None:
    for _ in range(10):
        begin(conversation)
    begin(Conversation.objects.create(hotel=conversation.hotel, language="en"))


# --- ahead of the commit ----------------------------------------------------
@pytest.fixture
def talk(transactional_db: None) -> Conversation:
    """A conversation whose first answer was given: what its next one will rest on is known."""
    return Conversation.objects.create(hotel=make_hotel(), language="en")


def settled(conversation: Conversation, text: str) -> ledger.Grounds | None:
    """Ask and finish a turn; return what the next answer is expected to rest on."""
    turn = begin(conversation, text)
    answer = turns.answer_turn(turn)
    turns.finish(turn, answer)
    return turns.after(turn, answer)


def ask(conversation: Conversation, text: str, expected: ledger.Grounds | None) -> tuple[turns.Turn, Answer | None]:
    return turns.ask(conversation.pk, text, uuid.uuid4(), None, expected)


@pytest.mark.parametrize(
    "texts",
    [(WHEAT, "And how much is it?"), ("I am allergic to peanuts", WHEAT), (WHEAT, "Is there a place for my car?")],
)
def test_what_is_expected_is_what_the_commit_sees(talk: Conversation, texts: tuple[str, str]) -> None:
    turn, ahead = ask(talk, texts[1], settled(talk, texts[0]))
    assert ahead is not None
    now = turns.answer_turn(turn)
    assert (ahead.text, ahead.claims, ahead.context) == (now.text, now.claims, now.context)


def test_an_answer_made_ahead_falls_with_an_edit(talk: Conversation) -> None:
    expected = settled(talk, PARKING)
    MenuItem.objects.filter(key="plum-cake").update(price="99.00")
    turn, ahead = ask(talk, "How much is the plum cake?", expected)
    assert ahead is None
    assert "99.00" in turns.answer_turn(turn).text


@pytest.mark.parametrize("follow_up", ["And how much is it?", "Is there a place for my car?"])
def test_an_answer_made_ahead_falls_with_an_answer_that_came_between(talk: Conversation, follow_up: str) -> None:
    """Another tab has asked meanwhile, and what a follow-up refers to is another row by then."""
    expected = settled(talk, PARKING)
    settled(talk, WHEAT)
    turn, ahead = ask(talk, follow_up, expected)
    assert ahead is None
    assert turn.question.seq == 5


def test_nothing_is_made_ahead_of_an_earlier_answer(talk: Conversation) -> None:
    expected = settled(talk, PARKING)
    begin(talk, WHEAT)
    turn, ahead = ask(talk, "And how much is it?", expected)
    assert ahead is None
    assert turn.grounds is None


def test_what_fails_ahead_of_the_commit_loses_no_question(talk: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = settled(talk, PARKING)

    def broken(*arguments: Any, **options: Any) -> Any:
        raise RuntimeError

    monkeypatch.setattr(pipeline, "parse", broken)
    turn, ahead = ask(talk, WHEAT, expected)
    assert ahead is None
    assert Message.objects.get(conversation=talk, seq=turn.question.seq).text == WHEAT


def test_a_question_that_is_refused_is_not_answered_ahead(talk: Conversation, settings: Any) -> None:
    settings.GUESTCHAT_BURST_QUESTIONS = 1
    expected = settled(talk, PARKING)
    with pytest.raises(turns.TooManyQuestions):
        ask(talk, WHEAT, expected)
    assert Message.objects.filter(conversation=talk).count() == 2


def test_a_closed_conversation_is_told_after_working_ahead(talk: Conversation) -> None:
    expected = settled(talk, PARKING)
    closed(talk)
    with pytest.raises(turns.ConversationClosed):
        ask(talk, WHEAT, expected)


# --- round trips ------------------------------------------------------------
def test_a_usual_turn_takes_two_round_trips(talk: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    """One commits the question, one the answer; all else is kept."""
    expected = settled(talk, PARKING)
    sent: list[str] = []
    real = prepared._Line.send

    def counted(self: Any, statements: Any) -> None:
        sent.append("in one piece")
        real(self, statements)

    monkeypatch.setattr(prepared._Line, "send", counted)

    def alone(execute: Any, sql: str, *rest: Any) -> Any:
        sent.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(alone):
        turn, ahead = ask(talk, WHEAT, expected)
        assert sent == ["in one piece"]
        assert ahead is not None
        turns.finish(turn, ahead)
    assert sent == ["in one piece"] * 2


def test_the_commit_is_not_waited_for_before_its_result_is_needed(talk: Conversation) -> None:
    """Where another holds the conversation's row, the question is sent all the same, and its answer can be made."""
    rival = psycopg.connect(**connection.get_connection_params())
    released = threading.Event()
    try:
        rival.execute("SELECT 1 FROM guestchat_conversation WHERE id = %s FOR UPDATE", [talk.pk])
        release = threading.Timer(3, lambda: (released.set(), rival.rollback()))
        release.start()
        question = ledger.Question(
            talk.pk,
            {
                "client_id": uuid.uuid4(),
                "text": WHEAT,
                "now": timezone.now(),
                "burst": 9.0,
                "interval_s": 1.0,
                "least": 1.0,
            },
        )
        assert not released.is_set()
        assert question.written is not None
        assert released.is_set()
        release.join()
    finally:
        rival.close()
    assert [row.text for row in Message.objects.filter(conversation=talk, role="guest")] == [WHEAT]


def test_what_fails_before_it_was_prepared_fails_once_only(talk: Conversation) -> None:
    """psycopg takes the statements behind a failing one for prepared."""
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE guestchat_message RENAME TO hidden")
    try:
        with pytest.raises(DatabaseError):
            begin(talk, WHEAT)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE hidden RENAME TO guestchat_message")
    assert begin(talk, WHEAT).question.seq == 1
    assert begin(talk, WHEAT).question.seq == 3


# --- finish -----------------------------------------------------------------
def test_an_answer_that_is_not_the_last_word_keeps_the_later_context(conversation: Conversation) -> None:
    older, newer = begin(conversation, "I am allergic to peanuts"), begin(conversation, WHEAT)
    made = turns.answer_turn(older)
    turns.finish(newer, turns.answer_turn(newer))
    turns.finish(older, made)
    conversation.refresh_from_db()
    assert (conversation.context["items"], conversation.context["allergies"]) == (["plum-cake"], ["peanuts"])


def test_an_answer_is_written_where_the_conversation_has_learnt_meanwhile(conversation: Conversation) -> None:
    """A colleague or another process has changed what is known: what both know stays."""
    turn = begin(conversation, WHEAT)
    answer = turns.answer_turn(turn)
    Conversation.objects.filter(pk=conversation.pk).update(context={"allergies": ["milk"]})
    turns.finish(turn, answer)
    conversation.refresh_from_db()
    assert (conversation.context["items"], conversation.context["allergies"]) == (["plum-cake"], ["milk"])


def test_an_answer_is_written_with_its_proof(conversation: Conversation) -> None:
    turn = begin(conversation, WHEAT)
    row = turns.finish(turn, turns.answer_turn(turn))
    assert row.status == "complete"
    assert row.outcome == "answered"
    assert row.items == ["plum-cake"]
    assert row.claims == [{"item": "plum-cake", "allergen": "gluten.wheat", "status": "contains"}]
    assert {"type": "item", "key": "plum-cake", "label": "Plum cake"} in row.sources
    assert len(row.receipt or "") == 22


def test_sources_are_labelled_in_the_answers_language(conversation: Conversation) -> None:
    turn = begin(conversation, "Enthält der Pflaumenkuchen Weizen?")
    row = turns.finish(turn, turns.answer_turn(turn))
    assert row.language == "de"
    assert [source["label"] for source in row.sources if source["type"] == "item"] == ["Pflaumenkuchen"]


@pytest.mark.parametrize(
    ("source", "language", "expected"),
    [
        (Source("article", "parking"), "en", PARKING),
        (Source("article", "parking"), "de", PARKING),
        (Source("item", "plum-cake"), "en", "Plum cake"),
        (Source("item", "plum-cake"), "de", "Pflaumenkuchen"),
        (Source("item", "plum-cake"), "fr", "Plum cake"),
        (Source("venue", "cafe"), "en", "Corner café"),
        (Source("menu", "card"), "en", "Card"),
        (Source("hotel", "small"), "en", "The small"),
        (Source("item", "gone"), "en", ""),
        (Source("planet", "earth"), "en", ""),
    ],
)
def test_every_kind_of_source_has_a_label(
    conversation: Conversation, source: Source, language: str, expected: str
) -> None:
    hotel = catalogue.current(conversation.hotel_id)
    assert isinstance(hotel, Catalogue)
    assert label(hotel.content, source, language) == expected


def test_the_first_answer_stays(conversation: Conversation) -> None:
    turn = begin(conversation)
    first = turns.finish(turn, said("First."))
    second = turns.finish(turn, said("Second.", request=Proposal(kind="taxi")))
    assert (second.text, second.receipt) == ("First.", first.receipt)
    assert not ServiceRequest.objects.exists()


def test_eight_threads_finish_one_answer_once(committed_conversation: Conversation) -> None:
    turn = begin(committed_conversation)
    answers = [said(f"Answer {number}", request=Proposal(kind="taxi")) for number in range(8)]
    rows = in_threads(8, lambda number: turns.finish(turn, answers[number]))
    assert len({(row.text, row.receipt) for row in rows}) == 1
    assert ServiceRequest.objects.count() == 1


def test_who_stops_while_holding_a_conversation_holds_it_for_a_moment(
    committed_conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a process that is frozen, or whose machine is gone, between two statements."""
    monkeypatch.setattr(ledger, "_IDLE_HOLDER_MS", 200)
    holds, is_over = threading.Event(), threading.Event()

    def hold() -> None:
        with contextlib.suppress(DatabaseError), transaction.atomic():
            ledger.lock(committed_conversation.pk)
            holds.set()
            is_over.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert holds.wait(10)
        assert begin(committed_conversation).question.seq == 1
    finally:
        is_over.set()
        holder.join()


def test_begin_and_finish_at_once_never_wait_in_a_circle(committed_conversation: Conversation, settings: Any) -> None:
    settings.GUESTCHAT_BURST_QUESTIONS = 80

    def turn(number: int) -> None:
        for _ in range(5):
            turns.finish(begin(committed_conversation), said("Yes.", request=Proposal(kind="taxi")))

    in_threads(8, turn)
    assert Message.objects.filter(status="complete").count() == 80


def test_what_a_question_refers_to_is_known_although_it_was_asked_before_the_answer(
    conversation: Conversation,
) -> None:
    first, second = begin(conversation, WHEAT), begin(conversation, "And how much is it?")
    turns.finish(first, turns.answer_turn(first))
    answer = turns.answer_turn(second)
    assert list(answer.items) == ["plum-cake"]
    assert "4.50" in answer.text


@pytest.mark.parametrize("is_stopped", [False, True])
def test_an_allergy_is_never_forgotten(conversation: Conversation, is_stopped: bool) -> None:
    """Whatever was asked meanwhile and in whatever order the answers are written."""
    stated, other = begin(conversation, "I am allergic to peanuts"), begin(conversation, PARKING)
    answer, unaware = turns.answer_turn(stated), turns.answer_turn(other)
    assert answer.context.allergies == ("peanuts",)
    write = turns.stop(stated, answer, "") if is_stopped else turns.finish(stated, answer)
    assert write.seq == 2
    turns.finish(other, unaware)
    conversation.refresh_from_db()
    assert Context.of_json(conversation.context).allergies == ("peanuts",)
    assert Context.of_json(conversation.context).article == "parking"


def test_an_older_answer_written_later_does_not_change_what_is_talked_about(conversation: Conversation) -> None:
    older, newer = begin(conversation), begin(conversation)
    turns.finish(newer, said("New.", context=Context(article="new")))
    turns.finish(older, said("Old.", context=Context(article="old", allergies=("milk",))))
    conversation.refresh_from_db()
    assert Context.of_json(conversation.context) == Context(article="new", allergies=("milk",))


# --- stop -------------------------------------------------------------------
def test_stop_keeps_what_was_sent_and_proposes_nothing(conversation: Conversation) -> None:
    turn = begin(conversation)
    answer = said(
        "One.\nTwo.", request=Proposal(kind="taxi"), suggestions=["More?"], sources=[Source("article", "parking")]
    )
    row = turns.stop(turn, answer, "One.\n")
    assert (row.status, row.text, row.suggestions) == ("stopped", "One.\n", [])
    assert row.sources == [{"type": "article", "key": "parking"}]
    assert row.receipt
    assert not ServiceRequest.objects.exists()
    assert turns.finish(turn, answer).text == "One.\n"


def test_an_answer_stopped_before_its_first_word_proves_nothing(conversation: Conversation) -> None:
    row = turns.stop(begin(conversation), said("One.", sources=[Source("article", "parking")]), "")
    assert (row.status, row.text, row.sources) == ("stopped", "", [])


# --- pending ----------------------------------------------------------------
def test_what_a_dead_process_left_is_answered_in_order(conversation: Conversation) -> None:
    begin(conversation, PARKING)
    begin(conversation, "And again: where can I park?")
    assert [turn.question.seq for turn in turns.pending(conversation.pk)] == [1, 3]
    assert turns.pending(conversation.pk, older_than_s=60) == []
    finish_pending(conversation.pk)
    assert turns.pending(conversation.pk) == []
    assert "Behind the **house**." in Message.objects.get(conversation=conversation, seq=2).text


def test_nothing_is_pending_where_there_is_no_conversation(db: None) -> None:
    assert turns.pending(uuid.uuid4()) == []


def test_what_cannot_be_answered_is_apologised_for_with_a_person(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(hotel: Catalogue, text: str, **options: Any) -> Answer:
        raise KeyError(text)

    monkeypatch.setattr(pipeline, "answer", broken)
    begin(conversation, "I have a rare illness")
    finish_pending(conversation.pk)
    row = Message.objects.get(conversation=conversation, seq=2)
    assert (row.status, row.outcome) == ("complete", "unanswered")
    assert row.suggestions
    assert "KeyError" in caplog.text
    assert "illness" not in caplog.text


# --- rate, confirm, said_after -------------------------------------------------
def test_a_rating_counts_once_the_last_one(conversation: Conversation) -> None:
    turns.finish(begin(conversation), said("Yes."))
    assert turns.rate(conversation.pk, 2, 1)
    assert turns.rate(conversation.pk, 2, -1)
    assert [rating.value for rating in Rating.objects.all()] == [-1]


def test_what_a_guest_stopped_may_be_rated(conversation: Conversation) -> None:
    turns.stop(begin(conversation), said("One. Two."), "One.")
    assert turns.rate(conversation.pk, 2, -1)


def test_only_ones_own_written_answers_are_rated(conversation: Conversation) -> None:
    begin(conversation)
    other = Conversation.objects.create(hotel=conversation.hotel, language="en")
    turns.finish(begin(other), said("Yes."))
    for seq in (0, 1, 2, 3, 99):
        assert not turns.rate(conversation.pk, seq, 1)
    assert not Rating.objects.exists()


@pytest.mark.parametrize(("accept", "status"), [(True, "new"), (False, "cancelled")])
def test_a_guest_has_one_word_on_a_request(conversation: Conversation, accept: bool, status: str) -> None:
    turn = begin(conversation, TOWELS)
    turns.finish(turn, turns.answer_turn(turn))
    assert ServiceRequest.objects.get().status == "proposed"
    for word in (accept, not accept, accept):
        request = turns.confirm(conversation.pk, 2, accept=word)
        assert request is not None
        assert request.status == status


def test_nothing_is_confirmed_where_nothing_was_proposed_to_this_guest(conversation: Conversation) -> None:
    other = Conversation.objects.create(hotel=conversation.hotel, language="en")
    turns.finish(begin(other), said("Shall I?", request=Proposal(kind="taxi")))
    turns.finish(begin(conversation), said("Yes."))
    for seq in (0, 1, 2, 99):
        assert turns.confirm(conversation.pk, seq, accept=True) is None
    Conversation.objects.filter(pk=other.pk).update(closed_at=timezone.now())
    assert turns.confirm(other.pk, 2, accept=True) is None
    assert ServiceRequest.objects.get().status == "proposed"


def test_what_was_said_after_every_number(conversation: Conversation) -> None:
    for _ in range(3):
        turns.finish(begin(conversation), said("Yes."))
    for seq in range(8):
        last, rows = turns.said_after(conversation.pk, seq)
        assert last == 6
        assert [row.seq for row in rows] == list(range(seq + 1, 7))
    for gone in (uuid.uuid4(), closed(conversation)):
        with pytest.raises(turns.ConversationClosed):
            turns.said_after(gone, 0)


def test_the_last_number_is_never_behind_the_messages(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody asks between the two queries."""
    turns.finish(begin(conversation), said("Yes."))
    real = Message.objects.filter

    def ask_first(*arguments: Any, **options: Any) -> Any:
        monkeypatch.undo()
        begin(conversation)
        return real(*arguments, **options)

    monkeypatch.setattr(Message.objects, "filter", ask_first)
    last, rows = turns.said_after(conversation.pk, 0)
    assert last == rows[-1].seq == 4


# --- against a plain list -----------------------------------------------------
def test_the_log_behaves_like_a_plain_list(conversation: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Random begins, repeats, endings and resumes."""
    monkeypatch.setattr("django.conf.settings.GUESTCHAT_BURST_QUESTIONS", 1_000_000)

    class Log(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.conversation = Conversation.objects.create(hotel=conversation.hotel, language="en")
            self.begun: list[tuple[uuid.UUID, turns.Turn]] = []
            self.expected: list[tuple[str, str, str]] = []  # role, status, text; the number is the place

        @rule()
        def ask(self) -> None:
            id, text = uuid.uuid4(), f"Question {len(self.begun)}"
            turn = turns.begin(self.conversation.pk, text, id)
            self.begun.append((id, turn))
            self.expected += [("guest", "complete", text), ("assistant", "pending", "")]
            assert turn.answer_seq == len(self.expected)

        @precondition(lambda self: self.begun)
        @rule(which=integers(0))
        def ask_again(self, which: int) -> None:
            id, turn = self.begun[which % len(self.begun)]
            again = turns.begin(self.conversation.pk, "Something else", id)
            assert replace(again, is_repeat=False) == turn

        @precondition(lambda self: self.begun)
        @rule(which=integers(0), is_stopped=integers(0, 1))
        def end(self, which: int, is_stopped: int) -> None:
            _id, turn = self.begun[which % len(self.begun)]
            answer = said(f"Answer to {turn.question.seq}")
            if is_stopped:
                turns.stop(turn, answer, "Answer")
            else:
                turns.finish(turn, answer)
            if self.expected[turn.answer_seq - 1][1] == "pending":
                text = "Answer" if is_stopped else answer.text
                status = "stopped" if is_stopped else "complete"
                self.expected[turn.answer_seq - 1] = ("assistant", status, text)

        @rule(after=integers(0, 30))
        def resume(self, after: int) -> None:
            last, rows = turns.said_after(self.conversation.pk, after)
            assert last == len(self.expected)
            assert [row.seq for row in rows] == list(range(after + 1, len(self.expected) + 1))
            assert [(row.role, row.status, row.text) for row in rows] == self.expected[after:]

        @invariant()
        def pending_is_what_has_no_answer(self) -> None:
            waiting = [turn.answer_seq for turn in turns.pending(self.conversation.pk)]
            assert waiting == [seq for seq, (_r, status, _t) in enumerate(self.expected, 1) if status == "pending"]

    run_state_machine_as_test(
        Log,
        settings=settings(
            max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
