"""Owns drawing numbers that follow on one another together; pure."""

from collections.abc import Iterable


def runs(numbers: Iterable[int]) -> list[range]:
    """Return ascending numbers as the stretches without a gap that they make."""
    found: list[range] = []
    for number in numbers:
        if found and found[-1].stop == number:
            found[-1] = range(found[-1].start, number + 1)
        else:
            found.append(range(number, number + 1))
    return found
