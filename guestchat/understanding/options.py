"""Owns which options of a dish a clause orders with it. Pure."""

from guestchat.understanding.reading import Reading

# From this share of its name on a dish is named for itself.
WELL_NAMED = 0.75


def options_of(dish: str, reading: Reading) -> tuple[str, ...]:
    """Return the options of a dish that the clause orders with it, named whole or by two of their words."""
    if reading.venues or reading.found("venue") or reading.found("hours"):
        return ()
    if any(each.key != dish and each.coverage >= WELL_NAMED for each in reading.named):
        return ()  # "and the ramen with egg" is the next dish
    said = set(reading.stems(set(range(len(reading.tokens))) - reading.naming.asked))
    own = reading.lexicon.item_options.get(dish, ())
    return tuple(key for key, stems, _added in own if stems and (stems <= said or len(stems & said) > 1))
