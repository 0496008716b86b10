"""Owns cutting a message into the questions that it holds; pure."""

import re
from collections.abc import Iterator, Sequence

from guestchat.understanding.vocabulary import Vocabulary
from guestchat.words import fold, words

# A full stop ends a clause only before a space and a letter: "14.50", "a.m." and "e.g." stay whole.
_ABBREVIATED = r"(?<![.\s]\w)(?<!\b[mM]r)(?<!\b[mM]s)(?<!\b[dD]r)(?<!\b[mM]rs)(?<!\bHr)(?<!\bFr)(?<!\bSr)(?<!\bSra)"
_END = re.compile(rf"[?!;\n]+|{_ABBREVIATED}\.+(?=\s+[^\W\d])|\.+$")
# "Am 24. abends": in German a day's number before a small letter ends no clause.
_DAYS_NUMBER = r"(?:(?<=\b[aA]m \d\d)|(?<=\b[vV]om \d\d)|(?<=\b[zZ]um \d\d))\.(?=\s+[a-z])"
_GERMAN_END = re.compile(rf"[?!;\n]+|(?!{_DAYS_NUMBER}){_ABBREVIATED}\.+(?=\s+[^\W\d])|\.+$")
MAX_CLAUSES = 5
_SAYS_IT = re.compile(
    r"\b(?:it costs?|is it|does it cost|it possible|it ok(?:ay)?|it allowed) to\b|\bkostet es\b.*\bzu\b"
    r"|\bca coute .*\bde\b"
)


def split(text: str, vocabulary: Vocabulary) -> list[str]:
    """Return the message's clauses, in order; what says nothing by itself joins its neighbour."""
    end = _GERMAN_END if vocabulary.language == "de" else _END
    clauses = [clause for sentence in end.split(text) for clause in _questions(sentence.strip(" ,"), vocabulary)]
    joined: list[str] = []
    for clause in clauses:
        if joined and not _has_topic(clause, vocabulary) and _has_topic(joined[-1], vocabulary):
            joined[-1] = f"{joined[-1]}, {clause}"
        else:
            joined.append(clause)
    return joined[:MAX_CLAUSES] or [text.strip()]


def is_marked(clause: str, text: str) -> bool:
    """Return whether a question mark follows one of a message's clauses."""
    last = clause if clause in text else clause.rsplit(", ", 1)[-1]
    return re.match(r"[\s,!]*\?", text[text.rfind(last) + len(last) :]) is not None


def _questions(sentence: str, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield a sentence's questions, cut before "and when", "and is there" and the like."""
    if not sentence:
        return
    pieces = list(re.finditer(r"\S+", sentence))
    tokens = [" ".join(words(piece.group())) or "-" for piece in pieces]
    cuts = [match.start for match in vocabulary["split"].find(tokens) if match.start > 0]
    start = 0
    for cut in cuts:
        head = sentence[pieces[start].start() : pieces[cut].start()].strip(" ,")
        if head and _has_topic(head, vocabulary):
            yield head
            start = cut
    yield sentence[pieces[start].start() :].strip(" ,")


def _has_topic(clause: str, vocabulary: Vocabulary) -> bool:
    """Return whether a clause can stand alone: "how much is it" cannot, "when does the bar open" can."""
    tokens: Sequence[str] = words(clause)
    empty = {
        place
        for table in ("aspect", "follow_up", "hours", "talk")
        for match in vocabulary[table].find(tokens)
        for place in match.places
    }
    # "How long does it take": what "it" stands in for is in the clause before. "What's it cost to …" says it itself.
    pointing = "it" in vocabulary["follow_up"].keys(tokens) and not _SAYS_IT.search(fold(clause))
    plain = vocabulary.plain if pointing else frozenset[str]()
    return any(
        token not in vocabulary.filler and token not in plain and place not in empty
        for place, token in enumerate(tokens)
    )
