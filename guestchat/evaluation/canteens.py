"""Owns the questions that are made from a hotel file's dishes, with the truth told by the referee; pure.

The same file, count and seed make the same questions. The truth never passes through `menus.allergens`.
"""

import datetime as dt
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from guestchat.answering.answer import Answer, Outcome
from guestchat.evaluation.judging import Fault, Kind, Verdict, claimed, judge
from guestchat.evaluation.questions import Expectation, ExpectedClaim, Question
from guestchat.evaluation.referee import Referee
from guestchat.words import fold
from menus.allergens import Status

# A Tuesday at half past twelve, when every kitchen of the canteens serves.
AT = dt.datetime(2026, 11, 24, 12, 30)
_TYPOS = 0.1
# A list may leave out a few of the dishes that fit, never hold one that does not.
_ENOUGH = 0.95

_WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "en": {
        "gluten": ("gluten",),
        "gluten.wheat": ("wheat",),
        "gluten.rye": ("rye",),
        "gluten.barley": ("barley",),
        "gluten.oats": ("oats",),
        "gluten.spelt": ("spelt",),
        "crustaceans": ("crustaceans",),
        "eggs": ("egg", "eggs"),
        "fish": ("fish",),
        "peanuts": ("peanuts", "peanut"),
        "soybeans": ("soy", "soya"),
        "milk": ("milk", "dairy", "lactose"),
        "nuts": ("nuts", "tree nuts"),
        "nuts.almond": ("almonds",),
        "nuts.hazelnut": ("hazelnuts",),
        "nuts.walnut": ("walnuts",),
        "nuts.cashew": ("cashews",),
        "nuts.pistachio": ("pistachios",),
        "celery": ("celery",),
        "mustard": ("mustard",),
        "sesame": ("sesame",),
        "sulphites": ("sulphites", "sulfites"),
        "lupin": ("lupin",),
        "molluscs": ("molluscs",),
    },
    "de": {
        "gluten": ("Gluten",),
        "gluten.wheat": ("Weizen",),
        "gluten.rye": ("Roggen",),
        "gluten.barley": ("Gerste",),
        "gluten.oats": ("Hafer",),
        "gluten.spelt": ("Dinkel",),
        "crustaceans": ("Krebstiere",),
        "eggs": ("Ei", "Eier"),
        "fish": ("Fisch",),
        "peanuts": ("Erdnüsse", "Erdnuss"),
        "soybeans": ("Soja",),
        "milk": ("Milch", "Laktose"),
        "nuts": ("Nüsse",),
        "nuts.almond": ("Mandeln",),
        "nuts.hazelnut": ("Haselnüsse",),
        "nuts.walnut": ("Walnüsse",),
        "nuts.cashew": ("Cashews",),
        "nuts.pistachio": ("Pistazien",),
        "celery": ("Sellerie",),
        "mustard": ("Senf",),
        "sesame": ("Sesam",),
        "sulphites": ("Sulfite",),
        "lupin": ("Lupinen",),
        "molluscs": ("Weichtiere",),
    },
}
_FREE_WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "en": {
        "gluten": ("gluten-free", "gluten free"),
        "milk": ("dairy-free", "lactose free", "milk-free"),
        "eggs": ("egg-free",),
        "nuts": ("nut-free", "nut free"),
        "peanuts": ("peanut-free",),
        "soybeans": ("soy-free",),
        "gluten.wheat": ("wheat-free",),
        "sesame": ("sesame-free",),
        "fish": ("fish-free",),
        "celery": ("celery-free",),
    },
    "de": {
        "gluten": ("glutenfrei",),
        "milk": ("laktosefrei", "milchfrei"),
        "eggs": ("eifrei",),
        "nuts": ("nussfrei",),
        "peanuts": ("erdnussfrei",),
        "soybeans": ("sojafrei",),
        "gluten.wheat": ("weizenfrei",),
        "sesame": ("sesamfrei",),
        "celery": ("selleriefrei",),
    },
}
_CONTAINS = {
    "en": ("does the {dish} contain {word}?", "is there any {word} in the {dish}?", "{dish}: any {word} in it?"),
    "de": ("enthält {dish} {word}?", "ist in {dish} {word} drin?", "{dish}: ist da {word} drin?"),
}
_FREE = {
    "en": ("is the {dish} {word}?", "is {dish} {word}", "would you say the {dish} is {word}?"),
    "de": ("ist {dish} {word}?", "ist das {dish} {word}", "{dish}: {word}?"),
}
_CAN_EAT = {
    "en": (
        "can I eat the {dish}? I'm allergic to {word}",
        "i am allergic to {word}, can i have the {dish}?",
        "My daughter has a {word} allergy. Is the {dish} ok for her?",
    ),
    "de": (
        "kann ich {dish} essen? Ich bin allergisch gegen {word}",
        "ich vertrage {word} nicht, geht {dish}?",
        "Mein Sohn hat eine Allergie gegen {word}. Darf er {dish} essen?",
    ),
}
_WITHOUT = {
    "en": ("what can I eat without {word}?", "which dishes have no {word}?", "I'm allergic to {word}, what can I eat?"),
    "de": (
        "was kann ich ohne {word} essen?",
        "welche Gerichte sind ohne {word}?",
        "Ich vertrage {word} nicht. Was gibt es?",
    ),
}
_WITHOUT_TWO = {
    "en": ("what can I eat without {word} and {other}?", "no {word} and no {other} please, what is there?"),
    "de": ("was kann ich ohne {word} und {other} essen?", "welche Gerichte sind ohne {word} und ohne {other}?"),
}
_DIET = {
    "en": ("which dishes are {diet}?", "what {diet} food do you have?", "{diet} dishes"),
    "de": ("welche Gerichte sind {diet}?", "was gibt es {diet}?", "habt ihr was {diet}es?"),
}
_DIET_WITHOUT = {
    "en": ("which {diet} dishes are without {word}?", "{diet} food with no {word}"),
    "de": ("welche Gerichte sind {diet} und ohne {word}?", "{diet}e Gerichte ohne {word}"),
}
_DIETS = {"en": {"vegan": "vegan", "vegetarian": "vegetarian"}, "de": {"vegan": "vegan", "vegetarian": "vegetarisch"}}
_POLITE = {
    "en": ("Hi there, {text} Thanks!", "Excuse me, {text}"),
    "de": ("Hallo, {text} Danke!", "Entschuldigung, {text}"),
}
_KINDS = (
    ("contains", 26),
    ("free", 20),
    ("can eat", 22),
    ("without", 12),
    ("diet", 6),
    ("diet without", 8),
    ("option", 6),
)


