"""The walk: everybody at every address that there is, and nobody is shown anything of a hotel that is not theirs.

Addresses, admin pages, their searches, filters, actions and inlines are found from the product itself, so whatever is
added is walked as well. Texts of two hotels carry marks; a page that shows a foreign mark has leaked.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from guestchat.guest import pass_cookie
from guestchat.guest.database import in_thread
from guestchat.models import Conversation, Message
from menus.models import Hotel, Membership, Place, User
from tests.guestchat.guest.chatting import PARKING, Guest
from tests.guestchat.wall.planting import MARKS, everything_of, person, plant

Planted = dict[str, dict[type[models.Model], Any]]
# Without its last letter, so that a page which only repeats what was written is no leak.
CUT = [mark[:-1] for mark in MARKS.values()]
QUESTIONS = (PARKING, "What is on the menu?", "I would like two more towels.", *(f"Tell me of {cut}" for cut in CUT))
ROLES = [str(role) for role in Membership.Role]


@dataclass(frozen=True, kw_only=True)
class Walker:
    """Somebody who walks, and the hotels that are not theirs."""

    client: Client
    foreign: tuple[str, ...]


@pytest.fixture
def planted(db: None) -> Planted:
    return {slug: plant(slug) for slug in MARKS}


def guest(planted: Planted, slug: str) -> Walker:
    place = planted[slug][Place]
    assert isinstance(place, Place)
    client = Client()
    assert client.get(f"/q/{place.code}/").status_code == 302
    for question in QUESTIONS:
        assert client.post("/chat/messages/", {"text": question}).status_code == 303
    return Walker(client=client, foreign=tuple(other for other in MARKS if other != slug))


def staff(planted: Planted, name: str, *works: tuple[str, str]) -> Walker:
    """Return a member of the staff who works in these hotels in these roles."""
    user = person(name)
    for slug, role in works:
        Membership.objects.create(user=user, hotel=planted[slug][Hotel], role=role)
    client = Client()
    client.force_login(user)
    here = {slug for slug, _role in works}
    return Walker(client=client, foreign=tuple(slug for slug in MARKS if slug not in here))


def walker(planted: Planted, who: str) -> Walker:
    kind, _, rest = who.partition(" ")
    if kind == "guest":
        return guest(planted, rest)
    if kind == "nobody":
        return Walker(client=Client(), foreign=tuple(MARKS))
    if kind == "stranger":  # on the staff, and of no hotel
        return staff(planted, who)
    if kind == "both":
        return staff(planted, who, *((slug, rest) for slug in MARKS))
    return staff(planted, who, (kind, rest))


# --- where there is something to see ------------------------------------------------
def routes(patterns: Any = None, before: str = "/") -> Iterator[tuple[str, str]]:
    """Yield every address of the product as a pattern, with its name."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, before + str(each.pattern))
        elif isinstance(each, URLPattern):
            yield before + str(each.pattern), each.name or ""


def addresses(planted: Planted) -> list[str]:
    """Return every address with whatever these hotels have to put into it."""
    found = []
    for route, _name in routes():
        if "logout" in route:
            continue
        plain = re.sub(r"[\^$]", "", route)
        filled = [plain]
        for parameter in re.findall(r"<[^>]*>|\(\?P<[^)]*\)", plain):
            filled = [
                each.replace(parameter, value, 1) for each in filled for value in values(route, parameter, planted)
            ]
        found += filled
    return found


def values(route: str, parameter: str, planted: Planted) -> list[str]:
    name = re.search(r"(\w+)\W*$", parameter.split(">")[0])
    match name.group(1) if name else "":
        case "code" if route.startswith("/r/"):
            return [str(getattr(rows[Message], "receipt")) for rows in planted.values()]  # noqa: B009
        case "code":
            return [str(rows[Place].code) for rows in planted.values()]  # type: ignore[attr-defined]
        case "venue_key":
            return [mark.lower() for mark in MARKS.values()]
        case "slug":
            return list(MARKS)
        case "key" if route.startswith("/staff/"):
            return [cut.lower() for cut in CUT]  # the login repeats the address; the dish itself is posted to elsewhere
        case "id" if route.startswith("/staff/"):
            return [str(rows[Conversation].pk) for rows in planted.values()]
        case "seq":
            return ["2"]
        case "number":
            return ["1"]
        case "app_label":
            return ["menus"]
        case "url":
            return ["nowhere"]
    of = [each for each in admin.site._registry if f"/{each._meta.app_label}/{each._meta.model_name}/" in route]
    models_there = of or [Place]
    return [str(rows[each].pk) for rows in planted.values() for each in models_there if each in rows] or ["1"]


