"""How much better one judge is than another on the same parts, with an interval."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds
from glassline.studies.metrics.intervals import Counts, Groups, Score, student

__all__ = ["difference"]

UNSEEN = 0.5  # groups of each class that count as judged otherwise, beside those seen


def difference(
    one: NDArray[np.bool_],
    other: NDArray[np.bool_],
    labels: ClassIds,
    groups: Counts,
) -> Score:
    """Return the balanced accuracy of one judge less that of another, with its interval.

    What both see alike moves nothing, so the 95 % interval is narrower than those of the
    two figures. It is Student's t over how the groups move the difference; to the variance
    is added what half a group of each class more would add, judged otherwise by the two:

        variance + sum over the classes of (1 / (2 k groups of the class))^2

    since groups that were not drawn may differ where all that were drawn agree.

    Args:
        one: Shape (n,), n >= 1, whether it was right of each part.
        other: Shape (n,), likewise.
        labels: Shape (n,), the true classes.
        groups: Shape (n,), group ids.

    Returns:
        In [-1, 1], with its ends; NaN ends with fewer than two groups.

    Example:
        Of four parts of one class, one was right of three and the other of one. The
        moves are 1/8, 1/8, -1/8 and -1/8, each over 1 - 1/4; so the variance is
        3/4 * 4 / 36 + 1/64, and t with 3 degrees of freedom is 3.18:

        >>> found = difference(np.array([True, True, True, False]),
        ...                    np.array([True, False, False, False]),
        ...                    np.zeros(4, np.int64), np.arange(4))
        >>> print(found)
        0.500 [-0.501, 1.000]

    Source:
        Half a case more on either side, as A. Agresti and Y. Min, Statistics in Medicine
        24(5), 2005, pages 729-740, add it to matched pairs; a half group of each class is
        ours, and that it covers is tried in the tests.
    """
    occur = np.bincount(labels)
    k = np.count_nonzero(occur)
    weights = 1 / (k * occur[labels])
    sides = one.astype(np.float64) - other
    mean = np.bincount(labels, sides) / np.maximum(occur, 1)
    value, parts = float(weights @ sides), Groups(groups)
    if parts.count < 2:
        return Score(value)
    variance, _ = parts.spread((sides - mean[labels]) * weights, weights)
    for label in np.flatnonzero(occur):
        variance += (UNSEEN / (k * len(np.unique(groups[labels == label])))) ** 2
    half = student(parts.count - 1.0) * sqrt(variance)
    return Score(value, max(-1.0, value - half), min(1.0, value + half))
