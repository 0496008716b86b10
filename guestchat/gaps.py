"""Owns gaps: what guests asked and got no good answer to, grouped by meaning, and closing them with an article.

Grouping is by the encoder's vectors alone and decides nothing that a guest reads: what an article answers is found by
asking the very pipeline again.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from django.contrib.admin.models import ADDITION, LogEntry
from django.db import transaction
from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone
from numpy.typing import NDArray

from guestchat import catalogue, turns
from guestchat.answering.answer import Outcome, Source
from guestchat.answering.labels import label
from guestchat.models import Gap, Message
from guestchat.retrieval.embedder import get_embedder
from guestchat.understanding.glossing import in_english
from guestchat.understanding.query import Context
from guestchat.words import without_name
from menus.forms import fresh_key, next_position
from menus.models import Article, Hotel, User

LOOK_BACK_DAYS = 30
_MOST_QUESTIONS = 400
_MOST_POPULAR = 25
# Cosine with a group's middle: paraphrases measured 0.59 to 0.91, other questions of a hotel up to 0.53.
_SAME_MEANING = 0.58


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One question that got no good answer; `answer` is the primary key of the message that should have been one."""

    answer: int
    conversation: UUID
    seq: int
    text: str
    language: str
    at: dt.datetime
    is_disliked: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Questions of one meaning, the most typical first."""

    questions: tuple[Question, ...]

    @property
    def lead(self) -> Question:
        """The question that speaks for the group."""
        return self.questions[0]

    @property
    def disliked(self) -> int:
        """How many were answered, and the guest said badly."""
        return sum(each.is_disliked for each in self.questions)

    @property
    def last_at(self) -> dt.datetime:
        """When it was asked last."""
        return max(each.at for each in self.questions)


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """An article that is not there yet."""

    question: dict[str, str]
    answer: dict[str, str]
    also_asked: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A question asked again, and whether the draft answers it."""

    question: Question
    text: str
    is_answered: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Popular:
    """A row that answers were read from, and how often."""

    name: str
    times: int


# --- what is missing ------------------------------------------------------------
def groups(hotel: Hotel) -> list[Group]:
    """Return the gaps of the last weeks, the largest first; one query, and the encoder for texts that are new to it."""
    questions = _questions(hotel)
    if not questions:
        return []
    texts = [in_english(without_name(each.text, hotel.name), each.language) for each in questions]
    vectors = get_embedder().encode_query(texts)
    found = [_group(questions, vectors, members) for members in _together(vectors)]
    return sorted(found, key=lambda each: (len(each.questions), each.last_at), reverse=True)


def _questions(hotel: Hotel) -> list[Question]:
    since = timezone.now() - dt.timedelta(days=LOOK_BACK_DAYS)
    asked = Message.objects.filter(conversation=OuterRef("conversation"), seq=OuterRef("reply_to")).order_by()
    rows = (
        Message.objects.filter(hotel=hotel, role=Message.Role.ASSISTANT, gap=None, created_at__gte=since)
        .filter(Q(outcome=Outcome.UNANSWERED) | Q(rating__value=-1))
        .annotate(asked=Subquery(asked.values("text")[:1]))
        .exclude(Q(reply_to=None) | Q(asked=None) | Q(asked=""))
        .order_by("-created_at")
        .values_list("pk", "conversation", "reply_to", "asked", "language", "created_at", "rating__value")
    )
    return [
        Question(
            answer=pk,
            conversation=conversation,
            seq=int(seq or 0),
            text=text,
            language=language or hotel.default_language,
            at=at,
            is_disliked=value == -1,
        )
        for pk, conversation, seq, text, language, at, value in rows[:_MOST_QUESTIONS]
    ]


def _together(vectors: NDArray[np.float32]) -> list[list[int]]:
    """Put each text to the group whose middle it is nearest to, or begin a new one; in the order given."""
    members: list[list[int]] = []
    # Each group's sum and its unit vector, one row each: compared with all of them at once.
    sums, middles = np.zeros_like(vectors), np.zeros_like(vectors)
    for number, vector in enumerate(vectors):
        near = middles[: len(members)] @ vector
        best = int(np.argmax(near)) if members else -1
        if best < 0 or near[best] < _SAME_MEANING:
            best = len(members)
            members.append([])
        members[best].append(number)
        sums[best] += vector
        middles[best] = sums[best] / np.linalg.norm(sums[best])
    return members


