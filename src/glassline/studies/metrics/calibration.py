"""The probability said against what came true: table, Brier score, calibration error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassline.arrays import ClassIds, Probabilities
from glassline.decide.calibration import (
    BINS,
    bins_of,
    calibration_error,
    squared_distances,
)
from glassline.studies.metrics.intervals import (
    Counts,
    Groups,
    Rate,
    Score,
    rate,
    share_score,
    worth,
)

__all__ = [
    "Bin",
    "Calibration",
    "calibration",
    "reliability",
]


@dataclass(frozen=True)
class Bin:
    """Parts whose top probability lies in [low, high): said and true share."""

    low: float
    high: float
    mean: float
    hits: Rate


def reliability(
    probabilities: Probabilities, labels: ClassIds, groups: Counts
) -> Sequence[Bin]:
    """Compare the probability said with the share that was true, in ten bins.

    Args:
        probabilities: Shape (n, k).
        labels: Shape (n,).
        groups: Shape (n,), group ids.

    Returns:
        The bins that hold a part; calibrated, each bin.mean is near bin.hits.value.

    Example:
        >>> said = np.array([[0.9, 0.1], [0.92, 0.08], [0.4, 0.6]])
        >>> found = reliability(said, np.array([0, 1, 1]), np.arange(3))
        >>> [(round(b.mean, 2), str(b.hits)) for b in found]
        [(0.6, '1/1'), (0.91, '1/2')]
    """
    top = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    place = bins_of(top)
    return tuple(
        Bin(
            low=index / BINS,
            high=(index + 1) / BINS,
            mean=float(top[place == index].mean()),
            hits=rate(right[place == index], groups[place == index]),
        )
        for index in np.unique(place).tolist()
    )


@dataclass(frozen=True)
class Calibration:
    """How far probabilities are from what came true.

    Attributes:
        error: Expected calibration error of the most probable class, a share. It
            has no interval: it is a mean of absolute values, which chance only
            raises, so what few parts show lies above what it is, by how much is
            not known.
        brier: Mean squared distance between probabilities and labels, 0 to 2.
        groups: How many groups the parts came in.
    """

    error: Score
    brier: Score
    groups: int


def calibration(
    probabilities: Probabilities, labels: ClassIds, groups: Counts
) -> Calibration:
    """Score probabilities by `calibration_error` and `brier`, the latter by group.

    Half the Brier score is a mean of numbers in [0, 1], which varies no more than a
    share: it has the exact interval of as many parts as it is `worth`, and never
    more than the accuracy of the same parts is, since where no part was wrong the
    distances all look small. With fewer than two groups both ends are NaN.

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
    error = calibration_error(probabilities, labels)
    halves = squared_distances(probabilities, labels) / 2
    half, parts, n = float(halves.mean()), Groups(groups), len(halves)
    each = np.full(n, 1 / n)
    right = np.asarray(probabilities).argmax(axis=1) == labels
    shares = [(half, halves), (float(right.mean()), right)]
    least = min(
        worth(value, (seen - value) * each, each, parts) for value, seen in shares
    )
    found = share_score(half, least, parts)
    return Calibration(
        error=Score(error),
        brier=Score(2 * half, 2 * found.low, 2 * found.high),
        groups=parts.count,
    )
