"""Owns one clause: everything that the vocabularies and the hotel's names find in it. Decides nothing. Pure."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, cached_property

from guestchat.understanding import allergies, binding, intolerance, matters, spelling, unlisted, venues, when
from guestchat.understanding.clauses import RELATIVES
from guestchat.understanding.lexicon import Lexicon
from guestchat.understanding.names import Named
from guestchat.understanding.naming import Naming
from guestchat.understanding.stems import stem
from guestchat.understanding.venues import Venues
from guestchat.understanding.vocabulary import LANGUAGES, Match, Vocabulary, vocabulary
from guestchat.understanding.wording import in_known_words, without_okay, written_out
from guestchat.words import fold, words

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_AMOUNT = re.compile(r"(?<![\d.,])(\d{1,4}(?:[.,]\d{1,2})?)(?![\d:])")
# Words that leave the bound itself out: "under 12" is not 12, "up to 12" is.
_BELOW = frozenset({"under", "below", "less", "cheaper", "unter", "weniger", "billiger", "gunstiger", "moins", "menos"})
_CENT = Decimal("0.01")
# "Between 10 and 15", "from 10 to 15 euros", "10-15 €".
_RANGE = re.compile(
    r"(?P<between>\b(?:between|zwischen|entre)\s+)?(?<![\d.,:])(?P<low>\d{1,4}(?:[.,]\d{1,2})?)\s*(?:€|\$|£|euros?|eur|chf)?\s*"
    r"(?:and|und|et|y|to|bis|a|till|-|\u2013)\s*(?P<high>\d{1,4}(?:[.,]\d{1,2})?)(?![\d:])"
    r"\s*(?P<money>€|\$|£|euros?\b|eur\b|chf\b|dollars?\b|pounds?\b|pfund\b|francs?\b|franken\b|libras?\b|quid\b)?"
)
_MARK = re.compile(r"[:;,(–—]|\s-+\s")
_ROOM = re.compile(
    r"\b(?:room|zimmer|chambre|habitacion|zi|rm)\s*"
    r"(?:(?:no\.?|nr\.?|number|nummer|numero|num\.?)\s*(?:is|ist|est|es|lautet)?)?\s*(\d{1,4}[a-z]?)\b"
)
_FIGURE = re.compile(r"\d+(?:st|nd|rd|th|er|eme)?")
_MAX_QUANTITY = 99
_LONG_WORD = 7  # a word so long means something in one language alone
_SHORTEST_WORD = 2  # "n", "pa": shorter ones are slips and phone talk
# Of all languages: what is counted is a party of guests, whatever it asks.
_OF_PEOPLE = "people persons guests adults pax personen leute gaste personnes adultes personas adultos"
_PEOPLE = frozenset(_OF_PEOPLE.split())
_GROUPS = frozenset({"group", "party", "gruppe", "groupe", "grupo"})
_OF_SUBJECTS = "i we he she they my our ich wir er sie mein meine unser unsere je nous on il elle mon ma yo mi nuestro"
_SUBJECTS = frozenset(_OF_SUBJECTS.split())
_ONE_OF_THEM = frozenset({"a", "an", "one", "ein", "eine", "einen", "einer", "un", "une", "una"})
_ALLERGY = ("allerg", "alerg", "intoleran", "unvertrag")


_OF_A_ROW = frozenset({"location", "phone"})
NUMBER = frozenset({"number", "nummer", "numero"})
# What the words of a venue's name ask for nothing of.
_NOT_BY_A_NAME = frozenset({"aspect", "course", "menu", "request", "talk", "wine"})


@cache
def _plain_stems(known: Vocabulary) -> frozenset[str]:
    """Return the stems of the words that ask for nothing of their own, the long ones of every language.

    In two words ("babysitter vorhanden?") there is too little to tell the language by.
    """
    others = (word for language in LANGUAGES for word in vocabulary(language).plain_words if len(word) >= _LONG_WORD)
    return frozenset(stem(word) for word in (*known.plain, *others))


@dataclass
class Reading:
    """A clause, read lazily: each finding is made once, when it is first asked for."""

    text: str
    known: Vocabulary
    lexicon: Lexicon
    at: dt.datetime
    marked: bool = False  # a question mark follows
    settles: bool = False  # a request waits for a word: an "ok" before a question may be that
    after_allergies: bool = False  # the clause before says that somebody has some, and names none
    said: str = field(init=False)  # the text without dialect: what is read of it
    tokens: list[str] = field(init=False)
    _written: list[str] = field(init=False)
    _found: dict[str, list[Match]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        said = written_out(self.text, self.known, self.lexicon.own_words)
        self.said = said if self.settles else without_okay(said)
        self._written = words(in_known_words(self.said, self.known.language))
        self.tokens = spelling.spelt(self._written, self.known.language, self.lexicon.own_words)

    @cached_property
    def spelt(self) -> str:
        """The clause with slips put right: to an encoder a "massge" is no treatment, but a mass."""
        mended = {written: meant for written, meant in zip(self._written, self.tokens, strict=True) if written != meant}
        return _WORD.sub(lambda word: mended.get(fold(word.group()), word.group()), self.said) if mended else self.said

    @property
    def first_word(self) -> str:
        """The first word; empty where there is none, as in a row of emoji."""
        return self.tokens[0] if self.tokens else ""

    @cached_property
    def folded(self) -> str:
        """The clause without case and accents, its punctuation kept."""
        return fold(self.said)

    def found(self, table: str) -> list[Match]:
        """Return a table's phrases in the clause."""
        if table not in self._found:
            found = self.known[table].find(self.tokens)
            if table in _NOT_BY_A_NAME and self._called:
                found = [match for match in found if not self._called.keys() >= set(match.places)]
            self._found[table] = found
        return self._found[table]

    @cached_property
    def _called(self) -> dict[int, str]:
        """The places of venues' whole names of several words, with the venues: "the Boiler Room" is about no boiler."""
        names, tokens = self.lexicon.called_venues, tuple(self.tokens)
        return {
            inside: key
            for place, token in enumerate(tokens)
            for name, key in names.get(token, ())
            if tokens[place : place + len(name)] == name
            for inside in range(place, place + len(name))
        }

    def keys(self, table: str) -> tuple[str, ...]:
        """Return the meanings that a table finds, in order."""
        return tuple(dict.fromkeys(match.key for match in self.found(table)))

    def places(self, *tables: str) -> set[int]:
        """Return the places of all words that these tables explain."""
        return {place for table in tables for match in self.found(table) for place in match.places}

    @cached_property
    def cried(self) -> list[str]:
        """The words as a call for help would spell them."""
        return matters.cried(self._written, self.known, self.lexicon.own_words)

    @cached_property
    def asks(self) -> bool:
        """Whether the clause wants to know something, by its mark or its first words."""
        return self.marked or any(match.start <= 1 for match in self.found("asks"))

    @property
    def begins_as_a_question(self) -> bool:
        """Whether the first words want to know something, marked or not."""
        return any(match.start == 0 for match in self.found("asks"))

    @cached_property
    def allergen_words(self) -> allergies.Allergens:
        """The allergens as they are written, dishes' names and all."""
        found = self._allergens_written
        if found.spans and not self.marked:
            spans = [(start, end) for start, end, _codes, _stance in found.spans]
            against = intolerance.told_against(self.tokens, spans)
            against |= self._told_by_what_it_does
            if against:
                return found.with_mine(against)
        if not found.spans or self.begins_as_a_question:
            return found
        whose = {place for place, token in enumerate(self.tokens) if token in RELATIVES}
        if self.after_allergies and not self.marked and self.topics <= found.places | whose:
            return found.with_mine(frozenset(start for start, *_more in found.spans))  # "I have allergies. Nuts, milk"
        spans = [(start, end) for start, end, _codes, _stance in found.spans if end <= self._told_until]
        told = intolerance.told_at(self.tokens[: self._told_until], spans, self._after_a_mark, self.lexicon.name_pairs)
        return found.with_mine(told) if told else found

    @cached_property
    def _allergens_written(self) -> allergies.Allergens:
        return allergies.find(self.tokens, self.known)

    @property
    def _told_until(self) -> int:
        """Where what may be told ends: a question's last piece is asked, "nuts are out, desserts?"."""
        return max(self._after_a_mark, default=0) if self.marked else len(self.tokens)

    @cached_property
    def _told_by_what_it_does(self) -> frozenset[int]:
        spans = [(start, end) for start, end, _codes, _stance in self._allergens_written.spans]
        if self.marked or not spans:
            return frozenset()
        return intolerance.told_by_what_it_does(self.tokens, spans, self.lexicon.name_pairs)

    @property
    def tells_what_food_does(self) -> bool:
        """Whether the clause tells what something does to somebody who eats it, and so asks for nothing."""
        return bool(self._told_by_what_it_does)

    @cached_property
    def unlisted(self) -> unlisted.Told:
        """What somebody cannot have that no kitchen has to declare."""
        declared = {
            place
            for start, end, codes, _stance in self._allergens_written.spans
            if codes != "-"
            for place in range(start, end)
        }
        found = unlisted.told(
            self.tokens, self._after_a_mark, declared, 0 if self.begins_as_a_question else self._told_until
        )
        # "No onions please" is a word on the order that waits.
        return unlisted.NOTHING if self.settles and not found.words else found

    @property
    def speaks_of_allergies(self) -> bool:
        """Whether the clause says that somebody has allergies, and names none."""
        return not self.marked and not self.allergen_words.spans and intolerance.speaks_of_allergies(self.folded)

    @cached_property
    def allergens(self) -> allergies.Allergens:
        """The allergens and their stance; words inside a dish's name are no question about an allergen."""
        found = self.allergen_words
        if not found.spans:
            return found
        tells = not self.marked and not self.begins_as_a_question
        fine = intolerance.fine_at(self.tokens, [span[:2] for span in found.spans]) if tells else frozenset()
        if tells and (found.mine or self.unlisted.words):
            # "Not allergic to milk, it's eggs", "one to soy, the other to sesame": what is named beside what somebody
            # cannot have is theirs or another's; who is warned of one too many is safe.
            beside = [
                start
                for start, end, _codes, stance in found.spans
                # "And I'd like the fish soup" names a dish by more than that.
                if not stance
                and start not in fine
                and not any(set(range(start, end)) < set(named.places) for named in self.named)
            ]
            found = found.with_mine(frozenset(beside)) if beside else found
        if found.named and fine:
            calm = [codes for start, _end, codes, stance in found.spans if start in fine and not stance]
            found = found.without({code for codes in calm for code in codes.split("+")})
        if found.mine and not found.avoid and not found.contains and not found.named:
            return found  # "eggs make my son ill" names no dish of eggs
        own = [span for span in found.spans if self._is_a_dishs_own(span)]
        if len(own) == len(found.spans) and self.naming.option_places and not self._asks_something_else:
            # "Pancakes with nougat cream: hazelnuts?" asks, though the option is called so.
            own = [span for span in own if self._names_without_stance(*span[:2])]
        dropped = {code for _start, _end, codes, _stance in own for code in codes.split("+")}
        asked = {code for span in found.spans if span not in own for code in span[2].split("+")}
        return found.without(dropped - asked) if own else found

    @property
    def _asks_something_else(self) -> bool:
        return bool(self.found("aspect") or self.found("diet"))

    def _is_a_dishs_own(self, span: tuple[int, int, str, str]) -> bool:
        """Return whether an allergen's word belongs to the name of a dish or a venue, or to an option ordered."""
        start, end, _codes, stance = span
        places = set(range(start, end))
        if stance in {"", "contains"} and places <= self.naming.option_places:
            return True
        if not stance and not self.named and places < self.venue_places and self._calls_a_venue:
            return True  # "the fish restaurant" asks for no fish
        return self._names_without_stance(start, end)

    @property
    def _calls_a_venue(self) -> bool:
        """Whether the words that name a venue hold one for what it is: a restaurant, a place."""
        kinds = self.places("venue") | {place for place, token in enumerate(self.tokens) if token in venues.ANY_PLACE}
        return bool(self.venue_places & kinds)

    def _names_without_stance(self, start: int, end: int) -> bool:
        """Return whether a dish's own word stands there: longer names win over the allergen they hold."""
        # "Pisto: egg, yes or no" asks for what its name holds as well.
        marked = self._after_a_mark
        beside = {place for place, second in ((start - 1, start), (end, end)) if second not in marked}
        return any(
            # "Lupin protein shake" holds its lupin; "lupin in the protein shake" asks for it.
            beside & named.places or len(named.places) == end - start
            for named in self.named
            if set(range(start, end)) <= named.places
        )

    @cached_property
    def _after_a_mark(self) -> set[int]:
        """The places of the words that a colon, a comma, a bracket or a dash parts from the word before."""
        found, place = set(), 0
        for said in _MARK.split(self.said)[:-1]:
            place += len(words(said))
            found.add(place)
        return found

    @cached_property
    def stated_allergies(self) -> tuple[str, ...]:
        """The allergies that the clause states for the rest of the talk: one stated, all that are to be absent are."""
        found = self.allergens
        if found.mine or any(token.startswith(_ALLERGY) for token in self.tokens):
            return tuple(dict.fromkeys((*found.mine, *found.avoid)))
        if found.people and (self.found("me") or not (RELATIVES | _ONE_OF_THEM).isdisjoint(self.tokens)):
            # "My daughter is coeliac and we're having dinner on Friday" says it of her, whatever else is said.
            return found.avoid
        if found.avoid and not self.named and intolerance.is_for_somebody(self.folded):
            return found.avoid  # "nut free and egg free for the kids please, what puddings"
        # "We are two, my wife has coeliac disease" asks nothing, whatever verb comes second.
        tells = not self.marked and self.first_word in _SUBJECTS
        if self.named or self.asks_for_dishes or (self.asks and not tells):
            return ()
        # "We don't eat eggs" says it of people; "without eggs, please" says it of what is to come.
        return found.avoid if self.found("me") or found.people else ()

    @property
    def asks_for_dishes(self) -> bool:
        """Whether words ask for food or drink: "kids" are people, and "I can't eat eggs" asks for nothing."""
        said = (match for table in ("hours", "course", "meal", "menu") for match in self.found(table))
        stance = self.allergen_words.places
        return any(match.key != "kids" and stance.isdisjoint(match.places) for match in said)

    @cached_property
    def aspects(self) -> frozenset[str]:
        """What is asked about something; a dish's own words ("protein shake") ask nothing."""
        inside = {place for each in self.named for place in each.places}
        found = frozenset(match.key for match in self.found("aspect") if not set(match.places) <= inside)
        if self.unlisted.words:
            found -= {"allergens"}  # the allergy is told, and nothing asked of it
        if not NUMBER.isdisjoint(self.tokens) and (self.venues or self.found("venue")):
            return found | {"phone"}  # "what's the spa's number"
        return found

    @cached_property
    def wines(self) -> tuple[str, ...]:
        """The kinds of wine, where wine is spoken of."""
        return self.keys("wine") if "wine" in self.keys("course") else ()

    @cached_property
    def when(self) -> when.When:
        """The days and the time."""
        return when.find(self.folded, self.tokens, self.known, self.at)

    @cached_property
    def filler(self) -> set[int]:
        """The places of words without a topic, of courtesies, and of how many are there: "we are twelve people"."""
        empty = {place for place, token in enumerate(self.tokens) if token in self.known.filler}
        return empty | self.places("courtesy") | self._party | self.unlisted.places

    @cached_property
    def _party(self) -> set[int]:
        """The places of people behind a figure, and of a group before one."""
        tokens = self.tokens
        figures = {place for place, token in enumerate(tokens) if token.isdigit()} | self.places("number")
        people = {place + 1 for place in figures if place + 1 < len(tokens) and tokens[place + 1] in _PEOPLE}
        groups = {place - 2 for place in figures if place > 1 and tokens[place - 2] in _GROUPS}
        return people | groups

    @cached_property
    def topics(self) -> set[int]:
        """The places of the words that carry a topic."""
        numbers = {place for place, token in enumerate(self.tokens) if _FIGURE.fullmatch(token)}
        return set(range(len(self.tokens))) - self.filler - set(self.when.places) - numbers

    @cached_property
    def matters(self) -> matters.Matters:
        """The subjects of hotel life and what is asked of them."""
        own, called = self.lexicon.own_words, self._called
        if "price" in self.keys("aspect"):
            called = {}  # "the Seaweed Rooms price": what is bathed in there has one
        about = frozenset().union(*(self.lexicon.venue_about[key] for key in called.values()))
        return matters.find(
            self.tokens, self.known, own, frozenset(called), about, self._placing, in_any_language=not self.named
        )

    @cached_property
    def _placing(self) -> frozenset[int]:
        """The places of words that ask where a venue is or how it is called, that name it, and that say nothing."""
        asking = {place for match in self.found("aspect") if match.key in _OF_A_ROW for place in match.places}
        named = self.places("venue") | self._called.keys()
        plain = {place for place, token in enumerate(self.tokens) if token in self.known.filler}
        return frozenset(asking | named | plain) if asking and named else frozenset()

    @cached_property
    def beyond(self) -> tuple[str, ...]:
        """The stems of words that neither subjects nor details explain, nor any table of what guests do."""
        tables = ("aspect", "hours", "follow_up", "number", "request", "talk", "fact", "venue")
        places = self.topics - self.matters.places - self.places(*tables) - self._called.keys()
        said = (self.matters.mended[place] for place in sorted(places))
        plain = _plain_stems(self.known)
        stems = dict.fromkeys(stem(word) for word in said if len(word) > _SHORTEST_WORD)
        return tuple(each for each in stems if each not in plain and each not in self.known.filler)

    @cached_property
    def bounds(self) -> tuple[str, ...]:
        """The stems beyond the subjects that bind a question to a place or a use: "parking *for coaches*"."""
        beyond = set(self.beyond)
        found = dict.fromkeys(stem(self.matters.mended[place]) for place in binding.bound(self.tokens))
        return tuple(each for each in found if each in beyond)

    @cached_property
    def plain(self) -> set[int]:
        """The places of words that ask for nothing of their own: "doing", "stop", "kitchen"."""
        plain = _plain_stems(self.known)
        return {place for place, token in enumerate(self.tokens) if stem(token) in plain}

    def aside(self, *tables: str) -> set[int]:
        """Return the places of plain words that these tables do not explain, and nobody says of what is to eat."""
        explained = self.places(*tables, "with_food") | self.allergens.places | self.venue_places
        return (self.topics & self.plain) - explained

    @cached_property
    def room(self) -> str:
        """The room number that the guest wrote."""
        found = _ROOM.search(self.folded)
        return found[1] if found else ""

    @cached_property
    def naming(self) -> Naming:
        """What the clause says of dishes."""
        return Naming(self)

    @property
    def named(self) -> tuple[Named, ...]:
        """The dishes that the clause names, those of equal rank together; empty where it names none clearly."""
        return self.naming.dishes

    @property
    def options(self) -> tuple[str, ...]:
        """The options of the named dishes that the clause orders with them."""
        return self.naming.options

    @cached_property
    def venues(self) -> tuple[str, ...]:
        """The venues that the clause names."""
        inside = {place for each in self.named for place in each.places} & self.topics
        return tuple(self._venues_at(self.topics - inside) if inside else self._venues_in_all)

    @cached_property
    def meant_venues(self) -> tuple[str, ...]:
        """The venues that the clause names, else the one that is called by its subject: the kids' club."""
        if self.venues or self.found("venue"):
            return self.venues
        told = self.lexicon.venue_subjects
        found = [key for key, subjects in told.items() if subjects & self.matters.subjects]
        return tuple(found) if len(found) == 1 else ()

    @cached_property
    def meant_kinds(self) -> tuple[str, ...]:
        """The kinds of venues that the clause names, else those where guests do what it says: swim, train."""
        if self.venues or self.found("venue"):
            return self.keys("venue")
        food = self.found("course") or self.found("meal") or {"ask", "drink"} & set(self.keys("menu"))
        # "Can we get in the room" has nothing brought to it.
        return tuple(key for key in self.keys("doing") if food or key != "room_service")

    @cached_property
    def venue_places(self) -> set[int]:
        """The places of the words that name a venue."""
        return {place for key, places in self._venues_in_all.items() if key in self.venues for place in places}

    @cached_property
    def _venues_in_all(self) -> Venues:
        """The venues that the clause names, a dish's own words included."""
        return self._venues_at(self.topics)

    def _venues_at(self, places: set[int]) -> Venues:
        on_a_matter = bool(self.matters.subjects)
        return venues.named(self.tokens, sorted(places), self.found("venue"), self.lexicon, on_a_matter=on_a_matter)

    @cached_property
    def price_up_to(self) -> Decimal | None:
        """The upper bound that the guest set: "under 15"."""
        if self.price_range:
            return self.price_range[1]
        bound = self._bound("under")
        return bound - _CENT if bound and not _BELOW.isdisjoint(self.tokens) else bound

    @cached_property
    def price_from(self) -> Decimal | None:
        """The lower bound that the guest set: "over 10"."""
        return self.price_range[0] if self.price_range else self._bound("over")

    @property
    def has_price_bound(self) -> bool:
        """Whether the guest set a bound of price."""
        return self.price_up_to is not None or self.price_from is not None

    @cached_property
    def price_range(self) -> tuple[Decimal, Decimal] | None:
        """Both bounds: "between 10 and 15 euros"."""
        found = _RANGE.search(self.folded)
        if found is None or not (found["money"] or (found["between"] and not self.found("hours"))):
            return None
        low, high = (Decimal(found[name].replace(",", ".")) for name in ("low", "high"))
        return (low, high) if low < high else None

    def _bound(self, key: str) -> Decimal | None:
        of_key = [match for match in self.found("menu") if match.key == key]
        if self.when.time is not None or not of_key:
            return None
        if {match.key for match in self.found("menu")} >= {"under", "over"}:
            # "From room service under 10": only the word right before the figure sets a bound.
            near = [token for match in of_key for token in self.tokens[match.end : match.end + 2]]
            return next((Decimal(token) for token in near if token.isdigit()), None)
        if found := _AMOUNT.search(self.folded):
            return Decimal(found[1].replace(",", "."))
        after = max(match.end for match in self.found("menu") if match.key == key)
        spoken = next((match for match in self.found("number") if match.start >= after and match.key != "1"), None)
        return Decimal(spoken.key) if spoken else None

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
