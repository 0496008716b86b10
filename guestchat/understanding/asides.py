"""Owns what guests say around a question and that asks for nothing: who asks, that they are sorry, that they searched.

Pure. No list holds how people come to the point, so each piece of a message between its marks is weighed by its words,
pairs of words and letters. `manage.py fit_asides` fits the weights on written examples and keeps them in `asides.json`.
What a vocabulary knows (an allergen, a thing to ask for) or the hotel calls its own is never taken for an aside.
"""

import base64
import json
import math
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate, pairwise
from pathlib import Path
from zlib import crc32

from guestchat.understanding.clauses import ASKING_VERBS
from guestchat.understanding.denying import DENYING
from guestchat.understanding.stems import stem
from guestchat.understanding.vocabulary import Vocabulary
from guestchat.words import words

FILE = Path(__file__).with_name("asides.json")

# Between a message's pieces; "12,50" and "19:30" are one.
_BETWEEN = re.compile(
    r"(?:[,;:!?\u2026]|(?<!\d)\.)+(?=\s|$)|\s[\u2013\u2014-]+\s|[()\n]+|\s*[\U0001f300-\U0001faff\u2600-\u27bf]+\ufe0f?"
)
_ENDS = re.compile(r"[.!?\n]")
_JOINED = (",", ";", ":", "-", "\u2013", "\u2014")
_LOOSE = " ,;:-\u2013\u2014"
_FIGURE = re.compile(r"\d+")
_WORD = re.compile(r"\S+")
_LETTERS = 4
_LEAST_SAID = 2
_A_CRY = 2  # "help": in so few words it may be meant
_MOST_WORDS = 8  # longer pieces are all "long"
# What is never an aside, and what is one only where its other words say so plainly: "by five", "since breakfast".
_NEVER = ("diet", "allergen", "emergency", "private", "person")
_SELDOM = (
    "aspect", "hours", "day", "date", "time", "venue", "meal", "course", "menu", "wine", "fact", "doing", "topic",
)  # fmt: skip
_MORE_PLAINLY = 2.0
_OFTEN_SAID = 0.3  # a word that asides have so often may be in a dish's name, too: "little"
_LENIENTLY = math.log(0.2 / 0.8)
_VERBS = frozenset(["is", "isn't", "are", "was", "were", "do", "does", "did", "will", "has", "have"])
WISHES = frozenset({"wish", "necessity"})
"""Keys of requests that name nothing to be done: "can I have", "do I need"."""
_KIND = frozenset({"greeting", "thanks", "goodbye", "how_are_you"})
_OF_PEOPLE = "people persons guests adults pax personen leute gäste erwachsene personnes adultes personas adultos"
_PEOPLE = frozenset(words(_OF_PEOPLE))
_THEM = frozenset(words("we we're us group party wir uns gruppe nous on groupe somos seremos grupo"))
_THEY_ARE = frozenset(words("are is it it's its there's will be sind geht sommes est sera serons son"))
_A_ROOM = 3  # figures of so many digits count no guests
_OF_A_COUNT = """
    there of for a an the total altogether only just about travelling asking es um zu für eine einer von insgesamt
    nur zusammen c'est ce pour un une de en tout para por
"""
_BESIDE_A_COUNT = frozenset(words(_OF_A_COUNT))
# A turn or a bound: such a piece must be plainly an aside, and none at a second look.
_OF_TURNS = """
    but only later instead rather except unless nor aber nur später sondern statt außer mais seulement plutôt sauf
    pero solo sino excepto
"""
_TURNS = frozenset(words(_OF_TURNS)) | DENYING
_THANKING = ("thank", "thx", "cheers", "ta", "dank", "merci", "gracias")
# Where it matters how many guests there are.
_OF_SEATS = """
    seat sit table book booking reserve reservation fit come group discount rate taxi cab van bus transfer shuttle tisch
    platz plätze reservieren reservierung buchen kommen gruppe rabatt passen réserver réservation place venir groupe
    tarif mesa reservar reserva sitio grupo descuento caben navette traslado room rooms bed beds suite brunch tour trip
    zimmer familienzimmer bett betten ausflug chambre chambres lit lits excursion habitación habitaciones cama camas
"""
_SEATS = frozenset(stem(word) for word in words(_OF_SEATS))


