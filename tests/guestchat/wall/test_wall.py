"""The wall between hotels: every table has it, and what is bound to one hotel meets nothing of another."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, connections, models, transaction

from config.postgres.base import DatabaseWrapper
from guestchat import keyholes, wall
from guestchat.models import Message, Rating
from menus import tenancy
from menus.models import Hotel, Membership, OpeningHours, Place, User, Venue
from tests.guestchat.wall.planting import person, plant

Planted = dict[str, dict[type[models.Model], models.Model]]
WALLED = {each.table: each for each in wall.walled()}
MODELS = [each for each in apps.get_models() if each._meta.db_table in WALLED]
# Tables of ours that hold no hotel's rows, each with the reason.
OF_NO_HOTEL = {User: "a person can work for several hotels"}


@pytest.fixture
def planted(db: None) -> Planted:
    return {slug: plant(slug) for slug in ("alpha", "omega")}


@pytest.fixture
def _serving() -> Iterator[None]:
    """Be a server: what is not bound is bound to nobody."""
    tenancy.begin_with(tenancy.NOBODY)
    yield
    tenancy.begin_with(tenancy.OWNER)


def hotel_of(planted: Planted, slug: str = "alpha") -> int:
    return int(planted[slug][Hotel].pk)


# --- every table ----------------------------------------------------------------
def test_every_model_with_a_hotel_has_a_wall() -> None:
    ours = {each for each in apps.get_models() if each._meta.app_label in {"menus", "guestchat"}}
    assert {each for each in ours if each._meta.db_table not in WALLED} == set(OF_NO_HOTEL)
    reaching = {each for each in apps.get_models() if any(f.related_model is Hotel for f in each._meta.concrete_fields)}
    assert {each._meta.db_table for each in reaching} <= set(WALLED)
    assert Rating._meta.db_table in WALLED  # by way of its message


@pytest.mark.django_db
@pytest.mark.parametrize("table", WALLED)
def test_a_table_has_row_level_security_forced_and_its_policy(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relrowsecurity, relforcerowsecurity, (SELECT count(*) FROM pg_policy WHERE polrelid = pg_class.oid)"
            " FROM pg_class WHERE oid = %s::regclass",
            [table],
        )
        assert cursor.fetchone() == (True, True, 1)


@pytest.mark.django_db
def test_the_serving_role_owns_nothing_and_passes_by_nothing() -> None:
    with tenancy.at(), connection.cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper, rolbypassrls, rolcanlogin FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (tenancy.SERVING_ROLE, False, False, False)
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
def test_the_wall_stands_and_tells_of_a_gap() -> None:
    assert wall.gaps() == []
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE menus_article NO FORCE ROW LEVEL SECURITY")
        cursor.execute("DROP POLICY own_hotel ON menus_place")
        cursor.execute("DROP FUNCTION guestchat_place_of_code(text)")
    assert set(wall.gaps()) == {"The table menus_article is open.", "The table menus_place is open."}
    assert wall.raise_wall() is True
    assert wall.gaps() == []
    assert wall.raise_wall() is False
    assert keyholes.place_of_code("nothing") is None


# --- bound to nobody --------------------------------------------------------------
@pytest.mark.parametrize("model", MODELS, ids=lambda each: each.__name__)
def test_unbound_code_sees_and_changes_nothing(planted: Planted, model: type[models.Model]) -> None:
    assert model._default_manager.count() >= 2
    with tenancy.at():
        assert not model._default_manager.exists()
        assert model._default_manager.all()._raw_delete(using="default") == 0  # type: ignore[attr-defined]
        assert model._default_manager.update(**same(model)) == 0
    assert model._default_manager.count() >= 2


@pytest.mark.usefixtures("_serving")
@pytest.mark.django_db(transaction=True)
def test_a_servers_code_sees_nothing_without_a_binding() -> None:
    with tenancy.as_owner():
        planted = plant("alpha")
    for model in MODELS:
        assert not model._default_manager.exists(), model
    connection.ensure_connection()
    with connection.connection.cursor() as raw:  # beside Django and beside the engine
        assert raw.execute("SELECT count(*) FROM menus_hotel").fetchone() == (0,)
    with tenancy.at(planted[Hotel].pk):
        for model in MODELS:
            assert model._default_manager.exists(), model


def same(model: type[models.Model]) -> dict[str, Any]:
    """Return a column of a model set to itself."""
    field = next(each for each in model._meta.concrete_fields if not each.primary_key and not each.generated)
    return {field.name: models.F(field.name)}


# --- bound to one -------------------------------------------------------------------
@pytest.mark.parametrize("model", MODELS, ids=lambda each: each.__name__)
def test_whoever_is_bound_to_one_hotel_meets_nothing_of_another(planted: Planted, model: type[models.Model]) -> None:
    own, foreign = planted["alpha"][model], planted["omega"][model]
    rows = model._default_manager
    with tenancy.at(hotel_of(planted)):
        assert own.pk in {each.pk for each in rows.all()}
        assert not rows.filter(pk=foreign.pk).exists()
        assert rows.filter(pk=foreign.pk).update(**same(model)) == 0
        assert rows.filter(pk=foreign.pk)._raw_delete(using="default") == 0  # type: ignore[attr-defined]
        again = model(**{each.attname: getattr(foreign, each.attname) for each in columns(model)})
        again.pk = uuid.uuid4() if isinstance(model._meta.pk, models.UUIDField) else None
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            again.save_base(raw=True, force_insert=True)
    assert rows.filter(pk=foreign.pk).exists()


def columns(model: type[models.Model]) -> list[Any]:
    return [each for each in model._meta.concrete_fields if not each.generated]


def test_no_row_moves_to_another_hotel_or_hangs_below_anothers(planted: Planted) -> None:
    omega = planted["omega"]
    moves: list[tuple[type[models.Model], dict[str, Any]]] = [
        (Venue, {"hotel": omega[Hotel]}),
        (OpeningHours, {"venue": omega[Venue]}),
        (Place, {"venue": omega[Venue]}),
        (Membership, {"hotel": omega[Hotel]}),
        (Rating, {"message": omega[Message]}),
    ]
    for model, change in moves:
        with (
            tenancy.at(hotel_of(planted)),
            pytest.raises(ProgrammingError, match="row-level security"),
            transaction.atomic(),
        ):
            model._default_manager.update(**change)


def test_hotels_together_and_all_of_them(planted: Planted) -> None:
    both = [hotel_of(planted, slug) for slug in planted]
    with tenancy.at(*both):
        assert Venue.objects.count() == 2
    with tenancy.everywhere():
        assert Hotel.objects.filter(pk__in=both).count() == 2
        with (
            pytest.raises(ProgrammingError, match="must be owner"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("ALTER TABLE menus_hotel DISABLE ROW LEVEL SECURITY")


# --- within a transaction -------------------------------------------------------------
def test_a_binding_within_a_transaction_ends_with_its_block(planted: Planted) -> None:
    everybodys = Venue.objects.count()
    with tenancy.at(hotel_of(planted)):
        assert Venue.objects.count() == 1
        with tenancy.at(hotel_of(planted, "omega")):
            assert Venue.objects.get().pk == planted["omega"][Venue].pk
        assert Venue.objects.get().pk == planted["alpha"][Venue].pk
    assert Venue.objects.count() == everybodys


def test_a_failed_statement_leaves_the_binding_as_it_was(planted: Planted) -> None:
    with tenancy.at(hotel_of(planted)):
        with (
            pytest.raises(ProgrammingError),
            transaction.atomic(),
            tenancy.at(hotel_of(planted, "omega")),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT nonsense")
        assert Venue.objects.get().pk == planted["alpha"][Venue].pk


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_goes_round_the_pool_remembers_no_hotel() -> None:
    hotels = [plant(slug)[Hotel].pk for slug in ("alpha", "omega")]
    seen = set()
    for number in range(20):
        connection.close()
        with tenancy.at(hotels[number % 2]):
            assert [each.pk for each in Hotel.objects.all()] == [hotels[number % 2]]
            with transaction.atomic():
                assert [each.pk for each in Hotel.objects.all()] == [hotels[number % 2]]
        seen.add(connection.connection.info.backend_pid)
        left = f"SELECT current_user, coalesce(current_setting('{tenancy.SETTING}', true), '')"
        assert connection.connection.execute(left).fetchone() == (tenancy.SERVING_ROLE, "")
        with tenancy.at():
            assert not Hotel.objects.exists()
    assert len(seen) < 20  # connections did go round


# --- the keyholes -----------------------------------------------------------------------
def test_a_keyhole_tells_the_hotel_of_one_exact_secret(planted: Planted) -> None:
    place, message = planted["alpha"][Place], planted["alpha"][Message]
    assert isinstance(place, Place)
    assert isinstance(message, Message)
    boss = person("boss")
    Membership.objects.create(user=boss, hotel_id=hotel_of(planted), role="owner")
    with tenancy.at():
        assert keyholes.place_of_code(place.code) == (hotel_of(planted), place.pk)
        assert keyholes.hotel_of_receipt(str(message.receipt)) == hotel_of(planted)
        assert keyholes.hotels_of_person(boss.pk) == [hotel_of(planted)]
        for wrong in ("", "%", place.code.lower(), place.code[:-1], f"{place.code}'"):
            assert keyholes.place_of_code(wrong) is None
            assert keyholes.hotel_of_receipt(wrong) is None
        assert not Place.objects.exists()  # it was open for the look, and no longer


def test_the_code_of_a_place_that_was_revoked_tells_nothing(planted: Planted) -> None:
    place = planted["alpha"][Place]
    assert isinstance(place, Place)
    Place.objects.update(revoked_at="2026-11-24T12:00Z")
    assert keyholes.place_of_code(place.code) is None


# --- whoever serves ------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("rights", "role"),
    [("", None), ("CREATEROLE", True), ("BYPASSRLS", wall.WallError), ("BYPASSRLS CREATEROLE", True)],
)
@pytest.mark.django_db
def test_a_login_takes_a_role_of_its_own_does_without_or_is_refused(
    monkeypatch: pytest.MonkeyPatch, rights: str, role: Any
) -> None:
    monkeypatch.setattr(wall, "ROLE", "guestchat_another")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE some_login LOGIN {rights}")
        cursor.execute("SET LOCAL SESSION AUTHORIZATION some_login")
        if role is wall.WallError:
            with pytest.raises(wall.WallError, match="passes by row-level security"):
                wall._role(cursor)
        else:
            assert wall._role(cursor) is bool(role)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_serving_role_that_passes_by_the_wall_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wall, "ROLE", "guestchat_another")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE ROLE guestchat_another BYPASSRLS")
        with pytest.raises(wall.WallError, match="NOBYPASSRLS"):
            wall._role(cursor)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_an_operator_is_told_where_the_role_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert wall.serves_as_a_role_of_its_own(["default"]) == []
    connection.ensure_connection()
    monkeypatch.setattr(DatabaseWrapper, "has_serving_role", False)
    monkeypatch.delattr(type(connections["default"]), "has_serving_role", raising=False)
    (told,) = wall.serves_as_a_role_of_its_own(["default"])
    assert told.id == "guestchat.W010"
    assert wall.serves_as_a_role_of_its_own(None) == []
