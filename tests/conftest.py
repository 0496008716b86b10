"""Owns what all tests share: the demo hotel, loaded once, and asking it the way the product does."""

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command

from guestchat import catalogue, turns
from guestchat.answering.answer import Answer
from guestchat.catalogue import Catalogue
from guestchat.guest import database
from guestchat.understanding.query import Context
from menus import tenancy
from menus.models import Hotel

# What a test arranges and looks at, it does as the owner; the doors bind whom they let in, as they do when serving.
tenancy.begin_with(tenancy.OWNER)

# A Tuesday at half past twelve: lunch at Restaurant Linden, the bar still closed.
TUESDAY_NOON = dt.datetime(2026, 11, 24, 12, 30, tzinfo=ZoneInfo("Europe/Berlin"))

Ask = Callable[..., Answer]

_MADE_HERE = pytest.StashKey[str]()
_NOTHING_TO_SEE = (pytest.ExitCode.OK, pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Give a run a folder that no other run touches.

    pytest closes the folder that its runs share to other users whenever one begins, and under root the embedded
    PostgreSQL is another user: a run that began would take a server's data away from it for a moment.
    """
    if config.option.basetemp is None:  # a worker is told its controller's
        config.option.basetemp = config.stash[_MADE_HERE] = tempfile.mkdtemp(prefix="guestchat-tests-")


def pytest_report_header(config: pytest.Config) -> str:
    """Tell where the files of a run that fails stay."""
    return f"files: {config.option.basetemp}"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Take the folder away where nobody has anything to look for in it; one that somebody named stays."""
    made = session.config.stash.get(_MADE_HERE, None)
    if made is not None and exitstatus in _NOTHING_TO_SEE:
        shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Load the demo hotel once for all tests that roll back; those that truncate run after them."""
    with django_db_blocker.unblock():
        call_command("demo", verbosity=0)
    yield
    database.rest()  # a thread that has just worked holds its connection, and the database could not be dropped


@pytest.fixture(autouse=True)
def _no_catalogue_of_another_test() -> Iterator[None]:
    """Versions repeat when a test empties the tables."""
    catalogue.forget()
    yield
    catalogue.forget()


@pytest.fixture
def lindenhof(db: None) -> Catalogue:
    """The demo hotel's catalogue."""
    found = catalogue.current(Hotel.objects.get(slug="lindenhof").pk)
    assert found is not None
    return found


@pytest.fixture
def ask(lindenhof: Catalogue) -> Ask:
    """Ask the demo hotel one question, on a Tuesday at noon unless told otherwise."""

    def asked(
        text: str,
        *,
        context: Context | None = None,
        at: dt.datetime = TUESDAY_NOON,
        language: str = "en",
        place: str | None = None,
    ) -> Answer:
        return turns.answer(
            catalogue.current(lindenhof.hotel_id) or lindenhof,
            text,
            context=context or Context(),
            language=language,
            at=at,
            place=place,
        )

    return asked
