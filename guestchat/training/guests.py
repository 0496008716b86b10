"""Owns what guests were imagined to write: articles of many kinds of houses, each with messages that it answers.

Titles of public FAQs are asked in their own words; guests say what they need ("my phone is dying"), ask for a detail of
the answer ("do teachers pay"), and mix languages. The table was written for training and for nothing else: no house
that is evaluated is in it.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from guestchat.training.corpus import LANGUAGES, CorpusError
from guestchat.understanding.glossing import in_english
from guestchat.understanding.vocabulary import vocabulary
from guestchat.words import words

GUESTS = Path(__file__).resolve().parent / "guests.jsonl"

NEIGHBOURS = 6
"""So many articles of one group are drawn together: each is a wrong answer to what is asked of the others."""
HELD_EVERY = 8
"""Every so many groups one is never trained on, so that something is left to measure by."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """An article with the messages whose answer it holds; those of its group are near it and answer other ones.

    `beside` are messages on the same thing that no article of the group answers. `follows` are bare messages ("and for
    two?") that it answers where it was told just before, `strays` such that it does not.
    """

    group: str
    heading: str
    answer: str
    messages: tuple[str, ...]
    beside: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    strays: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The whole article, by which topics are compared."""
        return f"{self.heading} {self.answer}"


class Guests:
    """The articles with their messages, in groups."""

    def __init__(self, articles: Sequence[Asked]) -> None:
        self.articles = list(articles)

    @cached_property
    def groups(self) -> list[list[Asked]]:
        """The articles of each group, in the table's order."""
        found: dict[str, list[Asked]] = {}
        for article in self.articles:
            found.setdefault(article.group, []).append(article)
        return list(found.values())

    def trained_on(self, since: int = 0, until: int | None = None) -> "Guests":
        """Return the groups that models are trained on, of these numbers: new ones stand at the end."""
        return self._of(number for number in range(len(self.groups))[since:until] if number % HELD_EVERY)

    def held_out(self) -> "Guests":
        """Return the groups that it never sees."""
        return self._of(range(0, len(self.groups), HELD_EVERY))

    def draw(self, count: int, random: np.random.Generator) -> list[tuple[Asked, str]]:
        """Return articles, neighbours together and each once, with one message each."""
        found: list[tuple[Asked, str]] = []
        for number in random.permutation(len(self.groups)):
            group = self.groups[number]
            several = min(NEIGHBOURS, count - len(found), len(group))
            for place in random.choice(len(group), size=several, replace=False):
                article = group[place]
                found.append((article, article.messages[random.integers(len(article.messages))]))
            if len(found) == count:
                break
        return found

    def _of(self, numbers: Iterable[int]) -> "Guests":
        return Guests([each for number in numbers for each in self.groups[number]])


def read_guests(path: Path = GUESTS, *, as_read: bool = False) -> Guests:
    """Read the table, a group of articles a line; raise `CorpusError` where it is of another form.

    `as_read` is how the models read all of it, in English word by word.
    """
    read: Callable[[str, str], str] = in_english if as_read else lambda text, language: text
    found = []
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                group = json.loads(line)
                written_in = language_of([f"{each['heading']} {each['answer']}" for each in group["articles"]])
                for article in group["articles"]:
                    asked, beside = article["asked"], article["beside"]
                    follows, strays = article.get("follows", []), article.get("strays", [])
                    written = (*asked, *beside, *follows, *strays)
                    if any(language not in LANGUAGES for each in written for language in each):
                        raise CorpusError(f"The guests' messages {path} are in a language that is not read.")
                    found.append(
                        Asked(
                            group=group["group"],
                            heading=read(article["heading"], written_in),
                            answer=read(article["answer"], written_in),
                            messages=_texts(asked, read),
                            beside=_texts(beside, read),
                            follows=_texts(follows, read),
                            strays=_texts(strays, read),
                        )
                    )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CorpusError(f"The guests' messages {path} cannot be read: {error!r}") from error
    return Guests(found)


def language_of(articles: Iterable[str]) -> str:
    """Return the language that articles are written in: the one whose filler words they have most of."""
    found = [word for article in articles for word in words(article)]
    return max(LANGUAGES, key=lambda language: sum(word in vocabulary(language).filler for word in found))


def _texts(messages: Iterable[Mapping[str, str]], read: Callable[[str, str], str]) -> tuple[str, ...]:
    return tuple(read(text, language) for message in messages for language, text in message.items())
