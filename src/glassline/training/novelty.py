"""How far known parts lie out: the region of training, and the limit of its distances."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, Features
from glassline.dataset.folds import deal, most_folds
from glassline.decide import Region
from glassline.decide.novelty import FLOOR
from glassline.training.crossfit import crossfit

__all__ = ["fit_region"]


def fit_region(
    unclipped: Features,
    labels: ClassIds,
    groups: NDArray[np.int64],
    classes: tuple[str, ...],
    *,
    rate: float,
) -> Region | None:
    """Fit the region to labelled parts, and its limit to how far known parts lie out.

    The limit is a conformal quantile: each part gets the distance D that a region
    fitted without its fold gives it, and of n such distances the
    ceil((n + 1)(1 - rate))-th smallest is taken. About `rate` of new known parts lie
    beyond, on average over trainings; of a class with few parts more.

    Args:
        unclipped: Shape (n, d), features before their clip.
        labels: Shape (n,), class ids.
        groups: Shape (n,), group ids; no group is split between folds.
        classes: The k class names.
        rate: About the share of the parts of known classes that lie beyond, in (0, 1);
            with n parts it can not be less than 1 / (n + 1).

    Returns:
        The region; None with fewer than two folds, or no two parts of a class.

    Raises:
        InputError: The rate is out of range.

    Example:
        Ten parts at 0 and 1 by turns (variance 5 / 18), and one far away:

        >>> u = np.array([[0.0], [1.0]] * 5)
        >>> labels, groups = np.zeros(10, np.int64), np.arange(10) // 2
        >>> region = fit_region(u, labels, groups, ("ok",), rate=0.2)
        >>> stand = region.stand(np.array([3.0]))
        >>> print(stand.is_novel, f"{stand.distance:.3f} {2.5 / (5 / 18) ** 0.5:.3f}")
        True 4.743 4.743

    Source:
        V. Vovk, A. Gammerman and G. Shafer, Algorithmic Learning in a Random World
        (2005), section 4.2, over folds by group instead of single parts.
    """
    n = len(unclipped)
    if most_folds(labels, groups) < 2 or not (np.bincount(labels) > 1).any():
        return None

    def away(
        others: NDArray[np.int64], own: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64]]:
        region = Region.around(unclipped[others], labels[others], classes, rate=rate)
        return (region.distances(unclipped[own]),)

    (distances,) = crossfit(deal(labels, groups), away)
    place = min(math.ceil((n + 1) * (1 - rate)), n) - 1
    limit = max(float(np.sort(distances)[place]), FLOOR)
    return Region.around(unclipped, labels, classes, rate=rate, limit=limit)
