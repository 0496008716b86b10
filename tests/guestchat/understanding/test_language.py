from guestchat.understanding.language import detect


def test_a_compound_of_an_allergen_tells_the_language_where_all_else_is_a_dishs_name() -> None:
    names = {("gebratener", "pak"), ("pak", "choi")}
    assert detect("gebratener pak choi: selleriefrei?", "en", ["en", "de"], {}, names) == "de"
    assert detect("PAK CHOI: ERDNUSSFREI", "en", ["en", "de"], {}, names) == "de"
