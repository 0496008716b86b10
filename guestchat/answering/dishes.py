"""Owns answers about dishes: one by name, or a list narrowed by pure rules. Allergen words come from `kitchen`."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from guestchat.answering import gate, kitchen, opening
from guestchat.answering.answer import Claim, Outcome, Reply, Source
from guestchat.answering.scene import Scene
from guestchat.understanding.food import asked_for, concepts, is_meat
from guestchat.understanding.lexicon import wines
from guestchat.understanding.query import Part
from guestchat.understanding.stems import stem
from guestchat.understanding.when import When
from guestchat.words import fold, words
from menus import hours
from menus.allergens import Status, is_safe, status, suits
from menus.content import Item, Offer

# Words of all languages that take something away.
_TAKING_AWAY = """
    no not none nothing never without isn't isnt aren't arent don't dont doesn't doesnt nor except but avoid hate less
    nicht nichts kein keine keinen keines ohne ausser nie pas sans rien sauf aucune jamais sin nada ni nunca menos
    ninguna excepto
"""
_DENIES = frozenset(_TAKING_AWAY.split())
_OR = frozenset({"or", "oder", "ou", "o", "u"})
_WITHOUT_ALCOHOL = re.compile(r"al[ck]oh?ol|mocktail")
_ALCOHOL, _SOFT = frozenset({"beer", "cocktail", "wine"}), frozenset({"juice", "soft_drink"})
_BY_THE_GLASS = re.compile(r"by the glass|glasweise|offene[nrs]? weine?|au verre|por copas")
_BOTTLE = re.compile(r"\b(?:bottle|flasche|bouteille|botella|bottiglia)\b")
_MEALS = frozenset({"breakfast", "brunch", "lunch", "dinner"})
SHOWN = 6
_ANSWERED_ONE_BY_ONE = 3


# --- one dish ---------------------------------------------------------------
def named(part: Part, scene: Scene) -> Reply | None:
    """Answer about the dishes that a part names; two of one name are both answered."""
    offers = [scene.content.offers[key] for key in part.items if key in scene.content.offers]
    if not offers:
        return None
    if "nutrition" in part.aspects:
        names = scene.words.join([scene.full_name(offer.item) for offer in offers[:SHOWN]])
        return Reply(
            text=scene.say("dish.no_nutrition", name=names),
            outcome=Outcome.UNANSWERED,
            suggestions=[scene.say("unknown.ask_person")],
        )
    offers = _here_first(offers, scene)
    if len(offers) > _ANSWERED_ONE_BY_ONE:
        return _table(offers, part, scene)
    said = [_about(offer, part, scene) for offer in offers]
    lead = scene.say("dish.several") + "\n" if len(offers) > 1 else ""
    marker = "- " if len(offers) > 1 else ""
    return Reply(
        text=lead + "\n".join(marker + text for text, _claims in said),
        sources=[Source("item", offer.item.key) for offer in offers],
        items=[offer.item.key for offer in offers],
        claims=[claim for _text, claims in said for claim in claims],
    )


def _table(offers: Sequence[Offer], part: Part, scene: Scene) -> Reply:
    """Answer about many dishes of one name: a line each, with what is declared where allergens are in question."""
    codes = tuple(dict.fromkeys((*part.avoid, *part.containing, *scene.allergies)))
    lines: list[str] = []
    claims: list[Claim] = []
    for offer in offers[:SHOWN]:
        line = _line(offer, scene, with_venue=True)
        if codes:
            statement = kitchen.about(offer.item, codes, scene)
            claims += statement.claims
            line = f"{line}: {statement.text}"
        else:
            claims += _named_too_kindly(offer.item, scene).claims
        lines.append("- " + " ".join([line, *(kitchen.diet(offer.item, diet, scene) for diet in part.diets)]))
    more = [f"- … {scene.say('list.more', count=len(offers) - SHOWN)}"] if len(offers) > SHOWN else []
    return Reply(
        text="\n".join([scene.say("dish.several"), *lines, *more]),
        sources=[Source("item", offer.item.key) for offer in offers[:SHOWN]],
        items=[offer.item.key for offer in offers[:SHOWN]],
        claims=claims,
    )


def _here_first(offers: Sequence[Offer], scene: Scene) -> list[Offer]:
    here = scene.place.venue if scene.place else None
    return sorted(offers, key=lambda offer: offer.venue.key != here)


def _about(offer: Offer, part: Part, scene: Scene) -> tuple[str, Sequence[Claim]]:
    """Return what was asked about a dish, the direct answer first, with its claims."""
    item = offer.item
    asked = tuple(dict.fromkeys((*part.avoid, *part.containing)))
    sentences: list[str] = []
    claims: list[Claim] = []
    if asked:
        _add(kitchen.about(item, asked, scene, part.options), sentences, claims)
    sentences += [kitchen.diet(item, diet, scene) for diet in part.diets]
    if "allergens" in part.aspects and not asked:
        _add(kitchen.everything(item, scene), sentences, claims)
    sentences += _aspects(offer, part, scene)
    if not sentences:
        sentences.append(_introduction(offer, scene))
    stated = tuple(code for code in scene.allergies if code not in asked)
    if stated:
        # Before all else: whoever has an allergy must not read it in the last line.
        statement = kitchen.about(item, stated, scene, part.options)
        sentences[:0] = [scene.say("allergen.stated", allergens=scene.allergens(stated)), *statement.sentences]
        claims += statement.claims
    elif "safe" in part.aspects and not asked and not part.diets:
        _add(kitchen.everything(item, scene), sentences, claims)
    told = {claim.allergen for claim in claims}
    _add(_named_too_kindly(item, scene, told), sentences, claims)
    if not item.available:
        sold_out = scene.say("dish.sold_out", name=scene.name(item))
        sentences.insert(0 if "available" in part.aspects else len(sentences), sold_out)
    elif part.when or "available" in part.aspects:
        sentences += _served(offer, part, scene)
    return " ".join(sentences), claims


def _add(statement: kitchen.Statement, sentences: list[str], claims: list[Claim]) -> None:
    sentences += statement.sentences
    claims += statement.claims


def _named_too_kindly(item: Item, scene: Scene, told: Collection[str] = ()) -> kitchen.Statement:
    """Say what is declared of the allergens whose absence a dish's name promises and the kitchen does not."""
    codes = [
        code
        for code in gate.promised(scene.name(item))
        if code not in told and status(item.declaration, code) is not Status.FREE
    ]
    return kitchen.about(item, codes, scene) if codes else kitchen.Statement()


