"""Owns what somebody cannot have that no kitchen has to declare: "allergic to coconut", "Fruktoseintoleranz". Pure.

No declaration tells whether a dish holds it. So it is kept for the whole conversation, dishes that name it are not
offered, and every answer about dishes says that the team is to be asked.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from guestchat.understanding.denying import DENYING
from guestchat.understanding.food import LONGEST_UNDECLARED, is_undeclared, is_undeclared_food
from guestchat.understanding.intolerance import written
from guestchat.understanding.stems import stem

# What stands for the thing is written as @, all others folded and without apostrophes, as in `intolerance`.
_ILL = r"allerg\w*|alerg\w*|intoleran\w*|unvertrag\w*"
_TO = (
    r"(?:(?:to|against|of|from|raw|fresh|any|all|the|and|or|auf|gegen|bei|von|die|das|den|rohe?n?|frische?n?|und|a|au|aux"
    r"|al|la|le|les|l|de|du|des|el|los|las|et|ou|y|o|is|are|ist|sind|est|es|son) )"
)
_WITH_THE_WORD = rf"""
@ (?:{_ILL})\b
\b(?:{_ILL}) {_TO}{{0,4}}@
@ (?:\w+ ){{0,2}}(?:allergisch|allergic|allergique|alergic[oa])\b
"""
_WITHOUT_IT = r"""
\b(?:cant|cannot|mustnt|not allowed to|unable to|(?:can|may|must) not) (?:have|eat|take|drink|tolerate) (?:any |raw )?@
\b(?:dont|doesnt|(?:do|does) not) tolerate (?:any |raw )?@
@ (?:makes?|gives?) (?:me|us|him|her|them|(?:my|our) \w+) (?:\w+ )?(?:sick|ill|hives|unwell|swell\w*|itch\w*|rash)\b
\b(?:swell\w*|hives|rash|sick|ill|react\w*|itch\w*) (?:\w+ )?(?:from|to|with|off|after) (?:eating )?(?:raw )?@
\b(?:vertr[ae]g\w*) (?:\w+ ){0,3}(?:kein\w*|nicht) @
@ (?:vertr[ae]g\w*) (?:\w+ ){1,4}(?:nicht|schlecht|nix)\b
\bvertr[ae]g\w* (?:\w+ ){0,3}@ (?:\w+ ){0,2}(?:nicht|schlecht|nix)\b
@ (?:me|nous|lui|la|le) (?:rend\w*|donn\w*|fait|font) (?:\w+ ){0,2}(?:malades?|plaques|boutons|gonfler|mal)\b
\b(?:darf|kann|durfen|konnen) (?:\w+ ){0,3}kein\w* (?:rohe?n? )?@
\breagier\w* (?:\w+ ){0,3}(?:auf|bei) (?:rohe?n? )?@
\b(?:supporte\w*|digere\w*|tolere\w*) (?:\w+ )?(?:pas|mal|plus) (?:(?:l[ae]s?|de|du) )?@
\bpeu[xt] pas (?:\w+ )?(?:manger|prendre|boire) (?:de |du |l[ae]s? )?@
\bno (?:puedo|puede|podemos|tolero|tolera) (?:(?:comer|tomar|beber) )?(?:el |la |los |las )?@
@ (?:\w+ )?(?:me|nos|le) (?:sienta|sientan|cae|caen) (?:\w+ )?(?:mal|fatal)\b
\b(?:me|nos|le) (?:sienta|sientan|cae|caen) (?:\w+ )?(?:mal|fatal) (?:el |la |los |las )?@
"""
_BY_ITS_NAME = re.compile("|".join(filter(None, _WITH_THE_WORD.split("\n"))))
_TOLD = re.compile("|".join(filter(None, (_WITH_THE_WORD + _WITHOUT_IT).split("\n"))))
# One of these is in each of the patterns: most of what guests write holds none.
_MAY_TELL = re.compile(
    rf"{_ILL}|malabsorption|vertr[ae]g|reagier|support|diger|toler|sient|\bcae|cant|cannot|\bnot\b|mustnt|unable"
    r"|\bdoe?s?nt\b|makes?\b|gives?\b|swell|hives|rash|sick|\bill\b|react|itch|\bkein|peu[xt] pas|without|\bno\b|ohne"
    r"|\bsans\b|\bsin\b|rend|donn|\bfait\b|\bfont\b"
)
_GLUED = re.compile(r"(\w{4,}?)(?:allergi\w*|intoleranz\w*|unvertraglichkeit\w*|malabsorption)")
_DENIED_WITHIN = 3
_DENIED = DENYING | {"isnt", "arent", "aint", "dont"}
_WITHOUT = re.compile(r"\b(?:without|no|ohne|sans|sin)(?: any)? @")
_LISTED = re.compile(r"(?:,|and|or|und|oder|et|ou|y|o|e) ?(?:(?:la|le|les|el|los|las|de|a|auf|gegen|any|no) )*")
_APOSTROPHES = str.maketrans("", "", "'\u2019")


@dataclass(frozen=True, slots=True)
class Told:
    """What is told: the words, folded as they are read, and the places that tell it.

    `without` is what is to be left out this once: "something without garlic".
    """

    words: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    places: frozenset[int] = frozenset()


NOTHING = Told()


def told(tokens: Sequence[str], marks: Collection[int], taken: Collection[int], told_until: int) -> Told:
    """Return what folded words say that somebody cannot have and no kitchen declares.

    `marks` are the places before which a comma or a colon stands, `taken` those of declared allergens. Behind
    `told_until` a clause asks, and only what is called an allergy is told there: "can you eat the mushrooms raw" says
    it of nobody.
    """
    plain = [token.translate(_APOSTROPHES) for token in tokens]
    if not _MAY_TELL.search(" ".join(plain)):
        return NOTHING
    glued = {
        place: match[1]
        for place, token in enumerate(plain)
        if (match := _GLUED.fullmatch(token)) and is_undeclared((stem(match[1].removesuffix("s")),))
    }
    ends = {start: end for start, end in _things(plain) if not set(range(start, end)) <= set(taken)}
    if not (ends or glued):
        return NOTHING
    # A declared allergen is one of the list: "allergic to nuts and kiwi".
    text, at = written(["and" if place in taken else token for place, token in enumerate(tokens)], ends, marks)
    until = next((position for position, place in at.items() if place >= told_until), len(text))
    found = [*_BY_ITS_NAME.finditer(text), *_TOLD.finditer(text, 0, until)]
    found = [match for match in found if not _is_denied(text, match.start())]
    said = _with_their_lists(text, at, found, until)
    starts = [
        place for place in range(len(plain)) if all(place <= start or place >= end for start, end in ends.items())
    ]
    telling = {
        place
        for match in found
        for place in starts[text[: match.start()].count(" ") : text[: match.end()].rstrip().count(" ") + 1]
    }
    foods = {position: start for position, start in at.items() if is_undeclared_food(stem(plain[start]))}
    left_out = _with_their_lists(text, foods, _WITHOUT.finditer(text), len(text)) - said
    spans = {position: (start, ends[start]) for position, start in at.items()}
    return Told(
        words=(*(" ".join(tokens[slice(*spans[each])]) for each in sorted(said)), *glued.values()),
        without=tuple(" ".join(tokens[slice(*spans[each])]) for each in sorted(left_out)),
        places=frozenset(place for each in said | left_out for place in range(*spans[each])) | glued.keys() | telling,
    )


def _with_their_lists(text: str, at: Mapping[int, int], found: Iterable[re.Match[str]], until: int) -> set[int]:
    """Return the things that matches hold, with what is listed beside them: "allergic to kiwi and strawberries"."""
    matches = list(found)
    said = {position for position in at if any(match.start() <= position < match.end() for match in matches)}
    neighbours = [
        (one, other) for one, other in pairwise(at) if other < until and _LISTED.fullmatch(text, one + 2, other)
    ]
    for one, other in (*neighbours, *reversed(neighbours)):
        said |= {one, other} if said & {one, other} else set()
    return said


def _is_denied(text: str, until: int) -> bool:
    return not _DENIED.isdisjoint(text[:until].split()[-_DENIED_WITHIN:])


def _things(tokens: Sequence[str]) -> list[tuple[int, int]]:
    stems = [stem(token) for token in tokens]
    found: list[tuple[int, int]] = []
    place = 0
    while place < len(stems):
        length = next(
            (
                n
                for n in range(min(LONGEST_UNDECLARED, len(stems) - place), 0, -1)
                if is_undeclared(stems[place : place + n])
            ),
            0,
        )
        if length:
            found.append((place, place + length))
        place += length or 1
    return found
