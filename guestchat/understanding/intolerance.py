"""Owns whether a clause tells that somebody cannot have what it names: "nuts are a no-go for us". Pure.

The vocabularies hold what stands right beside an allergen ("allergic to nuts"); here is what other words may part from
it. Without it "Nüsse vertrage ich leider nicht" would ask for dishes with nuts.
"""

import re
from collections.abc import Iterable, Sequence

from guestchat.understanding.clauses import ASKING_VERBS, RELATIVES

# An allergen's words are written as @, all others folded and without apostrophes.
_GERMAN = r"""
@ (?:\w+ )?(?:vertr[ae]g\w*|bekomm\w*|ess|esse|essen|isst) (?:\w+ ){0,4}(?:nicht|nix|schlecht|kaum)\b
@ (?:darf|durfen|kann|konnen) (?:\w+ ){1,3}nicht\b
@ (?:(?:sind|ist|geht|gehen|waren) )?(?:\w+ ){0,4}(?:tabu|verboten|gar nicht|nicht erlaubt|no ?go|gift)\b
@ (?:muss|mussen|soll|sollen|sollte) (?:\w+ ){1,3}(?:meiden|weglassen|vermeiden|verzichten)\b
\b(?:reagier\w*|reaktion\w*|allerg\w*)(?: \w+){0,3} (?:auf|gegen|bei) (?:\w+ )?@
\b(?:auf|gegen|bei) (?:\w+ )?@ (?:\w+ ){0,3}(?:reagier\w*|allerg\w*)
\b(?:bei|von|durch) (?:\w+ )?@ (?:\w+ ){0,4}(?:luft|hals|ausschlag|schwillt|schwell\w*|schlecht|ubel|bauchweh|krampfe)\b
\bkeine?n? @ fur (?:mich|uns|meine?n?|unsere?n?|sie|ihn)\b
"""
_ENGLISH = r"""
@ (?:\w+ ){0,3}(?:cant|cannot|dont|mustnt|shouldnt|(?:can|do|must|may|should) not) (?:do|have|eat|take|tolerate|touch)\b
\b(?:cant|cannot|mustnt|shouldnt|(?:can|must|may|should) not)(?: \w+)? (?:do|have|eat|take|tolerate|touch)(?: \w+)? @
\b(?:cant|cannot|can not)(?: \w+)? (?:handle|stomach|digest)(?: \w+)? @
\b(?:unable|not allowed) to (?:have|eat|take|tolerate)(?: \w+)? @
\bno @ for (?:me|us|him|her|them|my|our)\b
@ (?:is|are|s) (?:\w+ ){0,3}(?:no go|nogo|off limits|forbidden|problem|poison|deadly|dangerous|trouble)\b
@ (?:\w+ )?(?:kills?|upsets?|triggers?|affects?|hurts?) (?:me|us|him|her|them|my|our)\b
@ (?:\w+ )?(?:makes?|sets?|gives?) (?:me|us|him|her|them|(?:my|our) \w+) (?:\w+ )?(?:sick|ill|off|hives|unwell|poorly)\b
@ (?:\w+ )?(?:makes?|gives?) (?:me|us|him|her|them|(?:my|our) \w+) (?:\w+ )?(?:itch\w*|swell\w*|rash|cramps)\b
\b(?:swell\w*|hives|rash|sick|ill|anaphyla\w*)(?: \w+){0,3} (?:from|to|with|by|for|of|off|after) (?:\w+ )?@
\b(?:react\w*|epipen|break\w* out|itch\w*)(?: \w+){0,3} (?:from|to|with|by|for|of|off|after) (?:\w+ )?@
@ (?:\w+ ){0,3}(?:dont|doesnt|(?:do|does) not) (?:agree|get along|sit well|go down)\b
\b(?:stay|keep|steer) (?:away|clear|off) (?:from |of )?@
\b(?:must|have to|has to|need to|needs to|gotta) avoid (?:\w+ )?@
"""
_FRENCH = r"""
@ (?:\w+ ){0,4}(?:supporte\w*|digere\w*|tolere\w*|peux|peut|pouvons) (?:\w+ )?(?:pas|mal|plus)\b
@ (?:\w+ ){0,3}(?:interdit\w*|exclu\w*|defendu\w*)\b
\b(?:supporte\w*|digere\w*|tolere\w*) (?:\w+ )?(?:pas|mal|plus) (?:\w+ ){0,2}@
\b(?:gonfle\w*|reagi\w*|malade|plaques|urticaire)(?: \w+){0,2} (?:avec|au|aux|a|les?|la|du|des) (?:\w+ )?@
\b(?:dois|doit|devons|faut) (?:\w+ )?eviter (?:\w+ )?@
\bpeu[xt] pas (?:\w+ )?(?:manger|prendre|boire) (?:\w+ ){0,2}@
"""
_SPANISH = r"""
@ no (?:\w+ ){0,3}(?:toler\w*|puedo|puede|podemos|pueden)\b
@ (?:\w+ ){0,2}(?:sienta|sientan|cae|caen) (?:\w+ )?mal\b
\b(?:sienta|sientan|cae|caen) (?:\w+ )?mal (?:\w+ )?@
@ (?:\w+ ){0,3}(?:prohibid\w*|da alergia|dan alergia)
\bno (?:puedo|puede|podemos) con (?:\w+ )?@
\b(?:tengo|tiene|tenemos) que evitar (?:\w+ )?@
\b(?:hinch\w*|reaccion\w*)(?: \w+){0,2} (?:con|a|al) (?:\w+ )?@
"""
_TOLD = re.compile(
    "|".join(line for said in (_GERMAN, _ENGLISH, _FRENCH, _SPANISH) for line in said.split("\n") if line)
)
# A list that is headed by the word needs nobody: "allergies: milk, eggs".
_HEADED = re.compile(r"^(?:\w+ )?(?:allerg|alerg|intoleran|unvertrag)\w* @")
_SOMEBODY = """
    i im ive we were me us my our he she they him her them his ich wir mir mich uns mein meine meinem meinen meiner
    unser unsere unserem unseren er sie ihm ihr ihn ihnen je j nous on moi me mon ma mes notre nos il elle lui ils elles
    yo mi mis nuestro nuestra nosotros nosotras me nos le les tengo tiene tenemos puedo podemos hincho tolero
"""
_OF_SOMEBODY = frozenset(_SOMEBODY.split()) | RELATIVES
_APOSTROPHES = str.maketrans("", "", "'\u2019")


def is_told(tokens: Sequence[str], spans: Iterable[tuple[int, int]]) -> bool:
    """Return whether a clause of folded words tells that somebody cannot have what stands at these places."""
    if not tokens or tokens[0] in ASKING_VERBS:
        return False
    starts = dict(spans)
    said, place = [], 0
    while place < len(tokens):
        said.append("@" if place in starts else tokens[place].translate(_APOSTROPHES))
        place = starts.get(place, place + 1)
    text = " ".join(said)
    of_somebody = not _OF_SOMEBODY.isdisjoint(said)
    return bool((of_somebody and _TOLD.search(text)) or _HEADED.search(text))
