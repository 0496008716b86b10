"""Owns the passages: which texts a hotel's content is found by, and keeping them equal to it. Searches nothing.

A passage is embedded again only when its text or the encoder changed, which its content hash tells.
"""

import hashlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models.signals import post_delete, post_save
from numpy.typing import NDArray

from guestchat.models import Passage
from guestchat.retrieval.embedder import Embedder, get_embedder
from guestchat.understanding import glossing
from guestchat.words import fold, without_name
from menus import models
from menus.content import Article, Content, Item, Venue, load
from menus.signals import hotel_replaced
from menus.texts import Text, pick

# From so many passages on, whoever waits at a terminal sees how far it is, and the planner is told.
_LONG = 100


@dataclass(frozen=True, kw_only=True)
class PassageText:
    """What one passage says. `texts` are embedded together: their mean is the passage's vector."""

    source_type: str
    source_key: str
    language: str
    variant: int
    texts: tuple[str, ...]

    @property
    def identity(self) -> tuple[str, str, str, int]:
        """What names the passage within its hotel."""
        return self.source_type, self.source_key, self.language, self.variant

    def content_hash(self, embedder: Embedder) -> str:
        """Return what changes when the passage has to be embedded again."""
        read_by = f"{embedder.name}{glossing.version(self.language)}"
        return hashlib.sha256("\0".join((read_by, *self.texts)).encode()).hexdigest()

    def read(self) -> list[str]:
        """Return the texts as the encoder reads them."""
        return [glossing.in_english(text, self.language) for text in self.texts]


def passage_texts(content: Content) -> Iterator[PassageText]:
    """Yield every text that a hotel's content is found by, in each language that it has."""
    hotel = _Hotel(content.name, content.default_language)
    for article in content.articles:
        yield from _of_article(article, hotel)
    for offer in content.offers.values():
        yield from _of_item(offer.item, offer.section.name, hotel)
    for venue in content.venues:
        yield from _of_venue(venue)
    for language, text in content.description.items():
        yield PassageText(
            source_type="hotel", source_key=content.slug, language=language, variant=0, texts=(hotel.plain(text),)
        )


@dataclass(frozen=True)
class _Hotel:
    """What of a hotel is in the texts of all its rows."""

    name: str
    default_language: str

    def plain(self, text: str) -> str:
        """Return a text without the hotel's own name."""
        return without_name(text, self.name)


def _of_article(article: Article | models.Article, hotel: _Hotel) -> Iterator[PassageText]:
    for language, question in article.question.items():
        question = hotel.plain(question)
        answer = hotel.plain(pick(article.answer, language, hotel.default_language))
        # The mean of the question's vector and that of both together ranked best on real guests' questions.
        yield _article_passage(article.key, language, 0, question, f"{question} {answer}")
    for number, asked in enumerate(article.also_asked, start=1):
        for language, question in asked.items():
            yield _article_passage(article.key, language, number, hotel.plain(question))


def _article_passage(key: str, language: str, variant: int, *texts: str) -> PassageText:
    return PassageText(source_type="article", source_key=key, language=language, variant=variant, texts=texts)


def _of_item(item: Item | models.MenuItem, section_name: Text, hotel: _Hotel) -> Iterator[PassageText]:
    for language, name in item.name.items():
        section = pick(section_name, language, hotel.default_language)
        description = pick(item.description, language) if language in item.description else ""
        yield PassageText(
            source_type="item",
            source_key=item.key,
            language=language,
            variant=0,
            texts=(f"{name}. {description} ({section})" if description else f"{name} ({section})",),
        )


def _of_venue(venue: Venue | models.Venue) -> Iterator[PassageText]:
    for language, name in venue.name.items():
        parts = (name, venue.kind.replace("_", " "), *_in(language, venue.description, venue.location))
        yield PassageText(
            source_type="venue", source_key=venue.key, language=language, variant=0, texts=(". ".join(parts),)
        )


def _in(language: str, *texts: Text) -> Iterator[str]:
    return (text[language] for text in texts if text.get(language))


def sync(hotel_id: int) -> int:
    """Make a hotel's passages equal to its content; return how many texts were embedded.

    Three queries beside reading the content when nothing changed. Takes part in the caller's transaction, so an edit
    and its passages become true together.
    """
    content = load(hotel_id)
    if content is None:
        return 0
    with transaction.atomic():
        embedded = _make_equal(hotel_id, _stored(hotel_id), passage_texts(content))
        if embedded >= _LONG:
            # Until PostgreSQL has counted, it takes a new hotel for nine rows, and sorts hundreds for each question.
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE guestchat_passage")
    return embedded


