"""Owns what a source is called where a guest reads it: "Where can I park?", "Plum cake", "Restaurant Linden"; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from guestchat.answering.answer import Answer, Source
from menus.content import Content
from menus.texts import Text, pick


@dataclass(frozen=True, slots=True)
class LabelledSource(Source):
    """A source with its name for display, as it was when the answer was made."""

    label: str = ""

    def as_json(self) -> dict[str, str]:
        """Return the contract's form with the label added."""
        return {"type": self.type, "key": self.key, "label": self.label}


def labelled(answer: Answer, content: Content) -> Answer:
    """Return an answer whose sources have their labels, in the answer's language."""
    sources = [LabelledSource(each.type, each.key, label(content, each, answer.language)) for each in answer.sources]
    return replace(answer, sources=sources)


def label(content: Content, source: Source, language: str) -> str:
    """Return what a source is called in a language, else in the hotel's; empty where the hotel has no such row."""
    if source.type == "hotel":
        return content.name
    return pick(_names(content, source.type).get(source.key, {}), language, content.default_language)


def _names(content: Content, type: str) -> Mapping[str, Text]:
    match type:
        case "article":
            return {key: article.question for key, article in content.articles_by_key.items()}
        case "item":
            return {key: offer.item.name for key, offer in content.offers.items()}
        case "venue":
            return {key: venue.name for key, venue in content.venues_by_key.items()}
        case "menu":
            return {menu.key: menu.name for venue in content.venues for menu in venue.menus}
    return {}
