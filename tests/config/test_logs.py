"""No words of a guest in any log: through each door, where all goes well and where everything breaks."""

import io
import logging
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import DatabaseError, IntegrityError, connection
from django.test import Client
from django.urls import reverse

from config.logs import EventFormatter
from guestchat import pipeline, turns
from menus import models
from tests.config.conftest import ROOT, environment
from tests.guestchat.guest.chatting import Guest, make_hotel, pass_of, scan

MARK = "Zyzzyva"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """All that the product's own log would say, from every logger and level."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(EventFormatter("{levelname} {name} {message}", style="{"))
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    # Django's SQL at this level is only written where DEBUG is on.
    yield text
    root.removeHandler(handler)
    root.setLevel(level)


def broken(*args: Any, **kwargs: Any) -> Any:
    raise RuntimeError(f"cannot cope with {MARK}")


def refused(*args: Any, **kwargs: Any) -> Any:
    raise IntegrityError(f"null value\nDETAIL:  Failing row contains (1, {MARK}).")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", [None, broken, refused])
def test_what_guests_say_through_the_form_is_in_no_log(
    written: io.StringIO, monkeypatch: pytest.MonkeyPatch, fault: Any
) -> None:
    browser = scan(make_hotel())
    browser.raise_request_exception = False
    sent = {"text": f"{MARK}, where can I park?", "id": str(uuid.uuid4())}
    if fault:
        monkeypatch.setattr(pipeline, "answer", fault)
    browser.post("/chat/messages/", sent)
    if fault:
        monkeypatch.setattr(turns, "begin", fault)
    answer = browser.post("/chat/messages/", {**sent, "id": str(uuid.uuid4())})
    assert answer.status_code == {None: 303, broken: 500, refused: 303}[fault]
    browser.post("/chat/messages/", {"text": MARK, "id": MARK})
    browser.post("/chat/messages/", MARK, content_type="application/json")
    browser.get(f"/chat/messages/?after={MARK}")
    told = written.getvalue()
    assert (fault is None) or "RuntimeError" in told or "IntegrityError" in told
    assert MARK not in told


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", [None, broken, refused])
def test_what_guests_say_through_the_socket_is_in_no_log(
    written: io.StringIO, monkeypatch: pytest.MonkeyPatch, fault: Any
) -> None:
    browser = scan(make_hotel())
    if fault:
        monkeypatch.setattr(pipeline, "answer", fault)

    async def talk() -> None:
        guest = Guest(pass_of(browser))
        await guest.come()
        await guest.ask(f"{MARK}, where can I park?")
        await guest.hear_until("answer.finished" if fault is not refused else "error")
        await guest.say(type="ask", text=MARK, id=MARK)
        await guest.hear()
        await guest.say(type=MARK)
        await guest.hear()
        if fault:
            monkeypatch.setattr(turns, "begin", fault)
            await guest.ask(MARK)
            await guest.hear()
        await guest.leave()

    async_to_sync(talk)()
    told = written.getvalue()
    assert (fault is None) or "RuntimeError" in told or "IntegrityError" in told
    assert MARK not in told


@pytest.mark.django_db
def test_what_the_staff_writes_is_in_no_log(
    written: io.StringIO, monkeypatch: pytest.MonkeyPatch, admin_client: Client
) -> None:
    hotel = models.Hotel.objects.create(slug="ours", name="Ours", languages=["en"])
    admin_client.raise_request_exception = False
    article = {"hotel": hotel.pk, "question__en": MARK, "answer__en": f"{MARK} {MARK}", "key": "k", "position": 0}
    assert admin_client.post(reverse("admin:menus_article_add"), article).status_code == 302
    monkeypatch.setattr(models.Article, "save", broken)
    answer = admin_client.post(reverse("admin:menus_article_add"), {**article, "key": "l"})
    assert answer.status_code == 500
    assert "RuntimeError" in written.getvalue()
    assert MARK not in written.getvalue()


@pytest.mark.django_db
def test_an_exception_is_told_by_its_kind_and_place(written: io.StringIO) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::int", [MARK])
    except DatabaseError as error:
        logging.getLogger("x").error("refused: %s", error, exc_info=error)
    told = written.getvalue()
    assert "refused: django.db.utils.DataError" in told
    assert "psycopg.errors.InvalidTextRepresentation" in told
    assert "test_logs.py" in told
    assert MARK not in told


BREAK = f"""
import django; django.setup()
from django.db import connection, DatabaseError
for statement, values in (
    ("SELECT %s::int", ["{MARK}"]),
    ("SELECT 1/0 WHERE 'x' <> %s", ["{MARK}"]),
    ("CREATE TEMP TABLE once (word text UNIQUE, n int NOT NULL)", []),
    ("INSERT INTO once VALUES (%s, 1)", ["{MARK}"]),
    ("INSERT INTO once VALUES (%s, 1)", ["{MARK}"]),
    ("INSERT INTO once VALUES (%s, NULL)", ["{MARK}"]),
):
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
    except DatabaseError as error:
        print(type(error).__name__)
"""


def test_the_embedded_databases_own_log_quotes_no_statement(var: Path) -> None:
    """What PostgreSQL writes of statements that fail: neither the statement, nor its values, nor the row."""
    ran = subprocess.run(
        [sys.executable, "-c", BREAK],
        cwd=ROOT,
        env=environment(var, DJANGO_SETTINGS_MODULE="config.settings"),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.stdout.split() == ["DataError", "DataError", "IntegrityError", "IntegrityError"], ran.stderr
    log = (var / "postgres" / "log").read_text()
    assert "database system is ready" in log
    assert MARK not in log
