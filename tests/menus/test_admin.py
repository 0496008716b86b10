"""The hotel's own pages: reachable, scoped to the person's hotels, quick, and clear about mistakes."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from django.db import connection
from django.dispatch import Signal
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.page_policy import PagePolicyMiddleware
from config.unfold import UNFOLD
from menus import models, signals

pytestmark = pytest.mark.django_db

PAGES = ("hotel", "venue", "menu", "menusection", "menuitem", "option", "article", "place", "membership")
OWNED_PAGES = tuple(each for each in PAGES if each not in {"hotel", "membership"})


def build(slug: str, language: str = "en", dishes: int = 1) -> SimpleNamespace:
    """Make a hotel with one of everything, and as many dishes."""
    said = lambda text: {language: f"{text} {slug}"}  # noqa: E731
    hotel = models.Hotel.objects.create(slug=slug, name=slug.title(), default_language=language, languages=["en", "de"])
    venue = models.Venue.objects.create(hotel=hotel, key="linden", kind="restaurant", name=said("Linden"))
    hours = models.OpeningHours.objects.create(
        venue=venue, days=["mon", "tue"], opens=dt.time(12), closes=dt.time(22), label=said("dinner")
    )
    menu = models.Menu.objects.create(venue=venue, key="dinner", name=said("Dinner"))
    section = models.MenuSection.objects.create(menu=menu, name=said("Mains"))
    items = [
        models.MenuItem.objects.create(section=section, key=f"dish-{n}", name=said(f"Dish {n}"), price=Decimal("9.5"))
        for n in range(dishes)
    ]
    option = models.Option.objects.create(item=items[0], key="oil", name=said("Oil"), price=1)
    models.ItemAllergen.objects.create(item=items[0], code="milk", status="contains")
    models.OptionAllergen.objects.create(option=option, code="sesame", status="contains")
    article = models.Article.objects.create(hotel=hotel, key="wifi", question=said("Wi-Fi?"), answer=said("Free."))
    place = models.Place.objects.create(hotel=hotel, key="r1", kind="room", label="101", venue=venue)
    return SimpleNamespace(
        hotel=hotel, venue=venue, hours=hours, menu=menu, section=section, item=items[0], option=option,
        article=article, place=place,
    )  # fmt: skip


@pytest.fixture
def ours() -> SimpleNamespace:
    return build("ours")


@pytest.fixture
def theirs() -> SimpleNamespace:
    return build("theirs")


@pytest.fixture
def boss() -> Client:
    client = Client()
    client.force_login(models.User.objects.create(username="boss", is_staff=True, is_superuser=True))
    return client


def staff(hotel: models.Hotel, role: str) -> Client:
    """Return the browser of somebody with a role in a hotel."""
    user = models.User.objects.create_user(f"{role}-{hotel.slug}", is_staff=True)
    models.Membership.objects.create(user=user, hotel=hotel, role=role)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def anna(ours: SimpleNamespace) -> Client:
    return staff(ours.hotel, "manager")


def listing(model: str, query: str = "") -> str:
    return reverse(f"admin:menus_{model}_changelist") + query


def page_of(row: Any) -> str:
    return reverse(f"admin:menus_{row._meta.model_name}_change", args=[row.pk])


def row_of(hotel: SimpleNamespace, model: str) -> Any:
    names = {"menusection": "section", "menuitem": "item"}
    return getattr(hotel, names.get(model, model))


def fields_of(response: Any) -> dict[str, Any]:
    """Return what a browser would send back from a change page that nobody touched."""
    context = response.context
    forms = [context["adminform"].form]
    sent: dict[str, Any] = {}
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is None or value is False:
                continue
            if type(bound.field).__name__ == "TextsField":
                sent.update({f"{bound.html_name}__{code}": text for code, text in value.items()})
            else:
                sent[bound.html_name] = bound.field.widget.format_value(value) if isinstance(
                    value, dt.date | dt.time
                ) else value  # fmt: skip
    return sent


def change(client: Client, row: Any, **changed: Any) -> Any:
    """Open a row's page, change some fields, save."""
    sent = {**fields_of(client.get(page_of(row))), **changed}
    return client.post(page_of(row), {key: value for key, value in sent.items() if value is not None})


