"""Owns putting talk around questions on purpose, to see what it costs; reads a file of such talk, and draws."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from guestchat.evaluation.questions import LineProblem, Question, QuestionsError

_BEFORE, _BEHIND = 0.6, 0.25
"""How many questions are led up to, and how many of the others are only followed by talk; the rest has both."""

_FORM = 'A line is {"lang": …, "place": "before" or "after", "text": …}.'


@dataclass(frozen=True, kw_only=True, slots=True)
class Talk:
    """What is put before or behind a question, with its own marks and spaces."""

    language: str
    before: bool
    text: str


def read_talk(path: Path) -> list[Talk]:
    """Read a file of talk, a piece a line; raise `QuestionsError` where a line is of another form."""
    found: list[Talk] = []
    problems: list[LineProblem] = []
    try:
        lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError:
        raise QuestionsError([LineProblem(file=str(path), line=1, sentence="The file is no UTF-8.")]) from None
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
            place = ("before", "after").index(row["place"])
            found.append(Talk(language=str(row["lang"]), before=not place, text=str(row["text"])))
        except (ValueError, KeyError, TypeError):
            problems.append(LineProblem(file=str(path), line=number, sentence=_FORM))
    if problems:
        raise QuestionsError(problems)
    return found


def with_talk(question: Question, talk: Sequence[Talk], *, seed: int = 1) -> Question:
    """Return a question with talk of its language around it; as it is in a conversation, or where there is none."""
    language = question.lang or question.expect.lang
    before = [each.text for each in talk if each.before and each.language == language]
    behind = [each.text for each in talk if not each.before and each.language == language]
    if question.conversation is not None or not before or not behind:
        return question
    random, text = Random(f"{seed} {question.id}"), question.text
    drawn = random.random()
    if drawn < _BEFORE or drawn >= _BEFORE + _BEHIND:
        text = random.choice(before) + text
    if drawn >= _BEFORE:
        text = _followed(text.rstrip(), random.choice(behind))
    return replace(question, text=text)


def _followed(text: str, behind: str) -> str:
    """Return a text with talk behind it; what begins with a comma stands before its mark."""
    if not behind.startswith(","):
        return text + behind
    mark = text[-1] if text[-1] in "?!." else ""
    return f"{text.removesuffix(mark)}{behind}{mark if mark == '?' else ''}"
