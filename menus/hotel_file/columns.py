"""Owns which columns each part of a content fills; pure. Positions, owners and primary keys are not among them."""

from typing import Any

from menus.content import Article, Content, Hours, Item, Menu, Option, Place, Section, Served, Venue
from menus.hotel_file.table import Columns


def of_hotel(content: Content) -> dict[str, Any]:
    """Return the columns of a hotel."""
    return {
        "name": content.name,
        "timezone": content.timezone,
        "currency": content.currency,
        "default_language": content.default_language,
        "languages": list(content.languages),
        "description": dict(content.description),
        "address": content.address,
        "phone": content.phone,
        "email": content.email,
        "check_in": content.check_in,
        "check_out": content.check_out,
    }


def of_venue(venue: Venue) -> Columns:
    """Return the columns of a venue."""
    return {
        "key": venue.key,
        "kind": venue.kind,
        "name": dict(venue.name),
        "description": dict(venue.description),
        "location": dict(venue.location),
        "phone": venue.phone,
    }


def of_hours(hours: Hours) -> Columns:
    """Return the columns of an entry of opening hours."""
    return {
        "days": list(hours.days),
        "date": hours.date,
        "closed": hours.closed,
        "opens": hours.opens,
        "closes": hours.closes,
        "label": dict(hours.label),
    }


def of_menu(menu: Menu) -> Columns:
    """Return the columns of a menu."""
    return {"key": menu.key, "name": dict(menu.name)}


def of_served(served: Served) -> Columns:
    """Return the columns of a serving time."""
    return {"days": list(served.days), "starts": served.starts, "ends": served.ends}


def of_section(section: Section) -> Columns:
    """Return the columns of a section."""
    return {"name": dict(section.name)}


def of_item(item: Item) -> Columns:
    """Return the columns of a dish."""
    return {
        "key": item.key,
        "name": dict(item.name),
        "description": dict(item.description),
        "price": item.price,
        "portion": item.portion,
        "diets": list(item.declaration.diets),
        "allergens_complete": item.declaration.complete,
        "allergens_confirmed_on": item.allergens_confirmed_on,
        "available": item.available,
        "spiciness": item.spiciness,
        "calories": item.calories,
    }


def of_option(option: Option) -> Columns:
    """Return the columns of an option."""
    return {
        "key": option.key,
        "name": dict(option.name),
        "price": option.price,
        "allergens_complete": option.declaration.complete,
    }


def of_article(article: Article) -> Columns:
    """Return the columns of an article."""
    return {
        "key": article.key,
        "question": dict(article.question),
        "also_asked": [dict(each) for each in article.also_asked],
        "answer": dict(article.answer),
        "category": article.category,
        "valid_from": article.valid_from,
        "valid_until": article.valid_until,
        "review_by": article.review_by,
    }


def of_place(place: Place) -> Columns:
    """Return the columns of a place; its code is no content."""
    return {"key": place.key, "kind": place.kind, "label": place.label}