def lists(planted: Planted) -> list[str]:
    """Return the admin's lists as searched and filtered for either hotel, and every autocomplete."""
    found = []
    for model, page in admin.site._registry.items():
        here = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        cuts = [MARKS[slug][:-1] for slug in planted]
        found += [f"{here}?q={cut}" for cut in cuts]
        for entry in page.list_filter:
            path = entry[0] if isinstance(entry, tuple) else entry
            last = path.split("__")[-1] if isinstance(path, str) else ""
            rows = [rows[each] for rows in planted.values() for each in rows if each._meta.model_name == last]
            found += [f"{here}?{path}__id__exact={row.pk}" for row in rows]
        asked = "/admin/autocomplete/?app_label={}&model_name={}&field_name={}&term={}"
        fields = [each.name for each in model._meta.get_fields() if each.many_to_one and each.concrete]
        for name in fields:
            for term in ("", *cuts):
                found.append(asked.format(model._meta.app_label, model._meta.model_name, name, term))
    return [*found, *(f"/admin/search/?s={cut}" for cut in CUT)]


def leak(response: Any, foreign: tuple[str, ...]) -> str:
    """Return the foreign mark or secret that a response shows, if any."""
    shown = b"".join(response.streaming_content) if response.streaming else response.content
    text = shown.decode("utf-8", "replace") + json.dumps(dict(response.headers))
    marks = [MARKS[slug] for slug in foreign]
    return next((mark for mark in marks if re.search(mark, text, re.IGNORECASE)), "")


# --- reading ---------------------------------------------------------------------------
WALKERS = [
    "guest alpha",
    "nobody",
    "stranger",
    *(f"alpha {role}" for role in ROLES),
    "both manager",
]


HURRIED = {f"alpha {role}" for role in ROLES} - {"alpha owner"}


@pytest.mark.parametrize("who", WALKERS)
def test_nobody_is_shown_anything_of_a_foreign_hotel(planted: Planted, who: str) -> None:
    walking = walker(planted, who)
    walking.client.raise_request_exception = False
    leaks, failures, seen = [], [], set()
    # Pages take their time to draw: of roles that differ in rights alone, one looks at its own rows as well.
    shown = planted if who not in HURRIED else {slug: planted[slug] for slug in walking.foreign}
    for address in [*addresses(shown), *lists(shown)]:
        # What somebody holds the code or the receipt of is theirs to see.
        if address.startswith(("/q/", "/r/")):
            continue
        response = walking.client.get(address, headers={"Accept": "text/html"})
        if response.status_code >= 500:
            failures.append(address)
        if found := leak(response, walking.foreign):
            leaks.append((address, found))
        seen |= {slug for slug in MARKS if leak(response, (slug,))}
    assert leaks == []
    assert failures == [] or failures == ["/readyz"]
    # Whoever is somewhere at home was shown it: the walk does see marks.
    assert seen == (set() if who in {"nobody", "stranger"} else set(MARKS) - set(walking.foreign))


@pytest.mark.parametrize("slug", MARKS)
def test_a_code_and_a_receipt_open_their_own_hotel_only(planted: Planted, slug: str) -> None:
    (other,) = set(MARKS) - {slug}
    walking = guest(planted, other)  # with a pass of the other hotel
    message, place = planted[slug][Message], planted[slug][Place]
    assert isinstance(message, Message)
    assert isinstance(place, Place)
    receipt = walking.client.get(f"/r/{message.receipt}/")
    assert MARKS[slug] in receipt.content.decode()
    assert not leak(receipt, (other,))
    walking.client.get(f"/q/{place.code}/")
    chat = walking.client.get("/chat/")
    assert MARKS[slug] in chat.content.decode()
    assert not leak(chat, (other,))


