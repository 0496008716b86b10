"""Owns reading what the encoder is trained and measured on: articles, guests' questions, translations."""

import csv
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guestchat.understanding.glossing import in_english
from guestchat.words import without_name, words

TRANSLATIONS = Path(__file__).resolve().parent / "translations.tsv"
LANGUAGES = ("en", "de", "fr", "es")

_NOUNS = {"hotel": "the hotel", "restaurant": "the restaurant"}
# What a guest who types two words leaves out.
_FUNCTION_WORDS = frozenset(
    words("""
    a about accept accepted access allow allowed allows am an and any are area as at available be been being
    book bring by can come could customer customers did do does during each establishment ever facilities
    facility for from get give given go guest guests guys had has have hello here hey hi hotel how i if in
    into is it its kind know like location long many may me my need of off offer offered offering offers on
    onsite option options or other our out over place please possible property provide provided provides
    restaurant s serve served service services should site some stay take tell that the their them there they
    this to type types up us use was we what when where which while who will with would you your
    """)
)
# Two words that say one thing; what they consist of is left out above.
_PHRASES = re.compile(r"\b(check|take|pick|drop)[- ]?(in|out|up|off)\b", re.IGNORECASE)
_MAX_FRAGMENT_WORDS = 4


class CorpusError(Exception):
    """What training reads is missing or not what it should be; the message says so in one sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Doc:
    """One article: `identity` is `domain/entity/doc`, `title` the question and `body` the answer without the name."""

    identity: str
    domain: str
    entity: str
    title: str
    body: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A guest's last turn about one entity, and the identities of the articles that answer it."""

    identity: str
    domain: str
    entity: str
    text: str
    gold: frozenset[str]


def read_knowledge(path: Path, *, as_served: bool = False) -> list[Doc]:
    """Read `knowledge.json`: every article, entity by entity, the entity's own name replaced by what it is.

    `as_served`: replaced as serving does, where every house is "the hotel" and only its exact name is known.
    Raise `CorpusError` where the file is missing or of another form.
    """

    def nameless(text: str, domain: str, name: str | None) -> str:
        return without_name(text, name or "") if as_served else plain(text, name, _NOUNS.get(domain, "the place"))

    return [
        Doc(
            identity=f"{domain}/{key}/{number}",
            domain=domain,
            entity=f"{domain}/{key}",
            title=nameless(doc["title"], domain, entity["name"]),
            body=nameless(doc["body"], domain, entity["name"]),
        )
        for domain, key, entity in _entities(path)
        for number, doc in entity["docs"].items()
    ]


def held_out(entity: str) -> bool:
    """Tell whether an entity, `domain/key`, is never trained on: whatever is fitted to scores needs unseen ones.

    Every fifth, by a hash: the same ones in every run.
    """
    return hashlib.sha256(entity.encode()).digest()[0] % 5 == 0


def read_questions(folder: Path) -> list[Question]:
    """Read `dev.jsonl` as serving would see it: the last turn, the entity's name replaced as `without_name` does."""
    names = {f"{domain}/{key}": entity["name"] for domain, key, entity in _entities(folder / "knowledge.json")}
    try:
        rows = [json.loads(line) for line in (folder / "dev.jsonl").read_text(encoding="utf-8").splitlines()]
        return [
            Question(
                identity=row["id"],
                domain=row["entity"].partition("/")[0],
                entity=row["entity"],
                text=without_name(row["text"], names[row["entity"]] or ""),
                gold=frozenset(row["gold"]),
            )
            for row in rows
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorpusError(f"The questions {folder / 'dev.jsonl'} cannot be read: {error}") from error


def read_translations(path: Path = TRANSLATIONS, *, as_read: bool = False) -> dict[str, list[dict[str, str]]]:
    """Read the table of translated questions: by topic, its phrasings, each in every language of `LANGUAGES`.

    `as_read` is how the models read them, in English word by word.
    """
    topics: dict[str, list[dict[str, str]]] = defaultdict(list)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE, strict=True):
                said = {language: row[language].strip() for language in LANGUAGES}
                if as_read:
                    said = {language: in_english(text, language) for language, text in said.items()}
                topics[row["topic"]].append(said)
    except (OSError, KeyError, AttributeError, csv.Error) as error:
        raise CorpusError(f"The translations {path} cannot be read: {error!r}") from error
    return dict(topics)


def plain(text: str, name: str | None, noun: str) -> str:
    """Return a text with the entity's own name replaced by `noun`, in the spellings that the articles use."""
    for spelling in _spellings(name or ""):
        text = re.sub(rf"\b(?:the\s+)?{re.escape(spelling)}(?!\w)", noun, text, flags=re.IGNORECASE)
    return " ".join(text.split())


def fragment(title: str) -> str:
    """Return the few words of a question that a guest in a hurry would type, or nothing where none or too many remain.

    "Is there a fee for parking at the hotel?" becomes "fee parking".
    """
    joined = _PHRASES.sub(r"\1\2", title)
    kept = [word for word in words(joined) if word not in _FUNCTION_WORDS]
    return " ".join(kept) if 1 <= len(kept) <= _MAX_FRAGMENT_WORDS else ""


def _spellings(name: str) -> Sequence[str]:
    """Return the ways to write a name, the longest first: a branch's suffix and `&` are often left out."""
    found = {name.strip(), name.partition(" - ")[0].strip()}
    found |= {spelling.replace("&", "and") for spelling in found} | {
        re.sub(r"\band\b", "&", spelling, flags=re.IGNORECASE) for spelling in found
    }
    found |= {re.sub(r"^the\s+", "", spelling, flags=re.IGNORECASE) for spelling in found}
    return sorted(
        (spelling for spelling in found if len(spelling) > 2), key=lambda spelling: (-len(spelling), spelling)
    )


def _entities(path: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    try:
        knowledge = json.loads(path.read_text(encoding="utf-8"))
        for domain, entities in knowledge.items():
            for key, entity in entities.items():
                for doc in entity["docs"].values():
                    _ = doc["title"], doc["body"]
                yield domain, key, {"name": entity["name"], "docs": entity["docs"]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CorpusError(f"The articles {path} cannot be read: {error}") from error
