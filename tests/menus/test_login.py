"""The staff's way in, over HTTP: passwords that are guessed at, and the second factor from set-up to a lost phone."""

import re
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from menus import models
from menus.second_factor import rules
from tests.menus.conftest import Run

pytestmark = pytest.mark.django_db

PASSWORD = "a-long-Enough-pass-7"
HOME = "/admin/"
ASK, SET_UP, OFF = "/admin/second-factor/", "/admin/second-factor/set-up/", "/admin/second-factor/off/"
HERE, ELSEWHERE = "192.0.2.10", "198.51.100.7"


@pytest.fixture(autouse=True)
def _quick_hashes(settings: Any) -> None:
    """A password's real hash takes a third of a second, on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def hotel() -> models.Hotel:
    return models.Hotel.objects.create(slug="ours", name="Ours", languages=["en"])


def person(name: str, hotel: models.Hotel | None = None, role: str = "owner", **more: Any) -> models.User:
    user = models.User.objects.create_user(name, password=PASSWORD, is_staff=True, **more)
    if hotel is not None:
        models.Membership.objects.create(user=user, hotel=hotel, role=role)
    return user


def log_in(name: str, password: str = PASSWORD, address: str = HERE, next: str = "") -> tuple[Client, Any]:
    """Send the login form as a browser does; return the browser and the answer."""
    client = Client(REMOTE_ADDR=address, enforce_csrf_checks=True)
    page = client.get(reverse("admin:login"))
    sent = {"username": name, "password": password, "next": next or HOME, "csrfmiddlewaretoken": token(page)}
    return client, client.post(reverse("admin:login"), sent)


def token(page: Any) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())
    assert found is not None
    return found[1]


def send(client: Client, address: str, **fields: str) -> Any:
    """Send a form of the second factor, with the token of the page that it stands on."""
    page = client.get(address if address != OFF else SET_UP)
    return client.post(address, {**fields, "csrfmiddlewaretoken": token(page)})


def code_of(device: TOTPDevice, *, steps: int = 0) -> str:
    """Return what the app shows, some steps of 30 s from now."""
    clock = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    clock.t0 -= steps * device.step
    return f"{clock.token():06d}"


def set_up(client: Client, user: models.User) -> tuple[TOTPDevice, list[str]]:
    client.get(SET_UP)
    device = TOTPDevice.objects.get(user=user, confirmed=False)
    answer = send(client, SET_UP, code=code_of(device))
    assert answer.status_code == 200
    device.refresh_from_db()
    assert device.confirmed
    return device, re.findall(r"<code>([a-z2-7]{8})</code>", answer.content.decode())


def lead(answer: Any) -> str:
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return str(answer["Location"])


# --- passwords ------------------------------------------------------------------------------------------------------


def test_whoever_guesses_is_locked_out_and_told_so_plainly() -> None:
    person("olga")
    answers = [log_in("olga", f"wrong {n}")[1] for n in range(6)]
    assert [each.status_code for each in answers] == [200] * 5 + [429]
    assert "Try again in 15 minutes" in answers[-1].content.decode()
    assert answers[-1]["Retry-After"] == "900"
    # Even with the right password, and without the cost of checking it.
    assert log_in("olga")[1].status_code == 429


def test_the_hotels_one_address_stays_open_for_everybody_else() -> None:
    person("olga")
    person("otto")
    for n in range(8):
        log_in("olga", f"wrong {n}")
    assert lead(log_in("otto")[1]) == HOME
    assert lead(log_in("olga", address=ELSEWHERE)[1]) == HOME


def test_being_locked_ends_by_itself_however_often_the_guesser_knocks(
    settings: Any,
) -> None:
    person("olga")
    for n in range(9):
        log_in("olga", f"wrong {n}")
    attempts = AccessAttempt.objects.get(username="olga")
    assert attempts.failures_since_start == settings.AXES_FAILURE_LIMIT
    AccessAttempt.objects.update(attempt_time=attempts.attempt_time - settings.AXES_COOLOFF_TIME)
    assert lead(log_in("olga")[1]) == HOME
    assert not AccessAttempt.objects.exists()


def test_no_password_is_kept_of_those_who_failed() -> None:
    log_in("olga", "my-secret-guess")
    kept = AccessAttempt.objects.values().get()
    assert "my-secret-guess" not in str(kept)
    assert kept["ip_address"] == HERE


def test_an_address_of_the_new_kind_is_counted_by_its_network() -> None:
    person("olga")
    for n in range(6):
        log_in("olga", f"wrong {n}", address=f"2001:db8:1:2::{n}")
    assert log_in("olga", address="2001:db8:1:2::99")[1].status_code == 429
    assert lead(log_in("olga", address="2001:db8:1:3::1")[1]) == HOME


@pytest.mark.parametrize("weak", ["short-1", "password123", "1234567890123", "olga-lindenhof"])
def test_weak_passwords_are_refused(weak: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(weak, models.User(username="olga-lindenhof"))


# --- the second factor ----------------------------------------------------------------------------------------------


def test_nobody_needs_one_until_a_hotel_asks_for_it(hotel: models.Hotel) -> None:
    person("olga", hotel)
    person("root", is_superuser=True)
    for name in ("olga", "root"):
        client, answer = log_in(name)
        assert lead(answer) == HOME
        page = client.get(HOME)
        assert page.status_code == 200
        assert SET_UP in page.content.decode()  # offered, in the menu of one's own account


@pytest.mark.parametrize(
    ("asked", "who"),
    [
        ("house", {"owner", "manager", "superuser"}),
        ("everybody", {"owner", "manager", "reception", "kitchen", "superuser"}),
    ],
)
def test_a_hotel_asks_it_of_some_roles_or_of_all(hotel: models.Hotel, asked: str, who: set[str]) -> None:
    models.Hotel.objects.filter(pk=hotel.pk).update(second_factor=asked)
    other = models.Hotel.objects.create(slug="theirs", name="Theirs", languages=["en"])
    person("superuser", is_superuser=True)
    person("stranger", other)
    for role in models.Membership.Role.values:
        person(role, hotel, role)
    led = set()
    for name in ("owner", "manager", "reception", "kitchen", "superuser", "stranger"):
        client, _answer = log_in(name)
        if client.get(HOME).status_code == 302:
            led.add(name)
            assert lead(client.get(reverse("admin:menus_menuitem_changelist"))) == SET_UP
            assert client.get(SET_UP).status_code == 200
    assert led == who


def test_set_up_then_log_in_with_a_code(hotel: models.Hotel) -> None:
    user = person("olga", hotel)
    client, _answer = log_in("olga")
    page = client.get(SET_UP).content.decode()
    device = TOTPDevice.objects.get(user=user)
    assert "<svg" in page
    assert client.get(HOME).status_code == 200  # not confirmed: it counts for nothing
    _device, codes = set_up(client, user)
    assert len(set(codes)) == rules.RECOVERY_CODES
    assert client.get(HOME).status_code == 200  # who has just shown the app's code need not show it again

    wanted = reverse("admin:menus_menuitem_changelist") + "?available__exact=1"
    client, answer = log_in("olga", next=wanted)
    step = lead(client.get(lead(answer)))
    assert step.startswith(ASK)
    for closed in (HOME, wanted, SET_UP, reverse("admin:password_change")):
        assert lead(client.get(closed)).startswith(ASK)
    device.refresh_from_db()
    assert lead(send(client, step, code=code_of(device, steps=1))) == wanted
    assert client.get(wanted).status_code == 200


def test_a_wrong_code_opens_nothing_and_guessing_gets_slow(hotel: models.Hotel) -> None:
    user = person("olga", hotel)
    device, _codes = set_up(log_in("olga")[0], user)
    client, _answer = log_in("olga")
    wrong = f"{(int(code_of(device, steps=1)) + 1) % 1_000_000:06d}"
    answer = send(client, ASK, code=wrong)
    assert answer.status_code == 200
    assert "This code is wrong" in answer.content.decode()
    # At once again, this time with the right one: it is not even looked at.
    answer = send(client, ASK, code=code_of(device, steps=1))
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) >= 1
    assert lead(client.get(HOME)).startswith(ASK)
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert lead(send(client, ASK, code=code_of(device, steps=1))) == HOME


def test_a_code_counts_once(hotel: models.Hotel) -> None:
    user = person("olga", hotel)
    device, _codes = set_up(log_in("olga")[0], user)
    code = code_of(device, steps=1)
    assert lead(send(log_in("olga")[0], ASK, code=code)) == HOME
    overheard, _answer = log_in("olga")
    assert send(overheard, ASK, code=code).status_code == 200
    assert lead(overheard.get(HOME)).startswith(ASK)


def test_a_recovery_code_opens_once_and_the_others_stay(hotel: models.Hotel) -> None:
    user = person("olga", hotel)
    _device, codes = set_up(log_in("olga")[0], user)
    client, _answer = log_in("olga")
    assert lead(send(client, ASK, code=f" {codes[0][:4].upper()} {codes[0][4:]}")) == HOME
    assert StaticToken.objects.filter(device__user=user).count() == rules.RECOVERY_CODES - 1
    again, _answer = log_in("olga")
    assert send(again, ASK, code=codes[0]).status_code == 200
    assert lead(again.get(HOME)).startswith(ASK)


def test_the_code_of_another_person_opens_nothing(hotel: models.Hotel) -> None:
    olga, otto = person("olga", hotel), person("otto", hotel)
    device, codes = set_up(log_in("olga")[0], olga)
    set_up(log_in("otto")[0], otto)
    client, _answer = log_in("otto")
    assert send(client, ASK, code=codes[0]).status_code == 200
    assert send(client, ASK, code=code_of(device, steps=1)).status_code == 200
    assert lead(client.get(HOME)).startswith(ASK)


@pytest.mark.parametrize("code", ["", "abc", "١٢٣٤٥٦", "1" * 24, "-12345", "\x00", "12345678901234567890"])
def test_what_is_no_code_is_refused(hotel: models.Hotel, code: str) -> None:
    user = person("olga", hotel)
    set_up(log_in("olga")[0], user)
    client, _answer = log_in("olga")
    assert send(client, ASK, code=code).status_code == 200
    assert lead(client.get(HOME)).startswith(ASK)


def test_nobody_is_led_to_another_site(hotel: models.Hotel) -> None:
    user = person("olga", hotel)
    device, _codes = set_up(log_in("olga")[0], user)
    client, _answer = log_in("olga")
    assert lead(send(client, f"{ASK}?next=https://evil.example/", code=code_of(device, steps=1))) == HOME


def test_it_can_be_turned_off_only_where_nobody_asks_for_it(hotel: models.Hotel) -> None:
    user = person("olga", hotel)
    client, _answer = log_in("olga")
    set_up(client, user)
    models.Hotel.objects.update(second_factor="house")
    client.post(OFF, {"csrfmiddlewaretoken": token(client.get(SET_UP))})
    assert rules.has_one(user)
    models.Hotel.objects.update(second_factor="optional")
    client.post(OFF, {"csrfmiddlewaretoken": token(client.get(SET_UP))})
    assert not rules.has_one(user)
    assert log_in("olga")[0].get(HOME).status_code == 200


def test_only_owners_say_whether_a_hotel_asks_for_it(hotel: models.Hotel) -> None:
    address = reverse("admin:menus_hotel_change", args=[hotel.pk])
    seen = {}
    for role in ("owner", "manager"):
        person(role, hotel, role)
        page = log_in(role)[0].get(address).content.decode()
        seen[role] = 'name="second_factor"' in page
    assert seen == {"owner": True, "manager": False}


def test_a_lost_phone_is_no_end(hotel: models.Hotel, run: Run) -> None:
    olga, root = person("olga", hotel), person("root", is_superuser=True)
    for user in (olga, root):
        set_up(log_in(user.username)[0], user)
    told = run("forget_second_factor", "root")
    assert (told.status, rules.has_one(root)) == (0, False)
    assert run("forget_second_factor", "nobody").status == 1
    client, _answer = log_in("root")
    accounts = reverse("admin:menus_user_changelist")
    sent = {"action": "remove_second_factor", "_selected_action": olga.pk, "index": 0}
    client.post(accounts, {**sent, "csrfmiddlewaretoken": token(client.get(accounts))})
    assert not rules.has_one(olga)


def test_nobody_sees_the_secrets_of_others() -> None:
    person("root", is_superuser=True)
    client, _answer = log_in("root")
    for app in ("otp_totp/totpdevice", "otp_static/staticdevice", "axes/accessattempt"):
        assert client.get(f"/admin/{app}/").status_code == 404


def test_guests_have_nothing_to_do_with_it() -> None:
    assert Client().get(ASK).status_code == 302
    assert lead(Client().get(SET_UP)).startswith(reverse("admin:login"))
    assert Client().post(OFF).status_code == 302
