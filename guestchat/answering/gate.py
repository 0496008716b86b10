"""Owns the gate: no text that staff or a model wrote may promise anything about allergens. Only `kitchen` may.

A promise is found by what stands close together: an allergen, or a word for allergies, beside a word that denies it or
calls it harmless. In doubt a text is held back: what it costs is one answer, and what a promise may cost is a life.
"""

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from guestchat.understanding import allergies
from guestchat.understanding.vocabulary import LANGUAGES, vocabulary
from guestchat.words import words

_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n+")
_SPACED_OUT = re.compile(r"\b(?:\w[ .·-]){3,}\w\b")
# As cards mark dishes: "Risotto (GF)".
_MARK = re.compile(r"[(\[,/ ](?:GF|DF|NF)\b(?=[)\],/ ]|$)")
_ALLERGY = re.compile(r"^(?:allerg|alerg|celiac|celiaq|coeliac|coeliaq|zoliak|intoleran|unvertraglich)")
_GLUED = re.compile(r"^(.{3,}?)s?(?:free|frei(?:e[nmrs]?)?)$")
# What denies, and the words that may stand between it and what is denied: "is not made with any eggs".
_DENIES = re.compile(
    r"^(?:no|not|non|never|without|dont|doesnt|isnt|arent|don't|doesn't|isn't|aren't|cannot|zero|none|kein\w*|nie|niemals"
    r"|nicht|ohne|weder|noch|sans|pas|jamais|aucune?s?|ni|sin|nunca|jamas|ningun\w*|cero|libres?|exent[oa]s?|exempte?s?"
    r"|free|frei|freie[nmrs]?|0|nor|neither)$"
)
_BETWEEN = frozenset(
    [
        "use",
        "uses",
        "using",
        "used",
        "made",
        "make",
        "with",
        "any",
        "add",
        "adds",
        "added",
        "contain",
        "contains",
        "containing",
        "have",
        "has",
        "having",
        "the",
        "of",
        "from",
        "all",
        "a",
        "an",
        "in",
        "our",
        "trace",
        "traces",
        "other",
        "major",
        "14",
        "fourteen",
        "known",
        "is",
        "are",
        "there",
        "common",
        "risk",
        "for",
        "to",
        "danger",
        "verwenden",
        "verwendet",
        "verarbeiten",
        "verarbeitet",
        "enthalten",
        "enthalt",
        "mit",
        "von",
        "jegliche",
        "jeglichen",
        "allen",
        "alle",
        "allem",
        "der",
        "die",
        "das",
        "den",
        "spuren",
        "bei",
        "uns",
        "gefahr",
        "de",
        "d",
        "du",
        "des",
        "le",
        "la",
        "les",
        "l",
        "tout",
        "tous",
        "toute",
        "toutes",
        "trace",
        "utilise",
        "utilisons",
        "utilisent",
        "on",
        "contient",
        "contiennent",
        "aucun",
        "aucune",
        "employons",
        "risque",
        "pour",
        "usamos",
        "usa",
        "utilizamos",
        "lleva",
        "llevan",
        "contiene",
        "contienen",
        "tiene",
        "tienen",
        "el",
        "los",
        "las",
        "nada",
        "trazas",
        "ninguno",
        "todo",
        "todos",
        "riesgo",
        "para",
    ]
)
_REACH = 4
# What denies after the allergen: "nuts are never used", "Gluten ist nicht enthalten".
_UNUSED = re.compile(
    r"^(?:used|present|contained|added|included|found|enthalten|verwendet|verarbeitet|dabei|drin|utilise\w*|presents?"
    r"|employe\w*|contenu\w*|usa|usan|utilizan?|presentes?|contenid\w*)$"
)
# What calls something harmless for those who have an allergy.
_HARMLESS = re.compile(
    r"^(?:safe\w*|suitable|harmless|fine|ok|okay|friendly|unproblematic|riskless|sicher\w*|geeignet\w*|unbedenklich\w*"
    r"|vertraglich\w*|freundlich\w*|harmlos\w*|problemlos|bedenkenlos|sur|sure|surs|sures|adapte\w*|convien\w*|danger"
    r"|risque|inoffensi\w*|seguro\w?s?|segura\w?s?|apt[oa]s?|adecuad[oa]s?|inofensiv\w*|riesgo|peligro|enjoy|geniessen)$"
)
_MAY_EAT = re.compile(
    r"\b(?:can|may|could) (?:safely |happily |still |all )?(?:eat|have|enjoy|drink)\b"
    r"|\b(?:konnen|kann|durfen|darf)\b.*\b(?:essen|geniessen|trinken)\b"
    r"|\bpeu(?:t|vent|x|vez) (?:\w+ )?(?:manger|boire|prendre)\b|\bpued(?:e|en|es) (?:\w+ )?(?:comer|beber|tomar)\b"
)


