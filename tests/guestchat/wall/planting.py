"""Owns hotels for tests of the wall: a row in every table that holds a hotel's rows, a mark in every text of it.

Tables are found from the models; a new one gets its row by itself, or tells here what its constraints ask for.
"""

import datetime as dt
import json
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from guestchat import wall
from guestchat.models import Conversation, Message, Rating, ServiceRequest
from menus.models import (
    Article,
    Hotel,
    ItemAllergen,
    MenuItem,
    OpeningHours,
    OptionAllergen,
    Place,
    ServingTime,
    User,
    Venue,
)

MARKS = {"alpha": "Ankerplatz", "omega": "Olivenhain"}
ALWAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
# What a table's constraints or the tests ask for beyond a mark in each text.
ASKED_FOR: dict[type[models.Model], dict[str, Any]] = {
    Hotel: {
        "timezone": "Europe/Berlin",
        "currency": "EUR",
        "default_language": "en",
        "languages": ["en"],
        "color": "#1f5145",
    },
    OpeningHours: {"days": ALWAYS, "opens": dt.time(8), "closes": dt.time(18)},
    ServingTime: {"days": ALWAYS, "starts": dt.time(8), "ends": dt.time(18)},
    Venue: {"kind": "cafe"},
    MenuItem: {"diets": ["vegan"], "spiciness": 1},
    ItemAllergen: {"code": "milk", "status": "contains"},
    OptionAllergen: {"code": "fish", "status": "contains"},
    Article: {"valid_from": None, "valid_until": None, "review_by": None, "also_asked": []},
    Place: {"kind": "room", "revoked_at": None},
    Conversation: {"taken_by": None},
    Message: {
        "role": "assistant",
        "seq": 2,
        "reply_to": 1,
        "client_id": None,
        "sources": [],
        "items": [],
        "claims": [],
    },
    ServiceRequest: {"seq": 2, "status": "proposed"},
    Rating: {"value": 1},
}


def plant(slug: str) -> dict[type[models.Model], models.Model]:
    """Make a hotel with one row in each table, and return the rows."""
    planted: dict[type[models.Model], models.Model] = {}
    tables = {each.table for each in wall.walled()}
    waiting = [each for each in apps.get_models() if each._meta.db_table in tables]
    while waiting:
        for model in waiting:
            above = [field.related_model for field in _keys(model) if field.related_model in apps.get_models()]
            if all(each in planted or each not in waiting for each in above):
                planted[model] = _plant(model, slug, planted)
        left = [each for each in waiting if each not in planted]
        assert len(left) < len(waiting), left
        waiting = left
    return planted


def _keys(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]


def _plant(model: type[models.Model], slug: str, planted: dict[type[models.Model], models.Model]) -> models.Model:
    values: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if field.name in ASKED_FOR.get(model, {}) or isinstance(field, models.GeneratedField | models.AutoField):
            continue
        if isinstance(field, models.ForeignKey):
            other = field.related_model
            values[field.name] = planted.get(other) or (person(f"{slug}-planted", slug) if other is User else None)
        else:
            values[field.name] = _value(field, slug)
    values = {name: value for name, value in values.items() if value is not _DEFAULT}
    row = model._default_manager.create(**{**values, **ASKED_FOR.get(model, {})})
    row.refresh_from_db()
    return row


_DEFAULT: Any = object()


def _value(field: Any, slug: str) -> Any:
    """Return what a field holds: a text with the hotel's mark wherever a text may stand."""
    mark = MARKS[slug]
    if field.choices:
        return field.choices[0][0]
    if field.name in {"key", "slug", "source_key"}:
        return slug if field.name == "slug" else mark.lower()
    if field.name == "code" or field.name == "receipt":
        return f"{mark}-{field.model.__name__}"[: field.max_length]
    if field.name == "language":
        return "en"
    if isinstance(field, models.CharField | models.TextField):
        return f"{mark} {field.name}"[: field.max_length]
    if type(field).__name__ == "TextField":  # of the hotel: texts by language
        return {"en": f"{mark} {field.name}"}
    if isinstance(field, ArrayField):
        return [f"{mark} {field.name}"]
    if type(field).__name__ == "HalfVectorField":
        return [0.05] * field.dimensions
    return _DEFAULT if field.has_default() or field.null or getattr(field, "auto_now_add", False) else _least(field)


def _least(field: Any) -> Any:
    if isinstance(field, models.DateTimeField):
        return dt.datetime(2026, 11, 24, tzinfo=dt.UTC) if not field.auto_now else _DEFAULT
    if isinstance(field, models.BooleanField):
        return False
    return 1


def person(name: str, slug: str = "", **more: Any) -> User:
    """Return the member of the staff of this name, made where there is none; the last name carries the hotel's mark."""
    found = User.objects.filter(username=name).first()
    return found or User.objects.create_user(name, is_staff=True, last_name=MARKS.get(slug, ""), **more)


def everything_of(hotel_id: int) -> dict[str, list[str]]:
    """Return all rows of a hotel, table by table, as PostgreSQL writes them."""
    found = {}
    with connection.cursor() as cursor:
        for each in wall.walled():
            if each.hotel_column is not None:
                cursor.execute(
                    f"SELECT to_jsonb(t)::text FROM {each.table} AS t WHERE {each.hotel_column} = %s ORDER BY 1",
                    [hotel_id],
                )
                found[each.table] = [json.dumps(row[0]) for row in cursor.fetchall()]
    return found
