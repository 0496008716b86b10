"""Percentiles by nearest rank, moments of sending, a guest's pace."""

import random
from itertools import pairwise

import pytest

from benchmarks.figures import Pace, percentile, send_times, spread


@pytest.mark.parametrize(
    ("percent", "expected"), [(50, 500.0), (90, 900.0), (99, 990.0), (99.9, 999.0), (100, 1000.0), (0, 1.0)]
)
def test_percentile_is_the_value_that_so_many_do_not_exceed(percent: float, expected: float) -> None:
    assert percentile([float(number) for number in range(1, 1001)], percent) == expected


def test_percentile_of_few_values_invents_none() -> None:
    assert percentile([3.0, 8.0], 50) == 3.0
    assert percentile([3.0, 8.0], 99) == 8.0
    assert percentile([7.0], 99.9) == 7.0


def test_spread_needs_no_order() -> None:
    found = spread([5.0, 1.0, 3.0])

    assert found is not None
    assert found.as_json() == {"count": 3, "p50": 3.0, "p90": 5.0, "p99": 5.0, "p999": 5.0, "max": 5.0}


def test_spread_of_nothing_is_none() -> None:
    assert spread([]) is None


def test_even_moments_are_a_metronome() -> None:
    assert send_times(2, 2, "even", random.Random(1)) == [0.0, 0.5, 1.0, 1.5]


def test_poisson_moments_have_the_rate_and_the_clusters_of_independent_guests() -> None:
    moments = send_times(20, 500, "poisson", random.Random(1))
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    mean = sum(gaps) / len(gaps)

    assert moments == sorted(moments)
    assert 0 < moments[0] <= moments[-1] < 500
    assert mean == pytest.approx(0.05, rel=0.05)
    assert sum((gap - mean) ** 2 for gap in gaps) / len(gaps) == pytest.approx(mean**2, rel=0.15)


def test_pace_allows_a_burst_and_then_one_an_interval() -> None:
    pace = Pace(3, 2.0)

    assert [pace.take(0.0) for _ in range(4)] == [True, True, True, False]
    assert not pace.take(1.9)
    assert pace.take(2.1)
    assert not pace.take(2.2)


def test_pace_saves_no_more_than_a_burst() -> None:
    pace = Pace(2, 2.0)

    assert [pace.take(1000.0) for _ in range(3)] == [True, True, False]
