"""Owns what words are about: subjects of hotel life, what is asked of them, and what neither explains. Pure.

Subjects and details are the same in every language, so a French question meets a German article. Slips of the finger
and German compounds are read as the words that they are made of.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from guestchat.understanding.spelling import by_letter, is_understood, slips
from guestchat.understanding.vocabulary import LANGUAGES, Match, Vocabulary, told_by, vocabulary
from guestchat.words import fold

_SPELT_HOURS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|noon|midnight"
# What is asked beside its subject though one word names both: a bike lock, a dog sitter.
_ADDED = frozenset({"helmet", "bike_lock", "child_seat", "sitting", "lessons", "outdoors"})
# What a text must hold to tell a detail: a figure of the kind. Every other detail is told by its own words.
_FIGURES: Mapping[str, re.Pattern[str]] = {
    "price": re.compile(
        r"[€$£]|\b(?:eur|usd|gbp|chf|euros?|pounds?|libras?|pfund|francs?|franken|kr|dollars?|dolares)\b"
        r"|\d ?%|\d[.,]\d\d\b"
    ),
    "hours": re.compile(
        r"\b\d{1,2}[:.h]\d\d\b|\b\d{1,2} ?(?:am|pm|uhr|h)\b|\b24\b|clos|geschlossen|ferme|cerrad"
        rf"|\bo'? ?clock\b|\bhalf past\b|\bround the clock\b|\b(?:at|until|till|before|after) (?:{_SPELT_HOURS})\b"
        rf"|\bfrom (?:{_SPELT_HOURS}) (?:to|until|till) (?:{_SPELT_HOURS})\b(?! (?:km|kilom|met|mile|people|guest))"
        rf"|\b(?:from|by) (?:{_SPELT_HOURS})\b(?=[.,;]| (?:on|onwards|in the)\b)"
        r"|\b(?:dawn|dusk|sunrise|sunset)\b"
        r"|\ball (?:day|night)\b|\b(?:day and night|at any time|at all hours|rund um die uhr|jederzeit|tag und nacht)\b"
        r"|\b(?:jour et nuit|a toute heure|24 heures|a cualquier hora|dia y noche|24 horas)\b"
        r"|\b(?:daily|from|taglich|von|de|desde) \d{1,2} (?:to|till|until|bis|a|hasta) \d{1,2}\b(?! ?[a-z€£$%])"
    ),
    "duration": re.compile(r"\d+ ?-?(?:min|hour|h\b|stunde|gehmin|heure|hora)"),
    "distance": re.compile(r"\d+ ?(?:m|km|met\w*|kilom\w*|miles?|min\w*|gehmin\w*|stunden?|hours?)\b"),
    "temperature": re.compile(r"°|\d ?(?:degree|grad|grado)"),
    "age": re.compile(
        r"\b(?:years?|jahren?|jahrige\w*|ans|anos|aged?|alter|edad|under|unter|moins de)\b"
        r"|\b(?:from|ab|des|a partir de|desde) (?:1[2-8]|21)\b(?! ?(?:[:.,-]\d|%|€|[a-z]))"
        r"|\bof (?:1[2-8]|21|\w+teen) and (?:above|over|older|up)\b"
    ),
    "count": re.compile(r"\d|\b(?:one|two|three|four|zwei|drei|vier|deux|trois|quatre|dos|tres|cuatro)\b"),
    "size": re.compile(r"\d ?(?:cm )?x ?\d|\d ?(?:cm|sqm|qm|m2|m²|square|quadratmeter|metres carres|metros cuadrados)"),
    "rooms": re.compile(r"\d (?:\w+ ){0,2}(?:(?:bed)?rooms?|\w*zimmern?|chambres?|habitacion(?:es)?|suites?)\b"),
}
# An article on the second answers a question on the first where no article is on the first itself.
NEAR: Mapping[str, frozenset[str]] = {
    "atm": frozenset({"cash", "currency_exchange"}),
    "cash": frozenset({"payment"}),
    "credit_card": frozenset({"payment", "cash"}),
    "crypto": frozenset({"payment"}),
    "early_check_in": frozenset({"check_in"}),
    "ebike": frozenset({"bicycle"}),
    "internet_speed": frozenset({"wifi"}),
    "late_arrival": frozenset({"check_in", "night_entrance"}),
    "late_check_out": frozenset({"check_out"}),
    "noise": frozenset({"quiet_hours"}),
    "pool_temperature": frozenset({"pool", "thermal_bath"}),
    "quiet_hours": frozenset({"noise"}),
    "running": frozenset({"walking", "hiking"}),
    "shuttle": frozenset({"airport"}),
    "streaming": frozenset({"tv"}),
    "tap_water": frozenset({"minibar"}),
    "walking": frozenset({"hiking", "running"}),
    "hiking": frozenset({"walking"}),
    "wedding": frozenset({"party"}),
    "party": frozenset({"wedding", "quiet_hours"}),
    "birthday": frozenset({"party"}),
    "luggage": frozenset({"storing"}),
    "local_products": frozenset({"sale"}),
    "hot_tub": frozenset({"thermal_bath"}),
    "rainy_day": frozenset({"museum"}),
    "picnic": frozenset({"breakfast_box"}),
    "breakfast_box": frozenset({"picnic"}),
    "farm_animals": frozenset({"pets"}),
    "bike_repair": frozenset({"bicycle"}),
    "charger": frozenset({"adapter"}),
    "dormitory": frozenset({"room_types", "bunk_bed"}),
    "exclusive_use": frozenset({"wedding", "party"}),
    "hot_water": frozenset({"bath_shower"}),
    "id_document": frozenset({"check_in"}),
    "night_entrance": frozenset({"late_arrival"}),
    "supermarket": frozenset({"local_food", "shopping"}),
    "transport_ticket": frozenset({"bus", "train_station"}),
    "wheelchair": frozenset({"lift"}),
    "cloakroom": frozenset({"luggage"}),
    "corkage": frozenset({"own_food", "alcohol_rules"}),
    "coworking": frozenset({"meeting_room", "wifi"}),
    "food_delivery": frozenset({"takeaway", "own_food", "room_service"}),
    "leftovers": frozenset({"takeaway"}),
    "microwave": frozenset({"kettle", "baby_food"}),
    "mobile_signal": frozenset({"wifi"}),
    "new_years_eve": frozenset({"party"}),
    "outdoor_seating": frozenset({"garden"}),
    "private_dining": frozenset({"party", "meeting_room", "exclusive_use", "wedding", "restaurant_reservation"}),
    "service_charge": frozenset({"tipping"}),
    "split_bill": frozenset({"payment"}),
    "sun_lounger": frozenset({"pool", "beach"}),
    "takeaway": frozenset({"leftovers", "food_delivery", "breakfast_box"}),
    "tickets": frozenset({"day_trips", "theatre", "museum"}),
    "toilets": frozenset({"accessible_room"}),
}
# Matters of meals: beside them rows tell what is eaten, and when.
AT_TABLE = frozenset(
    {"afternoon_tea", "christmas", "food_delivery", "leftovers", "new_years_eve", "outdoor_seating", "takeaway"}
)
# When, whence or in which room, beside the thing that is asked about: "leave our bags after check-out".
CIRCUMSTANCES = frozenset(
    {
        "airport",
        "check_in",
        "check_out",
        "christmas",
        "dormitory",
        "family_room",
        "groups",
        "late_arrival",
        "minimum_age",
        "new_years_eve",
        "reception",
        "train_station",
    }
)
# An answer that welcomes dogs tells nothing of parrots, even under the heading "Pets".
PETS = frozenset({"cats", "pets", "small_pets"})
# Of these the same words name several, and one is meant: "paracetamol" is a matter of the pharmacy or of first aid,
# "pets" are whichever the house speaks of; a parrot is not, where only dogs are welcome.
EITHER = (
    PETS,
    frozenset({"adapter", "ev_charging"}),
    frozenset({"first_aid", "pharmacy"}),
    frozenset({"iron", "laundry"}),
    frozenset({"fridge", "minibar"}),
    frozenset({"baby_food", "high_chair"}),
    frozenset({"leftovers", "takeaway"}),
    frozenset({"garden", "outdoor_seating"}),
    frozenset({"service_charge", "tipping"}),
    frozenset({"party", "private_dining"}),
    frozenset({"payment", "split_bill"}),
    frozenset({"beach", "lake_bathing", "pool"}),
    frozenset({"bus", "shuttle"}),
)
# How something is paid: beside the thing, an article on it tells that if it speaks of paying at all.
PAYING = frozenset({"cash", "credit_card", "payment"})
# What is done with one thing or another: an article on doing it with a massage says nothing of a room.
ACTS = frozenset({"cancellation"})
# What goes to some place or other: which one is the question.
LEADS_SOMEWHERE = frozenset({"boat", "bus", "shuttle"})
# What a question may say of its subject and the article leave open, without answering beside the point.
SOFT_DETAILS = frozenset({"booking", "children", "cleaning", "lost", "loud", "outdoors", "rental", "slow", "storing"})
_MEASURED = frozenset({"depth", "height", "length", "weight", "width"})
_MEASURE = re.compile(r"\d ?(?:m|cm|kg|kilo\w*|lbs?|ft|feet|foot|inch\w*|met\w+|pounds?|pfund)\b")
# To pay or to charge is no question about a price where it is how to pay, or a battery.
_PRICELESS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        ("cash", "credit_card", "crypto", "payment"),
        frozenset({"pay", "paid", "zahlen", "zahlt", "bezahlen", "payer", "paye", "pagar", "pago"}),
    ),
    **dict.fromkeys(("charger", "ebike", "ev_charging", "scooter"), frozenset({"charge"})),
}
_PER_TIME = re.compile(
    r"\b(?:per|a|pro|am|par|al|por|la|the) (?:half )?(?:day|night|week|hour|tag|nacht|woche"
    r"|stunde|jour|nuit|semaine|heure|dia|noche|semana|hora)\b"
)
# Where things with a price are sold: "charcoal 6 euros at the desk".
_OVER_A_COUNTER = re.compile(
    r"\bat (?:the )?(?:front )?(?:desk|reception|bar|shop|counter|kiosk)\b|\ban der (?:rezeption|bar|theke|kasse)\b"
    r"|\b(?:a la reception|au bar|a l'accueil|en (?:la )?recepcion|en el bar)\b"
)
_LINKS = ("", "s", "n", "en", "es", "e")
_SHORTEST_PART = 4
_TELLING_LETTERS = 6
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-zà-ÿ])")


@dataclass(frozen=True, kw_only=True, slots=True)
class Matters:
    """What a clause is about. `places` are the words that subjects and details explain; `mended` the words as meant."""

    subjects: frozenset[str]
    details: frozenset[str]
    places: frozenset[int]
    mended: tuple[str, ...]


def find(
    tokens: Sequence[str],
    known: Vocabulary,
    own: frozenset[str],
    called: frozenset[int] = frozenset(),
    about: frozenset[str] = frozenset(),
    placing: frozenset[int] = frozenset(),
    *,
    in_any_language: bool = True,
) -> Matters:
    """Return what folded words are about; `own` are the hotel's words, which a slip may have hit.

    `called` are the places of the words that only call a venue: "Terminal Store" is about no flight, but for what the
    venue is `about`. Those in `placing` ask where a venue is or how it is called, and name it: "which floor is the bar
    on" is about no lift, and "the number of the bar" counts nothing.
    """
    mended = tuple(_mended(token, known, own) for token in tokens)
    said = [(piece, place) for place, word in enumerate(mended) for piece in word.split()]
    pieces = [piece for piece, _place in said]
    of_subjects = known["topic"].find(pieces) or (_in_another_language(pieces, known) if in_any_language else [])
    # "We land at nine, can we get in the room": what only tells when or whence leaves open what is asked.
    circumstances = {match.key for match in of_subjects}
    together = known.together.find(pieces) if circumstances <= CIRCUMSTANCES else []
    if circumstances:
        # The article on the station tells how guests are fetched from there.
        together = [(key, places) for key, places in together if key not in LEADS_SOMEWHERE]
    if called:
        of_subjects = [each for each in of_subjects if each.key in about or not _only(each.places, said, called)]
        together = [(key, places) for key, places in together if called.isdisjoint(said[each][1] for each in places)]
    together = [(key, places) for key, places in together if not placing.issuperset(said[each][1] for each in places)]
    inside = {number for match in of_subjects for number in match.places}
    subjects = frozenset([*(match.key for match in of_subjects), *(key for key, _places in together)])
    if subjects >= {"airport", "bus"}:
        subjects |= {"shuttle"}  # a line's or the house's own: its articles tell which
    priceless = {word for subject in subjects for word in _PRICELESS.get(subject, ())}
    of_details = [
        match
        for match in known["detail"].find(pieces)
        # "Rent a bike" names its subject whole; a price is asked whatever it is the price of.
        if match.key in _FIGURES or match.key in _ADDED or not set(match.places) <= inside
        if not _only(match.places, said, called)
        if match.key != "count" or not placing.issuperset(said[each][1] for each in match.places)
        if match.key != "price" or not priceless.issuperset(pieces[match.start : match.end])
    ]
    return Matters(
        subjects=subjects,
        details=frozenset(match.key for match in of_details),
        places=frozenset(
            [
                *(said[each][1] for match in (*of_subjects, *of_details) for each in match.places),
                *(said[each][1] for _key, places in together for each in places),
            ]
        ),
        mended=tuple(word.replace(" ", "") for word in mended),
    )


def _only(places: Sequence[int], said: Sequence[tuple[str, int]], called: frozenset[int]) -> bool:
    """Return whether a phrase holds words that call a venue, and at most an article besides."""
    inside = [said[each][1] in called for each in places] if called else [False]
    return inside[-1] and all(inside[1:])


def _in_another_language(pieces: Sequence[str], known: Vocabulary) -> list[Match]:
    """Return the subjects named in whatever language names any: two words are often too few to tell the language."""
    for language in LANGUAGES:
        found = [] if language == known.language else vocabulary(language)["topic"].find(pieces)
        # A French "car" is a bus: short words mean something else in the next language.
        long = [match for match in found if sum(map(len, pieces[match.start : match.end])) >= _TELLING_LETTERS]
        if long:
            return long
    return []


def subjects(*texts: Mapping[str, str]) -> frozenset[str]:
    """Return the subjects that texts name, in whatever languages they are."""
    return told_by("topic", *texts)


def told(asked: Iterable[Mapping[str, str]], answer: Mapping[str, str]) -> frozenset[str]:
    """Return the details that an article tells: by its own words, or by a figure of the kind in its answer."""
    named = told_by("detail", *asked, answer) - _FIGURES.keys()
    folded = [fold(said) for said in answer.values()]
    if not any(_MEASURE.search(said) for said in folded):
        named -= _MEASURED  # a lake that is "cold and deep" tells no depth
    spaced = [" ".join(said.replace("-", " ").split()) for said in folded]
    figures = {key for key, pattern in _FIGURES.items() if any(pattern.search(said) for said in spaced)}
    if "price" in told_by("detail", answer):
        figures.add("price")  # "free of charge" is a price as well
    if "age" in figures:
        figures.add("children")
    if "price" in figures:
        if any(_PER_TIME.search(said) for said in folded):
            figures.add("rental")
        elif any(_OVER_A_COUNTER.search(said) for said in folded):
            figures.add("sale")
    return named | figures


def sentences(text: Mapping[str, str]) -> list[dict[str, str]]:
    """Return a text's sentences with their translations; the whole text where the languages count differently."""
    cut = {language: [each for each in _SENTENCE_END.split(said) if each] for language, said in text.items()}
    counts = {len(each) for each in cut.values()}
    if len(counts) != 1:
        return [dict(text)] if text else []
    return [{language: each[number] for language, each in cut.items()} for number in range(counts.pop())]


