"""Owns asking a file's questions in order: the very turn that guests get, with each conversation's context kept."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from guestchat import catalogue, turns
from guestchat.answering.answer import Answer
from guestchat.catalogue import Catalogue
from guestchat.evaluation.curve import Guess, expected_guess
from guestchat.evaluation.judging import Fault, Kind, Verdict, judge
from guestchat.evaluation.questions import Question
from guestchat.evaluation.referee import Referee
from guestchat.understanding.query import Context
from menus import hotel_file
from menus.models import Hotel


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question with its answer, its judgement and its guess at an article; there is no answer where asking failed."""

    question: Question
    answer: Answer | None
    verdict: Verdict
    guess: Guess | None = None

    @property
    def kind(self) -> Kind:
        """How the answer was."""
        return self.verdict.kind

    def as_json(self) -> dict[str, Any]:
        """Return what a report keeps of a question that went wrong."""
        answer = self.answer
        return {
            "id": self.question.id,
            "hotel": self.question.hotel,
            "category": self.question.category,
            "text": self.question.text,
            "kind": self.kind.value,
            "reasons": list(self.verdict.reasons),
            "outcome": answer.outcome.value if answer else None,
            "sources": [source.key for source in answer.sources] if answer else [],
            "answer": answer.text if answer else "",
        }


class Asker:
    """Asks hotels, each read once: nothing changes while an evaluation runs."""

    def __init__(self, find: Callable[[str], Catalogue | None] | None = None) -> None:
        self._find = find or _by_slug
        self._hotels: dict[str, tuple[Catalogue, Referee] | None] = {}
        self._contexts: dict[tuple[str, str], tuple[Context, str]] = {}

    def ask(self, questions: Iterable[Question]) -> Iterator[Asked]:
        """Yield every question's judgement, in order; an answer that failed is judged wrong."""
        for question in questions:
            hotel = self._hotel(question.hotel)
            if hotel is None:
                fault = Fault(Kind.WRONG, f"there is no hotel {question.hotel!r}")
                yield Asked(question=question, answer=None, verdict=Verdict(faults=(fault,)))
                continue
            content, truth = hotel
            try:
                answer = self.answer(content, question)
            except Exception as error:  # one broken question must not end a run of thousands
                fault = Fault(Kind.WRONG, f"failed with {type(error).__name__}: {error}")
                yield Asked(question=question, answer=None, verdict=Verdict(faults=(fault,)))
                continue
            yield Asked(
                question=question,
                answer=answer,
                verdict=judge(question.expect, answer, truth),
                guess=expected_guess(answer, question.expect, content.content.articles_by_key),
            )

    def answer(self, hotel: Catalogue, question: Question) -> Answer:
        """Answer one question and remember what its conversation may refer to."""
        known = (question.hotel, question.conversation or "")
        context, spoken = self._contexts.get(known, (Context(), hotel.content.default_language))
        answer = turns.answer(
            hotel,
            question.text,
            context=context,
            language=question.lang or spoken,
            at=_moment(question.at, hotel),
            place=question.place,
            detect_language=question.lang is None,
        )
        if question.conversation:
            self._contexts[known] = answer.context, answer.language
        return answer

    def _hotel(self, slug: str) -> tuple[Catalogue, Referee] | None:
        if slug not in self._hotels:
            found = self._find(slug)
            self._hotels[slug] = (found, Referee(hotel_file.dump(found.content))) if found else None
        return self._hotels[slug]


def _by_slug(slug: str) -> Catalogue | None:
    pk = Hotel.objects.filter(slug=slug).values_list("pk", flat=True).first()
    return catalogue.current(pk) if pk is not None else None


def _moment(at: dt.datetime | None, hotel: Catalogue) -> dt.datetime:
    if at is None:
        return timezone.now()
    return at if at.tzinfo else at.replace(tzinfo=hotel.content.zone)
