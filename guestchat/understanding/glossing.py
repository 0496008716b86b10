"""Owns putting a text word by word into English before the models read it; understands no sentence. Pure.

Encoder and judge grew from a model that read English alone, and its vocabulary cuts "Bademantel" into four pieces that
mean nothing. Glossed, it is a bathrobe, and what the models know of bathrobes holds in every language that has a
glossary. Guests never see a gloss: it is no translation, and what is answered comes from the rows.
"""

import hashlib
import re
import sys
import threading
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import Stemmer

import guestchat.kept
import guestchat.words
from guestchat.kept import tables
from guestchat.understanding.stems import stem
from guestchat.understanding.vocabulary import singular, vocabulary
from guestchat.words import fold, words

FOLDER = Path(__file__).with_name("glossary")
LANGUAGES = {"de": "german", "es": "spanish", "fr": "french"}
"""The languages that have a glossary, and the stemmer of each."""

_RULES = 1
"""Raised where the same lists put texts otherwise than before: all that was read by them is then read again."""

_INFINITIVES: Mapping[str, tuple[str, ...]] = {"de": (), "es": ("ar", "er", "ir"), "fr": ("er", "ir", "re")}

_ENDINGS = {"de": ("en", "n", "es", "e", "er", "s"), "es": ("es", "s"), "fr": ("s", "x", "es")}
_SHORTEST_BASE, _SHORTEST_STEMMED = 3, 5

_PIECE = re.compile(r"[^\W\d_]+")
# Apostrophes of all kinds part words, soft hyphens do not.
_MARKS = str.maketrans(dict.fromkeys("'`\u00b4\u2018\u2019\u02bc", " ") | dict.fromkeys("\u00ad\u00bf\u00a1"))
_SPACES = re.compile(r"\s+")
_BEFORE_MARK = re.compile(r"\s+(?=[,.;:!?)])")
_REMEMBERED_TEXTS, _REMEMBERED_WORDS = 4096, 16_384
_LONGEST_REMEMBERED = 600
_LONGEST_PHRASE = 4

# What German puts between the parts of a compound, and how short a part may be.
_LINKS = ("", "s", "n", "en", "es", "er", "e")
_SHORTEST_COMPOUND, _LONGEST_WORD, _SHORTEST_PART, _MOST_PARTS = 6, 40, 3, 4
# Words of three letters that begin or end compounds; others of that length are mostly endings.
_SHORT_PARTS = frozenset(
    {
        *("alt", "arm", "bad", "bar", "bus", "but", "eis", "erd", "gas", "grun", "hof", "hut", "kur", "mus", "neu"),
        *("not", "ol", "ort", "rad", "rot", "ruh", "see", "ski", "spa", "tag", "tee", "tor", "tur", "uhr", "weg"),
        *("zeh", "zug"),
    }
)
_APART = re.compile(r"^(ab|an|auf|aus|bei|ein|her|hin|los|mit|nach|um|unter|vor|weg|zu|zuruck|zusammen)zu(?=\w{3})")
# Spanish glues pronouns to what it asks to do: "dejarlo", "llevarme".
_GLUED = re.compile(r"(?<=[aei]r)(?:se|me|te|nos)?(?:l[aeo]s?)?$")
# An accent tells that they are glued to what is asked for: "env\u00edenme", "desp\u00edertanos".
_ASKED = re.compile(r"(?:me|nos|se)?(?:l[aeo]s?)?$")


