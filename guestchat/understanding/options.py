"""Owns which options of a dish a clause orders with it. Pure."""

from guestchat.understanding.reading import Reading

# From this share of its name on a dish is named for itself.
WELL_NAMED = 0.75


def options_of(dish: str, reading: Reading, *, of_it: bool = False) -> tuple[str, ...]:
    """Return the options of a dish that the clause orders with it, named whole or by two of their words.

    `of_it` tells that it begins with a "with": what follows comes with the dish, even if another one is called so.
    """
    if reading.venues or reading.found("venue") or reading.found("hours"):
        return ()
    if not of_it and any(each.key != dish and each.coverage >= WELL_NAMED for each in reading.named):
        return ()  # "and the ramen with egg" is the next dish
    said = set(reading.stems(set(range(len(reading.tokens))) - reading.naming.asked))
    own = reading.lexicon.item_options.get(dish, ())
    found = tuple(key for key, stems, _added in own if stems and (stems <= said or len(stems & said) > 1))
    if found:
        return found
    # "With the shrimps" orders the "North Sea shrimps", if no other option has some.
    beside = set(reading.stems({place for place in range(len(reading.tokens)) if reading.naming.comes_with_it(place)}))
    found = tuple(key for key, stems, _added in own if stems & beside)
    return found if len(found) == 1 else ()
