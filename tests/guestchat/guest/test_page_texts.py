"""The page's words: every language says everything."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from guestchat.guest.page_texts import LANGUAGES, page_texts


def keys(texts: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for key, value in texts.items():
        if isinstance(value, Mapping):
            yield from keys(value, f"{above}{key}.")
        else:
            assert value.strip()
            yield f"{above}{key}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_keys(language: str) -> None:
    assert list(keys(page_texts(language))) == list(keys(page_texts("en")))
