"""Owns slips of the finger that are put into questions on purpose, to see what they cost; pure."""

import re
from dataclasses import replace
from random import Random

from guestchat.evaluation.questions import Question

LONG = 6
"""Letters of a word that a slip leaves recognisable."""
_LONG_WORD = re.compile(rf"[^\W\d_]{{{LONG},}}")


def slips(word: str) -> list[str]:
    """Return a word with a letter dropped, doubled or swapped with the next one, its first one kept; sorted."""
    found = set()
    for at in range(1, len(word)):
        found |= {word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:]}
        found.add(word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :])
    return sorted(found - {word})


def with_a_slip(question: Question, *, seed: int) -> Question:
    """Return a question with a slip in one of its long words; as it is where it has none."""
    random, text = Random(f"{seed} {question.id}"), question.text
    words = list(_LONG_WORD.finditer(text))
    if not words:
        return question
    word = random.choice(words)
    wrong = random.choice(slips(word.group()))
    return replace(question, text=text[: word.start()] + wrong + text[word.end() :])
