"""Owns cutting a message into the questions that it holds; pure."""

import re
from collections.abc import Iterator, Sequence

from guestchat.understanding.vocabulary import Vocabulary
from guestchat.words import fold, words

# A full stop ends a clause only before a space and a letter: "14.50", "a.m." and "e.g." stay whole.
_ABBREVIATED = r"(?<![.\s]\w)(?<!\b[mM]r)(?<!\b[mM]s)(?<!\b[dD]r)(?<!\b[mM]rs)(?<!\bHr)(?<!\bFr)(?<!\bSr)(?<!\bSra)"
_END = re.compile(rf"[?!;\n]+|{_ABBREVIATED}\.+(?=\s+[^\W\d])|\.+$")
# "Am 24. abends", "vom 1.12. bis": in German the number of a day or a month before a small letter ends no clause.
_BEFORE_A_DATE = ("[aA]m", "[vV]om", "[zZ]um", "[aA]b", "[dD]en", "[dD]em")
_DATES = (
    rf"(?<=\b{word} {date})"
    for word in _BEFORE_A_DATE
    for date in (r"\d", r"\d\d", r"\d\.\d", r"\d\.\d\d", r"\d\d\.\d", r"\d\d\.\d\d")
)
_DAYS_NUMBER = rf"(?:{'|'.join(_DATES)})\.(?=\s+[a-z])"
_GERMAN_END = re.compile(rf"[?!;\n]+|(?!{_DAYS_NUMBER}){_ABBREVIATED}\.+(?=\s+[^\W\d])|\.+$")
MAX_CLAUSES = 5
_SOMEBODY = """
    wife wifes husband husbands hubby hubbys daughter daughters son sons girlfriend boyfriend gf bf partner partners
    lad lads teenager mum mom mums dad dads sister brother friend friends kid kids child frau mann freundin freund
    tochter sohn mutter vater schwester bruder kind partnerin femme mari fille fils copine copain mere pere soeur
    frere ami amie enfant mujer marido hija hijo novia novio madre padre hermana hermano amigo amiga mam mammy mummy
    daddy gran granny nan nana grandma grandpa grandad granddad grandmother grandfather nephew niece aunt auntie
    uncle cousin cousins fiance fiancee toddler youngest oldest eldest grandson granddaughter grandchild mate missus
    bairn lass colleague bub bua oma opa omi mama mutti vati papa grossmutter grossvater schwiegermutter
    schwiegervater neffe nichte tante onkel enkel enkelin cousine kumpel gatte gattin ehefrau ehemann verlobte
    verlobter kollege kollegin madl maman mamie papi papy neveu oncle gosse conjoint conjointe gamin gamine
    belle-mere collegue pote abuela abuelo mami nena nene nina nino sobrina sobrino tia suegra suegro esposa esposo
    pareja nieta nieto colega bebe
"""
# Whom guests speak of, in any language.
RELATIVES = frozenset(_SOMEBODY.split())
# Verbs that questions begin with, in any language.
_BEGINNING = """
    can could may might shall should would am any anything kann konnen konnte konnten darf durfen durfte gibt habt haben
    hat hast ist sind muss peut puis avez faut puedo puede podemos hay tienen tiene es
"""
ASKING_VERBS = frozenset(_BEGINNING.split())
_SAYS_IT = re.compile(
    r"\b(?:it costs?|is it|does it cost|it possible|it ok(?:ay)?|it allowed) to\b|\bkostet es\b.*\bzu\b"
    r"|\bca coute .*\bde\b"
)


def split(text: str, vocabulary: Vocabulary, *, on_a_dish: bool = False) -> list[str]:
    """Return the message's clauses, in order; what says nothing by itself joins its neighbour.

    Where a dish was spoken of before, "is it safe then" asks of it, and not of the milk that somebody cannot have.
    """
    end = _GERMAN_END if vocabulary.language == "de" else _END
    clauses = [clause for sentence in end.split(text) for clause in _questions(sentence.strip(" ,"), vocabulary)]
    joined: list[str] = []
    for clause in clauses:
        leans = joined and not _has_topic(clause, vocabulary) and _has_topic(joined[-1], vocabulary)
        if leans and not _is_asked_after_it_was_told(clause, joined[-1], vocabulary, on_a_dish=on_a_dish):
            joined[-1] = f"{joined[-1]}, {clause}"
        else:
            joined.append(clause)
    while len(joined) > 1 and _says_nothing(joined[0], vocabulary):
        del joined[0]  # "New topic. What's the wifi?"
    return joined[:MAX_CLAUSES] or [text.strip()]


