"""Owns the passages: which texts a hotel's content is found by, and keeping them equal to it. Searches nothing.

A passage is embedded again only when its text or the encoder changed, which its content hash tells.
"""

import hashlib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models.signals import post_delete, post_save
from numpy.typing import NDArray

from guestchat.models import Passage
from guestchat.retrieval.embedder import Embedder, get_embedder
from guestchat.words import fold, without_name
from menus import models
from menus.content import Article, Content, Offer, Venue, load
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
        return hashlib.sha256("\0".join((embedder.name, *self.texts)).encode()).hexdigest()


def passage_texts(content: Content) -> Iterator[PassageText]:
    """Yield every text that a hotel's content is found by, in each language that it has."""
    for article in content.articles:
        yield from _of_article(article, content)
    for offer in content.offers.values():
        yield from _of_offer(offer, content)
    for venue in content.venues:
        yield from _of_venue(venue, content)
    for language, text in content.description.items():
        yield PassageText(
            source_type="hotel", source_key=content.slug, language=language, variant=0, texts=(_plain(text, content),)
        )


def _of_article(article: Article, content: Content) -> Iterator[PassageText]:
    for language, question in article.question.items():
        question = _plain(question, content)
        answer = _plain(pick(article.answer, language, content.default_language), content)
        # The mean of the question's vector and that of both together ranked best on real guests' questions.
        yield _article_passage(article, language, 0, question, f"{question} {answer}")
    for number, asked in enumerate(article.also_asked, start=1):
        for language, question in asked.items():
            yield _article_passage(article, language, number, _plain(question, content))


def _article_passage(article: Article, language: str, variant: int, *texts: str) -> PassageText:
    return PassageText(source_type="article", source_key=article.key, language=language, variant=variant, texts=texts)


def _of_offer(offer: Offer, content: Content) -> Iterator[PassageText]:
    for language, name in offer.item.name.items():
        section = pick(offer.section.name, language, content.default_language)
        description = pick(offer.item.description, language) if language in offer.item.description else ""
        yield PassageText(
            source_type="item",
            source_key=offer.item.key,
            language=language,
            variant=0,
            texts=(f"{name}. {description} ({section})" if description else f"{name} ({section})",),
        )


def _of_venue(venue: Venue, content: Content) -> Iterator[PassageText]:
    for language, name in venue.name.items():
        parts = (name, venue.kind.replace("_", " "), *_in(language, venue.description, venue.location))
        yield PassageText(
            source_type="venue", source_key=venue.key, language=language, variant=0, texts=(". ".join(parts),)
        )


def _in(language: str, *texts: Text) -> Iterator[str]:
    return (text[language] for text in texts if text.get(language))


def _plain(text: str, content: Content) -> str:
    return without_name(text, content.name)


def sync(hotel_id: int) -> int:
    """Make a hotel's passages equal to its content; return how many texts were embedded.

    Three queries beside reading the content when nothing changed. Takes part in the caller's transaction, so an edit
    and its passages become true together.
    """
    content = load(hotel_id)
    if content is None:
        return 0
    embedder = get_embedder()
    wanted = {passage.identity: passage for passage in passage_texts(content)}
    with transaction.atomic():
        stored = {
            (row["source_type"], row["source_key"], row["language"], row["variant"]): row
            for row in Passage.objects.filter(hotel_id=hotel_id).values(
                "pk", "source_type", "source_key", "language", "variant", "content_hash"
            )
        }
        gone = [row["pk"] for identity, row in stored.items() if identity not in wanted]
        if gone:
            Passage.objects.filter(pk__in=gone).delete()
        changed = [
            passage
            for identity, passage in wanted.items()
            if identity not in stored or stored[identity]["content_hash"] != passage.content_hash(embedder)
        ]
        _write(hotel_id, changed, embedder)
        if len(changed) >= _LONG:
            # Until PostgreSQL has counted, it takes a new hotel for nine rows, and sorts hundreds for each question.
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE guestchat_passage")
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
        mean = embedder.encode_document(passage.texts).mean(axis=0)
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


def _saved(instance: Any, raw: bool = False, **kwargs: Any) -> None:
    if not raw:
        sync(instance.pk if isinstance(instance, models.Hotel) else instance.hotel_id)


def _deleted(sender: Any, instance: Any, **kwargs: Any) -> None:
    Passage.objects.filter(hotel_id=instance.hotel_id, source_type=_SOURCES[sender], source_key=instance.key).delete()


def _replaced(hotel_id: int, **kwargs: Any) -> int:
    return sync(hotel_id)
