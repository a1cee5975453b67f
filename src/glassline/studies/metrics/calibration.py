"""How far probabilities are from what came true: Brier score, calibration error."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, PartWeights, Probabilities
from glassline.decide.shares import checked_rows
from glassline.errors import InputError, ShapeError
from glassline.head.inputs import as_floats
from glassline.head.targets import as_class_ids

__all__ = ["brier", "calibration_error", "squared_distances", "surpluses"]

BINS = 10


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
    place, surplus = surpluses(probabilities, labels, bins=bins)
    return float(np.abs(np.bincount(place, surplus, bins)).sum() / len(place))


def surpluses(
    probabilities: Probabilities, labels: ClassIds, *, bins: int = BINS
) -> tuple[ClassIds, NDArray[np.float64]]:
    """Return the bin of each part, and its top probability less 1 if it is right."""
    if bins < 1:
        raise InputError(f"bins: expected a number >= 1, got {bins}.")
    p, y = _said(probabilities, labels)
    top = p.max(axis=1)
    place = np.minimum((top * bins).astype(np.int64), bins - 1)
    return place, np.asarray(top - (p.argmax(axis=1) == y))


def _said(
    probabilities: Probabilities, labels: ClassIds
) -> tuple[NDArray[np.float64], ClassIds]:
    p = as_floats(probabilities, "probabilities")
    if p.ndim != 2 or p.shape[1] < 1:
        raise ShapeError(f"probabilities: expected shape (n, k), got {p.shape}.")
    if not len(p):
        raise InputError("probabilities: expected at least one part, got none.")
    return checked_rows(p, p.shape[1]), as_class_ids(labels, *p.shape)
