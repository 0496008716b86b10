"""What guests say around a question goes; what an answer could rest on stays, whatever is said around it."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from guestchat.understanding.asides import is_aside, weights, without_asides
from guestchat.understanding.lexicon import Lexicon
from guestchat.understanding.parse import parse, parse_in_short
from guestchat.understanding.query import Context, Intent
from guestchat.understanding.stems import stem
from guestchat.understanding.vocabulary import LANGUAGES, vocabulary
from guestchat.words import words
from tests.conftest import TUESDAY_NOON
from tests.guestchat.understanding.house import a_house

LEXICON = Lexicon.of(a_house(languages=LANGUAGES))
NAMES = frozenset({"sauc", "burger"})


@pytest.mark.parametrize(
    ("language", "message", "asked"),
    [
        ("en", "Sorry to bother you, when is breakfast?", "when is breakfast?"),
        ("en", "My wife asks: is there a pool?", "is there a pool?"),
        ("en", "how much is the burger, asking for a friend?", "how much is the burger?"),
        ("en", "Hello, is the pool open, we are 23 people?", "is the pool open?"),
        ("en", "yeah hi hope you are well is there a gym", "is there a gym"),
        ("en", "Thank you very much, we are 25 people!", "Thank you very much!"),
        ("de", "Kurze Frage: Wie lautet das WLAN-Passwort, es geht um 35 Gäste?", "Wie lautet das WLAN-Passwort?"),
        ("de", "Wo kann ich parken? Vielen Dank im Voraus!", "Wo kann ich parken?"),
        ("fr", "Bonjour, désolée de vous déranger, à quelle heure ferme le bar ?", "à quelle heure ferme le bar ?"),
        ("es", "Hola, perdona la molestia, ¿dónde puedo aparcar?", "¿dónde puedo aparcar?"),
    ],
)
def test_what_is_said_around_a_question_goes(language: str, message: str, asked: str) -> None:
    assert without_asides(message, vocabulary(language), NAMES) == asked


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "is the pork alright for someone who cant have mustard, with the sauce i mean"),
        ("en", "is there wifi, in the annex"),
        ("en", "starters under a tenner"),
        ("en", "something to eat, but nothing with fish"),
        ("en", "Please book a taxi for seven, there are 20 of us"),
        ("en", "a table for tonight, we are six"),
        ("en", "I'd like to complain, my room is freezing"),
        ("en", "help, there is a fire"),
        ("en", "is the pool open, not the spa"),
        ("en", "we are in 214, is there hot water"),
        ("en", "how much is a massage, for two people"),
        ("en", "do you have a big room, we are 5"),
        ("en", "is the steak nice"),
        ("en", "great stay but the bill is wrong"),
        ("de", "wir sind in der 305, die Heizung ist kalt"),
        ("en", "my tongue is swelling"),
        ("en", "the pool is closed"),
        ("en", "when is the fire alarm test"),
        ("en", "hello"),
        ("en", "sorry to bother you again"),
        ("de", "Fernseher geht nicht an"),
        ("de", "ich mags richtig scharf, was empfehlt ihr"),
        ("de", "Was kostet das Linsencurry"),
        ("fr", "on peut régler en liquide chez vous ?"),
        ("es", "¿Cuánto cuesta el ferry a Suiza?"),
    ],
)
def test_what_an_answer_could_rest_on_stays(language: str, message: str) -> None:
    assert without_asides(message, vocabulary(language), NAMES) == message


def test_a_name_of_the_hotels_own_is_no_aside() -> None:
    said, least = words("asking for my cousin Benedict"), weights().least
    assert is_aside(said, vocabulary("en"), frozenset(), least)
    assert not is_aside(said, vocabulary("en"), frozenset({stem("benedict")}), least)


AROUND = {
    "en": ("Sorry to bother you", "my wife is asking", "hope you are well", "thanks so much", "we are 12 people"),
    "de": ("Entschuldigung", "meine Frau fragt", "ich hoffe es geht euch gut", "vielen Dank", "wir sind zu 12"),
    "fr": ("Bonjour", "pardon de vous déranger", "ma femme demande", "merci beaucoup", "nous sommes 12"),
    "es": ("Hola", "perdona la molestia", "mi mujer pregunta", "muchas gracias", "somos 12"),
}
TOLD = {
    "en": ("I am allergic to {}", "my son can't have {}", "no {} for me please", "I'm intolerant to {}"),
    "de": ("ich bin gegen {} allergisch", "mein Sohn verträgt keine {}", "ich darf keine {} essen"),
    "fr": ("je suis allergique aux {}", "mon fils ne supporte pas les {}"),
    "es": ("soy alérgico a {}", "mi hijo no puede tomar {}"),
}
ALLERGENS = {
    "en": ("nuts", "milk", "eggs", "sesame", "mustard", "celery", "lupin", "prawns"),
    "de": ("Nüsse", "Milch", "Eier", "Sellerie", "Lupinen", "Garnelen"),
    "fr": ("noix", "œufs", "crevettes", "arachides"),
    "es": ("nueces", "huevo", "gambas", "mostaza"),
}


@given(data=st.data())
def test_no_allergy_is_taken_for_an_aside(data: st.DataObject) -> None:
    language = data.draw(st.sampled_from(LANGUAGES))
    told = data.draw(st.sampled_from(TOLD[language])).format(data.draw(st.sampled_from(ALLERGENS[language])))
    around = st.lists(st.sampled_from(AROUND[language]), max_size=2)
    mark = data.draw(st.sampled_from((", ", ". ", ": ", " - ", "! ", "? ")))
    message = mark.join([*data.draw(around), told, *data.draw(around)]) + data.draw(
        st.sampled_from(("", ".", "?", "!"))
    )
    # Somebody whose statement ends with a question's mark asks, as ever.
    assume(not message.startswith(f"{told}?") and f"{told}?" not in message)
    alone = parse(told, LEXICON, Context(), TUESDAY_NOON, language)
    assert alone.allergies
    assert parse(message, LEXICON, Context(), TUESDAY_NOON, language).allergies == alone.allergies


def test_who_settles_a_request_is_read_whole() -> None:
    context = Context(pending={"kind": "taxi", "seq": 2})
    query = parse("sorry, no thanks", LEXICON, context, TUESDAY_NOON, "en")
    assert [part.intent for part in query.parts] == [Intent.REQUEST]


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "I have a nut allergy, sorry to bother you, is the cake safe?"),
        ("en", "hello, sorry to bother you, my tongue is swelling"),
        ("en", "hi my husband has colapsed, where is the hospital"),
        ("en", "is the tuna raw, I'm expecting"),
        ("en", "hello, is there a fridge, it's for insulin"),
        ("en", "order a taxi for seven, my name is Petersen"),
        ("en", "it's urgent, can someone fix the blinds"),
        ("en", "hello, has my ex checked in yet, be honest with me"),
        ("en", "morning! lovely place you've got"),
        ("fr", "mon mari ne respirre plus, où est l'hôpital"),
    ],
)
def test_what_must_be_read_whole_is(language: str, message: str) -> None:
    assert parse(message, LEXICON, Context(), TUESDAY_NOON, language).said == message


def test_a_statement_gets_no_question_mark_and_sentences_stay_apart() -> None:
    known = vocabulary("en")
    assert without_asides("We don't eat here. sorry to bother you?", known, NAMES).rstrip(". ") == "We don't eat here"
    apart = without_asides("what time is breakfast. hi hope you are well is there a gym", known, NAMES)
    assert apart == "what time is breakfast. is there a gym"


def test_a_refusal_is_not_read_again() -> None:
    private = parse("has my ex checked in yet, be honest, where is the bar", LEXICON, Context(), TUESDAY_NOON, "en")
    assert parse_in_short(private, LEXICON, Context(), TUESDAY_NOON) is None