def errors(response: Any) -> dict[str, Any]:
    """Return every mistake that a page names, by field; inline fields under their full name."""
    context = response.context
    if context is None:
        return {}
    found = {name: list(told) for name, told in context["adminform"].form.errors.items()}
    for inline in context["inline_admin_formsets"]:
        for form in inline.formset.forms:
            found.update({f"{form.prefix}-{name}": list(told) for name, told in form.errors.items()})
        if inline.formset.non_form_errors():
            found[inline.formset.prefix] = list(inline.formset.non_form_errors())
    return found


# --- reachable ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", PAGES)
def test_a_superuser_reaches_every_page(
    boss: Client, ours: SimpleNamespace, theirs: SimpleNamespace, model: str
) -> None:
    models.Membership.objects.create(user=models.User.objects.get(), hotel=ours.hotel, role="owner")
    rows = models.Membership.objects.all() if model == "membership" else None
    row = rows.get() if rows is not None else row_of(ours, model)
    assert boss.get(listing(model)).status_code == 200
    assert boss.get(listing(model, "?q=linden")).status_code == 200
    assert boss.get(reverse(f"admin:menus_{model}_add")).status_code == 200
    assert boss.get(page_of(row)).status_code == 200
    assert boss.get(reverse(f"admin:menus_{model}_delete", args=[row.pk])).status_code == 200
    assert boss.get(reverse(f"admin:menus_{model}_history", args=[row.pk])).status_code == 200


