"""Owns the sentences about allergens and diets: the only place that writes them, and only from `menus.allergens`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from guestchat.answering import gate
from guestchat.answering.answer import Claim
from guestchat.answering.scene import Scene
from menus.allergens import GROUPS, Declaration, Status, contradictions, parent, status, suits
from menus.content import Item


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """Sentences with the claims that they make."""

    sentences: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()

    @property
    def text(self) -> str:
        """The sentences as one paragraph."""
        return " ".join(self.sentences)


_ORDER = (Status.CONTAINS, Status.MAY_CONTAIN, Status.UNKNOWN, Status.FREE)


def about(
    item: Item, codes: Sequence[str], scene: Scene, chosen: Sequence[str] = (), *, others: bool = False
) -> Statement:
    """Say what is declared about these allergens in a dish as ordered, and in its other options, the worst first.

    `chosen` are the keys of the options that the guest orders with it; where they may be others, `others` are told too.
    """
    ordered = [option for option in item.options if option.key in chosen]
    found = {code: status(item.declaration, code, [option.declaration for option in ordered]) for code in codes}
    name = scene.full_name(item)
    if ordered:
        name = f"{name} ({scene.words.join([scene.text(option.name) for option in ordered])})"
    sentences = [
        scene.say(
            f"allergen.{each}",
            name=name,
            allergens=scene.allergens(
                matching, "format.or" if each in {Status.UNKNOWN, Status.MAY_CONTAIN} else "format.and"
            ),
            confirmed=_confirmed(item, scene),
        )
        for each in _ORDER
        if (matching := [code for code in codes if found[code] is each])
    ]
    if not ordered or others:
        left = replace(item, options=tuple(option for option in item.options if option not in ordered))
        sentences += _options(left, codes, scene)
    return Statement(
        sentences=tuple(sentences),
        claims=tuple(Claim(item.key, code, found[code]) for code in codes),
    )


def _options(item: Item, codes: Sequence[str], scene: Scene) -> Iterator[str]:
    """Yield a sentence for each option that makes the dish less safe than it is without."""
    for option in item.options:
        for worse in (Status.CONTAINS, Status.MAY_CONTAIN, Status.UNKNOWN):
            worsened = [
                code
                for code in codes
                if status(option.declaration, code) is worse
                and _ORDER.index(worse) < _ORDER.index(status(item.declaration, code))
            ]
            if worsened:
                yield scene.say(
                    f"allergen.option_{worse}", option=scene.text(option.name), allergens=scene.allergens(worsened)
                )


def options_named_too_kindly(item: Item, scene: Scene) -> Iterator[str]:
    """Yield a sentence for each option whose name promises an absence that the kitchen has not declared."""
    for option in item.options:
        name = scene.text(option.name)
        for kept in (Status.CONTAINS, Status.MAY_CONTAIN, Status.UNKNOWN):
            codes = [code for code in gate.promised(name) if status(option.declaration, code) is kept]
            if codes:
                yield scene.say(f"allergen.option_{kept}", option=name, allergens=scene.allergens(codes))


def everything(item: Item, scene: Scene) -> Statement:
    """Say all that is declared for a dish, and how far the declaration goes."""
    declared = item.declaration
    name = scene.full_name(item)
    if not declared.statuses and not declared.complete:
        return Statement(sentences=(scene.say("allergen.nothing", name=name),))
    lists = {each: _declared(declared, each) for each in (Status.CONTAINS, Status.MAY_CONTAIN, Status.FREE)}
    sentences = [
        scene.say(f"allergen.all_{each}", name=name, allergens=scene.allergens(codes))
        for each, codes in lists.items()
        if codes
    ]
    if not lists[Status.CONTAINS]:
        sentences[:1] = [f"{name}: {sentence}" for sentence in sentences[:1]]  # only the first phrase names the dish
    if contradictions(declared):
        sentences.append(scene.say("allergen.contradicted", name=name))
    else:
        key = "allergen.complete" if declared.complete else "allergen.incomplete"
        sentences.append(scene.say(key, confirmed=_confirmed(item, scene)))
    return Statement(
        sentences=tuple(sentences),
        claims=tuple(Claim(item.key, code, each) for each, codes in lists.items() for code in codes),
    )


def _declared(declared: Declaration, wanted: Status) -> list[str]:
    """Return the codes to name for a status: a group's named children stand for it."""
    listed = [code for code in declared.statuses if status(declared, code) is wanted]
    spoken_for = {parent(code) for code in listed}
    ordered = sorted(listed, key=lambda code: (GROUPS.index(parent(code) or code), code))
    return [code for code in ordered if code not in spoken_for]


def diet(item: Item, wanted: str, scene: Scene, chosen: Sequence[str] = ()) -> str:
    """Say whether a dish is marked for a diet; of the options that the guest takes with it nothing is ever marked."""
    name, called = scene.full_name(item), scene.say(f"diet.{wanted}")
    taken = [scene.text(option.name) for option in item.options if option.key in chosen]
    if taken and suits(item.declaration, wanted):
        return scene.say("dish.diet_without", name=name, diet=called, options=scene.words.join(taken))
    if suits(item.declaration, wanted):
        return scene.say("dish.diet_yes", name=name, diet=called)
    marked = wanted in item.declaration.diets or (wanted == "vegetarian" and "vegan" in item.declaration.diets)
    key = "dish.diet_contradicted" if marked else "dish.diet_no"
    return scene.say(key, name=name, diet=called)


def safe_claims(items: Iterable[Item], codes: Sequence[str]) -> Iterator[Claim]:
    """Yield the claims that offering these dishes under these allergens makes."""
    for item in items:
        for code in codes:
            yield Claim(item.key, code, status(item.declaration, code))


def _confirmed(item: Item, scene: Scene) -> str:
    if item.allergens_confirmed_on is None:
        return ""
    return scene.say("allergen.confirmed", date=scene.words.full_date(item.allergens_confirmed_on))