class Glossary:
    """One language's words in English: as written, without accents, by their stems; its phrases; all English words."""

    def __init__(self, language: str) -> None:
        made = tables_of(language)
        self.language = language
        self.written: Mapping[str, str] = made["written"]
        self.folded: Mapping[str, str] = made["folded"]
        self.stems: Mapping[str, str] = made["stems"]
        self.phrases: Mapping[str, str] = made["phrases"]
        self.begins: frozenset[str] = made["begins"]
        self.english: frozenset[str] = made["english"]
        self._stemmer = Stemmer.Stemmer(LANGUAGES[language], 0)
        self._lock = threading.Lock()

    def find(self, word: str) -> str | None:
        """Return a word in English, if it or another form of it is known; `word` is in lower case."""
        said = self.written.get(word)
        if said is not None:
            return said
        plain = fold(word)
        if word == plain:
            said = self.folded.get(plain)
            return self._by_form(word, plain) if said is None else said
        # Accents tell forms apart: French "laiss\u00e9" is of "laisser", and no lead for a dog.
        said = self._by_form(word, plain)
        return self.folded.get(plain) if said is None else said

    def _by_form(self, word: str, plain: str) -> str | None:
        """Return a word in English by its singular, its base, or any word of its stem."""
        for ending in _ENDINGS[self.language]:
            if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_BASE:
                base = word[: -len(ending)]
                # As it is written first: German "sch\u00f6nes" is of "sch\u00f6n", and not of "schon".
                said = self.written.get(base)
                if said is None:
                    said = self.folded.get(fold(base))
                if said is not None:
                    return said
        # Few letters are a stem of anything, and English words stand in every language's texts.
        if len(plain) < _SHORTEST_STEMMED or plain in vocabulary("en").understood:
            return None
        for root in dict.fromkeys((fold(self.stem(word)), self.stem(plain))):
            said = self.stems.get(root)
            if said is not None:
                return said
        return None

    def stem(self, word: str) -> str:
        """Return a word's stem; one thread at a time, as the stemmer keeps its state."""
        with self._lock:
            return str(self._stemmer.stemWord(word))


def tables_of(language: str, *, keep: bool = not sys.dont_write_bytecode) -> dict[str, Any]:
    """Return a glossary's tables as plain values; `keep` writes them beside its file where they are not."""
    source = FOLDER / f"{language}.tsv"
    modules = (sys.modules[each.__module__] for each in (guestchat.words.words, guestchat.kept.tables, stem, singular))
    made_by = (Path(__file__), *(Path(str(module.__file__)) for module in modules))
    return tables(source, made_by, lambda: _made(language, source), keep=keep, version=Stemmer.version())


def _made(language: str, source: Path) -> dict[str, Any]:
    """Read lines of "word TAB english" and "several words TAB english"; of two for the same the first counts."""
    written: dict[str, str] = {}
    phrases: dict[str, str] = {}
    for line in source.read_text("utf-8").splitlines():
        word, _, english = line.partition("\t")
        if " " in word:
            phrases.setdefault(fold(word), english)
        else:
            written.setdefault(word, english)
    folded: dict[str, str] = {}
    for word, english in written.items():
        folded.setdefault(fold(word), english)
    stemmer = Stemmer.Stemmer(LANGUAGES[language], 0)
    stems: dict[str, str] = {}
    for word in sorted(written, key=_plainest(language)):
        if written[word] or len(word) > _SHORTEST_PART:
            for root in (fold(stemmer.stemWord(word)), stemmer.stemWord(fold(word))):
                stems.setdefault(root, written[word])
    begins = frozenset(phrase.partition(" ")[0] for phrase in phrases)
    said = {each for english in (*written.values(), *phrases.values()) for each in words(english)}
    english_words = frozenset(said | {stem(each) for each in said})
    return {
        "written": written,
        "folded": folded,
        "stems": stems,
        "phrases": phrases,
        "begins": begins,
        "english": english_words,
    }


def _plainest(language: str) -> Callable[[str], tuple[bool, int]]:
    """Return what sorts words of one stem: a verb's own form first, then the shortest."""
    ends = _INFINITIVES[language]
    return lambda word: (not word.endswith(ends), len(word))


@cache
def glossary(language: str) -> Glossary:
    """Return the glossary of one of `LANGUAGES`."""
    return Glossary(language)


@cache
def version(language: str) -> str:
    """Return what changes with a language's glossary, so that what was read by it is read again; mostly empty."""
    known = language[:2]
    if known not in LANGUAGES:
        return ""
    told = hashlib.sha256(f"{_RULES} {Stemmer.version()} ".encode())
    told.update((FOLDER / f"{known}.tsv").read_bytes())
    return f"+{known}-{told.hexdigest()[:12]}"


def in_english(text: str, language: str) -> str:
    """Return a text with each word that the language's glossary knows in English; all others stay as they are."""
    known = language[:2]
    if known not in LANGUAGES:
        return text
    return _remembered(text, known) if len(text) <= _LONGEST_REMEMBERED else _put(text, known)


def knows(word: str, language: str) -> bool:
    """Return whether a word, in lower case, is one of a language's: by its glossary, English by what others are put."""
    known = language[:2]
    if known == "en":
        return any(not glossary(each).english.isdisjoint((word, stem(word))) for each in LANGUAGES)
    return known in LANGUAGES and len(word) <= _LONGEST_WORD and _found(word, known) is not None


