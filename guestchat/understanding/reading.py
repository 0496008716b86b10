"""Owns one clause: everything that the vocabularies and the hotel's names find in it. Decides nothing. Pure."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from guestchat.understanding import allergies, when
from guestchat.understanding.lexicon import Lexicon, Named, stem
from guestchat.understanding.vocabulary import Match, Vocabulary
from guestchat.words import fold, words

_AMOUNT = re.compile(r"(?<![\d.,])(\d{1,4}(?:[.,]\d{1,2})?)(?![\d:])")
_ROOM = re.compile(r"\b(?:room|zimmer|chambre|habitacion|zi|rm)\s*(?:no\.?|nr\.?|number|nummer)?\s*(\d{1,4}[a-z]?)\b")
_MAX_QUANTITY = 99


@dataclass
class Reading:
    """A clause, read lazily: each finding is made once, when it is first asked for."""

    text: str
    known: Vocabulary
    lexicon: Lexicon
    at: dt.datetime
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
    def allergens(self) -> allergies.Allergens:
        """The allergens and their stance; words inside a dish's name are no question about an allergen."""
        found = allergies.find(self.tokens, self.known)
        inside = {place for named in self.named for place in named.places}
        if not inside or not found.spans:
            return found
        plain = [
            codes
            for start, end, codes in found.spans
            if set(range(start, end)) <= inside and self._names_without_stance(start, end)
        ]
        dropped = {code for codes in plain for code in codes.split("+")}
        elsewhere = {
            code
            for start, end, codes in found.spans
            if not (set(range(start, end)) <= inside and self._names_without_stance(start, end))
            for code in codes.split("+")
        }
        return found.without(dropped - elsewhere)

    def _names_without_stance(self, start: int, end: int) -> bool:
        """Return whether a dish's own word stands there: longer names win over the allergen they hold."""
        return any(
            set(range(start, end)) < named.places or named.coverage >= 0.95
            for named in self.named
            if set(range(start, end)) <= named.places
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
    def room(self) -> str:
        """The room number that the guest wrote."""
        found = _ROOM.search(self.folded)
        return found[1] if found else ""

    @cached_property
    def named(self) -> tuple[Named, ...]:
        """The dishes that the clause names, those of equal rank together; empty where it names none clearly."""
        spans = allergies.find(self.tokens, self.known)
        of_spans = {place for start, end, _codes in spans.spans for place in range(start, end)}
        stance = spans.places - of_spans
        free = [
            place
            for place, token in enumerate(self.tokens)
            if place not in self.when.places
            and place not in stance
            # "Still water" holds an empty word that means something; "in" and "the" never do.
            and (place not in self.filler or (token not in self.known.common and len(token) > 3))
        ]
        found = [
            each
            for each in self.lexicon.items.find(self.tokens, free)
            if any(place not in self.filler for place in each.places)
        ]
        if not found:
            return ()
        best = [each for each in found if each.places == found[0].places]
        return self._clear(best, of_spans, set(spans.places))

    def _clear(self, found: list[Named], of_spans: set[int], of_allergens: set[int]) -> tuple[Named, ...]:
        """Keep the best candidates if the clause means a dish at all: words for kinds of food name none."""
        best = max(each.coverage for each in found)
        said = set(found[0].places) - self.filler
        kinds = self.places("course", "venue", "meal", "menu", "diet") | of_spans
        if said <= kinds and best < (0.4 if len(said) > 1 else 0.95):
            return ()
        explained = said | kinds | self.places("aspect", "hours", "request", "follow_up", "number") | of_allergens
        if self.topics - explained and best < 0.6:
            return ()
        # All that the guest's words fit: the one who asks about "the tomato soup" may mean either of two, and what is
        # safe in one need not be in the other.
        heads = [each for each in found if each.in_head]
        return tuple(heads or found)

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
        return tuple(dict.fromkeys(stem(self.tokens[place]) for place in sorted(places)))
