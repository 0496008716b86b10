"""What browsers are told that pages may do: the headers of every kind of answer."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from menus import models

pytestmark = pytest.mark.django_db

ADDRESSES = ("/chat/", "/menu/", "/q/none/", "/r/none/", "/livez", "/admin/login/", "/nothing/here/")


def directives(answer: Any) -> dict[str, list[str]]:
    parts = [each.split() for each in answer["Content-Security-Policy"].split(";")]
    return {part[0]: part[1:] for part in parts}


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_has_every_header(address: str) -> None:
    answer = Client().get(address)
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    for never in ("camera=()", "microphone=()", "geolocation=()", "payment=()"):
        assert never in answer["Permissions-Policy"]
    policy = directives(answer)
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]


@pytest.mark.parametrize("address", [each for each in ADDRESSES if not each.startswith("/admin/")])
def test_guests_pages_run_our_own_files_and_nothing_else(address: str) -> None:
    policy = directives(Client().get(address))
    assert {source for sources in policy.values() for source in sources} == {"'self'", "'none'"}
    assert policy["script-src"] == policy["img-src"] == policy["style-src"] == ["'self'"]


def test_the_admins_policy_is_no_wider_than_its_scripts_need() -> None:
    policy = directives(Client().get(reverse("admin:login")))
    assert policy["script-src"] == ["'self'", "'unsafe-eval'"]
    assert policy["style-src"] == ["'self'", "'unsafe-inline'"]
    assert policy["img-src"] == ["'self'", "data:"]
    assert policy["form-action"] == policy["connect-src"] == ["'self'"]


def test_scripts_read_no_cookie_of_the_staff() -> None:
    models.User.objects.create_user("olga", password="a-long-Enough-pass-7", is_staff=True)
    client = Client()
    form = client.get(reverse("admin:login"))
    entered = client.post(reverse("admin:login"), {"username": "olga", "password": "a-long-Enough-pass-7"})
    cookies = {**form.cookies, **entered.cookies}
    assert cookies.keys() == {"sessionid", "csrftoken"}
    for cookie in cookies.values():
        assert cookie["httponly"]
        assert cookie["samesite"] in {"Lax", "Strict"}
