"""A small hotel to read questions about: whatever venues a test gives it, and nothing else."""

from menus.content import Content, Venue


def a_house(*venues: Venue, languages: tuple[str, ...] = ("en",)) -> Content:
    """Return a hotel of these venues, with the first language as its own."""
    return Content(
        slug="inn",
        name="Inn",
        timezone="Europe/Berlin",
        currency="EUR",
        default_language=languages[0],
        languages=languages,
        venues=venues,
        pk=1,
    )
