"""Owns how a topic of hotel life is named in each language, for training: the phrases of the vocabularies.

The stock encoder read English. That "Bettwäsche wechseln", "fresh sheets" and "cambiar las sábanas" are one matter, it
learns from here; that they are not "laundry", too.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from guestchat.training.corpus import LANGUAGES, CorpusError
from guestchat.understanding.glossing import in_english
from guestchat.understanding.vocabulary import compiled

FOLDER = compiled.FOLDER / "topics"

SAME_LANGUAGE = 0.4
"""How often both phrases are of one language."""


class Topics:
    """The phrases of every topic by language; `keys` are the topics' own names, as English words."""

    def __init__(self, phrases: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        """Take the phrases, {language: {topic: phrases}}; only topics that every language names are drawn."""
        self._phrases = phrases
        self.names = [name for name in phrases[LANGUAGES[0]] if all(phrases[each].get(name) for each in LANGUAGES)]

    @cached_property
    def keys(self) -> dict[str, str]:
        """Each topic as English words, by which topics are compared."""
        return {name: name.replace("_", " ") for name in self.names}

    def draw(self, count: int, random: np.random.Generator) -> list[tuple[str, str, str]]:
        """Return topics, each at most once, and two different phrases of each where there are two.

        The phrases are as the models read them, in English.
        """
        found = []
        for number in random.choice(len(self.names), size=min(count, len(self.names)), replace=False):
            name = self.names[number]
            first, second = (str(each) for each in random.permutation(LANGUAGES)[:2])
            if random.random() < SAME_LANGUAGE:
                second = first
            one = in_english(str(random.choice(self._phrases[first][name])), first)
            # Told apart as they are read: "Föhn" and "Haartrockner" are one word in English.
            said = (in_english(each, second) for each in self._phrases[second][name])
            others = [each for each in said if each != one] or [one]
            found.append((name, one, str(random.choice(others))))
        return found


def read_topics(folder: Path = FOLDER) -> Topics:
    """Read the vocabularies' topics; raise `CorpusError` where a file is missing or of another form."""
    found = {}
    for language in LANGUAGES:
        path = folder / f"{language}.toml"
        try:
            topics = tomllib.loads(path.read_text(encoding="utf-8"))["topic"]
            # The mark of an open end is for matching.
            found[language] = {name: [each.rstrip("*") for each in phrases] for name, phrases in topics.items()}
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise CorpusError(f"The topics {path} cannot be read: {error!r}") from error
    return Topics(found)
