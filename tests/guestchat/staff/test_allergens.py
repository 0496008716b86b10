"""The page of the allergen matrix, and what guests are told after it was saved: by forms, by keys, in Chromium."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guestchat import turns
from guestchat.models import Conversation
from menus.models import Hotel, ItemAllergen, MenuItem, MenuSection
from tests.guestchat.guest.conftest import Hotel as Running
from tests.guestchat.guest.test_page_with_staff import OpenPhone, write
from tests.guestchat.staff.conftest import OpenScreen

expect = pytest.importorskip("playwright.sync_api").expect
ADDRESS = "/staff/small/allergens/"


def sent(cook: Client, **changed: str) -> dict[str, str]:
    """Return the page's form as a browser would send it, with some fields changed."""
    (row,) = cook.get(ADDRESS).context["rows"]
    cells = {f"{row.dish.key}.{cell.code}": cell.state for cell in row.cells if not cell.named}
    return {"menu": "card", f"{row.dish.key}.was": row.was, **cells, **changed}


def claims(hotel: Hotel, question: str) -> list[tuple[str, str]]:
    talk = Conversation.objects.create(hotel=hotel, place=hotel.places.first(), language="en")
    turn = turns.begin(talk.pk, question, uuid.uuid4())
    answer: Any = turns.finish(turn, turns.answer_turn(turn))
    return [(each["allergen"], each["status"]) for each in answer.claims]


def test_what_is_saved_is_in_the_next_answer(hotel: Hotel, cook: Client) -> None:
    question = "Does the plum cake contain milk?"
    assert claims(hotel, question) == [("milk", "unknown")]
    for state in ("may_contain", "free", "contains"):
        page = cook.post(ADDRESS, sent(cook, **{"plum-cake.milk": state}), follow=True)
        assert "1 dish saved." in page.content.decode()
        assert claims(hotel, question) == [("milk", state)]
    cook.post(ADDRESS, sent(cook, **{"plum-cake.milk": ""}))
    assert claims(hotel, question) == [("milk", "unknown")]


def test_who_checked_a_dish_and_when_stands_beside_it(hotel: Hotel, cook: Client) -> None:
    assert "never" in cook.get(ADDRESS).content.decode()
    page = cook.post(ADDRESS, sent(cook, **{"plum-cake.confirmed": "on"}), follow=True).content.decode()
    assert ("never" in page, "· Anna" in page) == (False, True)


def test_a_named_cereal_stays_and_has_no_field(hotel: Hotel, cook: Client) -> None:
    assert 'name="plum-cake.gluten"' not in cook.get(ADDRESS).content.decode()
    cook.post(ADDRESS, sent(cook, **{"plum-cake.gluten": "free", "plum-cake.eggs": "contains"}))
    assert set(ItemAllergen.objects.filter(item__hotel=hotel).values_list("code", "status")) == {
        ("gluten.wheat", "contains"),
        ("eggs", "contains"),
    }


@pytest.mark.parametrize("state", ["safe", "unknown", "FREE", "\0"])
def test_what_is_no_state_changes_nothing(hotel: Hotel, cook: Client, state: str) -> None:
    page = cook.post(ADDRESS, sent(cook, **{"plum-cake.milk": state}), follow=True)
    assert "Nothing was changed." in page.content.decode()


def test_who_comes_second_is_told_which_dish(hotel: Hotel, cook: Client) -> None:
    mine = sent(cook, **{"plum-cake.milk": "free"})
    ItemAllergen.objects.create(item=MenuItem.objects.get(hotel=hotel), code="milk", status="contains")
    page = cook.post(ADDRESS, mine, follow=True).content.decode()
    assert "A colleague has just changed “Plum cake”." in page
    assert claims(hotel, "Does the plum cake contain milk?") == [("milk", "contains")]


def test_a_long_menu_has_pages_and_asks_no_more_of_the_database(hotel: Hotel, cook: Client) -> None:
    section, counts = MenuSection.objects.get(hotel=hotel), set()
    for number in (5, 60):
        MenuItem.objects.bulk_create(
            MenuItem(hotel=hotel, section=section, key=f"dish-{number}-{n}", name={"en": f"D {n}"})
            for n in range(number)
        )
        with CaptureQueriesContext(connection) as asked:
            page = cook.get(ADDRESS)
        counts.add(len(asked))
    assert len(counts) == 1
    assert len(page.context["rows"]) == 40
    assert len(cook.get(ADDRESS, {"page": "2"}).context["rows"]) == 26


def test_a_cook_declares_by_keys_and_the_next_guest_is_told(
    open_phone: OpenPhone, open_screen: OpenScreen, running_hotel: Running
) -> None:
    cook, watch = open_screen("kitchen")
    cook.goto("/staff/lindenhof/allergens/?menu=linden-dinner")
    cells = cook.get_by_label("Mustard: Hokkaido pumpkin soup")
    cells.focus()
    cook.keyboard.press("y")
    cook.keyboard.press("ArrowRight")
    expect(cook.get_by_label("Sesame: Hokkaido pumpkin soup")).to_be_focused()
    cook.keyboard.press("m")
    cook.get_by_role("button", name="Save all").click()
    expect(cook.get_by_text("1 dish saved.")).to_be_visible()
    expect(cells).to_have_value("contains")

    guest, guest_watch = open_phone()
    guest.goto(running_hotel.guest_link)
    write(guest, "Does the Hokkaido pumpkin soup contain mustard?")
    expect(guest.locator('[data-role="assistant"] .body').last).to_contain_text("contains mustard")
    assert (watch.complaints, guest_watch.complaints) == ([], [])
