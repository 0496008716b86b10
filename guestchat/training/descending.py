"""Owns fitting few weights by AdamW over all examples at once: so few need no library."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def descend(
    weights: dict[str, Floats],
    slopes: Callable[[Mapping[str, Floats]], Mapping[str, Floats]],
    *,
    steps: int,
    rate: float,
    decay: float,
) -> dict[str, Floats]:
    """Return weights after so many steps against their slopes, the rate falling to nothing along a cosine."""
    first = {name: np.zeros_like(value) for name, value in weights.items()}
    second = {name: np.zeros_like(value) for name, value in weights.items()}
    for step in range(steps):
        now = rate * (1 + np.cos(np.pi * step / steps)) / 2
        for name, slope in slopes(weights).items():
            first[name] = 0.9 * first[name] + 0.1 * slope
            second[name] = 0.999 * second[name] + 0.001 * slope**2
            mean, square = first[name] / (1 - 0.9 ** (step + 1)), second[name] / (1 - 0.999 ** (step + 1))
            weights[name] = weights[name] * (1 - now * decay) - now * mean / (np.sqrt(square) + 1e-8)
    return weights
