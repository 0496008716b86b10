"""Owns putting phrases that say one thing in many ways into the words that the vocabularies know. Pure."""

import re
from collections.abc import Mapping

from guestchat.understanding.food import concepts, is_meat
from guestchat.understanding.stems import stem
from guestchat.words import fold

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


def in_known_words(text: str, language: str) -> str:
    """Return a guest's text with such phrases put into known words; all else as it was written."""
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
