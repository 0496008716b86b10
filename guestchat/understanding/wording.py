"""Owns putting what is said in many ways, or in dialect, into the words that the vocabularies know. Pure."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from guestchat.understanding.food import concepts, is_meat
from guestchat.understanding.stems import stem
from guestchat.understanding.vocabulary import Vocabulary
from guestchat.words import WORD, fold, words

_NO = r"(?:without|no|not any|neither|ohne|keine?n?|weder|sans|pas de|ni|sin|no llevan?|no tienen?)"
_OR = r"(?:\s*[,/&+]\s*|\s+)(?:(?:or|and|nor|u\.?|und|oder|noch|ni|et|ou|y|o|e)\s+)?"
_MEAT = r"(?:meat|fleisch|viande|carne)"
_FISH = r"(?:fish|fisch|poissons?|pescado)"
_AGAIN = rf"(?:{_NO}\s+|de\s+|any\s+)?"
# "Ohne Fleisch und Fisch", "sin carne ni pescado": the fish is kept for the allergens, as is all that follows it.
_NO_MEAT_NO_FISH = re.compile(
    rf"\b(?P<no>{_NO})\s+(?:any\s+)?(?:{_MEAT}{_OR}{_AGAIN}(?P<fish>{_FISH})|(?P<first>{_FISH}){_OR}{_AGAIN}{_MEAT})\b"
    rf"(?!\s*(?:sauce|stock|broth|so(?:ss|ß)e|fond))"
)
_VEGETARIAN: Mapping[str, str] = {
    "en": "vegetarian",
    "de": "vegetarisch",
    "fr": "végétarien",
    "es": "vegetariano",
}
# "Habt ihr montags auf", "hat die Bar sonntags zu": German parts the word for open and closed from its verb.
_OPEN_OR_CLOSED = re.compile(
    r"(?P<before>\b(?:habt|haben|hat|ist|sind)\b[^?!.;\n]*\s)(?P<said>auf|zu)(?=\s*(?:[?!.;\n]|$))", re.IGNORECASE
)
# "Fischgerichte" are dishes of fish.
_DISHES_OF = re.compile(r"\b([^\W\d_]{4,})(gerichte?n?)\b", re.IGNORECASE)


_OKAY = (
    r"cool|ok(?:ay)?|great|nice|perfect|lovely|brilliant|alright|right|fine|got it|thanks|thank you|thx|super|prima"
    r"|toll|gut|perfekt|danke|passt|alles klar|top|parfait|d'accord|merci|genial|vale|perfecto|gracias|estupendo"
)
_ASKS_ON = (
    r"and|so|but|then|what|when|where|which|who|how|is|are|can|could|do|does|will|und|aber|dann|was|wann|wo|wie|welche"
    r"|ist|sind|kann|gibt|habt|et|mais|alors|quand|ou|combien|est|y|pero|entonces|que|cuando|donde|cuanto|hay"
)
# "Thank you so much" and "merci quand même" ask nothing.
_NO_MORE = r"so (?:much|very|kind|nice|sweet|good|helpful|lovely)|quand m[eê]me"
_OKAY_FIRST = re.compile(rf"^\W*(?:(?:{_OKAY})\b[\s,.!]+)+(?!(?:{_NO_MORE})\b)(?=(?:{_ASKS_ON})\b)", re.IGNORECASE)


def without_okay(text: str) -> str:
    """Return a text without the word of assent before it: "cool and where is that" asks for nothing cool."""
    found = _OKAY_FIRST.match(text)
    return text[found.end() :] if found and len(text) > found.end() + _SHORTEST_QUESTION else text


_SHORTEST_QUESTION = 3


# What guests put in a picture where an allergy may hang by it, and the words that stand for it.
_PICTURED: Mapping[str, Mapping[str, str]] = {
    "\U0001f95c": {
        "en": "nuts and peanuts",
        "de": "Nüsse und Erdnüsse",
        "fr": "noix et cacahuètes",
        "es": "nueces y cacahuetes",
    },
    "\U0001f330": {"en": "nuts", "de": "Nüsse", "fr": "noix", "es": "nueces"},
    "\U0001f95b": {"en": "milk", "de": "Milch", "fr": "lait", "es": "leche"},
    "\U0001f9c0": {"en": "cheese", "de": "Käse", "fr": "fromage", "es": "queso"},
    "\U0001f95a": {"en": "eggs", "de": "Eier", "fr": "œufs", "es": "huevos"},
    "\U0001f41f": {"en": "fish", "de": "Fisch", "fr": "poisson", "es": "pescado"},
    "\U0001f990": {"en": "shrimps", "de": "Garnelen", "fr": "crevettes", "es": "gambas"},
    "\U0001f364": {"en": "shrimps", "de": "Garnelen", "fr": "crevettes", "es": "gambas"},
    "\U0001f980": {"en": "crab", "de": "Krebse", "fr": "crabe", "es": "cangrejo"},
    "\U0001f99e": {"en": "lobster", "de": "Hummer", "fr": "homard", "es": "langosta"},
    "\U0001f991": {"en": "squid", "de": "Tintenfisch", "fr": "calmars", "es": "calamares"},
    "\U0001f9aa": {"en": "oysters", "de": "Austern", "fr": "huîtres", "es": "ostras"},
    "\U0001f33e": {"en": "gluten", "de": "Gluten", "fr": "gluten", "es": "gluten"},
    "\U0001f6ab": {"en": "no", "de": "kein", "fr": "pas de", "es": "sin"},
    "\u274c": {"en": "no", "de": "kein", "fr": "pas de", "es": "sin"},
}
_PICTURES = re.compile(f"[{''.join(_PICTURED)}]")


def without_pictures(text: str, language: str) -> str:
    """Return a guest's text with pictures of foods put into words: "no \U0001f95c for me" is a matter of life.

    Beside its own word a picture says nothing more: "nuts \U0001f95c and shellfish".
    """
    if text.isascii() or not _PICTURES.search(text):
        return text
    base = language[:2] if language[:2] in _VEGETARIAN else "en"
    said = {stem(word) for word in words(text)}

    def put(found: re.Match[str]) -> str:
        meant = _PICTURED[found.group()][base]
        return " " if said & {stem(word) for word in words(meant)} - _BETWEEN_PICTURES else f" {meant} "

    return _PICTURES.sub(put, text)


_BETWEEN_PICTURES = frozenset({"and", "und", "et", "y", "de"})


def written_out(text: str, known: Vocabulary, own: AbstractSet[str]) -> str:
    """Return a guest's text with dialect and what is typed in short put into plain words: "habts", "tmrw", "tb".

    `own` are the hotel's words: what it writes itself is meant as it is.
    """
    pieces = list(WORD.finditer(text))
    said = [" ".join(words(piece.group())) for piece in pieces]
    put: list[str] = []
    end = place = 0
    while place < len(pieces):
        longest = known.longest_colloquial.get(said[place].partition(" ")[0], 1)
        for length in range(min(longest, len(pieces) - place), 0, -1):
            meant = known.colloquial.get(tuple(" ".join(said[place : place + length]).split()))
            if length == 1 and meant is None:
                meant = _grown(said[place], known)
            if meant is None or (length == 1 and said[place] in own):
                continue
            last = pieces[place + length - 1]
            between = text[pieces[place].start() : last.end()]
            if length > 1 and not _ON_ONE_BREATH.fullmatch(between):
                continue
            put += (text[end : pieces[place].start()], meant)
            end, place = last.end(), place + length - 1
            break
        place += 1
    return "".join((*put, text[end:])) if put else text


_SMALL = re.compile(r"(?P<root>\w{2,}?)c?it(?P<end>[oa]s?)$")


def _grown(word: str, known: Vocabulary) -> str | None:
    """Return the word that a Spanish diminutive is of, if the vocabulary knows it alone: "maquinita" is a máquina."""
    if known.language != "es" or word in known.understood:
        return None
    small = _SMALL.match(word)
    if small is None:
        return None
    root, end = small["root"], small["end"]
    plural = "s" if end.endswith("s") else ""
    forms = (root + end, root + "e" + plural, root + plural)
    return next((each for each in forms if len(each) > _SHORTEST_GROWN and each in known.understood), None)


_SHORTEST_GROWN = 3
_ON_ONE_BREATH = re.compile(r"[^,.;:!?()\n]+")


# "Not allergic to fish but to mustard": of what is denied nothing is left, of what follows all.
_NOT_THAT_BUT_THIS = re.compile(
    r"\b(?:not|nicht|ned|net|pas|no)\s+(?P<allergic>(?:allerg|al[e\u00e9]rg)\w*)\s+(?P<to>to|gegen|auf|bei|\u00e0|au|aux|al|a)\s+"
    r"[^.;!?]{2,40}?,?\s*\b(?:but|sondern|aber|mais|sino|pero)\s+(?:to|gegen|auf|bei|\u00e0|au|aux|al|a)\s+",
    re.IGNORECASE,
)


def in_known_words(text: str, language: str) -> str:
    """Return a guest's text with such phrases put into known words; all else as it was written."""
    text = _NOT_THAT_BUT_THIS.sub(lambda said: f"{said['allergic']} {said['to']} ", text)
    folded = fold(text)
    if len(folded) == len(text) and (said := _NO_MEAT_NO_FISH.search(folded)):
        kept = f"{_VEGETARIAN[language]} {said['no']} {said['fish'] or said['first']}"
        text = f"{text[: said.start()]}{kept}{text[said.end() :]}"
    if language != "de":
        return text
    return _OPEN_OR_CLOSED.sub(_whole, _DISHES_OF.sub(_opened, text))


def _whole(said: re.Match[str]) -> str:
    return f"{said['before']}{'geöffnet' if said['said'].lower() == 'auf' else 'geschlossen'}"


def _opened(compound: re.Match[str]) -> str:
    begins = stem(fold(compound[1]))
    return f"{compound[1]} {compound[2]}" if concepts(begins) or is_meat(begins) else compound[0]