def test_a_superuser_makes_accounts(boss: Client, ours: SimpleNamespace) -> None:
    assert boss.get(listing("user")).status_code == 200
    added = {"username": "eva", "is_staff": "on", "usable_password": "true"}
    added |= {"password1": "Lake-1908-x", "password2": "Lake-1908-x"}
    works = {"memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "0", "memberships-0-role": "kitchen"}
    works |= {"memberships-0-hotel": str(ours.hotel.pk)}
    assert errors(boss.post(reverse("admin:menus_user_add"), {**added, **works})) == {}
    eva = models.User.objects.get(username="eva")
    assert (eva.is_staff, eva.memberships.get().role) == (True, "kitchen")
    assert boss.get(page_of(eva)).status_code == 200
    assert boss.get(reverse("admin:auth_user_password_change", args=[eva.pk])).status_code == 200


def test_nobody_else_gets_in(ours: SimpleNamespace) -> None:
    assert Client().get(listing("menuitem")).status_code == 302
    client = Client()
    client.force_login(models.User.objects.create_user("stranger", is_staff=True))
    assert client.get(listing("menuitem")).status_code == 403
    assert client.get(page_of(ours.item)).status_code in {302, 403}


# --- hotels apart ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", OWNED_PAGES)
def test_a_manager_sees_only_their_own_hotel(
    anna: Client, ours: SimpleNamespace, theirs: SimpleNamespace, model: str
) -> None:
    own = anna.get(listing(model))
    assert [row.hotel_id for row in own.context["cl"].result_list] == [ours.hotel.pk]
    assert b"theirs" not in own.content.lower()
    assert anna.get(page_of(row_of(ours, model))).status_code == 200
    # Django leads away from a row that is not there for the person, with a message, instead of a bare 404.
    assert anna.get(page_of(row_of(theirs, model))).status_code == 302
    assert anna.post(page_of(row_of(theirs, model)), {}).status_code == 302
    assert (
        anna.post(reverse(f"admin:menus_{model}_delete", args=[row_of(theirs, model).pk]), {"post": "yes"}).status_code
        == 302
    )
    assert type(row_of(theirs, model)).objects.filter(pk=row_of(theirs, model).pk).exists()
    assert b"theirs" not in anna.get(reverse(f"admin:menus_{model}_add")).content.lower()


def test_a_manager_edits_their_hotel_but_makes_none(
    anna: Client, ours: SimpleNamespace, theirs: SimpleNamespace
) -> None:
    assert change(anna, ours.hotel, name="Ours at the lake").status_code == 302
    ours.hotel.refresh_from_db()
    assert ours.hotel.name == "Ours at the lake"
    assert anna.get(page_of(theirs.hotel)).status_code == 302
    assert anna.get(reverse("admin:menus_hotel_add")).status_code == 403
    assert anna.get(listing("user")).status_code == 403


def test_a_choice_of_another_hotel_is_refused(anna: Client, ours: SimpleNamespace, theirs: SimpleNamespace) -> None:
    added = {"hotel": theirs.hotel.pk, "question__en": "Pool?", "answer__en": "Yes."}
    assert "hotel" in errors(anna.post(reverse("admin:menus_article_add"), added))
    assert "section" in errors(change(anna, ours.item, section=theirs.section.pk))
    assert "venue" in errors(change(anna, ours.place, venue=theirs.venue.pk))


def test_autocomplete_offers_only_own_rows(anna: Client, ours: SimpleNamespace, theirs: SimpleNamespace) -> None:
    address = reverse("admin:autocomplete") + "?app_label=menus&model_name=menuitem&field_name=section&term="
    assert [each["id"] for each in anna.get(address + "mains").json()["results"]] == [str(ours.section.pk)]
    assert anna.get(address + "theirs").json()["results"] == []


def test_a_list_cannot_save_another_hotels_price(anna: Client, theirs: SimpleNamespace) -> None:
    sent = {
        "form-TOTAL_FORMS": 1,
        "form-INITIAL_FORMS": 1,
        "form-0-id": theirs.item.pk,
        "form-0-price": "1",
        "_save": "1",
    }
    anna.post(listing("menuitem"), sent)
    theirs.item.refresh_from_db()
    assert theirs.item.price == Decimal("9.5")


def test_roles(ours: SimpleNamespace) -> None:
    kitchen, desk = staff(ours.hotel, "kitchen"), staff(ours.hotel, "reception")
    assert change(kitchen, ours.item, price="10").status_code == 302
    assert kitchen.get(page_of(ours.article)).status_code == 200
    assert kitchen.post(page_of(ours.article), {}).status_code == 403
    assert desk.post(page_of(ours.item), {}).status_code == 403
    assert change(desk, ours.article, category="stay").status_code == 302
    assert desk.post(reverse("admin:menus_menuitem_delete", args=[ours.item.pk]), {"post": "yes"}).status_code == 403


def test_a_role_counts_in_its_own_hotel_only(ours: SimpleNamespace, theirs: SimpleNamespace) -> None:
    client = staff(ours.hotel, "manager")
    user = models.User.objects.get(username="manager-ours")
    models.Membership.objects.create(user=user, hotel=theirs.hotel, role="reception")
    assert client.get(page_of(theirs.item)).status_code == 200
    assert client.post(page_of(theirs.item), {}).status_code == 403
    items = [ours.item, theirs.item]
    sent = {"form-TOTAL_FORMS": 2, "form-INITIAL_FORMS": 2, "_save": "1"}
    for n, item in enumerate(items):
        sent |= {f"form-{n}-id": item.pk, f"form-{n}-price": "1", f"form-{n}-available": "on"}
    assert client.post(listing("menuitem"), sent).status_code == 403
    chosen = {"action": "mark_sold_out", "_selected_action": [item.pk for item in items]}
    client.post(listing("menuitem"), chosen)
    assert [models.MenuItem.objects.get(pk=item.pk).available for item in items] == [False, True]


def test_an_owner_changes_roles_in_their_hotel(ours: SimpleNamespace, theirs: SimpleNamespace) -> None:
    owner = staff(ours.hotel, "owner")
    staff(theirs.hotel, "kitchen")
    mine, other = models.Membership.objects.order_by("pk")
    assert change(owner, mine, role="manager").status_code == 302
    assert owner.get(page_of(other)).status_code == 302
    assert owner.get(reverse("admin:menus_membership_add")).status_code == 403


# --- lists ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "term", "found"),
    [
        ("menuitem", "dish 0", 1),
        ("menuitem", "DISH-0", 1),
        ("menuitem", "schnitzel", 0),
        ("menuitem", "en", 0),
        ("article", "wi-fi", 1),
        ("article", "netz", 1),
        ("article", "free", 1),
        ("venue", "linden", 1),
        ("menu", "dinner", 1),
        ("menusection", "mains", 1),
        ("option", "oil", 1),
        ("place", "101", 1),
        ("hotel", "ours", 1),
    ],
)
def test_search_reads_texts_and_not_language_codes(
    anna: Client, ours: SimpleNamespace, model: str, term: str, found: int
) -> None:
    models.Article.objects.filter(pk=ours.article.pk).update(also_asked=[{"de": "Gibt es Netz?"}])
    assert anna.get(listing(model, f"?q={term}")).context["cl"].result_count == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("diet=vegan", 1),
        ("diet=halal", 0),
        ("diet=nonsense", 1),
        ("available__exact=1", 1),
        ("allergens_complete__exact=1", 0),
        ("contains=milk", 1),
        ("contains=nuts", 0),
        ("contains=nonsense", 1),
    ],
)
def test_dishes_are_filtered(anna: Client, ours: SimpleNamespace, query: str, found: int) -> None:
    models.MenuItem.objects.update(diets=["vegan"])
    assert anna.get(listing("menuitem", f"?{query}")).context["cl"].result_count == found


