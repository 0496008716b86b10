"""Owns answers about dishes: one by name, or a list of those chosen. Allergen words come from `kitchen`."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from guestchat.answering import choosing, gate, kitchen
from guestchat.answering.answer import Claim, Outcome, Reply, Source
from guestchat.answering.scene import Scene
from guestchat.understanding.food import asked_for
from guestchat.understanding.query import Intent, Part
from guestchat.words import fold
from menus import hours
from menus.allergens import Status, is_safe, status
from menus.content import Item, Offer, Option

SHOWN = 6
_OF_A_SIZE = re.compile(
    r"\b(?:big|bigger|large|larger|small|smaller|half|double|gross\w*|klein\w*|halb\w*|doppelt\w*|grande?s?|petite?s?"
    r"|demi|pequen\w*|medi[ao]|doble)\b"
)
_ANSWERED_ONE_BY_ONE = 3
# No kitchen declares what touches what: "are the fries cooked in the same oil as the fish".
_PREPARED_TOGETHER = re.compile(
    r"\b(?:same|shared?|separate) (?:\w+ )?(?:oil|fryer|fat|pan|grill|pot|water|board|surface|kitchen|utensils)\b"
    r"|\bcross[- ]?contamina\w*|\bkreuzkontamin\w*|\bcontamination croisee|\bcontaminacion cruzada"
    r"|\b(?:gleiche[nrm]?|selbe[nrm]?|demselben|derselben|eigene[nrm]?|extra|getrennte[nrm]?) "
    r"(?:ol|fett|fritteuse|friteuse|pfanne|grill|topf|wasser|brett)\b"
    r"|\b(?:la |le )?meme (?:huile|friteuse|poele|grill|eau|casserole)\b|\b(?:huile|friteuse) (?:separee?|a part)\b"
    r"|\b(?:mism[oa]) (?:aceite|freidora|plancha|sarten|agua|olla)\b|\b(?:aceite|freidora) (?:aparte|separad[oa])\b"
)


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


def spoken_of(codes: Sequence[str], scene: Scene) -> Reply | None:
    """Say what is declared about these allergens in the dishes told or ordered last: "oh wait, I am coeliac"."""
    before = scene.context
    of_dishes = before.intent in {Intent.DISH, Intent.REQUEST} and 0 < len(before.items) <= _ANSWERED_ONE_BY_ONE
    items = [scene.content.offers[key].item for key in before.items if of_dishes and key in scene.content.offers]
    if not items:
        return None
    said = [kitchen.about(item, codes, scene, before.options, others=True) for item in items]
    return Reply(
        text="\n".join(each.text for each in said),
        sources=[Source("item", item.key) for item in items],
        items=[item.key for item in items],
        claims=[claim for each in said for claim in each.claims],
    )


def unlisted_things(scene: Scene) -> str:
    """Return what the guest does not want and no kitchen declares, in the guest's own words."""
    named = dict.fromkeys((*scene.unlisted, *scene.without))
    return scene.words.join([scene.say("allergen.quoted", thing=each) for each in named])


