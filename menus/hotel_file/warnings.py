"""Owns what a hotel file may say but should not: the pointer of each, for staff to mend; pure. Refuses nothing."""

from collections.abc import Iterator

from menus.allergens import Declaration, contradictions
from menus.content import Content, Item, Section
from menus.hotel_file.problems import Problem


def warnings(content: Content) -> list[Problem]:
    """Return each dish or option whose declaration contradicts itself, once for every contradiction."""
    return [
        each
        for venue_index, venue in enumerate(content.venues)
        for menu_index, menu in enumerate(venue.menus)
        for section_index, section in enumerate(menu.sections)
        for each in _of_section(section, f"/venues/{venue_index}/menus/{menu_index}/sections/{section_index}")
    ]


def _of_section(section: Section, pointer: str) -> Iterator[Problem]:
    for index, item in enumerate(section.items):
        yield from _of_item(item, f"{pointer}/items/{index}")


def _of_item(item: Item, pointer: str) -> Iterator[Problem]:
    yield from _contradictions(item.declaration, pointer, item.key)
    for index, option in enumerate(item.options):
        yield from _contradictions(option.declaration, f"{pointer}/options/{index}", option.key)


def _contradictions(declaration: Declaration, pointer: str, key: str) -> Iterator[Problem]:
    for each in contradictions(declaration):
        sentence = f"{key!r} is {each}: until this is mended it is free of nothing and offered for no diet."
        yield Problem(pointer=pointer, sentence=sentence)
