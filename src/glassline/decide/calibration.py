"""Whether probabilities mean what they say: the Brier score and the calibration error."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, PartWeights, Probabilities, as_floats
from glassline.decide.checks import as_probabilities
from glassline.errors import InputError, ShapeError
from glassline.head.targets import as_class_ids

__all__ = ["BINS", "bins_of", "brier", "calibration_error", "squared_distances"]

BINS = 10


def bins_of(shares: NDArray[np.float64], bins: int = BINS) -> NDArray[np.int64]:
    """Return the bin of each share in [0, 1]: i where i / bins <= share < (i + 1) / bins.

    The edges are the floats that i / bins is, so 0.57 lies in bin 57 of 100, though
    0.57 * 100 is below 57; 1 lies in the last bin.

    Example:
        >>> bins_of(np.array([0.0, 0.57, 0.5799, 1.0]), 100).tolist()
        [0, 57, 57, 99]
    """
    edges = np.arange(bins + 1) / bins
    place = np.searchsorted(edges, shares, side="right") - 1
    return np.clip(place, 0, bins - 1)


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
    place = bins_of(top, bins)
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