def _menu_name(offer: Offer, scene: Scene) -> str:
    """Return a menu's name, the venue's where it promises something: "Nut-free menu"."""
    return gate.held_back(scene.text(offer.menu.name), scene.name(offer.venue))


def _introduction(offer: Offer, scene: Scene) -> str:
    name, description = scene.full_name(offer.item), described(offer.item, scene)
    first = (
        scene.say("dish.about", name=name, description=description)
        if description
        else scene.say("dish.plain", name=name, menu=_menu_name(offer, scene))
    )
    hot = scene.say(f"dish.spicy_{offer.item.spiciness}", name=name) if offer.item.spiciness else ""
    where = scene.say("dish.at", venue=scene.name(offer.venue), menu=_menu_name(offer, scene))
    return " ".join(each for each in (_ended(first), hot, _price(offer.item, scene), where) if each)


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else sentence + "."


def described(item: Item, scene: Scene) -> str:
    """Return a dish's description, unless its words promise something about allergens."""
    description = scene.text(item.description)
    return "" if gate.promises(description) else description


def _price(item: Item, scene: Scene) -> str:
    if item.price is None:
        return ""
    key = "dish.price_portion" if item.portion else "dish.price"
    return scene.say(key, name=scene.full_name(item), price=scene.price(item), portion=item.portion)