def test_filters_by_venue_and_hotel(boss: Client, ours: SimpleNamespace, theirs: SimpleNamespace) -> None:
    for query in (f"hotel__id__exact={ours.hotel.pk}", f"section__menu__venue__id__exact={ours.venue.pk}"):
        rows = boss.get(listing("menuitem", f"?{query}")).context["cl"].result_list
        assert [row.pk for row in rows] == [ours.item.pk]


@pytest.mark.parametrize(
    ("state", "start", "end", "review"),
    [("current", None, None, None), ("expired", None, -1, None), ("later", 1, 5, None), ("review", None, None, 0)],
)
def test_answers_by_state(
    anna: Client, ours: SimpleNamespace, state: str, start: int | None, end: int | None, review: int | None
) -> None:
    models.Hotel.objects.update(timezone="Pacific/Kiritimati")
    there = dt.datetime.now(dt.timezone(dt.timedelta(hours=14))).date()
    day = lambda days: None if days is None else there + dt.timedelta(days=days)  # noqa: E731
    models.Article.objects.update(valid_from=day(start), valid_until=day(end), review_by=day(review))
    assert anna.get(listing("article", f"?state={state}")).context["cl"].result_count == 1
    other = "expired" if state != "expired" else "current"
    assert anna.get(listing("article", f"?state={other}")).context["cl"].result_count == 0


@pytest.mark.parametrize("model", [*PAGES, "user"])
def test_no_list_asks_more_for_more_rows(boss: Client, ours: SimpleNamespace, model: str) -> None:
    boss.get(listing(model))
    with CaptureQueriesContext(
        connection,
    ) as few:
        boss.get(listing(model))
    for n in range(3):
        more = build(f"more-{n}", dishes=3)
        models.Place.objects.create(hotel=more.hotel, key="t", kind="table", label=str(n), venue=more.venue)
        staff(more.hotel, "owner")
    with CaptureQueriesContext(connection) as many:
        boss.get(listing(model))
    # The sessions and the user are the same; a filter that has more than one choice may look once.
    assert len(many) <= len(few) + 2, "\n".join(each["sql"][:200] for each in many.captured_queries)


def test_no_page_asks_more_for_more_rows_below(boss: Client, ours: SimpleNamespace) -> None:
    pages = {
        reverse("admin:menus_menusection_change", args=[ours.item.section_id]): lambda n: models.MenuItem(
            section=ours.item.section, key=f"below-{n}", name={"en": f"Dish {n}"}
        ),
        reverse("admin:menus_menu_change", args=[ours.item.section.menu_id]): lambda n: models.MenuSection(
            menu=ours.item.section.menu, name={"en": f"Section {n}"}
        ),
        reverse("admin:menus_venue_change", args=[ours.venue.pk]): lambda n: models.Menu(
            venue=ours.venue, key=f"below-{n}", name={"en": f"Menu {n}"}
        ),
    }
    for address, another in pages.items():
        boss.get(address)
        asked = []
        for numbers in (range(2), range(2, 14)):
            for n in numbers:
                another(n).save()
            with CaptureQueriesContext(connection) as queries:
                boss.get(address)
            asked.append(len(queries))
        assert asked[0] == asked[1], address


def test_a_price_and_availability_are_saved_from_the_list(anna: Client, ours: SimpleNamespace) -> None:
    sent = {
        "form-TOTAL_FORMS": 1,
        "form-INITIAL_FORMS": 1,
        "form-0-id": ours.item.pk,
        "form-0-price": "12,50",
        "_save": "1",
    }
    assert anna.post(listing("menuitem"), sent).status_code == 302
    ours.item.refresh_from_db()
    assert (ours.item.price, ours.item.available) == (Decimal("12.5"), False)
    assert b'value="12.50"' in anna.get(listing("menuitem")).content


