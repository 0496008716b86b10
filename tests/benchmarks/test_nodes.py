"""Two processes behind nginx, short: one is killed under load, then both are restarted, and nothing is lost."""

import asyncio

import pytest

from benchmarks import machine
from benchmarks.nodes import front
from benchmarks.nodes.__main__ import report
from benchmarks.nodes.story import Plan, tell_story
from benchmarks.server import ROOT, BenchError

PLAN = Plan(conversations=12, rate=12, calm_s=0.5, away_s=1.0, is_short=True, own_machines=False)


def test_a_file_that_lost_what_is_replaced_is_refused() -> None:
    with pytest.raises(BenchError, match="has no 'listen 443' any more"):
        front.render("server { listen 8443; }", {"listen 443": "listen 1"})


@pytest.mark.skipif(bool(front.missing()), reason="nginx, redis-server or openssl is not installed")
def test_nothing_is_lost_where_one_dies_and_both_are_restarted() -> None:
    run = asyncio.run(tell_story(PLAN, lambda line: None))
    assert run["broken"] == {}, run["examples"]
    assert run["acknowledged"] == run["answers"] > 20
    assert run["reconnects"] > 0
    assert all(deed["acknowledged"] for deed in run["deeds"]), "guests go on asking meanwhile"
    assert run["pages"]["failed"] == {}, "a page is asked for elsewhere"
    assert ": 0 lost, 0 doubled" in report({**run, "machine": machine.describe(ROOT)})
