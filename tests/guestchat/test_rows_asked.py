"""Every venue and every dish is found by its name, whatever its words mean otherwise, in four languages."""

from collections.abc import Iterator, Mapping

import pytest

from guestchat import turns
from guestchat.answering.answer import Answer
from guestchat.catalogue import Catalogue
from guestchat.understanding.query import Context
from tests.conftest import TUESDAY_NOON, Ask
from tests.guestchat.conftest import HOTELS, House

OF_VENUES = {
    "en": ("where is the {}", "whats the number of the {}", "what time does the {} close"),
    "de": ("wo ist {}", "telefonnummer von {}"),
    "fr": ("où est {}", "numéro de téléphone de {}"),
    "es": ("dónde está {}", "teléfono de {}"),
}
OF_KINDS = {
    "en": (
        "what is the phone number of the {}?",
        "number of the {} please",
        "whats the {} number",
        "which floor is the {} on",
        "how do i get to the {}",
        "hi, where is the {} please",
    ),
    "de": ("telefonnummer {}", "in welchem stock ist {}", "wie sind die öffnungszeiten: {}"),
    "fr": ("où se trouve {} ?", "à quel étage est {}", "{} est ouvert le dimanche"),
    "es": ("número de teléfono de {}", "dónde encuentro {}", "en qué planta está {}"),
}
KINDS = {
    "restaurant": ("restaurant", "das Restaurant", "le restaurant", "el restaurante"),
    "bar": ("bar", "die Bar", "le bar", "el bar"),
    "spa": ("spa", "das Spa", "le spa", "el spa"),
    "pool": ("pool", "der Pool", "la piscine", "la piscina"),
    "gym": ("gym", "der Fitnessraum", "la salle de sport", "el gimnasio"),
    "shop": ("shop", "der Shop", "la boutique", "la tienda"),
    "reception": ("reception", "die Rezeption", "la réception", "la recepción"),
}
OF_DISHES = {
    "en": ("how much is the {}", "what's in the {}", "does the {} contain nuts", "is the {} vegan", "{}?"),
    "de": ("was kostet {}", "was ist in {} drin", "enthält {} Nüsse", "ist {} vegetarisch"),
    "fr": ("combien coûte {}", "{} contient du lait ?", "{} est végétarien ?"),
    "es": ("cuánto cuesta {}", "qué lleva {}", "{} lleva huevo"),
}


def asked(house: Catalogue, text: str, language: str) -> Answer:
    return turns.answer(
        house, text, context=Context(), language=language, at=TUESDAY_NOON, place=None, detect_language=False
    )


def called(name: Mapping[str, str], language: str, house: Catalogue) -> str:
    return name.get(language) or name.get(house.content.default_language) or next(iter(name.values()))


def questions(house: Catalogue) -> Iterator[tuple[set[str], str, str]]:
    """Yield which rows answer a question, the question and its language."""
    hotel = house.content
    for venue in hotel.venues:
        # Reception is reached at the hotel's number.
        rows = {venue.key, hotel.slug} if venue.kind == "reception" else {venue.key}
        for language, asking in OF_VENUES.items():
            for question in asking:
                yield rows, question.format(called(venue.name, language, house).split(",")[0]), language
    for number, (key, offer) in enumerate(hotel.offers.items()):
        rows = {key, *house.lexicon.same_names.get(key, ())}
        for language, asking in OF_DISHES.items():
            question = asking[number % len(asking)]
            yield rows, question.format(called(offer.item.name, language, house)), language


@pytest.mark.parametrize("name", sorted(path.stem for path in HOTELS.glob("*.json")))
def test_a_row_is_found_by_its_name(house: House, name: str) -> None:
    known = house(name)
    lost = []
    for rows, text, language in questions(known):
        answer = asked(known, text, language)
        if rows.isdisjoint(source.key for source in answer.sources):
            lost.append((text, answer.text))
    assert lost == []