def _aspects(offer: Offer, part: Part, scene: Scene) -> Iterator[str]:
    item, name, aspects = offer.item, scene.full_name(offer.item), part.aspects
    if "price" in aspects:
        yield _price(item, scene) or scene.say("dish.no_price", name=name)
        chosen = [option for option in item.options if option.key in part.options]
        if chosen and "options" not in aspects:
            yield _options(replace(item, options=tuple(chosen)), scene)
    if aspects & {"ingredients", "about"} and not part.diets and not part.avoid:
        yield _introduction(offer, scene)
        if not part.containing:
            yield kitchen.everything(item, scene).text
    if "calories" in aspects:
        yield (
            scene.say("dish.no_calories", name=name)
            if item.calories is None
            else scene.say("dish.calories", name=name, calories=item.calories)
        )
    if "spicy" in aspects:
        yield (
            scene.say("dish.no_spiciness", name=name)
            if item.spiciness is None
            else scene.say(f"dish.spicy_{item.spiciness}", name=name)
        )
    if "options" in aspects and not ({"available"} & aspects and not item.options):
        yield _options(item, scene)
    if "portion" in aspects:
        yield (
            scene.say("dish.portion", name=name, portion=item.portion)
            if item.portion
            else scene.say("dish.no_portion", name=name)
        )
    if "location" in aspects:
        yield scene.say("dish.at", venue=scene.name(offer.venue), menu=_menu_name(offer, scene))
    if "available" in aspects and item.available and not (part.diets or part.avoid or part.containing):
        yield scene.say("dish.serves", name=name, menu=_menu_name(offer, scene), venue=scene.name(offer.venue))
        if "price" not in aspects and item.price is not None:
            yield _price(item, scene)


def _options(item: Item, scene: Scene) -> str:
    if not item.options:
        return scene.say("dish.no_options", name=scene.name(item))
    names = [
        scene.text(option.name)
        + (f" (+{scene.words.price(option.price, scene.content.currency)})" if option.price else "")
        for option in item.options
    ]
    said = scene.say("dish.options", options=scene.words.join(names))
    return " ".join([said, *kitchen.options_named_too_kindly(item, scene)])


def _served(offer: Offer, part: Part, scene: Scene) -> Iterator[str]:
    if hours.served_now(offer.menu, offer.venue, scene.at, scene.content.zone):
        yield scene.say("dish.served_now")
        return
    following = hours.next_served(offer.menu, offer.venue, scene.at, scene.content.zone)
    if following is not None:
        yield scene.say("dish.not_now", when=scene.words.moment(following.opens, scene.at.date()))


# --- lists ------------------------------------------------------------------
def listed(part: Part, scene: Scene) -> Reply | None:
    """Answer with the dishes that fit; None where a word of the question fits no dish, so it asks something else."""
    offers = _scope(part, scene) if scene.content.offers else None
    if offers is None:
        return None
    if asks_for_the_menu(part, scene) and len(offers) > SHOWN:
        return _menus(offers, scene)
    return _listing(offers, part, scene)


def asks_for_the_menu(part: Part, scene: Scene) -> bool:
    """Return whether a list is asked for by nothing that narrows it."""
    return not (
        part.items or part.diets or part.avoid or part.containing or part.courses or part.order or part.kids
    ) and not (part.price_up_to or part.price_from or scene.allergies or part.rest or part.mild or part.spicy)


def _scope(part: Part, scene: Scene) -> list[Offer] | None:
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
        offers = _served_at(part.meals, offers, scene)
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
    if part.rest and _is_narrowed(part) and not _any_is_food(part.rest, scene) and not _may_be_avoided(part):
        part = replace(part, rest=())  # "a severe nut allergy in our party: which puds can she have"
    if part.rest:
        said = _saying(part.rest, offers, scene)
        if not said and not _OR.isdisjoint(words(part.text)):
            said = _saying(part.rest, offers, scene, any_of_them=True)  # "dishes with duck or veal"
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
    offers = None if part.rest else _scope(replace(part, when=When()), scene)
    return tuple(dict.fromkeys(offer.venue.key for offer in offers or ()))


def _served_at(meals: Sequence[str], offers: Sequence[Offer], scene: Scene) -> list[Offer]:
    """Return what is served at a meal where no card is called by it: what a venue with its hours offers."""
    tags = scene.catalogue.lexicon.item_tags
    serving = {venue.key for venue in scene.content.venues if opening.serves_meal(venue, meals)}
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


