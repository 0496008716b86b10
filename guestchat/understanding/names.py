"""Owns finding the names of rows in a question: in part, with typos, as compounds, in other languages' words. Pure."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from guestchat.understanding.food import concepts
from guestchat.understanding.stems import stem
from guestchat.understanding.vocabulary import LANGUAGES, vocabulary

# Words of names that alone never name a dish.
NEVER_ALONE = frozenset(
    {"with", "mit", "avec", "con", "and", "und", "et", "y", "the", "of", "in", "de", "la", "le", "el", "les", "los"}
    # "Without raisins" in a name is no answer to "without nuts".
    | {
        "without",
        "ohn",
        "ohne",
        "san",
        "sans",
        "sin",
        "no",
        "not",
        "kein",
        "keine",
        "non",
        "pas",
        "free",
        "frei",
        "libre",
        # "Anything hot to eat" names no hot chocolate.
        "hot",
        "warm",
        "cold",
        "kalt",
        "heiss",
        "chaud",
        "froid",
        "caliente",
        "frio",
    }
    | {"las", "al", "alla", "alle", "du", "des", "del", "della", "a", "au", "aux", "e", "an", "auf", "vom", "im", "en"}
)
# What follows these comes beside a dish.
BESIDE = frozenset({"with", "mit", "avec", "con", "an", "auf", "dazu"})
# How well a word was said: as it is written, as a part of a compound or in another language, with a slip.
_AS_COMPOUND, _TRANSLATED, _SLIPPED_LONG, _SLIPPED = 0.9, 0.85, 0.9, 0.75
_SHORTEST_PART = 5


@dataclass(frozen=True, slots=True)
class Name:
    """One name of one row in one language, as stems."""

    key: str
    stems: tuple[str, ...]
    generic: frozenset[str] = frozenset()  # words that many such names share

    @property
    def head(self) -> frozenset[str]:
        """The words before "with …" that are its own: what the row is called, not what comes beside it."""
        cut = next((place for place, each in enumerate(self.stems) if place and each in BESIDE), len(self.stems))
        return frozenset(self.stems[:cut]) - self.generic or frozenset(self.stems[:cut])


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A row that a question may name: how much of the row's name was said, and at which words.

    `score` weighs what was said, slips less than what is spelt right; `exact` tells that nothing was misspelt.
    """

    key: str
    coverage: float
    places: frozenset[int]
    exact: bool
    in_head: bool
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class _Spoken:
    """The known stems that a word of the question stands for, and how well it was said."""

    stems: tuple[str, ...]
    quality: float


