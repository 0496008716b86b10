"""Owns where a dish stands on the menus and where a row of a table puts it; pure. A section may be new, a menu not."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from menus.content import Content, Menu, Offer, Section, Venue
from menus.dish_table.columns import WHERE
from menus.dish_table.told import Told
from menus.dish_table.words import names_match, shown
from menus.texts import Text, pick


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """A section of a menu, by its turn there, or one behind the others that is new."""

    venue: Venue
    menu: Menu
    section: Section
    turn: int

    @property
    def is_new(self) -> bool:
        """Whether the menu does not have the section yet."""
        return self.turn >= len(self.menu.sections)

    @property
    def names(self) -> tuple[Text, Text, Text]:
        """What the section is called, with what it stands under."""
        return self.venue.name, self.menu.name, self.section.name


@dataclass(kw_only=True)
class Standing:
    """Where the dishes of a hotel stand, and the sections that good rows add."""

    content: Content
    spots: dict[str, Spot] = field(init=False)
    added: dict[str, list[Section]] = field(default_factory=dict)  # by the key of their menu

    def __post_init__(self) -> None:
        self.spots = {
            item.key: Spot(venue=venue, menu=menu, section=section, turn=turn)
            for venue in self.content.venues
            for menu in venue.menus
            for turn, section in enumerate(menu.sections)
            for item in section.items
        }

    def keep(self, spot: Spot) -> None:
        """Add the section of a good row, if it is new."""
        added = self.added.setdefault(spot.menu.key, [])
        if spot.is_new and all(each is not spot.section for each in added):
            added.append(spot.section)

    def called(self, spot: Spot) -> str:
        """Return a section's name with what it stands under, in the hotel's language."""
        return " – ".join(pick(each, self.content.default_language) for each in spot.names)

    def new_sections(self) -> Iterator[str]:
        """Yield the sections that were added, with what they stand under."""
        for venue in self.content.venues:
            for menu in venue.menus:
                for turn, section in enumerate(self.added.get(menu.key, ()), len(menu.sections)):
                    yield self.called(Spot(venue=venue, menu=menu, section=section, turn=turn))

    def find(self, told: Told, before: Offer | None) -> Spot | None:
        """Return where a row puts its dish; None where that is refused."""
        stands = self.spots.get(before.item.key) if before else None
        if stands is not None and not any(told.says(before, code) for code in WHERE):
            return stands
        venue = self._venue(told, stands)
        menu = self._menu(told, venue, stands) if venue else None
        return self._section(told, venue, menu, stands) if venue and menu else None

    def _venue(self, told: Told, stands: Spot | None) -> Venue | None:
        cell = told.cell("venue")
        if not cell:
            if stands is None:
                told.refuse("venue", "Write the venue where the new dish is served.")
            return stands.venue if stands else None
        found = [each for each in self.content.venues if names_match(cell, each)]
        if len(found) == 1:
            return found[0]
        there = ", ".join(pick(each.name, self.content.default_language) for each in self.content.venues)
        told.refuse(
            "venue",
            f"{len(found)} venues are called {shown(cell)}: write the key of one."
            if found
            else f"There is no venue {shown(cell)}: there are {there}.",
        )
        return None

    def _menu(self, told: Told, venue: Venue, stands: Spot | None) -> Menu | None:
        cell = told.cell("menu")
        there = ", ".join(pick(each.name, self.content.default_language) for each in venue.menus)
        if not cell:
            if stands is not None and stands.venue is venue:
                return stands.menu
            if len(venue.menus) == 1:
                return venue.menus[0]
            told.refuse("menu", f"Write the menu: there are {there}." if there else "This venue has no menu yet.")
            return None
        found = [each for each in venue.menus if names_match(cell, each)]
        if len(found) == 1:
            return found[0]
        if found:
            sentence = f"{len(found)} menus of this venue are called {shown(cell)}: write the key of one."
        else:
            sentence = f"This venue has no menu {shown(cell)}" + (f": it has {there}." if there else " yet.")
        told.refuse("menu", sentence)
        return None

    def _section(self, told: Told, venue: Venue, menu: Menu, stands: Spot | None) -> Spot | None:
        cell = told.cell("section")
        if not cell and stands is not None and stands.menu is menu:
            return stands
        if not cell:
            told.refuse("section", "Write the section of the menu that the dish belongs to.")
            return None
        sections = (*menu.sections, *self.added.get(menu.key, ()))
        found = [turn for turn, each in enumerate(sections) if names_match(cell, each)]
        if stands is not None and stands.menu is menu and stands.turn in found:
            return stands
        if found:
            return Spot(venue=venue, menu=menu, section=sections[found[0]], turn=found[0])
        new = Section(name={self.content.default_language: cell.strip()})
        return Spot(venue=venue, menu=menu, section=new, turn=len(sections))
