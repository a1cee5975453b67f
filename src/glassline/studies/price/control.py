"""A trivial control: nine grey-level statistics that know nothing of surfaces."""

from __future__ import annotations

import numpy as np

from glassline.arrays import Values, View

__all__ = ["GREY_STATISTICS", "grey_statistics"]

PERCENTILES = (1, 5, 25, 50, 75, 95, 99)
GREY_STATISTICS = 2 + len(PERCENTILES)


def grey_statistics(view: View, /) -> Values:
    """Return mean, spread and seven percentiles of the grey, in 255 steps, shape (9,).

    Example:
        >>> view = View(np.array([[0.0, 1.0]], np.float32))
        >>> grey_statistics(view)[:2].tolist()
        [127.5, 127.5]
    """
    grey = 255.0 * view.grey.astype(np.float64)
    shares = np.percentile(grey, PERCENTILES)
    return np.array([grey.mean(), grey.std(), *shares])
