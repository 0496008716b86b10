"""Owns the catalogue: a hotel's live content with the indexes that understanding needs. Never out of date.

Database triggers bump a hotel's `version` with every change. A catalogue is kept per process and used only while the
version, asked for at each question, is still its own: so an edit is true in the very next answer.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property

from django.db import connection

from guestchat.understanding.lexicon import Lexicon
from guestchat.understanding.statements import Statement, statements
from menus import tenancy
from menus.content import Content, load
from menus.models import Hotel

# A hotel of 400 dishes in two languages takes about 3 MB with its indexes.
KEPT_HOTELS = 32


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """What one hotel offers at one version."""

    content: Content

    @property
    def hotel_id(self) -> int:
        """The hotel's primary key."""
        assert self.content.pk is not None
        return self.content.pk

    @cached_property
    def lexicon(self) -> Lexicon:
        """The content's words, made where a question is understood: a process that only serves needs none."""
        return Lexicon.of(self.content)

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """What the hotel and its venues say of themselves, by sentences."""
        return tuple(statements(self.content))


_kept: OrderedDict[int, Catalogue] = OrderedDict()
_lock = threading.Lock()


def current(hotel_id: int) -> Catalogue | None:
    """Return a hotel's catalogue as of now, or None where there is no such hotel; one query when nothing changed."""
    if connection.in_atomic_block:
        # What is written here may never be committed, and its version is then given out again.
        return _read(hotel_id)
    version = Hotel.objects.filter(pk=hotel_id).values_list("version", flat=True).first()
    return None if version is None else at_version(hotel_id, version)


def at_version(hotel_id: int, version: int) -> Catalogue | None:
    """Return a hotel's catalogue at the version that was just read, or a newer one; no query when it is kept."""
    if not tenancy.may_see(hotel_id):
        return None  # what is kept here was read by others, and no policy of the database guards it
    if connection.in_atomic_block:
        return _read(hotel_id)
    here = kept(hotel_id, version)
    if here is not None:
        return here
    found = _read(hotel_id)  # outside the lock: another hotel's guests do not wait for it
    return None if found is None else _keep(found)


def kept(hotel_id: int, version: int) -> Catalogue | None:
    """Return a hotel's catalogue where it is kept at this very version, without asking the database."""
    if not tenancy.may_see(hotel_id) or connection.in_atomic_block:
        return None
    with _lock:
        found = _kept.get(hotel_id)
        if found is None or found.content.version != version:
            return None
        _kept.move_to_end(hotel_id)
        return found


def _read(hotel_id: int) -> Catalogue | None:
    content = load(hotel_id)
    return None if content is None else Catalogue(content=content)


def _keep(catalogue: Catalogue) -> Catalogue:
    with _lock:
        kept = _kept.get(catalogue.hotel_id)
        # Two loads may overlap; the newer one stays.
        if kept is None or kept.content.version <= catalogue.content.version:
            _kept[catalogue.hotel_id] = catalogue
            _kept.move_to_end(catalogue.hotel_id)
        while len(_kept) > KEPT_HOTELS:
            _kept.popitem(last=False)
    return catalogue


def forget() -> None:
    """Drop every kept catalogue: for tests that empty the tables, after which versions begin anew."""
    with _lock:
        _kept.clear()
