"""The probability said against what came true: table, Brier score, calibration error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, PartWeights, Probabilities
from glassline.decide.checks import as_probabilities
from glassline.errors import InputError, ShapeError
from glassline.head.inputs import as_floats
from glassline.head.targets import as_class_ids
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
    "brier",
    "calibration",
    "calibration_error",
    "reliability",
    "squared_distances",
]

BINS = 10


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
    place = np.minimum((top * BINS).astype(np.int64), BINS - 1)
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


def brier(probabilities: Probabilities, labels: ClassIds) -> float:
    """Return the mean squared distance between probabilities and labels.

        mean over parts of    sum_c (p_c - [c is the label])^2

    Args:
        probabilities: Shape (n >= 1, k), rows that sum to 1.
        labels: Shape (n,), class ids.

    Returns:
        0 for certainty that is always right, 2 for certainty that is always wrong;
        even guessing scores (k - 1) / k.

    Raises:
        ShapeError: The arrays do not fit each other.
        InputError: There is no part.
        LabelError: A label is not one of the k classes.

    Example:
        >>> round(brier(np.array([[0.8, 0.2], [0.6, 0.4]]), np.array([0, 1])), 6)
        0.4

    Source:
        G. W. Brier, Monthly Weather Review 78(1), 1950, page 1; summed over the
        classes, as there.
    """
    return float(squared_distances(probabilities, labels).mean())


def squared_distances(probabilities: Probabilities, labels: ClassIds) -> PartWeights:
    """Return what each part adds to `brier`, shape (n,), each in [0, 2]."""
    p, y = _said(probabilities, labels)
    told = np.arange(p.shape[1]) == y[:, np.newaxis]
    return np.asarray(((p - told) ** 2).sum(axis=1))


def calibration_error(
    probabilities: Probabilities, labels: ClassIds, *, bins: int = BINS
) -> float:
    """Return the expected calibration error of the most probable class.

        sum over bins of    (share of parts in it) |mean top probability - share right|

    The bins divide [0, 1] evenly, as in `reliability`. It is a share: 0.05
    says that a stated 90 % is right in 85 or 95 of 100, on average over the parts.
    Few parts in a bin make it larger than it is: a calibrated head with m parts in
    each of its bins scores about 0.8 sqrt(p (1 - p) / m), never 0.

    Args:
        probabilities: Shape (n >= 1, k), rows that sum to 1.
        labels: Shape (n,), class ids.
        bins: >= 1.

    Raises:
        ShapeError: The arrays do not fit each other.
        InputError: There is no part, or no bin.
        LabelError: A label is not one of the k classes.

    Example:
        Two parts at 0.9, one of them right: 0.9 was said, 0.5 came true.

        >>> said = np.array([[0.9, 0.1], [0.9, 0.1]])
        >>> round(calibration_error(said, np.array([0, 1])), 6)
        0.4

    Source:
        M. P. Naeini, G. F. Cooper and M. Hauskrecht, AAAI 2015, pages 2901-2907,
        for the most probable class as in Guo et al. (2017), eq. 3.
    """
    if bins < 1:
        raise InputError(f"bins: expected a number >= 1, got {bins}.")
    p, y = _said(probabilities, labels)
    top = p.max(axis=1)
    surplus = top - (p.argmax(axis=1) == y)
    place = np.minimum((top * bins).astype(np.int64), bins - 1)
    return float(np.abs(np.bincount(place, surplus, bins)).sum() / len(y))


def _said(
    probabilities: Probabilities, labels: ClassIds
) -> tuple[NDArray[np.float64], ClassIds]:
    p = as_floats(probabilities, "probabilities")
    if p.ndim != 2 or p.shape[1] < 1:
        raise ShapeError(f"probabilities: expected shape (n, k), got {p.shape}.")
    if not len(p):
        raise InputError("probabilities: expected at least one part, got none.")
    return as_probabilities(p, p.shape[1]), as_class_ids(labels, *p.shape)
