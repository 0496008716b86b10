"""Houses that the product was not made for: their files, and the questions that are asked about them."""

import json
from pathlib import Path

import pytest

from guestchat.evaluation.asking import Asker
from guestchat.evaluation.judging import Kind
from guestchat.evaluation.questions import Question, read_file
from guestchat.evaluation.report import Report
from guestchat.evaluation.talk_around import read_talk, with_talk
from menus import hotel_file
from menus.content import Content, load
from menus.models import Hotel

TESTS = Path(__file__).resolve().parents[2]
HOUSES = ("harbour", "sierra", "corvina")
PARTS = ("open", "closed")
# Houses whose questions are all open: a country house of many words and a hostel of few, mostly articles; an airport
# hotel, a ski resort and a beach hotel, asked as on a phone.
OPEN_HOUSES = ("fernhill", "kiezbett", "meridian", "alpenhof", "calamar", "quayle", "speicher")
# A restaurant without rooms and a French spa hotel, both with headings like riddles; half of their questions is open.
# A German inn whose guests write dialect, a hotel in Seville, and a town hotel with guests from everywhere, as well.
# A camping site, a hotel at an airport, and a restaurant whose kitchen declares everything, little or nothing.
# A town hotel, a seaside hotel, and a restaurant of many options whose guests state, correct and forget allergies.
HALVED_HOUSES = (
    *("gelso", "bastide", "linde", "azahar", "larkspur", "uferwald", "solane", "kupferkessel"),
    *("marbach", "penhallow", "fontana"),
)
# The shares right of the open halves. They only go up; once, when a fitted decision took the place of written bounds,
# what they gained together outweighed what one of them lost.
FLOORS = {"harbour": 0.96, "sierra": 0.92, "corvina": 0.98, "fernhill": 0.87, "kiezbett": 0.88}
FLOORS |= {"meridian": 0.82, "alpenhof": 0.91, "calamar": 0.85, "everyday": 0.95, "reworded": 0.9, "talks-open": 0.91}
FLOORS |= {"quayle": 0.86, "speicher": 0.87, "gelso": 0.7, "bastide": 0.83, "turns-open": 0.77}
FLOORS |= {"linde": 0.76, "azahar": 0.68, "larkspur": 0.72, "uferwald": 0.75, "solane": 0.78, "kupferkessel": 0.88}
FLOORS |= {"marbach": 0.96, "penhallow": 0.95, "fontana": 0.94}
MOST_INVENTED = {"harbour": 0, "sierra": 1, "corvina": 0, "fernhill": 0, "kiezbett": 1, "everyday": 1, "reworded": 0}
MOST_INVENTED |= {"meridian": 0, "alpenhof": 1, "calamar": 1, "talks-open": 0}
MOST_INVENTED |= {"quayle": 1, "speicher": 1, "gelso": 0, "bastide": 0, "turns-open": 0}
MOST_INVENTED |= {"linde": 0, "azahar": 0, "larkspur": 0, "uferwald": 2, "solane": 1, "kupferkessel": 0}
MOST_INVENTED |= {"marbach": 1, "penhallow": 2, "fontana": 0}
# Talks of several turns, of which only the first half is read, are of these.
HOUSES_OF = {
    "everyday": HOUSES,
    "reworded": HOUSES,
    "talks-open": ("harbour", "corvina", "alpenhof", "meridian"),
    "turns-open": ("sierra", "quayle", "speicher", "calamar"),
}


def questions(house: str, part: str) -> list[Question]:
    return read_file(TESTS / "questions" / "houses" / f"{house}-{part}.jsonl")


def content(house: str) -> Content:
    return hotel_file.read((TESTS / "hotels" / f"{house}.json").read_bytes())


@pytest.mark.parametrize("house", HOUSES)
def test_one_dish_of_a_house_contradicts_itself(house: str) -> None:
    assert [", yet contains " in problem.sentence for problem in hotel_file.warnings(content(house))] == [True]


