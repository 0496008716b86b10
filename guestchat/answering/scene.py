"""Owns what an answer is composed from: the rows, the moment, the language, and what holds for the guest."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from guestchat.answering.phrasing import Phrasing, phrasing
from guestchat.catalogue import Catalogue
from guestchat.understanding.food import asked_for, is_undeclared
from guestchat.understanding.glossing import in_english
from guestchat.understanding.query import Context, Part
from guestchat.understanding.stems import stem
from guestchat.understanding.when import When
from guestchat.words import without_name, words
from menus.allergen_names import name as allergen_name
from menus.content import Content, Item, Place, Venue
from menus.texts import Text, pick, picked


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One turn's circumstances. `at` is the moment of asking, aware, in the hotel's time zone."""

    catalogue: Catalogue
    at: dt.datetime
    language: str
    context: Context
    allergies: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    diets: tuple[str, ...] = ()
    diets_of_another: bool = False
    place: Place | None = None
    # What was weighed for this answer, by what is asked and found: it is asked for two or three times.
    weighed: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def content(self) -> Content:
        """The hotel's rows."""
        return self.catalogue.content

    @cached_property
    def words(self) -> Phrasing:
        """The assistant's own words in the guest's language."""
        return phrasing(self.language, self.content.default_language)

    def say(self, key: str, **values: object) -> str:
        """Return a phrase, filled."""
        return self.words.say(key, **values)

    def text(self, text: Text) -> str:
        """Return a row's text in the guest's language, else in the hotel's."""
        return pick(text, self.language, self.content.default_language)

    def read(self, text: Text) -> str:
        """Return a row's text as the models read it: the one that the guest would see, in English, without our name."""
        language = picked(text, self.language, self.content.default_language)
        return in_english(without_name(text.get(language, ""), self.content.name), language)

    def asked(self, part: Part) -> str:
        """Return what is asked as the models read it: in English, without our name, what it is about before it."""
        said = in_english(without_name(part.spelt, self.content.name), self.language)
        return f"{part.led_by}: {said}" if part.led_by else said

    def moment(self, when: When) -> dt.datetime:
        """Return the moment that a question means; now where it names none."""
        day = when.dates[0] if when.dates else self.at.date()
        time = when.time or when.around
        if time is None:
            return self.at if day == self.at.date() else dt.datetime.combine(day, dt.time(12), self.content.zone)
        return dt.datetime.combine(day, time, self.content.zone)

    def name(self, row: Item | Venue) -> str:
        """Return a row's name."""
        return self.text(row.name)

    def full_name(self, item: Item) -> str:
        """Return a dish's name; where another dish is called the same, with its name in the hotel's other language."""
        name = self.name(item)
        if len(self.catalogue.lexicon.same_names.get(name, ())) < 2:
            return name
        others = [text for text in item.name.values() if text != name]
        return f"{name} ({others[0]})" if others else name

    def is_sold_out(self, key: str) -> bool:
        """Return whether a dish is sold out: it is told of then, and neither offered nor ordered."""
        offer = self.content.offers.get(key)
        return offer is not None and not offer.item.available

    @cached_property
    def _foods_unlisted(self) -> Sequence[Sequence[frozenset[str]]]:
        """What each thing is looked for by: the word that is it, "coco" of "noix de coco", else all of its words."""
        things = [[stem(word) for word in words(each)] for each in (*self.unlisted, *self.without)]
        return [
            [asked_for(each) for each in ([each for each in stems if is_undeclared([each])] or stems)]
            for stems in things
        ]

    def calls_unlisted(self, key: str) -> bool:
        """Return whether a dish's own words call what the guest cannot have and no kitchen declares."""
        own = self.catalogue.lexicon.item_words[key]
        return any(all(not own.isdisjoint(each) for each in thing) for thing in self._foods_unlisted)

    def price(self, item: Item) -> str:
        """Return a dish's price, or an empty string."""
        return "" if item.price is None else self.words.price(item.price, self.content.currency)

    def allergens(self, codes: Sequence[str], key: str = "format.and") -> str:
        """Return allergens' names as one phrase."""
        return self.words.join([allergen_name(code, self.words.language) for code in codes], key)
