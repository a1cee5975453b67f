"""The probability said against the share that came true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassline.arrays import ClassIds, Probabilities
from glassline.studies.metrics.bootstrap import (
    Counts,
    Score,
    Table,
    resamples,
    with_interval,
)
from glassline.studies.metrics.calibration import squared_distances, surpluses
from glassline.studies.metrics.rates import Rate

__all__ = ["Bin", "Calibration", "calibration", "reliability"]

BINS = 10


@dataclass(frozen=True)
class Bin:
    """Parts whose top probability lies in [low, high): said and true share."""

    low: float
    high: float
    mean: float
    hits: Rate


def reliability(probabilities: Probabilities, labels: ClassIds) -> Sequence[Bin]:
    """Compare the probability said with the share that was true, in ten bins.

    Args:
        probabilities: Shape (n, k).
        labels: Shape (n,).

    Returns:
        The bins that hold a part; calibrated, each bin.mean is near bin.hits.value.

    Example:
        >>> said = np.array([[0.9, 0.1], [0.92, 0.08], [0.4, 0.6]])
        >>> [(round(b.mean, 2), str(b.hits)) for b in reliability(said, np.array([0, 1, 1]))]
        [(0.6, '1/1'), (0.91, '1/2')]
    """
    top = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    place = np.minimum((top * BINS).astype(np.int64), BINS - 1)
    return tuple(
        Bin(
            low=index / BINS,
            high=(index + 1) / BINS,
            mean=float(top[place == index].mean()),
            hits=Rate(int(right[place == index].sum()), int((place == index).sum())),
        )
        for index in np.unique(place).tolist()
    )


@dataclass(frozen=True)
class Calibration:
    """How far probabilities are from what came true, each figure with its interval.

    Attributes:
        error: Expected calibration error of the most probable class, a share.
        brier: Mean squared distance between probabilities and labels, 0 to 2.
        groups: How many groups the parts came in.
    """

    error: Score
    brier: Score
    groups: int


def calibration(
    probabilities: Probabilities, labels: ClassIds, groups: Counts
) -> Calibration:
    """Score probabilities by `calibration_error` and `brier`, intervals as in `score`.

    The error is of absolute values, which chance only raises: few parts make it
    larger than it is, and resamples larger still, so its interval may lie above it.
    With fewer than two groups the intervals are unknown: both ends are NaN.

    Args:
        probabilities: Shape (n >= 1, k).
        labels: Shape (n,), class ids.
        groups: Shape (n,), group ids.

    Raises:
        ShapeError: The arrays do not fit each other.
        InputError: There is no part, or a row is no probability.
        LabelError: A label is not one of the k classes.

    Example:
        Both said at 0.9, one came true:

        >>> said = np.array([[0.9, 0.1], [0.9, 0.1]])
        >>> found = calibration(said, np.array([0, 1]), np.array([0, 1]))
        >>> print(f"{found.error.value:.2f} {found.brier.value:.2f}")
        0.40 0.82
    """
    place, surplus = surpluses(probabilities, labels, bins=BINS)
    distances = squared_distances(probabilities, labels)

    def figures(times: Table) -> tuple[float, float]:
        error = np.abs(np.bincount(place, times * surplus)).sum()
        return error / times.sum(), (times * distances).sum() / times.sum()

    error, square = figures(np.ones(len(place)))
    drawn = np.array([figures(times) for times in resamples(groups)]).reshape(-1, 2)
    return Calibration(
        error=with_interval(error, drawn[:, 0]),
        brier=with_interval(square, drawn[:, 1]),
        groups=len(np.unique(groups)),
    )