SLOTS = 1 << 17
"""So many weights: features fall into them by their checksum, which keeps them few and quick to read."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Weights:
    """What each slot of features says for a piece being an aside, in steps of log-odds, and from where on it is one."""

    slots: Sequence[int]
    step: float
    bias: float
    least: float

    def of(self, feature: str) -> int:
        """Return what a feature says, in steps."""
        return self.slots[slot(feature)]

    def told(self, steps: int) -> float:
        """Return the log-odds of so many steps."""
        return self.bias + self.step * steps


@cache
def weights() -> Weights:
    """Return what ships, read once."""
    kept = json.loads(FILE.read_text("utf-8"))
    chance = kept["from"]
    slots = memoryview(base64.b64decode(kept["slots"])).cast("b")
    return Weights(slots=slots, step=kept["step"], bias=kept["bias"], least=math.log(chance / (1 - chance)))


@lru_cache(maxsize=8192)
def _steps_of_word(word: str) -> int:
    return sum(map(weights().of, _of_word(word)))


def slot(feature: str) -> int:
    """Return where a feature's weight lies."""
    return crc32(feature.encode()) % SLOTS


def features(tokens: Sequence[str]) -> Iterator[str]:
    """Yield what a piece is weighed by: its words, pairs of them, and runs of letters; a figure is any figure."""
    said = _plain(tokens)
    yield _length(len(said))
    for word in said:
        yield from _of_word(word)
    for first, second in pairwise(("^", *said, "$")):
        yield f"{first} {second}"


def _plain(tokens: Sequence[str]) -> list[str]:
    return [_FIGURE.sub("0", token) for token in tokens]


def _length(count: int) -> str:
    return f"n{min(count, _MOST_WORDS)}"


def _of_word(word: str) -> Iterator[str]:
    yield word
    bounded = f"<{word}>"
    for start in range(len(bounded) + 1 - _LETTERS):
        yield f"#{bounded[start : start + _LETTERS]}"


def is_aside(tokens: Sequence[str], known: Vocabulary, names: Set[str], least: float) -> bool:
    """Return whether a piece asks for nothing and tells nothing that an answer could rest on; `least` in log-odds."""
    if _is_head_count(tokens, known) or _is_courtesy(tokens, known):
        return not _names(tokens, known, names)
    fitted, said = weights(), _plain(tokens)
    # What `features` yields, summed: most words were weighed before.
    alone = fitted.of(_length(len(said))) + sum(map(_steps_of_word, said))
    told = fitted.told(alone + sum(fitted.of(f"{first} {second}") for first, second in pairwise(("^", *said, "$"))))
    return told >= least and told >= least + _asked_for(tokens, known) and not _names(tokens, known, names)


def _asked_for(tokens: Sequence[str], known: Vocabulary) -> float:
    """Return how much more plainly a piece must be an aside for what the vocabularies know in it, in log-odds."""
    talk = {match.key for match in known["talk"].find(tokens)}
    cries = "abuse" in talk or ("who_are_you" in talk and len(tokens) <= _A_CRY)
    tells = _is_to_be_done(tokens, known) or _has_figure(tokens, known)
    if cries or tells or any(known[table].find(tokens) for table in _NEVER):
        return math.inf
    small = not talk and known.filler.issuperset(tokens)
    turns = not _TURNS.isdisjoint(tokens)
    seldom = small or turns or talk - _KIND or any(known[table].find(tokens) for table in _SELDOM)
    return _MORE_PLAINLY if seldom else 0.0


def _names(tokens: Sequence[str], known: Vocabulary, names: Set[str]) -> bool:
    """Return whether a piece has a word of the hotel's own names, other than one that asides have often; or only such.

    "The linguine were great" is an aside, and "linguine alle vongole" a dish.
    """
    often = _OFTEN_SAID / weights().step
    telling = [token for token in tokens if token not in known.filler]
    named = [token for token in telling if stem(token) in names]
    return any(weights().of(token) < often for token in named) or 1 < len(named) == len(telling)


