"""What somebody cannot have and no kitchen declares is heard in each language, and only where somebody says it."""

import pytest

from guestchat.understanding.allergies import find
from guestchat.understanding.unlisted import Told, told
from guestchat.understanding.vocabulary import vocabulary
from guestchat.words import words

STATEMENTS = """
    en|coconut|coconut allergy
    en|mushrooms|I am allergic to mushrooms
    en|cinnamon|my son can't have cinnamon
    en|kiwi|she's allergic to nuts and kiwi
    en|strawberries|strawberries make me ill
    en|garlic|onion and garlic intolerance
    en|fructose|we are intolerant to fructose
    en|pine nuts|allergic to pine nuts
    en|kiwi|my wife cannot eat kiwi
    en|tomatoes|he gets hives from tomatoes
    de|kiwi|ich habe eine Kiwiallergie
    de|fruktose|Fruktoseintoleranz
    de|histamin|wir haben eine Histaminunverträglichkeit
    de|zwiebeln|ich vertrage keine Zwiebeln
    de|knoblauch|mein Mann verträgt Knoblauch leider nicht
    de|birnen|allergisch auf Äpfel und Birnen
    fr|noix de coco|je suis allergique à la noix de coco
    fr|ail|je ne supporte pas l'ail
    fr|fraises|les fraises me donnent des boutons
    fr|champignons|ma fille est allergique aux champignons
    es|fresa|soy alérgica al melocotón y a la fresa
    es|fructosa|la fructosa me sienta mal
    es|cerdo|no puedo comer cerdo
    es|ajo|intolerancia al ajo
"""
NONE = """
    en|not allergic to kiwi
    en|allergic to feathers
    en|allergy info for the strawberry cake
    en|strawberries are my favourite
    en|I'm allergic to nuts
    en|two mushroom risottos
    de|ich bin nicht allergisch auf Kiwi
    de|Hausstauballergie
    de|wir hätten gern Erdbeeren
    fr|je suis allergique aux chats
    es|una ensalada de tomate
"""


def read(language: str, text: str, told_until: int | None = None) -> Told:
    tokens = words(text)
    spans = find(tokens, vocabulary(language)).spans
    declared = {place for start, end, codes, _stance in spans if codes != "-" for place in range(start, end)}
    return told(tokens, (), declared, len(tokens) if told_until is None else told_until)


@pytest.mark.parametrize("line", [line.strip() for line in STATEMENTS.strip().splitlines()])
def test_a_thing_that_no_kitchen_declares_is_heard(line: str) -> None:
    language, thing, text = line.split("|")
    assert thing in read(language, text).words


@pytest.mark.parametrize("line", [line.strip() for line in NONE.strip().splitlines()])
def test_what_nobody_is_said_to_suffer_from_is_not(line: str) -> None:
    language, text = line.split("|")
    assert read(language, text) == Told()


def test_behind_a_comma_a_question_tells_only_what_it_calls_an_allergy() -> None:
    assert read("en", "my son can't have cinnamon carrot cake", told_until=5).words == ("cinnamon",)
    assert read("en", "can you eat the mushrooms raw", told_until=0).words == ()
    assert read("en", "desserts for a strawberry allergy", told_until=0).words == ("strawberry",)


@pytest.mark.parametrize("text", ["something without garlic", "etwas ohne Knoblauch", "un plat sans ail", "sin ajo"])
def test_what_is_left_out_once_is_no_allergy(text: str) -> None:
    found = read("en", text)
    assert found.words == ()
    assert len(found.without) == 1


def test_alcohol_is_left_to_the_drinks() -> None:
    assert read("en", "drinks without alcohol") == Told()
