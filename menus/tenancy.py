"""Owns the binding: whose rows the running code may see. Whoever knows the hotel binds; unbound code sees no hotel.

PostgreSQL keeps to it: `config.postgres` says the binding at the beginning of each transaction, and every table with a
hotel's rows has a policy that compares (`guestchat.wall`). Here is only what is said. Filters stay where they are; this
is what stands beneath a forgotten one.
"""

import contextlib
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

from django.db import connections

SETTING: Final = "guestchat.hotels"
"""PostgreSQL's setting that holds the binding: hotels' primary keys with commas, `*` for all, empty for none."""

ALL: Final = "*"
"""The setting's value for all hotels."""
SERVING_ROLE: Final = "guestchat_serving"
"""PostgreSQL's role that reads and writes rows and owns no table."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Binding:
    """Whose rows: these hotels', or everybody's; as the role that serves, or as the owner of the tables."""

    hotels: tuple[int, ...] = ()
    is_everywhere: bool = False
    is_owner: bool = False

    @property
    def value(self) -> str:
        """The setting's value; it needs no quoting, being made of numbers."""
        return ALL if self.is_everywhere else ",".join(f"{hotel:d}" for hotel in self.hotels)


NOBODY: Final = Binding()
EVERYWHERE: Final = Binding(is_everywhere=True)
OWNER: Final = Binding(is_everywhere=True, is_owner=True)

_bound: ContextVar[Binding | None] = ContextVar("binding", default=None)
_unless_bound: Binding = NOBODY


def current() -> Binding:
    """Return the binding that holds here and now."""
    return _bound.get() or _unless_bound


def begin_with(binding: Binding) -> None:
    """Let this process be bound so where nothing else is said: commands begin as the owner, servers as nobody."""
    global _unless_bound
    _unless_bound = binding


def may_see(hotel_id: int) -> bool:
    """Return whether a hotel is bound: for what is kept in memory, which no policy of the database guards."""
    binding = current()
    return binding.is_everywhere or hotel_id in binding.hotels


def at(*hotels: int) -> contextlib.AbstractContextManager[None]:
    """Bind to these hotels: nothing else can be read, changed or made within; no hotel at all binds to nobody."""
    return binding_to(Binding(hotels=hotels))


def bind_task(*hotels: int) -> None:
    """Bind the running task for as long as it lives, with the tasks that it begins from here on: a socket's."""
    _bound.set(Binding(hotels=hotels))


def everywhere() -> contextlib.AbstractContextManager[None]:
    """Bind to all hotels, as the role that serves: jobs over all of them, and superusers at the admin."""
    return binding_to(EVERYWHERE)


def as_owner() -> contextlib.AbstractContextManager[None]:
    """Bind to all hotels as the owner of the tables, who may also change what they look like."""
    return binding_to(OWNER)


@contextlib.contextmanager
def binding_to(binding: Binding) -> Iterator[None]:
    """Bind for a block. Asks nothing of the database, unless a transaction is open: that one is told, and told back."""
    token = _bound.set(binding)
    try:
        _tell_open_transaction()
        yield
    finally:
        _bound.reset(token)
        _tell_open_transaction()


def _tell_open_transaction() -> None:
    # Only one that there is already has a transaction open; most of a guest's pages ask nothing of any.
    here: Sequence[Any] = connections.all(initialized_only=True)
    for database in here:
        if database.in_atomic_block:
            database.say_binding()
