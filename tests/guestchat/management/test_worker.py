"""`manage.py worker`: jobs in a process of its own, what it refuses and how it ends."""

import time
import uuid
from pathlib import Path
from typing import Any

import psycopg
import pytest

from guestchat import worker
from tests.config.conftest import start

# What a server leaves behind that died two minutes ago, between a question and its answer.
DIED = """
import datetime, uuid
from django.utils import timezone
from guestchat import turns
from guestchat.models import Conversation, Message
from menus.models import Hotel
hotel = Hotel.objects.get()
conversation = Conversation.objects.create(hotel=hotel, place=hotel.places.first(), language="en")
turns.begin(conversation.pk, "When is breakfast?", uuid.uuid4())
Message.objects.update(created_at=timezone.now() - datetime.timedelta(minutes=2))
"""


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """A machine with a prepared database and a question that nobody has answered."""
    for command in (["serve", "--prepare-only"], ["shell", "-v", "0", "-c", DIED]):
        prepared = start(tmp_path / "var", "manage.py", *command)
        said, _ = prepared.communicate(timeout=120)
        assert prepared.returncode == 0, said
    return tmp_path / "var"


def look(var: Path, query: str) -> Any:
    """Ask a machine's embedded database past its server."""
    noted = (var / "postgres" / "postmaster.pid").read_text().splitlines()
    address = {"host": noted[4].strip(), "port": noted[3].strip(), "user": "postgres", "dbname": "guestchat"}
    with psycopg.connect(**address) as connection:  # type: ignore[arg-type]
        (found,) = connection.execute(query).fetchone() or (None,)
    return found


def test_it_does_jobs_and_ends_in_order(var: Path) -> None:
    working = start(var, "manage.py", "worker")
    try:
        assert working.stdout is not None
        assert working.stdout.readline() == "Doing jobs  (Ctrl-C ends it)\n"
        deadline = time.monotonic() + 90
        while look(var, "SELECT count(*) FROM guestchat_message WHERE status = 'pending'"):
            assert time.monotonic() < deadline, "the next minute's job finishes what was left"
            time.sleep(0.2)
        assert look(var, "SELECT text FROM guestchat_message WHERE role = 'assistant'")
        assert look(var, f"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{worker.NAME}'") >= 1
        working.terminate()
        said, _ = working.communicate(timeout=20)
    finally:
        working.kill()
    assert working.returncode == 0
    assert "Traceback" not in said
    assert not (var / "postgres" / "postmaster.pid").exists(), "the last one out stops the embedded database"


def test_a_database_of_another_version_is_refused(tmp_path: Path) -> None:
    refused = start(tmp_path / "var", "manage.py", "worker")
    said, _ = refused.communicate(timeout=60)
    assert refused.returncode == 1
    assert said == "CommandError: The database is not of this version; run manage.py serve --prepare-only first.\n"
    assert not (tmp_path / "var" / "postgres" / "postmaster.pid").exists()


def test_a_database_that_is_not_there_is_refused_in_a_line(tmp_path: Path) -> None:
    address = "postgresql://nobody@127.0.0.1:1/guestchat"
    refused = start(tmp_path / "var", "manage.py", "worker", DATABASE_URL=address, SECRET_KEY=uuid.uuid4().hex * 2)
    said, _ = refused.communicate(timeout=60)
    assert refused.returncode == 1
    assert said.startswith("CommandError: DATABASE_URL names a database that cannot be used: ")
    assert said.count("\n") == 1
