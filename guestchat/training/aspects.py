"""Owns questions about one aspect of one thing: "what does parking cost" beside "is there parking". Made, not mined.

Two tables written by hand are multiplied: things of a house by what guests ask about any of them, in four languages.
What articles of houses teach least is exactly this difference, as most houses answer one aspect only.
"""

import csv
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from guestchat.training.corpus import LANGUAGES, CorpusError
from guestchat.understanding.glossing import in_english

THINGS = Path(__file__).resolve().parent / "things.tsv"
FRAMES = Path(__file__).resolve().parent / "frames.toml"

# Most of what is asked, and nearly all that is written, is English.
_ASKED_IN = (0.55, 0.17, 0.14, 0.14)
_GERMAN_ARTICLES = 0.2
_MERGED = 0.2
"""How many articles answer two aspects at once: whoever asks for the second must find them by their answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A guest's question about one aspect of a thing, the article that answers it, and one on another aspect.

    All as the models read them, in English.
    `answers` are all aspects that the article answers, by their keys; `key` is the aspect that is asked.
    """

    text: str
    article: str
    other: str
    key: str
    answers: frozenset[str]
    other_key: str


class Aspects:
    """Draws questions; the same random state draws the same ones."""

    def __init__(self, things: Path = THINGS, frames: Path = FRAMES) -> None:
        """Read the two tables; raise `CorpusError` where one is missing or of another form."""
        try:
            with things.open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE, strict=True))
            self._frames: Mapping[str, Mapping[str, Sequence[str]]] = tomllib.loads(frames.read_text("utf-8"))
            self._things = {row["thing"]: row for row in rows}
            self._aspects = {row["thing"]: row["aspects"].split() for row in rows}
            self.keys = {
                f"{thing}/{aspect}": self._fill(self._frames[aspect]["titles"][0], thing, "en")
                for thing, aspects in self._aspects.items()
                for aspect in aspects
            }
        except (OSError, KeyError, AttributeError, csv.Error, tomllib.TOMLDecodeError) as error:
            raise CorpusError(f"The tables of aspects cannot be read: {error}") from error

    def draw(self, count: int, random: np.random.Generator) -> list[Asked]:
        """Draw questions, several of each thing: its other aspects are the answers to tell apart."""
        found: list[Asked] = []
        for thing in random.permutation(list(self._things)):
            aspects = random.permutation(self._aspects[str(thing)])[:3]
            found += [self._asked(str(thing), str(aspect), random) for aspect in aspects]
            if len(found) >= count:
                break
        return found[:count]

    def _asked(self, thing: str, aspect: str, random: np.random.Generator) -> Asked:
        others = [each for each in self._aspects[thing] if each != aspect]
        other = str(random.choice(others))
        language = str(random.choice(LANGUAGES, p=_ASKED_IN))
        written = "de" if random.random() < _GERMAN_ARTICLES else "en"
        # Staff's own wording is asked as well: guests tap it.
        asked_as_written = language == "en" and random.random() < 0.25
        frames = self._frames[aspect]["titles" if asked_as_written else language]
        merged = random.random() < _MERGED
        return Asked(
            text=self._fill(str(random.choice(frames)), thing, language),
            article=self._article(thing, (other, aspect) if merged else (aspect,), written, random),
            other=self._article(thing, (other,), written, random),
            key=f"{thing}/{aspect}",
            answers=frozenset({f"{thing}/{aspect}", f"{thing}/{other}"} if merged else {f"{thing}/{aspect}"}),
            other_key=f"{thing}/{other}",
        )

    def _article(self, thing: str, aspects: Sequence[str], language: str, random: np.random.Generator) -> str:
        """Return an article titled with the first aspect that answers all of them; sometimes its title alone."""
        ending = "_de" if language == "de" else ""
        title = str(random.choice(self._frames[aspects[0]][f"titles{ending}"]))
        answers = [str(random.choice(self._frames[each][f"answers{ending}"])) for each in aspects]
        text = " ".join([title, *answers]) if len(aspects) > 1 or random.random() < 0.5 else title
        return self._fill(text, thing, language)

    def _fill(self, frame: str, thing: str, language: str) -> str:
        row = self._things[thing]
        filled = frame.replace("{it}", row[language]).replace("{some}", row[f"{language}_some"])
        return in_english(filled, language)