@dataclass(frozen=True, kw_only=True)
class Made:
    """A made question with what is true: the dishes of the name that it asks about, or those that fit."""

    question: Question
    code: str = ""
    targets: Mapping[str, Status] = field(default_factory=dict)
    fitting: frozenset[str] = frozenset()

    @property
    def is_list(self) -> bool:
        """Whether it asks for dishes, and not about one."""
        return not self.targets


def questions(hotel_file: Mapping[str, Any], count: int, seed: int = 1) -> list[Made]:
    """Return so many questions about a hotel file's dishes, half English and half German where it has both."""
    return list(_Maker(hotel_file, seed).make(count))


class _Maker:
    def __init__(self, hotel_file: Mapping[str, Any], seed: int) -> None:
        self._slug = hotel_file["hotel"]["slug"]
        self._default = hotel_file["hotel"]["default_language"]
        self._languages = [each for each in hotel_file["hotel"]["languages"] if each in _WORDS]
        self._truth = Referee(hotel_file)
        self._random = random.Random(f"{self._slug} {seed}")
        self._items = [item for item in self._truth.items.values() if item.get("available", True)]
        self._eatable = {item["key"] for item in self._items} - set(_drinks(hotel_file))
        self._with_options = [item for item in self._items if item.get("options")]
        self._named: dict[str, set[str]] = {}
        for key, item in self._truth.items.items():
            for language in self._languages:
                self._named.setdefault(fold(self._name(item, language)), set()).add(key)

    def make(self, count: int) -> Iterator[Made]:
        kinds, weights = zip(*_KINDS, strict=True)
        if not self._languages or not self._items:
            return
        for number in range(count):
            kind = self._random.choices(kinds, weights)[0]
            if kind == "option" and not self._with_options:
                kind = "contains"
            language = self._languages[number % len(self._languages)]
            name = f"{self._slug}-{number + 1:04}"
            yield (
                self._of_dish(name, kind, language)
                if kind in {"contains", "free", "can eat", "option"}
                else (self._of_list(name, kind, language))
            )

    def _of_dish(self, name: str, kind: str, language: str) -> Made:
        item = self._random.choice(self._with_options if kind == "option" else self._items)
        dish = self._name(item, language)
        targets = self._named[fold(dish)]
        options: tuple[str, ...] = ()
        if kind == "option":
            option = self._random.choice(item["options"])
            options = (option["key"],)
            dish = f"{dish} {self._name(option, language)}"
            targets = {item["key"]}
        elif self._random.random() < _TYPOS:
            dish = self._misspelt(dish)
        code = self._code(item, _FREE_WORDS[language] if kind == "free" else _WORDS[language])
        words = _FREE_WORDS[language] if kind == "free" else _WORDS[language]
        templates = {"contains": _CONTAINS, "free": _FREE, "can eat": _CAN_EAT, "option": _CONTAINS}[kind]
        text = self._random.choice(templates[language]).format(dish=dish, word=self._random.choice(words[code]))
        truth = {key: Status(self._truth.status(key, code, options)) for key in sorted(targets)}
        expect = Expectation(
            claims=tuple(ExpectedClaim(item=key, allergen=code, statuses=(status,)) for key, status in truth.items())
        )
        return Made(question=self._question(name, kind, language, text, expect), code=code, targets=truth)

    def _of_list(self, name: str, kind: str, language: str) -> Made:
        diets = (self._random.choice(("vegan", "vegetarian")),) if kind.startswith("diet") else ()
        number = 0 if kind == "diet" else 2 if kind == "without" and self._random.random() < 0.3 else 1
        groups = [code for code in _WORDS[language] if "." not in code or code in {"gluten.wheat", "nuts.almond"}]
        avoid = tuple(self._random.sample(groups, number))
        templates = {"without": _WITHOUT_TWO if number == 2 else _WITHOUT, "diet": _DIET, "diet without": _DIET_WITHOUT}
        text = self._random.choice(templates[kind][language]).format(
            word=self._random.choice(_WORDS[language][avoid[0]]) if avoid else "",
            other=self._random.choice(_WORDS[language][avoid[1]]) if number == 2 else "",
            diet=_DIETS[language][diets[0]] if diets else "",
        )
        fitting = frozenset(
            item["key"]
            for item in self._items
            if item["key"] in self._eatable
            and self._truth.is_free(item["key"], avoid)
            and all(self._truth.suits(item["key"], diet) for diet in diets)
        )
        expect = Expectation(avoid=avoid, diets=diets)
        return Made(question=self._question(name, kind, language, text, expect), fitting=fitting)

    def _question(self, name: str, kind: str, language: str, text: str, expect: Expectation) -> Question:
        category = f"{kind} {language}"
        return Question(
            id=name, hotel=self._slug, text=self._spoken(text, language), category=category, expect=expect, at=AT
        )

    def _spoken(self, text: str, language: str) -> str:
        """Return a text as one of those who type in lower case, shout, or are polite would have typed it."""
        way = self._random.random()
        if way < 0.25:
            return text.casefold() if "ß" not in text else text.lower()
        if way < 0.35:
            return text.upper()
        if way < 0.5:
            return self._random.choice(_POLITE[language]).format(text=text)
        return text

    def _code(self, item: Mapping[str, Any], known: Mapping[str, Any]) -> str:
        listed: list[str] = [code for code in item.get("allergens", {}) if code in known]
        if listed and self._random.random() < 0.45:
            return self._random.choice(listed)
        return self._random.choice(list(known))

    def _name(self, thing: Mapping[str, Any], language: str) -> str:
        name: str | dict[str, str] = thing["name"]
        return name if isinstance(name, str) else (name.get(language) or name[self._default])

    def _misspelt(self, dish: str) -> str:
        """Return a name with one slip of the finger in one long word, which makes it no other dish's name."""
        words = dish.split()
        long = [number for number, word in enumerate(words) if len(word) >= 6 and word.isalpha()]
        if not long:
            return dish
        number = self._random.choice(long)
        word = words[number]
        at = self._random.randrange(1, len(word) - 2)
        slips = (
            word[:at] + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at] + word[at:],
        )
        words[number] = self._random.choice(slips)
        slipped = " ".join(words)
        return dish if fold(slipped) in self._named else slipped


