"""Forgotten filters: each one is taken away by itself, and the wall beneath still shows nothing of another hotel.

Filters of Django are found while the product runs, those of our own SQL in its text. What the source has and no probe
reaches is named, so a new filter cannot slip by untested.
"""

import ast
import contextlib
import datetime as dt
import re
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.models.query import QuerySet
from django.test import Client
from django.utils import timezone
from psycopg.types.json import Jsonb

from guestchat import calls, gaps, ledger, service_requests, stays, takeover, tasks, turns
from guestchat.guest import pass_cookie
from guestchat.models import Conversation, Deletion, Gap, Message, Passage, ServiceRequest, Webhook
from guestchat.retrieval import passages
from guestchat.retrieval import search as searching
from guestchat.staff import truth
from guestchat.webhooks import outbox, sending
from menus import dish_table, matrix, qr, tenancy, week
from menus.content import load
from menus.forms import fresh_key, next_position
from menus.models import Article, Hotel, Membership, MenuItem, OpeningHours, Place, User, Venue
from menus.spreadsheets import Row
from tests.guestchat.guest.chatting import PARKING, WHEAT
from tests.guestchat.wall.planting import MARKS, everything_of, person, plant

ROOT = Path(__file__).resolve().parents[3]
Planted = dict[str, dict[type[models.Model], Any]]
Site = tuple[str, int]
Probe = Callable[[], str]
Reached = dict[Site, list[Probe]]
_PROBES = 3  # of each line: enough to come by in more than one way
# Run by operators' commands over whatever hotel they name, as the owner of the tables.
BY_OPERATORS = ("menus/hotel_file", "/management/", "guestchat/evaluation", "guestchat/training", "/migrations/")
OF_A_HOTEL = {"hotel", "hotel_id", "conversation", "conversation_id", "place", "message", "receipt", "code"}


@pytest.fixture
def planted(db: None, settings: Any) -> Planted:
    settings.EMAIL_HOST = "mail.alpha.example"
    return {slug: plant(slug) for slug in MARKS}


def pk_of(planted: Planted, slug: str) -> int:
    return int(planted[slug][Hotel].pk)


# --- Django's filters -----------------------------------------------------------------
def site() -> Site | None:
    """Return the line of ours that asks for a filter, or None where Django asks for itself."""
    frame: Any = sys._getframe(2)
    while frame is not None and "/django/db/models/" in frame.f_code.co_filename:
        frame = frame.f_back
    file = Path(frame.f_code.co_filename)
    if not file.is_relative_to(ROOT) or file.is_relative_to(ROOT / "tests") or ".venv" in file.parts:
        return None
    return str(file.relative_to(ROOT)), frame.f_lineno


@contextlib.contextmanager
def filters(change: Callable[[Site], bool]) -> Iterator[None]:
    """Take away the filters at the lines that `change` returns true for."""
    filtered = QuerySet._filter_or_exclude  # type: ignore[attr-defined]

    def may_forget(self: Any, negate: bool, args: Any, kwargs: Any) -> Any:
        here = site()
        if here is not None and not negate and change(here):
            return self._chain()
        return filtered(self, negate, args, kwargs)

    QuerySet._filter_or_exclude = may_forget  # type: ignore[attr-defined]
    try:
        yield
    finally:
        QuerySet._filter_or_exclude = filtered  # type: ignore[attr-defined]


