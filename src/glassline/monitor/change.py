"""Since when: the point from which the mean of a row of points is another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glassline.errors import InputError

__all__ = ["changed_at"]


def changed_at(values: NDArray[np.float64], centre: float) -> int:
    """Return the most likely first point of a step away from a known centre.

    With the points from t on, their mean v_t and their number m - t, it is the t that
    makes (m - t) (v_t - centre)^2 largest: the likeliest step of normal points, whatever
    its size. Of equals the first. Asked only where a chart or a test has fired: some
    point is always the likeliest.

    Args:
        values: Shape (m >= 1,), in the order of time, finite.
        centre: Where they lay before.

    Returns:
        In [0, m): 0 where all points lie elsewhere.

    Raises:
        InputError: No point, or one that is not finite.

    Example:
        >>> changed_at(np.array([0.1, -0.1, 0.0, 1.1, 0.9]), 0.0)
        3

    Source:
        T. R. Samuel, J. J. Pignatiello and J. A. Calvin, Quality Engineering 10(3),
        1998, pages 521-527, eq. 2.
    """
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        raise InputError("values: expected a row of at least one finite number.")
    after = np.cumsum((values - centre)[::-1])[::-1]  # sums from t to the end
    return int(np.argmax(after**2 / np.arange(len(values), 0, -1)))
