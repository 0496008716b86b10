import datetime as dt
import tomllib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from guestchat.understanding import vocabulary as module
from guestchat.understanding.lexicon import Lexicon
from guestchat.understanding.reading import Reading
from guestchat.understanding.vocabulary import LANGUAGES, PhraseBook, vocabulary
from guestchat.understanding.vocabulary.phrases import book, phrase_words
from tests.guestchat.understanding.house import a_house

FOLDER = Path(module.__file__).parent
FILES: dict[str, dict[str, dict[str, Any]]] = {
    language: tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8")) for language in LANGUAGES
}
OTHERS = [language for language in LANGUAGES if language != "en"]
LEXICON = Lexicon.of(a_house(languages=LANGUAGES))
# How many minutes half an hour has: a figure that is read by no table.
FIGURES = {("time", "half_minutes")}
FOUND_AGAIN = ("talk", "person", "course", "diet", "allergen", "meal", "venue")


def lists(language: str) -> Iterator[tuple[str, list[Any]]]:
    for table, entries in FILES[language].items():
        for key, phrases in entries.items():
            yield f"{table}.{key}", phrases


def is_looked_up(table: str) -> bool:
    """Return whether a table is one of phrases, as most are."""
    try:
        return isinstance(vocabulary("en")[table], PhraseBook)
    except KeyError:
        return False


def test_every_file_is_a_language_that_guests_may_use() -> None:
    assert {path.stem for path in FOLDER.glob("*.toml")} == set(LANGUAGES)


@pytest.mark.parametrize("language", OTHERS)
def test_tables_and_keys_are_those_of_english(language: str) -> None:
    assert set(FILES[language]) == set(FILES["en"])
    # What is said in dialect or typed in short is each language's own.
    named, of_english = ({name for name, _ in lists(each) if "colloquial." not in name} for each in (language, "en"))
    assert named == of_english


@pytest.mark.parametrize("language", OTHERS)
def test_files_are_no_copies_of_english(language: str) -> None:
    assert FILES[language] != FILES["en"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_entries_are_lists_of_words(language: str) -> None:
    for name, phrases in lists(language):
        assert isinstance(phrases, list), name
        assert all(isinstance(each, str) and each.strip() for each in phrases), name
        assert all(each == each.strip() for each in phrases), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_that_english_fills_is_filled(language: str) -> None:
    # The ways to say "half past" stand before or after the hour, by language.
    either = {"time.half", "time.half_after", "time.quarter_past", "time.quarter_to"}
    empty = {name for name, phrases in lists(language) if not phrases}
    assert empty - either <= {name for name, phrases in lists("en") if not phrases}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_stands_twice_in_a_list(language: str) -> None:
    twice = {
        name: repeated
        for name, phrases in lists(language)
        if (repeated := [each for each, count in Counter(phrases).items() if count > 1])
    }
    assert twice == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("table", FOUND_AGAIN)
def test_every_phrase_is_found_again(language: str, table: str) -> None:
    entries = FILES[language][table]
    found_in = PhraseBook(book(entries))
    lost = [
        (key, phrase)
        for key, phrases in entries.items()
        for phrase in phrases
        if key not in found_in.keys([word.rstrip("*") for word in phrase_words(phrase)])
    ]
    assert lost == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_is_found_as_a_guest_types_it(language: str) -> None:
    """What is put into plain words before reading, or taken for a slip, is not what its table waits for."""
    known, moment = vocabulary(language), dt.datetime(2026, 11, 24, 12)
    lost = [
        (table, key, phrase)
        for table, entries in FILES[language].items()
        for key, phrases in entries.items()
        if is_looked_up(table)
        for phrase in phrases
        if "*" not in phrase and (table, key) not in FIGURES
        if key not in Reading(phrase, known, LEXICON, moment).keys(table)
    ]
    assert lost == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_stance_names_the_place_of_its_allergen(language: str) -> None:
    for key, patterns in FILES[language]["avoid"].items():
        assert all(pattern.count("{}") == 1 and pattern != "{}" for pattern in patterns), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_half_an_hour_is_a_number_of_minutes(language: str) -> None:
    (minutes,) = FILES[language]["time"]["half_minutes"]
    assert abs(int(minutes)) == 30


def test_threads_that_begin_together_read_a_language_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_read", {})
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(vocabulary, ["de", "de-AT", "de-CH", "de"] * 4))
    assert len(found) == 1
    assert vocabulary("xx") is vocabulary("en")


# Small words that some phrase holds as well, and that are put into plain ones all the same: "geht net", "who r u".
SHORT = {"ned", "net", "i", "habens", "uff", "mitm", "sitzn", "essn", "dusse", "dirndl", "u", "ur", "r"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_colloquial_is_a_word_that_is_understood_already(language: str) -> None:
    known = vocabulary(language)
    assert known.colloquial
    assert (known.colloquial_words - SHORT) & known.understood == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_colloquial_means_itself_or_two_things(language: str) -> None:
    entries = FILES[language]["colloquial"]
    said = Counter(phrase_words(each) for listed in entries.values() for each in listed)
    assert [each for each, count in said.items() if count > 1] == []
    assert [meant for meant, listed in entries.items() if phrase_words(meant) in map(phrase_words, listed)] == []
