"""Owns the allergens in a question: which, and whether the guest wants them absent, has the allergy, or asks; pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from guestchat.understanding.vocabulary import Match, Vocabulary
from menus.allergens import CODES

# Words between two allergens of one list: "no nuts or dairy". Shared by all languages, as they do not collide.
_JOINING = frozenset(
    {
        "or",
        "and",
        "nor",
        "any",
        "to",
        "also",
        "too",
        "oder",
        "und",
        "noch",
        "sowie",
        "auch",
        "auf",
        "gegen",
        "die",
        "den",
        "das",
        "der",
        "ou",
        "et",
        "ni",
        "au",
        "aux",
        "a",
        "al",
        "de",
        "du",
        "des",
        "la",
        "le",
        "les",
        "l",
        "aussi",
        "o",
        "e",
        "y",
        "las",
        "los",
        "el",
        "tambien",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Allergens:
    """Codes by stance, and the words that say so. `named` have no stance: "nuts?"."""

    avoid: tuple[str, ...] = ()
    mine: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    people: bool = False  # a word that names who has it: "coeliac"
    places: frozenset[int] = frozenset()
    # Start, end, codes joined by "+", stance: the allergen words alone.
    spans: tuple[tuple[int, int, str, str], ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code, whatever its stance."""
        return tuple(dict.fromkeys((*self.mine, *self.avoid, *self.contains, *self.named)))

    def without(self, codes: Collection[str]) -> "Allergens":
        """Return the same without these codes: they turned out to be a dish's own words."""
        return replace(
            self,
            avoid=tuple(code for code in self.avoid if code not in codes),
            mine=tuple(code for code in self.mine if code not in codes),
            contains=tuple(code for code in self.contains if code not in codes),
            named=tuple(code for code in self.named if code not in codes),
        )

    def with_mine(self, starts: Collection[int]) -> "Allergens":
        """Return the same, those that begin at these places as what somebody cannot have."""
        spans = tuple(
            (start, end, codes, "mine" if start in starts else stance) for start, end, codes, stance in self.spans
        )

        def of(stance: str) -> tuple[str, ...]:
            return _codes([code for _start, _end, codes, said in spans if said == stance for code in codes.split("+")])

        return replace(self, avoid=of("absent"), mine=of("mine"), contains=of("contains"), named=of(""), spans=spans)


def find(tokens: Sequence[str], vocabulary: Vocabulary) -> Allergens:
    """Return the allergens named in these folded words, each with the stance that the words around it give."""
    stances: dict[str, list[str]] = {"absent": [], "mine": [], "contains": [], "": []}
    places: set[int] = set()
    spans: list[tuple[int, int, str, str]] = []
    matches = _matches(tokens, vocabulary)
    before: tuple[Match, str] | None = None
    found: list[tuple[Match, str]] = []
    for match, rest in matches:
        stance, around = _stance(tokens, match, rest, vocabulary)
        if stance in {"", "contains"} and match.key.endswith("!"):
            stance = "absent"  # "coeliac" is no food that anyone looks for
        if not stance and before is not None and _joined(tokens, before[0].end, match.start):
            stance = before[1]
        before = match, stance
        found.append(before)
        places.update(around)
    # "nut or dairy free": the stance stands after the last of the list.
    for number in range(len(found) - 2, -1, -1):
        match, stance = found[number]
        if not stance and _joined(tokens, match.end, found[number + 1][0].start):
            found[number] = match, found[number + 1][1]
    for match, stance in found:
        codes = match.key.rstrip("!")
        stances[stance] += codes.split("+")
        spans.append((match.start, match.end, codes, stance))
        places.update(match.places)
    return Allergens(
        avoid=_codes(stances["absent"]),
        mine=_codes(stances["mine"]),
        contains=_codes(stances["contains"]),
        named=_codes(stances[""]),
        people=any(match.key.endswith("!") for match, _stance in found),
        places=frozenset(places),
        spans=tuple(spans),
    )


def _codes(keys: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for key in keys if key in CODES))


def _joined(tokens: Sequence[str], start: int, end: int) -> bool:
    return all(token in _JOINING for token in tokens[start:end])


def _matches(tokens: Sequence[str], vocabulary: Vocabulary) -> list[tuple[Match, str]]:
    """Return the allergens' places, each with what is glued to it: ("frei" of "glutenfrei")."""
    found = [(match, "") for match in vocabulary["allergen"].find(tokens)]
    taken = {place for match, _rest in found for place in match.places}
    for place, token in enumerate(tokens):
        for ending in vocabulary.glued:
            cut = token.find(ending, 1)
            if cut < 0:
                continue
            head = token[:cut]
            if place in taken:
                found = [(match, ending if match.start == place else rest) for match, rest in found]
            else:
                # "nussfrei", "nussefrei": the compound may carry a joining letter.
                for stem in dict.fromkeys((head, head.rstrip("s"), head.rstrip("n"))):
                    glued = vocabulary["allergen"].find([stem])
                    if glued:
                        found += [(Match(match.key, place, place + 1), ending) for match in glued]
                        break
            break
    return sorted(found, key=lambda each: each[0].start)


def _stance(tokens: Sequence[str], match: Match, rest: str, vocabulary: Vocabulary) -> tuple[str, set[int]]:
    before = tokens[match.start - 1] if match.start else ""
    after = tokens[match.end] if match.end < len(tokens) else ""
    for around in vocabulary.around_between(before, after):
        start = match.start - len(around.before)
        end = match.end + len(around.after)
        if around.glued and around.glued != rest:
            continue
        if start < 0 or not _same(tokens[start : match.start], around.before):
            continue
        if not _same(tokens[match.end : end], around.after):
            continue
        return around.key, set(range(start, end))
    return "", set()


def _same(tokens: Sequence[str], pattern: Sequence[str]) -> bool:
    return len(tokens) == len(pattern) and all(
        token.startswith(word[:-1]) if word.endswith("*") else token == word
        for token, word in zip(tokens, pattern, strict=True)
    )