def probes(planted: Planted) -> list[Probe]:
    """Return what guests and staff of the first hotel do; each returns what it is shown."""
    hotel_id = pk_of(planted, "alpha")
    own, foreign = planted["alpha"], planted["omega"]
    guest, staff = Client(raise_request_exception=False), Client(raise_request_exception=False)
    place, receipt = own[Place], own[Message]
    assert isinstance(place, Place)
    assert isinstance(receipt, Message)
    talked, hotel = own[Conversation], own[Hotel]
    assert isinstance(talked, Conversation)
    assert isinstance(hotel, Hotel)
    written = own[Article]
    assert isinstance(written, Article)
    Message.objects.create(hotel=hotel, conversation=talked, seq=1, role="guest", text=PARKING)
    Conversation.objects.filter(pk=talked.pk).update(seq=3)  # where nothing new was said, nothing is read
    guest.get(f"/q/{place.code}/")
    earlier = Client(raise_request_exception=False)  # the one who had the planted talk
    earlier.cookies[pass_cookie.COOKIE] = pass_cookie.Pass(
        conversation=own[Conversation].pk, hotel=hotel_id, by_place={}
    ).write()
    boss = person("boss")
    Membership.objects.create(user=boss, hotel_id=hotel_id, role="owner")
    staff.force_login(boss)
    talk = own[Conversation].pk

    def get(client: Client, path: str) -> Probe:
        return lambda: client.get(path).content.decode("utf-8", "replace")

    def post(client: Client, path: str, form: dict[str, Any]) -> Probe:
        return lambda: client.post(path, form).content.decode("utf-8", "replace")

    def bound(call: Callable[[], Any]) -> Probe:
        def probe() -> str:
            with tenancy.at(hotel_id):
                return str(call())

        return probe

    here = "/admin/menus/"
    kinds = [each for each in own if each._meta.app_label == "menus" and each._meta.model_name in _registered()]
    return [
        get(guest, f"/q/{place.code}/"),
        post(guest, "/chat/messages/", {"text": PARKING}),
        post(guest, "/chat/messages/", {"text": WHEAT}),
        post(guest, "/chat/messages/", {"text": "I would like two more towels."}),
        post(guest, "/chat/messages/", {"confirm": "6", "accept": "true"}),
        post(guest, "/chat/messages/", {"rate": "2", "value": "1"}),
        get(guest, "/chat/"),
        get(guest, "/chat/messages/?after=0"),
        get(guest, "/menu/"),
        get(guest, f"/r/{receipt.receipt}/"),
        get(earlier, "/chat/"),
        bound(lambda: answered_twice(talk)),
        bound(lambda: tasks._finish_abandoned(hotel)),
        bound(lambda: stays.close_at(place)),
        bound(lambda: stays.delete_at(place)),
        bound(lambda: stays.delete(talked, Deletion.Reason.GUEST)),
        bound(lambda: stays.purge(hotel, timezone.now() + dt.timedelta(days=4_000))),
        bound(lambda: looked_after(hotel, talked)),
        bound(lambda: fresh_key(own[Article], own[Hotel])),
        bound(lambda: next_position(own[Article])),
        bound(lambda: MenuItem.objects.get(pk=own[MenuItem].pk).delete()),
        post(staff, f"{here}article/{own[Article].pk}/change/", article(own[Article])),
        bound(lambda: [each.text for each in turns.said_after(talk, 0)[1]]),
        bound(lambda: [turn.question.text for turn in turns.pending(talk)]),
        bound(lambda: turns.rate(talk, 2, 1)),
        bound(lambda: service_requests.requests_of(talk, [2])),
        bound(lambda: service_requests.confirm(talk, 2, accept=True)),
        bound(lambda: passages.sync(hotel_id)),
        bound(lambda: [each.question.text for each in [turns._repeated(talk, uuid.uuid4(), _held(talk))] if each]),
        *(get(staff, f"{here}{each._meta.model_name}/") for each in kinds),
        *(get(staff, f"{here}{each._meta.model_name}/{own[each].pk}/change/") for each in kinds),
        *(get(staff, f"{here}{each._meta.model_name}/{foreign[each].pk}/change/") for each in kinds),
        *(get(staff, f"{here}{each._meta.model_name}/add/") for each in kinds),
        get(staff, "/admin/autocomplete/?app_label=menus&model_name=menuitem&field_name=section&term="),
        get(staff, "/admin/autocomplete/?app_label=menus&model_name=option&field_name=item&term="),
        get(staff, f"{here}menuitem/?contains=milk&diet=vegan"),
        get(staff, f"{here}article/?state=current"),
        *(get(staff, f"/staff/alpha/{page}") for page in ("", "?all=1", "requests/")),
        *(get(staff, f"/staff/alpha/conversations/{each[Conversation].pk}/") for each in (own, foreign)),
        post(staff, f"/staff/alpha/conversations/{talk}/take/", {}),
        post(staff, f"/staff/alpha/requests/{talk}/2/1/", {"to": "acknowledged"}),
        bound(lambda: taken_over(talk, boss)),
        bound(lambda: refused(talk, boss)),
        bound(lambda: closed_gap(hotel, talked, boss)),
        get(staff, "/staff/alpha/truth/"),
        post(staff, "/staff/alpha/truth/", {"article": written.key, "term": "90"}),
        bound(lambda: [*truth.warnings(written), *map(str, truth.conflicts(hotel))]),
        *(get(staff, f"/staff/alpha/gaps/{page}") for page in ("", "?popular=1", f"{talk}/1/")),
        *(
            get(staff, f"/staff/alpha/{page}")
            for page in (
                "allergens/",
                "figures/",
                "start/",
                "codes/",
                "codes/sheet/?form=a6&place=ankerplatz",
                "hours/",
            )
        ),
        lambda: staff.get("/staff/alpha/figures/", headers={"HX-Request": "true"}).content.decode(),
        bound(lambda: matrix.save(hotel, [change(own[MenuItem])], boss)),
        bound(lambda: taken_in(hotel, own[MenuItem].key, boss)),
        *(get(staff, f"/staff/alpha/dishes/{page}") for page in ("", "download/")),
        *(get(staff, f"/staff/alpha/kitchen/{page}") for page in ("", "?q=o")),
        get(staff, "/staff/"),
        post(staff, "/staff/alpha/codes/patrol/", {"text": qr.guest_link(place)}),
        bound(lambda: rewritten(own[Venue], boss)),
        bound(lambda: systems_told(hotel, own[ServiceRequest], boss)),
        get(staff, f"/admin/guestchat/webhook/{own[Webhook].pk}/change/"),
        post(
            staff,
            f"/admin/guestchat/webhook/{own[Webhook].pk}/change/",
            {"name": "Tablet", "url": "https://hooks.example/", "guestchat_webhook_send_test": "1"},
        ),
        post(staff, "/staff/alpha/ask/", {"text": PARKING}),
        post(staff, "/staff/alpha/start/answers/", {"wifi": "Ask at the desk."}),
        post(staff, f"/staff/alpha/kitchen/{MARKS['alpha'].lower()}/", {"available": "0"}),
    ]


