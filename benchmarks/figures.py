"""Owns the arithmetic of the figures: percentiles and when to send. Pure; asks no clock and no server."""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How a measure is spread over its values, in their unit."""

    count: int
    p50: float
    p90: float
    p99: float
    p999: float
    max: float

    def as_json(self) -> dict[str, float]:
        """Return the figures by name, rounded to three places."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Return the smallest value that at least `percent` % of the values do not exceed (nearest rank).

    `ordered` ascends and is not empty; no value is invented between two measured ones.
    """
    # 99.9 / 100 * 1000 is a hair above 999 in floating point, which would be the 1,000th value.
    rank = math.ceil(round(percent * len(ordered) / 100, 9))
    return ordered[min(max(rank, 1), len(ordered)) - 1]


def spread(values: Sequence[float]) -> Spread | None:
    """Return the spread of the values, or None where there are none."""
    if not values:
        return None
    ordered = sorted(values)
    return Spread(
        count=len(ordered),
        p50=percentile(ordered, 50),
        p90=percentile(ordered, 90),
        p99=percentile(ordered, 99),
        p999=percentile(ordered, 99.9),
        max=ordered[-1],
    )


def send_times(rate: float, seconds: float, spacing: str, chance: random.Random) -> list[float]:
    """Return the moments at which questions are to be sent, in seconds from the beginning, ascending.

    `poisson` is how independent guests ask: with pauses and clusters; `even` is one every 1/rate seconds.
    """
    if spacing == "even":
        return [number / rate for number in range(math.floor(rate * seconds))]
    moments = []
    moment = chance.expovariate(rate)
    while moment < seconds:
        moments.append(moment)
        moment += chance.expovariate(rate)
    return moments


class Pace:
    """How often one guest may ask: a bucket of questions that refills with time, as the product counts it."""

    def __init__(self, burst: int, interval_s: float) -> None:
        self._burst = burst
        self._interval_s = interval_s
        self._tokens = float(burst)
        self._counted_at = 0.0

    def take(self, moment: float) -> bool:
        """Take one question at a moment (seconds, never falling); False where the guest has to wait."""
        refilled = self._tokens + (moment - self._counted_at) / self._interval_s
        self._tokens, self._counted_at = min(float(self._burst), refilled), moment
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


def slope_per_10_min(samples: Sequence[Mapping[str, float]], name: str) -> float:
    """Return by how much a measure grows in ten minutes: the straight line of least squares through the samples."""
    times = [each["at_s"] / 600 for each in samples]
    values = [each[name] for each in samples]
    middle, mean = sum(times) / len(times), sum(values) / len(values)
    spread = sum((time - middle) ** 2 for time in times)
    if not spread:
        return 0.0
    return round(sum((t - middle) * (v - mean) for t, v in zip(times, values, strict=True)) / spread, 3)
