"""Owns the questions offered before a guest has asked: only such as this hotel's rows can answer."""

from collections.abc import Iterator

from guestchat.answering import gate
from guestchat.answering.opening import serves_meal
from guestchat.answering.phrasing import phrasing
from menus.allergens import suits
from menus.content import Content, Place
from menus.texts import pick

SHOWN = 4


def suggestions(content: Content, language: str, place: Place | None) -> list[str]:
    """Return a few questions in the guest's language, what fits the place first."""
    at_table = place is not None and place.venue is not None
    rows = list(_from_rows(content, language))
    # One of each category: a guest who sees four questions should see four topics.
    by_category: dict[str, str] = {}
    for article in content.articles:
        if article.valid_from is None and article.valid_until is None:
            by_category.setdefault(article.category, pick(article.question, language, content.default_language))
    articles = list(by_category.values())
    ordered = [*rows, *articles] if at_table else [*rows[:1], *articles[:2], *rows[1:], *articles[2:]]
    return [each for each in dict.fromkeys(ordered) if not gate.promises(each)][:SHOWN]


def _from_rows(content: Content, language: str) -> Iterator[str]:
    words = phrasing(language, content.default_language)
    if any(serves_meal(venue, ("breakfast",)) for venue in content.venues):
        yield words.say("suggest.breakfast")
    if content.offers:
        yield words.say("suggest.menu")
    if any(suits(offer.item.declaration, "vegan") for offer in content.offers.values()):
        yield words.say("suggest.vegan")
    if content.venues:
        yield words.say("suggest.open_now")
