from guestchat.understanding.binding import bound


def test_what_stands_after_a_preposition_is_bound() -> None:
    tokens = ["parking", "for", "the", "coaches"]
    assert [tokens[place] for place in bound(tokens)] == ["the", "coaches"]
    tokens = ["wlan", "am", "pier"]
    assert [tokens[place] for place in bound(tokens)] == ["pier"]
    assert list(bound(["dog", "allowed"])) == []


def test_a_to_before_a_verb_binds_nothing() -> None:
    assert list(bound(["how", "much", "to", "squeeze"])) == []
    assert list(bound(["taxi", "to", "ambley"])) == [2]
