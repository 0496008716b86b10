"""Owns the words that lead up to a question and ask for nothing themselves: "could you tell me when the bar opens"."""

import re
from collections.abc import Sequence

from guestchat.understanding.clauses import ASKING_VERBS
from guestchat.understanding.vocabulary import Vocabulary
from guestchat.words import WORD, words

_MARKED = re.compile(r"[,.;:!?()\n\u2013\u2014]|\s-+\s")
# Behind such a beginning a "please" is only kind; behind "do you have" or "can I get" it makes a wish.
_BEGINNINGS = """
    what what's whats when where where's wheres which who how how's why is are was if whether
    was wann wo wohin woher wie wieviel welche welcher welches welchen wer warum gibt gibt's gibts ist sind ob bis ab um
    combien comment quand quel quelle quels quelles ou est y qui si s'il jusqu'a
    cuando cuanto cuanta cuantos cuantas donde adonde cual cuales que como quien hay esta estan hasta si
"""
_WANTS_TO_KNOW = frozenset(_BEGINNINGS.split())
_KIND = frozenset({"greeting", "thanks"})


def without_lead(text: str, known: Vocabulary) -> str:
    """Return a message without what only leads up to its questions, and without a "please" behind one.

    "Tell me about the spa" stays: there is no question behind it that could stand alone.
    """
    pieces = list(WORD.finditer(text))
    tokens = [" ".join(words(piece.group())) for piece in pieces]
    kind = {place for match in known["please"].find(tokens) for place in match.places}
    # A lead is a lead with a "please" within: "could you please tell me".
    places = [place for place in range(len(tokens)) if place not in kind]
    said = [tokens[place] for place in places]
    for match in reversed(known["lead"].find(said)):
        first = places[match.start]
        while first - 1 in kind:
            first -= 1
        if match.end == len(said) or not _begins(said[match.end :], known):
            continue
        before = text[: pieces[first].start()]
        if first and not _MARKED.search(before[pieces[first - 1].end() :]) and not _is_greeting(tokens[:first], known):
            continue
        text = before + text[pieces[places[match.end]].start() :]
    return _without_please(text, known)


def _begins(tokens: Sequence[str], known: Vocabulary) -> bool:
    """Return whether a question begins with these words."""
    return tokens[0] in ASKING_VERBS or any(match.start == 0 for match in known["asks"].find(tokens[:4]))


def _is_greeting(tokens: Sequence[str], known: Vocabulary) -> bool:
    told = _greeting(tokens, known)
    told |= {place for match in known["courtesy"].find(tokens) for place in match.places}
    return all(place in told or token in known.filler for place, token in enumerate(tokens))


def _greeting(tokens: Sequence[str], known: Vocabulary) -> set[int]:
    kind = (match for match in known["talk"].find(tokens) if match.key in _KIND)
    return {place for match in kind for place in match.places}


def _without_please(text: str, known: Vocabulary) -> str:
    pieces = list(WORD.finditer(text))
    tokens = [" ".join(words(piece.group())) for piece in pieces]
    last = next((match for match in known["please"].find(tokens) if match.end == len(tokens) and match.start), None)
    if last is None:
        return text
    begins = max((place for place in range(last.start) if _is_marked_off(text, pieces, place)), default=0)
    greeting = _greeting(tokens, known)
    first = next(place for place in range(begins, len(tokens)) if place not in greeting or place == last.start)
    at_what = any(match.start == first and match.end > first + 1 for match in known["asks"].find(tokens))
    if tokens[first] not in _WANTS_TO_KNOW and not at_what:  # "à quelle heure"
        return text
    return text[: pieces[last.start].start()].rstrip(" ,") + text[pieces[-1].end() :]


def _is_marked_off(text: str, pieces: Sequence[re.Match[str]], place: int) -> bool:
    """Return whether a mark parts a word from the one before."""
    return bool(place and _MARKED.search(text[pieces[place - 1].end() : pieces[place].start()]))
