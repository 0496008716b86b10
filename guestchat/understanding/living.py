"""Owns what somebody is said to live on: "my wife is vegan" holds for the lists that follow. Pure."""

from dataclasses import replace

from guestchat.understanding.clauses import RELATIVES
from guestchat.understanding.query import Context, Intent, Part
from guestchat.understanding.reading import Reading

_WITHIN = 5
_BEING = """
    am im i'm is are we're were be eat eats s bin ist sind isst ess esse essen lebe lebt ernahre ernahrt suis chui est
    sommes sont mange mangeons mangent soy es somos son como come comemos comen sigo sigue
"""
_IS = frozenset(_BEING.split())
_OF_ONESELF_SAID = "i im i'm we we're ich wir je nous on j chui yo soy somos sigo como comemos"
_OF_ONESELF = frozenset(_OF_ONESELF_SAID.split())
_OF_ANOTHER_SAID = "he she they he's she's er sie il elle ils elles el ella"
_OF_ANOTHER = RELATIVES | frozenset(_OF_ANOTHER_SAID.split())
# "I'd like something vegan" is said of what is to come, and of nobody.
_OF_FOOD_SAID = "like want need something anything dish dishes food menu is-it mochte will etwas was gericht"
_OF_FOOD = frozenset(_OF_FOOD_SAID.split())
_FOR_ONESELF_SAID = "i me myself mine ich mich mir je moi yo mi"
_FOR_ONESELF = frozenset(_FOR_ONESELF_SAID.split())


def on(reading: Reading) -> tuple[tuple[str, ...], bool]:
    """Return the diets that a clause says somebody keeps to, and whether it is another than the guest."""
    if reading.named or any(match.start == 0 for match in reading.found("asks")):
        return (), False
    for match in reading.found("diet"):
        before = reading.tokens[max(0, match.start - _WITHIN) : match.start]
        said = set(before)
        another = bool(said & _OF_ANOTHER)
        of_somebody = another or bool(said & _OF_ONESELF)
        if of_somebody and said & (_IS | _OF_ANOTHER) and not said & _OF_FOOD:
            return (match.key,), another
    return (), False


def kept_to(part: Part, reading: Reading, context: Context) -> Part:
    """Return a list kept to the diet that was stated before, and a dish asked about for it."""
    if not context.diets or part.diets or part.containing or part.foods or part.topic or part.drinks:
        return part
    if context.diets_of_another and not _FOR_ONESELF.isdisjoint(reading.tokens):
        return part
    asks_of_a_dish = part.intent is Intent.DISH and "safe" in part.aspects
    return replace(part, diets=context.diets) if part.intent is Intent.LIST or asks_of_a_dish else part