def taken_in(hotel: Hotel, key: str, person: User) -> list[str]:
    """Take in a table that changes one dish."""
    table = [Row(number=1, cells=("Key", "Portion")), Row(number=2, cells=(key, "250 g"))]
    content = load(hotel.pk)
    assert content is not None
    done = dish_table.put(hotel, table, dish_table.plan(content, table).mark, person)
    return [each.key for each in done.changed]


def rewritten(venue: Any, person: User) -> bool:
    """Write a venue's hours anew."""
    rows = list(OpeningHours.objects.filter(venue=venue))
    wanted = [week.Entry(days=("mon",), span=week.Span(dt.time(9), dt.time(10)))]
    return week.save(venue, wanted, week.mark(rows), person)


def systems_told(hotel: Hotel, request: Any, person: User) -> int:
    """Note a step for the hotel's systems, tell them in vain, and forget what is old."""
    ServiceRequest.objects.filter(pk=request.pk).update(status="new")
    service_requests.move(request, "acknowledged", person)
    hook = Webhook.objects.get(hotel=hotel)
    told = sending._tell(hook, timezone.now() + dt.timedelta(days=4_000), time.monotonic() + 5)
    return told + outbox.forget_old(hotel.pk, timezone.now() + dt.timedelta(days=8_000))


def taken_over(talk: uuid.UUID, person: User) -> list[str]:
    """Take a conversation over, write in it and hand it back, with a call that is answered and ended so."""
    ServiceRequest.objects.filter(conversation_id=talk).update(is_call=True, status="new")
    takeover.take(talk, person)
    takeover.write(talk, person, "said", uuid.uuid4())
    takeover.hand_back(talk, person, seen=99)
    return list(Message.objects.values_list("text", flat=True))


