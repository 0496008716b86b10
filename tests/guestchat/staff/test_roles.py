"""Who may see and do what: every address of the staff's door by every role. An address that is not told here fails."""

import uuid
from typing import Any

import pytest
from django.contrib.auth.views import redirect_to_login
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from guestchat.models import Conversation, ServiceRequest
from guestchat.staff.urls import urlpatterns
from menus.models import Hotel, Membership, MenuItem, User
from tests.guestchat.guest.chatting import make_hotel

FRONT = frozenset({"owner", "manager", "reception"})
CARDS = frozenset({"owner", "manager", "kitchen"})
EVERYBODY = FRONT | {"kitchen"}
# By the address's name: who gets it, what it is asked with, and what it says to those who do.
ADDRESSES: dict[str, tuple[frozenset[str], dict[str, Any] | None, int]] = {
    "staff": (EVERYBODY, None, 302),
    "staff_inbox": (EVERYBODY, None, 200),  # the kitchen is led on to its orders
    "staff_conversation": (FRONT, None, 200),
    "staff_take": (FRONT, {}, 302),
    "staff_write": (FRONT, {"text": "Hello", "id": str(uuid.uuid4())}, 409),  # nobody has taken it
    "staff_hand_back": (FRONT, {"seen": "1"}, 409),
    "staff_requests": (EVERYBODY, None, 200),
    "staff_move": (EVERYBODY, {"to": "acknowledged"}, 302),
    "staff_gaps": (FRONT, None, 200),
    "staff_gap": (FRONT, {"do": "dismiss"}, 302),
    "staff_figures": (FRONT, None, 200),
    "staff_truth": (FRONT, None, 200),
    "staff_start": (FRONT, None, 200),
    "staff_usual": (FRONT, {}, 302),
    "staff_ask": (EVERYBODY, {"text": "Where can I park?"}, 200),
    "staff_kitchen": (CARDS, None, 200),
    "staff_allergens": (CARDS, None, 200),
    "staff_dishes": (CARDS, None, 200),
    "staff_dishes_download": (CARDS, None, 200),
    "staff_codes": (FRONT, None, 200),
    "staff_sheet": (FRONT, None, 200),
    "staff_color": (FRONT, None, 200),
    "staff_patrol": (FRONT, None, 200),
    "staff_hours": (FRONT, None, 200),
    "staff_sell_out": (CARDS, {"available": "0"}, 302),
}
QUERIES = {"staff_sheet": "?form=a4&place=room-7"}
SOMEBODY = [*EVERYBODY, "another hotel's owner", "of no hotel", "nobody"]


def browser_of(who: str, hotel: Hotel) -> Client:
    browser = Client()
    if who == "nobody":
        return browser
    user = User.objects.create(username="somebody", is_staff=True)
    if who in EVERYBODY:
        Membership.objects.create(user=user, hotel=hotel, role=who)
    elif who != "of no hotel":
        Membership.objects.create(user=user, hotel=make_hotel("other"), role="owner")
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def address(name: str, hotel: Hotel) -> str:
    conversation = Conversation.objects.create(hotel=hotel, place=hotel.places.first(), language="en")
    ServiceRequest.objects.create(hotel=hotel, conversation=conversation, seq=2, kind="order", status="new")
    given = {"slug": hotel.slug, "id": conversation.pk, "seq": 2, "number": 0, "key": "plum-cake"}
    route = next(str(each.pattern) for each in urlpatterns if each.name == name)
    return reverse(name, kwargs={key: value for key, value in given.items() if f":{key}>" in route})


def test_every_address_is_told_here() -> None:
    assert {each.name for each in urlpatterns} == set(ADDRESSES)


@pytest.mark.parametrize("who", sorted(SOMEBODY))
def test_a_table_of_dishes_is_taken_from_those_alone_who_edit_them(hotel: Hotel, who: str) -> None:
    browser, url = browser_of(who, hotel), address("staff_dishes", hotel)
    file = SimpleUploadedFile("dishes.csv", b"Key;Price\nplum-cake;1,00\n")
    looked = browser.post(url, {"file": file})
    if who in CARDS:
        assert browser.post(url, {"carried": looked.context["carried"]}).status_code == 302
    else:
        assert looked.status_code == (302 if who == "nobody" else 404)
        assert browser.post(url, {"carried": ""}).status_code == looked.status_code
    assert MenuItem.objects.get(hotel=hotel).price == (1 if who in CARDS else 4.5)


@pytest.mark.parametrize("who", sorted(SOMEBODY))
@pytest.mark.parametrize("name", ADDRESSES)
def test_an_address_is_there_for_those_whose_business_it_is(hotel: Hotel, name: str, who: str) -> None:
    allowed, form, status = ADDRESSES[name]
    browser, url = browser_of(who, hotel), address(name, hotel) + QUERIES.get(name, "")
    response = browser.get(url) if form is None else browser.post(url, form)
    if who == "nobody":
        assert (response.status_code, response["Location"]) == (
            302,
            redirect_to_login(url, "/admin/login/")["Location"],
        )
    elif name == "staff" and who == "of no hotel":
        assert "belongs to no hotel yet" in response.content.decode()
    elif name == "staff" and who not in EVERYBODY:
        assert response["Location"] == "/staff/other/start/"  # nobody has asked there yet
    elif name == "staff_inbox" and who == "kitchen":
        assert response["Location"] == f"/staff/{hotel.slug}/requests/"
    else:
        assert response.status_code == (status if who in allowed else 404)
