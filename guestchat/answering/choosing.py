"""Owns which dishes a question means: narrowed by pure rules over rows, never by likeness. Says nothing of them."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from guestchat.answering import opening
from guestchat.answering.scene import Scene
from guestchat.understanding.denying import DENYING
from guestchat.understanding.food import asked_for, concepts, is_meat
from guestchat.understanding.lexicon import DRINKS, wines
from guestchat.understanding.query import Part
from guestchat.understanding.stems import stem
from guestchat.understanding.when import When
from guestchat.words import fold, words
from menus import hours
from menus.allergens import Status, status, suits
from menus.content import Item, Offer

# Words of all languages that take something away.
_TAKING_AWAY = """
    no not none nothing never without isn't isnt aren't arent don't dont doesn't doesnt nor except but avoid hate less
    nicht nichts kein keine keinen keines ohne ausser nie pas sans rien sauf aucune jamais sin nada ni nunca menos
    ninguna excepto
"""
_DENIES = frozenset(_TAKING_AWAY.split())
_OF_ANY_SAID = "hot warm cooked proper real big decent tasty nice heiss richtig ordentlich lecker chaud caliente rico"
_OF_ANY_DISH = frozenset(map(stem, _OF_ANY_SAID.split()))
_WITHOUT = frozenset({"without", "ohn", "ohne", "sans", "san", "sin"})
_OR = frozenset({"or", "oder", "ou", "o", "u"})
_WITHOUT_ALCOHOL = re.compile(r"al[ck]oh?ol|mocktail|booz|\bnon ?alc\b|\bsoft\b")
_ALCOHOL, _SOFT = frozenset({"beer", "cocktail", "wine"}), frozenset({"juice", "soft_drink"})
_BY_THE_GLASS = re.compile(r"by the glass|glasweise|offene[nrs]? weine?|au verre|por copas")
_BOTTLE = re.compile(r"\b(?:bottle|flasche|bouteille|botella|bottiglia)\b")
_MEALS = frozenset({"breakfast", "brunch", "lunch", "dinner"})


def asks_for_the_menu(part: Part, scene: Scene) -> bool:
    """Return whether a list is asked for by nothing that narrows it."""
    return not (
        part.items or part.diets or part.avoid or part.containing or part.courses or part.order or part.kids
    ) and not (part.price_up_to or part.price_from or scene.allergies or part.rest or part.mild or part.spicy)


def wanted(part: Part, scene: Scene) -> list[Offer] | None:
    """Return the dishes that the question is about, before allergens; None where its words mean something else."""
    offers = list(scene.content.offers.values())
    tags = scene.catalogue.lexicon.item_tags
    if part.items:
        offers = [offer for offer in offers if offer.item.key in part.items]
    kinds = {venue.key for venue in scene.content.venues if venue.kind in part.venue_kinds}
    venues = set(part.venues) or kinds
    if venues:
        # A venue without a card of its own is where the guest is: "a beer at the pool".
        offers = [offer for offer in offers if offer.venue.key in venues] or (offers if part.courses else [])
    courses = set(part.courses)
    if "dessert" in courses and len(courses) == 1:
        # Who wants something sweet is glad of a cake.
        offers = [offer for offer in offers if tags[offer.item.key] & {"dessert", "cake"}]
        courses = set()
    if courses == {"snack"} and not any("snack" in tags[offer.item.key] for offer in offers):
        courses = set()  # "a bite at four": where nothing is called a snack, anything is
    if part.meals and not any(tags[offer.item.key] & set(part.meals) for offer in offers):
        offers = _served_at(part, offers, scene)
        part = replace(part, meals=())
    if "soft_drink" in courses and _WITHOUT_ALCOHOL.search(fold(part.text)):
        # Whoever wants no alcohol is offered none, whatever else the drink is called.
        offers = [
            offer
            for offer in offers
            if "alcohol_free" in (own := tags[offer.item.key]) or (own & _SOFT and not own & _ALCOHOL)
        ]
        offers = [offer for offer in offers if tags[offer.item.key] & (courses - {"soft_drink"})] or offers
        courses = set()
    for wanted in (courses, set(part.meals)):
        # "Alcohol-free cocktails" are both at once; "soups and salads" are either.
        both = [offer for offer in offers if wanted <= tags[offer.item.key]]
        offers = both or [offer for offer in offers if tags[offer.item.key] & wanted]
    if "wine" in courses and _BY_THE_GLASS.search(fold(part.text)):
        offers = [offer for offer in offers if not any(_BOTTLE.search(fold(name)) for name in offer.item.name.values())]
    if part.wines:
        offers = [offer for offer in offers if tags[offer.item.key] & wines(part.wines)]
    if part.drinks:
        offers = [offer for offer in offers if "drink" in tags[offer.item.key]]
    elif not part.courses and not part.items:
        offers = [offer for offer in offers if "drink" not in tags[offer.item.key]]
    if part.kids:
        for_kids = [offer for offer in offers if "kids" in tags[offer.item.key]]
        if not for_kids and not (part.diets or part.avoid or part.courses or part.mild or scene.allergies):
            return None  # a card without a dish for children does not say what suits them
        offers = for_kids or offers
    if part.foods:
        offers = _saying(part.foods, offers, scene)
    if unwanted := [word for word in part.rest if _is_unwanted(word, part)]:
        holding = {offer.item.key for offer in _saying(unwanted, offers, scene, any_of_them=True)}
        offers = [offer for offer in offers if offer.item.key not in holding]
        part = replace(part, rest=tuple(word for word in part.rest if word not in unwanted))
    if part.rest and _is_narrowed(part) and not _any_is_food(part.rest, scene) and not _may_be_avoided(part):
        part = replace(part, rest=())  # "a severe nut allergy in our party: which puds can she have"
    if part.rest and part.avoid:
        part = replace(part, rest=tuple(word for word in part.rest if word not in _WITHOUT))  # "ohne Fisch (Allergie)"
    if part.rest:
        said = _saying(part.rest, offers, scene)
        if not said and not _OR.isdisjoint(words(part.text)):
            said = _saying(part.rest, offers, scene, any_of_them=True)  # "dishes with duck or veal"
        if not said and part.courses and set(part.rest) <= _OF_ANY_DISH:
            said = offers  # "the hot mains": what is said of any of them
        if not said and part.courses and DRINKS.issuperset(part.courses):
            # "A cocktail with lavender": where the card calls it a spritz.
            drinks = [offer for offer in scene.content.offers.values() if "drink" in tags[offer.item.key]]
            said = _saying(part.rest, drinks, scene)
        offers = said
        if any(is_meat(word) for word in part.rest):
            if not _DENIES.isdisjoint(words(part.text)):
                return None  # whoever wants no meat, however that is said, is offered none
            # German "Wild" is venison, and an English wild mushroom is not.
            offers = [offer for offer in offers if not suits(offer.item.declaration, "vegetarian")]
        if not offers:
            return None
    if part.when.now or part.when.time or part.when.around:
        moment = scene.moment(part.when)
        then = [offer for offer in offers if hours.served_now(offer.menu, offer.venue, moment, scene.content.zone)]
        if offers and not then and not part.rest:
            return None  # when the kitchen is closed, its hours answer
        offers = then
    return [offer for offer in offers if _fits(offer.item, part)]


def _is_unwanted(word: str, part: Part) -> bool:
    """ "Any mains, not pasta": a kind of food that is not to be among them, if nothing must be avoided."""
    if not concepts(word) or is_meat(word) or part.avoid:
        return False
    said = words(part.text)
    return any(stem(each) == word and said[place - 1] in DENYING for place, each in enumerate(said) if place)


_QUOTES = frozenset('"\u201c\u201d\u201e\u00ab\u00bb')


def _is_narrowed(part: Part) -> bool:
    """Return whether enough is said of the dishes that are wanted, whatever else a guest tells."""
    if not _QUOTES.isdisjoint(part.text):
        return False  # "translate 'the cake is nut-free'" asks for no cake
    somewhere = part.venues or part.venue_kinds
    of_food = part.courses or part.meals or part.drinks or part.kids or somewhere
    return bool(
        (part.avoid and of_food)
        or part.spicy
        or part.mild
        or part.order
        or part.price_up_to
        or (part.courses and somewhere)
    )


# What joins one thing to avoid to the next, or denies it, in any language.
_SAID_BESIDE_WHAT_IS_AVOIDED = """
    and or nor no not without low und oder kein keine keinen ohne noch et ou ni sans pas y o sin