@lru_cache(maxsize=20_000)
def promises(text: str) -> bool:
    """Return whether a text says, in any language, that an allergen is absent or something is safe for an allergy."""
    plain = _plainly(text)
    tokens = words(plain)
    if not tokens:
        return False
    if _MARK.search(plain) or any(_promises(tokens, language) for language in LANGUAGES):
        return True
    return any(_sentence_promises(words(sentence)) for sentence in _SENTENCE_END.split(plain) if sentence)


def held_back(text: str, instead: str = "") -> str:
    """Return a text that may be said, else what is said instead of it."""
    return instead if promises(text) else text


@lru_cache(maxsize=20_000)
def promised(text: str) -> tuple[str, ...]:
    """Return the allergens whose absence a name promises: "Gluten-free brownie"."""
    tokens = words(_plainly(text))
    found = [allergies.find(tokens, vocabulary(language)).avoid for language in LANGUAGES]
    return tuple(dict.fromkeys(code for codes in found for code in codes))


def _plainly(text: str) -> str:
    """Return a text as it is read: entities as characters, nothing invisible, no letters spaced out."""
    seen = unicodedata.normalize("NFKC", html.unescape(text))
    seen = "".join(char for char in seen if unicodedata.category(char) != "Cf")
    return _SPACED_OUT.sub(lambda found: re.sub(r"[ .·-]", "", found.group()), seen)


def _promises(tokens: list[str], language: str) -> bool:
    known = vocabulary(language)
    found = allergies.find(tokens, known)
    if found.avoid:
        return True
    speaks_of_allergy = bool(found.mine) or "allergens" in known["aspect"].keys(tokens)
    return speaks_of_allergy and "safe" in known["aspect"].keys(tokens)


def _sentence_promises(tokens: Sequence[str]) -> bool:
    spans = list(_spans(tokens))
    if any(_is_glued(token) for token in tokens):
        return True
    if any(_is_denied(tokens, start, end) for start, end in spans):
        return True
    of_allergy = [token for token in tokens if _ALLERGY.match(token)]
    return bool(of_allergy) and (
        any(_HARMLESS.match(token) for token in tokens) or _MAY_EAT.search(" ".join(tokens)) is not None
    )


def _spans(tokens: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield where allergens are named, in any language, and where allergies are."""
    for language in LANGUAGES:
        for match in vocabulary(language)["allergen"].find(tokens):
            if match.key != "-":
                yield match.start, match.end
    for place, token in enumerate(tokens):
        if _ALLERGY.match(token):
            yield place, place + 1


def _is_denied(tokens: Sequence[str], start: int, end: int) -> bool:
    for place in range(start - 1, max(-1, start - 1 - _REACH), -1):
        if _DENIES.match(tokens[place]):
            return True
        if tokens[place] not in _BETWEEN:
            break
    after = tokens[end : end + 6]
    if after[:1] and re.match(r"^(?:free|frei(?:e[nmrs]?)?|friendly)$", after[0]):
        return True
    denied = next((place for place, token in enumerate(after) if _DENIES.match(token)), None)
    return denied is not None and any(_UNUSED.match(token) for token in after[denied + 1 : denied + 3])


def _is_glued(token: str) -> bool:
    """ "Nutfree", "allergenfrei": an allergen's name with its denial in one word."""
    found = _GLUED.match(token)
    if not found:
        return False
    heads = [found[1], found[1].rstrip("sn")]
    return any(
        _ALLERGY.match(head) or any(vocabulary(language)["allergen"].find([head]) for language in LANGUAGES)
        for head in heads
    )
