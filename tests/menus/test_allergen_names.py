"""Every allergen has a name in every language that the pages have words in."""

import pytest

from menus import menu_words
from menus.allergen_names import languages, name
from menus.allergens import CODES


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_every_code_has_its_own_name(language: str) -> None:
    names = [name(code, language) for code in CODES]
    assert len(set(names)) == len(CODES) == 28
    assert all(names)


def test_names_and_words_come_in_the_same_languages() -> None:
    assert set(languages()) == set(menu_words.languages()) == {"en", "de", "fr", "es"}


def test_some_names() -> None:
    assert name("milk", "de") == "Milch"
    assert name("nuts.brazil", "fr") == "noix du Brésil"
    assert name("molluscs", "es") == "moluscos"


def test_another_language_falls_back_to_its_base_and_then_to_english() -> None:
    assert name("milk", "de-AT") == "Milch"
    assert name("milk", "pl") == "milk"


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(KeyError):
        name("strawberry", "en")