@pytest.mark.parametrize("name", sorted(path.stem for path in HOTELS.glob("*.json")))
def test_a_venue_is_found_by_what_it_is(house: House, name: str) -> None:
    known = house(name)
    lost = []
    for kind in sorted({venue.kind for venue in known.content.venues} & KINDS.keys()):
        rows = {venue.key for venue in known.content.venues if venue.kind == kind}
        for (language, asking), said in zip(OF_KINDS.items(), KINDS[kind], strict=True):
            for question in asking:
                answer = asked(known, question.format(said), language)
                if rows.isdisjoint(source.key for source in answer.sources) and not is_told_by_an_article(answer):
                    lost.append((question.format(said), answer.outcome, answer.text))
    assert lost == []


def is_told_by_an_article(answer: Answer) -> bool:
    """Return whether the house's own words on it answer, which know more than its row."""
    return answer.outcome == "answered" and [source.type for source in answer.sources] == ["article"]


def test_the_word_that_asks_for_a_place_is_about_nothing_else(ask: Ask) -> None:
    assert "linden" in {source.key for source in ask("what floor is the restaurant on").sources}
    assert ask("is there a lift to every floor").outcome == "answered"


def test_what_is_open_all_day_does_not_close_at_midnight(house: House) -> None:
    meridian = house("meridian")
    assert asked(meridian, "is the front desk open now", "en").text == "Yes, Front Desk is open around the clock today."
    assert "24 horas" in asked(meridian, "¿está abierta la recepción el domingo a las 23?", "es").text


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


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("what's the hotel's phone number", "en", "+49 7532 5550-0"),
        ("what's the hotel's email address", "en", "welcome@lindenhof.example"),
        ("quelle est votre adresse mail", "fr", "welcome@lindenhof.example"),
        ("what's the hotel's address", "en", "Uferpromenade 12"),
        ("what's the restaurant's number", "en", "+49 7532 5550-20"),
    ],
)
def test_it_is_told_how_the_house_is_reached(ask: Ask, text: str, language: str, told: str) -> None:
    assert told in ask(text, language=language).text


def test_how_to_call_reception_asks_for_a_number_and_for_nobody(ask: Ask) -> None:
    assert ask("how do i call reception").outcome == "answered"
    assert ask("call reception for me").outcome == "handover"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("my room number is 214, can i get towels", "en"),
        ("we are in room 214, can i get towels", "en"),
        ("we're in room 214 and allergic to nuts. can I get towels", "en"),
        ("meine Zimmernummer ist 214, bitte zwei Handtücher", "de"),
        ("des serviettes svp, chambre numéro 214", "fr"),
        ("toallas por favor, habitación número 214", "es"),
    ],
)
def test_a_room_is_read_by_its_number(ask: Ask, text: str, language: str) -> None:
    assert ask(text, language=language).context.pending["room"] == "214"


@pytest.mark.parametrize("text", ["thank you so much", "thx ur a star", "merci quand même"])
def test_thanks_are_thanks_whatever_stands_behind_them(ask: Ask, text: str) -> None:
    assert ask(text, language="fr" if text.startswith("merci") else "en").outcome == "smalltalk"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("how do i call the manager", "en"),
        ("how can I contact a real person?", "en"),
        ("how do I contact a member of staff", "en"),
        ("Wie erreiche ich einen Menschen?", "de"),
        ("comment appeler un responsable", "fr"),
        ("cómo puedo contactar con una persona", "es"),
    ],
)
def test_who_wants_to_reach_a_person_is_put_through(ask: Ask, text: str, language: str) -> None:
    assert ask(text, language=language).outcome == "handover"


def test_a_number_of_something_is_no_telephones(house: House) -> None:
    assert "118" in asked(house("harbour"), "number of rooms?", "en").text


def test_what_is_at_the_pool_is_not_told_of_the_gym(house: House) -> None:
    assert "pool" not in {source.key for source in asked(house("meridian"), "Altitude Gym towels", "en").sources}