def looked_after(hotel: Hotel, talk: Conversation) -> int:
    """Escalate a call, call again for a guest whom a colleague leaves waiting, and mail both."""
    ServiceRequest.objects.filter(conversation=talk, seq=2).update(is_call=True, status="new", escalated_at=None)
    Conversation.objects.filter(pk=talk.pk).update(taken_by=User.objects.create(username="colleague"))
    Message.objects.create(hotel=hotel, conversation=talk, seq=3, role="assistant", status="passed_on", reply_to=99)
    years = [timezone.now() + dt.timedelta(days=days) for days in (4_000, 4_001)]
    return sum(calls.look_after(hotel, now) for now in years)


def closed_gap(hotel: Hotel, talk: Conversation, person: User) -> str:
    """Write an article for a question that was asked in vain."""
    Gap.objects.all().delete()
    Message.objects.filter(conversation=talk, seq=2).update(outcome="unanswered", created_at=timezone.now())
    (group,) = gaps.groups(hotel)
    draft = gaps.Draft(question={"en": PARKING}, answer={"en": "Behind the house."})
    return f"{gaps.publish(hotel, group, draft, person)}{gaps.popular(hotel)}"


def change(dish: Any) -> matrix.Change:
    """Return what a cook leaves in a row of the allergen matrix that they have checked."""
    (row,) = matrix.rows([dish])
    return matrix.Change(key=dish.key, was=row.was, states={"milk": "free"}, complete=True, confirmed=True)


def refused(talk: uuid.UUID, person: User) -> None:
    """Write where a colleague has the conversation."""
    takeover.take(talk, User.objects.create(username="colleague"))
    takeover.write(talk, person, "said", uuid.uuid4())


def article(row: Any) -> dict[str, Any]:
    """Return the form of an answer's page with a key of its own."""
    form = {"key": "a-key", "category": "", "position": 0}
    return {**form, **{f"{name}__en": "Said" for name in ("question", "answer")}, "hotel": row.hotel_id}


def answered_twice(talk: uuid.UUID) -> list[str]:
    """Finish what waits for its answer, as two processes do that both think the other dead."""
    waiting = turns.pending(talk) * 2
    return [turns.finish(each, turns.apologise(each)).text for each in waiting]


def _held(talk: uuid.UUID) -> ledger.Held:
    held = ledger.lock(talk)
    assert held is not None
    return held


def _registered() -> set[str | None]:
    from django.contrib import admin

    return {each._meta.model_name for each in admin.site._registry}


def run(probe: Probe, hotel_id: int = 0) -> str:
    """Return what a probe is shown and what a hotel's rows become, and undo it; an error shows nothing."""
    shown, rows = "", ""
    with contextlib.suppress(Exception), transaction.atomic():
        shown = probe()
        with tenancy.as_owner():
            rows = str(everything_of(hotel_id)) if hotel_id else ""
        transaction.set_rollback(True)
    return f"{shown}\0{rows}"


def in_the_source() -> set[Site]:
    """Return the lines on which a filter by a hotel, or by what is a hotel's, begins and ends."""
    found = set()
    for file in [*ROOT.joinpath("menus").rglob("*.py"), *ROOT.joinpath("guestchat").rglob("*.py")]:
        path = str(file.relative_to(ROOT))
        if any(each in path for each in BY_OPERATORS):
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "filter":
                names = {(each.arg or "hotel").split("__")[0] for each in node.keywords}
                if names & OF_A_HOTEL:
                    found.add((path, node.end_lineno or node.lineno))
    return found


@pytest.fixture
def reached(planted: Planted) -> Reached:
    """Each line of ours that filters, with the first probes that come by."""
    by_site: Reached = {}
    for probe in probes(planted):
        here: set[Site] = set()
        with filters(lambda each, here=here: bool(here.add(each))):  # type: ignore[misc]
            run(probe)
        for each in here:
            by_site.setdefault(each, []).append(probe)
    return {each: found[:_PROBES] for each, found in by_site.items()}


def leaks(reached: Reached, foreign: int) -> set[Site]:
    """Return the lines without whose filter a probe is shown the other hotel, or changes its rows."""
    found = set()
    before = str(everything_of(foreign))
    for here, there in reached.items():
        for probe in there:
            with filters(lambda each, here=here: each == here):  # type: ignore[misc]
                shown, _, rows = run(probe, foreign).partition("\0")
            if MARKS["omega"] in shown or (rows and rows != before):
                found.add(here)
    return found