def with_unlisted(replies: list[Reply], scene: Scene) -> list[Reply]:
    """Say before answers about dishes what no declaration tells of them: "I'm allergic to coconut"."""
    of_dishes = next((number for number, reply in enumerate(replies) if reply.items or reply.claims), None)
    if not (scene.unlisted or scene.without) or of_dishes is None:
        return replies
    things = unlisted_things(scene)
    said = [scene.say("allergen.unlisted", things=things)]
    items = dict.fromkeys(key for reply in replies for key in reply.items if scene.calls_unlisted(key))
    if items:
        names = [scene.full_name(scene.content.offers[key].item) for key in list(items)[:SHOWN]]
        said.append(scene.say("allergen.calls_unlisted", names=scene.words.join(names), things=things))
    told = list(replies)
    told[of_dishes] = replace(told[of_dishes], text="\n".join([" ".join(said), told[of_dishes].text]))
    return told


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
    # What is ordered or was spoken of may be with another option than those that were understood.
    others = part.intent is Intent.REQUEST or (part.follow_up and (part.options_held or not part.options))
    part = _as_ordered(item, part, scene)
    asked = tuple(dict.fromkeys((*part.avoid, *part.containing)))
    sentences: list[str] = []
    claims: list[Claim] = []
    if asked:
        _add(kitchen.about(item, asked, scene, part.options, others=others), sentences, claims)
    sentences += [kitchen.diet(item, diet, scene, part.options) for diet in part.diets]
    if "allergens" in part.aspects and not asked:
        _add(kitchen.everything(item, scene), sentences, claims)
    sentences += _aspects(offer, part, scene)
    if not sentences:
        sentences.append(_introduction(offer, scene))
    stated = tuple(code for code in scene.allergies if code not in asked)
    if stated:
        # Before all else: whoever has an allergy must not read it in the last line.
        statement = kitchen.about(item, stated, scene, part.options, others=others)
        sentences[:0] = [scene.say("allergen.stated", allergens=scene.allergens(stated)), *statement.sentences]
        claims += statement.claims
    elif "safe" in part.aspects and not asked and not part.diets:
        _add(kitchen.everything(item, scene), sentences, claims)
    if part.added and claims:
        sentences.append(scene.say("allergen.added"))
    if _PREPARED_TOGETHER.search(fold(part.text)):
        sentences.append(scene.say("allergen.prepared_together"))
    told = {claim.allergen for claim in claims}
    _add(_named_too_kindly(item, scene, told), sentences, claims)
    if not item.available:
        sold_out = scene.say("dish.sold_out", name=scene.name(item))
        sentences.insert(0 if "available" in part.aspects else len(sentences), sold_out)
    elif part.when or "available" in part.aspects:
        sentences += _served(offer, part, scene)
    return " ".join(sentences), claims


def _as_ordered(item: Item, part: Part, scene: Scene) -> Part:
    """ "Is there milk in it" after an order asks of the dish with the options that were ordered with it."""
    ordered = scene.context.pending
    if part.intent is Intent.REQUEST or not part.follow_up or part.options:
        return part
    if item.key not in ordered.get("items", ()):
        return part
    return replace(part, options=tuple(str(each) for each in ordered.get("options", ())))


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
            if together := _together(item, chosen, scene):
                yield together
        elif item.options and "options" not in aspects and _OF_A_SIZE.search(fold(part.text)):
            yield _options(item, scene)  # "what is a large one"
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


def _together(item: Item, chosen: Sequence[Option], scene: Scene) -> str:
    """Return what a dish costs with its one option; two may be two readings of one word, "fries" of either kind."""
    if item.price is None or len(chosen) != 1 or not chosen[0].price:
        return ""
    whole = scene.words.price(item.price + chosen[0].price, scene.content.currency)
    return scene.say("dish.price_together", price=whole)


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
    offers = choosing.wanted(part, scene) if scene.content.offers else None
    if offers is None:
        return None
    narrowed = scene.unlisted or scene.without
    headings = {(offer.menu.key, id(offer.section)) for offer in offers}
    if choosing.asks_for_the_menu(part, scene) and len(offers) > SHOWN and len(headings) > 1 and not narrowed:
        return _menus(offers, scene)
    return _listing(offers, part, scene)


def _listing(offers: Sequence[Offer], part: Part, scene: Scene) -> Reply:
    """Return a short list, ordered by fit, with what was left out said."""
    avoid = tuple(dict.fromkeys((*part.avoid, *scene.allergies)))
    offers = [offer for offer in offers if not scene.calls_unlisted(offer.item.key)]
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
            return _none_safe(offers, avoid, scene)
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
    if kept := [diet for diet in part.diets if diet in scene.context.diets]:
        diets = scene.words.join([scene.say(f"diet.{diet}") for diet in kept])
        note += ["", scene.say("list.only_diet", diet=diets)]
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


def _none_safe(offers: Sequence[Offer], avoid: Sequence[str], scene: Scene) -> Reply:
    """Say that nothing is declared free; of a few dishes, what is declared instead: "is the soup ok?" asks of one."""
    said = [scene.say("list.none_safe", allergens=scene.allergens(avoid))]
    told = [kitchen.about(offer.item, avoid, scene) for offer in offers] if len(offers) <= _ANSWERED_ONE_BY_ONE else []
    return Reply(
        text="\n".join([*said, *(f"- {each.text}" for each in told)]),
        outcome=Outcome.ANSWERED,
        sources=[Source("item", offer.item.key) for offer in offers] if told else (),
        claims=[claim for each in told for claim in each.claims],
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
