"""The large hotel in small: its rows make every page that the bench asks for, and what is slow is named."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from benchmarks.desk import rows
from benchmarks.desk.__main__ import addresses, report, slow
from guestchat.models import Conversation
from menus.models import MenuItem

PAGE = {"count": 20, "p50": 40.0, "p95": 300.0, "max": 310.0, "first": 500.0, "worked": 30.0}


def test_every_page_that_is_measured_is_there(
    db: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, number in {"VENUES": 1, "MENUS": 1, "SECTIONS": 2, "DISHES": 3, "OPEN_CHATS": 8, "OLD_CHATS": 4}.items():
        monkeypatch.setattr(rows, name, number)
    rows.fill()
    made = json.loads(capsys.readouterr().out)
    assert MenuItem.objects.filter(key__startswith="big-").count() == 6
    assert Conversation.objects.filter(closed_at=None, messages__role="guest").distinct().count() == 8
    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = made["session"]
    for name, address in addresses(made).items():
        answer: Any = browser.get(address)
        # Of the chooser and of a page that the small hotel lacks it is led on.
        is_led_on = name in {"hotels", "admin: dishes, page 100"}
        assert answer.status_code == (302 if is_led_on else 200), (name, address)


def test_a_page_beyond_the_bar_is_named() -> None:
    about = {"date": "2026-11-24T12:30", "commit": "abc", "cores": 2, "processor": "X", "python": "3", "load_before": 1}
    run = {"machine": about, "pages": {"inbox": PAGE, "requests": {**PAGE, "p95": 300.4}}}
    assert slow(run) == ["requests"]
    told = report(run)
    assert "P95 over 300 ms: requests." in told
    assert "| inbox | 40 | 300 | 310 | 500 | 30 |" in told
