"""Statements that are prepared: in one piece, all or nothing, and whatever else happens on their connection."""

from collections.abc import Iterator

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from guestchat import prepared
from menus import tenancy

pytestmark = pytest.mark.django_db(transaction=True)

_ADD = "SELECT %(one)s::int8 + %(other)s::int8"
_KEEP = "INSERT INTO kept (number) VALUES (%(number)s) RETURNING number"


@pytest.fixture(autouse=True)
def kept() -> Iterator[None]:
    """A table of this test's own."""
    with tenancy.as_owner(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept (number int PRIMARY KEY)")
        cursor.execute("GRANT ALL ON kept TO PUBLIC")
    yield
    with tenancy.as_owner(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE kept")


def known() -> int:
    """Return how many statements PostgreSQL keeps for this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        return int(cursor.fetchone()[0])


def test_a_rollback_takes_nothing_away_that_was_prepared() -> None:
    assert prepared.run(_ADD, {"one": 1, "other": 2}) == [(3,)]
    with transaction.atomic():
        assert prepared.run(_ADD, {"one": 2, "other": 2}) == [(4,)]
        transaction.set_rollback(True)
    assert prepared.run(_ADD, {"one": 3, "other": 2}) == [(5,)]


def test_whole_numbers_of_all_sizes_are_one_statement() -> None:
    prepared.run(_ADD, {"one": 1, "other": 2})
    before = known()
    for number in (0, -1, 40_000, 3_000_000_000, 2**62):
        assert prepared.run(_ADD, {"one": number, "other": 1}) == [(number + 1,)]
    assert known() == before


def test_statements_see_what_the_earlier_have_done_and_all_hold() -> None:
    sent = prepared.Sent([(_KEEP, {"number": 7}), ("SELECT number FROM kept", {})])
    assert sent.rows() == [[(7,)], [(7,)]]
    assert sent.rows() == [[(7,)], [(7,)]], "asked again, it asks nobody"
    assert prepared.run("SELECT number FROM kept", {}) == [(7,)]


def test_one_that_fails_leaves_nothing_and_the_next_works() -> None:
    prepared.run(_KEEP, {"number": 7})
    with pytest.raises(IntegrityError):
        prepared.Sent([(_KEEP, {"number": 8}), (_KEEP, {"number": 7})]).rows()
    assert prepared.run("SELECT number FROM kept", {}) == [(7,)]
    with pytest.raises(DatabaseError):
        prepared.run("SELECT nonsense FROM nowhere WHERE %(x)s", {"x": True})
    assert prepared.run(_KEEP, {"number": 9}) == [(9,)]


def test_one_that_cannot_be_written_leaves_a_connection_that_works() -> None:
    with pytest.raises(KeyError):
        prepared.run(_KEEP, {})
    assert prepared.run(_KEEP, {"number": 9}) == [(9,)]


def test_more_than_fits_into_the_systems_buffers_is_sent_and_read() -> None:
    long = "x" * 30_000_000
    assert prepared.run("SELECT length(%(long)s::text), %(long)s::text", {"long": long}) == [(len(long), long)]


def test_a_server_that_has_gone_is_an_error_and_the_next_call_gets_another() -> None:
    prepared.run(_ADD, {"one": 1, "other": 2})
    with pytest.raises(DatabaseError):
        prepared.run("SELECT pg_terminate_backend(pg_backend_pid())", {})
    assert prepared.run(_ADD, {"one": 1, "other": 2}) == [(3,)]
