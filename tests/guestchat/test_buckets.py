"""Token buckets: what they let through over time, and that they stay small."""

from hypothesis import given
from hypothesis.strategies import floats, lists

from guestchat.buckets import Buckets, Pace


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_then_a_pace() -> None:
    clock = Clock()
    buckets = Buckets(Pace(burst=3, per_second=2), clock=clock)
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]
    clock.now += 0.5
    assert [buckets.take("a") for _ in range(2)] == [0, 0.5]


def test_who_owes_waits_for_each() -> None:
    clock = Clock()
    buckets = Buckets(Pace(burst=1, per_second=2), clock=clock)
    assert [buckets.owe("a") for _ in range(3)] == [0, 0.5, 1.0]


def test_keys_do_not_share() -> None:
    buckets = Buckets(Pace(burst=1, per_second=1), clock=Clock())
    assert [buckets.take(key) for key in ("a", "b", "a")] == [0, 0, 1]


def test_only_the_latest_keys_are_kept() -> None:
    buckets = Buckets(Pace(burst=1, per_second=0.1), clock=Clock(), most=2)
    for key in ("a", "b", "c"):
        buckets.take(key)
    assert len(buckets._kept) == 2
    assert buckets.take("c") > 0
    assert buckets.take("a") == 0


@given(lists(floats(0, 5), max_size=60))
def test_never_more_than_the_burst_and_the_pace(pauses: list[float]) -> None:
    clock = Clock()
    buckets = Buckets(Pace(burst=5, per_second=2), clock=clock)
    taken = 0
    for pause in pauses:
        clock.now += pause
        taken += buckets.take("a") == 0
    assert taken <= 5 + 2 * clock.now + 1e-6
