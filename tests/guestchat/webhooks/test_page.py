"""The page of connected systems: for owners and managers of the hotel alone, with a sentence at each mistake."""

import pytest
from django.test import Client

from guestchat.models import Delivery, Webhook
from guestchat.webhooks import sending
from menus.models import Hotel
from tests.guestchat.guest.chatting import make_hotel
from tests.guestchat.staff.people import browser_of, person
from tests.guestchat.webhooks.conftest import System

LIST = "/admin/guestchat/webhook/"


def change(hook: Webhook) -> str:
    return f"{LIST}{hook.pk}/change/"


def form(hook: Webhook, **changes: str) -> dict[str, str]:
    return {"name": hook.name, "url": hook.url, "is_active": "on", **changes}


@pytest.fixture
def boss(hotel: Hotel) -> Client:
    return browser_of(person(hotel, "manager", "jonas"))


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("manager", 200), ("reception", 403), ("kitchen", 403)])
def test_whoever_keeps_the_house_sees_the_secret_and_nobody_else(
    hotel: Hotel, hook: Webhook, role: str, status: int
) -> None:
    browser = browser_of(person(hotel, role))
    for page in (LIST, f"{LIST}add/", change(hook)):
        assert browser.get(page).status_code == status
    told = "Connected systems" in browser.get("/admin/").content.decode()
    assert told is (status == 200)


def test_a_role_elsewhere_opens_nothing_here(hotel: Hotel, hook: Webhook) -> None:
    anna = person(hotel)
    other = make_hotel("other")
    person(other, "owner")
    foreign = Webhook.objects.create(hotel=other, name="Theirs", url="https://hooks.example/")
    page = browser_of(anna).get(LIST).content.decode()
    assert ("Theirs" in page, hook.name in page) == (True, False)
    assert browser_of(anna).get(change(foreign)).status_code == 200
    assert browser_of(anna).get(change(hook)).status_code == 302  # there is no such row for her


@pytest.mark.django_db(transaction=True)
def test_a_system_is_connected_tried_and_given_a_new_secret(hotel: Hotel, boss: Client, system: System) -> None:
    assert (
        boss.post(
            f"{LIST}add/", {"hotel": hotel.pk, "name": "Tablet", "url": system.url, "is_active": "on"}
        ).status_code
        == 302
    )
    hook = Webhook.objects.get()
    assert "Nothing yet" in boss.get(change(hook)).content.decode()
    boss.post(change(hook), form(hook, guestchat_webhook_send_test="1"))
    assert "waits" in boss.get(change(hook)).content.decode()
    assert sending.tell_all() == 1
    assert b'"type": "test"' in system.told[0][1]
    page = boss.get(change(hook)).content.decode()
    assert "Taken (204)" in page
    assert hook.secret in page
    boss.post(change(hook), form(hook, guestchat_webhook_make_new_secret="1"))
    assert Webhook.objects.get().secret != hook.secret


@pytest.mark.django_db(transaction=True)
def test_a_test_that_fails_is_told_and_not_tried_again(hook: Webhook, boss: Client, system: System) -> None:
    system.status = 404
    boss.post(change(hook), form(hook, guestchat_webhook_send_test="1"))
    for _ in range(2):
        sending.tell_all()
    assert len(system.told) == 1
    assert "It answered 404" in boss.get(change(hook)).content.decode()
    assert "Cannot be reached" in boss.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("hooks.example", "This is no web address"),
        ("http://93.184.215.14/", "begin with https://"),
        ("https://192.168.0.1/", "inside a private network"),
        ("https://a:b@hooks.example/", "has a password"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_at_its_field(
    hook: Webhook, boss: Client, url: str, sentence: str
) -> None:
    page = boss.post(change(hook), form(hook, url=url))
    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert Webhook.objects.get().url == hook.url


def test_what_the_page_shows_is_only_the_last_twenty(hook: Webhook, boss: Client) -> None:
    Delivery.objects.bulk_create(Delivery(webhook=hook, hotel=hook.hotel, kind="request.new") for _ in range(30))
    assert boss.get(change(hook)).content.decode().count("New request") == 20