_DRINKS = ("drink", "cocktail", "beer", "wine", "coffee", "tea", "juice", "smoothie")


def _drinks(hotel_file: Mapping[str, Any]) -> Iterator[str]:
    """Yield the drinks by their sections' names: who asks what to eat need not be told of them."""
    for venue in hotel_file["venues"]:
        for menu in venue.get("menus", []):
            for section in menu.get("sections", []):
                name = section["name"]
                words = fold(name if isinstance(name, str) else name.get("en", ""))
                if any(word in words for word in _DRINKS):
                    yield from (item["key"] for item in section.get("items", []))


def judge_made(made: Made, answer: Answer, truth: Referee) -> Verdict:
    """Judge the answer to a made question, more exactly than an expectation can say.

    Of dishes that share a name one may be answered or all, or which one is asked; a list must hold nearly all that fit.
    """
    verdict = judge(made.question.expect, answer, truth)
    unsafe = [fault for fault in verdict.faults if fault.kind is Kind.UNSAFE]
    if made.is_list:
        # Whoever asks for a list must be able to eat all of it, warned or not.
        for key in answer.items:
            if not truth.is_free(key, made.question.expect.avoid):
                unsafe.append(Fault(Kind.UNSAFE, f"offers {key} without {', '.join(made.question.expect.avoid)}"))
        if unsafe or not made.fitting:
            return Verdict(faults=tuple(unsafe))
        share = len(set(answer.items) & made.fitting) / len(made.fitting)
        missing = len(made.fitting) - len(set(answer.items) & made.fitting)
        if share < _ENOUGH:
            return Verdict(faults=(Fault(Kind.WRONG, f"leaves out {missing} of the {len(made.fitting)} that fit"),))
        return Verdict(faults=tuple(verdict.faults))
    if len(made.targets) > 1:
        told = {key: claimed(answer, key, made.code) for key in made.targets}
        right = [key for key, claim in told.items() if claim and claim.status == made.targets[key]]
        wrong = [key for key, claim in told.items() if claim and claim.status != made.targets[key]]
        if not unsafe and not wrong and (right or answer.outcome is Outcome.CLARIFY):
            return Verdict()
    return verdict


def shares(made: Sequence[tuple[Made, Answer | None]]) -> dict[str, float]:
    """Return the figures that count: status right, truly free told as free, and fitting dishes offered, as shares."""
    told = right = free = told_free = fitting = offered = 0
    for each, answer in made:
        for key, status in each.targets.items() if len(each.targets) == 1 else ():
            claim = claimed(answer, key, each.code) if answer else None
            told += 1
            right += claim is not None and claim.status == status
            free += status is Status.FREE
            told_free += status is Status.FREE and claim is not None and claim.status is Status.FREE
        if each.is_list:
            fitting += len(each.fitting)
            offered += len(each.fitting & set(answer.items)) if answer else 0
    return {
        "right_status": right / told if told else 1.0,
        "free_told_free": told_free / free if free else 1.0,
        "fitting_offered": offered / fitting if fitting else 1.0,
    }