def _listing(offers: Sequence[Offer], part: Part, scene: Scene) -> Reply:
    """Return a short list, ordered by fit, with what was left out said."""
    avoid = tuple(dict.fromkeys((*part.avoid, *scene.allergies)))
    safe = [offer for offer in offers if is_safe(offer.item.declaration, avoid)] if avoid else list(offers)
    here = scene.place.venue if scene.place else None
    said = [asked_for(word) for word in set(part.words)]
    own, named = scene.catalogue.lexicon.item_words, scene.catalogue.lexicon.item_name_words

    def agrees(offer: Offer) -> int:
        # "Which fish do you have": the trout before the buffet that holds some fish as well.
        held = own[offer.item.key], named[offer.item.key]
        return sum(not words.isdisjoint(each) for words in held for each in said)

    ordered = sorted(safe, key=lambda offer: (not offer.item.available, -agrees(offer), offer.venue.key != here))
    if part.order:
        ordered = [offer for offer in ordered if offer.item.price is not None]
        ordered.sort(key=lambda offer: offer.item.price or Decimal(0), reverse=part.order == "dearest")
        ordered = ordered[:3]
    if not ordered:
        if avoid and offers:
            return Reply(text=scene.say("list.none_safe", allergens=scene.allergens(avoid)), outcome=Outcome.ANSWERED)
        # What stands on no menu may be had for the asking.
        person = scene.say("unknown.ask_person")
        return Reply(text=scene.say("list.none"), outcome=Outcome.UNANSWERED, suggestions=[person])
    venues = {offer.venue.key for offer in ordered}
    lines = ["- " + _line(offer, scene, with_venue=len(venues) > 1) for offer in ordered[:SHOWN]]
    count = len(ordered)
    head = scene.say("list.one") if count == 1 else scene.say("list.many", count=count)
    tail = [f"- … {scene.say('list.more', count=count - SHOWN)}"] if count > SHOWN else []
    note = []
    if avoid:
        left_out = len(offers) - len(safe)
        key = "list.only_declared" if left_out else "list.only_declared_all"
        note = ["", scene.say(key, allergens=scene.allergens(avoid), count=left_out)]
    claims = [*kitchen.safe_claims([offer.item for offer in ordered], avoid)]
    claims += [claim for offer in ordered[:SHOWN] for claim in _named_too_kindly(offer.item, scene).claims]
    claims += [
        Claim(offer.item.key, code, found)
        for offer in ordered
        for code in part.containing
        if (found := status(offer.item.declaration, code)) in {Status.CONTAINS, Status.MAY_CONTAIN}
    ]
    return Reply(
        text="\n".join([head, *lines, *tail, *note]),
        sources=[Source("item", offer.item.key) for offer in ordered[:SHOWN]],
        items=[offer.item.key for offer in ordered],
        claims=claims,
    )


def _line(offer: Offer, scene: Scene, *, with_venue: bool) -> str:
    name, price = scene.full_name(offer.item), scene.price(offer.item)
    line = scene.say("list.line_price", name=name, price=price) if price else name
    if with_venue:
        line = scene.say("list.line_where", line=line, venue=scene.name(offer.venue))
    if kept := _named_too_kindly(offer.item, scene).text:
        line = f"{line}: {kept}"
    return line if offer.item.available else f"{line} ({scene.say('list.sold_out')})"


def _menus(offers: Sequence[Offer], scene: Scene) -> Reply:
    """Return the menus with their sections: a whole card is no list for a phone."""
    sections: dict[str, list[str]] = {}
    first: dict[str, Offer] = {}
    for offer in offers:
        first.setdefault(offer.menu.key, offer)
        names = sections.setdefault(offer.menu.key, [])
        section = gate.held_back(scene.text(offer.section.name))
        if section and section not in names:
            names.append(section)
    lines = [
        "- "
        + scene.say(
            "list.menu_line",
            menu=_menu_name(first[key], scene),
            venue=scene.name(first[key].venue),
            sections=", ".join(names),
        )
        for key, names in sections.items()
    ]
    return Reply(
        text="\n".join([scene.say("list.menus"), *lines]),
        sources=[Source("menu", key) for key in sections],
    )
