"""`manage.py demo` and `sync_passages`: both change nothing where all is as it should be."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from guestchat.catalogue import Catalogue
from menus.models import MenuItem, Place


def said(*arguments: str) -> str:
    written = io.StringIO()
    call_command(*arguments, stdout=written, stderr=written)
    return written.getvalue()


def test_the_demo_is_restored_and_its_codes_stay(lindenhof: Catalogue) -> None:
    codes = dict(Place.objects.values_list("key", "code"))
    MenuItem.objects.filter(key="cappuccino").delete()
    assert "1 created" in said("demo")
    assert MenuItem.objects.filter(key="cappuccino").exists()
    assert dict(Place.objects.values_list("key", "code")) == codes
    again = said("demo")
    assert "total    0 created, 0 updated, 0 removed" in again
    assert "0 passages embedded" in again


def test_passages_are_made_again_where_they_are_missing(lindenhof: Catalogue) -> None:
    assert said("sync_passages") == "lindenhof: 0 passages embedded\n"
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM guestchat_passage WHERE id IN (SELECT id FROM guestchat_passage LIMIT 3)")
    assert said("sync_passages", "lindenhof") == "lindenhof: 3 passages embedded\n"


def test_a_hotel_that_is_none(db: None) -> None:
    with pytest.raises(CommandError, match=r"There is no hotel 'nowhere'\."):
        said("sync_passages", "nowhere")
