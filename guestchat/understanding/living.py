"""Owns what somebody is said to live on: "my wife is vegan" holds for the lists that follow. Pure."""

from dataclasses import replace

from guestchat.understanding.clauses import RELATIVES
from guestchat.understanding.denying import DENYING
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
_OF_FOOD_SAID = "like want need something anything dish dishes food menu mochte will etwas was gericht"
_OF_FOOD = frozenset(_OF_FOOD_SAID.split())
_FOR_ONESELF_SAID = "i me myself mine ich mich mir je moi yo mi"
_NOT = DENYING | {"never", "plus", "isn't", "isnt", "arent", "ain't", "nie"}
_FOR_ONESELF = frozenset(_FOR_ONESELF_SAID.split())


def on(reading: Reading) -> tuple[tuple[str, ...], bool] | None:
    """Return the diets that a clause says somebody keeps to, and whether that is another than the guest.

    None where it says nothing of it; no diet where it says that there is none: "I'm not vegan". What the guest keeps to
    comes before what others do.
    """
    if reading.begins_as_a_question or (reading.named and not _says_what_somebody_is(reading)):
        return None
    if says_it_of_who_is_here(reading):
        return reading.keys("diet"), False
    own: list[str] = []
    others: list[str] = []
    none = False
    for match in reading.found("diet"):
        said = set(reading.tokens[max(0, match.start - _WITHIN) : match.start])
        another = bool(said & _OF_ANOTHER) and not said & _OF_ONESELF
        of_somebody = bool(said & (_OF_ANOTHER | _OF_ONESELF))
        if not of_somebody or not said & (_IS | _OF_ANOTHER) or said & _OF_FOOD:
            continue
        if said & _NOT:
            none = True
        else:
            (others if another else own).append(match.key)
    if own or others or none:
        return tuple(dict.fromkeys(own or others)), bool(others and not own)
    return None


def _says_what_somebody_is(reading: Reading) -> bool:
    """ "The egg thing is for my son, she is vegan": right before the diet stands who it is."""
    pairs = [reading.tokens[max(0, match.start - 2) : match.start] for match in reading.found("diet")]
    return not reading.marked and any(
        bool(said) and said[-1] in _IS and said[0] in _OF_ONESELF | _OF_ANOTHER for said in pairs
    )


_HERE = frozenset({"here", "hier", "ici", "aqui"})


def says_it_of_who_is_here(reading: Reading) -> bool:
    """ "Vegan here": nothing but a diet, and who speaks."""
    explained = reading.places("diet", "talk") | reading.filler
    here = {place for place, token in enumerate(reading.tokens) if token in _HERE}
    told = reading.found("diet") and here and not reading.marked
    return bool(told) and explained | here >= set(range(len(reading.tokens)))


def is_for_oneself(reading: Reading, context: Context) -> bool:
    """ "And what can I have?", where it is another who keeps to a diet."""
    return context.diets_of_another and not _FOR_ONESELF.isdisjoint(reading.tokens)


def kept_to(part: Part, reading: Reading, context: Context) -> Part:
    """Return a list kept to the diet that was stated before, and a dish asked about for it."""
    if not context.diets or part.diets or part.containing or part.foods or part.drinks:
        return part
    if part.topic and part.intent is not Intent.REQUEST:
        return part
    if is_for_oneself(reading, context):
        return part
    of_a_dish = part.intent is Intent.DISH and part.aspects <= {"safe", "about", "available"}
    ordered = part.intent is Intent.REQUEST and part.topic == "order" and not context.diets_of_another
    return replace(part, diets=context.diets) if part.intent is Intent.LIST or of_a_dish or ordered else part
