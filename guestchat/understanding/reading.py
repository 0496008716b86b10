"""Owns one clause: everything that the vocabularies and the hotel's names find in it. Decides nothing. Pure."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, cached_property

from guestchat.understanding import allergies, matters, when
from guestchat.understanding.lexicon import Lexicon, Named, stem
from guestchat.understanding.vocabulary import Match, Vocabulary
from guestchat.words import fold, words

_AMOUNT = re.compile(r"(?<![\d.,])(\d{1,4}(?:[.,]\d{1,2})?)(?![\d:])")
_ROOM = re.compile(r"\b(?:room|zimmer|chambre|habitacion|zi|rm)\s*(?:no\.?|nr\.?|number|nummer)?\s*(\d{1,4}[a-z]?)\b")
_MAX_QUANTITY = 99
_SHORTEST_WORD = 2  # "n", "pa": shorter ones are slips and phone talk
_ALLERGY = ("allerg", "alerg", "intoleran", "unvertrag")
# What stands before something ordered along with a dish, in any language.
_WITH = frozenset({"with", "mit", "con", "avec", "au", "plus"})


@cache
def _plain_stems(known: Vocabulary) -> frozenset[str]:
    """Return the stems of the words that ask for nothing of their own."""
    return frozenset(stem(word) for word in known.plain)


@dataclass
class Reading:
    """A clause, read lazily: each finding is made once, when it is first asked for."""

    text: str
    known: Vocabulary
    lexicon: Lexicon
    at: dt.datetime
    marked: bool = False  # a question mark follows
    tokens: list[str] = field(init=False)
    _found: dict[str, list[Match]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.tokens = words(self.text)

    @cached_property
    def folded(self) -> str:
        """The clause without case and accents, its punctuation kept."""
        return fold(self.text)

    def found(self, table: str) -> list[Match]:
        """Return a table's phrases in the clause."""
        if table not in self._found:
            self._found[table] = self.known[table].find(self.tokens)
        return self._found[table]

    def keys(self, table: str) -> tuple[str, ...]:
        """Return the meanings that a table finds, in order."""
        return tuple(dict.fromkeys(match.key for match in self.found(table)))

    def places(self, *tables: str) -> set[int]:
        """Return the places of all words that these tables explain."""
        return {place for table in tables for match in self.found(table) for place in range(match.start, match.end)}

    @cached_property
    def asks(self) -> bool:
        """Whether the clause wants to know something, by its mark or its first words."""
        return self.marked or any(match.start <= 1 for match in self.found("asks"))

    @cached_property
    def allergens(self) -> allergies.Allergens:
        """The allergens and their stance; words inside a dish's name are no question about an allergen."""
        found = allergies.find(self.tokens, self.known)
        inside = {place for named in self.named for place in named.places}
        if not inside or not found.spans:
            return found
        plain = [
            codes
            for start, end, codes, _stance in found.spans
            if set(range(start, end)) <= inside and self._names_without_stance(start, end)
        ]
        dropped = {code for codes in plain for code in codes.split("+")}
        elsewhere = {
            code
            for start, end, codes, _stance in found.spans
            if not (set(range(start, end)) <= inside and self._names_without_stance(start, end))
            for code in codes.split("+")
        }
        return found.without(dropped - elsewhere)

    def _names_without_stance(self, start: int, end: int) -> bool:
        """Return whether a dish's own word stands there: longer names win over the allergen they hold."""
        return any(
            # "Lupin protein shake" holds its lupin; "lupin in the protein shake" asks for it.
            {start - 1, end} & named.places or len(named.places) == end - start
            for named in self.named
            if set(range(start, end)) <= named.places
        )

    @cached_property
    def stated_allergies(self) -> tuple[str, ...]:
        """The allergies that the clause states for the rest of the talk: one stated, all that are to be absent are."""
        found = self.allergens
        speaks_of_allergy = any(token.startswith(_ALLERGY) for token in self.tokens)
        return tuple(dict.fromkeys((*found.mine, *found.avoid))) if found.mine or speaks_of_allergy else ()

    @cached_property
    def aspects(self) -> frozenset[str]:
        """What is asked about something; a dish's own words ("protein shake") ask nothing."""
        inside = {place for each in self.named for place in each.places}
        return frozenset(
            match.key for match in self.found("aspect") if not set(range(match.start, match.end)) <= inside
        )

    @cached_property
    def when(self) -> when.When:
        """The days and the time."""
        return when.find(self.folded, self.tokens, self.known, self.at)

    @cached_property
    def filler(self) -> set[int]:
        """The places of words without a topic."""
        return {place for place, token in enumerate(self.tokens) if token in self.known.filler}

    @cached_property
    def topics(self) -> set[int]:
        """The places of the words that carry a topic."""
        numbers = {place for place, token in enumerate(self.tokens) if token.isdigit()}
        return set(range(len(self.tokens))) - self.filler - set(self.when.places) - numbers

    @cached_property
    def matters(self) -> matters.Matters:
        """The subjects of hotel life and what is asked of them."""
        return matters.find(self.tokens, self.known, self.lexicon.own_words, in_any_language=not self.named)

    @cached_property
    def beyond(self) -> tuple[str, ...]:
        """The stems of words that neither subjects nor details explain, nor any table of what guests do."""
        tables = ("aspect", "hours", "follow_up", "number", "request", "talk", "fact", "venue")
        places = self.topics - self.matters.places - self.places(*tables)
        said = (self.matters.mended[place] for place in sorted(places))
        plain = _plain_stems(self.known)
        stems = dict.fromkeys(stem(word) for word in said if len(word) > _SHORTEST_WORD)
        return tuple(each for each in stems if each not in plain)

    @cached_property
    def plain(self) -> set[int]:
        """The places of words that ask for nothing of their own: "doing", "stop", "kitchen"."""
        plain = _plain_stems(self.known)
        return {place for place, token in enumerate(self.tokens) if stem(token) in plain}

    @cached_property
    def room(self) -> str:
        """The room number that the guest wrote."""
        found = _ROOM.search(self.folded)
        return found[1] if found else ""

    @cached_property
    def named(self) -> tuple[Named, ...]:
        """The dishes that the clause names, those of equal rank together; empty where it names none clearly."""
        spans = allergies.find(self.tokens, self.known)
        of_spans = {place for start, end, _codes, _stance in spans.spans for place in range(start, end)}
        stance = (spans.places - of_spans) | self._asked_for(spans)
        free = [
            place
            for place, token in enumerate(self.tokens)
            if place not in self.when.places
            and place not in stance
            # "Still water" holds an empty word that means something; "in" and "the" never do.
            and (place not in self.filler or (token not in self.known.common and len(token) > 3))
        ]
        kinds = self.places("course", "venue", "meal", "menu", "diet") | of_spans
        found = [each for each in self.lexicon.items.find(self.tokens, free) if self._names_a_dish(each, kinds)]
        if not found:
            return ()
        best = [each for each in found if each.places == found[0].places]
        return self._clear(best, kinds, set(spans.places))

    def _asked_for(self, found: allergies.Allergens) -> set[int]:
        """Return the places of allergens that the guest wants absent or asks about: such a word names no dish."""
        return {
            place
            for start, end, _codes, stance in found.spans
            if stance in {"absent", "mine"}
            or (stance == "contains" and not (start and self.tokens[start - 1] in _WITH))
            for place in range(start, end)
        }

    def _names_a_dish(self, found: Named, kinds: set[int]) -> bool:
        """Return whether the words mean the dish and no kind of food, no venue and no empty word."""
        said = set(found.places) - self.filler
        if found.coverage >= 0.95 and (found.exact or said - kinds) and len(found.places) > 1:
            return True
        if not said or said <= self._venue_name:
            return False
        return bool(said - kinds) or found.coverage >= (0.4 if len(said) > 1 else 0.95)

    @cached_property
    def _venue_name(self) -> set[int]:
        """The places of a venue's whole name: "the phone of Restaurant Linden" asks for no Linden burger."""
        found = self.lexicon.venues.find(self.tokens, [p for p in range(len(self.tokens)) if p not in self.filler])
        return {place for each in found[:1] if each.coverage >= 0.9 for place in each.places}

    def _clear(self, found: list[Named], kinds: set[int], of_allergens: set[int]) -> tuple[Named, ...]:
        """Keep the candidates if the clause is clear enough about them beside its other words."""
        best = max(each.coverage for each in found)
        said = set(found[0].places) - self.filler
        explained = said | kinds | self.places("aspect", "hours", "request", "follow_up", "number") | of_allergens
        if self.topics - explained:
            # A question about food says so; elsewhere a single shared word ("warm", "green") names no dish.
            about_food = bool(of_allergens) or bool(self.found("diet")) or "ingredients" in self.keys("aspect")
            open_words = len(self.topics - explained)
            if best < (0.3 if about_food else 0.6 if open_words == 1 else 0.75):
                return ()
            # A slip in a short word may make any other word of it; in "cappucino" it does not.
            if not found[0].exact and not (best >= 0.9 and all(len(self.tokens[place]) > 6 for place in said)):
                return ()
        elif best < 0.6 and (self.places("venue") - said or not found[0].exact):
            return ()
        # All that the guest's words fit: the one who asks about "the tomato soup" may mean either of two, and what is
        # safe in one need not be in the other.
        heads = [each for each in found if each.in_head]
        return tuple(heads or found)

    @cached_property
    def options(self) -> tuple[str, ...]:
        """The options of the named dishes that the clause orders with them."""
        said = {stem(token) for token in self.tokens}
        words_of_allergens = {
            stem(self.tokens[place])
            for start, end, _codes, _stance in allergies.find(self.tokens, self.known).spans
            if end - start == 1
            for place in range(start, end)
        }
        beside = {
            code
            for start, _end, codes, _stance in allergies.find(self.tokens, self.known).spans
            if start and self.tokens[start - 1] in _WITH
            for code in codes.split("+")
        }
        found: dict[str, int] = {}
        for named in self.named:
            for key, stems, contains in self.lexicon.item_options.get(named.key, ()):
                if beside & contains:
                    found[key] = 3  # "with oat milk": whatever the language, the option that contains oats
                hits = stems & said
                if hits - words_of_allergens or (hits and hits == stems and len(stems) > 1):
                    found[key] = max(found.get(key, 0), len(hits))
        most = max(found.values(), default=0)
        return tuple(key for key, hits in found.items() if hits == most)

    @cached_property
    def venues(self) -> tuple[str, ...]:
        """The venues that the clause names."""
        inside = {place for each in self.named for place in each.places}
        found = self.lexicon.venues.find(self.tokens, sorted(self.topics - inside))
        return tuple(each.key for each in found if each.coverage >= 0.45)[:2]

    @cached_property
    def venue_places(self) -> set[int]:
        """The places of the words that name a venue."""
        found = self.lexicon.venues.find(self.tokens, sorted(self.topics))
        return {place for each in found if each.key in self.venues for place in each.places}

    @cached_property
    def price_up_to(self) -> Decimal | None:
        """The upper bound that the guest set: "under 15"."""
        return self._bound("under")

    @cached_property
    def price_from(self) -> Decimal | None:
        """The lower bound that the guest set: "over 10"."""
        return self._bound("over")

    def _bound(self, key: str) -> Decimal | None:
        if self.when.time is not None or not any(match.key == key for match in self.found("menu")):
            return None
        found = _AMOUNT.search(self.folded)
        return Decimal(found[1].replace(",", ".")) if found else None

    @cached_property
    def quantity(self) -> int | None:
        """How many of a thing the guest wants."""
        for place, token in enumerate(self.tokens):
            if place in self.when.places or token == self.room:
                continue
            if token.isdigit() and 0 < int(token) <= _MAX_QUANTITY:
                return int(token)
            spoken = self.known["number"].keys([token])
            if spoken and len(token) > 2:
                return int(next(iter(spoken)))
        return None

    def stems(self, places: Iterable[int]) -> tuple[str, ...]:
        """Return the stems at these places, in order."""
        return tuple(dict.fromkeys(stem(self.matters.mended[place]) for place in sorted(places)))