def test_dishes_are_marked_sold_out_together(anna: Client, ours: SimpleNamespace) -> None:
    anna.post(listing("menuitem"), {"action": "mark_sold_out", "_selected_action": [ours.item.pk]})
    ours.item.refresh_from_db()
    assert not ours.item.available


# --- texts ----------------------------------------------------------------------------------------------------------


def test_there_is_an_input_for_each_language_of_the_hotel(anna: Client, ours: SimpleNamespace) -> None:
    models.Venue.objects.filter(pk=ours.venue.pk).update(name={"en": "Linden", "it": "Il tiglio"})
    body = anna.get(page_of(ours.venue)).content.decode()
    for language in ("en", "de", "it"):
        assert f'name="name__{language}"' in body
    assert 'name="name__fr"' not in body


def test_saving_texts_drops_blank_languages(anna: Client, ours: SimpleNamespace) -> None:
    response = change(anna, ours.venue, name__en=" Lake ", name__de="  ", description__de="Am See\r\nund ruhig")
    assert errors(response) == {}
    ours.venue.refresh_from_db()
    assert (ours.venue.name, ours.venue.description) == ({"en": "Lake"}, {"de": "Am See\nund ruhig"})


def test_a_page_saved_untouched_changes_nothing(boss: Client, ours: SimpleNamespace) -> None:
    models.Article.objects.update(also_asked=[{"en": "wifi?", "de": "WLAN?"}, {"en": "internet"}])
    for model in ("hotel", *OWNED_PAGES):
        row = row_of(ours, model)
        before = type(row).objects.filter(pk=row.pk).values().get()
        response = change(boss, row)
        assert errors(response) == {}, model
        after = type(row).objects.filter(pk=row.pk).values().get()
        before.pop("version", None), after.pop("version", None)
        assert after == before, model


def test_the_hotels_own_language_is_needed(anna: Client, ours: SimpleNamespace) -> None:
    only_german = change(anna, ours.venue, name__en="", name__de="Linde")
    assert errors(only_german) == {"name": ["Write this in “en” too, the hotel's language."]}
    assert errors(change(anna, ours.venue, name__en=" ")) == {"name": ["Write this in the hotel's language."]}


def test_other_ways_to_ask_are_written_as_lines(anna: Client, ours: SimpleNamespace) -> None:
    lines = "en: wifi password?\r\nde: WLAN-Passwort?\r\n\r\nHow: do I get online\r\nen: internet"
    assert errors(change(anna, ours.article, also_asked=lines)) == {}
    ours.article.refresh_from_db()
    assert ours.article.also_asked == [
        {"en": "wifi password?", "de": "WLAN-Passwort?"},
        {"en": "How: do I get online"},
        {"en": "internet"},
    ]
    found = errors(change(anna, ours.article, also_asked="fr: le wifi ?"))
    assert found == {"also_asked": ["The hotel's languages are en, de; the line “fr: le wifi ?” begins with another."]}


# --- rows below rows ------------------------------------------------------------------------------------------------


def test_hours_are_added(anna: Client, ours: SimpleNamespace) -> None:
    added = {
        "opening_hours-TOTAL_FORMS": 2,
        "opening_hours-1-days": ["sun", "sat"],
        "opening_hours-1-opens": "18:00",
        "opening_hours-1-closes": "01:00",
        "opening_hours-1-label__de": "Abendessen",
    }
    assert errors(change(anna, ours.venue, **added)) == {}
    new = ours.venue.opening_hours.exclude(pk=ours.hours.pk).get()
    assert (new.days, new.closes, new.label) == (["sat", "sun"], dt.time(1), {"de": "Abendessen"})
    assert (new.hotel_id, new.position) == (ours.hotel.pk, 1)