def _group(questions: Sequence[Question], vectors: NDArray[np.float32], members: list[int]) -> Group:
    near = vectors[members] @ vectors[members].sum(axis=0)
    order = np.argsort(-near, kind="stable")
    return Group(questions=tuple(questions[members[int(each)]] for each in order))


# --- closing it -------------------------------------------------------------------
def ask_again(hotel: Hotel, group: Group, draft: Draft) -> list[Asked]:
    """Ask a group's questions as if the draft were published, and leave nothing behind; raises ValidationError."""
    with transaction.atomic():
        found = _ask(hotel, group, _write(hotel, draft))
        transaction.set_rollback(True)
    return found


def publish(hotel: Hotel, group: Group, draft: Draft, person: User) -> list[Asked]:
    """Publish a draft, ask the group's questions again and close those that it answers; raises ValidationError."""
    with transaction.atomic():
        article = _write(hotel, draft)
        found = _ask(hotel, group, article)
        _close(hotel, [each.question for each in found if each.is_answered], Gap.State.ANSWERED, person, article.key)
        note = f"Written for {len(found)} questions without an answer."
        LogEntry.objects.log_actions(person.pk, [article], ADDITION, change_message=note, single_object=True)
    return found


def dismiss(hotel: Hotel, group: Group, person: User) -> None:
    """Put a group away: nothing that the hotel wants to answer."""
    _close(hotel, group.questions, Gap.State.DISMISSED, person)


def _write(hotel: Hotel, draft: Draft) -> Article:
    """Write a draft as an article; what searches is updated with it, in the same transaction."""
    article = Article(
        hotel=hotel, question=draft.question, answer=draft.answer, also_asked=list(draft.also_asked), category=""
    )
    article.key = fresh_key(article, hotel)
    article.position = next_position(article)
    article.full_clean()
    article.save()
    return article


def _ask(hotel: Hotel, group: Group, article: Article) -> list[Asked]:
    here = catalogue.current(hotel.pk)
    assert here is not None  # its row is locked by the article that was just written
    now, wanted, found = timezone.now(), Source("article", article.key), []
    for question in group.questions:
        answer = turns.answer(here, question.text, context=Context(), language=question.language, at=now)
        sources = {(each.type, each.key) for each in answer.sources}
        is_answered = answer.outcome == Outcome.ANSWERED and (wanted.type, wanted.key) in sources
        found.append(Asked(question=question, text=answer.text, is_answered=is_answered))
    return found


def _close(hotel: Hotel, questions: Sequence[Question], state: str, person: User, article: str = "") -> None:
    Gap.objects.bulk_create(
        [
            Gap(hotel=hotel, message_id=each.answer, state=state, article=article, closed_by=person)
            for each in questions
        ],
        ignore_conflicts=True,  # a colleague may have closed it a moment before
    )


# --- what is asked most ---------------------------------------------------------------
def popular(hotel: Hotel) -> list[Popular]:
    """Return what answers were read from most in the last weeks, as it is called now; the content and one query."""
    here = catalogue.current(hotel.pk)
    if here is None:
        return []
    since = timezone.now() - dt.timedelta(days=LOOK_BACK_DAYS)
    answered = Message.objects.filter(hotel=hotel, outcome=Outcome.ANSWERED, created_at__gte=since)
    rows = (
        answered.order_by()
        .values("sources__0__type", "sources__0__key")
        .annotate(times=Count("pk"))
        .order_by("-times", "sources__0__key")[: 2 * _MOST_POPULAR]
    )
    names = [
        (label(here.content, Source(row["sources__0__type"], row["sources__0__key"]), hotel.default_language), row)
        for row in rows
        if row["sources__0__key"]
    ]
    return [Popular(name=name, times=row["times"]) for name, row in names if name][:_MOST_POPULAR]