class Names:
    """The names of one kind of row, with an index from their words."""

    def __init__(self, names: Iterable[Name], *, food: bool = False) -> None:
        self.names = tuple(names)
        self._heads = [name.head for name in self.names]
        counts = Counter(each for name in self.names for each in set(name.stems))
        total = max(1, len(self.names))
        self.weights = {
            each: 0.1 if each in NEVER_ALONE else 0.3 + math.log(1 + total / count) for each, count in counts.items()
        }
        self._rarest = 0.3 + math.log(1 + total)
        self._own_weights = [self.weight(head) for head in self._heads]
        self.postings: dict[str, list[int]] = defaultdict(list)
        for number, name in enumerate(self.names):
            for each in set(name.stems):
                self.postings[each].append(number)
        # "cheese cake" is asked for "cheesecake", and the other way round.
        self._joined = {
            joined: (a, b)
            for name in self.names
            for a, b in zip(name.stems, name.stems[1:], strict=False)
            for joined in (a + b, stem(a + b))
        }
        self._long_stems = [each for each in self.weights if len(each) >= 4]
        self._by_ending = _by_ending(self.weights) if food else {}
        self._by_concept = _by_concept(self.weights) if food else {}
        self._nearest: dict[str, str | None] = {}

    def weight(self, stems: Iterable[str]) -> float:
        """Return how much these words say together; unknown words weigh as much as the rarest."""
        return sum(self.weights.get(each, self._rarest) for each in stems)

    def find(
        self, tokens: Sequence[str], free: Sequence[int], beside: frozenset[int] = frozenset(), guess: bool = True
    ) -> list[Named]:
        """Return the rows that the words at the places `free` may name, those said most completely first.

        Words at the places `beside` say less: they come with a dish. `guess` allows for slips of the finger.
        """
        stems = [stem(token) for token in tokens]
        said = self._said(tokens, stems, free, guess=guess)
        spoken: dict[int, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
        for place, each in said.items():
            for one in each.stems:
                for number in self.postings.get(one, ()):
                    spoken[number][place].append(one)
        best: dict[str, Named] = {}
        for number, by_place in spoken.items():
            found = self._named(number, by_place, said, stems, beside)
            if found is not None and (found.key not in best or _rank(found) > _rank(best[found.key])):
                best[found.key] = found
        return sorted(best.values(), key=_rank, reverse=True)

    def _named(
        self,
        number: int,
        by_place: Mapping[int, Sequence[str]],
        said: Mapping[int, _Spoken],
        stems: Sequence[str],
        beside: frozenset[int],
    ) -> Named | None:
        name = self.names[number]
        heard: dict[str, float] = {}
        for place, own in by_place.items():
            for one in own:
                heard[one] = max(heard.get(one, 0.0), said[place].quality)
        if heard.keys() <= NEVER_ALONE:
            return None
        places = frozenset(by_place)
        whole = _whole(stems, name.stems) if len(heard) > 1 or len(name.stems) > len(heard) else None
        if whole:
            # All of a name, word by word: "cake of the day" is a dish, however empty its words are.
            places, heard = frozenset(whole), dict.fromkeys(name.stems, 1.0)
        score = sum(
            (0.6 if place in beside and not whole else 1.0) * self.weight([one]) * said[place].quality
            for place, own in by_place.items()
            for one in own[:2]
        )
        if whole:
            score = max(score, self.weight(name.stems))
        # What comes "with" a dish counts only where it was said: nobody orders by the whole line.
        head = self._heads[number]
        more = [each for each in heard if each not in head]
        full = self._own_weights[number] + self.weight(more)
        return Named(
            key=name.key,
            coverage=sum(self.weights[each] * quality for each, quality in heard.items()) / full,
            places=places,
            exact=bool(whole) or all(said[place].quality >= _TRANSLATED for place in places if place in said),
            in_head=not head.isdisjoint(heard),
            score=score,
        )

    def _said(
        self, tokens: Sequence[str], stems: Sequence[str], free: Sequence[int], *, guess: bool
    ) -> dict[int, _Spoken]:
        """Return, by place, the known stems that a word stands for and how well it was said."""
        said: dict[int, _Spoken] = {}
        for place in free:
            own = stems[place]
            following = stem(tokens[place] + tokens[place + 1]) if place + 1 < len(stems) else ""
            if following and following in self.weights:
                said[place] = said[place + 1] = _Spoken((following,), 1.0)
            elif place in said:
                continue
            elif own in self.weights:
                said[place] = _Spoken((own, *self._by_ending.get(own, ())), 1.0)
            elif own in self._joined:
                said[place] = _Spoken(self._joined[own], 1.0)
            elif found := self._other_form(own, guess=guess):
                said[place] = found
        return said

    def _other_form(self, own: str, *, guess: bool) -> _Spoken | None:
        """Return what a word stands for that no name holds as it is."""
        if own in self._by_ending:
            return _Spoken(self._by_ending[own], _AS_COMPOUND)
        meant = tuple(each for concept in concepts(own) for each in self._by_concept.get(concept, ()))
        if meant:
            return _Spoken(meant, _TRANSLATED)
        if self._by_ending and (parts := self._parts(own)):
            return _Spoken(parts, _AS_COMPOUND)
        near = self._near(own) if guess else None
        return None if near is None else _Spoken((near,), _SLIPPED_LONG if len(own) > 6 else _SLIPPED)

    def _parts(self, word: str) -> tuple[str, ...]:
        """Return the two known words that a compound is made of: "Hähnchencurry" is a curry with chicken."""
        for cut in range(4, len(word) - 3):
            head, tail = stem(word[:cut]), word[cut:]
            if tail in self.weights and head in self.weights and head not in NEVER_ALONE:
                return head, tail
        return ()

    def _near(self, word: str) -> str | None:
        """Return the known word that a misspelt one stands for: one slip in five letters, two in eight, else none."""
        if len(word) < 5 or word.isdigit() or word in known_words():
            return None
        if word not in self._nearest:
            if len(self._nearest) > 4096:
                self._nearest.clear()
            self._nearest[word] = self._nearest_of(word)
        return self._nearest[word]

    def _nearest_of(self, word: str) -> str | None:
        slips = 1 if len(word) < 8 else 2
        found = process.extractOne(word, self._long_stems, scorer=DamerauLevenshtein.distance, score_cutoff=slips)
        if found is None:
            sound = _sound(word)
            return next((each for each in self._long_stems if len(each) > 4 and _sound(each) == sound), None)
        if found[0][0] != word[0] and _sound(found[0])[0] != _sound(word)[0]:
            return None  # guests rarely miss the first letter, and other words often differ by it alone
        return str(found[0])


def _by_ending(stems: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the compounds by what they end in: "Rostbraten" is asked for "Zwiebelrostbraten"."""
    found: dict[str, list[str]] = defaultdict(list)
    for each in stems:
        for cut in range(3, len(each) - _SHORTEST_PART + 1):
            found[each[cut:]].append(each)
    return {ending: tuple(compounds) for ending, compounds in found.items()}


def _by_concept(stems: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for each in stems:
        for concept in concepts(each):
            found[concept].append(each)
    return {concept: tuple(own) for concept, own in found.items()}


_SOUNDS = (("sch", "s"), ("sh", "s"), ("ch", "k"), ("ph", "f"), ("qu", "k"), ("th", "t"), ("gh", "g"), ("ck", "k"))
_LETTERS = str.maketrans({"c": "k", "q": "k", "z": "s", "y": "i", "w": "v", "h": ""})


@lru_cache(maxsize=16384)
def _sound(word: str) -> str:
    """Return roughly how a word sounds: "croketa" as "croqueta", "lasania" not as "lasagne"."""
    for written, heard in _SOUNDS:
        word = word.replace(written, heard)
    word = word.translate(_LETTERS).replace("ku", "k") or "-"
    return "".join(letter for place, letter in enumerate(word) if not place or word[place - 1] != letter)


def _whole(stems: Sequence[str], name: tuple[str, ...]) -> range | None:
    """Return where a name of several words stands word by word."""
    if len(name) > 1:
        for start in range(len(stems) - len(name) + 1):
            if stems[start] == name[0] and tuple(stems[start : start + len(name)]) == name:
                return range(start, start + len(name))
    return None


def _rank(found: Named) -> tuple[float, float]:
    return round(found.score, 3), found.coverage


@cache
def known_words() -> frozenset[str]:
    """Return the stems of every vocabulary: a guest's everyday word is no misspelt dish."""
    return frozenset(
        stem(word) for known in map(vocabulary, LANGUAGES) for word in known.known | known.filler | known.plain
    )
