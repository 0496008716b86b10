"""`manage.py check --deploy` finds nothing on a machine as it comes; the settings follow the public address."""

import pytest

from tests.config.conftest import Manage

SHOW = "from django.conf import settings as s; print({})"


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000", "http://192.168.1.20:8000", "https://guests.example.org"])
def test_nothing_is_left_to_say(manage: Manage, address: str) -> None:
    told = manage("check", "--deploy", "--fail-level", "WARNING", GUESTCHAT_BASE_URL=address)
    assert told.returncode == 0, told.stderr
    assert "no issues" in told.stdout


def test_guests_on_a_public_network_without_tls_are_warned_of(manage: Manage) -> None:
    told = manage("check", "--deploy", "--fail-level", "WARNING", GUESTCHAT_BASE_URL="http://guests.example.org")
    assert told.returncode == 1
    assert "guestchat.W001" in told.stderr


def test_behind_tls_every_cookie_is_this_hosts_alone(manage: Manage) -> None:
    names = (
        "[s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.COOKIE_PREFIX, s.SESSION_COOKIE_SECURE, s.SECURE_HSTS_SECONDS]"
    )
    secure = manage("shell", "-v", "0", "-c", SHOW.format(names), GUESTCHAT_BASE_URL="https://guests.example.org")
    assert secure.stdout.strip() == "['__Host-sessionid', '__Host-csrftoken', '__Host-', True, 31536000]", secure.stderr
    plain = manage("shell", "-v", "0", "-c", SHOW.format(names))
    assert plain.stdout.strip() == "['sessionid', 'csrftoken', '', False, 0]", plain.stderr
