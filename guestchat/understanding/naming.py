"""Owns which dishes and options a clause names: by name, by what is said of them, several at once. Pure.

A word that names a dish may mean something else ("the tray charge", "how many rooms"): a part of a name needs other
words of the clause, or their absence, to say that food is meant.
"""

import weakref
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from rapidfuzz.distance import DamerauLevenshtein

from guestchat.understanding.food import asked_for, concepts
from guestchat.understanding.names import NEVER_ALONE, Named, known_words
from guestchat.understanding.stems import stem

if TYPE_CHECKING:
    from guestchat.understanding.reading import Reading

# What stands before something ordered along with a dish, in any language.
WITH = frozenset({"with", "mit", "con", "avec", "au", "plus"})
_WHERE = frozenset({"in", "at", "from", "im", "beim", "vom", "bei", "aus", "au", "chez", "dans", "en", "del", "al"})
_SHORTENED = 4
_SHARED_SAID = "oil fryer fat pan grill pot ol fett fritteuse pfanne topf huile friteuse poele aceite freidora plancha"
_SHARED = frozenset(_SHARED_SAID.split())
_AS = frozenset({"as", "wie", "que", "comme", "like"})
# Before what is not to come with a dish.
_NOT_WITH_IT_SAID = """
    without ohne sans sin no kein keine normal normale normalen normales regular plain standard ordinary
"""
_NOT_WITH_IT = frozenset(_NOT_WITH_IT_SAID.split())
_MILKS = frozenset({"milk", "milch", "drink", "lait", "boisson", "leche", "bebida"})
_ARTICLES = frozenset({"the", "der", "dem", "den", "die", "das", "le", "la", "les", "el", "los", "las", "your"})
_FREE = frozenset({"free", "frei", "freier", "sans", "sin", "libre"})
_JOINS = frozenset({"and", "or", "und", "oder", "et", "ou", "y", "o", "e", "u", "vs", "versus"})
# Questions that only a dish can answer.
_OF_A_DISH = frozenset({"calories", "spicy", "portion", "nutrition", "ingredients", "allergens"})
_EXPLAINED = ("aspect", "hours", "request", "follow_up", "number", "venue", "meal", "menu", "diet", "ordinal")
_MOST_BY_WORDS = 3
_LONG_ENOUGH = 5
# What points at a dish that was spoken of: "does it have cheese" asks for no cheese.
_POINTING = frozenset(
    {
        "it",
        "that",
        "this",
        "them",
        "these",
        "those",
        "one",
        "das",
        "es",
        "darin",
        "drin",
        "ca",
        "cela",
        "dedans",
        "eso",
        "esto",
        "lleva",
    }
)


def _is_food(stem_: str) -> bool:
    """Return whether an allergen's word is one food, as lobster, and not all that shares the allergen, as seafood."""
    return bool(set(concepts(stem_)) - {"seafood", "milk"})


