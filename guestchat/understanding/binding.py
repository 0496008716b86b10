"""Owns what binds a thing to a place, a use or a company: "parking for coaches", "wifi at the pier". Pure."""

from collections.abc import Iterator, Sequence

# Of all languages: they do not collide where it matters, as the word after them must be one that nothing explains.
_PREPOSITIONS = """
    for in at on near by inside outside under behind with to from into during
    fur in im am an auf bei beim mit nach zum zur von vom ab unter hinter neben ins wahrend
    pour dans en a au aux avec chez vers depuis sur sous
    para en con al hasta desde sobre bajo cerca
"""
_ARTICLES = """
    the a an my our your this that
    der die das dem den ein eine einen einem einer mein meine meinen meinem meiner unser unsere unseren
    le la les l un une mon ma mes notre nos
    el los las un una mi mis nuestro nuestra
"""
# Before these, an English "to" leads to what is done, and to no place: "how much to squeeze a bed in".
_LEADING_TO_A_VERB = """
    able allowed best better easy expected going good have how like meant much need nice possible supposed time want
    way what when where which wish
"""
_BINDING = frozenset(_PREPOSITIONS.split())
_BETWEEN = frozenset(_ARTICLES.split())
_BEFORE_A_VERB = frozenset(_LEADING_TO_A_VERB.split())


def bound(tokens: Sequence[str]) -> Iterator[int]:
    """Yield the places of the folded words that stand after such a word, articles in between passed over."""
    for place in range(1, len(tokens)):
        before = place - 1
        while before > 0 and tokens[before] in _BETWEEN and tokens[before] not in _BINDING:
            before -= 1
        if tokens[before] in _BINDING and not _leads_to_a_verb(tokens, before):
            yield place


def _leads_to_a_verb(tokens: Sequence[str], place: int) -> bool:
    return tokens[place] == "to" and place > 0 and tokens[place - 1] in _BEFORE_A_VERB