def _is_asked_after_it_was_told(clause: str, before: str, vocabulary: Vocabulary, *, on_a_dish: bool) -> bool:
    """ "My gran is dodgy with crab. What should she have?", or "Is it safe then" of a dish: no word on the crab."""
    tokens = words(clause)
    asks = (on_a_dish and _points(tokens, vocabulary)) or "ask" in vocabulary["menu"].keys(tokens)
    return asks and _says_what_they_cannot_have(words(before), vocabulary)


def _says_nothing(clause: str, vocabulary: Vocabulary) -> bool:
    """Return whether all words of a clause are empty, and none points, greets or asks."""
    tokens = words(clause)
    courtesies = {place for match in vocabulary["courtesy"].find(tokens) for place in match.places}
    empty = all(token in vocabulary.filler or place in courtesies for place, token in enumerate(tokens))
    return empty and not any(vocabulary[table].find(tokens) for table in ("aspect", "follow_up", "hours", "talk"))


def is_marked(clause: str, text: str) -> bool:
    """Return whether a question mark follows one of a message's clauses."""
    last = clause if clause in text else clause.rsplit(", ", 1)[-1]
    return re.match(r"[\s,!]*\?", text[text.rfind(last) + len(last) :]) is not None


def _questions(sentence: str, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield a sentence's questions, cut before "and when", "and is there" and the like, and after what is only told."""
    if not sentence:
        return
    pieces = list(re.finditer(r"\S+", sentence))
    tokens = [" ".join(words(piece.group())) or "-" for piece in pieces]
    cuts = [match.start for match in vocabulary["split"].find(tokens) if match.start > 0]
    if "," in sentence and (told := _end_of_what_is_told(pieces, tokens, vocabulary)) is not None:
        cuts = sorted({told, *cuts})
    start = 0
    for cut in cuts:
        head = sentence[pieces[start].start() : pieces[cut].start()].strip(" ,")
        if head and _has_topic(head, vocabulary):
            yield head
            start = cut
    yield sentence[pieces[start].start() :].strip(" ,")


# So far into a sentence somebody is spoken of: "oh my wife is vegan, what can she eat".
_SOON = 4


def _end_of_what_is_told(pieces: Sequence[re.Match[str]], tokens: Sequence[str], vocabulary: Vocabulary) -> int | None:
    """Return where a question begins after a comma, if the sentence tells something of somebody before it."""
    of_somebody = [match.start for match in vocabulary["me"].find(tokens) if match.start < _SOON]
    of_somebody += [place for place, token in enumerate(tokens[:_SOON]) if token in RELATIVES]
    of_somebody.sort()
    opening = {match.start for match in vocabulary["asks"].find(tokens)}
    opening |= {
        place for place, token in enumerate(tokens) if token in ASKING_VERBS or _asks_in_short(token, vocabulary)
    }
    if not of_somebody or min(opening, default=_SOON) <= of_somebody[0]:
        return None  # "if we come late, is anybody there" asks of a case
    commas = (place + 1 for place, piece in enumerate(pieces) if piece.group().endswith(","))
    cut = next((place for place in commas if place in opening and place > of_somebody[0]), None)
    if cut is None or _says_what_they_cannot_have(tokens[:cut], vocabulary):
        return cut
    # "I like it hot, what do you suggest" narrows what is asked.
    narrows = any(vocabulary[table].find(tokens[:cut]) for table in ("course", "menu", "aspect"))
    # "I'd have the brownie, are there nuts in it" asks of the brownie.
    return None if narrows or _points(tokens[cut:], vocabulary) else cut


def _asks_in_short(token: str, vocabulary: Vocabulary) -> bool:
    """Return whether a word of dialect or in short begins a question: "keske" is "qu'est-ce que"."""
    meant = words(vocabulary.colloquial.get((token,), ""))
    return bool(meant) and (meant[0] in ASKING_VERBS or bool(vocabulary["asks"].find(meant)))


def _points(tokens: Sequence[str], vocabulary: Vocabulary) -> bool:
    return "it" in vocabulary["follow_up"].keys(tokens)


def _says_what_they_cannot_have(tokens: Sequence[str], vocabulary: Vocabulary) -> bool:
    of_somebody = vocabulary["me"].find(tokens) or not RELATIVES.isdisjoint(tokens)
    return bool(of_somebody) and any(vocabulary[table].find(tokens) for table in ("allergen", "diet"))


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
    pointing = _points(tokens, vocabulary) and not _SAYS_IT.search(fold(clause))
    plain = vocabulary.plain if pointing else frozenset[str]()
    return any(
        token not in vocabulary.filler and token not in plain and place not in empty
        for place, token in enumerate(tokens)
    )
