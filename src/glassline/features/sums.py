"""Several measurements of one feature, read as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.features.scale import curve, uncurve

__all__ = ["blend", "shares"]


def blend(
    readings: Sequence[NDArray[Any]] | Sequence[float], weights: Sequence[float]
) -> NDArray[Any]:
    """Return one reading of several, place by place.

    With s(r) = sign(r) log(1 + |r|) and weights that sum to 1,

        reading = s^-1( sum_j w_j s(r_j) )

    so of readings that are not negative 1 + reading is the weighted geometric mean of
    the 1 + r_j. It rises with every one of its measurements and lies between them. Of
    one reading it is that reading, to the last bit.

    Args:
        readings: Of each measurement a number, or an array of one shape.
        weights: One a measurement, >= 0.

    Example:
        >>> float(blend([1.0, 7.0], [0.5, 0.5]).round(12))  # 2 and 8, whose mean is 4
        3.0
    """
    first, *others = (np.asarray(each) for each in readings)
    if not others:
        return first
    total = weights[0] * curve(first)
    for each, weight in zip(others, weights[1:], strict=True):
        total = total + weight * curve(each)
    return uncurve(np.asarray(total))


def shares(spreads: Sequence[float]) -> tuple[float, ...]:
    """Return weights so that each measurement counts by its own spread.

    As many spreads of good parts of one as of another move the reading alike: the
    weights are 1 / spread, divided by their sum.

    Example:
        >>> shares([0.5, 1.5])
        (0.75, 0.25)
    """
    inverse = [1.0 / each for each in spreads]
    total = sum(inverse)
    return tuple(each / total for each in inverse)
