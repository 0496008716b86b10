"""The text operations that questions and passages share."""

from guestchat.words import words


def test_what_french_glues_to_a_word_is_taken_off() -> None:
    assert words("L’eau qu'il boit, d'accord ?") == ["eau", "il", "boit", "accord"]
    assert words("s'il y a le feu") == ["s'il", "y", "a", "le", "feu"]  # "il y a le feu" is another matter
    assert words("I don't, it's o'clock") == ["i", "don't", "it's", "o'clock"]