@pytest.mark.parametrize(
    ("entry", "field", "sentence"),
    [
        ({"opens": "10:00", "closes": "11:00"}, "days", "Choose weekdays, or write one date."),
        ({"days": ["mon"], "date": "2026-12-24", "closed": "on"}, "days", "Choose weekdays or write a date, not both."),
        ({"days": ["mon"], "opens": "10:00"}, "closes", "Write when it closes, or tick “closed”."),
        ({"days": ["mon"], "closes": "10:00"}, "opens", "Write when it opens, or tick “closed”."),
        (
            {"date": "2026-12-24", "closed": "on", "opens": "10:00"},
            "opens",
            "A closed day has no times: empty this, or untick “closed”.",
        ),
        (
            {"days": ["someday"], "closed": "on"},
            "days",
            "Select a valid choice. someday is not one of the available choices.",
        ),
        ({"date": "soon", "closed": "on"}, "date", "Enter a valid date."),
    ],
)
def test_wrong_hours(anna: Client, ours: SimpleNamespace, entry: dict[str, Any], field: str, sentence: str) -> None:
    added = {f"opening_hours-1-{name}": value for name, value in entry.items()}
    found = errors(change(anna, ours.venue, **{"opening_hours-TOTAL_FORMS": 2}, **added))
    assert found == {f"opening_hours-1-{field}": [sentence]}


def test_a_menu_is_served_on_some_day(anna: Client, ours: SimpleNamespace) -> None:
    added = {"served-TOTAL_FORMS": 1, "served-0-starts": "12:00", "served-0-ends": "14:00"}
    assert errors(change(anna, ours.menu, **added)) == {"served-0-days": ["Choose at least one day."]}
    assert errors(change(anna, ours.menu, **added, **{"served-0-days": ["mon"]})) == {}
    assert ours.menu.served.get().days == ["mon"]


def test_a_dish_with_allergens_and_options_is_added(anna: Client, ours: SimpleNamespace) -> None:
    added = {
        "name__en": "Käse Soup",
        "price": "7.5",
        "section": ours.section.pk,
        "diets": ["vegetarian"],
        "allergens_complete": "on",
        "available": "on",
        "allergens-TOTAL_FORMS": 2,
        "allergens-INITIAL_FORMS": 0,
        "allergens-0-code": "milk",
        "allergens-0-status": "contains",
        "allergens-1-code": "gluten.rye",
        "allergens-1-status": "may_contain",
        "options-TOTAL_FORMS": 2,
        "options-INITIAL_FORMS": 0,
        "options-0-name__en": "Bread",
        "options-0-price": "1",
        "options-1-name__en": "Bread",
    }
    assert errors(anna.post(reverse("admin:menus_menuitem_add"), added)) == {}
    dish = models.MenuItem.objects.get(key="kase-soup")
    assert (dish.hotel_id, dish.position, dish.diets) == (ours.hotel.pk, 1, ["vegetarian"])
    assert sorted(dish.allergens.values_list("code", "status")) == [("gluten.rye", "may_contain"), ("milk", "contains")]
    assert list(dish.options.values_list("key", "position")) == [("bread", 0), ("bread-2", 1)]
    assert set(dish.allergens.values_list("hotel_id", flat=True)) == {ours.hotel.pk}


def test_a_contradiction_is_told(anna: Client, ours: SimpleNamespace) -> None:
    sent = {**fields_of(anna.get(page_of(ours.item))), "diets": ["vegan"]}
    response = anna.post(page_of(ours.item), sent, follow=True)
    assert "declared vegan, yet contains milk" in response.content.decode()
    assert "Contradicts itself" in response.content.decode()


def test_sections_and_dishes_are_added_where_they_stand(anna: Client, ours: SimpleNamespace) -> None:
    added = {"sections-TOTAL_FORMS": 2, "sections-1-name__en": "Desserts"}
    assert errors(change(anna, ours.menu, **added)) == {}
    desserts = ours.menu.sections.get(name={"en": "Desserts"})
    assert desserts.position == 1
    moved = {"sections-0-position": "1", "sections-1-position": "0"}
    assert errors(change(anna, ours.menu, **moved)) == {}
    assert list(ours.menu.sections.all()) == [desserts, ours.section]
    added = {"items-TOTAL_FORMS": 1, "items-0-name__en": "Cake", "items-0-price": "4,20", "items-0-available": "on"}
    assert errors(change(anna, desserts, **added)) == {}
    assert models.MenuItem.objects.filter(section=desserts).values_list("key", "price").get() == (
        "cake",
        Decimal("4.2"),
    )