def _stored(hotel_id: int, **of_row: str) -> dict[tuple[str, str, str, int], tuple[int, str]]:
    """Return the primary keys and hashes of a hotel's passages, or of one row's, by their identity."""
    rows = Passage.objects.filter(hotel_id=hotel_id, **of_row).values_list(
        "source_type", "source_key", "language", "variant", "pk", "content_hash"
    )
    return {(kind, key, language, variant): (pk, told) for kind, key, language, variant, pk, told in rows}


def _make_equal(
    hotel_id: int, stored: Mapping[tuple[str, str, str, int], tuple[int, str]], texts: Iterable[PassageText]
) -> int:
    embedder = get_embedder()
    wanted = {passage.identity: passage for passage in texts}
    gone = [pk for identity, (pk, _hash) in stored.items() if identity not in wanted]
    if gone:
        Passage.objects.filter(pk__in=gone).delete()
    changed = [
        passage
        for identity, passage in wanted.items()
        if identity not in stored or stored[identity][1] != passage.content_hash(embedder)
    ]
    _write(hotel_id, changed, embedder)
    return len(changed)


def _write(hotel_id: int, passages: list[PassageText], embedder: Embedder) -> None:
    if not passages:
        return
    Passage.objects.bulk_create(
        [
            Passage(
                hotel_id=hotel_id,
                source_type=passage.source_type,
                source_key=passage.source_key,
                language=passage.language,
                variant=passage.variant,
                words=fold(" ".join(passage.texts[-1:])),
                content_hash=passage.content_hash(embedder),
                embedding=vector,
            )
            for passage, vector in zip(passages, _vectors(passages, embedder), strict=True)
        ],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["hotel", "source_type", "source_key", "language", "variant"],
        update_fields=["words", "content_hash", "embedding"],
    )


def _vectors(passages: list[PassageText], embedder: Embedder) -> Iterable[NDArray[np.float32]]:
    """Return one unit vector a passage: the mean of its texts' vectors."""
    from tqdm import tqdm  # only where something is embedded: each start would read it

    shown = len(passages) >= _LONG and sys.stderr.isatty()
    for passage in tqdm(passages, desc="Embedding", unit="passage", disable=not shown):
        mean = embedder.encode_document(passage.read()).mean(axis=0)
        yield mean / np.linalg.norm(mean)


# --- keeping up with edits ---------------------------------------------------
# What a passage is made of. Hours, prices, allergens and options are no part of one: they are read when answering.
_SOURCES = {models.Article: "article", models.MenuItem: "item", models.Venue: "venue"}
_WORDED = (models.Hotel, *_SOURCES, models.MenuSection)


def connect() -> None:
    """Keep passages in the transaction of each edit; called once when the application is ready."""
    for model in _WORDED:
        post_save.connect(_saved, sender=model, dispatch_uid="passages")
    for model in _SOURCES:
        post_delete.connect(_deleted, sender=model, dispatch_uid="passages")
    hotel_replaced.connect(_replaced, dispatch_uid="passages")


def _saved(sender: Any, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    if raw:
        return
    if sender in _SOURCES:
        _sync_row(sender, instance)
    else:  # a section's name is in the passages of its dishes, the hotel's in those of all
        sync(instance.pk if sender is models.Hotel else instance.hotel_id)


def _sync_row(model: Any, instance: Any) -> None:
    """Make one row's passages equal to it: two queries where nothing that is searched for has changed."""
    stored = _stored(instance.hotel_id, source_type=_SOURCES[model], source_key=instance.key)
    if not stored:  # new, or under another key than before: then the old key's are somewhere in the hotel
        sync(instance.hotel_id)
        return
    # Read again: what is in the caller's hands may be newer than what was saved (`update_fields`).
    beside = ("hotel", "section") if model is models.MenuItem else ("hotel",)
    row = model.objects.select_related(*beside).get(pk=instance.pk)
    hotel = _Hotel(row.hotel.name, row.hotel.default_language)
    if model is models.MenuItem:
        texts = _of_item(row, row.section.name, hotel)
    elif model is models.Article:
        texts = _of_article(row, hotel)
    else:
        texts = _of_venue(row)
    with transaction.atomic():
        _make_equal(instance.hotel_id, stored, texts)


def _deleted(sender: Any, instance: Any, **kwargs: Any) -> None:
    Passage.objects.filter(hotel_id=instance.hotel_id, source_type=_SOURCES[sender], source_key=instance.key).delete()


def _replaced(hotel_id: int, **kwargs: Any) -> int:
    return sync(hotel_id)
