"""Owns what the bench's guests ask the demo hotel: dialogues in English and German, worded anew each time. Pure."""

import random
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Dialogue:
    """What one guest asks in a row; the later ones may refer to the earlier ones."""

    language: str
    texts: tuple[str, ...]


def _english(*texts: str) -> Dialogue:
    return Dialogue(language="en", texts=texts)


def _german(*texts: str) -> Dialogue:
    return Dialogue(language="de", texts=texts)


DIALOGUES = (
    # What most guests ask, and what one written article answers.
    _english("What is the wifi password?"),
    _english("When is breakfast?", "How much is it for children?"),
    _english("Where can I park my car?", "And what does it cost?"),
    _english("Can I check out later tomorrow?"),
    _english("Do you have a charging station for electric cars?"),
    _english("Is there an ATM nearby?"),
    _english("Can we bring our dog?"),
    _english("How do I get to the airport?"),
    _english("I lost my key card"),
    _english("Do I have to pay a city tax?"),
    _german("Wie lautet das WLAN-Passwort?"),
    _german("Wo kann ich mein Fahrrad leihen?", "Was kostet das?"),
    _german("Gibt es einen Arzt in der Nähe?"),
    _german("Kann ich mit Karte zahlen?"),
    _german("Bis wann muss ich auschecken?", "Kann ich mein Gepäck danach hier lassen?"),
    _german("Haben Sie ein Babybett?"),
    # Opening hours.
    _english("When does the spa open?", "Is the pool open today?"),
    _english("Is the bar still open?"),
    _english("What time does the restaurant close tonight?"),
    _english("Is the café open on Sunday?"),
    _german("Hat das Restaurant gerade geöffnet?"),
    _german("Wann macht die Bar zu?"),
    _german("Wie lange ist die Sauna offen?"),
    # Dishes and prices.
    _english("What vegan dishes do you have for dinner?", "Which of them is the cheapest?"),
    _english("How much is the Wiener schnitzel?", "Does it come with potatoes?"),
    _english("What desserts are there?", "Any without nuts?"),
    _english("What can I order to my room now?"),
    _english("Do you serve a club sandwich?"),
    _english("Something light for lunch under 15 euros"),
    _english("Which beers are on tap?"),
    _german("Was gibt es heute Abend ohne Fleisch?"),
    _german("Was kostet das Käsespätzle?", "Ist das vegetarisch?"),
    _german("Welche Kuchen haben Sie?"),
    _german("Gibt es Gerichte für Kinder?"),
    # Allergens.
    _english("Does the Caesar salad contain fish?", "And eggs?"),
    _english("I am allergic to peanuts. What can I eat for dinner?"),
    _english("Is the mushroom risotto gluten-free?"),
    _english("What is in the Thai red curry?", "Is there shellfish in it?"),
    _english("Which cakes are free of hazelnuts?"),
    _german("Ist im Apfelstrudel Milch?", "Und Nüsse?"),
    _german("Ich vertrage keine Laktose, was können Sie empfehlen?"),
    _german("Enthält die Kürbissuppe Sellerie?"),
    # Requests, people, small talk.
    _english("Could we have two more towels please?"),
    _english("Please book a taxi to the station for half past seven"),
    _english("Can I speak to a person?"),
    _english("Thank you very much!"),
    _german("Bitte wecken Sie mich um halb sieben"),
    _german("Die Heizung in unserem Zimmer geht nicht"),
    _german("Guten Morgen!"),
    # What the hotel has not written down.
    _english("Who won the football match yesterday?"),
    _english("Do you have a helicopter landing pad?"),
    _english("Can I borrow a violin?"),
    _german("Wie wird das Wetter morgen?"),
    _german("Verkaufen Sie Briefmarken aus Island?"),
)

_OPENINGS = {
    "en": (
        "",
        "Excuse me, ",
        "Hello, ",
        "Quick question: ",
        "Sorry to bother you, ",
        "One more thing, ",
        "My wife asks: ",
    ),
    "de": ("", "Entschuldigung, ", "Hallo, ", "Kurze Frage: ", "Noch etwas, ", "Verzeihung, ", "Meine Frau fragt: "),
}
_PERSONS = {
    "en": ("we are {n} people", "there are {n} of us", "asking for a group of {n}", "it is for {n} guests"),
    "de": ("wir sind {n} Personen", "wir sind zu {n}", "es geht um {n} Gäste", "für eine Gruppe von {n}"),
}


def talk(chance: random.Random, *, reworded: bool = True) -> Iterator[str]:
    """Yield what one guest asks, without an end: dialogues at random, each in its order.

    Reworded, hardly two texts of a run are equal, so that nothing kept from an equal question makes it look fast.
    """
    while True:
        dialogue = chance.choice(DIALOGUES)
        for text in dialogue.texts:
            yield reword(text, dialogue.language, chance) if reworded else text


def reword(text: str, language: str, chance: random.Random) -> str:
    """Return the question as another guest would put it."""
    opening = chance.choice(_OPENINGS[language])
    if opening:
        text = opening + text
    if chance.random() < 0.75:
        persons = chance.choice(_PERSONS[language]).format(n=chance.randint(2, 40))
        body, mark = (text[:-1], text[-1]) if text[-1] in "?!" else (text, "")
        text = f"{body}, {persons}{mark}"
    return text
