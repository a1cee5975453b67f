"""The middle and the strongest of many values, by partition instead of sorting."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["at_rank", "median", "some_of", "step_among", "strongest"]

FEW = 64  # so few are faster found among those above a limit
MANY = 1 << 14  # so many values are first narrowed to those near the rank
SAMPLE = 1 << 12  # of which so many are looked at to say where that is
SPARE = 4.0  # standard errors of a rank among them: once in 16,000 it was too little
DOUBLE_BITS = 53  # whole numbers of so many bits add up without rounding


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
    is_odd, half = flat.size % 2, flat.size // 2
    flat, below = _narrowed(flat, half if is_odd else half - 1, half)
    half -= below
    parted = np.partition(flat, half)
    upper = float(parted[half])
    return upper if is_odd else (float(parted[:half].max()) + upper) / 2


def at_rank(values: NDArray[np.floating], rank: int) -> float:
    """Return the value that so many are not above, in order; 0 the smallest.

    Example:
        >>> at_rank(np.array([9.0, 1.0, 4.0, 2.0]), 2)
        4.0
    """
    near, below = _narrowed(values.reshape(-1), rank, rank)
    return float(np.partition(near, rank - below)[rank - below])


def _narrowed(
    flat: NDArray[np.floating], first: int, last: int
) -> tuple[NDArray[np.floating], int]:
    """Return values that hold the ranks from first to last, and how many lie below.

    A sample says between which values those ranks lie. Where it misled, all values: the
    answer never hangs on it. Partition alone takes ten times as long where many tie.
    """
    if flat.size < MANY:
        return flat, 0
    some = np.sort(flat[:: flat.size // SAMPLE | 1])
    spare = math.ceil(SPARE * 0.5 * math.sqrt(some.size))
    low, high = (
        round(rank / flat.size * some.size) + way * spare
        for rank, way in ((first, -1), (last, 1))
    )
    is_near = flat >= some[low] if low >= 0 else np.ones(flat.shape, np.bool_)
    below = flat.size - int(np.count_nonzero(is_near))
    if high < some.size:
        is_near &= flat <= some[high]
    near = flat[is_near]
    return (near, below) if below <= first and last < below + near.size else (flat, 0)


def some_of(plane: NDArray[np.floating], count: int) -> NDArray[np.floating]:
    """Return about so many values of a plane, or all, evenly spaced, from all columns.

    The step has no factor in common with the width: every 16th pixel of a row of
    1024 would lie in one place of the blocks of a JPEG.

    Example:
        >>> some_of(np.arange(12.0).reshape(3, 4), 6)
        array([0., 3., 6., 9.])
    """
    return plane.reshape(-1)[:: step_among(plane.shape, count)]


def step_among(size_hw: tuple[int, ...], count: int) -> int:
    """Return the step from one to the next of about so many values of such a plane."""
    rows, columns = size_hw
    step = max(1, rows * columns // count)
    while math.gcd(step, columns) > 1:
        step += 1
    return step


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
    elif flat.size >= MANY and flat.dtype == np.float32:
        total = _sum_of_top(flat, count)
        if total is not None:
            return total / count
    top = np.partition(flat, flat.size - count)[flat.size - count :]
    return float(top.mean(dtype=np.float64))


def _likely_top(flat: NDArray[np.floating], count: int) -> NDArray[np.floating]:
    """Return the values above a limit that the `count` largest all reach."""
    whole = flat[: flat.size - flat.size % count]
    limit = whole.reshape(count, -1).max(axis=1).min()  # one in each of the rows
    return np.asarray(flat[flat >= limit])


def _sum_of_top(flat: NDArray[np.floating], count: int) -> float | None:
    """Return the sum of the `count` largest where no order of adding rounds; else None.

    Single values are whole multiples of the last place of the smallest that is not 0. While
    their sum is below 2^53 of those, double precision adds them exactly in any order:
    what a partition would have them in does not matter.
    """
    place = flat.size - count
    near, below = _narrowed(flat, place, place)
    limit = np.partition(near, place - below)[place - below]
    is_above = flat > limit
    above = int(np.count_nonzero(is_above))
    ends = [limit, flat.max()] if above else [limit]
    if limit == 0 and above:
        ends[0] = flat[is_above].min()
    if min(ends) < 0 < max(ends):
        return None
    sizes = [abs(float(each)) for each in ends]
    unit = float(np.spacing(np.float32(min(sizes))))
    if count * max(sizes) >= 2.0**DOUBLE_BITS * unit:
        return None
    larger = cv2.threshold(flat, float(limit), 0.0, cv2.THRESH_TOZERO)[1]
    return float(cv2.sumElems(larger)[0]) + (count - above) * float(limit)