# --- writing ---------------------------------------------------------------------------
def forms(page: Any, planted: Planted, theirs: str, mine: str) -> Iterator[dict[str, Any]]:
    """Yield forms for an admin page of one hotel that name rows of another in every field that names a row."""
    model = page.model
    own, foreign = planted[mine], planted[theirs]
    row = own.get(model)
    if row is None:
        return
    filled: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        value = getattr(row, field.attname)
        filled[field.name] = "" if value is None else json.dumps(value) if isinstance(value, dict | list) else value
    blank: dict[str, str | int] = {}
    for inline in page.inlines:
        prefix = inline.model._meta.get_field(
            inline.fk_name or keys_to(inline.model, model)
        ).remote_field.get_accessor_name()
        blank |= {f"{prefix}-{part}": 0 for part in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")}
        if inline.model in foreign:
            # The inline's row is the other hotel's.
            yield {
                **filled,
                **blank,
                f"{prefix}-TOTAL_FORMS": 1,
                f"{prefix}-INITIAL_FORMS": 1,
                f"{prefix}-0-id": foreign[inline.model].pk,
                f"{prefix}-0-DELETE": "on",
            }
    yield {**filled, **blank}
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and field.related_model in foreign:
            yield {**filled, **blank, field.name: foreign[field.related_model].pk}


def keys_to(model: type[models.Model], above: type[models.Model]) -> str:
    return next(each.name for each in model._meta.concrete_fields if each.related_model is above)


@pytest.mark.parametrize("who", ["alpha owner", "stranger", "guest alpha"])
def test_nobody_changes_anything_of_a_foreign_hotel(planted: Planted, who: str) -> None:
    walking = walker(planted, who)
    walking.client.raise_request_exception = False
    before = everything_of(int(planted["omega"][Hotel].pk))
    assert before["menus_venue"]
    leaks = []
    for model, page in admin.site._registry.items():
        here = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        if model not in planted["omega"]:
            continue
        foreign, own = planted["omega"][model], planted["alpha"][model]
        sent: list[tuple[str, dict[str, Any]]] = [(f"{here}{foreign.pk}/delete/", {"post": "yes"})]
        for form in forms(page, planted, "omega", "alpha"):
            sent += [(f"{here}{each}/change/", form) for each in (own.pk, foreign.pk)] + [(f"{here}add/", form)]
        for action in ["delete_selected", *(each for each in page.actions or () if isinstance(each, str))]:
            sent.append((here, {"action": action, "_selected_action": [foreign.pk], "post": "yes"}))
        for name in page.list_editable:
            table = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": foreign.pk, f"form-0-{name}": 1}
            sent.append((here, {**table, "_save": "Save"}))
        for address, form in sent:
            response = walking.client.post(address, form)
            assert response.status_code < 500, (address, form)
            if found := leak(response, walking.foreign):
                leaks.append((address, form, found))
    for form in ({"text": PARKING}, {"rate": "2", "value": "1"}, {"confirm": "2", "accept": "true"}):
        foreign_talk = str(planted["omega"][Conversation].pk)
        walking.client.post("/chat/messages/", {**form, "conversation": foreign_talk})
    assert leaks == []
    assert everything_of(int(planted["omega"][Hotel].pk)) == before


def _bad_row(client: Client, key: str) -> str:
    file = SimpleUploadedFile("dishes.csv", f"Key,Price,Portion\n{key},1,x\n".encode())
    (fault,) = client.post("/staff/alpha/dishes/", {"file": file}).context["plan"].faults
    return str(fault.sentence)


@pytest.mark.parametrize("who", ["alpha owner", "stranger", "guest alpha"])
def test_no_table_of_dishes_reaches_a_foreign_hotel(planted: Planted, who: str) -> None:
    walking, (_own, foreign) = walker(planted, who), MARKS.values()
    before = everything_of(int(planted["omega"][Hotel].pk))
    places = ",".join([foreign.lower()] * 2)
    tables = {
        # The page says back what was written.
        f"Key,Price,Portion\n{foreign.lower()},1,x\n": False,
        f"Venue,Menu,Section,Name (en)\n{places},Mains,Soup\n": False,
        f"Venue,Menu,Section,Name (en)\n{foreign[:-1]} name,,Mains,Soup\n": True,
    }
    for slug in MARKS:
        for table, says_nothing_back in tables.items():
            file = SimpleUploadedFile("dishes.csv", table.encode())
            looked = walking.client.post(f"/staff/{slug}/dishes/", {"file": file})
            if who == "alpha owner" and slug == "alpha":
                # What is another hotel's is not found: no dish to change, no place for a new one.
                assert looked.context["plan"].entries == ()
                assert looked.context["plan"].bad_rows == [2]
            else:
                assert looked.status_code == (302 if who == "guest alpha" else 404)
            assert not (says_nothing_back and leak(looked, walking.foreign))
    if who == "alpha owner":
        # A key of another hotel's is told as one that is nowhere.
        told = [_bad_row(walking.client, key) for key in (foreign.lower(), "nowhere")]
        assert told[0].replace(foreign.lower(), "nowhere") == told[1]
    assert everything_of(int(planted["omega"][Hotel].pk)) == before


def test_a_superuser_is_shown_every_hotel(planted: Planted) -> None:
    User.objects.create_superuser("root", password="x")
    client = Client()
    client.force_login(User.objects.get(username="root"))
    shown = client.get("/admin/menus/venue/").content.decode()
    assert all(mark in shown for mark in MARKS.values())


# --- the socket ---------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
async def test_a_pass_that_names_two_hotels_opens_no_conversation() -> None:
    """Only a slip of ours could sign such a pass; the wall beneath still shows nothing."""
    planted = {slug: await in_thread(plant, slug) for slug in MARKS}
    talk, hotel = planted["omega"][Conversation], planted["alpha"][Hotel]
    forged = pass_cookie.Pass(conversation=talk.pk, hotel=hotel.pk)
    stranger = Guest(forged.write())
    assert (await stranger.come())["code"] == "closed"
    own = Guest(pass_cookie.Pass(conversation=talk.pk, hotel=talk.hotel_id).write())  # type: ignore[attr-defined]
    assert MARKS["omega"] in str(await own.come())
    await own.leave()


@pytest.mark.parametrize("origin", ["http://evil.example", "http://testserver.evil.example", "null", None])
@pytest.mark.django_db(transaction=True)
async def test_a_socket_of_another_origin_is_refused(origin: str | None) -> None:
    planted = await in_thread(plant, "alpha")
    talk = planted[Conversation]
    held = pass_cookie.Pass(conversation=talk.pk, hotel=planted[Hotel].pk)
    refused = Guest(held.write(), origin=origin)
    accepted, _code = await refused.socket.connect(timeout=10)
    assert not accepted