# --- mistakes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "changed", "expected"),
    [
        ("menuitem", {"price": "-1"}, {"price": ["Ensure this value is greater than or equal to 0."]}),
        ("menuitem", {"price": "cheap"}, {"price": ["Write a price such as 14.50, or leave it empty."]}),
        ("menuitem", {"key": "Soup!"}, {"key": ["Use 1 to 64 of the characters a-z, 0-9 and -."]}),
        ("menuitem", {"key": "taken"}, {"key": ["Another entry of this hotel has the key “taken”."]}),
        ("menuitem", {"spiciness": "4"}, {"spiciness": ["Ensure this value is less than or equal to 3."]}),
        ("venue", {"key": "taken"}, {"key": ["Another entry of this hotel has the key “taken”."]}),
        ("menu", {"key": "taken"}, {"key": ["Another entry of this hotel has the key “taken”."]}),
        ("option", {"key": "taken"}, {"key": ["Another entry of this hotel has the key “taken”."]}),
        ("place", {"key": "taken"}, {"key": ["Another entry of this hotel has the key “taken”."]}),
        ("article", {"key": "taken"}, {"key": ["Another entry of this hotel has the key “taken”."]}),
        (
            "article",
            {"valid_from": "2026-12-02", "valid_until": "2026-12-01"},
            {"valid_until": ["It would end before it begins."]},
        ),
        ("hotel", {"currency": "euro"}, {"currency": ["Ensure this value has at most 3 characters (it has 4)."]}),
        ("hotel", {"currency": "e1"}, {"currency": ["Write the currency's three letters, such as EUR or CHF."]}),
        ("hotel", {"languages": "en, English"}, {"languages": ["“English” is not a language code such as en or de."]}),
        ("hotel", {"languages": "de"}, {"default_language": ["Choose one of the hotel's languages: de."]}),
        ("hotel", {"slug": "theirs"}, {"slug": ["Hotel with this Slug already exists."]}),
        ("hotel", {"slug": "The Ours"}, {"slug": ["Use a-z, 0-9 and -."]}),
    ],
)
def test_mistakes_are_sentences_at_their_field(
    boss: Client, ours: SimpleNamespace, theirs: SimpleNamespace, model: str, changed: dict[str, Any], expected: Any
) -> None:
    hotel = ours.hotel
    models.Venue.objects.create(hotel=hotel, key="taken", kind="bar", name={"en": "x"})
    models.Menu.objects.create(venue=ours.venue, key="taken", name={"en": "x"})
    models.MenuItem.objects.create(section=ours.section, key="taken", name={"en": "x"})
    models.Option.objects.create(item=ours.item, key="taken", name={"en": "x"})
    models.Article.objects.create(hotel=hotel, key="taken", question={"en": "x"}, answer={"en": "x"})
    models.Place.objects.create(hotel=hotel, key="taken", kind="room", label="x")
    assert errors(change(boss, row_of(ours, model), **changed)) == expected


def test_an_allergen_is_declared_once(anna: Client, ours: SimpleNamespace) -> None:
    added = {"allergens-TOTAL_FORMS": 2, "allergens-1-code": "milk", "allergens-1-status": "free"}
    found = errors(change(anna, ours.item, **added))
    assert found["allergens"] == ["The same allergen is declared twice."]


def test_nothing_moves_to_another_hotel(boss: Client, ours: SimpleNamespace, theirs: SimpleNamespace) -> None:
    sentence = ["This belongs to another hotel. Make it anew there instead of moving it."]
    assert errors(change(boss, ours.menu, venue=theirs.venue.pk)) == {"venue": sentence}
    assert errors(change(boss, ours.item, section=theirs.section.pk)) == {"section": sentence}
    assert errors(change(boss, ours.place, venue=theirs.venue.pk)) == {"venue": ["Choose a venue of the same hotel."]}
    assert errors(change(boss, ours.article, hotel=theirs.hotel.pk)) == {}
    ours.article.refresh_from_db()
    assert ours.article.hotel_id == ours.hotel.pk


# --- places and their codes -----------------------------------------------------------------------------------------


def test_a_place_shows_its_code_and_never_takes_one(anna: Client, ours: SimpleNamespace) -> None:
    before = ours.place.code
    body = anna.get(page_of(ours.place)).content.decode()
    assert f"/q/{before}/" in body
    assert "<svg" in body
    change(anna, ours.place, code="mine", label="102")
    ours.place.refresh_from_db()
    assert (ours.place.code, ours.place.label) == (before, "102")


def test_a_code_is_revoked_and_made_anew(anna: Client, ours: SimpleNamespace) -> None:
    before = ours.place.code
    assert change(anna, ours.place, menus_place_revoke_code="1").status_code == 302
    ours.place.refresh_from_db()
    assert ours.place.revoked_at is not None
    assert "no longer counts" in anna.get(page_of(ours.place)).content.decode()
    assert change(anna, ours.place, menus_place_make_new_code="1").status_code == 302
    ours.place.refresh_from_db()
    assert ours.place.revoked_at is None
    assert ours.place.code != before


