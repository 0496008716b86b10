"""Owns a small hotel's content for tests of dish tables."""

import json

import pytest

from menus import hotel_file
from menus.content import Content
from tests.menus.conftest import Json


@pytest.fixture
def content(document: Json) -> Content:
    return hotel_file.read(json.dumps(document))