class Naming:
    """The dishes of one clause; each finding is made once, when it is first asked for.

    It lives as long as its reading, and holds it only weakly: a pair that held each other would be 70 objects of every
    question that only garbage collection frees.
    """

    def __init__(self, reading: "Reading") -> None:
        self._reading: Reading = weakref.proxy(reading)
        self._lexicon = reading.lexicon
        self._stems = [stem(token) for token in reading.tokens]

    @cached_property
    def dishes(self) -> tuple[Named, ...]:
        """The dishes that the clause names, those of equal rank together; empty where it names none clearly."""
        if not self._lexicon.item_words:
            return ()
        found = [each for each in self._found if self._names_a_dish(each)]
        ranked = self._with_what_is_said_of_them(self._of_the_diet_before(found))
        first = self._group(ranked) or self._next_group(ranked)
        if not first:
            return self._by_words
        return (*first, *self._named_besides(first, ranked))

    @cached_property
    def options(self) -> tuple[str, ...]:
        """The options of the named dishes that the clause orders with them."""
        asked = {each for place, each in enumerate(self._stems) if place in self.asked}
        found: dict[str, int] = {}
        for named in self.dishes:
            for key, stems, added in self._lexicon.item_options.get(named.key, ()):
                hits = {each for each in stems if set(self._places_of(each, added)) - self._left_out}
                if hits - asked or (hits and hits == stems and len(stems) > 1):
                    found[key] = max(found.get(key, 0), len(hits))
        found = found or self._options_by_allergen()
        most = max(found.values(), default=0)
        return tuple(key for key, hits in found.items() if hits == most)

    @cached_property
    def _left_out(self) -> frozenset[int]:
        """The places of what is not to come with a dish: "without toast", "is the normal bun gluten free"."""
        tokens = self._reading.tokens
        return frozenset(
            place for place in range(len(tokens)) if not _NOT_WITH_IT.isdisjoint(tokens[max(0, place - 2) : place])
        )

    @cached_property
    def added(self) -> tuple[str, ...]:
        """The stems of food behind "with" that no named dish and no option of it holds: "espresso with oat milk"."""
        if not self.dishes or self.options:
            return ()
        reading, lexicon = self._reading, self._lexicon
        keys = [named.key for named in self.dishes]
        own = frozenset().union(*(lexicon.item_words[key] for key in keys))
        own |= frozenset().union(
            *(
                asked_for(each)
                for key in keys
                for _key, stems, _added in lexicon.item_options.get(key, ())
                for each in stems
            )
        )
        named = {place for each in self.dishes for place in each.places} | self.asked
        beside = sorted((self._beside & reading.topics) - named)
        return tuple(
            each
            for place in beside
            if (each := self._stems[place])
            and (concepts(each) or place in self._of_allergens or each in lexicon.name_words)
            and own.isdisjoint(asked_for(each))
        )

    @cached_property
    def option_places(self) -> frozenset[int]:
        """The places of the words that order an option: the milk of "with oat milk" is asked by nobody."""
        chosen = set(self.options)
        stems = {
            (each, added)
            for named in self.dishes
            for key, own, added in self._lexicon.item_options.get(named.key, ())
            if key in chosen
            for each in own
        }
        # Said again, it is asked for: "with oat milk, is there milk in it".
        places = [[place for place in self._places_of(*each) if place not in self.asked] for each in stems]
        return frozenset(found[0] for found in places if found)

    def _places_of(self, option: str, added: frozenset[str]) -> list[int]:
        """Return where an option's word stands, with a slip if it is long: who orders "gekoctem ei" orders egg.

        Behind "with" its beginning is enough: "with mayo".
        """
        common = self._reading.known.common  # a Spanish "soy" is "I am", whatever milk there is
        return [
            place
            for place, each in enumerate(self._stems)
            if (each == option and self._reading.tokens[place] not in common)
            or (
                min(len(each), len(option)) > _LONG_ENOUGH
                and each[0] == option[0]
                and DamerauLevenshtein.distance(each, option, score_cutoff=1) == 1
            )
            or (place in self._beside and len(each) >= _SHORTENED and option.startswith(each))
            or self._ends(option, each, place, added)
        ]

    def _ends(self, option: str, each: str, place: int, added: frozenset[str]) -> bool:
        """ "Mit den Krabben" orders the "Nordseekrabben"; "mit Milch" no "Hafermilch", which adds no milk."""
        if len(each) < _LONG_ENOUGH or not option.endswith(each) or not self.comes_with_it(place):
            return False
        codes = {
            code
            for start, end, found, _stance in self._reading.allergen_words.spans
            if start <= place < end
            for code in found.split("+")
        }
        return not codes or any(code in added or any(one.startswith(f"{code}.") for one in added) for code in codes)

    def comes_with_it(self, place: int) -> bool:
        """Return whether what stands at a place is said to come with a dish: "with shrimps", "mit den Krabben"."""
        if self._is_a_plants_milk(place):
            return True
        before = list(self._reading.tokens[max(0, place - 2) : place])
        if before and before[-1] in _ARTICLES:
            before.pop()
        return bool(before) and before[-1] in WITH

    def _is_a_plants_milk(self, place: int) -> bool:
        """ "Leche de avena", "lait d'amande", "oat milk": said of a coffee, it is had with it."""
        tokens = self._reading.tokens
        plants = {
            number
            for start, end, codes, _stance in self._reading.allergen_words.spans
            if codes != "milk"
            for number in range(start, end)
        }
        before = [token for token in tokens[max(0, place - 2) : place] if token != "de"]
        of_one = bool(before and before[-1] in _MILKS) or not _MILKS.isdisjoint(tokens[place : place + 2])
        return place in plants and of_one

    def _options_by_allergen(self) -> dict[str, int]:
        """ "With oat milk": whatever the language, the option that contains oats, if no option is called so."""
        reading = self._reading
        own = {place for named in self.dishes for place in named.places}
        beside = {
            code
            for start, end, codes, _stance in reading.allergen_words.spans
            # "Trout with butter" is the dish's name and orders nothing with it; a plant's milk orders no milk.
            if start not in own and self.comes_with_it(start) and not (codes == "milk" and self._is_a_plants_milk(end))
            for code in codes.split("+")
        }
        return {
            key: 1
            for named in self.dishes
            for key, _stems, added in self._lexicon.item_options.get(named.key, ())
            if beside & added
        }

    # --- the words ----------------------------------------------------------
    @cached_property
    def _beside(self) -> frozenset[int]:
        """The places after "with": what comes with a dish."""
        tokens = self._reading.tokens
        first = next((place for place, token in enumerate(tokens) if place and token in WITH), len(tokens))
        return frozenset(range(first + 1, len(tokens)))

    @cached_property
    def _subjects(self) -> frozenset[int]:
        """The places of allergens that are food here: in "does the celeriac steak contain gluten", gluten is asked."""
        spans = self._reading.allergen_words.spans
        asked = any(stance for _start, _end, _codes, stance in spans)
        return frozenset(
            place
            for start, end, _codes, stance in spans
            if not stance
            for place in range(start, end)
            if asked or _is_food(self._stems[place])
        )

    @cached_property
    def foods(self) -> tuple[str, ...]:
        """The stems of foods that are asked for, though an allergen is called so: "do you have lobster"."""
        reading = self._reading
        wanted = "available" in {match.key for match in reading.found("aspect")}
        if reading.found("diet") or any(token in _POINTING for token in reading.tokens):
            return ()
        spans = reading.allergen_words.spans
        if any(self._is_in_something(end) for _start, end, _codes, _stance in spans):
            return ()
        foods = [
            self._stems[place]
            for start, end, _codes, stance in spans
            if not stance or (stance == "contains" and wanted)
            for place in range(start, end)
            if _is_food(self._stems[place])
        ]
        return tuple(foods) if len(foods) == sum(end - start for start, end, _codes, _stance in spans) else ()

    def _is_in_something(self, end: int) -> bool:
        """Return whether an allergen that ends here is asked for in a dish, even a misspelt one: "egg in the flen"."""
        reading = self._reading
        behind = [place for place in range(end, len(reading.tokens)) if reading.tokens[place] not in _ARTICLES][:2]
        if len(behind) < 2 or reading.tokens[behind[0]] not in _WHERE:
            return False
        return behind[1] in reading.topics and behind[1] not in reading.places(*_EXPLAINED)

    @cached_property
    def _of_allergens(self) -> frozenset[int]:
        spans = self._reading.allergen_words.spans
        return frozenset(place for start, end, _codes, _stance in spans for place in range(start, end))

    @cached_property
    def asked(self) -> frozenset[int]:
        """The places of allergens that the guest wants absent or asks about: such a word names no dish."""
        return frozenset(
            place
            for start, end, _codes, stance in self._reading.allergen_words.spans
            if stance in {"absent", "mine"}
            or (stance == "contains" and not self.comes_with_it(start))
            or (not stance and self._is_in_something(end))
            for place in range(start, end)
        )

    @cached_property
    def _free(self) -> list[int]:
        """The places of words that may name a dish."""
        reading = self._reading
        stance = (set(reading.allergen_words.places) - self._of_allergens) | self.asked | self._compared
        return [
            place
            for place, token in enumerate(reading.tokens)
            if place not in reading.when.places
            and place not in stance
            # "Still water" holds an empty word that means something; "in", "the" and "what's" never do.
            and (
                place not in reading.filler
                or (token not in reading.known.common and len(token) > 3 and "'" not in token)
            )
        ]

    @property
    def _compared(self) -> set[int]:
        """The places of what shares its oil with the dish that is asked about: "in the same oil *as the haddock*"."""
        tokens = self._reading.tokens
        first = next(
            (place for place, pair in enumerate(pairwise(tokens)) if pair[0] in _SHARED and pair[1] in _AS), len(tokens)
        )
        return set(range(first + 1, len(tokens)))

    @cached_property
    def _kinds(self) -> set[int]:
        """The places of words that mean a kind of food, a place or a meal as well as part of a name."""
        return self._reading.places("course", "venue", "meal", "menu", "diet") | (
            set(self._of_allergens) - self._subjects
        )

    @cached_property
    def _explained(self) -> set[int]:
        return self._reading.places(*_EXPLAINED) | set(self.asked)

    @cached_property
    def _open(self) -> set[int]:
        """The places of the words that no vocabulary explains."""
        return self._reading.topics - self._explained

    @cached_property
    def about_food(self) -> bool:
        """Whether other words than a dish's name say that food is meant."""
        reading = self._reading
        return bool(
            reading.allergen_words.spans
            or reading.found("diet")
            or _OF_A_DISH & {match.key for match in reading.found("aspect")}
        )

    # --- candidates ---------------------------------------------------------
    @cached_property
    def _found(self) -> list[Named]:
        return self._lexicon.items.find(self._reading.tokens, self._free, self._beside)

    def _names_a_dish(self, found: Named) -> bool:
        """Return whether the words mean the dish and no kind of food, no venue and no empty word."""
        said = set(found.places) - self._reading.filler
        if found.coverage >= 0.95 and (found.exact or said - self._kinds) and len(found.places) > 1:
            return True
        if not said or said <= self._venue_name:
            return False
        if said - self._kinds or found.coverage >= (0.4 if len(said) > 1 else 0.95):
            return True
        # "How big is the pils", "is the stout free of milk" ask of a dish what no list can tell.
        aspects = {match.key for match in self._reading.found("aspect")}
        listed = {match.key for match in self._reading.found("menu")} & {"which", "ask", "drink"}
        of_one = aspects & {"portion", "calories", "options"} or (
            self._reading.asks and self._reading.allergen_words.spans and not listed
        )
        return bool(of_one) and said <= self._reading.places("course")

    @cached_property
    def _venue_name(self) -> set[int]:
        """The places of a venue's name, whole or where a place stands: "Restaurant Linden" is no Linden burger."""
        filler = self._reading.filler
        free = [place for place in range(len(self._stems)) if place not in filler]
        found = self._lexicon.venues.find(self._reading.tokens, free)[:1]
        return {
            place
            for each in found
            if each.coverage >= 0.9 or (each.coverage >= 0.45 and self._is_somewhere(min(each.places)))
            for place in each.places
        }

    def _is_somewhere(self, place: int) -> bool:
        """Return whether a word stands where a place is named: "in the grill tonight" orders nothing grilled."""
        asked = any(end <= place and stance != "mine" for _, end, _, stance in self._reading.allergen_words.spans)
        before = [token for token in self._reading.tokens[max(0, place - 2) : place] if token not in _ARTICLES]
        return bool(before) and before[-1] in _WHERE and not asked  # "eggs in the Caesar"

    def _of_the_diet_before(self, found: Sequence[Named]) -> Sequence[Named]:
        """Keep the dishes of a diet that stands before their name: "the vegan curry" is no other curry."""
        before = {match.end: match.key for match in self._reading.found("diet")}
        if not before or not found:
            return found
        found = self._without_the_diet_behind(found)
        diets = {each.key: before.get(min(each.places - self._reading.filler, default=-1), "") for each in found}
        suiting = [each for each in found if diets[each.key] and diets[each.key] in self._lexicon.item_diets[each.key]]
        return [each for each in found if not diets[each.key] or each in suiting] if suiting else found

    def _without_the_diet_behind(self, found: Sequence[Named]) -> Sequence[Named]:
        """Drop what is named by a diet that is asked for: "is the carrot cake vegan" is no vegan crumble cake."""
        diets = {place for match in self._reading.found("diet") for place in match.places}

        def of_the_name(named: Named) -> frozenset[int]:
            last = max(named.places - diets, default=-1)
            return frozenset(place for place in named.places if place not in diets or place < last)

        names = [of_the_name(each) for each in found]
        return [each for each, name in zip(found, names, strict=True) if not any(name < other for other in names)]

    def _with_what_is_said_of_them(self, found: Sequence[Named]) -> list[tuple[Named, frozenset[int]]]:
        """Return the candidates with the places that their descriptions and options explain, the best first."""
        if not found:
            return []
        least = found[0].score / 2
        ranked = [
            (replace(each, score=each.score + 0.9 * len(more)), more)
            for each in found
            if each.score >= least
            for more in [self._said_of(each)]
        ]
        return sorted(ranked, key=lambda each: (round(each[0].score, 3), each[0].coverage), reverse=True)

    def _said_of(self, named: Named) -> frozenset[int]:
        words = self._lexicon.item_words[named.key]
        options = {each for _key, own, _added in self._lexicon.item_options.get(named.key, ()) for each in own}
        return frozenset(
            place
            for place in self._open - named.places
            if self._stems[place] not in _FREE  # "is the burger gluten free" means either, though one is free of egg
            if self._stems[place] in options or not words.isdisjoint(asked_for(self._stems[place]))
        )

    def _group(self, ranked: Sequence[tuple[Named, frozenset[int]]]) -> tuple[Named, ...]:
        """Return the best candidate with all that the guest's words fit as well, if the clause is clear about them.

        Who asks about "the tomato soup" may mean either of two, and what is safe in one need not be in the other.
        """
        if not ranked:
            return ()
        top, more = ranked[0]
        group = [each for each, own in ranked if each.places == top.places and own == more]
        if top.coverage >= 0.95 and not more & self._beside:
            # Who says all of a name means every dish of that name, however one of them is described.
            group = [each for each, _own in ranked if each.places == top.places]
        if not self._is_clear(group, more):
            return ()
        heads = [each for each in group if each.in_head]
        return tuple(self._in_the_venue(heads or group))

    def _next_group(self, ranked: Sequence[tuple[Named, frozenset[int]]]) -> tuple[Named, ...]:
        """Return what is said almost whole beside a better word of another dish: "is the shakshuka hot"."""
        others = (
            [each for each in ranked if each[0].places != ranked[0][0].places and each[0].coverage >= 0.9]
            if ranked
            else []
        )
        return self._group(others)

    def _in_the_venue(self, group: Sequence[Named]) -> Sequence[Named]:
        """Keep the dishes of a venue that is named beside them: "the pizza at the pool bar"."""
        if len(group) < 2:
            return group
        taken = {place for each in group for place in each.places}
        found = self._lexicon.venues.find(self._reading.tokens, sorted(self._reading.topics - taken), guess=False)
        venues = {each.key for each in found if each.coverage >= 0.45}
        kinds = set(self._reading.keys("venue"))
        inside = [
            each
            for each in group
            if self._lexicon.item_venues[each.key][0] in venues or self._lexicon.item_venues[each.key][1] in kinds
        ]
        return inside or group

    def _is_clear(self, found: Sequence[Named], more: Iterable[int]) -> bool:
        """Return whether the clause is clear enough about the candidates beside its other words."""
        best = max(each.coverage for each in found)
        said = set(found[0].places) - self._reading.filler
        left = self._open - said - set(more) - self._kinds
        exact = found[0].exact
        long = all(len(self._reading.tokens[place]) > 6 for place in said)
        enough = all(len(self._reading.tokens[place]) >= _LONG_ENOUGH for place in said)
        all_said = said | set(more)
        elsewhere = all(self._stems[place] in self._lexicon.elsewhere for place in all_said)
        if len(found) == 1 and exact and enough and len(left) <= 1 and not elsewhere and self._is_its_own_word(said):
            return True  # "is the katsu hot": a word that nobody says of anything else
        if not self.about_food and best < 0.6 and elsewhere:
            return False  # "the tray charge": the hotel says the word of other things as well
        if left:
            # A question about food says so; elsewhere a single shared word ("warm", "green") names no dish.
            if self.about_food:
                return best >= 0.3
            # Two words of a name side by side, "lentil curry", stand for it whatever else is said.
            together = exact and len(said) > 1 and max(said) - min(said) == len(said) - 1
            if best < (0.6 if len(left) == 1 or together else 0.75):
                return False
            # A slip in a short word may make any other word of it; in "cappucino" it does not.
            return exact or long
        if best < 0.6 and not exact:
            return self.about_food
        return best >= 0.6 or not self._reading.places("venue") - said

    def _is_its_own_word(self, places: Iterable[int]) -> bool:
        """Return whether no vocabulary has these words, they stand for one dish alone, and it is asked about."""
        items, reading = self._lexicon.items, self._reading
        asks = reading.found("aspect") or "hot" in reading.tokens
        details = reading.known["detail"].keys(reading.tokens) - {"price"}
        stems = [self._stems[place] for place in places]
        return bool(stems and asks and not details) and all(
            each in items.weights
            and len({items.names[number].key for number in items.postings[each]}) == 1
            and each not in known_words()
            for each in stems
        )

    def _named_besides(
        self, first: Sequence[Named], ranked: Sequence[tuple[Named, frozenset[int]]]
    ) -> tuple[Named, ...]:
        """Return what is named as well: "the vegan burger and the house burger", "the tart or the brownie"."""
        joins = [place for place, token in enumerate(self._reading.tokens) if token in _JOINS]
        taken = {place for each in first for place in each.places}
        others = [
            each
            for each in self._found
            if joins
            and each.exact
            and each.in_head
            and each.coverage >= 0.6
            and not taken & (set(each.places) - self._empty)
            and self._names_a_dish(each)
            and any(min(taken) < place < max(each.places) or min(each.places) < place < max(taken) for place in joins)
        ]
        if not others:
            return self._sharing_a_word(first, joins)
        return tuple(each for each in others if each.places == others[0].places)

    @property
    def is_heading(self) -> bool:
        """Whether all that is named stands in a heading over several dishes: "sushi", "pasta"."""
        said = set(self.dishes[0].places) - self._reading.filler
        return all(
            any(len(self._lexicon.section_words.get(each, ())) > 1 for each in asked_for(self._stems[place]))
            for place in said
        )

    @property
    def of_the_kind(self) -> tuple[str, ...]:
        """The dishes that say the named words in their names, descriptions or headings, and those named."""
        said = set(self.dishes[0].places) - self._reading.filler - self._empty
        return tuple(dict.fromkeys((*self.saying(said), *(each.key for each in self.dishes))))

    @cached_property
    def _empty(self) -> set[int]:
        return {place for place, each in enumerate(self._stems) if each in NEVER_ALONE}

    def _sharing_a_word(self, first: Sequence[Named], joins: Sequence[int]) -> tuple[Named, ...]:
        """ "The red or the green curry": the other dish shares its noun with the first."""
        if not joins:
            return ()
        keys = {each.key for each in first}
        taken = {place for each in first for place in each.places}
        return tuple(
            each
            for each in self._found
            if each.key not in keys and each.coverage >= 0.95 and each.exact and set(each.places) - taken
        )[:2]

    @cached_property
    def _by_words(self) -> tuple[Named, ...]:
        """The few dishes whose own words say all that the clause says: "the one with tuna"."""
        # The "without" of "without nuts" is also in "without raisins", and names neither.
        said = self._open - self._kinds - self._empty - set(self._reading.allergen_words.places) - self._venue_name
        if not said or not self._is_of_food(said):
            return ()
        keys = self.saying(said)
        if not 0 < len(keys) <= _MOST_BY_WORDS:
            return ()
        places = frozenset(said)
        return tuple(Named(key=key, coverage=0.5, places=places, exact=False, in_head=True) for key in keys)

    def _is_of_food(self, places: Iterable[int]) -> bool:
        stems = {self._stems[place] for place in places}
        if any(concepts(each) for each in stems):
            return self.about_food or not stems & self._lexicon.elsewhere
        return self.about_food and any(each in self._lexicon.items.weights for each in stems)

    def saying(self, places: Iterable[int]) -> list[str]:
        """Return the dishes whose name, description or heading says all the words at these places."""
        wanted = [asked_for(self._stems[place]) for place in places]
        return [
            key for key, own in self._lexicon.item_words.items() if all(not own.isdisjoint(each) for each in wanted)
        ]