def test_a_new_guest_is_told_to_whoever_keeps_the_chats(
    anna: Client, ours: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone, told = Signal(), []
    alone.connect(lambda sender, **said: told.append((said["place"], said["forget"])) or 3, weak=False)
    monkeypatch.setattr(signals, "stay_ended", alone)
    assert change(anna, ours.place, menus_place_new_guest="1").status_code == 302
    assert told == [(ours.place, False)]
    history = anna.get(reverse("admin:menus_place_history", args=[ours.place.pk])).content.decode()
    assert "New guest: chats ended: 3." in history


def test_how_long_chats_are_kept_has_bounds(anna: Client, ours: SimpleNamespace) -> None:
    for days in ("0", "366", "x", ""):
        assert "retention_days" in errors(change(anna, ours.hotel, retention_days=days))
    assert errors(change(anna, ours.hotel, retention_days="90", escalate_after_minutes="5")) == {}
    ours.hotel.refresh_from_db()
    assert (ours.hotel.retention_days, ours.hotel.escalate_after_minutes) == (90, 5)


def test_codes_are_revoked_and_made_anew_together(anna: Client, ours: SimpleNamespace, theirs: SimpleNamespace) -> None:
    before = ours.place.code
    chosen = {"_selected_action": [ours.place.pk, theirs.place.pk]}
    anna.post(listing("place"), {"action": "revoke_codes", **chosen})
    assert list(models.Place.objects.exclude(revoked_at=None)) == [ours.place]
    anna.post(listing("place"), {"action": "make_new_codes", **chosen})
    ours.place.refresh_from_db()
    assert ours.place.code != before
    assert ours.place.revoked_at is None
    assert models.Place.objects.get(pk=theirs.place.pk).code == theirs.place.code


def test_a_place_is_added_with_a_key_made_from_its_label(anna: Client, ours: SimpleNamespace) -> None:
    added = {"hotel": ours.hotel.pk, "kind": "table", "label": "7"}
    assert errors(anna.post(reverse("admin:menus_place_add"), added)) == {}
    assert models.Place.objects.get(label="7").key == "table-7"


# --- the pages' policy and names ------------------------------------------------------------------------------------


def _policy(path: str) -> dict[str, str]:
    answer = CSPMiddleware(PagePolicyMiddleware(lambda request: HttpResponse()))(RequestFactory().get(path))
    assert isinstance(answer, HttpResponse)
    named = (part.strip().partition(" ") for part in answer[HEADER].split(";") if part.strip())
    return {name: sources for name, _space, sources in named}


def test_the_admin_has_its_own_policy_and_still_no_third_party() -> None:
    guests, admin = _policy("/chat/"), _policy(reverse("admin:index"))
    assert guests["script-src"] == guests["style-src"] == "'self'"
    assert admin["script-src"] == "'self' 'unsafe-eval'"
    assert admin["style-src"] == "'self' 'unsafe-inline'"
    assert set(" ".join(admin.values()).split()) <= {"'self'", "'none'", "'unsafe-eval'", "'unsafe-inline'", "data:"}


def test_no_admin_page_names_a_third_party(boss: Client, ours: SimpleNamespace) -> None:
    for address in (reverse("admin:index"), listing("menuitem"), page_of(ours.item), page_of(ours.venue)):
        body = boss.get(address).content.decode()
        assert 'src="http' not in body
        assert "url(http" not in body
        assert 'rel="stylesheet" href="http' not in body


def test_the_sidebar_leads_somewhere(boss: Client) -> None:
    for group in UNFOLD["SIDEBAR"]["navigation"]:
        for entry in group["items"]:
            assert boss.get(str(entry["link"]), follow=True).status_code == 200


def test_a_manager_says_how_sure_the_assistant_must_be(anna: Client, ours: SimpleNamespace) -> None:
    assert "answer_confidence" in errors(change(anna, ours.hotel, answer_confidence="120"))
    assert errors(change(anna, ours.hotel, answer_confidence="90")) == {}
    ours.hotel.refresh_from_db()
    assert ours.hotel.answer_confidence == 90