def _is_courtesy(tokens: Sequence[str], known: Vocabulary) -> bool:
    """Return whether a piece is what the vocabulary lists: "one more thing", "my wife asks"."""
    listed = {place for match in known["courtesy"].find(tokens) for place in match.places}
    return bool(listed) and all(place in listed or token in known.filler for place, token in enumerate(tokens))


def _is_head_count(tokens: Sequence[str], known: Vocabulary) -> bool:
    """Return whether a piece tells how many guests there are and nothing else: "asking for a group of six".

    "For two people" may be asked of a price or an order, "we are in 214" tells a room.
    """
    told = not _THEM.isdisjoint(tokens) or not (_PEOPLE.isdisjoint(tokens) or _THEY_ARE.isdisjoint(tokens))
    if not told or not _has_figure(tokens, known):
        return False
    numbers = {place for match in known["number"].find(tokens) for place in match.places}
    small = _THEM | _PEOPLE | _THEY_ARE | _BESIDE_A_COUNT
    return all(
        (token.isdigit() and len(token) < _A_ROOM) or token in small or place in numbers
        for place, token in enumerate(tokens)
    )


def _around(
    tokens: Sequence[str], raised: Set[int], known: Vocabulary, names: Set[str], least: float
) -> tuple[int, int]:
    """Return where what is asked begins and ends in a piece without a mark: "hi hope you are well is there a pool".

    It begins where a question can, or behind a kind word, and ends before a kind word or a capital (`raised`). Its rest
    must be as clearly no aside as what is around it is one.
    """
    count = len(tokens)
    kind = known["courtesy"].find(tokens) + [
        match
        for match in known["talk"].find(tokens)
        # "Nice" and "great" are thanks, too, but not within a question.
        if match.key in _KIND and (match.key != "thanks" or tokens[match.start].startswith(_THANKING))
    ]
    asking = {match.start for match in known["asks"].find(tokens)}
    verbs = _verbs(tokens)
    # "My tongue is swelling" says it all; "hi, hope you are well is there a gym" asks from its verb on.
    led_up_to = {place for place in verbs if any(match.end <= place for match in kind)}
    inside = set(range(1, count))
    fore = ((asking - verbs) | led_up_to | {match.end for match in kind}) & inside
    behind = (raised | {match.start for match in kind}) & inside
    if not fore and not behind:
        return 0, count
    fitted, said = weights(), _plain(tokens)
    upto = [0, *accumulate(map(_steps_of_word, said))]
    pairs = [0, *accumulate(fitted.of(f"{first} {second}") for first, second in pairwise(said))]

    def told(start: int, end: int) -> float:
        """Return what is said for the words from start to end being an aside."""
        ends = (f"^ {said[start]}", f"{said[end - 1]} $", _length(end - start))
        return fitted.told(sum(map(fitted.of, ends)) + upto[end] - upto[start] + pairs[end - 1] - pairs[start])

    cuts = [((0, cut), (cut, count)) for cut in fore] + [((cut, count), (0, cut)) for cut in behind]
    told_of = sorted(
        ((told(*aside), told(*rest), aside, rest) for aside, rest in cuts), key=lambda each: each[1] - each[0]
    )
    for said_for, of_rest, (start, end), rest in told_of:
        beside = tokens[start:end]
        alone = len(beside) < _LEAST_SAID and not any(match.start <= start < match.end for match in kind)
        if min(said_for, -of_rest) < least or alone:
            continue  # one word may be a name
        plain = not known["request"].find(beside) and not _has_figure(beside, known)
        if plain and said_for >= least + _asked_for(beside, known) and not _names(beside, known, names):
            return rest
    return 0, count


def without_asides(text: str, known: Vocabulary, names: Set[str], *, leniently: bool = False) -> str:
    """Return a message without its asides; whole, where it says nothing else.

    How many they are stays where it may matter: "we are twenty" beside a taxi. `names` are the stems of the hotel's own
    names. `leniently`, what may well be an aside goes, too. What must be read whole the parser knows.
    """
    least = weights().least
    return _shortened(text, known, names, least, _LENIENTLY if leniently else least)