"""
_BESIDE_WHAT_IS_AVOIDED = frozenset(_SAID_BESIDE_WHAT_IS_AVOIDED.split())


def _may_be_avoided(part: Part) -> bool:
    """ "No nuts and no fructose": a word that is not understood may be what must not be in it."""
    said = words(part.text)
    places = [place for place, word in enumerate(said) if stem(word) in part.rest]
    return bool(part.avoid) and any(
        not _BESIDE_WHAT_IS_AVOIDED.isdisjoint(said[max(0, place - 2) : place]) for place in places
    )


def _any_is_food(rest: Sequence[str], scene: Scene) -> bool:
    own = scene.catalogue.lexicon.item_words.values()
    return any(concepts(word) or is_meat(word) or any(word in said for said in own) for word in rest)


def venues_of_what_is_asked(part: Part, scene: Scene) -> tuple[str, ...]:
    """Return the venues that have what a list asks for, at whatever time they serve it; none where words are left."""
    offers = None if part.rest else wanted(replace(part, when=When()), scene)
    return tuple(dict.fromkeys(offer.venue.key for offer in offers or ()))


def _served_at(part: Part, offers: Sequence[Offer], scene: Scene) -> list[Offer]:
    """Return what is served at a meal where no card is called by it: what a venue with its hours offers.

    A venue that was named and tells of no meals serves what it has: "dinner at the sushi counter".
    """
    tags = scene.catalogue.lexicon.item_tags
    serving = {
        venue.key
        for venue in scene.content.venues
        if opening.serves_meal(venue, part.meals)
        or (venue.key in part.venues and opening.is_open_for(venue, part.meals))
    }
    return [offer for offer in offers if offer.venue.key in serving and not tags[offer.item.key] & _MEALS]


def _saying(words: Sequence[str], offers: Sequence[Offer], scene: Scene, *, any_of_them: bool = False) -> list[Offer]:
    """Return the dishes whose own words hold all of these, or any, or mean the same foods."""
    own = scene.catalogue.lexicon.item_words
    wanted = [asked_for(word) for word in words]
    enough = any if any_of_them else all
    return [offer for offer in offers if enough(not own[offer.item.key].isdisjoint(each) for each in wanted)]


def _fits(item: Item, part: Part) -> bool:
    price: Decimal | None = item.price
    if any(not suits(item.declaration, diet) for diet in part.diets):
        return False
    # "Is there fish tonight?" wants the fish; "what contains fish?" also its traces.
    wanted = {Status.CONTAINS} if "available" in part.aspects else {Status.CONTAINS, Status.MAY_CONTAIN}
    found = {status(item.declaration, code) for code in part.containing}
    if found and (found == {Status.FREE} if part.foods else found.isdisjoint(wanted)):
        return False
    if part.price_up_to is not None and (price is None or price > part.price_up_to):
        return False
    if part.price_from is not None and (price is None or price < part.price_from):
        return False
    hot = (item.spiciness or 0) > 0
    return not (part.mild and hot) and not (part.spicy and not hot)
