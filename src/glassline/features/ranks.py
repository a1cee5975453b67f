"""The middle and the strongest of many values, by partition instead of sorting."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["median", "some_of", "strongest"]

FEW = 64  # so few are faster found among those above a limit


def median(values: NDArray[np.floating]) -> float:
    """Return the median: of an even number of values, the mean of the middle two.

    NumPy's, several times as fast: that one also looks for NaN, which keeps it from
    the fast way to partition. The mean of two is taken in double precision.

    Args:
        values: Any shape, at least one value, none NaN.

    Example:
        >>> median(np.array([9.0, 1.0, 4.0, 2.0]))
        3.0
    """
    flat = values.reshape(-1)
    half = flat.size // 2
    parted = np.partition(flat, half)
    upper = float(parted[half])
    return upper if flat.size % 2 else (float(parted[:half].max()) + upper) / 2


def some_of(plane: NDArray[np.floating], count: int) -> NDArray[np.floating]:
    """Return about so many values of a plane, or all, evenly spaced, from all columns.

    The step has no factor in common with the width: every 16th pixel of a row of
    1024 would lie in one place of the blocks of a JPEG.

    Example:
        >>> some_of(np.arange(12.0).reshape(3, 4), 6)
        array([0., 3., 6., 9.])
    """
    step = max(1, plane.size // count)
    while math.gcd(step, plane.shape[1]) > 1:
        step += 1
    return plane.reshape(-1)[::step]


def strongest(values: NDArray[np.floating], share: float) -> float:
    """Mean of the strongest share of the values: 0 the largest alone, 1 all.

    Example:
        >>> strongest(np.array([1.0, 2.0, 3.0, 8.0]), 0.5)
        5.5
    """
    flat = values.reshape(-1)
    count = min(flat.size, max(1, round(share * flat.size)))
    if count == flat.size:
        return float(flat.mean(dtype=np.float64))
    if count == 1:
        return float(flat.max())
    if count < FEW:
        flat = _likely_top(flat, count)
    top = np.partition(flat, flat.size - count)[flat.size - count :]
    return float(top.mean(dtype=np.float64))


def _likely_top(flat: NDArray[np.floating], count: int) -> NDArray[np.floating]:
    """Return the values above a limit that the `count` largest all reach."""
    whole = flat[: flat.size - flat.size % count]
    limit = whole.reshape(count, -1).max(axis=1).min()  # one in each of the rows
    return np.asarray(flat[flat >= limit])
