"""The growth bench, small: it measures the product's own search, and its brute force agrees with it."""

import json

import pytest
from django.core.management import call_command

from benchmarks.grow import __main__ as command
from benchmarks.grow import rows
from menus.models import Hotel


@pytest.mark.django_db(transaction=True)
def test_hotels_are_multiplied_and_every_way_finds_what_is_near(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo", verbosity=0)
    capsys.readouterr()
    rows.measure([2, 3], 60, [400])
    run = json.loads(capsys.readouterr().out)
    assert Hotel.objects.filter(slug__startswith="grown-").count() == 3
    assert [each["recall"] for each in run["hotels"]] == [1.0, 1.0]
    (long,) = run["lengths"]
    assert long["index_recall"] > 0.8
    assert not Hotel.objects.filter(slug__startswith="long-").exists()
    about = {"date": "2026-11-26T", "commit": "", "cores": 2, "processor": "x", "memory_gb": 1, "load_before": 0.0}
    report = command.report({**run, "machine": about})
    assert "| 3 | 180 |" in report
    assert "| 400 |" in report
