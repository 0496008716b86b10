"""Owns which venues a clause names: by their names, or by what the hotel writes of them ("the beach bar"). Pure."""

from collections.abc import Collection, Sequence

from guestchat.understanding.lexicon import Lexicon
from guestchat.understanding.names import known_words
from guestchat.understanding.stems import stem
from guestchat.understanding.vocabulary import Match

# How much of a name must be said; of what is called what it is, and of a description's first words, all.
_BY_NAME, _WHOLLY = 0.45, 0.95
_MOST = 2
_SHORTEST_PREFIX = 4
# "The steak place": somewhere to eat of which the hotel writes that word.
ANY_PLACE = frozenset({"place", "joint", "spot", "laden", "lokal", "endroit", "sitio", "local"})
_OF_FOOD = frozenset({"restaurant", "bar", "cafe"})
# What any of them is called says nothing of which; "brasserie" does, where one of several restaurants is one.
_SAYS_NO_MORE = frozenset(stem(word) for word in ("restaurant", "restaurante", "bar", "cafe", "café"))
# No word for any restaurant, but what one may be called.
_CALLED_SO_SAID = """
    pizzeria creperie gelateria sushibar izakaya taverna cantina weinstube kiosk kiosque quiosco kiosko imbiss trattoria
    osteria
"""
_CALLED_SO = frozenset(_CALLED_SO_SAID.split())
# "Au japonais", "beim Italiener": how a place is called by what is cooked there, in the languages of guests.
_CUISINES = (
    "japanese japaner japanischen japanische japonais japonaise japones japonesa",
    "italian italiener italienischen italienische italien italienne italiano italiana",
    "thai thailander thailandischen thailandais tailandes tailandesa",
    "indian inder indischen indische indien indienne indio india hindu",
    "chinese chinesen chinesischen chinesische chinois chinoise chino china",
    "greek griechen griechischen griechische grec grecque griego griega",
    "mexican mexikaner mexikanischen mexikanische mexicain mexicaine mexicano mexicana",
    "vietnamese vietnamesen vietnamesischen vietnamien vietnamienne vietnamita",
    "korean koreaner koreanischen coreen coreenne coreano coreana",
    "lebanese libanesen libanesischen libanais libanaise libanes libanesa",
    "turkish turken turkischen turc turque turco turca",
    "spanish spanier spanischen spanische espagnol espagnole espanol espanola",
    "french franzosen franzosischen franzosische francais francaise frances francesa",
)
_ARTICLES = frozenset({"the", "le", "au", "du", "el", "al", "del", "der", "den", "dem", "beim", "zum", "im"})
_CUISINE = {word: frozenset(map(stem, group.split())) for group in _CUISINES for word in group.split()}

Venues = dict[str, frozenset[int]]


def named(
    tokens: Sequence[str], free: Sequence[int], kinds: Sequence[Match], lexicon: Lexicon, *, on_a_matter: bool
) -> Venues:
    """Return the venues that the words at the places `free` name, with these places; `kinds` are their kinds' words.

    Of what is `on_a_matter` of hotel life only a kind's own word names one: a parking spot is no restaurant.
    """
    of_kinds = {place for match in kinds for place in match.places}
    by_name = [
        each
        for each in lexicon.venues.find(tokens, free)
        # "Our room" names no room service, and "the bar" any bar.
        if each.coverage >= (_WHOLLY if each.key in lexicon.plainly_called else _BY_NAME)
        and (each.in_head or not each.places <= of_kinds)
    ]
    if by_name:
        return {each.key: each.places for each in by_name[:_MOST]}
    asked = {match.key for match in kinds}
    whole = {
        each.key: each.places
        for each in lexicon.described_venues.find(tokens, free, guess=False)
        if each.coverage >= _WHOLLY and len(each.places) > 1 and (not asked or lexicon.venue_kind[each.key] in asked)
    }
    return whole if len(whole) == 1 else _of_a_kind(tokens, frozenset(free), kinds, lexicon, on_a_matter=on_a_matter)


def _of_a_kind(
    tokens: Sequence[str], free: frozenset[int], kinds: Sequence[Match], lexicon: Lexicon, *, on_a_matter: bool
) -> Venues:
    """ "The fish restaurant", "die Strandbar": the one venue of the kind of which the hotel writes that word."""
    if (called := _so_called(tokens, free, kinds, lexicon)) is not None:
        return called
    for match in kinds:
        place = match.start - 1
        if place in free and (key := _only({match.key}, stem(tokens[place]), lexicon)):
            return {key: frozenset(range(place, match.end))}
    for place, token in enumerate(tokens):
        before = place - 1
        asks = token in ANY_PLACE and before in free and not on_a_matter
        if asks and (key := _only(_OF_FOOD, stem(tokens[before]), lexicon)):
            return {key: frozenset({before, place})}
    for place in sorted(free):
        if stem(tokens[place]) in known_words():
            continue  # a minibar sells no mini burgers
        for kind, endings in lexicon.kind_words.items():
            for ending in endings:
                prefix = tokens[place].removesuffix(ending)
                glued = prefix != tokens[place] and len(prefix) >= _SHORTEST_PREFIX
                if glued and (key := _only({kind}, stem(prefix), lexicon)):
                    return {key: frozenset({place})}
    return {}


def _so_called(tokens: Sequence[str], free: frozenset[int], kinds: Sequence[Match], lexicon: Lexicon) -> Venues | None:
    """ "The brasserie" among restaurants, "the Japanese": the one place to eat that the hotel itself calls so."""
    of_kinds = {place for match in kinds for place in match.places}
    of_food = {match.start for match in kinds if match.key in _OF_FOOD and match.end - match.start == 1}
    for place, token in enumerate(tokens):
        if (place in of_food or token in _CALLED_SO) and stem(token) not in _SAYS_NO_MORE:
            forms, by_description = frozenset({stem(token)}), token in _CALLED_SO
        elif token in _CUISINE and place and tokens[place - 1] in _ARTICLES and place + 1 not in free - of_kinds:
            forms, by_description = _CUISINE[token], True
        else:
            continue
        # What it is called comes before what is written of it.
        written: list[list[tuple[str, Collection[str]]]] = [
            [(name.key, name.stems) for name in names.names] for names in (lexicon.venues, lexicon.described_venues)
        ]
        if by_description:
            written.append([*lexicon.venue_words.items()])
        for rows in written:
            called = {key for key, own in rows if lexicon.venue_kind[key] in _OF_FOOD and not forms.isdisjoint(own)}
            if len(called) == 1:
                return {called.pop(): frozenset({place})}
    return None


def _only(kinds: frozenset[str] | set[str], word: str, lexicon: Lexicon) -> str:
    """Return the one venue of these kinds of which a word is written."""
    said = [key for key, own in lexicon.venue_kind.items() if own in kinds and word in lexicon.venue_words[key]]
    return said[0] if len(said) == 1 else ""