def topic_stems(english: str) -> tuple[str, ...]:
    """Return the stems of an English text's words that carry a topic, each once."""
    filler = vocabulary("en").filler
    return tuple(dict.fromkeys(stem(word) for word in words(english) if word not in filler and not word.isdigit()))


@lru_cache(maxsize=_REMEMBERED_TEXTS)
def _remembered(text: str, language: str) -> str:
    return _put(text, language)


def _put(text: str, language: str) -> str:
    known = glossary(language)
    text = _SPACES.sub(" ", unicodedata.normalize("NFC", text).translate(_MARKS))
    pieces = list(_PIECE.finditer(text))
    put: list[str] = []
    end = place = 0
    while place < len(pieces):
        first = pieces[place]
        found = _phrase(text, pieces[place : place + _LONGEST_PHRASE], known)
        several, said = found or (1, _short_word(first.group().lower(), language))
        put += (text[end : first.start()], said)
        place += several
        end = pieces[place - 1].end()
    put.append(text[end:])
    return _BEFORE_MARK.sub("", _SPACES.sub(" ", "".join(put))).strip() or text


def _phrase(text: str, pieces: Sequence[re.Match[str]], known: Glossary) -> tuple[int, str] | None:
    """Return how many words from the first on are the longest phrase that the glossary knows, and its English."""
    if fold(pieces[0].group()) not in known.begins:
        return None
    for several in range(len(pieces), 1, -1):
        # Whatever joins them: "petit-d\u00e9jeuner" is "petit dejeuner".
        said = known.phrases.get(fold(text[pieces[0].start() : pieces[several - 1].end()]).replace("-", " "))
        if said is not None:
            return several, said
    return None


def _short_word(word: str, language: str) -> str:
    """Return a word in English, or as it is; what is longer than any word is none, and is not remembered."""
    return _word(word, language) if len(word) <= _LONGEST_WORD else word


def _word(word: str, language: str) -> str:
    """Return a word in English, or as it is."""
    said = _found(word, language)
    return word if said is None else said


@lru_cache(maxsize=_REMEMBERED_WORDS)
def _found(word: str, language: str) -> str | None:
    known = glossary(language)
    said = known.find(word)
    if said is None:
        said = _german(word, known) if language == "de" else _glued(word, known) if language == "es" else None
    return said


def _german(word: str, known: Glossary) -> str | None:
    plain = fold(word)
    if apart := _APART.match(plain):
        said = known.find(apart[1] + plain[apart.end() :])
        if said is not None:
            return said
    parts = _split(plain, known, _MOST_PARTS, {}) if len(plain) >= _SHORTEST_COMPOUND else None
    return " ".join(part for part in parts if part) if parts else None


def _split(plain: str, known: Glossary, most: int, seen: dict[tuple[str, int], list[str] | None]) -> list[str] | None:
    """Return the parts of a compound in English, the fewest that there are; longer beginnings first."""
    if most == 1:
        return None
    if (plain, most) in seen:
        return seen[plain, most]
    best: list[str] | None = None
    for place in range(len(plain) - _SHORTEST_PART, _SHORTEST_PART - 1, -1):
        said = _part(plain[:place], known)
        if said is None:
            continue
        rest = plain[place:]
        ends = _part(rest, known)
        if ends is not None:
            best = [said, ends]
            break
        more = _split(rest, known, most - 1, seen)
        if more and (best is None or len(more) + 1 < len(best)):
            best = [said, *more]
    seen[plain, most] = best
    return best


def _part(part: str, known: Glossary) -> str | None:
    """Return a part of a compound in English, without what links it to the next."""
    for link in _LINKS:
        if link and not part.endswith(link):
            continue
        bare = part[: len(part) - len(link)] if link else part
        if len(bare) < _SHORTEST_PART or (len(bare) == _SHORTEST_PART and bare not in _SHORT_PARTS):
            continue
        said = known.folded.get(bare)
        if said is None and not link:
            said = known.stems.get(known.stem(bare))
        if said:
            return said
    return None


def _glued(word: str, known: Glossary) -> str | None:
    plain = fold(word)
    bare = _GLUED.sub("", plain)
    if bare == plain and plain != word:
        bare = _ASKED.sub("", plain)
    return known.find(bare) if bare != plain else None