def _mended(token: str, known: Vocabulary, own: frozenset[str]) -> str:
    """Return the word that a misspelt one stands for, or the two that a compound is made of, parted by a space."""
    if len(token) < 6 or token.isdigit() or token in own or is_understood(token):
        return token
    return _parted(token, known) or _near(token, known, own) or token


def _parted(token: str, known: Vocabulary) -> str | None:
    """Return a compound's two words: "hundegebuhr" is "hunde gebuhr"."""
    if known.language != "de" or len(token) < 2 * _SHORTEST_PART:
        return None
    firsts, lasts = known.topic_words, known.topic_words | known.detail_words
    for cut in range(len(token) - _SHORTEST_PART, _SHORTEST_PART - 2, -1):
        last = token[cut:]
        if last not in lasts and last.rstrip("en") not in lasts:
            continue
        for link in _LINKS:
            first = token[: cut - len(link)] if token[:cut].endswith(link) else ""
            if first in firsts:
                return f"{first} {last if last in lasts else last.rstrip('en')}"
    return None


def cried(tokens: Sequence[str], known: Vocabulary, own: frozenset[str]) -> list[str]:
    """Return the words with slips of the finger in a call for help put right: "amublance"."""
    return [
        _near_cry(token, known) or token
        if len(token) >= 6 and not token.isdigit() and token not in own and not is_understood(token)
        else token
        for token in tokens
    ]


@lru_cache(maxsize=4096)
def _near_cry(token: str, known: Vocabulary) -> str | None:
    # Two letters are right: "cooking" is no slip of "choking".
    around = [each for each in known.cried_words if each[:2] == token[:2]]
    most = slips(token, long=9)
    found = process.extractOne(token, around, scorer=DamerauLevenshtein.distance, score_cutoff=most)
    return None if found is None else str(found[0])


def _near(token: str, known: Vocabulary, own: frozenset[str]) -> str | None:
    """Return the known word one slip away, two in a long word; guests rarely miss the first letter."""
    most = slips(token, long=9)
    around = [
        each
        for each in (*by_letter(known.topic_words).get(token[0], ()), *by_letter(own).get(token[0], ()))
        if abs(len(each) - len(token)) <= most
    ]
    found = process.extractOne(token, around, scorer=DamerauLevenshtein.distance, score_cutoff=most)
    return None if found is None else str(found[0])
