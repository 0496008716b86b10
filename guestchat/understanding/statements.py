"""Owns what the hotel and its venues say of themselves, sentence by sentence, with what each tells. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from guestchat.understanding import matters
from guestchat.understanding.stems import stem
from guestchat.words import words
from menus.content import Content
from menus.texts import Text

# A word so long means the same in whatever language it stands.
_LONG_ENOUGH = 5
_PIECES = re.compile(r"[,;:()]\s")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A sentence of a description, in every language that it has. `type` and `key` name the row that says it.

    `said` are the sentence's own stems by language, `around` those of its row's name, kind and place.
    """

    type: str
    key: str
    text: Text
    said: Mapping[str, frozenset[str]]
    around: frozenset[str]
    subjects: frozenset[str]
    details: frozenset[str]
    names: frozenset[str]  # the subjects of its row's name, kind and place
    beside: frozenset[str]  # the subjects of all its row's sentences
    pieces: tuple[tuple[frozenset[str], frozenset[str]], ...]  # subjects and details told in one breath

    def is_in(self, language: str) -> bool:
        """Return whether the sentence is written in a guest's language."""
        return language[:2] in self.said

    def said_to(self, language: str) -> frozenset[str]:
        """Return its stems in a guest's language, else the long ones of any: a German "hat" is no English hat."""
        own = self.said.get(language[:2])
        if own is not None:
            return own
        return frozenset(each for said in self.said.values() for each in said if len(each) >= _LONG_ENOUGH)


def statements(content: Content) -> Iterator[Statement]:
    """Yield every sentence of the hotel's and its venues' descriptions."""
    yield from _of("hotel", content.slug, content.description, {"": content.name})
    for venue in content.venues:
        kind = {"": venue.kind.replace("_", " ")}
        yield from _of("venue", venue.key, venue.description, venue.name, kind, venue.location)


def _of(type_: str, key: str, description: Text, *names: Text) -> Iterator[Statement]:
    around = _stems(*names)
    for sentence in matters.sentences(description):
        yield Statement(
            type=type_,
            key=key,
            text=sentence,
            said={language[:2]: _stems({language: said}) for language, said in sentence.items()},
            around=around,
            subjects=matters.subjects(sentence),
            details=matters.told((), sentence),
            names=matters.subjects(*names),
            beside=matters.subjects(description),
            pieces=tuple(
                (matters.subjects({language: piece}), matters.told((), {language: piece}))
                for language, said in sentence.items()
                for piece in _PIECES.split(said)
            ),
        )


def _stems(*texts: Text) -> frozenset[str]:
    return frozenset(stem(word) for text in texts for said in text.values() for word in words(said))
