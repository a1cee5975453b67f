"""Do concepts mean what they are called? How each follows its teacher within a class."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from glassline.arrays import ClassIds
from glassline.recipe import FEATURE_NAMES

__all__ = ["meaning"]

LEAST_PARTS = 3  # of a class, for a rank correlation within it


def meaning(
    readings: NDArray[np.float64],
    teacher: NDArray[np.float64],
    labels: ClassIds,
    names: tuple[str, ...],
) -> dict[str, float]:
    """Return how concepts follow their teachers within a class.

    Args:
        readings: Shape (n, d), of concepts.
        teacher: Shape (n, d), what each is meant to say.
        labels: Shape (n,).
        names: Of the d features.

    Returns:
        Feature to Spearman's rank correlation within a class, the mean over the
        classes with three parts or more; 0 where a reading does not vary in a class.
        A concept whose teacher varies in no class, as one that classes alone are declared
        to show, is left out: there is nothing to follow.
    """
    classes = [c for c in np.unique(labels) if (labels == c).sum() >= LEAST_PARTS]
    return {
        name: float(
            np.mean(
                [
                    _correlation(readings[labels == c, f], teacher[labels == c, f])
                    for c in classes
                ]
                or [0.0]
            )
        )
        for f, name in enumerate(names)
        if f < len(FEATURE_NAMES)
        or any(np.ptp(teacher[labels == c, f]) > 0 for c in classes)
    }


def _correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    ranks = np.array([rankdata(a), rankdata(b)])
    ranks -= ranks.mean(axis=1, keepdims=True)
    size = np.sqrt((ranks**2).sum(axis=1)).prod()
    return float(ranks[0] @ ranks[1] / size) if size else 0.0
