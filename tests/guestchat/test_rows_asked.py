"""Every venue is found by its name, whatever its words mean otherwise: its hours, its place and its number."""

import pytest

from guestchat import turns
from guestchat.answering.answer import Answer
from guestchat.catalogue import Catalogue
from guestchat.understanding.query import Context
from menus.content import Venue
from tests.conftest import TUESDAY_NOON, Ask
from tests.guestchat.conftest import HOTELS, House

QUESTIONS = {
    "en": ("where is the {}", "whats the number of the {}", "what time does the {} close"),
    "de": ("wo ist {}", "telefonnummer von {}"),
    "fr": ("où est {}", "numéro de téléphone de {}"),
    "es": ("dónde está {}", "teléfono de {}"),
}


def asked(house: Catalogue, text: str, language: str) -> Answer:
    return turns.answer(
        house, text, context=Context(), language=language, at=TUESDAY_NOON, place=None, detect_language=False
    )


def called(venue: Venue, language: str, by_default: str) -> str:
    name = venue.name.get(language) or venue.name.get(by_default) or next(iter(venue.name.values()))
    return name.split(",")[0]


@pytest.mark.parametrize("name", sorted(path.stem for path in HOTELS.glob("*.json")))
def test_a_venue_is_found_by_its_name(house: House, name: str) -> None:
    known = house(name)
    hotel = known.content
    lost = []
    for venue in hotel.venues:
        for language, questions in QUESTIONS.items():
            for question in questions:
                text = question.format(called(venue, language, hotel.default_language))
                answer = asked(known, text, language)
                # Reception is reached at the hotel's number.
                of_reception = venue.kind == "reception" and hotel.slug in {source.key for source in answer.sources}
                if not of_reception and venue.key not in {source.key for source in answer.sources}:
                    lost.append((text, answer.text))
    assert lost == []


def test_a_venues_name_is_about_no_tea_and_no_boiler(house: House) -> None:
    harbour = house("harbour")
    assert "Basement" in asked(harbour, "wo ist The Boiler Room", "de").text
    assert asked(harbour, "où est The Net Loft", "fr").sources[0].key == "net-loft"


def test_a_venue_without_a_number_is_reached_through_the_hotel(house: House) -> None:
    azahar = house("azahar")
    answer = asked(azahar, "teléfono de El Palomar", "es")
    assert azahar.content.phone in answer.text
    assert [(source.type, source.key) for source in answer.sources] == [("venue", "palomar"), ("hotel", "azahar")]


def test_who_asks_for_a_meal_is_told_that_the_whole_day_is_closed(house: House) -> None:
    corvina = house("corvina")
    assert "is closed on Friday" in asked(corvina, "can we have lunch in the Bora on 1 january", "en").text


@pytest.mark.parametrize("text", ["thank you so much", "thx ur a star", "merci quand même"])
def test_thanks_are_thanks_whatever_stands_behind_them(ask: Ask, text: str) -> None:
    assert ask(text, language="fr" if text.startswith("merci") else "en").outcome == "smalltalk"
