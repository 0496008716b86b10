import pytest

from guestchat.understanding.language import detect


def test_a_compound_of_an_allergen_tells_the_language_where_all_else_is_a_dishs_name() -> None:
    names = {("gebratener", "pak"), ("pak", "choi")}
    assert detect("gebratener pak choi: selleriefrei?", "en", ["en", "de"], {}, names) == "de"
    assert detect("PAK CHOI: ERDNUSSFREI", "en", ["en", "de"], {}, names) == "de"


OFFERED = ["en", "de", "es", "fr"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Aufzug?", "de"),
        ("wlan passwort?", "de"),
        ("Babybettkosten", "de"),
        ("Fr\u00fchst\u00fcckszeiten", "de"),
        ("checkout zeit", "de"),
        ("perros", "es"),
        ("ba\u00f1era", "es"),
        ("ascensor", "es"),
        ("bagagerie", "fr"),
    ],
)
def test_a_short_question_is_in_the_one_language_whose_glossary_knows_it_all(text: str, language: str) -> None:
    assert detect(text, "en", OFFERED, {}) == language


@pytest.mark.parametrize(
    "text",
    [
        *("towels", "hairdryer?", "late checkout", "kettle", "cutlery", "duvet", "tin opener", "crazy golf", "hob"),
        *("Kurtaxe please, how much", "wifi?", "menu", "sauna", "cava", "the Aufzug is stuck again", "Dovetail"),
    ],
)
def test_an_english_one_stays_english_though_another_language_knows_a_word_of_it(text: str) -> None:
    assert detect(text, "en", OFFERED, {}) == "en"


def test_the_languages_of_a_talk_are_kept_where_two_glossaries_know_a_word() -> None:
    assert detect("gratuit ?", "de", OFFERED, {}) == detect("wifi", "de", OFFERED, {}) == "de"