def test_no_forgotten_filter_shows_another_hotel(
    planted: Planted, reached: Reached, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = pk_of(planted, "omega")
    assert len(reached) > 30
    assert leaks(reached, foreign) == set()
    # And it is the wall that holds: without it, the same forgotten filters show the other hotel.
    monkeypatch.setattr(tenancy, "binding_to", lambda binding: contextlib.nullcontext())
    assert len(leaks(reached, foreign)) >= 10


def test_every_filter_by_a_hotel_is_forgotten_once(reached: Reached) -> None:
    there = set(reached)
    # A call over several lines is known by its last, and is asked for from any of them.
    missed = {each for each in in_the_source() if not any((each[0], each[1] - back) in there for back in range(8))}
    assert missed == set()


# --- our own SQL ------------------------------------------------------------------------
_CONDITION = re.compile(r"(?:\w+\.)?(?:hotel_id|conversation_id|id) = %\((?:hotel|hotel_id|conversation)\)s")


def mutants() -> Iterator[Any]:
    """Yield each statement as often as it has a condition for a hotel or a conversation, each time without one."""
    for module in (ledger, searching):
        for name, statement in vars(module).items():
            if isinstance(statement, str) and name.isupper():
                for number, found in enumerate(_CONDITION.finditer(statement)):
                    mutant = f"{statement[: found.start()]}TRUE{statement[found.end() :]}"
                    yield pytest.param(mutant, id=f"{module.__name__}.{name}-{number}")


def values(planted: Planted) -> dict[str, Any]:
    talk = planted["alpha"][Conversation]
    lists = {name: Jsonb([]) for name in ("sources", "items", "claims", "suggestions")}
    return {
        "conversation": talk.pk,
        "closed_too": True,
        "idle_ms": "10000",
        "hotel": pk_of(planted, "alpha"),
        "hotel_id": pk_of(planted, "alpha"),
        "seq": 2,
        "client_id": uuid.uuid4(),
        "text": "said",
        "now": dt.datetime.now(dt.UTC),
        "burst": 10.0,
        "interval_s": 2.0,
        "least": 0.75,
        "status": "complete",
        "receipt": None,
        "language": "en",
        "outcome": "answered",
        "context": Jsonb({}),
        "known": Jsonb({}),
        "vector": str([0.05] * 384),
        "configuration": "english",
        "words": "x",
        "weight": 0.1,
        "limit": 40,
        **lists,
    }


def touches(mutant: str, planted: Planted) -> bool:
    """Return whether a statement shows or changes anything of the other hotel, and undo what it did."""
    omega, alpha = pk_of(planted, "omega"), pk_of(planted, "alpha")
    with tenancy.as_owner():
        before = everything_of(omega)
        known = set(Passage.objects.filter(hotel_id=omega).values_list("source_key", flat=True))
    rows: list[dict[str, Any]] = []
    with contextlib.suppress(IntegrityError), transaction.atomic(), connection.wrap_database_errors:
        with psycopg.Cursor(connection.connection, row_factory=psycopg.rows.dict_row) as cursor:
            cursor.execute(mutant, values(planted))
            rows = cursor.fetchall() if cursor.description else []
        with tenancy.as_owner():
            changed = everything_of(omega) != before
        transaction.set_rollback(True)
        foreign = any(row.get("hotel_id", alpha) != alpha or row.get("source_key") in known for row in rows)
        return changed or foreign
    return False


@pytest.mark.parametrize("mutant", list(mutants()))
def test_no_forgotten_condition_touches_another_hotel(planted: Planted, mutant: str) -> None:
    with tenancy.at(pk_of(planted, "alpha")):
        assert not touches(mutant, planted)


def test_without_the_wall_forgotten_conditions_would_touch_another_hotel(planted: Planted) -> None:
    every = [each.values[0] for each in mutants()]
    assert len(every) >= 8
    assert sum(touches(str(each), planted) for each in every) >= 3
