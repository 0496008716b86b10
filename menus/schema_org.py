"""Owns a venue and its menus as schema.org JSON-LD for machines that read the page; pure.

A dish is offered for a diet only where `menus.allergens` lets it be.
"""

import json
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from menus import content as rows
from menus.allergens import suits
from menus.texts import pick

TYPES = {"restaurant": "Restaurant", "bar": "BarOrPub", "cafe": "CafeOrCoffeeShop"}
DIETS = {"vegan": "VeganDiet", "vegetarian": "VegetarianDiet", "halal": "HalalDiet", "kosher": "KosherDiet"}
DAYS = dict(
    zip(
        ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        strict=True,
    )
)
# As Django's json_script: nothing in the text can end the script element or begin another.
ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}"}


def json_ld(venue: rows.Venue, hotel: rows.Content, language: str) -> SafeString:
    """Return a venue as JSON, safe to stand inside a script element."""
    text = json.dumps(food_establishment(venue, hotel, language), ensure_ascii=False, separators=(",", ":"))
    return mark_safe(text.translate(ESCAPES))


def food_establishment(venue: rows.Venue, hotel: rows.Content, language: str) -> dict[str, Any]:
    """Return a venue with its hours and menus as schema.org names them."""
    return _without_blanks(
        {
            "@context": "https://schema.org",
            "@type": TYPES.get(venue.kind, "FoodEstablishment"),
            "name": pick(venue.name, language, hotel.default_language),
            "description": pick(venue.description, language, hotel.default_language),
            "telephone": venue.phone or hotel.phone,
            "address": hotel.address,
            "openingHoursSpecification": [_hours(each) for each in venue.opening_hours],
            "hasMenu": [_menu(menu, hotel, language) for menu in venue.menus],
        }
    )


def _menu(menu: rows.Menu, hotel: rows.Content, language: str) -> dict[str, Any]:
    sections = [
        {
            "@type": "MenuSection",
            "name": pick(section.name, language, hotel.default_language),
            "hasMenuItem": [_item(item, hotel, language) for item in section.items],
        }
        for section in menu.sections
    ]
    return {
        "@type": "Menu",
        "name": pick(menu.name, language, hotel.default_language),
        "inLanguage": language,
        "hasMenuSection": sections,
    }


def _item(item: rows.Item, hotel: rows.Content, language: str) -> dict[str, Any]:
    return _without_blanks(
        {
            "@type": "MenuItem",
            "name": pick(item.name, language, hotel.default_language),
            "description": pick(item.description, language, hotel.default_language),
            "suitableForDiet": [
                f"https://schema.org/{name}" for diet, name in DIETS.items() if suits(item.declaration, diet)
            ],
            "offers": _offer(item, hotel),
            "nutrition": {"@type": "NutritionInformation", "calories": f"{item.calories} kcal"}
            if item.calories is not None
            else None,
        }
    )


def _offer(item: rows.Item, hotel: rows.Content) -> dict[str, str] | None:
    if item.price is None:
        return None
    return {
        "@type": "Offer",
        "price": f"{item.price:f}",
        "priceCurrency": hotel.currency,
        "availability": f"https://schema.org/{'InStock' if item.available else 'SoldOut'}",
    }


def _hours(hours: rows.Hours) -> dict[str, Any]:
    date = None if hours.date is None else hours.date.isoformat()
    # schema.org says closed on a day by hours that open and close at midnight.
    opens, closes = ("00:00", "00:00") if hours.closed else (f"{hours.opens:%H:%M}", f"{hours.closes:%H:%M}")
    return _without_blanks(
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": [f"https://schema.org/{DAYS[day]}" for day in hours.days],
            "validFrom": date,
            "validThrough": date,
            "opens": opens,
            "closes": closes,
        }
    )


def _without_blanks(said: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in said.items() if value not in (None, "", [])}
