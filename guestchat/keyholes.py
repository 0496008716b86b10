"""Owns the keyholes in the wall between hotels: one exact secret tells which hotel it is of, and nothing else.

Each is a function of the database that runs as the owner of the tables and looks up one value. A guest holds a code or
a receipt, a member of the staff has logged in; from there on they are bound to what was told here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from menus import tenancy


@dataclass(frozen=True, kw_only=True, slots=True)
class Keyhole:
    """A function of the database: what it takes, what it returns and the one statement that it runs."""

    name: str
    takes: str
    returns: str
    statement: str
    tables: tuple[str, ...]

    @property
    def signature(self) -> str:
        """How PostgreSQL names it."""
        return f"{self.name}({self.takes})"

    def definition(self, schema: str) -> str:
        """Return the statements that make it; `wanted` is what it takes."""
        # The path is its own: who calls it must not choose which tables it reads. Its owner is bound like everybody,
        # and only an administrator may give a function a setting such as ours, so it binds itself, and back.
        return f"""
            CREATE FUNCTION {self.name}(wanted {self.takes}) RETURNS TABLE ({self.returns})
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, "{schema}", pg_temp
            AS $$
            DECLARE bound text := coalesce(current_setting('{tenancy.SETTING}', true), '');
            BEGIN
                PERFORM set_config('{tenancy.SETTING}', '{tenancy.ALL}', true);
                RETURN QUERY {self.statement};
                PERFORM set_config('{tenancy.SETTING}', bound, true);
            END $$
        """

    def look(self, wanted: Any) -> list[tuple[Any, ...]]:
        """Return what it tells of a value; one query."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {self.name}(%s)", [wanted])
            found: Sequence[tuple[Any, ...]] = cursor.fetchall()
        return list(found)


_PLACE_OF_CODE = Keyhole(
    name="guestchat_place_of_code",
    takes="text",
    returns="hotel bigint, place bigint",
    statement="SELECT hotel_id, id FROM menus_place WHERE code = wanted AND revoked_at IS NULL",
    tables=("menus_place",),
)
_HOTEL_OF_RECEIPT = Keyhole(
    name="guestchat_hotel_of_receipt",
    takes="text",
    returns="hotel bigint",
    statement="SELECT hotel_id FROM guestchat_message WHERE receipt = wanted",
    tables=("guestchat_message",),
)
_HOTELS_OF_PERSON = Keyhole(
    name="guestchat_hotels_of_person",
    takes="bigint",
    returns="hotel bigint",
    statement="SELECT hotel_id FROM menus_membership WHERE user_id = wanted ORDER BY hotel_id",
    tables=("menus_membership",),
)
KEYHOLES = (_PLACE_OF_CODE, _HOTEL_OF_RECEIPT, _HOTELS_OF_PERSON)


def place_of_code(code: str) -> tuple[int, int] | None:
    """Return the hotel and the place of a code that counts, as primary keys."""
    found = _PLACE_OF_CODE.look(code)
    return (found[0][0], found[0][1]) if found else None


def hotel_of_receipt(code: str) -> int | None:
    """Return the hotel whose answer has this receipt."""
    found = _HOTEL_OF_RECEIPT.look(code)
    return int(found[0][0]) if found else None


def hotels_of_person(user_id: int) -> list[int]:
    """Return the hotels that a member of the staff works for."""
    return [row[0] for row in _HOTELS_OF_PERSON.look(user_id)]