def _shortened(text: str, known: Vocabulary, names: Set[str], least: float, leniently: float) -> str:
    pieces = list(_pieces(text))
    said = [words(piece) for piece, _mark in pieces]
    empty = [bool(tokens) and is_aside(tokens, known, names, least) for tokens in said]
    for place, (piece, mark) in enumerate(pieces):
        if empty[place]:
            continue
        short = _without_talk(piece, known, names, least)
        if short != piece:
            pieces[place], said[place] = (short, mark), words(short)
        elif leniently < least:
            turns = not _TURNS.isdisjoint(said[place])
            empty[place] = bool(said[place]) and not turns and is_aside(said[place], known, names, leniently)
    rest = [token for tokens, is_empty in zip(said, empty, strict=True) if not is_empty for token in tokens]
    if not rest:  # a greeting with talk around it is a greeting
        empty = [is_empty and not known["talk"].find(tokens) for tokens, is_empty in zip(said, empty, strict=True)]
        rest = [token for tokens, is_empty in zip(said, empty, strict=True) if not is_empty for token in tokens]
    if known.filler.issuperset(rest) and not known["talk"].find(rest):
        return text
    if any(empty) and _counts(rest, known):
        empty = [is_empty and not _has_figure(tokens, known) for tokens, is_empty in zip(said, empty, strict=True)]
    kept = ""
    for (piece, mark), is_empty in zip(pieces, empty, strict=True):
        if is_empty:
            # "How much is it, asking for a friend?" is marked behind its aside; a statement gets no question's mark.
            if kept.rstrip().endswith(_JOINED) and _ENDS.search(mark):
                ends = mark if "?" not in mark or _asks(kept, known) else ". "
                kept = kept.rstrip(_LOOSE) + ends
        else:
            kept += piece + mark
    return kept.strip(" ,;:")


def _asks(text: str, known: Vocabulary) -> bool:
    """Return whether a text's last piece begins as a question does."""
    tokens = words([*filter(None, _BETWEEN.split(text))][-1])
    begins = {match.start for match in known["asks"].find(tokens)} | _verbs(tokens)
    return bool(begins & {0, 1})


def _verbs(tokens: Sequence[str]) -> set[int]:
    """Return the places of verbs that a question may begin with."""
    return {place for place, token in enumerate(tokens) if token in ASKING_VERBS or token in _VERBS}


def _without_talk(piece: str, known: Vocabulary, names: Set[str], least: float) -> str:
    """Return a piece without the talk before or behind what it asks."""
    spans = [match.span() for match in _WORD.finditer(piece)]
    tokens = [words(piece[start:end]) for start, end in spans]
    if any(len(each) != 1 for each in tokens):
        return piece
    raised = {place for place, (start, _end) in enumerate(spans) if piece[start].isupper()}
    start, end = _around([each[0] for each in tokens], raised, known, names, least)
    before = spans[start][0] if start else 0
    indent = piece[: len(piece) - len(piece.lstrip())] if start else ""
    return indent + piece[before : spans[end - 1][1] if end < len(spans) else len(piece)]


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield a text's pieces, each with the mark behind it."""
    start = 0
    for mark in _BETWEEN.finditer(text):
        yield text[start : mark.start()], mark.group()
        start = mark.end()
    if start < len(text):
        yield text[start:], ""


def _counts(tokens: Sequence[str], known: Vocabulary) -> bool:
    """Return whether it matters how many they are to who asks this."""
    priced = any(match.key == "price" for match in known["aspect"].find(tokens))
    return priced or _is_to_be_done(tokens, known) or any(stem(token) in _SEATS for token in tokens)


def _is_to_be_done(tokens: Sequence[str], known: Vocabulary) -> bool:
    """Return whether a thing is named that is to be done for a guest."""
    return any(match.key not in WISHES for match in known["request"].find(tokens))


def _has_figure(tokens: Sequence[str], known: Vocabulary) -> bool:
    """Return whether more than one is counted; "a" and "one" count nothing."""
    said = known["number"].find(tokens)
    return any(token.isdigit() for token in tokens) or any(each.key.isdigit() and int(each.key) > 1 for each in said)