@pytest.mark.django_db
@pytest.mark.parametrize("house", HOUSES)
def test_a_house_comes_back_the_same(house: str) -> None:
    read = content(house)
    hotel_file.apply(read)
    stored = load(Hotel.objects.get(slug=read.slug).pk)
    assert stored is not None
    assert hotel_file.dump(stored) == json.loads((TESTS / "hotels" / f"{house}.json").read_bytes())
    again = hotel_file.apply(read).total
    assert (again.created, again.updated, again.removed) == (0, 0, 0)


def parts_of(house: str) -> list[str]:
    return ["open"] if house in OPEN_HOUSES else list(PARTS)


@pytest.mark.parametrize("house", [*HOUSES, *OPEN_HOUSES, *HALVED_HOUSES])
def test_the_questions_name_what_the_house_has(house: str) -> None:
    has = content(house)
    dishes = {
        item.key: item for venue in has.venues for menu in venue.menus for part in menu.sections for item in part.items
    }
    menus = {menu.key for venue in has.venues for menu in venue.menus}
    keys = {has.slug, *dishes, *menus, *(venue.key for venue in has.venues), *(article.key for article in has.articles)}
    places = {place.key for place in has.places}
    for asked in (each for part in parts_of(house) for each in questions(house, part)):
        expect = asked.expect
        assert asked.hotel == has.slug, asked.id
        sources = {source.rpartition("/")[2] for source in (*expect.sources, *expect.no_sources)}
        assert sources <= keys, asked.id
        assert {*expect.items.all, *expect.items.some, *expect.items.none} <= dishes.keys(), asked.id
        assert {claim.item for claim in expect.claims} <= dishes.keys(), asked.id
        assert asked.place is None or asked.place in places, asked.id


@pytest.mark.parametrize("house", HOUSES)
def test_the_halves_of_a_house_share_nothing(house: str) -> None:
    halves = [questions(house, part) for part in PARTS]
    ids = [asked.id for half in halves for asked in half]
    assert len(ids) == len(set(ids)) >= 240
    first, second = ({asked.conversation for asked in half} - {None} for half in halves)
    assert not first & second
    assert sum(asked.expect.silent for half in halves for asked in half) >= 24


@pytest.mark.django_db
@pytest.mark.parametrize("house", [*HOUSES, *OPEN_HOUSES, *HALVED_HOUSES])
def test_the_open_half_is_answered_as_well_as_ever(house: str) -> None:
    hotel_file.apply(content(house))
    report = Report(asked=list(Asker().ask(questions(house, "open"))))
    told = "\n".join(report.lines(worst=40))
    assert report.count(Kind.UNSAFE) == 0, told
    assert report.count(Kind.INVENTED) <= MOST_INVENTED[house], told
    assert report.below({"all": FLOORS[house]}) == [], told


@pytest.mark.django_db
@pytest.mark.parametrize("kind", HOUSES_OF)
def test_other_words_are_answered_as_well_as_ever(kind: str) -> None:
    for house in HOUSES_OF[kind]:
        hotel_file.apply(content(house))
    report = Report(asked=list(Asker().ask(read_file(TESTS / "questions" / "houses" / f"{kind}.jsonl"))))
    told = "\n".join(report.lines(worst=40))
    assert report.count(Kind.UNSAFE) == 0, told
    assert report.count(Kind.INVENTED) <= MOST_INVENTED[kind], told
    assert report.below({"all": FLOORS[kind]}) == [], told


# With talk of somebody who wrote none of what the asides were fitted on around each question: "My wife says I never
# ask, so here I am, asking. …".
WITH_TALK, MOST_INVENTED_WITH_TALK = 0.81, 3


@pytest.mark.django_db
def test_talk_around_a_question_costs_little() -> None:
    talk = read_talk(TESTS / "questions" / "talk_around.jsonl")
    asked = [with_talk(question, talk) for house in HOUSES for question in questions(house, "open")]
    assert sum(each.conversation is None for each in asked) >= 300
    for house in HOUSES:
        hotel_file.apply(content(house))
    report = Report(asked=list(Asker().ask(asked)))
    told = "\n".join(report.lines(worst=40))
    assert report.count(Kind.UNSAFE) == 0, told
    assert report.count(Kind.INVENTED) <= MOST_INVENTED_WITH_TALK, told
    assert report.below({"all": WITH_TALK}) == [], told
